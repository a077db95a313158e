"""What is reported of a learner in a course, written down: one row per learner and course.

The row is also the outbox: marked dirty, and found by the sweep if nobody else comes. In
the LMS's own transaction nothing of this happens, as it could wait there: news is kept in
the inbox, and written down once the LMS has committed.
"""

from __future__ import annotations

import datetime as dt
import random
import time
from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from django.db import OperationalError, connection, transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from ..models import Award, CourseResult
from . import inbox, queueing
from .concerning import asks_for_completions, is_concerned
from .news import CertificateNews, EnrolmentNews, GradeNews, News, PassingNews, distrusted, merge
from .states import COUNTING

__all__ = [
    "patiently",
    "reconsider",
    "reconsider_awards",
    "reconsider_results",
    "record",
    "record_certificate",
    "record_completion",
    "record_enrolment",
    "record_grade",
    "record_passing",
    "write",
]

_Made = TypeVar("_Made")

_TRIES = 5
_PAUSE_SECONDS = 0.02
_KEY = ("learner_id", "course_id")
_STAMPS = frozenset(
    {
        *("passing_stamp", "grade_stamp", "certificate_stamp", "enrolment_stamp"),
        *("passing_turn", "certificate_turn"),
    }
)
_TO_EVALUATE = ("revision", "dirty", "attempts", "next_attempt_at", "changed_at")


def record_passing(
    *,
    learner_id: int,
    course_id: object,
    is_passing: bool,
    at: dt.datetime,
    event_id: str,
    in_lms: bool = False,
) -> None:
    """Note whether the learner passes the course; raises `ValueError` for what cannot be so."""
    record(
        PassingNews(
            learner_id=learner_id, course_id=course_id, at=at, event_id=event_id, is_passing=is_passing
        ),
        in_lms=in_lms,
    )


def record_grade(
    *,
    learner_id: int,
    course_id: object,
    grade: object,
    at: dt.datetime,
    event_id: str,
    in_lms: bool = False,
) -> None:
    """Note the learner's grade, a share of the maximum; raises `ValueError`."""
    news = GradeNews(learner_id=learner_id, course_id=course_id, at=at, event_id=event_id, grade=grade)
    record(news, in_lms=in_lms)


def record_certificate(
    *,
    learner_id: int,
    course_id: object,
    status: str,
    mode: str | None,
    printed_name: str | None,
    grade: object,
    at: dt.datetime,
    event_id: str,
    in_lms: bool = False,
) -> None:
    """Note what became of the learner's certificate; raises `ValueError`."""
    record(
        CertificateNews(
            learner_id=learner_id,
            course_id=course_id,
            at=at,
            event_id=event_id,
            status=status,
            mode=mode,
            printed_name=printed_name,
            grade=grade,
        ),
        in_lms=in_lms,
    )


def record_enrolment(
    *,
    learner_id: int,
    course_id: object,
    is_enrolled: bool,
    mode: str | None,
    at: dt.datetime,
    event_id: str,
    in_lms: bool = False,
) -> None:
    """Note whether and in which mode the learner is enrolled; raises `ValueError`."""
    record(
        EnrolmentNews(
            learner_id=learner_id,
            course_id=course_id,
            at=at,
            event_id=event_id,
            is_enrolled=is_enrolled,
            mode=mode,
        ),
        in_lms=in_lms,
    )


def record_completion(*, learner_id: int, course_id: object) -> None:
    """Note, in the LMS's transaction, that the learner has completed something, if a rule asks for such.

    Once the LMS has committed the learner is evaluated, and asks the LMS what it is.
    """
    if asks_for_completions(str(course_id)):
        inbox.append_completion(learner_id, str(course_id))


def reconsider(course_ids: Iterable[str]) -> int:
    """Mark every result in these courses as not evaluated; returns how many.

    For a rule that is new: the sweep then finds those who have met it already.
    """
    return _reconsider(CourseResult.objects.filter(course_id__in=list(course_ids)))


def reconsider_results(result_ids: Iterable[int]) -> int:
    """Mark these results as not evaluated; returns how many."""
    return _reconsider(CourseResult.objects.filter(pk__in=list(result_ids)))


def reconsider_awards(definitions: Iterable[str], learner_id: int | None = None) -> int:
    """Mark the awards of these definitions, so that the awards they are parts of are evaluated.

    All learners' or one learner's; returns how many.
    """
    awards = Award.objects.filter(definition__in=list(definitions), learner_id__isnull=False)
    if learner_id is not None:
        awards = awards.filter(learner_id=learner_id)
    return awards.filter(state__in=COUNTING).update(wholes_due_at=timezone.now())


def _reconsider(results: QuerySet[CourseResult]) -> int:
    return results.update(
        dirty=True, revision=F("revision") + 1, attempts=0, next_attempt_at=None, changed_at=timezone.now()
    )


def record(news: News, *, in_lms: bool = False) -> None:
    """Write a piece of news down, in the caller's transaction if there is one, and have it evaluated.

    `in_lms`: the transaction is the LMS's, which must never wait for a row of ours: the news is
    kept in the inbox, and written down once the LMS has committed; of a course that does not
    concern us it is not kept.
    """
    if in_lms:
        if is_concerned(news.course_id):
            inbox.append(news)
        return
    result_id = write(news) if connection.in_atomic_block else patiently(lambda: write(news))
    if result_id is not None:
        queueing.queue(queueing.EVALUATE, [result_id])


def patiently(act: Callable[[], _Made]) -> _Made:
    """Do it, again if the database chose another transaction over it; `act` opens and ends its own."""
    for attempt in range(1, _TRIES):
        try:
            return act()
        except OperationalError:
            time.sleep(random.uniform(1, 2) * _PAUSE_SECONDS * 2**attempt)  # noqa: S311  (spreads retries)
    return act()


@transaction.atomic
def write(news: News) -> int | None:
    """Merge a piece of news into its row; returns the row's id if it is to be evaluated."""
    result = _locked(news.learner_id, news.course_id)
    changes = distrusted(result, news, timezone.now())
    _set(result, changes)
    changes |= merge(result, news)
    if not changes:
        return None
    _set(result, changes)
    # A newer stamp alone is kept, for older news that may yet come, but is no news.
    if not changes.keys() - _STAMPS:
        result.save(update_fields=[*changes])
        return None
    result.revision += 1
    result.dirty, result.attempts, result.next_attempt_at = True, 0, None
    result.save(update_fields=[*changes, *_TO_EVALUATE])
    return result.pk


@transaction.atomic
def mark(learner_id: int, course_id: str) -> int:
    """Have the learner evaluated in the course, though its result has not changed; the row's id."""
    result = _locked(learner_id, course_id)
    reconsider_results([result.pk])
    return result.pk


def _set(result: CourseResult, changes: Mapping[str, object]) -> None:
    for name, value in changes.items():
        setattr(result, name, value)


def _locked(learner_id: int, course_id: str) -> CourseResult:
    key = {"learner_id": learner_id, "course_id": course_id}
    # Looked up first: an insert that meets a row locks the gap before it, too.
    if not CourseResult.objects.filter(**key).exists():
        CourseResult.objects.bulk_create(
            [CourseResult(**key)],
            update_conflicts=True,
            update_fields=["learner_id"],
            unique_fields=_KEY if connection.features.supports_update_conflicts_with_target else None,
        )
    return CourseResult.objects.select_for_update().get(**key)
