"""Trials, awards and one learner on the course's pages."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from ingenium_credentials import api
from ingenium_credentials.models import (
    Approval,
    AuditEntry,
    Award,
    AwardRule,
    CourseResult,
    OfferedCourse,
    Simulation,
)

from .conftest import AWARDED
from .test_instructor import at, posted

OTHER = "course-v1:HIS+AI+2026"


@pytest.fixture
def misses(course_id: str, db: None) -> Any:
    """Somebody who passed, not well enough for the rule."""
    user = get_user_model().objects.create_user("nikos", "n@example.org", first_name="Νίκος", last_name="Κ")
    CourseResult.objects.create(
        learner_id=user.pk, course_id=course_id, is_passing=True, passing_since=AWARDED, grade="0.76"
    )
    return user


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

    def test_everybody_can_be_taken_away_as_a_table_with_what_is_missing(
        self, staff: Client, course_rule: AwardRule, passed: CourseResult, misses: Any, course_id: str
    ) -> None:
        begun = api.start_simulation(
            course_id, course_rule.achievement, course_rule.condition, actor_id=None, rule=course_rule
        )
        address = at("instructor-trial-people", course_id, begun.uuid)

        table = staff.post(address).getvalue().decode("utf-8-sig").splitlines()

        assert staff.get(address).status_code == 405
        assert len(table) == 3
        assert any("Ελένη Παπαδάκη" in row and row.endswith("Would earn it;") for row in table)
        assert any("Just miss it;missing:" in row and "needs 80 %" in row for row in table)
        assert AuditEntry.objects.filter(action="trial-exported").exists()

    def test_where_one_of_several_would_do_it_says_so(
        self, staff: Client, course_rule: AwardRule, passed: CourseResult, course_id: str
    ) -> None:
        courses = [course_id, OTHER, "course-v1:UOC+MED103+2026"]
        of = [{"kind": "course_passed", "course": course} for course in courses]
        condition = {"version": 1, "at_least": 2, "of": of}
        begun = api.start_simulation(course_id, course_rule.achievement, condition, actor_id=None)
        api.run_simulation(begun.pk)

        page = staff.get(at("instructor-trial", course_id, begun.uuid)).content.decode()

        assert page.count("missing:") == 1
        assert "at least 2 of these 3" in page

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
        stranger = get_user_model().objects.create_user("quirin", first_name="Quirin", last_name="Quast")
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
        assert "Quirin" not in page
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
