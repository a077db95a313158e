"""The course's pages, by a browser without a script: who may, and each way from start to end."""

from __future__ import annotations

import datetime as dt
import html
import re
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ingenium_credentials import api
from ingenium_credentials.badges.errors import UnusableKey
from ingenium_credentials.models import (
    Achievement,
    AuditEntry,
    Award,
    AwardRule,
    CourseResult,
    OfferedCourse,
    Reconciliation,
)
from ingenium_credentials.views.instructor.addresses import patterns
from ingenium_credentials.views.instructor.staff import refusal

HTML = {"accept": "text/html"}
NOBODY = UUID("00000000-0000-4000-8000-000000000000")
PAGES = [str(pattern.name) for pattern in patterns]
WITH_UUID = {str(pattern.name) for pattern in patterns if "uuid" in str(pattern.pattern)}


def at(name: str, course_id: str, *args: object) -> str:
    """The address of one of the course's pages."""
    return reverse(f"ingenium_credentials:{name}", args=(course_id, *args))


def form_of(response: Any) -> dict[str, list[str]]:
    """What a browser without a script would send of the page's editor, but for the button."""
    text = response.content.decode()
    editor = text[text.index("data-editor") :]
    fields: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", editor):
        found = dict(re.findall(r'([a-z-]+)="([^"]*)"', tag))
        if found.get("type") == "checkbox" and " checked" not in tag:
            continue
        fields.setdefault(found["name"], []).append(found.get("value", ""))
    for name, options in re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', editor, re.S):
        values = re.findall(r'<option value="([^"]*)"( selected)?', options)
        fields[name] = [next((value for value, chosen in values if chosen), values[0][0])]
    for name, value in re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>(.*?)</textarea>', editor, re.S):
        fields[name] = [value]
    return {name: [html.unescape(value) for value in values] for name, values in fields.items()}


def press(browser: Client, address: str, shown: Any, button: str, **entered: str) -> Any:
    """Fill in and press a button of the editor."""
    return browser.post(address, {**form_of(shown), **entered, "do": button})


def posted(browser: Client, address: str, **fields: Any) -> str:
    """What the page says after the form was sent."""
    text: str = browser.post(address, fields, follow=True).content.decode()
    return text


@pytest.mark.parametrize("name", PAGES)
def test_every_page_is_closed_to_strangers_and_to_learners(
    name: str, course_rule: AwardRule, learner: Any, course_id: str
) -> None:
    address = at(name, course_id, *([course_rule.uuid] if name in WITH_UUID else []))
    learners_browser = Client(headers=HTML)
    learners_browser.force_login(learner)

    for method in ("get", "post"):
        stranger = getattr(Client(headers=HTML), method)(address)
        refused = getattr(learners_browser, method)(address)

        assert stranger.status_code in (302, 405)
        assert refused.status_code in (404, 405)
        if refused.status_code == 404:
            assert "There is nothing here" in refused.content.decode()
    assert not course_rule.versions.filter(revision__gt=1).exists()


@pytest.mark.parametrize("name", sorted(WITH_UUID))
def test_what_does_not_exist_is_nothing_here(
    name: str, staff: Client, offered: OfferedCourse, course_id: str
) -> None:
    for method in (staff.get, staff.post):
        assert method(at(name, course_id, NOBODY)).status_code in (404, 405)


@pytest.mark.parametrize("name", [name for name in PAGES if name not in WITH_UUID])
@pytest.mark.parametrize("course", ["UOC/MED101/2026", "not-a-scheme:A+B+C"])
def test_a_course_key_of_the_old_kind_is_taken_and_nonsense_is_not(
    name: str, course: str, staff: Client
) -> None:
    response = staff.get(at(name, course))

    assert response.status_code in ((200, 405) if "/" in course else (404, 405))


@pytest.mark.parametrize("name", PAGES)
def test_no_post_without_its_token(name: str, teacher: Any, course_rule: AwardRule, course_id: str) -> None:
    browser = Client(headers=HTML, enforce_csrf_checks=True)
    browser.force_login(teacher)

    response = browser.post(at(name, course_id, *([course_rule.uuid] if name in WITH_UUID else [])))

    assert response.status_code in (403, 405)


