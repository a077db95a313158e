"""The staff of a course see what their course has a part in, and no more."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, Permission

from ingenium_credentials import api, lms
from ingenium_credentials.models import Achievement, Award, AwardRule, CourseResult, OfferedCourse

EARNED = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
# One key begins with the other.
COURSE, LONGER = "course-v1:UOC+MED101+2026", "course-v1:UOC+MED101+2026b"


@pytest.fixture(autouse=True)
def offered(achievement: Achievement) -> None:
    """Two courses in which the same may be earned."""
    for course in (COURSE, LONGER):
        api.define_offered_course(OfferedCourse(course_id=course, definitions=[achievement.slug]))


@pytest.fixture
def award(achievement: Achievement, learner: Any) -> Award:
    """An award by hand that names no course."""
    return api.award(learner_id=learner.pk, achievement=achievement, awarded_at=EARNED)


def seen(course_id: str) -> list[Award]:
    return list(api.awards_of_course(course_id))


def test_an_award_by_a_rule_is_of_the_courses_that_the_rule_names(award: Award, rule: AwardRule) -> None:
    Award.objects.filter(pk=award.pk).update(rule=rule)

    assert seen(COURSE) == [award]
    assert seen(LONGER) == []


@pytest.mark.parametrize(("counted", "other"), [(COURSE, LONGER), (LONGER, COURSE)])
def test_an_award_is_of_the_courses_that_were_counted(award: Award, counted: str, other: str) -> None:
    Award.objects.filter(pk=award.pk).update(courses=[counted])

    assert seen(counted) == [award]
    assert seen(other) == []


def test_an_award_by_hand_is_of_the_courses_that_its_learner_takes(award: Award, learner: Any) -> None:
    assert seen(COURSE) == []
    CourseResult.objects.create(learner_id=learner.pk, course_id=COURSE)

    assert seen(COURSE) == [award]
    assert seen(LONGER) == []


def test_what_is_not_offered_in_the_course_is_not_its_award(award: Award) -> None:
    Award.objects.filter(pk=award.pk).update(courses=[COURSE])
    OfferedCourse.objects.update(definitions=[])

    assert seen(COURSE) == []


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
