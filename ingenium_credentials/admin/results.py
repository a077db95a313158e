"""What the LMS told us, to look at."""

from __future__ import annotations

from django.contrib import admin

from ..models import CourseResult, IncomingNews, PartResult, Reconciliation
from .read_only import ReadOnlyAdmin

__all__ = ["CourseResultAdmin", "IncomingNewsAdmin", "PartResultAdmin", "ReconciliationAdmin"]


@admin.register(CourseResult)
class CourseResultAdmin(ReadOnlyAdmin):
    """One learner in one course; `dirty` ones wait for evaluation and say why."""

    list_display = ("learner_id", "course_id", "is_passing", "certificate_status", "dirty", "last_problem")
    list_filter = ("is_passing", "certificate_status", "mode", "dirty")
    search_fields = ("=learner_id", "course_id", "last_problem")
    date_hierarchy = "changed_at"


@admin.register(IncomingNews)
class IncomingNewsAdmin(ReadOnlyAdmin):
    """What the LMS has told and no worker has taken in yet; rows that stay say that none runs."""

    list_display = ("heard_at", "kind", "learner_id")
    list_filter = ("kind",)
    search_fields = ("=learner_id",)
    date_hierarchy = "heard_at"


@admin.register(Reconciliation)
class ReconciliationAdmin(ReadOnlyAdmin):
    """When the LMS was compared with the ledger, and what differed."""

    list_display = ("started_at", "finished_at", "nightly", "course_id", "looked_at", "found", "left")
    list_filter = ("nightly",)
    search_fields = ("course_id",)
    date_hierarchy = "started_at"


@admin.register(PartResult)
class PartResultAdmin(ReadOnlyAdmin):
    """One learner in one category, subsection or unit of a course."""

    list_display = ("learner_id", "course_id", "kind", "key", "value", "at", "seen")
    list_filter = ("kind", "seen")
    search_fields = ("=learner_id", "course_id", "key")
    date_hierarchy = "at"
