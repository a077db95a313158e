"""The parts of a course in the rule editor: chosen by name where the platform tells them."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from ingenium_credentials import api, rules
from ingenium_credentials.models import Achievement, AwardRule, OfferedCourse
from tests import course_platform as platforms
from tests.course_platform import Platform

from .test_instructor import at, form_of, press

COURSE, OTHER = "course-v1:UOC+MED101+2026", "course-v1:HIS+AI+2026"


def block(kind: str, name: str, course: str = "UOC+MED101+2026") -> str:
    return f"block-v1:{course}+type@{kind}+block@{name}"


PROJECT, ESSAY = block("vertical", "project"), block("vertical", "essay")
WEEK = block("sequential", "week_1")


@pytest.fixture
def platform(monkeypatch: pytest.MonkeyPatch) -> Platform:
    """A platform with the course: two subsections, three units, cohorts and modes."""
    made = platforms.install(monkeypatch)
    made.add(COURSE, "The Mediterranean", {"Start": {"Week 1": ["Project", "Essay"], "Week 2": ["Exam"]}})
    made.add_cohorts(COURSE, ["Evening, Crete", "Morning"])
    made.add_modes(COURSE, {"verified": "With certificate", "audit": "Audit"})
    return made


@pytest.fixture
def edit(course_rule: AwardRule, course_id: str) -> str:
    """The address of a rule's editor."""
    return at("instructor-edit-rule", course_id, course_rule.uuid)


def with_leaf(staff: Client, edit: str, kind: str) -> Any:
    """The editor with one more requirement, on the page's own course."""
    return press(staff, edit, staff.get(edit), "add:n", **{"n-new": kind})


def condition() -> Any:
    return AwardRule.objects.get().condition


def test_a_unit_is_chosen_by_its_name_and_named_ever_after(
    platform: Platform, staff: Client, edit: str, course_id: str, course_rule: AwardRule
) -> None:
    shown = with_leaf(staff, edit, "block_completed")
    page = shown.content.decode()
    assert '<optgroup label="Start › Week 1">' in page
    assert f'<option value="{PROJECT}">Project</option>' in page
    assert f'<option value="{WEEK}">All of Week 1</option>' in page

    saved = press(staff, edit, shown, "save", **{"n.1-block": PROJECT})

    assert saved.status_code == 302
    assert condition()["all"][1] == {
        "kind": "block_completed",
        "course": COURSE,
        "block": PROJECT,
        "name": "Project",
    }
    for name in ("instructor", "instructor-rule", "instructor-history"):
        arguments = [] if name == "instructor" else [course_rule.uuid]
        assert (
            "completes the unit “Project” of" in staff.get(at(name, course_id, *arguments)).content.decode()
        )
    explanation = rules.explain(condition(), rules.Known())
    assert "“Project”" in explanation.lines[1].message


def test_subsections_categories_cohorts_and_modes_are_offered_too(
    platform: Platform, staff: Client, edit: str
) -> None:
    offered = {
        "subsection_grade": f'<option value="{WEEK}">Week 1</option>',
        "category_grade": '<option value="Final exam">Final exam</option>',
        "cohort": 'value="Evening, Crete"',
        "enrolled": 'value="audit"',
    }
    for kind, expected in offered.items():
        shown = with_leaf(staff, edit, kind)
        if kind == "enrolled":
            shown = press(staff, edit, shown, "show", **{"n.1-course": COURSE})
        assert expected in shown.content.decode(), kind
    assert "With certificate" in shown.content.decode()


def test_a_cohort_with_a_comma_in_its_name_stays_one(platform: Platform, staff: Client, edit: str) -> None:
    press(staff, edit, with_leaf(staff, edit, "cohort"), "save", **{"n.1-cohorts": "Evening, Crete"})

    assert condition()["all"][1]["cohorts"] == ["Evening, Crete"]
    assert form_of(staff.get(edit))["n.1-cohorts"] == ["Evening, Crete"]


