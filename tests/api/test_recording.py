from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction

from ingenium_credentials import api
from ingenium_credentials.api import recording
from ingenium_credentials.models import CourseResult

NOW = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
COURSE = "course-v1:UOC+MED101+2026"

pytestmark = pytest.mark.django_db


def _record(minute: int = 0, *, is_passing: bool = True) -> CourseResult:
    api.record_passing(
        learner_id=7,
        course_id=COURSE,
        is_passing=is_passing,
        at=NOW + dt.timedelta(minutes=minute),
        event_id=f"event-{minute}",
    )
    return CourseResult.objects.get()


def test_news_makes_one_row_that_is_dirty() -> None:
    result = _record()

    assert (result.learner_id, result.course_id, result.is_passing) == (7, COURSE, True)
    assert result.passing_since == NOW
    assert (result.revision, result.dirty) == (1, True)


def test_the_same_news_again_changes_nothing() -> None:
    first = _record()

    again = _record()

    assert (again.revision, again.changed_at) == (first.revision, first.changed_at)


def test_newer_news_of_the_same_is_remembered_and_not_evaluated_again() -> None:
    _record()
    CourseResult.objects.update(dirty=False)

    repeated = _record(5)
    late = _record(3, is_passing=False)

    assert (repeated.revision, repeated.dirty) == (1, False)
    assert late.is_passing


def test_a_failure_is_news() -> None:
    _record()

    result = _record(1, is_passing=False)

    assert (result.is_passing, result.passing_since, result.revision) == (False, None, 2)


def test_each_facet_has_its_own_time() -> None:
    _record(9)

    api.record_grade(learner_id=7, course_id=COURSE, grade=0.87, at=NOW, event_id="g")
    api.record_certificate(
        learner_id=7,
        course_id=COURSE,
        status="downloadable",
        mode="verified",
        printed_name="Ελένη Παπαδάκη",
        grade="",
        at=NOW,
        event_id="c",
    )

    result = CourseResult.objects.get()
    assert (result.is_passing, result.grade, result.certificate_status) == (
        True,
        Decimal("0.8700"),
        "downloadable",
    )
    assert (result.mode, result.printed_name, result.certificate_since) == ("verified", "Ελένη Παπαδάκη", NOW)
    assert result.revision == 3


def test_news_waits_for_the_transaction_of_the_lms(django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks() as callbacks:
        _record()
        _record()

    assert len(callbacks) == 1


def test_what_the_lms_rolls_back_was_never_heard(transactional_db: None) -> None:
    with transaction.atomic():
        _record()
        transaction.set_rollback(True)

    assert not CourseResult.objects.exists()


def test_a_busy_database_is_tried_again_and_then_given_up_loudly(
    transactional_db: None, monkeypatch: Any
) -> None:
    monkeypatch.setattr(recording, "_PAUSE_SECONDS", 0)
    tries = 0

    def refuse(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal tries
        if "ingenium_credentials_courseresult" in sql:
            tries += 1
            raise OperationalError("database is locked")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(refuse), pytest.raises(OperationalError):
        api.record_passing(learner_id=7, course_id=COURSE, is_passing=True, at=NOW, event_id="e")

    assert tries > 1


def test_a_rule_that_is_new_makes_known_results_dirty() -> None:
    _record()
    CourseResult.objects.update(dirty=False, attempts=3)

    assert api.reconsider([COURSE, "course-v1:a+b+c"]) == 1

    result = CourseResult.objects.get()
    assert (result.dirty, result.attempts, result.revision) == (True, 0, 2)
