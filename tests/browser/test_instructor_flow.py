"""From an empty course to an award in the list: by keyboard alone, and without a script."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from opaque_keys.edx.keys import CourseKey
from openedx_events.learning.data import CourseData, CoursePassingStatusData, UserData, UserPersonalData
from openedx_events.learning.signals import COURSE_PASSING_STATUS_UPDATED

from ingenium_credentials.models import AwardRule, CourseResult, OfferedCourse
from tests.conftest import COURSE

from .conftest import Open
from .test_instructor import OTHER, PAGE, offered, teacher

__all__ = ["offered", "teacher"]

_MOST_TABS = 120
FOCUSED = """() => {
  const it = document.activeElement;
  const label = it.labels && it.labels.length ? it.labels[0].innerText : "";
  return (label || it.innerText || it.value || "").replace(/\\s+/g, " ").trim();
}"""


def tab_to(page: Any, name: str, *, exact: bool = False) -> None:
    """Press Tab until what bears the name has the focus; nothing is clicked."""
    for _press in range(_MOST_TABS):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        if focused == name or (not exact and focused.startswith(name)):
            return
    pytest.fail(f"“{name}” cannot be reached by Tab")


def follow(page: Any, name: str, *, exact: bool = False) -> None:
    """Go to what bears the name, press Enter, and arrive at the next page."""
    tab_to(page, name, exact=exact)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def complete(learner: Any, course: str) -> None:
    """The platform says that the learner has passed."""
    pii = UserPersonalData(username=learner.username, email=learner.email, name="")
    COURSE_PASSING_STATUS_UPDATED.send_event(
        course_passing_status=CoursePassingStatusData(
            is_passing=True,
            course=CourseData(course_key=CourseKey.from_string(course)),
            user=UserData(id=learner.pk, is_active=True, pii=pii),
        )
    )


def add(page: Any, *keys: str) -> None:
    """Add a requirement with the keyboard; the new one has the focus afterwards."""
    tab_to(page, "Another requirement", exact=True)
    for key in keys:
        page.keyboard.press(key)
    tab_to(page, "Add", exact=True)
    count = page.locator(".children > .node").count()
    page.keyboard.press("Enter")
    page.locator(".children > .node").nth(count).wait_for()
    page.wait_for_selector(".children > .node:last-child :focus")


def test_by_keyboard_alone_from_a_rule_to_an_award(
    open_page: Open, offered: OfferedCourse, teacher: Any, learner: Any
) -> None:
    page = open_page(PAGE, user=teacher)
    follow(page, "New rule")
    tab_to(page, "Digital skills for sustainable cities")
    page.keyboard.press("Space")
    tab_to(page, "Passes the course")
    page.keyboard.press("ArrowUp")
    follow(page, "Continue")

    tab_to(page, "How many of the requirements?")
    page.keyboard.press("End")
    tab_to(page, "So many")
    page.keyboard.type("2")
    add(page)
    page.keyboard.press("ArrowDown")
    add(page)
    page.keyboard.press("End")
    add(page, "End")
    page.wait_for_selector("#meaning:has-text('at least 2 of these 3')")
    follow(page, "Save", exact=True)

    follow(page, "Try it out")
    page.wait_for_selector(".figures")
    follow(page, "Switch the rule on")
    follow(page, "Switch on and award 0 learners")
    page.wait_for_selector("text=Switched on.")

    rule = AwardRule.objects.get()
    assert rule.enabled
    assert rule.condition == {
        "version": 1,
        "at_least": 2,
        "of": [
            {"kind": "course_passed", "course": COURSE},
            {"kind": "course_passed", "course": OTHER},
            {"kind": "manual_approval"},
        ],
    }
    complete(learner, COURSE)
    complete(learner, OTHER)
    follow(page, "Awards", exact=True)
    page.wait_for_selector("h1:has-text('Awards')")

    row = page.locator("tbody tr")
    assert "Ελένη Παπαδάκη" in row.inner_text()
    assert "Issued" in row.inner_text()
    assert page.complaints == []


def test_without_a_script_from_a_rule_to_an_award(
    open_page: Open, offered: OfferedCourse, teacher: Any, learner: Any
) -> None:
    CourseResult.objects.create(
        learner_id=learner.pk,
        course_id=COURSE,
        is_passing=True,
        passing_since=dt.datetime(2026, 11, 12, tzinfo=dt.UTC),
    )
    page = open_page(f"{PAGE}rules/new", user=teacher, java_script_enabled=False)
    page.get_by_label("Digital skills for sustainable cities").check()
    page.get_by_label("Something else").check()
    page.get_by_role("button", name="Continue").click()

    page.get_by_role("button", name="Add a group").click()
    page.get_by_role("button", name="Add to group 1", exact=True).click()
    page.get_by_label("Course (needed)").select_option(COURSE)
    page.get_by_role("button", name="Add to group 1", exact=True).click()
    page.get_by_label("Course (needed)").nth(1).select_option(OTHER)
    page.get_by_role("button", name="Move 1.2 up").click()
    page.get_by_role("button", name="Show what it means").click()
    assert f"passes “{OTHER}” or passes “{COURSE}”" in page.locator("#meaning").inner_text()
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("button", name="Try it out").click()
    assert "1 learner would earn it now" in page.locator("h1").inner_text()
    assert "Ελένη Παπαδάκη" in page.locator(".people").inner_text()
    page.get_by_role("link", name="Switch the rule on").click()
    page.get_by_role("button", name="Switch on and award 1 learner").click()

    assert "Switched on." in page.locator("[role=status]").inner_text()
    assert AwardRule.objects.get().condition["any"][0]["course"] == OTHER
