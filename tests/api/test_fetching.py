"""Only courses that concern us are recorded; what was there before is fetched when they begin to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.utils import timezone

from ingenium_credentials import api, lms, tasks
from ingenium_credentials.models import (
    Achievement,
    Award,
    AwardRule,
    CourseResult,
    IncomingNews,
    OfferedCourse,
    Reconciliation,
)
from tests.api.conftest import EARNED_AT

OTHER = "course-v1:UOC+MED102+2026"

pytestmark = pytest.mark.django_db


@pytest.fixture
def platform(monkeypatch: Any) -> dict[int, lms.CourseFact]:
    """An LMS with these facts, by learner."""
    facts: dict[int, lms.CourseFact] = {}

    def of_course(course_id: str, _since: dt.datetime | None) -> Iterator[lms.CourseFact]:
        return (fact for fact in facts.values() if fact.course_id == course_id)

    monkeypatch.setattr(lms, "facts_of_course", of_course)
    monkeypatch.setattr(lms, "is_platform", lambda: True)
    return facts


def _passed(learner_id: int, course_id: str) -> lms.CourseFact:
    return lms.CourseFact(
        learner_id=learner_id,
        course_id=course_id,
        grade=0.9,
        grade_at=timezone.now(),
        is_passing=True,
        passed_at=EARNED_AT,
    )


def _tell(course_id: str, learner_id: int = 7) -> None:
    api.record_passing(
        learner_id=learner_id,
        course_id=course_id,
        is_passing=True,
        at=EARNED_AT,
        event_id="e",
        in_lms=True,
    )


def _rule(achievement: Achievement, *courses: str, enabled: bool = False) -> AwardRule:
    leaves = [{"kind": "course_passed", "course": course} for course in courses]
    condition = {"version": 1, "any": leaves}
    return api.define_rule(
        AwardRule(name="Passed", achievement=achievement, condition=condition, enabled=enabled)
    )


# Only what concerns us


def test_of_a_course_that_concerns_nobody_nothing_is_kept(
    rule: AwardRule, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(1):
        _tell(OTHER)

    assert not IncomingNews.objects.exists()


@pytest.mark.parametrize("enabled", [False, True])
def test_a_course_that_a_rule_names_anywhere_concerns_us_even_when_it_is_paused(
    achievement: Achievement, course_id: str, enabled: bool
) -> None:
    _rule(achievement, course_id, OTHER, enabled=enabled)

    _tell(OTHER)

    assert IncomingNews.objects.count() == 1


def test_a_course_that_is_offered_concerns_us(db: None) -> None:
    api.define_offered_course(OfferedCourse(course_id=OTHER))

    _tell(OTHER)

    assert IncomingNews.objects.count() == 1


def test_the_operator_may_have_every_course_recorded(settings: Any, django_assert_num_queries: Any) -> None:
    settings.INGENIUM_RECORD_ALL_COURSES = True

    # Savepoint, insert, release.
    with django_assert_num_queries(3):
        _tell(OTHER)

    assert IncomingNews.objects.count() == 1


def test_that_an_account_ends_is_heard_whatever_concerns_us() -> None:
    api.forget_learner(7, in_lms=True)

    assert IncomingNews.objects.count() == 1


def test_a_comparison_records_nothing_of_a_course_that_concerns_nobody(
    platform: dict[int, lms.CourseFact],
) -> None:
    platform[7] = _passed(7, OTHER)

    assert api.reconcile(course_id=OTHER).looked_at == 0
    assert not CourseResult.objects.exists()


# What was there before


def _offer(_achievement: Achievement, course_id: str) -> object:
    return api.define_offered_course(OfferedCourse(course_id=course_id))


def _define(achievement: Achievement, course_id: str) -> object:
    return _rule(achievement, course_id)


def _switch_on(achievement: Achievement, course_id: str) -> object:
    rule = _rule(achievement, course_id)
    Reconciliation.objects.all().delete()
    return api.switch_on(rule)


def _begin(achievement: Achievement, course_id: str) -> object:
    rule = _rule(achievement, course_id, enabled=True)
    now = timezone.now()
    api.schedule(rule, now + dt.timedelta(days=1), None)
    Reconciliation.objects.all().delete()
    return api.wake_rules(now + dt.timedelta(days=2))


@pytest.mark.parametrize("begin", [_offer, _define, _switch_on, _begin])
def test_results_of_before_are_fetched_when_a_course_begins_to_concern_us(
    platform: dict[int, lms.CourseFact],
    achievement: Achievement,
    course_id: str,
    begin: Callable[[Achievement, str], object],
) -> None:
    platform[7], platform[8] = _passed(7, course_id), _passed(8, OTHER)

    begin(achievement, course_id)
    run = Reconciliation.objects.get()

    assert (run.course_id, run.finished_at) == (course_id, None)
    assert tasks.fetch(run.pk) == 1
    assert [row.learner_id for row in CourseResult.objects.filter(is_passing=True)] == [7]
    run.refresh_from_db()
    assert (run.looked_at, run.found, run.left) == (1, {"not heard": 1}, {})


def test_whoever_passed_before_the_rule_was_made_is_awarded(
    platform: dict[int, lms.CourseFact],
    achievement: Achievement,
    course_id: str,
    learner: Any,
    monkeypatch: Any,
) -> None:
    platform[1] = _passed(learner.pk, course_id)
    _tell(course_id, learner.pk)
    assert not IncomingNews.objects.exists()

    _rule(achievement, course_id, enabled=True)
    tasks.fetch(Reconciliation.objects.get().pk)

    # Who the learner is, this project's own accounts know.
    monkeypatch.setattr(lms, "is_platform", lambda: False)
    api.evaluate(list(CourseResult.objects.values_list("pk", flat=True)))
    award = Award.objects.get()
    assert (award.learner_id, award.awarded_at) == (learner.pk, EARNED_AT)


def test_what_the_lms_was_writing_meanwhile_is_found_by_looking_again(
    platform: dict[int, lms.CourseFact], achievement: Achievement, course_id: str
) -> None:
    _rule(achievement, course_id)
    run = Reconciliation.objects.get()
    assert tasks.fetch(run.pk) == 0
    assert tasks.fetch(run.pk) == 0
    # A transaction that had begun before the rule was there commits only now.
    platform[7] = _passed(7, course_id)
    assert api.fetches_left(timezone.now()) == []
    Reconciliation.objects.update(started_at=timezone.now() - dt.timedelta(minutes=11), due_at=timezone.now())

    assert api.fetches_left(timezone.now()) == [run.pk]
    assert tasks.fetch(run.pk) == 1
    assert Reconciliation.objects.get().due_at is None


def test_a_fetch_whose_worker_died_is_begun_anew_by_the_sweep(
    platform: dict[int, lms.CourseFact],
    achievement: Achievement,
    course_id: str,
    monkeypatch: Any,
    django_capture_on_commit_callbacks: Any,
) -> None:
    _rule(achievement, course_id)
    run = Reconciliation.objects.get()

    def die(*_arguments: Any) -> Any:
        raise ConnectionError

    with monkeypatch.context() as dying:
        dying.setattr(lms, "facts_of_course", die)
        with pytest.raises(ConnectionError):
            api.fetch(run.pk)
    platform[7] = _passed(7, course_id)
    assert tasks.fetch(run.pk) == 0
    Reconciliation.objects.update(due_at=timezone.now())

    with django_capture_on_commit_callbacks(execute=True):
        assert tasks.sweep()["fetches"] == 1

    assert CourseResult.objects.get().is_passing


def test_nothing_is_asked_for_twice_before_it_has_begun(
    platform: dict[int, lms.CourseFact], achievement: Achievement, course_id: str
) -> None:
    rule = _rule(achievement, course_id)
    api.define_offered_course(OfferedCourse(course_id=course_id))
    api.switch_on(rule)

    assert Reconciliation.objects.count() == 1


def test_a_change_that_names_no_further_course_fetches_nothing(
    platform: dict[int, lms.CourseFact], achievement: Achievement, course_id: str
) -> None:
    rule = _rule(achievement, course_id, enabled=True)
    Reconciliation.objects.all().delete()
    rule.name = "Renamed"

    api.define_rule(rule)

    assert not Reconciliation.objects.exists()


def test_switched_off_a_fetch_waits(
    platform: dict[int, lms.CourseFact], achievement: Achievement, course_id: str, settings: Any
) -> None:
    _rule(achievement, course_id)
    settings.INGENIUM_ENABLED = False
    run = Reconciliation.objects.get()

    assert (tasks.fetch(run.pk), tasks.sweep()["fetches"]) == (0, 0)

    settings.INGENIUM_ENABLED = True
    assert tasks.sweep()["fetches"] == 1


def test_how_far_a_fetch_is_can_be_asked(
    platform: dict[int, lms.CourseFact], achievement: Achievement, course_id: str
) -> None:
    assert api.being_fetched([course_id]) is None
    _rule(achievement, course_id)
    assert api.being_fetched([course_id, OTHER]) == 0
    Reconciliation.objects.update(looked_at=500)
    assert api.being_fetched([course_id]) == 500
    assert api.being_fetched([OTHER]) is None

    Reconciliation.objects.update(looked_at=0)
    tasks.fetch(Reconciliation.objects.get().pk)

    assert api.being_fetched([course_id]) is None


def test_outside_an_lms_there_is_nothing_to_fetch(achievement: Achievement, course_id: str) -> None:
    _rule(achievement, course_id, enabled=True)

    assert not Reconciliation.objects.exists()
