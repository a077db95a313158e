"""Choosing the parts of a course, in a browser: by keyboard, on a phone, and without a script."""

from __future__ import annotations

from typing import Any

import pytest

from ingenium_credentials import api
from ingenium_credentials.models import AwardRule, OfferedCourse
from tests import course_platform as platforms
from tests.conftest import COURSE
from tests.course_platform import Platform

from .conftest import Judge, Open
from .test_instructor import OTHER, PAGE, judge, offered, rule, teacher
from .test_instructor_flow import FOCUSED, follow, tab_to

__all__ = ["judge", "offered", "rule", "teacher"]

LATER = "course-v1:UOC+MED101+2027"
SECTIONS = {
    f"Section {section}: The sea and its cities": {
        f"Week {section}.{week}": [f"Unit {section}.{week}.{unit}" for unit in range(10)] for week in range(6)
    }
    for section in range(10)
}


@pytest.fixture
def platform(monkeypatch: pytest.MonkeyPatch, offered: OfferedCourse, definition: Any) -> Platform:
    """A platform with a course of 600 units and its next run."""
    made = platforms.install(monkeypatch)
    made.add(COURSE, "The Mediterranean: people, goods and ideas", SECTIONS)
    made.add(LATER, "The Mediterranean: people, goods and ideas", SECTIONS)
    made.add(OTHER, "Artificial intelligence in the humanities", {})
    made.add_cohorts(COURSE, ["Evening, Crete", "Morning"])
    made.add_modes(COURSE, {"verified": "With certificate", "audit": "Audit"})
    api.define_offered_course(OfferedCourse(course_id=LATER, definitions=[definition.slug]))
    return made


def edited(rule: AwardRule) -> str:
    return f"{PAGE}rules/{rule.uuid}/edit"


def unit(name: str) -> str:
    return f"block-v1:UOC+MED101+2026+type@vertical+block@{name}"


def every_part(rule: AwardRule) -> AwardRule:
    """The rule with one requirement on each kind of part, one of which is gone."""
    rule.condition = {
        "version": 1,
        "all": [
            {"kind": "block_completed", "course": COURSE, "block": unit("unit_3.4.7")},
            {"kind": "block_completed", "course": COURSE, "block": unit("gone"), "name": "Old reflection"},
            {"kind": "category_grade", "course": COURSE, "category": "Homework", "min_grade": 0.5},
            {"kind": "cohort", "course": COURSE, "cohorts": ["Evening, Crete"]},
            {"kind": "enrolled", "course": COURSE, "modes": ["verified"]},
            {"kind": "course_passed", "course": LATER},
        ],
    }
    return api.define_rule(rule)


def test_parts_of_every_kind(
    open_page: Open, judge: Judge, width: int, platform: Platform, rule: AwardRule, teacher: Any
) -> None:
    page = open_page(edited(every_part(rule)), width=width, user=teacher)
    judge(page, "parts")

    page.get_by_label("Search: Unit or subsection").first.fill("unit 9.5.9")
    page.get_by_role("button", name="Search").first.click()
    page.wait_for_selector("text=2 of 660 are listed.")
    judge(page, "parts-found")

    judge(open_page(f"{PAGE}rules/{rule.uuid}/", width=width, user=teacher), "parts-rule")


def test_a_large_rule(
    open_page: Open, judge: Judge, width: int, platform: Platform, rule: AwardRule, teacher: Any
) -> None:
    leaves = [
        {"kind": "course_passed", "course": COURSE, "min_grade": number / 1000} for number in range(1, 81)
    ]
    rule.condition = {"version": 1, "any": leaves}
    page = open_page(edited(api.define_rule(rule)), width=width, user=teacher)
    judge(page, "large")

    page.get_by_role("button", name="Open 80").click()
    page.locator("#n\\.79-min_grade").wait_for()
    page.get_by_role("button", name="Remove 79").click()
    page.get_by_role("button", name="Undo the last step").click()
    page.get_by_role("button", name="Remove 80").wait_for()


