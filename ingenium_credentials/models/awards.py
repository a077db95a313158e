"""Who has earned what, what was written about it, and who did what when."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.db import models
from django.utils.translation import gettext_lazy as _

from .achievements import Achievement
from .alliance import Issuer, SigningKey
from .rules import AwardRule
from .sealing import SealingCertificate
from .status import StatusList


class Award(models.Model):
    """One row per learner, definition and occasion; a second event changes nothing.

    Everything that a credential says is frozen here or in the achievement's version;
    `definition` repeats its slug, so that two versions cannot be awarded side by side. A
    new occasion begins only when an award was revoked and earned again. One place in a
    status list serves every format.

    .. pii: The learner's name in two scripts and a salted hash of the e-mail address.
    .. pii_types: name, email_address
    .. pii_retirement: local_api
    """

    class State(models.TextChoices):
        """The life of an award."""

        PENDING = "pending", _("Pending")
        ISSUED = "issued", _("Issued")
        REVIEW = "review", _("Under review")
        REVOKED = "revoked", _("Revoked")
        SUPERSEDED = "superseded", _("Superseded")
        EXPIRED = "expired", _("Expired")
        ERASED = "erased", _("Erased")

    uuid = models.UUIDField(_("public id"), default=uuid4, unique=True, editable=False)
    learner_id = models.BigIntegerField(_("learner"), null=True, blank=True)
    achievement = models.ForeignKey(Achievement, models.PROTECT, related_name="awards")
    definition = models.SlugField(_("definition"), max_length=127, db_index=False, editable=False)
    occasion = models.PositiveIntegerField(_("occasion"), default=1)
    rule = models.ForeignKey(AwardRule, models.SET_NULL, null=True, blank=True, related_name="awards")
    issuer = models.ForeignKey(Issuer, models.PROTECT, related_name="awards")
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.PENDING)
    supersedes = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="superseded_by",
        verbose_name=_("supersedes"),
    )
    parts = models.ManyToManyField(
        "self", symmetrical=False, blank=True, related_name="wholes", verbose_name=_("parts")
    )
    courses = models.JSONField(
        _("courses"), default=list, blank=True, help_text=_("The courses that it was earned by.")
    )

    recipient_uuid = models.UUIDField(_("id of the recipient"), default=uuid4, editable=False)
    recipient_name = models.CharField(_("name"), max_length=255)
    recipient_latin_name = models.CharField(_("name in Latin script"), max_length=255, blank=True)
    name_source = models.CharField(_("source of the name"), max_length=31)
    email_hash = models.CharField(_("hash of the e-mail address"), max_length=80, blank=True)
    email_salt = models.CharField(_("salt"), max_length=43, blank=True)
    grade = models.DecimalField(_("grade"), max_digits=5, decimal_places=4, null=True, blank=True)

    awarded_at = models.DateTimeField(_("awarded at"), help_text=_("When it was earned."))
    valid_until = models.DateTimeField(_("valid until"), null=True, blank=True)
    issued_at = models.DateTimeField(_("issued at"), null=True, blank=True)
    confirmation_due_at = models.DateTimeField(
        _("to be confirmed until"),
        null=True,
        blank=True,
        help_text=_("The learner may correct the name until then; it is signed afterwards."),
    )
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True)
    review_due_at = models.DateTimeField(
        _("review ends at"), null=True, blank=True, help_text=_("Empty under review: a person decides.")
    )
    review_reason = models.CharField(_("reason of the review"), max_length=255, blank=True)
    revoked_at = models.DateTimeField(
        _("revoked at"),
        null=True,
        blank=True,
        help_text=_("Set, too, when it was superseded: the status list is computed from it."),
    )
    revocation_reason = models.CharField(_("reason of the revocation"), max_length=255, blank=True)
    status_list = models.ForeignKey(StatusList, models.PROTECT, related_name="awards")
    status_index = models.PositiveIntegerField(_("place in the status list"))
    shared_at = models.DateTimeField(_("shared at"), null=True, blank=True)
    supervision = models.JSONField(
        _("supervision and identity check"),
        null=True,
        blank=True,
        help_text=_("What truly happened; empty: nobody has said."),
    )
    evidence = models.JSONField(_("evidence"), default=list, blank=True)
    wholes_due_at = models.DateTimeField(
        _("larger awards due at"),
        null=True,
        blank=True,
        db_index=True,
        editable=False,
        help_text=_("When the awards that this one is a part of are evaluated; empty: done."),
    )
    erased_at = models.DateTimeField(_("erased at"), null=True, blank=True)
    digest_salt = models.CharField(_("salt of the digests"), max_length=43, blank=True)
    digests = models.JSONField(
        _("digests"),
        default=dict,
        blank=True,
        help_text=_("Format to salted SHA-256 of the document that was erased."),
    )

    attempts = models.PositiveIntegerField(_("attempts to issue"), default=0)
    next_attempt_at = models.DateTimeField(_("next attempt at"), null=True, blank=True)
    last_problem = models.CharField(_("last problem"), max_length=255, blank=True)

    is_new = False
    """No column: true of the object that a verb has just made, never of one that was there already."""

    class Meta:
        verbose_name = _("award")
        verbose_name_plural = _("awards")
        ordering = ("-awarded_at", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=("learner_id", "definition", "occasion"), name="ingenium_award_once_per_occasion"
            ),
            models.UniqueConstraint(
                fields=("status_list", "status_index"), name="ingenium_status_place_once"
            ),
        )
        indexes = (models.Index(fields=("state", "next_attempt_at"), name="ingenium_award_queue"),)

    def __str__(self) -> str:
        return str(self.uuid)


class AwardCourse(models.Model):
    """A course whose staff sees to an award: finds the awards of a course.

    Written with the award, and never changed by what becomes of its rule.

    .. no_pii:
    """

    award = models.ForeignKey(Award, models.CASCADE, related_name="overseen_by")
    course_id = models.CharField(_("course"), max_length=255, db_index=True)

    class Meta:
        verbose_name = _("course of an award")
        verbose_name_plural = _("courses of awards")
        constraints = (
            models.UniqueConstraint(fields=("award", "course_id"), name="ingenium_award_course_once"),
        )

    def __str__(self) -> str:
        return self.course_id


class Credential(models.Model):
    """The exact bytes that were signed, for one award in one format; never written anew.

    Only a time-stamp may join a seal later, which leaves text and signatures as they are.

    .. pii: The signed document holds the learner's name.
    .. pii_types: name
    .. pii_retirement: local_api
    """

    award = models.ForeignKey(Award, models.PROTECT, related_name="credentials")
    format = models.CharField(_("format"), max_length=15)
    media_type = models.CharField(_("media type"), max_length=63)
    body = models.BinaryField(_("document"))
    sha256 = models.CharField(_("SHA-256"), max_length=64, db_index=True)
    signing_key = models.ForeignKey(
        SigningKey, models.PROTECT, null=True, blank=True, related_name="credentials"
    )
    sealing_certificate = models.ForeignKey(
        SealingCertificate, models.PROTECT, null=True, blank=True, related_name="credentials"
    )
    time_stamp_due_at = models.DateTimeField(
        _("time-stamp due at"),
        null=True,
        blank=True,
        db_index=True,
        help_text=_("The time-stamp authority did not answer; it is asked again then."),
    )
    issued_at = models.DateTimeField(_("issued at"))

    class Meta:
        verbose_name = _("credential")
        verbose_name_plural = _("credentials")
        ordering = ("-issued_at", "-id")
        constraints = (
            models.UniqueConstraint(fields=("award", "format"), name="ingenium_one_credential_per_format"),
        )

    def __str__(self) -> str:
        return f"{self.award} ({self.format})"


class AppendOnly(Exception):
    """An audit entry was to be changed or removed."""


class AuditEntries(models.QuerySet["AuditEntry"]):
    """Audit entries, to be read and added to."""

    def update(self, **_changes: Any) -> int:
        """Refuse."""
        raise AppendOnly("Audit entries are never changed.")

    def delete(self) -> tuple[int, dict[str, int]]:
        """Refuse."""
        raise AppendOnly("Audit entries are never removed.")


class AuditEntry(models.Model):
    """Who did what to what, when and why; append only, without personal data.

    .. no_pii: The actor is the LMS's user id.
    """

    class Way(models.TextChoices):
        """How it was asked for, where that is worth saying."""

        COMMAND = "command", _("Command line")

    at = models.DateTimeField(_("at"), db_index=True)
    actor_id = models.BigIntegerField(_("actor"), null=True, blank=True)
    way = models.CharField(_("by way of"), max_length=7, choices=Way.choices, blank=True, default="")
    action = models.CharField(_("action"), max_length=31)
    subject_kind = models.CharField(_("kind of subject"), max_length=31)
    subject_id = models.CharField(_("subject"), max_length=191, db_index=True)
    reason = models.CharField(_("reason"), max_length=255, blank=True)

    objects = AuditEntries.as_manager()

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")
        ordering = ("-at", "-id")

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.action} {self.subject_id}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Add the entry; refuse to change one that exists."""
        if self.pk is not None:
            raise AppendOnly("Audit entries are never changed.")
        super().save(*args, **kwargs)

    def delete(self, *_args: Any, **_kwargs: Any) -> tuple[int, dict[str, int]]:
        """Refuse."""
        raise AppendOnly("Audit entries are never removed.")
