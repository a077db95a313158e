"""What a rule does at the moment, where the platform knows its courses."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from ingenium_credentials import api
from ingenium_credentials.models import AwardRule
from ingenium_credentials.views.instructor.standing import standing
from tests import course_platform as platforms
from tests.course_platform import Platform

from .test_instructor import at

COURSE, LATER, EARLIER = (f"course-v1:UOC+MED101+{year}" for year in (2026, 2027, 2025))


@pytest.fixture
def platform(monkeypatch: pytest.MonkeyPatch) -> Platform:
    """A platform with one run of the course."""
    made = platforms.install(monkeypatch)
    made.add(COURSE, "The Mediterranean", {})
    return made


def _on(course_id: str, rule: AwardRule, *courses: str) -> AwardRule:
    rule.condition = {
        "version": 1,
        "any": [{"kind": "course_passed", "course": course} for course in courses],
    }
    rule.enabled = True
    return api.define_rule(rule)


def test_a_healthy_rule_stays_healthy_when_its_course_runs_again(
    course_rule: AwardRule, course_id: str, platform: Platform, staff: Client
) -> None:
    rule = _on(course_id, course_rule, COURSE)
    platform.add(LATER, "The Mediterranean", {}, start=platforms.STARTED + dt.timedelta(days=365))
    platform.add(EARLIER, "The Mediterranean", {}, start=platforms.STARTED - dt.timedelta(days=365))

    found = standing(rule, timezone.now())

    assert (found.code, found.faults, found.runs) == ("on", (), (LATER,))
    page = staff.get(at("instructor-rule", course_id, rule.uuid)).content.decode()
    assert LATER in page
    assert "Needs attention" not in page


def test_a_run_that_the_rule_names_itself_is_no_news(
    course_rule: AwardRule, course_id: str, platform: Platform
) -> None:
    platform.add(LATER, "The Mediterranean", {}, start=platforms.STARTED + dt.timedelta(days=365))

    found = standing(_on(course_id, course_rule, COURSE, LATER), timezone.now())

    assert (found.code, found.runs) == ("on", ())


def test_of_a_run_without_a_start_nobody_knows_what_is_later(
    course_rule: AwardRule, course_id: str, platform: Platform
) -> None:
    platform.overviews[:] = [
        platforms.run(COURSE, "The Mediterranean", None),
        platforms.run(EARLIER, "The Mediterranean", platforms.STARTED),
    ]

    assert api.later_runs(course_rule.condition) == []


def test_a_course_that_does_not_exist_is_wrong(
    course_rule: AwardRule, course_id: str, platform: Platform
) -> None:
    found = standing(_on(course_id, course_rule, COURSE, LATER), timezone.now())

    assert found.code == "attention"
    assert LATER in found.faults[0]
