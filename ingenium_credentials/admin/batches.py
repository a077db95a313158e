"""What is done to many awards at once, to look at: imports and mass revocations."""

from __future__ import annotations

from django.contrib import admin

from ..models import AwardImport, MassRevocation
from .read_only import ReadOnlyAdmin

__all__ = ["AwardImportAdmin", "MassRevocationAdmin"]


@admin.register(AwardImport)
class AwardImportAdmin(ReadOnlyAdmin):
    """Files of learners to be awarded: checked, then applied whole or not at all."""

    list_display = ("uuid", "achievement", "course_id", "state", "at", "applied_at", "actor_id")
    list_filter = ("state", "achievement__slug")
    list_select_related = ("achievement",)
    search_fields = ("uuid", "course_id", "sha256", "=actor_id")
    date_hierarchy = "at"


@admin.register(MassRevocation)
class MassRevocationAdmin(ReadOnlyAdmin):
    """Proposals to revoke many awards; a second person decides."""

    list_display = ("uuid", "state", "reason", "proposed_at", "proposed_by", "decided_at", "decided_by")
    list_filter = ("state",)
    search_fields = ("uuid", "reason", "=proposed_by", "=decided_by")
    date_hierarchy = "proposed_at"