def test_staff_of_another_course_see_no_rule_and_no_award_of_this_one(
    staff: Client, course_rule: AwardRule, passed: CourseResult, definition: Achievement
) -> None:
    other = "course-v1:HIS+AI+2026"
    api.define_offered_course(OfferedCourse(course_id=other, definitions=[definition.slug]))
    api.switch_on(course_rule)
    CourseResult.objects.filter(pk=passed.pk).update(dirty=True)
    api.evaluate([passed.pk])
    [award] = api.awards_of_course(passed.course_id)

    assert not api.awards_of_course(other).exists()
    assert "Passed well" not in staff.get(at("instructor", other)).content.decode()
    for name, uuid in (("instructor-rule", course_rule.uuid), ("instructor-award", award.uuid)):
        assert staff.get(at(name, other, uuid)).status_code == 404


def test_an_empty_course_says_what_to_do(staff: Client, course_id: str, db: None) -> None:
    page = staff.get(at("instructor", course_id)).content.decode()

    assert "Nothing can be earned in this course yet" in page
    assert course_id in page
    assert "New rule" not in page


def test_a_rule_from_a_template_to_saved_without_a_script(
    staff: Client, offered: OfferedCourse, course_id: str, teacher: Any
) -> None:
    new = at("instructor-new-rule", course_id)
    chosen = staff.get(new)
    assert "Digital skills for sustainable cities" in chosen.content.decode()
    editor = staff.get(new, {"definition": "cities", "template": "passes_well"})
    assert "with at least 80 %" in editor.content.decode()

    editor = press(staff, new, editor, "add:n", **{"n-new": "manual_approval"})
    editor = press(staff, new, editor, "add:n", **{"n-new": "cohort"})
    editor = press(staff, new, editor, "up:n.2", **{"n.2-course": course_id, "n.2-cohorts": "Evening"})
    saved = press(
        staff, new, editor, "save", **{"n-kind": "at_least", "n-least": "2", "name": "Two of three"}
    )

    rule = AwardRule.objects.get()
    assert saved.status_code == 302
    assert saved["Location"] == at("instructor-rule", course_id, rule.uuid)
    assert rule.condition == {
        "version": 1,
        "at_least": 2,
        "of": [
            {"kind": "course_passed", "course": course_id, "min_grade": 0.8},
            {"kind": "cohort", "course": course_id, "cohorts": ["Evening"]},
            {"kind": "manual_approval"},
        ],
    }
    assert (rule.name, rule.enabled) == ("Two of three", False)
    assert rule.versions.get().actor_id == teacher.pk
    page = staff.get(saved["Location"]).content.decode()
    assert "The rule awards nothing until it is on" in page
    assert "does at least 2 of these 3" in page


def test_what_is_wrong_is_said_and_nothing_is_saved(
    staff: Client, offered: OfferedCourse, course_id: str
) -> None:
    new = at("instructor-new-rule", course_id)
    editor = staff.get(new, {"definition": "cities", "template": "units"})

    answer = press(
        staff, new, editor, "save", **{"name": "", "ends_at": "2026-01-01T00:00", "starts_at": "x"}
    )

    page = answer.content.decode()
    assert answer.status_code == 200
    assert page.count("This is needed.") == 2
    assert "This field is required." in page
    assert "Enter a day and a time" in page
    assert not AwardRule.objects.exists()


def test_a_rule_may_name_only_what_is_offered_together(
    staff: Client, offered: OfferedCourse, course_id: str
) -> None:
    new = at("instructor-new-rule", course_id)
    editor = staff.get(new, {"definition": "cities", "template": "passes"})

    answer = press(staff, new, editor, "save", **{"n.0-course": "course-v1:SECRET+ONE+2026"})

    assert "not offered together" in answer.content.decode()
    assert not AwardRule.objects.exists()


def test_a_definition_that_is_not_offered_cannot_be_awarded(
    staff: Client, offered: OfferedCourse, achievement: Achievement, course_id: str
) -> None:
    wanted = {"definition": achievement.slug, "template": "passes"}

    assert staff.get(at("instructor-new-rule", course_id), wanted).status_code == 404
    assert staff.post(at("instructor-new-rule", course_id), wanted).status_code == 404


