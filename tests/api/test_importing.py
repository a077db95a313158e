from __future__ import annotations

import io
import logging
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone
from openpyxl import Workbook

from ingenium_credentials import api
from ingenium_credentials.api.errors import NotAllowed, NotReady
from ingenium_credentials.models import Achievement, AuditEntry, Award, AwardImport, CourseResult

pytestmark = pytest.mark.django_db

HEAD = "username;email;earned_on;grade;supervision;reason\n"
GOOD = HEAD + "eleni;;2026-01-15;0.9;;Prior learning\n;boris@example.org;2026-01-16;85 %;;Examined\n"


@pytest.fixture
def class_of_two(learner: Any, course_id: str) -> list[Any]:
    boris = get_user_model().objects.create_user(
        "boris", "Boris@Example.org", "secret", first_name="Борис", last_name="Петров"
    )
    for person in (learner, boris):
        CourseResult.objects.create(learner_id=person.pk, course_id=course_id)
    return [learner, boris]


def _check(text: str | bytes, achievement: Achievement, course_id: str) -> api.Checked:
    data = text.encode() if isinstance(text, str) else text
    return api.check_import(data, "awards.csv", course_id, achievement, actor_id=3)


def _fault(text: str, achievement: Achievement, course_id: str) -> tuple[int, str, str]:
    checked = _check(text, achievement, course_id)
    (fault,) = checked.faults
    assert checked.row is None
    assert not AwardImport.objects.exists()
    assert fault.message.count(". ") >= 1, "says what is wrong, and then what to do"
    return fault.row, fault.column, fault.kind


def test_a_good_file_awards_nobody_until_it_is_applied(
    achievement: Achievement, class_of_two: list[Any], course_id: str
) -> None:
    row = _check(GOOD, achievement, course_id).row
    assert row is not None
    assert not Award.objects.exists()

    api.apply_import(row, actor_id=3)

    awards = {award.learner_id: award for award in Award.objects.all()}
    assert set(awards) == {person.pk for person in class_of_two}
    assert awards[class_of_two[1].pk].grade == Decimal("0.85")
    assert awards[class_of_two[0].pk].awarded_at.isoformat() == "2026-01-15T00:00:00+00:00"
    assert row.state == "applied"
    reasons = AuditEntry.objects.filter(action="awarded").values_list("reason", "actor_id")
    assert set(reasons) == {("Prior learning", 3), ("Examined", 3)}


def test_applying_twice_changes_nothing(
    achievement: Achievement, class_of_two: list[Any], course_id: str
) -> None:
    row = _check(GOOD, achievement, course_id).row
    assert row is not None
    first = api.apply_import(row, actor_id=3).applied_at

    assert api.apply_import(row, actor_id=4).applied_at == first
    assert Award.objects.count() == 2
    assert AuditEntry.objects.filter(action="import-applied").count() == 1


def test_all_or_nothing(achievement: Achievement, class_of_two: list[Any], course_id: str) -> None:
    row = _check(GOOD, achievement, course_id).row
    assert row is not None
    get_user_model().objects.filter(username="boris").update(first_name="", last_name="")

    with pytest.raises(NotReady, match=r"Nobody was awarded\. Row 3"):
        api.apply_import(row, actor_id=3)

    row.refresh_from_db()
    assert row.state == "checked"
    assert not Award.objects.exists()
    assert not AuditEntry.objects.filter(action="awarded").exists()


def test_a_definition_that_is_not_active_any_more_awards_nobody(
    achievement: Achievement, class_of_two: list[Any], course_id: str
) -> None:
    row = _check(GOOD, achievement, course_id).row
    assert row is not None
    api.retire_achievement(achievement)

    with pytest.raises(NotAllowed, match="Row 2"):
        api.apply_import(row, actor_id=3)


