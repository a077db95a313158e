"""What learners are to be told by mail."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from .awards import Award


class Letter(models.Model):
    """One mail about one award, waiting or sent; the row is the outbox.

    Neither address nor text is kept: both are made when it is sent.

    .. no_pii:
    """

    class Kind(models.TextChoices):
        """What the mail is about."""

        AWARDED = "awarded", _("Awarded")
        CONFIRM = "confirm", _("Name to be confirmed")
        CORRECTED = "corrected", _("Corrected")
        REVIEW = "review", _("Under review")
        REINSTATED = "reinstated", _("The review has ended well")
        REVOKED = "revoked", _("Revoked")
        EXPIRING = "expiring", _("Expires soon")

    award = models.ForeignKey(Award, models.CASCADE, related_name="letters")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    occasion = models.PositiveSmallIntegerField(
        _("occasion"), default=1, help_text=_("An award can come under review more than once.")
    )
    created_at = models.DateTimeField(_("created at"))
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    given_up_at = models.DateTimeField(_("given up at"), null=True, blank=True)
    attempts = models.PositiveIntegerField(_("attempts to send"), default=0)
    next_attempt_at = models.DateTimeField(_("next attempt at"), null=True, blank=True)
    last_problem = models.CharField(_("last problem"), max_length=255, blank=True)

    class Meta:
        verbose_name = _("letter")
        verbose_name_plural = _("letters")
        ordering = ("-created_at",)
        constraints = (
            models.UniqueConstraint(fields=("award", "kind", "occasion"), name="ingenium_letter_once"),
        )
        indexes = (models.Index(fields=("sent_at", "next_attempt_at"), name="ingenium_letter_queue"),)

    def __str__(self) -> str:
        return f"{self.award}: {self.kind}"