def test_a_rule_that_everybody_or_nobody_meets_is_warned_of(
    staff: Client, offered: OfferedCourse, course_id: str
) -> None:
    new = at("instructor-new-rule", course_id)
    editor = staff.get(new, {"definition": "cities", "template": "blank"})
    editor = press(staff, new, editor, "add:n", **{"n-new": "category_grade"})

    shown = press(
        staff,
        new,
        editor,
        "show",
        **{"n.0-course": course_id, "n.0-category": "Homework", "n.0-min_grade": "0"},
    )

    assert "A minimum grade of 0 is met by everybody." in shown.content.decode()


@pytest.mark.parametrize(
    "sent",
    [
        {"do": "save"},
        {"do": "save", "n-kind": "all", "n-count": "1000000"},
        {"do": "add:n", "n-kind": "all", "n-count": "1", "n.0-kind": "exec"},
        {"do": "save", "n-kind": "all", "n-count": "0", "seen_revision": "9" * 50},
    ],
)
def test_a_form_of_another_shape_does_no_harm(
    sent: dict[str, str], staff: Client, course_rule: AwardRule, course_id: str
) -> None:
    response = staff.post(at("instructor-edit-rule", course_id, course_rule.uuid), sent)

    assert response.status_code in (200, 400)
    assert AwardRule.objects.get().revision == course_rule.revision


def test_the_second_of_two_editors_is_told_sees_both_and_may_save_on_top(
    staff: Client, course_rule: AwardRule, course_id: str
) -> None:
    colleague = get_user_model().objects.create_user("colleague", first_name="Bo", last_name="Lind")
    edit = at("instructor-edit-rule", course_id, course_rule.uuid)
    opened = staff.get(edit)
    theirs = AwardRule.objects.get(pk=course_rule.pk)
    theirs.condition = theirs.condition | {"min_grade": 0.6}
    api.define_rule(theirs, actor_id=colleague.pk)

    told = press(staff, edit, opened, "save", **{"n.0-min_grade": "90"})

    page = told.content.decode()
    assert "Somebody else has saved this rule meanwhile" in page
    assert "Bo Lind" in page
    assert "with at least 60 %" in page
    assert "with at least 90 %" in page
    assert AwardRule.objects.get().condition["min_grade"] == 0.6

    saved = press(staff, edit, told, "save")

    assert saved.status_code == 302
    assert AwardRule.objects.get().condition["min_grade"] == 0.9


def test_switching_on_asks_first_and_pausing_does_not(
    staff: Client, course_rule: AwardRule, course_id: str
) -> None:
    switch = at("instructor-switch", course_id, course_rule.uuid)
    asked = staff.get(switch).content.decode()
    assert "Switch the rule on?" in asked
    assert "Nobody has tried this version out" in asked

    staff.post(switch, {"to": "on", "seen_revision": str(course_rule.revision)})
    assert AwardRule.objects.get().enabled
    assert "Switched on" in staff.get(at("instructor-rule", course_id, course_rule.uuid)).content.decode()

    staff.post(switch, {"to": "paused"})
    assert not AwardRule.objects.get().enabled


def test_another_version_than_the_one_that_was_looked_at_is_not_switched_on(
    staff: Client, course_rule: AwardRule, course_id: str
) -> None:
    seen = str(course_rule.revision)
    course_rule.name = "Changed meanwhile"
    api.define_rule(course_rule)

    staff.post(at("instructor-switch", course_id, course_rule.uuid), {"to": "on", "seen_revision": seen})

    assert not AwardRule.objects.get().enabled
    page = staff.get(at("instructor-rule", course_id, course_rule.uuid)).content.decode()
    assert "changed since you opened it" in page


def test_a_scheduled_rule_says_so(staff: Client, course_rule: AwardRule, course_id: str) -> None:
    edit = at("instructor-edit-rule", course_id, course_rule.uuid)
    press(staff, edit, staff.get(edit), "save", **{"starts_at": "2199-01-01T08:00"})
    api.switch_on(course_rule)

    page = staff.get(at("instructor", course_id)).content.decode()

    assert "Scheduled" in page
    assert "1 January 2199, 08:00 UTC" in page


