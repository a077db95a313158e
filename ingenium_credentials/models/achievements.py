"""What can be earned, and on which conditions."""

from __future__ import annotations

from uuid import uuid4

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from .alliance import Issuer, Organisation


class Achievement(models.Model):
    """One version of a definition: the elements of 2022/C 243/02, Annex I, per language.

    A version that has been awarded is frozen: it never changes, its picture included.
    A later edit makes the next version of the same `slug`. Texts are maps from BCP 47
    tag to text; concepts are maps with `iri` and `labels`.

    .. no_pii:
    """

    class State(models.TextChoices):
        """Whether the version can be awarded."""

        DRAFT = "draft", _("Draft")
        ACTIVE = "active", _("Active")
        RETIRED = "retired", _("Retired")

    class Cycle(models.TextChoices):
        """A cycle of the framework of the European Higher Education Area (QF-EHEA)."""

        SHORT = "short", _("Short cycle")
        FIRST = "first", _("First cycle")
        SECOND = "second", _("Second cycle")
        THIRD = "third", _("Third cycle")

    class EndorsementForm(models.TextChoices):
        """How the further awarding universities put their own signatures into the badge."""

        NONE = "none", _("Not at all: the issuer signs for them by mandate")
        AWARD = "award", _("Each signs every award")
        VERSION = "version", _("Each signs the definition, once per version")

    uuid = models.UUIDField(_("public id"), default=uuid4, unique=True, editable=False)
    slug = models.SlugField(_("definition"), max_length=127)
    version = models.PositiveIntegerField(_("version"), default=1)
    state = models.CharField(_("state"), max_length=7, choices=State.choices, default=State.DRAFT)
    frozen_at = models.DateTimeField(_("frozen at"), null=True, blank=True, editable=False)
    issuer = models.ForeignKey(Issuer, models.PROTECT, related_name="achievements")
    issuer_from = models.DateField(
        _("issuer from"),
        null=True,
        blank=True,
        help_text=_("From when this issuer signs for the definition."),
    )
    issuer_until = models.DateField(
        _("issuer until"),
        null=True,
        blank=True,
        help_text=_("The last day on which this issuer signs for it."),
    )
    endorsement_form = models.CharField(
        _("signatures of the further awarding universities"),
        max_length=7,
        choices=EndorsementForm.choices,
        default=EndorsementForm.AWARD,
    )
    kind = models.CharField(_("achievement type"), max_length=63, default="MicroCredential")

    names = models.JSONField(_("title"))
    descriptions = models.JSONField(_("description"))
    criteria = models.JSONField(_("criteria"), help_text=_("What a learner has to do."))
    outcomes = models.JSONField(
        _("learning outcomes"),
        default=list,
        blank=True,
        help_text=_("A list of texts, each with an ESCO skill."),
    )
    languages = models.JSONField(_("languages of instruction"), default=list, blank=True)
    ects = models.DecimalField(_("ECTS"), max_digits=5, decimal_places=2, null=True, blank=True)
    hours = models.PositiveIntegerField(_("workload in hours"), null=True, blank=True)
    eqf_level = models.PositiveSmallIntegerField(
        _("EQF level"), null=True, blank=True, validators=(MinValueValidator(1), MaxValueValidator(8))
    )
    cycle = models.CharField(_("cycle (QF-EHEA)"), max_length=6, choices=Cycle.choices, blank=True)
    isced_f = models.JSONField(_("field (ISCED-F)"), null=True, blank=True)
    opportunity = models.JSONField(
        _("kind of offer"), null=True, blank=True, help_text=_("Empty: a short learning programme.")
    )
    setting = models.JSONField(_("formal or non-formal learning"), null=True, blank=True)
    is_partial = models.BooleanField(
        _("part of a larger qualification"), null=True, blank=True, help_text=_("Unknown: nothing is said.")
    )
    mode = models.JSONField(_("form of participation"), null=True, blank=True)
    assessment = models.JSONField(_("kind of assessment"), null=True, blank=True)
    supervision = models.JSONField(
        _("supervision and identity check"),
        null=True,
        blank=True,
        help_text=_("As it is planned; what truly happened is said by the rule or with the award."),
    )
    grading_scheme = models.JSONField(_("grading scheme"), default=dict, blank=True)
    activities = models.JSONField(
        _("learning activities"),
        default=list,
        blank=True,
        help_text=_("What a learner takes part in, such as the courses."),
    )
    entitlements = models.JSONField(
        _("entitlements"),
        default=list,
        blank=True,
        help_text=_("What the holder may do with it, by the word of the awarding bodies."),
    )
    prerequisites = models.JSONField(_("prerequisites"), default=dict, blank=True)
    stackability = models.JSONField(_("stackability"), default=dict, blank=True)
    further_information = models.JSONField(_("further information"), default=dict, blank=True)
    quality_kind = models.JSONField(_("kind of quality assurance"), null=True, blank=True)
    quality_agency = models.CharField(_("quality assurance agency"), max_length=255, blank=True)
    quality_agency_country = models.CharField(
        _("country of the agency"),
        max_length=2,
        blank=True,
        help_text=_("ISO 3166-1 code of two letters, such as GR."),
    )
    quality_agency_url = models.URLField(_("home page of the agency"), max_length=255, blank=True)
    quality_reference = models.CharField(_("quality assurance reference"), max_length=255, blank=True)
    quality_report = models.URLField(_("quality assurance report"), max_length=255, blank=True)
    quality_decision = models.JSONField(_("decision of the agency"), null=True, blank=True)
    quality_decided_on = models.DateField(_("decided on"), null=True, blank=True)
    quality_until = models.DateField(_("quality assurance valid until"), null=True, blank=True)
    tags = models.JSONField(_("tags"), default=list, blank=True)
    counts_courses_twice = models.BooleanField(
        _("a course may count twice"),
        default=False,
        help_text=_("Whether two parts of this award may rest on the same course."),
    )
    validity_days = models.PositiveIntegerField(
        _("validity in days"), null=True, blank=True, help_text=_("Empty: the credential does not expire.")
    )
    shows_grade = models.BooleanField(_("shows the grade"), default=False)
    awarding_bodies = models.ManyToManyField(
        Organisation, through="AwardingBody", related_name="achievements", verbose_name=_("awarding bodies")
    )

    image_svg = models.BinaryField(_("badge image (SVG)"), default=b"", blank=True, editable=False)
    image_png = models.BinaryField(_("badge image (PNG)"), default=b"", blank=True, editable=False)
    drawn_from = models.CharField(
        _("SHA-256 of what the pictures show"), max_length=64, default="", blank=True, editable=False
    )

    class Meta:
        verbose_name = _("achievement")
        verbose_name_plural = _("achievements")
        ordering = ("slug", "-version")
        constraints = (models.UniqueConstraint(fields=("slug", "version"), name="ingenium_version_once"),)

    def __str__(self) -> str:
        return f"{self.slug} v{self.version}"


class AwardingBody(models.Model):
    """A university that awards, in the order in which the document names them.

    .. no_pii:
    """

    achievement = models.ForeignKey(Achievement, models.CASCADE, related_name="awarding")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="awarding")
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("awarding body")
        verbose_name_plural = _("awarding bodies")
        ordering = ("achievement", "position")
        constraints = (
            models.UniqueConstraint(
                fields=("achievement", "organisation"), name="ingenium_awarding_body_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.organisation} / {self.achievement}"
