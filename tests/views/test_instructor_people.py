"""Lists of people ask for their names all at once, however many they are."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ingenium_credentials import api
from ingenium_credentials.models import Achievement, AwardRule, CourseResult, OfferedCourse

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
