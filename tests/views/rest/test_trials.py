"""Trials of conditions over the API."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib.auth import get_user_model

from ingenium_credentials import api
from ingenium_credentials.models import AuditEntry, Award, AwardRule
from tests.conftest import COURSE
from tests.views.rest.conftest import Call

OTHER = "course-v1:URN+OTHER+2026"


def _pass(learner: Any, course_id: str) -> None:
    at = dt.datetime(2026, 1, 15, tzinfo=dt.UTC)
    api.record_passing(learner_id=learner.pk, course_id=course_id, is_passing=True, at=at, event_id="e1")


def _try(call: Call, condition: dict[str, Any]) -> Any:
    return call("post", "simulations/", {"definition": "ecosystems", "condition": condition})


def test_a_trial_says_who_would_earn_it_and_awards_nothing(
    call: Call, condition: dict[str, Any], learner: Any, django_capture_on_commit_callbacks: Any
) -> None:
    _pass(learner, COURSE)
    with django_capture_on_commit_callbacks(execute=True):
        begun = _try(call, condition)
    assert begun.status_code == 202, begun.content
    found = call("get", f"simulations/{begun.json()['uuid']}/").json()
    assert (found["state"], found["outcome"]["counts"]["earn"]) == ("done", 1)
    assert found["outcome"]["learners"]["earn"] == [learner.pk]
    assert not Award.objects.exists()


def test_learners_of_other_courses_are_counted_and_not_named(
    call: Call,
    condition: dict[str, Any],
    learner: Any,
    offered: Any,
    django_capture_on_commit_callbacks: Any,
) -> None:
    other = get_user_model().objects.create_user("nikos", "nikos@example.org", "secret", first_name="Νίκος")
    api.define_offered_course(type(offered)(course_id=OTHER, definitions=offered.definitions))
    _pass(learner, COURSE)
    _pass(other, OTHER)
    either = {"version": 1, "any": [_without_version(condition), {"kind": "course_passed", "course": OTHER}]}
    with django_capture_on_commit_callbacks(execute=True):
        begun = _try(call, either)
    found = call("get", f"simulations/{begun.json()['uuid']}/").json()["outcome"]
    assert found["counts"]["earn"] == 2
    assert found["learners"]["earn"] == [learner.pk]


def test_a_condition_on_courses_that_are_not_offered_together_is_not_tried(call: Call) -> None:
    both = [{"kind": "course_passed", "course": course} for course in (COURSE, OTHER)]
    response = _try(call, {"version": 1, "all": both})
    assert response.status_code == 409
    assert OTHER in response.json()["detail"]


def test_a_trial_that_is_over_stays_as_it_is_when_it_is_cancelled(
    call: Call, condition: dict[str, Any], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        begun = _try(call, condition)
    cancelled = call("post", f"simulations/{begun.json()['uuid']}/cancel/")
    assert cancelled.json()["state"] == "done"


def test_a_running_trial_can_be_cancelled(call: Call, condition: dict[str, Any]) -> None:
    begun = _try(call, condition)
    cancelled = call("post", f"simulations/{begun.json()['uuid']}/cancel/")
    assert cancelled.json()["state"] == "cancelled"


def _without_version(condition: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in condition.items() if name != "version"}


def test_a_trial_for_a_rule_counts_its_approvals(
    call: Call,
    written: dict[str, Any],
    condition: dict[str, Any],
    learner: Any,
    django_capture_on_commit_callbacks: Any,
) -> None:
    _pass(learner, COURSE)
    both = {"version": 1, "all": [_without_version(condition), {"kind": "manual_approval"}]}
    api.approve(
        AwardRule.objects.get(uuid=written["uuid"]), learner.pk, approved=True, reason="Seen", actor_id=1
    )
    body = {"definition": "ecosystems", "condition": both}
    counts = []
    for more in ({}, {"rule": written["uuid"]}):
        with django_capture_on_commit_callbacks(execute=True):
            begun = call("post", "simulations/", body | more)
        found = call("get", f"simulations/{begun.json()['uuid']}/").json()["outcome"]["counts"]
        counts.append((found["earn"], found["unknown"]))
    assert counts == [(0, 1), (1, 0)]


def test_a_trial_for_a_rule_of_another_course_is_not_begun(
    call: Call, rule: AwardRule, condition: dict[str, Any]
) -> None:
    rule.condition = {"version": 1, "kind": "course_passed", "course": OTHER}
    api.define_rule(rule)
    body = {"definition": "ecosystems", "condition": condition, "rule": str(rule.uuid)}
    assert call("post", "simulations/", body).status_code == 404


def test_who_stopped_a_trial_is_written_down(call: Call, condition: dict[str, Any], teacher: Any) -> None:
    begun = _try(call, condition).json()
    assert call("post", f"simulations/{begun['uuid']}/cancel/").json()["state"] == "cancelled"
    assert AuditEntry.objects.get(action="simulation-cancelled").actor_id == teacher.pk