@pytest.mark.parametrize("fault", ["outside", "broken", "stranger"])
def test_where_nobody_can_tell_the_field_takes_an_id_and_says_why(
    fault: str, monkeypatch: pytest.MonkeyPatch, staff: Client, edit: str, definition: Achievement
) -> None:
    reason = "does not say at the moment"
    if fault != "outside":
        platform = platforms.install(monkeypatch)
        platform.add(COURSE, "The Mediterranean", {})
        platform.add(OTHER, "Artificial intelligence", {"A secret chapter": {"S": ["Secret unit"]}})
        platform.is_broken = fault == "broken"
        platform.staff.discard(OTHER)
    shown = with_leaf(staff, edit, "block_completed")
    if fault == "stranger":
        api.define_offered_course(OfferedCourse(course_id=OTHER, definitions=[definition.slug]))
        shown = press(staff, edit, shown, "show", **{"n.1-course": OTHER})
        reason = "for its own staff only"

    page = shown.content.decode()
    assert reason in page
    assert "ecret" not in page
    assert 'id="n.1-block" name="n.1-block" value=""' in page

    press(staff, edit, shown, "save", **{"n.1-block": PROJECT, "n.1-name": "The project"})
    assert condition()["all"][1]["name"] == "The project"


def test_a_name_that_the_course_has_changed_is_followed(
    platform: Platform, staff: Client, edit: str, course_rule: AwardRule
) -> None:
    course_rule.condition = {
        "version": 1,
        "kind": "block_completed",
        "course": COURSE,
        "block": ESSAY,
        "name": "Homework",
    }
    api.define_rule(course_rule)

    press(staff, edit, staff.get(edit), "save", name="Again")

    assert condition()["name"] == "Essay"


def test_a_part_that_is_not_in_the_course_any_more_is_warned_of_and_stays_until_it_is_changed(
    platform: Platform, staff: Client, edit: str, course_rule: AwardRule, course_id: str
) -> None:
    gone = block("vertical", "gone")
    leaf = {"version": 1, "kind": "block_completed", "course": COURSE, "block": gone, "name": "Old unit"}
    course_rule.condition, course_rule.enabled = leaf, True
    api.define_rule(course_rule)

    editor = staff.get(edit)
    for page in (editor, staff.get(at("instructor-rule", course_id, course_rule.uuid))):
        assert "“Old unit” is not in the course" in page.content.decode()
    assert f'<option value="{gone}" selected>Old unit (not in the course any more)' in editor.content.decode()
    press(staff, edit, editor, "save", name="Again")
    assert condition() == leaf

    saved = press(staff, edit, staff.get(edit), "save", **{"n.0-block": ESSAY})
    assert saved.status_code == 302
    assert (condition()["block"], condition()["name"]) == (ESSAY, "Essay")


def test_many_units_are_searched(platform: Platform, staff: Client, edit: str) -> None:
    sections = {
        f"Section {s}": {f"Week {s}.{w}": [f"Unit {s}.{w}.{u}" for u in range(10)] for w in range(6)}
        for s in range(10)
    }
    platform.courses[COURSE] = sections
    shown = with_leaf(staff, edit, "block_completed")
    assert "660 of 660 are listed." in shown.content.decode()

    found = press(staff, edit, shown, "find:n.1", **{"n.1-find": "section 3 unit 3.4.7"})

    page = found.content.decode()
    assert "1 of 660 is listed." in page
    assert page.count("<optgroup") == 1 + page.count('<optgroup label="In ') + page.count(
        '<optgroup label="Beyond'
    )
    saved = press(staff, edit, found, "save", **{"n.1-block": block("vertical", "unit_3.4.7")})
    assert saved.status_code == 302
    assert condition()["all"][1]["name"] == "Unit 3.4.7"


def test_what_is_chosen_is_never_searched_away(platform: Platform, staff: Client, edit: str) -> None:
    platform.courses[COURSE] = {"S": {"W": [f"Unit {number}" for number in range(40)]}}
    chosen = block("vertical", "unit_7")
    shown = with_leaf(staff, edit, "block_completed")

    found = press(staff, edit, shown, "find:n.1", **{"n.1-block": chosen, "n.1-find": "Unit 39"})

    assert "2 of 41 are listed." in found.content.decode()
    assert form_of(found)["n.1-block"] == [chosen]


def test_structure_is_read_once_for_a_page(
    platform: Platform, staff: Client, edit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []
    real = type(platform).structure

    def counted(self: Platform, key: Any) -> Any:
        asked.append(key)
        return real(self, key)

    monkeypatch.setattr(type(platform), "structure", counted)
    shown = with_leaf(staff, edit, "block_completed")
    asked.clear()

    shown = press(staff, edit, shown, "add:n", **{"n-new": "block_completed"})
    shown = press(staff, edit, shown, "add:n", **{"n-new": "subsection_grade"})

    assert len(asked) == 2