def test_while_earlier_results_are_fetched_it_says_how_far(
    staff: Client, course_rule: AwardRule, course_id: str
) -> None:
    place = at("instructor-rule", course_id, course_rule.uuid)
    assert "being fetched" not in staff.get(place).content.decode()

    now = timezone.now()
    Reconciliation.objects.create(course_id=course_id, started_at=now, due_at=now, looked_at=500)

    assert "500 entries of the LMS read so far" in staff.get(place).content.decode()


def test_history_shows_what_each_change_changed_and_restores(
    staff: Client, course_rule: AwardRule, course_id: str
) -> None:
    edit = at("instructor-edit-rule", course_id, course_rule.uuid)
    press(staff, edit, staff.get(edit), "save", **{"n.0-min_grade": "60", "reason": "Too strict"})
    history = at("instructor-history", course_id, course_rule.uuid)

    page = staff.get(history).content.decode()
    assert "Too strict" in page
    assert "Ana Ilić" in page
    assert "with at least 80 %" in page
    assert "with at least 60 %" in page

    newest = AwardRule.objects.get().revision
    restore = at("instructor-restore", course_id, course_rule.uuid)
    staff.post(restore, {"revision": "1", "seen_revision": str(newest)})
    assert AwardRule.objects.get().condition["min_grade"] == 0.8
    staff.post(restore, {"revision": "99", "seen_revision": str(newest + 1)})
    assert "is not kept" in staff.get(history).content.decode()


def test_results_that_wait_are_said_with_their_reason(
    staff: Client, offered: OfferedCourse, passed: CourseResult, course_id: str
) -> None:
    CourseResult.objects.filter(pk=passed.pk).update(last_problem="The account has no name.")

    page = staff.get(at("instructor", course_id)).content.decode()

    assert "The result of one learner waits: The account has no name." in page
    assert f'name="learner_id" value="{passed.learner_id}"' in page


def test_a_result_that_waits_is_tried_again_from_the_page_of_its_learner(
    staff: Client,
    course_rule: AwardRule,
    passed: CourseResult,
    course_id: str,
    django_capture_on_commit_callbacks: Any,
) -> None:
    switched = {"to": "on", "seen_revision": "1"}
    staff.post(at("instructor-switch", course_id, course_rule.uuid), switched)
    later = timezone.now() + dt.timedelta(days=1)
    waiting = {"last_problem": "The account has no name.", "next_attempt_at": later, "attempts": 9}
    CourseResult.objects.filter(pk=passed.pk).update(dirty=True, **waiting)
    sent = {"learner_id": str(passed.learner_id)}
    assert "The account has no name." in staff.post(at("instructor-why", course_id), sent).content.decode()

    with django_capture_on_commit_callbacks(execute=True):
        page = staff.post(at("instructor-why", course_id), {**sent, "do": "retry"}).content.decode()

    assert "The account has no name." not in page
    assert AuditEntry.objects.filter(action="retried", subject_kind="courseresult").exists()
    assert Award.objects.get().learner_id == passed.learner_id


def test_what_staff_do_is_in_the_audit_log_with_who_did_it(
    staff: Client, course_rule: AwardRule, course_id: str, teacher: Any
) -> None:
    staff.post(at("instructor-switch", course_id, course_rule.uuid), {"to": "on", "seen_revision": "1"})

    assert AuditEntry.objects.filter(action="rule-switched-on", actor_id=teacher.pk).exists()


def test_permission_is_asked_anew_at_every_request(
    staff: Client, teacher: Any, course_rule: AwardRule, course_id: str
) -> None:
    assert staff.get(at("instructor", course_id)).status_code == 200

    teacher.user_permissions.remove(Permission.objects.get(codename="change_awardrule"))

    assert staff.get(at("instructor", course_id)).status_code == 404
    switch = at("instructor-switch", course_id, course_rule.uuid)
    assert staff.post(switch, {"to": "on", "seen_revision": "1"}).status_code == 404
    assert not AwardRule.objects.get().enabled


def test_where_it_says_that_the_operator_was_told_it_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    said = refusal(UnusableKey("file:/secret/path.pem cannot be opened"))

    assert "Its operator has been told." in said
    assert "secret" not in said
    [record] = caplog.records
    assert record.levelname == "ERROR"
    assert "file:/secret/path.pem cannot be opened" in record.getMessage()


def test_what_a_person_may_put_right_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    assert refusal(api.NotAllowed("Say why.")) == "Say why."
    assert not caplog.records
