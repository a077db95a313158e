"""The staff of a course see what their course has a part in, and no more."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, Permission
from django.db import connection

from ingenium_credentials import api, lms
from ingenium_credentials.models import (
    Achievement,
    Award,
    AwardCourse,
    AwardRule,
    CourseResult,
    OfferedCourse,
)

EARNED = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
# One key begins with the other.
COURSE, LONGER = "course-v1:UOC+MED101+2026", "course-v1:UOC+MED101+2026b"


@pytest.fixture(autouse=True)
def offered(achievement: Achievement) -> None:
    """Two courses in which the same may be earned."""
    for course in (COURSE, LONGER):
        api.define_offered_course(OfferedCourse(course_id=course, definitions=[achievement.slug]))


def _given(learner: Any, achievement: Achievement, **said: Any) -> Award:
    """An award by hand, of which somebody has said so much."""
    said = {"circumstances": api.Circumstances(**said)}
    return api.award(learner_id=learner.pk, achievement=achievement, awarded_at=EARNED, **said)


def _either(achievement: Achievement) -> AwardRule:
    leaves = [{"kind": "course_passed", "course": course} for course in (COURSE, LONGER)]
    rule = AwardRule(
        name="Either", achievement=achievement, condition={"version": 1, "any": leaves}, enabled=True
    )
    return api.define_rule(rule)


def _passes(learner: Any, course: str, at: dt.datetime = EARNED) -> None:
    api.record_passing(learner_id=learner.pk, course_id=course, is_passing=True, at=at, event_id=course)
    api.evaluate(list(CourseResult.objects.values_list("pk", flat=True)))


def seen(course_id: str) -> list[Award]:
    return list(api.awards_of_course(course_id))


@pytest.mark.parametrize(("passed", "other"), [(COURSE, LONGER), (LONGER, COURSE)])
def test_what_either_of_two_courses_gives_is_only_of_the_one_by_which_it_was_earned(
    passed: str, other: str, achievement: Achievement, learner: Any
) -> None:
    _either(achievement)

    _passes(learner, passed)

    assert seen(passed) == [Award.objects.get()]
    assert seen(other) == []


@pytest.mark.parametrize(("counted", "other"), [(COURSE, LONGER), (LONGER, COURSE)])
def test_an_award_is_of_the_courses_that_were_counted(
    counted: str, other: str, achievement: Achievement, learner: Any
) -> None:
    award = _given(learner, achievement, courses=[counted, counted])

    assert seen(counted) == [award]
    assert seen(other) == []


def test_where_no_course_was_counted_it_is_of_those_that_its_rule_names(
    rule: AwardRule, learner: Any
) -> None:
    award = api.award(learner_id=learner.pk, achievement=rule.achievement, awarded_at=EARNED, rule=rule)

    assert seen(COURSE) == [award]
    assert seen(LONGER) == []


def test_a_rule_that_changes_later_gives_away_nothing(rule: AwardRule, learner: Any) -> None:
    award = api.award(learner_id=learner.pk, achievement=rule.achievement, awarded_at=EARNED, rule=rule)
    rule.condition = {"version": 1, "kind": "course_passed", "course": LONGER}
    api.define_rule(rule)

    assert seen(COURSE) == [award]
    assert seen(LONGER) == []


def test_an_award_by_hand_is_of_the_course_in_which_it_was_given(
    achievement: Achievement, learner: Any
) -> None:
    for course in (COURSE, LONGER):
        CourseResult.objects.create(learner_id=learner.pk, course_id=course)

    award = _given(learner, achievement, given_in=COURSE)

    assert seen(COURSE) == [award]
    assert seen(LONGER) == []


def test_what_a_registrar_gave_is_of_the_courses_that_the_learner_took_then(
    achievement: Achievement, learner: Any
) -> None:
    CourseResult.objects.create(learner_id=learner.pk, course_id=COURSE)
    award = _given(learner, achievement)
    CourseResult.objects.create(learner_id=learner.pk, course_id=LONGER)

    assert seen(COURSE) == [award]
    assert seen(LONGER) == []


def test_what_replaces_an_award_is_of_the_same_courses(achievement: Achievement, learner: Any) -> None:
    award = _given(learner, achievement, given_in=COURSE)
    api.issue([award.pk])

    new = api.correct_name(award, "Eleni Papadaki", source="register", reason="Register seen")

    assert set(seen(COURSE)) == {award, new}
    assert seen(LONGER) == []


def test_what_was_erased_is_no_courses_any_more(achievement: Achievement, learner: Any) -> None:
    award = _given(learner, achievement, courses=[COURSE])

    api.erase_award(award.uuid)

    assert seen(COURSE) == []
    assert not AwardCourse.objects.exists()


def test_what_is_not_offered_in_the_course_is_not_its_award(achievement: Achievement, learner: Any) -> None:
    _given(learner, achievement, courses=[COURSE])
    OfferedCourse.objects.update(definitions=[])

    assert seen(COURSE) == []


def test_the_awards_of_a_course_are_found_by_an_index(achievement: Achievement) -> None:
    plan = api.awards_of_course(COURSE).order_by().explain()

    assert "course" in plan
    assert "SCAN" not in plan.upper() or connection.vendor != "sqlite"


def test_who_has_a_result_in_the_course_is_its_learner(learner: Any) -> None:
    CourseResult.objects.create(learner_id=learner.pk, course_id=COURSE)

    assert api.is_learner_of(learner.pk, COURSE)
    assert not api.is_learner_of(learner.pk, LONGER)


def test_outside_an_lms_staff_are_who_may_change_rules(learner: Any) -> None:
    assert not lms.is_course_staff(AnonymousUser(), COURSE)
    assert not lms.is_course_staff(learner, COURSE)
    learner.user_permissions.add(Permission.objects.get(codename="change_awardrule"))

    fresh = type(learner).objects.get(pk=learner.pk)
    assert lms.is_course_staff(fresh, COURSE)
    fresh.is_active = False
    assert not lms.is_course_staff(fresh, COURSE)
