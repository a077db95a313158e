"""Rules over the API, as a teacher's program meets it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from ingenium_credentials import api
from ingenium_credentials.models import Award, AwardRule, CourseResult, OfferedCourse, RuleVersion
from tests.conftest import COURSE
from tests.views.rest.conftest import Call


def test_a_new_rule_is_off_until_it_is_switched_on(call: Call, written: dict[str, Any]) -> None:
    assert written["enabled"] is False
    agreed = {"reason": "The council agreed", "revision": written["revision"]}
    response = call("post", f"rules/{written['uuid']}/switch-on/", agreed)
    assert response.status_code == 200
    assert response.json()["enabled"] is True
    paused = call("post", f"rules/{written['uuid']}/pause/", {"reason": "A mistake"})
    assert paused.json()["enabled"] is False


def test_what_was_tried_is_what_is_switched_on(call: Call, written: dict[str, Any]) -> None:
    old = {"reason": "The council agreed", "revision": written["revision"] - 1}
    assert call("post", f"rules/{written['uuid']}/switch-on/", old).status_code == 409


def test_what_is_not_offered_any_more_is_not_switched_on(call: Call, written: dict[str, Any]) -> None:
    OfferedCourse.objects.update(definitions=[])
    agreed = {"reason": "The council agreed", "revision": written["revision"]}
    assert call("post", f"rules/{written['uuid']}/switch-on/", agreed).status_code == 404
    assert not AwardRule.objects.get().enabled


def test_a_rule_cannot_be_turned_against_another_course_alone(
    call: Call, written: dict[str, Any], offered: OfferedCourse
) -> None:
    other = "course-v1:URN+OTHER+2026"
    api.define_offered_course(OfferedCourse(course_id=other, definitions=offered.definitions))
    body = {name: written[name] for name in ("name", "definition", "revision")}
    body["condition"] = {"version": 1, "kind": "course_passed", "course": other}
    response = call("put", f"rules/{written['uuid']}/", body)
    assert response.status_code == 409
    assert call("get", f"rules/{written['uuid']}/").json()["condition"]["course"] == COURSE


def test_the_rules_of_the_course_are_listed_and_read(call: Call, written: dict[str, Any]) -> None:
    assert [one["uuid"] for one in call("get", "rules/").json()] == [written["uuid"]]
    assert call("get", f"rules/{written['uuid']}/").json() == written


def test_a_rule_that_names_another_course_only_is_not_one_of_this_course(
    call: Call, rule: AwardRule, condition: dict[str, Any]
) -> None:
    rule.condition = {**condition, "course": "course-v1:UOC+OTHER+2026"}
    api.define_rule(rule)
    assert call("get", f"rules/{rule.uuid}/").status_code == 404
    assert call("get", "rules/").json() == []


def test_a_change_is_a_version_with_who_and_why(call: Call, written: dict[str, Any], teacher: Any) -> None:
    body = {name: written[name] for name in ("name", "definition", "condition", "revision")}
    body |= {"name": "Passed well", "reason": "Clearer"}
    response = call("put", f"rules/{written['uuid']}/", body)
    assert response.status_code == 200, response.content
    newest = RuleVersion.objects.order_by("-revision").first()
    assert newest is not None
    assert (newest.content["name"], newest.actor_id, newest.reason) == ("Passed well", teacher.pk, "Clearer")


def test_the_second_of_two_who_change_a_rule_is_told(call: Call, written: dict[str, Any]) -> None:
    body = {name: written[name] for name in ("name", "definition", "condition", "revision")}
    assert call("put", f"rules/{written['uuid']}/", body | {"name": "First"}).status_code == 200
    second = call("put", f"rules/{written['uuid']}/", body | {"name": "Second"})
    assert second.status_code == 409
    assert "changed since" in second.json()["detail"]
    assert call("get", f"rules/{written['uuid']}/").json()["name"] == "First"


def test_a_change_must_say_which_revision_it_has_read(call: Call, written: dict[str, Any]) -> None:
    body = {name: written[name] for name in ("name", "definition", "condition")}
    response = call("put", f"rules/{written['uuid']}/", body)
    assert response.status_code == 400
    assert "revision" in response.json()["errors"]


def test_an_unknown_kind_of_condition_is_refused(call: Call) -> None:
    strange = {"version": 1, "kind": "moon_phase", "course": COURSE}
    body = {"name": "Strange", "definition": "ecosystems", "condition": strange}
    response = call("post", "rules/", body)
    assert response.status_code == 400
    assert "moon_phase" in str(response.json()["errors"]["condition"])


def test_a_definition_that_is_not_offered_in_the_course_is_refused(
    call: Call, condition: dict[str, Any]
) -> None:
    body = {"name": "Strange", "definition": "philosophy", "condition": condition}
    assert call("post", "rules/", body).status_code == 400


def test_a_misspelt_member_is_refused(call: Call, condition: dict[str, Any]) -> None:
    body = {"name": "Typo", "definition": "ecosystems", "condition": condition, "on_los": "keep"}
    response = call("post", "rules/", body)
    assert response.status_code == 400
    assert "on_los" in response.json()["errors"]


def test_explain_says_what_a_learner_lacks(call: Call, written: dict[str, Any], learner: Any) -> None:
    path = f"rules/{written['uuid']}/explain/"
    assert call("get", path, {"learner_id": learner.pk}).status_code == 404
    CourseResult.objects.create(learner_id=learner.pk, course_id=COURSE)
    before = call("get", path, {"learner_id": learner.pk}).json()
    assert (before["met"], before["kind"]) == (False, "course_passed")
    api.record_passing(
        learner_id=learner.pk,
        course_id=COURSE,
        is_passing=True,
        at=dt.datetime(2026, 1, 15, tzinfo=dt.UTC),
        event_id="e1",
    )
    assert call("get", path, {"learner_id": learner.pk}).json()["met"] is True


def test_explain_needs_a_learner(call: Call, written: dict[str, Any]) -> None:
    for asked in ({}, {"learner_id": "eleni"}, {"learner_id": -1}, {"learner_id": 2**70}):
        assert call("get", f"rules/{written['uuid']}/explain/", asked).status_code == 400


def test_the_schema_of_conditions_takes_what_rules_take(call: Call, condition: dict[str, Any]) -> None:
    import jsonschema

    schema = call("get", "conditions/schema/").json()
    jsonschema.validate(condition, schema)


def test_nothing_is_awarded_by_a_rule_that_is_off(call: Call, written: dict[str, Any], learner: Any) -> None:
    api.record_passing(
        learner_id=learner.pk,
        course_id=COURSE,
        is_passing=True,
        at=dt.datetime(2026, 1, 15, tzinfo=dt.UTC),
        event_id="e1",
    )
    assert not Award.objects.exists()


def _foreign(rule: AwardRule) -> AwardRule:
    """A registrar's rule that names the course, for what is not offered in it."""
    rule.condition = {"version": 1, "kind": "course_passed", "course": COURSE}
    api.define_rule(rule)
    OfferedCourse.objects.update(definitions=[])
    return rule


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("get", "", None),
        ("put", "", {"name": "Ours now", "definition": "ecosystems", "condition": {}, "revision": 1}),
        ("post", "switch-on/", {"reason": "We like it", "revision": 1}),
        ("post", "pause/", {"reason": "We dislike it"}),
        ("get", "explain/?learner_id=1", None),
    ],
)
def test_a_rule_of_the_registrar_is_not_the_staffs_to_touch_or_read(
    call: Call, rule: AwardRule, method: str, path: str, body: Any
) -> None:
    before = AwardRule.objects.values().get(pk=_foreign(rule).pk)
    assert call(method, f"rules/{rule.uuid}/{path}", body).status_code == 404
    assert AwardRule.objects.values().get(pk=rule.pk) == before


def test_a_rule_of_the_registrar_is_not_listed(call: Call, rule: AwardRule) -> None:
    _foreign(rule)
    assert call("get", "rules/").json() == []


def test_more_credits_than_the_courses_are_worth_are_warned_of(call: Call, offered: OfferedCourse) -> None:
    offered.ects = Decimal(5)
    api.define_offered_course(offered)
    condition = {"version": 1, "kind": "ects", "least": 50, "courses": [COURSE]}
    body = {"name": "Far too many", "definition": "ecosystems", "condition": condition}
    (warning,) = call("post", "rules/", body).json()["warnings"]
    assert "50 ECTS" in warning
    assert "5.00" in warning
