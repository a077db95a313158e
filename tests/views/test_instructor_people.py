"""Lists of people ask for their names all at once, however many they are."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ingenium_credentials import api
from ingenium_credentials.models import (
    Achievement,
    AuditEntry,
    Award,
    AwardRule,
    CourseResult,
    OfferedCourse,
)

from .test_instructor import at

NOW = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)


def _learners(course_id: str, count: int, **result: Any) -> list[str]:
    names = [f"learner{place}" for place in range(count)]
    users = get_user_model().objects
    for name in names:
        learner = users.create_user(name, first_name="Name", last_name=name)
        CourseResult.objects.create(learner_id=learner.pk, course_id=course_id, **result)
    return names


def _asked(staff: Client, address: str, names: list[str]) -> int:
    with CaptureQueriesContext(connection) as queries:
        body = staff.get(address).content.decode()
    assert all(f"Name {name}" in body for name in names)
    return len(queries)


@pytest.mark.parametrize("passes", [True, False])
def test_a_trial_s_page_reads_many_names_at_once(
    staff: Client, course_rule: AwardRule, teacher: Any, course_id: str, passes: bool
) -> None:
    result = {"is_passing": passes, "passing_since": NOW if passes else None}
    asked = []
    for count in (3, 30):
        CourseResult.objects.all().delete()
        get_user_model().objects.filter(username__startswith="learner").delete()
        names = _learners(course_id, count, **result)
        trial = api.start_simulation(
            course_id, course_rule.achievement, course_rule.condition, actor_id=teacher.pk, rule=course_rule
        )
        api.run_simulation(trial.pk)
        asked.append(_asked(staff, at("instructor-trial", course_id, trial.uuid), names if passes else []))

    assert asked[0] == asked[1]


def test_an_import_s_page_reads_many_names_at_once(
    staff: Client, offered: OfferedCourse, definition: Achievement, teacher: Any, course_id: str
) -> None:
    names = _learners(course_id, 30, is_passing=True, passing_since=NOW)
    asked = []
    for some in (names[:3], names):
        rows = "username;earned_on;reason\n" + "".join(f"{name};2026-06-02;Exam\n" for name in some)
        checked = api.check_import(rows.encode(), "a.csv", course_id, definition, actor_id=teacher.pk)
        assert checked.row is not None
        asked.append(_asked(staff, at("instructor-import-check", course_id, checked.row.uuid), some))

    assert asked[0] == asked[1]


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
