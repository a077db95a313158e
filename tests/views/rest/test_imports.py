"""Files of awards over the API: checked, then applied whole or not at all."""

from __future__ import annotations

from typing import Any

import pytest

from ingenium_credentials.models import Award, CourseResult, OfferedCourse
from tests.conftest import COURSE
from tests.views.rest.conftest import Call

HEAD = "username,earned_on,grade,reason\n"


@pytest.fixture(autouse=True)
def _takes_the_course(learner: Any, offered: Any) -> None:
    CourseResult.objects.create(learner_id=learner.pk, course_id=COURSE)


def _check(call: Call, text: str, **more: Any) -> Any:
    address = "imports/?definition=ecosystems"
    return call("post", address, text.encode(), content_type="text/csv", **more)


def test_a_sound_file_is_checked_and_then_applied_once(call: Call) -> None:
    checked = _check(call, f"{HEAD}eleni,2026-01-15,0.9,Exam on paper\n")
    assert checked.status_code == 201, checked.content
    assert checked.json()["rows"] == 1
    assert not Award.objects.exists()
    address = f"imports/{checked.json()['uuid']}/apply/"
    assert [call("post", address).json()["state"] for _once in range(2)] == ["applied", "applied"]
    assert Award.objects.count() == 1


def test_what_is_not_offered_any_more_is_not_awarded(call: Call) -> None:
    checked = _check(call, f"{HEAD}eleni,2026-01-15,0.9,Exam on paper\n").json()
    OfferedCourse.objects.update(definitions=[])
    assert call("post", f"imports/{checked['uuid']}/apply/").status_code == 400
    assert not Award.objects.exists()


def test_faults_have_row_and_column(call: Call) -> None:
    checked = _check(call, f"{HEAD}eleni,2026-01-15,9,Exam\n")
    assert checked.status_code == 422
    fault = checked.json()["errors"][0]
    assert (fault["row"], fault["column"]) == (2, "grade")
    assert fault["message"]


def test_a_file_of_another_kind_is_refused(call: Call) -> None:
    response = call("post", "imports/?definition=ecosystems", b"%PDF", content_type="application/pdf")
    assert response.status_code == 415


def test_what_is_no_spreadsheet_is_a_fault_of_the_file(call: Call) -> None:
    sheet = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    response = call("post", "imports/?definition=ecosystems", b"nonsense", content_type=sheet)
    assert response.status_code == 422
