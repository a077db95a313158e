"""On which conditions an achievement is awarded, where, by whom it was changed, and trials of it."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.utils.translation import gettext_lazy as _

from .achievements import Achievement
from .alliance import Organisation


class OfferedCourse(models.Model):
    """A course in which definitions may be awarded: what its instructors may choose from.

    An officer says so; instructors then write the rules. `definitions` holds slugs.

    .. no_pii:
    """

    course_id = models.CharField(_("course"), max_length=255, unique=True)
    organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="courses",
        verbose_name=_("university"),
    )
    ects = models.DecimalField(_("ECTS"), max_digits=5, decimal_places=2, null=True, blank=True)
    definitions = models.JSONField(_("definitions"), default=list, blank=True)

    class Meta:
        verbose_name = _("offered course")
        verbose_name_plural = _("offered courses")
        ordering = ("course_id",)

    def __str__(self) -> str:
        return self.course_id


class AwardRule(models.Model):
    """On which condition an achievement is awarded; `rules.py` says what conditions exist.

    `revision` counts its changes: whoever saves an older one is told. A schedule says from
    when until when an enabled rule awards.

    .. no_pii:
    """

    class OnLoss(models.TextChoices):
        """What becomes of an award whose condition is not met any more."""

        KEEP = "keep", _("The award stands")
        REVIEW = "review", _("A person reviews it")
        REVOKE = "revoke", _("It is reviewed, then revoked unless somebody objects")

    uuid = models.UUIDField(_("public id"), default=uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=127)
    achievement = models.ForeignKey(Achievement, models.PROTECT, related_name="rules")
    condition = models.JSONField(_("condition"))
    enabled = models.BooleanField(_("enabled"), default=False)
    starts_at = models.DateTimeField(_("awards from"), null=True, blank=True)
    ends_at = models.DateTimeField(_("awards until"), null=True, blank=True)
    wakes_at = models.DateTimeField(
        _("begins at"),
        null=True,
        blank=True,
        editable=False,
        db_index=True,
        help_text=_("Its learners are evaluated then; empty once that was asked for."),
    )
    on_loss = models.CharField(
        _("when the condition is not met any more"),
        max_length=7,
        choices=OnLoss.choices,
        default=OnLoss.REVIEW,
    )
    review_days = models.PositiveSmallIntegerField(_("days of review"), default=14)
    confirm_days = models.PositiveSmallIntegerField(
        _("days to confirm the name"),
        default=0,
        help_text=_("The learner sees a preview and has so many days to correct the name. 0: none."),
    )
    supervision = models.JSONField(
        _("supervision and identity check"),
        null=True,
        blank=True,
        help_text=_("What meeting this condition shows; empty: not more than the definition says."),
    )
    revision = models.PositiveIntegerField(_("revision"), default=0, editable=False)

    class Meta:
        verbose_name = _("award rule")
        verbose_name_plural = _("award rules")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class AwardRuleCourse(models.Model):
    """A course that a rule's condition names: finds the rules that an event concerns.

    .. no_pii:
    """

    rule = models.ForeignKey(AwardRule, models.CASCADE, related_name="courses")
    course_id = models.CharField(_("course"), max_length=255, db_index=True)

    class Meta:
        verbose_name = _("course of a rule")
        verbose_name_plural = _("courses of rules")
        constraints = (
            models.UniqueConstraint(fields=("rule", "course_id"), name="ingenium_rule_course_once"),
        )

    def __str__(self) -> str:
        return self.course_id


class AwardRulePart(models.Model):
    """A definition that a rule's condition names: finds the rules that an award concerns.

    .. no_pii:
    """

    rule = models.ForeignKey(AwardRule, models.CASCADE, related_name="parts")
    definition = models.SlugField(_("definition"), max_length=127)

    class Meta:
        verbose_name = _("part of a rule")
        verbose_name_plural = _("parts of rules")
        constraints = (
            models.UniqueConstraint(fields=("rule", "definition"), name="ingenium_rule_part_once"),
        )

    def __str__(self) -> str:
        return self.definition


class RuleVersion(models.Model):
    """What a rule was after one change, by whom, when and why; only ever added.

    .. no_pii: The actor is the LMS's user id.
    """

    rule = models.ForeignKey(AwardRule, models.CASCADE, related_name="versions")
    revision = models.PositiveIntegerField(_("revision"))
    content = models.JSONField(_("content"), help_text=_("Every field of the rule as it was."))
    at = models.DateTimeField(_("at"))
    actor_id = models.BigIntegerField(_("actor"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=255, blank=True)

    class Meta:
        verbose_name = _("version of a rule")
        verbose_name_plural = _("versions of rules")
        ordering = ("rule", "-revision")
        constraints = (
            models.UniqueConstraint(fields=("rule", "revision"), name="ingenium_rule_revision_once"),
        )

    def __str__(self) -> str:
        return f"{self.rule} r{self.revision}"


class Approval(models.Model):
    """A person's yes or no to one learner, where a rule asks for one.

    .. no_pii: Learner and actor are the LMS's user ids.
    """

    rule = models.ForeignKey(AwardRule, models.CASCADE, related_name="approvals")
    learner_id = models.BigIntegerField(_("learner"), db_index=True)
    approved = models.BooleanField(_("approved"))
    at = models.DateTimeField(_("at"))
    actor_id = models.BigIntegerField(_("actor"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=255, blank=True)

    class Meta:
        verbose_name = _("approval")
        verbose_name_plural = _("approvals")
        constraints = (models.UniqueConstraint(fields=("rule", "learner_id"), name="ingenium_approval_once"),)

    def __str__(self) -> str:
        return f"{self.rule}: {self.learner_id}"


class Simulation(models.Model):
    """A trial of a condition on the results of a course: who would earn it, who just misses.

    .. no_pii: Learners and whoever asked appear by the LMS's user ids.
    """

    class State(models.TextChoices):
        """How far it is."""

        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        CANCELLED = "cancelled", _("Cancelled")
        FAILED = "failed", _("Failed")

    uuid = models.UUIDField(_("public id"), default=uuid4, unique=True, editable=False)
    course_id = models.CharField(_("course"), max_length=255)
    achievement = models.ForeignKey(Achievement, models.CASCADE, related_name="simulations")
    rule = models.ForeignKey(AwardRule, models.SET_NULL, null=True, blank=True, related_name="simulations")
    condition = models.JSONField(_("condition"))
    state = models.CharField(_("state"), max_length=9, choices=State.choices, default=State.RUNNING)
    total = models.PositiveIntegerField(_("learners"), default=0)
    done = models.PositiveIntegerField(_("evaluated"), default=0)
    outcome = models.JSONField(_("outcome"), default=dict, blank=True)
    last_problem = models.CharField(_("last problem"), max_length=255, blank=True)
    asked_at = models.DateTimeField(_("asked at"))
    actor_id = models.BigIntegerField(_("asked by"), null=True, blank=True)
    changed_at = models.DateTimeField(_("changed at"), auto_now=True)

    class Meta:
        verbose_name = _("simulation")
        verbose_name_plural = _("simulations")
        ordering = ("-asked_at",)

    def __str__(self) -> str:
        return str(self.uuid)
