"""A clock that was ahead and is put right, and one that goes back: nothing waits for its wrong moments."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from django.db.models import QuerySet
from django.utils import timezone

from ingenium_credentials import api, tasks
from ingenium_credentials.models import Award, AwardRule, CourseResult, StatusList

pytestmark = pytest.mark.django_db

YEAR = dt.timedelta(days=365)


class Clock:
    """What `timezone.now()` says."""

    def __init__(self) -> None:
        """The right time."""
        self.now = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=1)

    def __call__(self) -> dt.datetime:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch, rule: AwardRule) -> Clock:
    """A clock that is right; keys and rule were made before."""
    found = Clock()
    monkeypatch.setattr(timezone, "now", found)
    return found


@pytest.fixture
def right_now(clock: Clock) -> dt.datetime:
    return clock.now


def _tell(learner: Any, course_id: str, at: dt.datetime, *, passing: bool, event_id: str = "e") -> None:
    api.record_passing(
        learner_id=learner.pk, course_id=course_id, is_passing=passing, at=at, event_id=event_id
    )


def _results() -> QuerySet[CourseResult]:
    return CourseResult.objects.all()


def test_a_pass_counts_after_a_failure_that_was_stamped_a_year_ahead(
    clock: Clock, right_now: dt.datetime, learner: Any, course_id: str
) -> None:
    clock.now = right_now + YEAR
    _tell(learner, course_id, clock.now, passing=False)
    clock.now = right_now
    _tell(learner, course_id, clock.now, passing=True, event_id="f")

    api.evaluate([_results().get().pk])

    assert Award.objects.get().awarded_at == right_now


def test_a_pass_that_was_stamped_a_year_ahead_waits_for_nothing_once_told_again(
    clock: Clock, right_now: dt.datetime, learner: Any, course_id: str
) -> None:
    clock.now = right_now + YEAR
    _tell(learner, course_id, clock.now, passing=True)
    clock.now = right_now
    assert api.evaluate([_results().get().pk]) == []
    assert "future" in _results().get().last_problem

    _tell(learner, course_id, clock.now, passing=True, event_id="f")
    api.evaluate([_results().get().pk])

    assert Award.objects.get().awarded_at == right_now


def test_what_was_earned_some_minutes_ahead_is_awarded_when_they_are_over(
    clock: Clock, right_now: dt.datetime, learner: Any, course_id: str
) -> None:
    _tell(learner, course_id, right_now + dt.timedelta(minutes=3), passing=True)
    assert api.evaluate([_results().get().pk]) == []

    clock.now = right_now + dt.timedelta(minutes=4)
    api.evaluate([_results().get().pk])

    assert Award.objects.get().awarded_at == right_now + dt.timedelta(minutes=3)


def test_the_sweep_finds_what_was_written_a_year_ahead(
    clock: Clock, right_now: dt.datetime, learner: Any, course_id: str
) -> None:
    clock.now = right_now + YEAR
    _tell(learner, course_id, right_now, passing=True)
    _results().update(next_attempt_at=clock.now)
    clock.now = right_now

    assert tasks.sweep()["results"] == 1


def test_an_award_that_was_to_be_tried_again_a_year_ahead_is_tried_now(
    clock: Clock, right_now: dt.datetime, learner: Any, course_id: str
) -> None:
    _tell(learner, course_id, right_now, passing=True)
    api.evaluate([_results().get().pk])
    Award.objects.update(next_attempt_at=right_now + YEAR)

    assert tasks.sweep()["awards"] == 1


def test_a_list_signed_by_a_clock_that_was_ahead_is_signed_anew(
    clock: Clock, right_now: dt.datetime, learner: Any, course_id: str
) -> None:
    _tell(learner, course_id, right_now, passing=True)
    api.evaluate([_results().get().pk])
    api.issue([Award.objects.get().pk])
    row = StatusList.objects.get()
    clock.now = right_now + dt.timedelta(hours=2)
    api.publish(row)
    clock.now = right_now

    document = json.loads(api.status_document(row.uuid).body)

    assert dt.datetime.fromisoformat(document["validFrom"]) <= right_now
    body = bytes(Award.objects.get().credentials.get(format="ob3").body)
    assert api.verify(body, now=right_now).verdict == "valid"


def test_a_list_that_is_some_seconds_ahead_is_left_as_it_is(
    clock: Clock, right_now: dt.datetime, learner: Any, course_id: str
) -> None:
    _tell(learner, course_id, right_now, passing=True)
    api.evaluate([_results().get().pk])
    row = StatusList.objects.get()
    clock.now = right_now + dt.timedelta(seconds=30)
    api.publish(row)
    row.refresh_from_db()

    assert not api.is_due(row, right_now)


def test_late_news_among_right_clocks_is_still_ordered_by_its_moment(
    clock: Clock, right_now: dt.datetime, learner: Any, course_id: str
) -> None:
    _tell(learner, course_id, right_now, passing=True)
    _tell(learner, course_id, right_now - dt.timedelta(hours=1), passing=False, event_id="late")

    assert _results().get().is_passing