@pytest.mark.usefixtures("class_of_two")
class TestFaults:
    @pytest.mark.parametrize(
        ("line", "place"),
        [
            ("nobody;;2026-01-15;;;x", (2, "username", "learner")),
            (";no@example.org;2026-01-15;;;x", (2, "email", "learner")),
            (";;2026-01-15;;;x", (2, "username", "learner")),
            ("eleni;;2999-01-15;;;x", (2, "earned_on", "future")),
            ("eleni;;15.01.2026;;;x", (2, "earned_on", "date")),
            ("eleni;;2026-02-30;;;x", (2, "earned_on", "date")),
            ("eleni;;2026-01-15T10:00:00;;;x", (2, "earned_on", "date")),
            ("eleni;;;;;x", (2, "earned_on", "date")),
            ("eleni;;2026-01-15;1.5;;x", (2, "grade", "grade")),
            ("eleni;;2026-01-15;-0.1;;x", (2, "grade", "grade")),
            ("eleni;;2026-01-15;85;;x", (2, "grade", "grade")),
            ("eleni;;2026-01-15;NaN;;x", (2, "grade", "grade")),
            ("eleni;;2026-01-15;sehr gut;;x", (2, "grade", "grade")),
            ("eleni;;2026-01-15;;;", (2, "reason", "reason")),
            ("eleni;;2026-01-15;;;" + "x" * 256, (2, "reason", "reason")),
            ("eleni;;2026-01-15;;;x;y", (2, "", "columns")),
            ("eleni;;2026-01-15;;;=HYPERLINK(1)", (2, "F", "formula")),
        ],
    )
    def test_each_is_named_by_row_column_and_kind(
        self, achievement: Achievement, course_id: str, line: str, place: tuple[int, str, str]
    ) -> None:
        assert _fault(f"{HEAD}{line}\n", achievement, course_id) == place

    def test_all_of_a_file_are_told_at_once(self, achievement: Achievement, course_id: str) -> None:
        text = HEAD + "eleni;;tomorrow;2;;\nnobody;;2026-01-15;;;x\n"

        places = [(fault.row, fault.column) for fault in _check(text, achievement, course_id).faults]

        assert places == [(2, "earned_on"), (2, "grade"), (2, "reason"), (3, "username")]

    def test_a_code_of_supervision_that_is_unknown_is_named(
        self, achievement: Achievement, course_id: str
    ) -> None:
        text = HEAD + "eleni;;2026-01-15;;supervised-by-nobody;x\n"

        (fault,) = _check(text, achievement, course_id).faults

        assert (fault.row, fault.column, fault.kind) == (2, "supervision", "supervision")

    def test_somebody_who_is_there_twice(self, achievement: Achievement, course_id: str) -> None:
        text = HEAD + "eleni;;2026-01-15;;;x\n;ELENI@example.org;2026-01-15;;;y\n"

        assert _fault(text, achievement, course_id) == (3, "username", "double")

    def test_somebody_who_has_it_already(
        self, achievement: Achievement, course_id: str, learner: Any
    ) -> None:
        api.award(learner_id=learner.pk, achievement=achievement, awarded_at=timezone.now())

        assert _fault(HEAD + "eleni;;2026-01-15;;;x\n", achievement, course_id)[2] == "awarded"

    def test_somebody_from_whom_it_was_taken_since(
        self, achievement: Achievement, course_id: str, learner: Any
    ) -> None:
        award = api.award(learner_id=learner.pk, achievement=achievement, awarded_at=timezone.now())
        api.revoke(award.uuid, reason="Mistake", actor_id=1)

        assert _fault(HEAD + "eleni;;2026-01-15;;;x\n", achievement, course_id)[2] == "awarded"

    def test_an_address_of_two_accounts(self, achievement: Achievement, course_id: str) -> None:
        double = get_user_model().objects.create_user("eleni2", "eleni@example.org", "secret")
        CourseResult.objects.create(learner_id=double.pk, course_id=course_id)

        checked = _check(HEAD + ";eleni@example.org;2026-01-15;;;x\n", achievement, course_id)

        assert "Several accounts" in checked.faults[0].message

    def test_of_strangers_to_the_course_it_is_not_told_whether_they_exist(
        self, achievement: Achievement, course_id: str
    ) -> None:
        get_user_model().objects.create_user("stranger", "stranger@example.org", "secret")

        real = _check(HEAD + "stranger;;2026-01-15;;;x\n", achievement, course_id)
        invented = _check(HEAD + "nobody00;;2026-01-15;;;x\n", achievement, course_id)

        assert real.faults == invented.faults

    @pytest.mark.parametrize(
        "heading",
        ["username;earned_on", "username;earned_on;reason;luck", "username;username;earned_on;reason", "x"],
    )
    def test_a_heading_that_is_not_understood(
        self, achievement: Achievement, course_id: str, heading: str
    ) -> None:
        row, _column, kind = _fault(heading + "\neleni;2026-01-15;x\n", achievement, course_id)

        assert (row, kind) == (1, "heading")

    def test_a_file_without_learners(self, achievement: Achievement, course_id: str) -> None:
        assert _fault(HEAD, achievement, course_id) == (0, "", "file")


