"""Trials, awards, one learner, award by hand, import and export on the course's pages."""

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
from ingenium_credentials.models import (
    Approval,
    AuditEntry,
    Award,
    AwardImport,
    AwardRule,
    CourseResult,
    OfferedCourse,
    Simulation,
)

from .conftest import AWARDED
from .test_instructor import at

OTHER = "course-v1:HIS+AI+2026"


@pytest.fixture
def misses(course_id: str, db: None) -> Any:
    """Somebody who passed, not well enough for the rule."""
    user = get_user_model().objects.create_user("nikos", "n@example.org", first_name="Νίκος", last_name="Κ")
    CourseResult.objects.create(
        learner_id=user.pk, course_id=course_id, is_passing=True, passing_since=AWARDED, grade="0.76"
    )
    return user


@pytest.fixture
def award(course_rule: AwardRule, passed: CourseResult) -> Award:
    """What the learner has earned by the rule."""
    api.switch_on(course_rule)
    CourseResult.objects.filter(pk=passed.pk).update(dirty=True)
    [award_id] = api.evaluate([passed.pk])
    api.issue([award_id])
    return Award.objects.get(pk=award_id)


def posted(browser: Client, address: str, **fields: Any) -> str:
    """What the page says after the form was sent."""
    text: str = browser.post(address, fields, follow=True).content.decode()
    return text


class TestTrial:
    """A rule is tried out before it is switched on."""

    def test_it_says_who_would_earn_it_who_just_misses_and_why(
        self,
        staff: Client,
        course_rule: AwardRule,
        passed: CourseResult,
        misses: Any,
        course_id: str,
        django_capture_on_commit_callbacks: Any,
    ) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            begun = staff.post(at("instructor-try", course_id, course_rule.uuid))

        page = staff.get(begun["Location"]).content.decode()

        assert "1 learner would earn it now" in page
        assert "Ελένη Παπαδάκη" in page
        assert "Νίκος Κ" in page
        assert "(has 76 %, needs 80 %)" in page
        assert not Award.objects.exists()
        switch = staff.get(at("instructor-switch", course_id, course_rule.uuid)).content.decode()
        assert "Switch on and award 1 learner" in switch

    def test_while_it_runs_it_says_how_far_it_is_and_can_be_cancelled(
        self, staff: Client, course_rule: AwardRule, passed: CourseResult, course_id: str
    ) -> None:
        begun = staff.post(at("instructor-try", course_id, course_rule.uuid))
        trial = Simulation.objects.get()

        assert "<progress" in staff.get(begun["Location"]).content.decode()
        told = staff.get(at("instructor-trial-progress", course_id, trial.uuid)).json()
        assert told == {
            "state": "running",
            "done": 0,
            "total": 1,
            "words": "0 of 1 learner looked at",
        }

        page = posted(staff, at("instructor-trial-cancel", course_id, trial.uuid))
        assert "Cancelled" in page
        assert Simulation.objects.get().state == Simulation.State.CANCELLED

    def test_an_unsaved_change_can_be_tried_and_edited_further(
        self,
        staff: Client,
        course_rule: AwardRule,
        course_id: str,
        django_capture_on_commit_callbacks: Any,
    ) -> None:
        fields = {
            "n-kind": "all",
            "n-count": "1",
            "n.0-kind": "course_passed",
            "n.0-course": course_id,
            "n.0-min_grade": "55",
        }
        sent = {**fields, "do": "try", "seen_revision": "1"}
        with django_capture_on_commit_callbacks(execute=True):
            begun = staff.post(at("instructor-edit-rule", course_id, course_rule.uuid), sent)
        page = staff.get(begun["Location"]).content.decode()
        assert "This is not what the rule says now." in page

        edit = at("instructor-edit-rule", course_id, course_rule.uuid)
        [onward] = re.findall(r'href="([^"]*\?trial=[^"]*)"', page)
        assert onward.startswith(edit)
        assert 'value="55"' in staff.get(onward).content.decode()
        assert AwardRule.objects.get().condition["min_grade"] == 0.8

    def test_learners_of_other_courses_are_counted_and_not_named(
        self, staff: Client, course_rule: AwardRule, course_id: str, misses: Any
    ) -> None:
        api.define_offered_course(OfferedCourse(course_id=OTHER, definitions=["cities"]))
        stranger = get_user_model().objects.create_user("sven", first_name="Sven", last_name="Svensson")
        CourseResult.objects.create(
            learner_id=stranger.pk, course_id=OTHER, is_passing=True, passing_since=AWARDED
        )
        leaves = [{"kind": "course_passed", "course": course} for course in (course_id, OTHER)]
        course_rule.condition = {"version": 1, "any": leaves}
        api.define_rule(course_rule)
        trial = api.run_simulation(
            api.start_simulation(
                course_id, course_rule.achievement, course_rule.condition, actor_id=None, rule=course_rule
            ).pk
        )

        page = staff.get(at("instructor-trial", course_id, trial.uuid)).content.decode()

        assert "2 learners would earn it now" in page
        assert "Νίκος Κ" in page
        assert "Sven" not in page
        assert "One more is counted and not named." in page


