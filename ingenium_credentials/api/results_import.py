"""Results that another system reports: written down as news, exactly as an event would be.

Each has the moment at which it was so; the merge of news then makes order and repetition
harmless. Hides how parts of a course (categories, subsections, units) are kept newest first.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from attrs import field, frozen
from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from .. import lms
from ..models import CourseResult, OfferedCourse, PartResult
from . import auditing, parts
from .errors import NotAllowed
from .recording import reconsider_results, record_grade, record_passing

__all__ = ["MOST_RESULTS", "PartValue", "ReportedResult", "import_results"]

MOST_RESULTS = 500
"""At once; more come in several requests."""
_CLOCKS_DIFFER = dt.timedelta(minutes=5)


@frozen(kw_only=True)
class PartValue:
    """How far a learner has come in one part of a course."""

    kind: str
    """A `PartResult.Kind`."""
    key: str
    value: Decimal
    """Share of the maximum, 0 to 1; 1 is complete."""


@frozen(kw_only=True)
class ReportedResult:
    """What is reported of one learner; None leaves what is known."""

    learner_id: int
    at: dt.datetime
    is_passing: bool | None = None
    grade: Decimal | None = None
    parts: Sequence[PartValue] = field(factory=tuple)


def import_results(
    course_id: str, results: Sequence[ReportedResult], *, source: str, actor_id: int | None = None
) -> int:
    """Write all of these results down, or none; returns how many.

    `source` says for the audit log where they come from. Raises `NotAllowed` for an unknown
    learner or a moment in the future, naming the place in the list.
    """
    _demand_sound(course_id, results, source)
    with transaction.atomic():
        for result in results:
            _write(course_id, result)
        course = OfferedCourse.objects.filter(course_id=course_id).first()
        if course is not None:
            auditing.note("results-imported", course, actor_id=actor_id, reason=source)
    return len(results)


def _demand_sound(course_id: str, results: Sequence[ReportedResult], source: str) -> None:
    if not source.strip():
        raise NotAllowed(_("Say where the results come from."))
    if not OfferedCourse.objects.filter(course_id=course_id).exists():
        raise NotAllowed(_("In this course nothing is awarded; an officer enters it under offered courses."))
    if len(results) > MOST_RESULTS:
        raise NotAllowed(_("At most %(most)d results are taken at once.") % {"most": MOST_RESULTS})
    known = _learners_of(course_id, {result.learner_id for result in results})
    latest = timezone.now() + _CLOCKS_DIFFER
    for place, result in enumerate(results, start=1):
        if result.learner_id not in known:
            raise NotAllowed(_("Result %(place)d: there is no such learner.") % {"place": place})
        if result.at > latest:
            raise NotAllowed(_("Result %(place)d lies in the future.") % {"place": place})


def _learners_of(course_id: str, ids: set[int]) -> set[int]:
    """Who of them takes the course: nobody becomes a learner of it by being reported.

    Outside an LMS nobody enrols, and every account may be reported.
    """
    known = CourseResult.objects.filter(course_id=course_id, learner_id__in=ids)
    here = set(known.values_list("learner_id", flat=True))
    if lms.is_platform():
        return here | lms.enrolled(course_id, ids - here)
    accounts = get_user_model()._default_manager.filter(pk__in=ids - here)
    return here | set(accounts.values_list("pk", flat=True))


def _write(course_id: str, result: ReportedResult) -> None:
    source: dict[str, Any] = {"learner_id": result.learner_id, "course_id": course_id, "at": result.at}
    if result.grade is not None:
        record_grade(**source, grade=result.grade, event_id=_event_id(result, "grade"))
    if result.is_passing is not None:
        record_passing(**source, is_passing=result.is_passing, event_id=_event_id(result, "passing"))
    if result.parts and _write_parts(course_id, result):
        row, _made = CourseResult.objects.get_or_create(learner_id=result.learner_id, course_id=course_id)
        reconsider_results([row.pk])


def _event_id(result: ReportedResult, what: str) -> str:
    """The same report twice is the same event."""
    told: Mapping[str, object] = {"grade": result.grade, "passing": result.is_passing}
    text = f"{what}:{result.learner_id}:{result.at.isoformat()}:{told[what]}"
    return f"import-{hashlib.sha256(text.encode()).hexdigest()[:24]}"


def _write_parts(course_id: str, result: ReportedResult) -> bool:
    """Add it to what was reported; returns whether anything is new."""
    known = {
        (row.kind, row.key): row
        for row in PartResult.objects.select_for_update().filter(
            learner_id=result.learner_id, course_id=course_id, seen=False
        )
    }
    changed = False
    for part in result.parts:
        row = known.get((part.kind, part.key)) or PartResult(
            learner_id=result.learner_id, course_id=course_id, kind=part.kind, key=part.key
        )
        # One that is older may still tell since when it has been so.
        if parts.report(row, result.at, part.value):
            row.save()
            changed = True
    return changed
