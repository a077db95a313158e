"""Nothing of ours keeps a transaction of the LMS waiting, or undoes it: on MariaDB or MySQL."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection, connections, transaction
from opaque_keys.edx.keys import CourseKey
from openedx_events.learning.data import CourseData, CoursePassingStatusData, UserData, UserPersonalData
from openedx_events.learning.signals import COURSE_PASSING_STATUS_UPDATED

from ingenium_credentials import api, tasks
from ingenium_credentials.models import Achievement, AwardRule, CourseResult, IncomingNews
from ingenium_credentials.signals import receivers
from tests.interleaving import at_once

pytestmark = [
    pytest.mark.mysql,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "mysql", reason="needs MariaDB: run in the environment mariadb"),
]

EARNED_AT = dt.datetime(2026, 1, 15, tzinfo=dt.UTC)

ISOLATION = ["READ COMMITTED", "REPEATABLE READ"]
"""What Django asks MySQL for, and what MySQL gives unasked."""


def _tell(learner_id: int, course_id: str, *, is_passing: bool = True) -> None:
    """The event itself, as the LMS sends it."""
    COURSE_PASSING_STATUS_UPDATED.send_event(
        course_passing_status=CoursePassingStatusData(
            is_passing=is_passing,
            course=CourseData(course_key=CourseKey.from_string(course_id)),
            user=UserData(
                id=learner_id, is_active=True, pii=UserPersonalData(username="", email="", name="")
            ),
        )
    )


def _isolated(isolation: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET SESSION TRANSACTION ISOLATION LEVEL {isolation}")


def _results_once_all_is_taken_in() -> int:
    tasks.sweep()
    return CourseResult.objects.count()


def _pass(learner: Any, course_id: str) -> None:
    with transaction.atomic():
        _tell(learner.pk, course_id)


def test_the_lms_s_transaction_never_waits_for_a_row_of_ours(
    rule: AwardRule, learner: Any, course_id: str
) -> None:
    _pass(learner, course_id)
    locked, release = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            CourseResult.objects.select_for_update().get()
            locked.set()
            release.wait(30)
        connections.close_all()

    holder = threading.Thread(target=hold)
    holder.start()
    locked.wait(30)
    began = time.monotonic()
    with transaction.atomic():
        _tell(learner.pk, course_id, is_passing=False)
        waited = time.monotonic() - began
        get_user_model().objects.create_user("the-lms-s-own-row")
        release.set()
    holder.join()

    assert waited < 5
    assert not CourseResult.objects.get().is_passing
    assert get_user_model().objects.filter(username="the-lms-s-own-row").exists()


def test_two_lms_transactions_that_cross_do_not_undo_each_other(
    rule: AwardRule, learner: Any, course_id: str
) -> None:
    other = get_user_model().objects.create_user("other", first_name="Other")
    for person in (learner, other):
        _pass(person, course_id)
    both_hold = threading.Barrier(2)

    def cross(number: int) -> None:
        first, second = (learner, other) if number == 0 else (other, learner)
        with transaction.atomic():
            for person in (first, second):
                _tell(person.pk, course_id)
                if person is first:
                    both_hold.wait(30)
            get_user_model().objects.create_user(f"row-of-transaction-{number}")

    assert at_once(2, cross) == [None, None]
    assert get_user_model().objects.filter(username__startswith="row-of-").count() == 2


@pytest.mark.parametrize("isolation", ISOLATION)
def test_first_events_of_the_same_learner_and_course_do_not_wait_for_each_other(
    rule: AwardRule, learner: Any, course_id: str, isolation: str
) -> None:
    told, release = threading.Event(), threading.Event()

    def hold() -> None:
        _isolated(isolation)
        with transaction.atomic():
            _tell(learner.pk, course_id)
            told.set()
            release.wait(30)
        connections.close_all()

    holder = threading.Thread(target=hold)
    holder.start()
    told.wait(30)
    _isolated(isolation)
    began = time.monotonic()
    # Else the test would wait as long as the other transaction, and that one for the test.
    threading.Timer(5, release.set).start()
    with transaction.atomic():
        _tell(learner.pk, course_id)
        waited = time.monotonic() - began
    release.set()
    holder.join()

    assert waited < 3
    assert CourseResult.objects.get().is_passing


@pytest.mark.parametrize("isolation", ISOLATION)
def test_first_events_that_cross_do_not_undo_a_transaction_of_the_lms(
    rule: AwardRule, learner: Any, course_id: str, isolation: str
) -> None:
    other = get_user_model().objects.create_user("other", first_name="Other")
    both_hold = threading.Barrier(2)

    def cross(number: int) -> None:
        _isolated(isolation)
        first, second = (learner, other) if number == 0 else (other, learner)
        with transaction.atomic():
            get_user_model().objects.create_user(f"row-of-transaction-{number}")
            _tell(first.pk, course_id)
            both_hold.wait(30)
            _tell(second.pk, course_id)

    assert at_once(2, cross) == [None, None]
    assert get_user_model().objects.filter(username__startswith="row-of-").count() == 2
    assert _results_once_all_is_taken_in() == 2


OURS: dict[str, Callable[[int, str], object]] = {
    "a rule that is new": lambda _learner_id, course_id: api.reconsider([course_id]),
    "an erasure": lambda learner_id, _course_id: api.erase_learner(learner_id),
    "an account that ends": lambda learner_id, _course_id: api.forget_learner(learner_id),
    "a worker": lambda _learner_id, _course_id: api.take_in(
        list(IncomingNews.objects.values_list("pk", flat=True))
    ),
    "whoever locks all results": lambda _learner_id, _course_id: list(
        CourseResult.objects.select_for_update()
    ),
}


@pytest.mark.parametrize("isolation", ISOLATION)
@pytest.mark.parametrize("ours", OURS)
def test_nothing_that_we_do_keeps_a_transaction_of_the_lms_waiting(
    rule: AwardRule, achievement: Achievement, learner: Any, course_id: str, isolation: str, ours: str
) -> None:
    api.award(learner_id=learner.pk, achievement=achievement, awarded_at=EARNED_AT)
    _pass(learner, course_id)
    # News that nobody has taken in yet.
    with transaction.atomic():
        _tell(learner.pk, course_id)
        connection.run_on_commit.clear()
    done, release = threading.Event(), threading.Event()
    failed: list[Exception] = []

    def hold() -> None:
        _isolated(isolation)
        try:
            with transaction.atomic():
                OURS[ours](learner.pk, course_id)
                done.set()
                release.wait(30)
        except Exception as error:  # handed to the test, which fails on it
            failed.append(error)
        finally:
            done.set()
            connections.close_all()

    holder = threading.Thread(target=hold)
    holder.start()
    done.wait(30)
    _isolated(isolation)
    # Else the test would wait as long as the other transaction, and that one for the test.
    threading.Timer(5, release.set).start()
    began = time.monotonic()
    with transaction.atomic():
        for person_id in (learner.pk, learner.pk + 1):
            _tell(person_id, course_id, is_passing=False)
        receivers.user_retire_lms_misc(sender=None, user=learner)
        waited = time.monotonic() - began
        release.set()
    holder.join()

    assert waited < 3
    assert failed == []
    _results_once_all_is_taken_in()
    assert CourseResult.objects.filter(learner_id=learner.pk + 1).exists()
