"""What the LMS tells us, written down: one row per learner and course.

The row is also the outbox: written in the LMS's own transaction, marked dirty, found by
the sweep if nobody else comes. Hides how the row is locked without ever making the LMS's
transaction wait, for on MySQL one that waits can end as the victim of a deadlock, and
then everything that the LMS has done in it is undone.
"""

from __future__ import annotations

import datetime as dt
import logging
import random
import time
from collections.abc import Iterable, Mapping
from functools import partial

from django.db import OperationalError, connection, transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from ..models import Award, CourseResult
from . import queueing
from .news import CertificateNews, EnrolmentNews, GradeNews, News, PassingNews, distrusted, merge
from .states import COUNTING

__all__ = [
    "reconsider",
    "reconsider_awards",
    "reconsider_results",
    "record",
    "record_certificate",
    "record_enrolment",
    "record_grade",
    "record_passing",
]

logger = logging.getLogger(__name__)

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
    *, learner_id: int, course_id: object, is_passing: bool, at: dt.datetime, event_id: str
) -> None:
    """Note whether the learner passes the course; raises `ValueError` for what cannot be so."""
    record(
        PassingNews(
            learner_id=learner_id, course_id=course_id, at=at, event_id=event_id, is_passing=is_passing
        )
    )


def record_grade(
    *, learner_id: int, course_id: object, grade: object, at: dt.datetime, event_id: str
) -> None:
    """Note the learner's grade, a share of the maximum; raises `ValueError`."""
    record(GradeNews(learner_id=learner_id, course_id=course_id, at=at, event_id=event_id, grade=grade))


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
        )
    )


def record_enrolment(
    *, learner_id: int, course_id: object, is_enrolled: bool, mode: str | None, at: dt.datetime, event_id: str
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
        )
    )


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


def record(news: News) -> None:
    """Note a piece of news in the caller's transaction, or right after it when the row is taken."""
    if not connection.in_atomic_block:
        _write_patiently(news)
        return
    try:
        with transaction.atomic():
            _write(news, wait=False)
    except OperationalError:
        # Somebody else has the row: come back when the LMS's transaction is safe.
        transaction.on_commit(partial(_write_later, news), robust=True)


def _write_later(news: News) -> None:
    try:
        _write_patiently(news)
    except Exception as error:  # the LMS has committed; its request must not fail for us
        logger.error("A result was not recorded (%s); ingenium_reconcile will find it.", type(error).__name__)


def _write_patiently(news: News) -> None:
    """Write in a transaction of our own, again if the database chose another one over it."""
    for attempt in range(1, _TRIES + 1):
        try:
            with transaction.atomic():
                _write(news, wait=True)
            return
        except OperationalError:
            if attempt == _TRIES:
                raise
            time.sleep(random.uniform(1, 2) * _PAUSE_SECONDS * 2**attempt)  # noqa: S311  (spreads retries)


def _write(news: News, *, wait: bool) -> None:
    result = _locked(news, wait=wait)
    changes = distrusted(result, news, timezone.now())
    _set(result, changes)
    changes |= merge(result, news)
    if not changes:
        return
    _set(result, changes)
    # A newer stamp alone is kept, for older news that may yet come, but is no news.
    if changes.keys() - _STAMPS:
        result.revision += 1
        result.dirty, result.attempts, result.next_attempt_at = True, 0, None
        queueing.queue(queueing.EVALUATE, [result.pk])
        result.save(update_fields=[*changes, *_TO_EVALUATE])
    else:
        result.save(update_fields=[*changes])


def _set(result: CourseResult, changes: Mapping[str, object]) -> None:
    for name, value in changes.items():
        setattr(result, name, value)


def _locked(news: News, *, wait: bool) -> CourseResult:
    key = {"learner_id": news.learner_id, "course_id": news.course_id}
    # Looked up first: an insert that meets a row locks the gap before it, too.
    if not CourseResult.objects.filter(**key).exists():
        CourseResult.objects.bulk_create(
            [CourseResult(**key)],
            update_conflicts=True,
            update_fields=["learner_id"],
            unique_fields=_KEY if connection.features.supports_update_conflicts_with_target else None,
        )
    rows = CourseResult.objects.select_for_update(
        nowait=not wait and connection.features.has_select_for_update_nowait
    )
    return rows.get(**key)
