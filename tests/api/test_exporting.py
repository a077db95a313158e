from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from ingenium_credentials import api
from ingenium_credentials.api import exporting
from ingenium_credentials.models import Achievement, AuditEntry, Award

from .conftest import EARNED_AT

pytestmark = pytest.mark.django_db


def _read(awards: Any) -> list[list[str]]:
    text = b"".join(api.export_csv(awards)).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text), delimiter=";"))


def test_a_row_says_who_has_what_in_which_state(issued: Award, learner: Any) -> None:
    heading, row = _read(Award.objects.all())

    assert len(heading) == len(row)
    assert str(issued.uuid) in row
    assert "Ελένη Παπαδάκη" in row
    assert learner.username in row
    assert "Issued" in row
    assert "2026-01-15 10:30:00Z" in row


def test_a_workbook_has_the_same_cells(issued: Award) -> None:
    with api.export_xlsx(Award.objects.all()) as file:
        sheet = load_workbook(io.BytesIO(file.read()), read_only=True).worksheets[0]
        cells = [["" if value is None else value for value in row] for row in sheet.values]

    assert cells == _read(Award.objects.all())


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("x")'])
def test_no_cell_can_run_as_a_formula(issued: Award, name: str) -> None:
    Award.objects.update(recipient_name=name, revocation_reason="=cmd|' /C calc'!A0")

    cells = _read(Award.objects.all())[1]
    with api.export_xlsx(Award.objects.all()) as file:
        sheet = load_workbook(io.BytesIO(file.read())).worksheets[0]

    assert f"'{name}" in cells
    assert "'=cmd|' /C calc'!A0" in cells
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in cells)
    assert not any(cell.data_type == "f" for row in sheet.iter_rows() for cell in row)


def test_the_number_of_queries_does_not_grow_with_the_rows(
    achievement: Achievement, monkeypatch: pytest.MonkeyPatch
) -> None:
    def queries(count: int) -> int:
        for number in range(count):
            person = get_user_model().objects.create_user(f"{count}-{number}", first_name="A", last_name="B")
            api.award(learner_id=person.pk, achievement=achievement, awarded_at=EARNED_AT)
        with CaptureQueriesContext(connection) as captured:
            list(api.export_rows(Award.objects.all()))
        return len(captured)

    assert queries(1) == queries(6)
    monkeypatch.setattr(exporting, "_CHUNK", 2)
    assert len(list(api.export_rows(Award.objects.all()))) == 8


def test_whoever_takes_a_list_away_is_noted(course_id: str) -> None:
    api.note_export(course_id, actor_id=4)

    entry = AuditEntry.objects.get(action="awards-exported")
    assert entry.actor_id == 4


def test_no_character_of_one_row_keeps_the_list_from_being_taken_away(issued: Award) -> None:
    Award.objects.update(revocation_reason="Ex\x02am \x0bwas\x1f \ufffeleaked")

    with api.export_xlsx(Award.objects.all()) as file:
        sheet = load_workbook(io.BytesIO(file.read()), read_only=True).worksheets[0]
        cells = list(sheet.values)[1]

    assert "Exam was leaked" in cells
    assert "Exam was leaked" in _read(Award.objects.all())[1]


def test_what_hides_a_formula_does_not_let_it_run(issued: Award) -> None:
    Award.objects.update(revocation_reason="\x02=1+1")

    assert "'=1+1" in _read(Award.objects.all())[1]
