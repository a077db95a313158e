"""What the LMS's tables say and nobody has told us: bulk changes, allowlists, downtime.

Hides when a row of the LMS is newer than what we have heard. News is ordered by its
moment; but a bulk update changes a row and leaves its moment as it was, and a clock that
went wrong leaves a moment that has not come yet. So where the LMS says something else
than we have known for a while, the LMS is right, as of now.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import islice

from attrs import frozen
from django.utils import timezone

from .. import lms
from ..models import CourseResult
from .news import CertificateNews, GradeNews, News, PassingNews, is_from_the_future, stamp
from .recording import record

__all__ = ["Unheard", "hear", "unheard"]

_EVENT = "reconcile"
_CHUNK = 500
_SETTLING = dt.timedelta(minutes=10)
"""News that came while we were reading the LMS's rows is newer than what we have read."""


@frozen(kw_only=True)
class Unheard:
    """What one row of the LMS says that the ledger does not know."""

    fact: lms.CourseFact
    news: tuple[News, ...] = ()
    """Empty when the row cannot be used; the detail says why."""
    details: tuple[str, ...]


def unheard(course_id: str, since: dt.datetime | None) -> Iterator[Unheard | None]:
    """For each row that the LMS has on the course: what is new in it, None when nothing is."""
    facts = lms.facts_of_course(course_id, since)
    while True:
        now = timezone.now()
        chunk = list(islice(facts, _CHUNK))
        if not chunk:
            return
        learners = {fact.learner_id for fact in chunk}
        rows = CourseResult.objects.filter(course_id=course_id, learner_id__in=learners)
        known = {row.learner_id: row for row in rows}
        for fact in chunk:
            yield _unheard(fact, known.get(fact.learner_id) or CourseResult(), now)


def hear(found: Unheard) -> bool:
    """Note what the LMS says; whether the ledger knows it now."""
    for news in found.news:
        record(news)
    fact = found.fact
    row = CourseResult.objects.filter(learner_id=fact.learner_id, course_id=fact.course_id).first()
    return row is not None and bool(found.news) and _unheard(fact, row, timezone.now()) is None


def _unheard(fact: lms.CourseFact, known: CourseResult, now: dt.datetime) -> Unheard | None:
    try:
        found = [pair for pair in _told(fact, known, now) if _is_new(pair[1], known, now)]
    except ValueError as error:
        return Unheard(fact=fact, details=(str(error),))
    if not found:
        return None
    return Unheard(
        fact=fact, details=tuple(detail for detail, _ in found), news=tuple(news for _, news in found)
    )


def _told(fact: lms.CourseFact, known: CourseResult, now: dt.datetime) -> Iterator[tuple[str, News]]:
    """Everything that the row says, with a word for the report, as news of its moment."""
    learner, course = fact.learner_id, fact.course_id
    if fact.certificate_at is not None and fact.certificate_status:
        yield (
            f"certificate {fact.certificate_status}",
            CertificateNews(
                learner_id=learner,
                course_id=course,
                event_id=_EVENT,
                at=_moment(fact.certificate_at, known.certificate_stamp, now),
                status=fact.certificate_status,
                mode=fact.mode,
                printed_name=fact.printed_name,
                grade=None,
            ),
        )
    if fact.grade_at is not None and fact.grade is not None:
        at = _moment(fact.grade_at, known.grade_stamp, now)
        grade = GradeNews(learner_id=learner, course_id=course, event_id=_EVENT, at=at, grade=fact.grade)
        yield f"grade {grade.grade.normalize():f}", grade
    if fact.grade_at is not None and fact.is_passing is not None:
        # The first pass is the evidence, unless the ledger has heard of a failure since.
        first = fact.passed_at if fact.is_passing and not known.passing_stamp else None
        yield (
            "passing" if fact.is_passing else "not passing",
            PassingNews(
                learner_id=learner,
                course_id=course,
                event_id=_EVENT,
                at=_moment(first or fact.grade_at, known.passing_stamp, now),
                is_passing=fact.is_passing,
            ),
        )


def _moment(told_at: dt.datetime, known_stamp: str, now: dt.datetime) -> dt.datetime:
    """When the LMS's row became so: as it says, or now if that was before what we know."""
    at = min(told_at, now)
    return at if stamp(at, _EVENT) > known_stamp else now


def _is_new(news: News, known: CourseResult, now: dt.datetime) -> bool:
    """Whether the row says something else than we know, and we have not heard it just now."""
    name, says, knows = _compared(news, known)
    known_stamp: str = getattr(known, name)
    if is_from_the_future(known_stamp, now):
        return True
    has_settled = known_stamp <= stamp(now - _SETTLING, "")
    return says != knows and (news.at < now or has_settled)


def _compared(news: News, known: CourseResult) -> tuple[str, object, object]:
    if isinstance(news, CertificateNews):
        return "certificate_stamp", news.status, known.certificate_status
    if isinstance(news, GradeNews):
        return "grade_stamp", news.grade, known.grade
    return "passing_stamp", getattr(news, "is_passing", None), known.is_passing
