"""Work on many awards at once that is looked at before it is done."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.utils.translation import gettext_lazy as _

from .achievements import Achievement


class AwardImport(models.Model):
    """A file of learners who are to be awarded: checked first, then applied whole or not at all.

    .. no_pii: `rows` names learners by the LMS's user ids; the file itself is not kept.
    """

    class State(models.TextChoices):
        """How far it is."""

        CHECKED = "checked", _("Checked")
        APPLIED = "applied", _("Applied")

    uuid = models.UUIDField(_("public id"), default=uuid4, unique=True, editable=False)
    course_id = models.CharField(_("course"), max_length=255, blank=True)
    achievement = models.ForeignKey(Achievement, models.CASCADE, related_name="imports")
    state = models.CharField(_("state"), max_length=7, choices=State.choices, default=State.CHECKED)
    rows = models.JSONField(_("rows"), default=list)
    sha256 = models.CharField(_("SHA-256 of the file"), max_length=64)
    at = models.DateTimeField(_("checked at"))
    applied_at = models.DateTimeField(_("applied at"), null=True, blank=True)
    actor_id = models.BigIntegerField(_("actor"), null=True, blank=True)

    class Meta:
        verbose_name = _("import of awards")
        verbose_name_plural = _("imports of awards")
        ordering = ("-at",)

    def __str__(self) -> str:
        return str(self.uuid)


class MassRevocation(models.Model):
    """A proposal to revoke many awards; a second person decides.

    .. no_pii: Awards appear by their public ids, people by the LMS's user ids.
    """

    class State(models.TextChoices):
        """How far it is."""

        PROPOSED = "proposed", _("Proposed")
        DONE = "done", _("Done")
        REJECTED = "rejected", _("Rejected")

    uuid = models.UUIDField(_("public id"), default=uuid4, unique=True, editable=False)
    course_id = models.CharField(
        _("course"),
        max_length=255,
        blank=True,
        default="",
        db_index=True,
        help_text=_("Its staff proposed it and decides; empty: the administration does."),
    )
    awards = models.JSONField(_("awards"), default=list)
    reason = models.CharField(_("reason"), max_length=255)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.PROPOSED)
    proposed_at = models.DateTimeField(_("proposed at"))
    proposed_by = models.BigIntegerField(_("proposed by"))
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decided_by = models.BigIntegerField(_("decided by"), null=True, blank=True)

    class Meta:
        verbose_name = _("mass revocation")
        verbose_name_plural = _("mass revocations")
        ordering = ("-proposed_at",)

    def __str__(self) -> str:
        return str(self.uuid)