def test_a_registrar_may_award_any_account(achievement: Achievement, learner: Any) -> None:
    checked = _check(HEAD + "eleni;;2026-01-15;;;x\n", achievement, "")

    assert checked.row is not None
    assert checked.row.rows[0]["learner"] == learner.pk


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1253"])
def test_names_and_reasons_in_other_scripts_arrive(
    achievement: Achievement, class_of_two: list[Any], course_id: str, encoding: str
) -> None:
    text = HEAD + "eleni;;2026-01-15;;;Προηγούμενη μάθηση\n"

    checked = _check(text.encode(encoding), achievement, course_id)

    if encoding == "cp1253":
        # Not told from cp1252 by its bytes, so what it was taken for is shown in the dry run.
        assert checked.encoding == "cp1252" or checked.faults[0].kind == "encoding"
    else:
        assert checked.row is not None
        assert checked.row.rows[0]["reason"] == "Προηγούμενη μάθηση"


def test_a_username_with_marks_that_combine_is_found(achievement: Achievement, course_id: str) -> None:
    person = get_user_model().objects.create_user("andré", first_name="André", last_name="P")
    CourseResult.objects.create(learner_id=person.pk, course_id=course_id)

    checked = _check(HEAD + "andre\u0301;;2026-01-15;;;x\n", achievement, course_id)

    assert checked.row is not None
    assert checked.row.rows[0]["learner"] == person.pk


def test_a_workbook_does_what_the_same_text_does(
    achievement: Achievement, class_of_two: list[Any], course_id: str
) -> None:
    book, file = Workbook(), io.BytesIO()
    for line in GOOD.splitlines():
        book.active.append(line.split(";"))
    book.save(file)

    by_book = _check(file.getvalue(), achievement, course_id).row
    by_text = _check(GOOD, achievement, course_id).row

    assert by_book is not None
    assert by_text is not None
    assert by_book.rows == by_text.rows


def test_supervision_is_kept_as_the_published_concept(
    achievement: Achievement, class_of_two: list[Any], course_id: str
) -> None:
    text = HEAD + "eleni;;2026-01-15;;supervised-with-id-verification;x\n"
    row = _check(text, achievement, course_id).row
    assert row is not None

    api.apply_import(row, actor_id=3)

    assert (Award.objects.get().supervision or {})["iri"].endswith("/70be69aaf9")


def test_the_sample_is_a_file_of_the_right_form(
    achievement: Achievement, class_of_two: list[Any], course_id: str
) -> None:
    checked = _check(api.import_sample(course_id), achievement, course_id)

    assert {fault.kind for fault in checked.faults} == {"learner"}
    assert len(checked.faults) == 2


def test_addresses_are_neither_kept_nor_logged(
    achievement: Achievement, class_of_two: list[Any], course_id: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    checked = _check(GOOD, achievement, course_id)
    assert checked.row is not None
    api.apply_import(checked.row, actor_id=3)
    faulty = _check(HEAD + ";someone@example.org;2026-01-15;;;x\n", achievement, course_id)

    kept = f"{checked.row.rows} {list(AuditEntry.objects.values())} {caplog.text} {faulty}".lower()
    assert "@example.org" not in kept