class TestAwards:
    """The list, and one award with what can be done about it."""

    def test_the_list_filters_by_state_and_finds_names_without_putting_them_into_the_address(
        self, staff: Client, award: Award, course_id: str
    ) -> None:
        address = at("instructor-awards", course_id)

        assert "Ελένη Παπαδάκη" in staff.get(address, {"state": "issued"}).content.decode()
        assert "No award matches" in staff.get(address, {"state": "revoked"}).content.decode()
        assert "Ελένη Παπαδάκη" in staff.get(address, {"state": "nonsense", "page": "9z"}).content.decode()
        for words in ("παπαδάκη", "Papadaki", "eleni", "eleni@example.org", "Ελένη Papadaki"):
            assert award.recipient_name in posted(staff, address, q=words), words
        assert "No award matches" in posted(staff, address, q="Nobody % _")

    def test_pages_of_a_long_list(self, staff: Client, award: Award, course_id: str, make_award: Any) -> None:
        users = get_user_model().objects
        for number in range(25):
            user = users.create_user(f"l{number}", first_name="Learner", last_name=f"{number:02}")
            CourseResult.objects.create(learner_id=user.pk, course_id=course_id)
            api.award(learner_id=user.pk, achievement=award.achievement, awarded_at=AWARDED)

        first = staff.get(at("instructor-awards", course_id)).content.decode()
        second = posted(staff, at("instructor-awards", course_id), page="2")

        assert "Page 1 of 2" in first
        assert "Page 2 of 2" in second
        assert second.count("<tr>") == 2  # the heading and one award

    def test_a_review_is_opened_and_decided_with_reasons(
        self, staff: Client, award: Award, course_id: str, teacher: Any
    ) -> None:
        address = at("instructor-award", course_id, award.uuid)

        assert "This needs a reason" in posted(staff, address, do="review", reason=" ")
        page = posted(staff, address, do="review", reason="The essay was not the learner’s own")
        assert "The award stands" in page
        assert "The essay was not the learner’s own" in page
        page = posted(staff, address, do="stands", reason="The author has been found")

        award.refresh_from_db()
        assert award.state == Award.State.ISSUED
        assert AuditEntry.objects.filter(action="review-closed", actor_id=teacher.pk).exists()
        assert "Ana Ilić" in page

    def test_a_review_can_end_with_a_revocation(self, staff: Client, award: Award, course_id: str) -> None:
        address = at("instructor-award", course_id, award.uuid)
        posted(staff, address, do="review", reason="Doubts")

        page = posted(staff, address, do="revoke-review", reason="They were right")

        award.refresh_from_db()
        assert award.state == Award.State.REVOKED
        assert "They were right" in page
        assert "What you can do" not in page

    def test_what_waits_is_tried_again(
        self, staff: Client, award: Award, course_id: str, django_capture_on_commit_callbacks: Any
    ) -> None:
        Award.objects.filter(pk=award.pk).update(state="pending", last_problem="The key is away.", attempts=9)
        address = at("instructor-award", course_id, award.uuid)
        assert "The key is away." in staff.get(address).content.decode()

        with django_capture_on_commit_callbacks(execute=True):
            page = posted(staff, address, do="retry")

        assert "It is tried again now." in page
        assert Award.objects.get().state == Award.State.ISSUED

    def test_what_its_state_does_not_allow_is_refused_with_the_reason(
        self, staff: Client, award: Award, course_id: str
    ) -> None:
        address = at("instructor-award", course_id, award.uuid)

        assert "Only a pending award can be tried again" in posted(staff, address, do="retry")
        assert "not under review" in posted(staff, address, do="stands", reason="It is not under review")
        assert Award.objects.get().state == Award.State.ISSUED

    def test_one_award_says_how_the_rule_sees_the_learner_now(
        self, staff: Client, award: Award, course_id: str
    ) -> None:
        CourseResult.objects.update(grade="0.5")

        page = staff.get(at("instructor-award", course_id, award.uuid)).content.decode()

        assert "Not met" in page


class TestLearner:
    """Why somebody has earned it, or not."""

    def test_each_requirement_is_answered_with_its_figures(
        self, staff: Client, course_rule: AwardRule, misses: Any, course_id: str
    ) -> None:
        page = posted(staff, at("instructor-why", course_id), learner="n@example.org")

        assert "Νίκος Κ" in page
        assert "with at least 80 %" in page
        assert "Not met" in page
        assert "76" in page

    @pytest.mark.parametrize("asked", ["stranger", "stranger@example.org", "no one", ""])
    def test_who_does_not_take_the_course_is_not_found(
        self, asked: str, staff: Client, course_rule: AwardRule, course_id: str
    ) -> None:
        stranger = get_user_model().objects.create_user("stranger", "stranger@example.org")

        page = posted(staff, at("instructor-why", course_id), learner=asked)
        by_id = posted(staff, at("instructor-why", course_id), learner_id=str(stranger.pk))

        assert "No learner of this course has this user name" in page
        assert "No learner of this course has this user name" in by_id

    def test_a_person_approves_and_it_is_awarded(
        self,
        staff: Client,
        course_rule: AwardRule,
        passed: CourseResult,
        course_id: str,
        django_capture_on_commit_callbacks: Any,
    ) -> None:
        both = [course_rule.condition | {}, {"kind": "manual_approval"}]
        both[0].pop("version")
        course_rule.condition = {"version": 1, "all": both}
        course_rule.enabled = True
        api.define_rule(course_rule)
        address = at("instructor-why", course_id)
        assert "Approve" in posted(staff, address, learner="eleni")

        with django_capture_on_commit_callbacks(execute=True):
            sent = {"learner_id": str(passed.learner_id), "rule": str(course_rule.uuid), "decision": "yes"}
            posted(staff, address, **sent, reason="Seen in person")

        assert Approval.objects.get().approved
        assert Award.objects.filter(learner_id=passed.learner_id).exists()


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
    response.close()
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
