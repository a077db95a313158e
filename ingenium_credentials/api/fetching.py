"""Fetch what the LMS knows of a course already, when the course begins to concern us.

Of a course that concerned nobody nothing was recorded; so its certificates and grades are
read from the LMS's tables when it is offered, or a rule begins to name it or is switched
on. Each fetch is a row that says how far it is; whoever finds it silent begins it anew.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db.models import QuerySet, Sum
from django.utils import timezone

from .. import lms
from ..models import Reconciliation
from . import queueing
from .hearing import hear, unheard

__all__ = ["ask", "being_fetched", "fetch", "fetches_left"]

_UNHEARD = "not heard"
_BEAT = 500
"""Rows after which it is written down how far a fetch is."""
_SILENT = dt.timedelta(minutes=5)
_OPEN = dt.timedelta(minutes=10)
"""A transaction of the LMS that had begun before the course concerned us has ended by then."""


def ask(course_ids: Iterable[str]) -> None:
    """Have these courses fetched, unless somebody has just asked for it."""
    if not lms.is_platform():
        return
    now = timezone.now()
    for course_id in sorted(set(course_ids)):
        waiting = _fetches().filter(course_id=course_id, looked_at=0, finished_at=None)
        if not waiting.exists():
            run = Reconciliation.objects.create(course_id=course_id, started_at=now, due_at=now)
            queueing.queue(queueing.FETCH, run.pk)


def fetch(run_id: int) -> int:
    """Hear what the LMS's tables say of the course; returns how much was new. Twice changes nothing.

    It is done once more after some minutes: what the LMS was writing when the course began to
    concern us was recorded by nobody, and could not be read yet.
    """
    now = timezone.now()
    due = Reconciliation.objects.filter(pk=run_id, due_at__lte=now)
    # Whoever moves the row on has it; others come back when it has been silent.
    if not due.update(due_at=now + _SILENT, looked_at=0):
        return 0
    run = Reconciliation.objects.get(pk=run_id)
    new = 0
    for found in unheard(run.course_id, None):
        run.looked_at += 1
        if found is not None:
            new += 1
            run.found[_UNHEARD] = run.found.get(_UNHEARD, 0) + 1
            run.left[_UNHEARD] = run.left.get(_UNHEARD, 0) + (not hear(found))
        if run.looked_at % _BEAT == 0:
            run.due_at = timezone.now() + _SILENT
            run.save(update_fields=["looked_at", "found", "left", "due_at"])
    again = run.started_at + _OPEN
    run.finished_at, run.due_at = timezone.now(), again if now < again else None
    run.left = {kind: count for kind, count in run.left.items() if count}
    run.save()
    return new


def fetches_left(now: dt.datetime) -> list[int]:
    """The fetches to begin, to begin anew or to repeat."""
    return list(_fetches().filter(due_at__lte=now).order_by("pk").values_list("pk", flat=True))


def being_fetched(course_ids: Iterable[str]) -> int | None:
    """How many rows of the LMS were looked at so far; None when nothing of these courses is being fetched."""
    running = _fetches().filter(course_id__in=list(course_ids), finished_at=None)
    found: int | None = running.aggregate(rows=Sum("looked_at"))["rows"]
    return found


def _fetches() -> QuerySet[Reconciliation]:
    return Reconciliation.objects.exclude(due_at=None)
