"""Award by hand, import and export on the course's pages."""

from __future__ import annotations

import io
import re
from typing import Any, ClassVar

import pytest
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook

from ingenium_credentials import api
from ingenium_credentials.models import AuditEntry, Award, AwardImport, CourseResult, OfferedCourse

from .test_instructor import at, posted

OTHER = "course-v1:HIS+AI+2026"


class TestByHand:
    """One learner, with a reason, looked at before it is done."""

    FIELDS: ClassVar = {
        "definition": "cities",
        "learner": "eleni",
        "awarded_at": "2026-11-01T10:00",
        "reason": "Oral examination",
    }

    def test_it_is_shown_before_it_is_done(
        self, staff: Client, offered: OfferedCourse, passed: CourseResult, course_id: str, teacher: Any
    ) -> None:
        address = at("instructor-by-hand", course_id)

        page = posted(staff, address, **self.FIELDS, do="preview")
        assert "Is this right?" in page
        assert "Ελένη Παπαδάκη" in page
        assert not Award.objects.exists()

        posted(staff, address, **self.FIELDS, grade="92.5", do="award")
        award = Award.objects.get()
        assert (award.learner_id, award.rule_id, str(award.grade)) == (passed.learner_id, None, "0.9250")
        assert AuditEntry.objects.filter(
            action="awarded", actor_id=teacher.pk, reason="Oral examination"
        ).exists()

        again = posted(staff, address, **self.FIELDS, do="preview")
        assert "The learner has it already" in again
        assert "Award it" not in again

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("learner", "stranger"),
            ("awarded_at", "2199-01-01T00:00"),
            ("awarded_at", "yesterday"),
            ("grade", "101"),
            ("reason", ""),
            ("reason", "x" * 256),
            ("definition", "ecosystems"),
        ],
    )
    def test_what_cannot_be_is_said_at_its_field(
        self,
        field: str,
        value: str,
        staff: Client,
        offered: OfferedCourse,
        passed: CourseResult,
        course_id: str,
    ) -> None:
        get_user_model().objects.create_user("stranger")

        page = posted(
            staff, at("instructor-by-hand", course_id), **{**self.FIELDS, field: value, "do": "award"}
        )

        assert 'class="error"' in page
        assert not Award.objects.exists()


def table(*rows: str, encoding: str = "utf-8") -> SimpleUploadedFile:
    text = "\r\n".join(["username;email;earned_on;grade;reason", *rows])
    return SimpleUploadedFile("awards.csv", text.encode(encoding), content_type="text/csv")


class TestImport:
    """A file is checked and shown, then applied whole or not at all."""

    def test_from_file_to_awards(
        self, staff: Client, offered: OfferedCourse, passed: CourseResult, course_id: str
    ) -> None:
        address = at("instructor-import", course_id)
        assert "earned_on" in staff.get(address).content.decode()

        sent = {"definition": "cities", "file": table("eleni;;2026-06-30;0,85;Prüfung", encoding="cp1252")}
        checked = staff.post(address, sent)
        page = staff.get(checked["Location"]).content.decode()
        assert "Award 1 learner?" in page
        assert "Ελένη Παπαδάκη" in page
        assert "Prüfung" in page
        assert not Award.objects.exists()

        assert "1 learner is awarded." in posted(staff, checked["Location"])
        assert Award.objects.get().learner_id == passed.learner_id
        assert "This file was applied" in staff.get(checked["Location"]).content.decode()
        posted(staff, checked["Location"])
        assert Award.objects.count() == 1

    def test_each_mistake_is_said_with_row_and_column_and_nobody_is_awarded(
        self, staff: Client, offered: OfferedCourse, passed: CourseResult, course_id: str
    ) -> None:
        file = table("eleni;;soon;;Reason", ";who@example.org;2026-06-30;2;Reason")

        page = staff.post(at("instructor-import", course_id), {"definition": "cities", "file": file})

        text = page.content.decode()
        assert "things in the file are wrong" in text
        for row, column in (("2", "earned_on"), ("3", "grade")):
            assert re.search(rf'<th scope="row">{row}</th><td [^>]*><code>{column}</code>', text), (
                row,
                column,
            )
        assert not AwardImport.objects.exists()

    def test_no_file_an_empty_one_and_one_of_another_definition(
        self, staff: Client, offered: OfferedCourse, course_id: str
    ) -> None:
        address = at("instructor-import", course_id)

        assert "Choose a file first." in posted(staff, address, definition="cities")
        empty = SimpleUploadedFile("a.csv", b"")
        assert "wrong" in posted(staff, address, definition="cities", file=empty)
        assert staff.post(address, {"definition": "ecosystems", "file": table()}).status_code == 404

    def test_a_file_beyond_the_limit_is_refused(
        self, staff: Client, offered: OfferedCourse, course_id: str
    ) -> None:
        large = SimpleUploadedFile("a.csv", b"x" * (api.MOST_IMPORT_BYTES + 1))

        page = posted(staff, at("instructor-import", course_id), definition="cities", file=large)

        assert "The file is larger than 5 MB." in page

    def test_files_are_read_as_often_as_over_the_api(
        self, staff: Client, offered: OfferedCourse, course_id: str, settings: Any
    ) -> None:
        settings.INGENIUM_API_RATE = "2/min"
        address = at("instructor-import", course_id)

        answers = [staff.post(address, {"definition": "cities"}).status_code for _once in range(3)]

        assert answers == [200, 200, 429]
        assert staff.get(address).status_code == 200

    def test_an_import_of_another_course_is_nothing_here(
        self, staff: Client, offered: OfferedCourse, passed: CourseResult, course_id: str
    ) -> None:
        api.define_offered_course(OfferedCourse(course_id=OTHER, definitions=["cities"]))
        sent = {"definition": "cities", "file": table("eleni;;2026-06-30;0,85;Exam")}
        staff.post(at("instructor-import", course_id), sent)

        address = at("instructor-import-check", OTHER, AwardImport.objects.get().uuid)

        assert staff.get(address).status_code == 404
        assert staff.post(address).status_code == 404

    def test_the_sample_has_no_faults_of_form(
        self, staff: Client, offered: OfferedCourse, course_id: str
    ) -> None:
        sample = staff.get(at("instructor-import-sample", course_id))

        assert sample.content.decode("utf-8-sig").startswith("username;")
        assert "attachment" in sample["Content-Disposition"]


def downloaded(browser: Client, address: str, **fields: str) -> bytes:
    """A file, which no shared cache may keep."""
    response: Any = browser.post(address, fields)
    assert response["Cache-Control"] == "private, no-store"
    body = b"".join(response.streaming_content)
    return body


class TestExport:
    """The list to take away."""

    def test_as_csv_what_the_filter_lets_through(
        self, staff: Client, award: Award, course_id: str, teacher: Any
    ) -> None:
        address = at("instructor-export", course_id)

        everything = downloaded(staff, address, **{"as": "csv"}).decode("utf-8-sig")
        nothing = downloaded(staff, address, **{"as": "csv", "state": "revoked"}).decode("utf-8-sig")

        assert "Ελένη Παπαδάκη" in everything
        assert str(award.uuid) in everything
        assert str(award.uuid) not in nothing
        assert AuditEntry.objects.filter(action="awards-exported", actor_id=teacher.pk).count() == 2

    def test_as_a_workbook(self, staff: Client, award: Award, course_id: str) -> None:
        body = downloaded(staff, at("instructor-export", course_id), **{"as": "xlsx"})

        rows = list(load_workbook(io.BytesIO(body)).active.values)
        assert "Ελένη Παπαδάκη" in rows[1]
