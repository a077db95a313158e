"""The course's pages in a browser: what they look like, and the whole way by keyboard alone."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission

from ingenium_credentials import api
from ingenium_credentials.models import Achievement, AwardRule, CourseResult, OfferedCourse
from tests.conftest import COURSE

from .conftest import Judge, Open

PAGE = f"/ingenium/courses/{COURSE}/"
OTHER = "course-v1:HIS+AI205+2026"
PASSED_AT = dt.datetime(2026, 11, 12, 9, 30, tzinfo=dt.UTC)


@pytest.fixture
def judge(judge: Judge) -> Judge:
    """The same as everywhere, its pictures beside each other."""
    return lambda page, name: judge(page, f"instructor-{name}")


@pytest.fixture
def teacher(transactional_db: None) -> Any:
    """Somebody who teaches the course."""
    user = get_user_model().objects.create_user(
        "teacher", "t@example.org", "secret", first_name="Ana", last_name="Ilić"
    )
    user.user_permissions.add(Permission.objects.get(codename="change_awardrule"))
    return user


@pytest.fixture
def offered(definition: Achievement, achievement: Achievement) -> OfferedCourse:
    """Two courses in which the definition may be awarded."""
    for course in (OTHER, COURSE):
        row = api.define_offered_course(
            OfferedCourse(course_id=course, definitions=[definition.slug, achievement.slug])
        )
    return row


CONDITION = {
    "version": 1,
    "all": [
        {"kind": "course_passed", "course": COURSE, "min_grade": 0.8, "modes": ["verified", "honor"]},
        {
            "at_least": 1,
            "of": [
                {"kind": "course_passed", "course": OTHER},
                {"kind": "credential_held", "definition": "ecosystems"},
                {"kind": "manual_approval"},
            ],
        },
    ],
}


@pytest.fixture
def rule(offered: OfferedCourse, definition: Achievement, teacher: Any) -> AwardRule:
    """A rule with a group, that somebody has changed once."""
    row = AwardRule(name="Cities with distinction", achievement=definition, condition=CONDITION)
    api.define_rule(row, actor_id=teacher.pk)
    row.review_days, row.on_loss = 21, AwardRule.OnLoss.REVOKE
    return api.define_rule(row, actor_id=teacher.pk, reason="The faculty asked for three weeks")


@pytest.fixture
def learners(learner: Any) -> list[Any]:
    """Three learners of the course: one passed well, one just misses, one is far away."""
    users = get_user_model().objects
    others = [
        users.create_user("nikos", "n@example.org", first_name="Νίκος", last_name="Καζαντζάκης"),
        users.create_user("maija", "m@example.org", first_name="Maija", last_name="Virtanen"),
    ]
    for user, grade in zip([learner, *others], ("0.91", "0.76", "0.4"), strict=True):
        CourseResult.objects.create(
            learner_id=user.pk,
            course_id=COURSE,
            is_passing=Decimal(grade) >= Decimal("0.5"),
            passing_since=PASSED_AT if Decimal(grade) >= Decimal("0.5") else None,
            grade=Decimal(grade),
            mode="verified",
        )
    return [learner, *others]


def simple(rule: AwardRule) -> AwardRule:
    """The rule with one requirement, so that somebody earns it and somebody just misses it."""
    rule.condition = {"version": 1, "kind": "course_passed", "course": COURSE, "min_grade": 0.8}
    return api.define_rule(rule)


def test_front_page(open_page: Open, judge: Judge, width: int, rule: AwardRule, teacher: Any) -> None:
    judge(open_page(PAGE, width=width, user=teacher), "front")


def test_front_page_while_nothing_can_be_earned(
    open_page: Open, judge: Judge, width: int, teacher: Any
) -> None:
    judge(open_page(PAGE, width=width, user=teacher), "front-empty")


def test_new_rule(open_page: Open, judge: Judge, width: int, offered: OfferedCourse, teacher: Any) -> None:
    page = open_page(f"{PAGE}rules/new", width=width, user=teacher)
    judge(page, "new-rule")


def test_editor(open_page: Open, judge: Judge, width: int, rule: AwardRule, teacher: Any) -> None:
    page = open_page(f"{PAGE}rules/{rule.uuid}/edit", width=width, user=teacher)
    judge(page, "editor")

    page.locator("#n\\.0-min_grade").fill("ten")
    page.locator("#id_review_days").fill("0")
    page.get_by_role("button", name="Save", exact=True).click()

    page.wait_for_selector(".word-bad")
    judge(page, "editor-errors")


def test_conflict(open_page: Open, judge: Judge, width: int, rule: AwardRule, teacher: Any) -> None:
    page = open_page(f"{PAGE}rules/{rule.uuid}/edit", width=width, user=teacher)
    theirs = AwardRule.objects.get()
    theirs.condition = CONDITION | {"all": CONDITION["all"][:1]}  # type: ignore[index]
    api.define_rule(theirs, actor_id=teacher.pk)
    page.locator("#n\\.0-min_grade").fill("90")
    page.get_by_role("button", name="Save", exact=True).click()

    page.wait_for_selector(".conflict")
    judge(page, "conflict")


def test_rule_history_and_switch(
    open_page: Open, judge: Judge, width: int, rule: AwardRule, teacher: Any
) -> None:
    for place, name in (("", "rule"), ("history", "history"), ("switch", "switch")):
        judge(open_page(f"{PAGE}rules/{rule.uuid}/{place}", width=width, user=teacher), name)


def test_trial(
    open_page: Open, judge: Judge, width: int, rule: AwardRule, learners: list[Any], teacher: Any
) -> None:
    simple(rule)
    page = open_page(f"{PAGE}rules/{rule.uuid}/", width=width, user=teacher)
    page.get_by_role("button", name="Try it out").click()

    page.wait_for_selector(".figures")
    judge(page, "trial")


def test_awards_one_award_and_one_learner(
    open_page: Open, judge: Judge, width: int, rule: AwardRule, learners: list[Any], teacher: Any
) -> None:
    judge(open_page(f"{PAGE}awards/", width=width, user=teacher), "awards-empty")
    api.switch_on(simple(rule))
    CourseResult.objects.update(dirty=True)
    api.evaluate(list(CourseResult.objects.values_list("pk", flat=True)))
    award = api.awards_of_course(COURSE).get()
    judge(open_page(f"{PAGE}awards/", width=width, user=teacher), "awards")
    judge(open_page(f"{PAGE}awards/{award.uuid}/", width=width, user=teacher), "award")

    page = open_page(f"{PAGE}learners/", width=width, user=teacher)
    page.get_by_label("User name or e-mail address").fill("nikos")
    page.get_by_role("button", name="Look").click()
    page.wait_for_selector(".person")
    judge(page, "learner")


def test_award_by_hand(
    open_page: Open, judge: Judge, width: int, rule: AwardRule, learners: list[Any], teacher: Any
) -> None:
    page = open_page(f"{PAGE}by-hand/", width=width, user=teacher)
    page.get_by_label("User name or e-mail").fill("maija")
    page.get_by_label("Why by hand?").fill("Sat the oral examination instead")
    judge(page, "by-hand")
    page.get_by_role("button", name="Preview").click()
    page.wait_for_selector(".preview")
    judge(page, "by-hand-preview")


def test_import(
    open_page: Open, judge: Judge, width: int, rule: AwardRule, learners: list[Any], teacher: Any
) -> None:
    heading = "username;earned_on;grade;reason\r\n"
    files = {
        "import-faults": heading + "maija;soon;85 %;Exam\r\nnobody;2026-06-30;850;Exam",
        "import-check": heading + "maija;2026-06-30;85 %;Sat the oral examination instead",
    }
    judge(open_page(f"{PAGE}import/", width=width, user=teacher), "import")
    for name, text in files.items():
        page = open_page(f"{PAGE}import/", width=width, user=teacher)
        page.set_input_files("#file", {"name": "a.csv", "mimeType": "text/csv", "buffer": text.encode()})
        page.get_by_role("button", name="Check the file").click()
        page.wait_for_selector("table.stacking")
        judge(page, name)
