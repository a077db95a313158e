"""Mails to learners, to see which wait and why."""

from __future__ import annotations

from django.contrib import admin

from ..models import Letter
from .read_only import ReadOnlyAdmin

__all__ = ["LetterAdmin"]


@admin.register(Letter)
class LetterAdmin(ReadOnlyAdmin):
    """One mail about one award; neither its text nor its address is kept."""

    list_display = ("award", "kind", "created_at", "sent_at", "given_up_at", "attempts", "last_problem")
    list_filter = (
        "kind",
        ("sent_at", admin.EmptyFieldListFilter),
        ("given_up_at", admin.EmptyFieldListFilter),
    )
    list_select_related = ("award",)
    search_fields = ("award__uuid", "last_problem")
    date_hierarchy = "created_at"
