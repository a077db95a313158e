"""Logos and emblems with the terms of their owners; pictures of definitions."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from .achievements import Achievement
from .alliance import Organisation


class BrandAsset(models.Model):
    """A logo of an organisation, or the emblem of whoever pays, and on what terms it is shown.

    Only one that is verified and breaks no rule is ever shown. Texts are maps from BCP 47
    tag to text.

    .. no_pii:
    """

    class Role(models.TextChoices):
        """What it stands for."""

        LOGO = "logo", _("Logo")
        EMBLEM = "emblem", _("Emblem of a funder")

    organisation = models.ForeignKey(
        Organisation,
        models.CASCADE,
        related_name="assets",
        help_text=_("Whose logo it is; for an emblem, who has to show it: the alliance, or a member."),
    )
    role = models.CharField(_("role"), max_length=7, choices=Role.choices, default=Role.LOGO)
    media_type = models.CharField(_("media type"), max_length=31)
    content = models.BinaryField(_("file"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    licence = models.CharField(
        _("licence or permission"),
        max_length=255,
        blank=True,
        help_text=_("On what grounds it may be shown."),
    )
    alt = models.JSONField(_("alternative text"), default=dict, blank=True)
    statement = models.JSONField(
        _("funding statement"),
        default=dict,
        blank=True,
        help_text=_("The text that has to stand beside an emblem."),
    )
    valid_from = models.DateField(_("may be shown from"), null=True, blank=True)
    valid_until = models.DateField(_("may be shown until"), null=True, blank=True)
    min_width_mm = models.DecimalField(
        _("least width in mm"), max_digits=5, decimal_places=1, default=0, validators=(MinValueValidator(0),)
    )
    clear_space = models.DecimalField(
        _("clear space"),
        max_digits=3,
        decimal_places=2,
        default=0,
        validators=(MinValueValidator(0), MaxValueValidator(1)),
        help_text=_("On each side, as a share of its height, such as 0.25."),
    )
    ground = models.CharField(
        _("ground"),
        max_length=7,
        default="#fffdf8",
        validators=(RegexValidator(r"\A#[0-9a-fA-F]{6}\Z"),),
        help_text=_("The colour that it is made to stand on, #rrggbb."),
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    verified = models.BooleanField(_("verified"), default=False)

    class Meta:
        verbose_name = _("logo or emblem")
        verbose_name_plural = _("logos and emblems")
        ordering = ("organisation", "role", "position", "id")

    def __str__(self) -> str:
        return f"{self.organisation} / {self.get_role_display()} {self.sha256[:8]}"


class AchievementPicture(models.Model):
    """The first page of the document of a definition in one language, without a holder.

    Drawn once for each version and language, not once for each learner.

    .. no_pii:
    """

    achievement = models.ForeignKey(Achievement, models.CASCADE, related_name="pictures")
    language = models.CharField(_("language"), max_length=15)
    png = models.BinaryField(_("picture (PNG)"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)

    class Meta:
        verbose_name = _("picture of a definition")
        verbose_name_plural = _("pictures of definitions")
        ordering = ("achievement", "language")
        constraints = (
            models.UniqueConstraint(fields=("achievement", "language"), name="ingenium_picture_once"),
        )

    def __str__(self) -> str:
        return f"{self.achievement} ({self.language})"