def test_where_nothing_is_told(
    open_page: Open, judge: Judge, width: int, platform: Platform, rule: AwardRule, teacher: Any
) -> None:
    platform.is_broken = True
    page = open_page(edited(every_part(rule)), width=width, user=teacher)
    assert "The platform does not say at the moment" in page.content()
    judge(page, "parts-untold")


def test_by_keyboard_alone_a_unit_is_found_and_chosen(
    open_page: Open, platform: Platform, rule: AwardRule, teacher: Any
) -> None:
    page = open_page(edited(rule), user=teacher)
    tab_to(page, "Another requirement", exact=True)
    page.keyboard.type("Complete a unit")
    tab_to(page, "Add", exact=True)
    page.keyboard.press("Enter")
    page.wait_for_selector("#n\\.2-course:focus")

    tab_to(page, "Search: Unit or subsection")
    page.keyboard.type("section 7 unit 7.2.5")
    page.keyboard.press("Enter")
    page.wait_for_selector("#n\\.2-block:focus")
    page.keyboard.type("Unit 7.2.5")
    assert page.evaluate(FOCUSED).startswith("Unit or subsection")
    page.wait_for_selector("#meaning:has-text('completes the unit “Unit 7.2.5”')")
    follow(page, "Save", exact=True)

    page.wait_for_selector("h1:has-text('Cities with distinction')")
    leaf = AwardRule.objects.get().condition["all"][-1]
    assert (leaf["block"], leaf["name"]) == (unit("unit_7.2.5"), "Unit 7.2.5")
    assert page.complaints == []


def test_another_course_has_other_parts_and_nothing_typed_is_lost(
    open_page: Open, platform: Platform, rule: AwardRule, teacher: Any
) -> None:
    platform.courses[LATER] = {"Start": {"Week": ["A new unit"]}}
    page = open_page(edited(every_part(rule)), user=teacher)

    page.locator("#n\\.1-course").select_option(LATER)
    page.locator("#n\\.2-min_grade").fill("77")
    page.locator("#n\\.1-course").select_option(COURSE)
    page.locator("#n\\.1-course").select_option(LATER)

    page.wait_for_selector("#n\\.1-block option:has-text('A new unit')", state="attached")
    assert page.locator("#n\\.2-min_grade").input_value() == "77"
    assert page.locator("#n\\.1 .key").inner_text() == LATER


def test_without_a_script_a_unit_is_found_and_chosen(
    open_page: Open, platform: Platform, rule: AwardRule, teacher: Any
) -> None:
    page = open_page(edited(every_part(rule)), user=teacher, java_script_enabled=False)

    page.get_by_label("Search: Unit or subsection").first.fill("9.5.9")
    page.get_by_role("button", name="Search").first.click()
    page.locator("#n\\.0-block").select_option(unit("unit_9.5.9"))
    page.get_by_role("button", name="Remove 2").click()
    page.get_by_role("button", name="Undo the last step").click()
    page.get_by_role("button", name="Save", exact=True).click()

    page.wait_for_selector("h1:has-text('Cities with distinction')")
    names = [leaf.get("name") for leaf in AwardRule.objects.get().condition["all"][:2]]
    assert names == ["Unit 9.5.9", "Old reflection"]


def test_nobody_leaves_unsaved_changes_unasked(
    open_page: Open, platform: Platform, rule: AwardRule, teacher: Any
) -> None:
    asked: list[str] = []
    page = open_page(edited(rule), user=teacher)

    def stay(dialog: Any) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.get_by_role("link", name="Cancel").click()
    page.wait_for_selector("h1:has-text('Cities with distinction')")
    assert asked == []

    page.goto(edited(rule))
    page.locator("#id_name").fill("Half a name")
    page.get_by_role("link", name="Cancel").click()
    page.wait_for_timeout(300)
    assert asked == ["beforeunload"]
    assert page.locator("#id_name").input_value() == "Half a name"

    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_selector("h1:has-text('Half a name')")
    assert asked == ["beforeunload"]
