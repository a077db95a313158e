"""What a learner sees of the way to what they do not have yet."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from ingenium_credentials import api
from ingenium_credentials.models import Award, AwardRule, CourseResult
from tests.conftest import COURSE

PAGE = "/ingenium/credentials/my-progress/"
AT = dt.datetime(2026, 1, 15, tzinfo=dt.UTC)

pytestmark = pytest.mark.django_db


def _passed(learner: Any, passing: bool = True) -> None:
    api.record_passing(learner_id=learner.pk, course_id=COURSE, is_passing=passing, at=AT, event_id="e1")


@pytest.fixture
def approved_rule(rule: AwardRule) -> AwardRule:
    """Whoever passes the course, if a person agrees."""
    leaf = {"kind": "course_passed", "course": COURSE}
    rule.condition = {"version": 1, "all": [leaf, {"kind": "manual_approval"}]}
    return api.define_rule(rule)


@pytest.fixture
def seen(client: Client, learner: Any) -> Any:
    client.force_login(learner)
    return lambda: client.get(PAGE).content.decode()


def test_whoever_is_not_signed_in_is_asked_to(client: Client) -> None:
    assert client.get(PAGE).status_code == 302


def test_without_such_a_course_it_says_what_will_stand_here(seen: Any, rule: AwardRule) -> None:
    assert "None of your courses leads to a credential" in seen()


def test_each_requirement_stands_there_with_what_is_missing(
    seen: Any, learner: Any, approved_rule: AwardRule
) -> None:
    _passed(learner)

    text = seen()

    assert "1 of 2 requirements are met" in text
    for line in api.why_not(approved_rule, learner.pk).lines:
        assert line.message in text


def test_results_of_somebody_else_do_not_count(seen: Any, learner: Any, approved_rule: AwardRule) -> None:
    other = get_user_model().objects.create_user("nikos", "nikos@example.org", "secret")
    _passed(learner, passing=False)
    _passed(other)

    assert "0 of 2 requirements are met" in seen()


def test_what_is_held_or_paused_is_not_on_the_way(seen: Any, learner: Any, rule: AwardRule) -> None:
    _passed(learner)
    assert "You meet everything" in seen()

    api.evaluate([CourseResult.objects.get().pk])
    assert Award.objects.exists()
    assert "None of your courses" in seen()

    Award.objects.all().delete()
    api.pause(rule)
    assert "None of your courses" in seen()


def test_why_it_is_not_awarded_is_said(seen: Any, learner: Any, rule: AwardRule) -> None:
    _passed(learner)
    CourseResult.objects.update(last_problem="The learner's account has no name that can be printed.")

    text = seen()

    assert "it cannot be awarded yet" in text
    assert "no name that can be printed" in text


def test_the_list_of_credentials_leads_there(client: Client, learner: Any) -> None:
    client.force_login(learner)

    assert PAGE in client.get("/ingenium/credentials/").content.decode()
