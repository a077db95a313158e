from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone

from ingenium_credentials import api, tasks
from ingenium_credentials.api.errors import NotAllowed
from ingenium_credentials.models import Achievement, Approval, AuditEntry, Award, AwardRule, CourseResult

pytestmark = pytest.mark.django_db

EARNED_AT = dt.datetime(2026, 1, 15, 10, 30, tzinfo=dt.UTC)


class TestWhyNot:
    def test_says_of_each_requirement_whether_it_is_met(self, rule: AwardRule, learner: Any) -> None:
        explanation = api.why_not(rule, learner.pk)

        assert explanation.met is False
        assert [line.met for line in explanation.lines] == [False]

    def test_is_what_awarding_asks(self, rule: AwardRule, learner: Any, course_id: str) -> None:
        api.record_passing(
            learner_id=learner.pk, course_id=course_id, is_passing=True, at=EARNED_AT, event_id="1"
        )

        assert api.why_not(rule, learner.pk).earned_at == EARNED_AT


class TestApproving:
    def test_the_last_word_counts(self, rule: AwardRule) -> None:
        api.approve(rule, 7, True, actor_id=1, reason="Seen")
        api.approve(rule, 7, False, actor_id=2, reason="Was somebody else")

        row = Approval.objects.get()
        assert (row.approved, row.actor_id, row.reason) == (False, 2, "Was somebody else")
        entries = AuditEntry.objects.filter(action__in=("approved", "disapproved"))
        assert entries.count() == 2
        # About whom it was can be told as long as the approval is there, and no longer.
        assert {entry.subject_id for entry in entries} == {str(Approval.objects.get().pk)}

    def test_the_same_again_keeps_since_when_it_holds(self, rule: AwardRule) -> None:
        first = api.approve(rule, 7, True, actor_id=1)
        again = api.approve(rule, 7, True, actor_id=2)

        assert (again.at, again.actor_id) == (first.at, 1)
        assert AuditEntry.objects.filter(action="approved").count() == 1


class TestByHand:
    def _award(self, achievement: Achievement, learner: Any, **changes: Any) -> Award:
        options: dict[str, Any] = {"awarded_at": EARNED_AT, "reason": "Prior learning", "actor_id": 9}
        return api.award_by_hand(achievement, learner.pk, **{**options, **changes})

    def test_notes_who_and_why(self, achievement: Achievement, learner: Any) -> None:
        award = self._award(achievement, learner, grade=Decimal("0.9"))

        entry = AuditEntry.objects.get(action="awarded")
        assert (entry.actor_id, entry.reason) == (9, "Prior learning")
        assert (award.grade, award.awarded_at) == (Decimal("0.9"), EARNED_AT)

    @pytest.mark.parametrize("reason", ["", "  \n"])
    def test_needs_a_reason(self, achievement: Achievement, learner: Any, reason: str) -> None:
        with pytest.raises(NotAllowed, match="Say why"):
            self._award(achievement, learner, reason=reason)

        assert not Award.objects.exists()

    @pytest.mark.parametrize("grade", ["-0.1", "1.01", "90"])
    def test_refuses_a_grade_that_is_none(self, achievement: Achievement, learner: Any, grade: str) -> None:
        with pytest.raises(NotAllowed, match="from 0 to 1"):
            self._award(achievement, learner, grade=Decimal(grade))

    def test_keeps_what_truly_happened(self, achievement: Achievement, learner: Any) -> None:
        supervision = {"iri": "http://data.europa.eu/snb/supervision-verification/x", "labels": {"en": "x"}}

        award = self._award(achievement, learner, circumstances=api.Circumstances(supervision=supervision))

        award.refresh_from_db()
        assert award.supervision == supervision

    def test_gives_the_award_that_stands_already(self, achievement: Achievement, learner: Any) -> None:
        assert self._award(achievement, learner) == self._award(achievement, learner, reason="Again")


class TestRetrying:
    def test_an_award_that_waits_is_issued_at_once(
        self, achievement: Achievement, learner: Any, django_capture_on_commit_callbacks: Any
    ) -> None:
        award = api.award(learner_id=learner.pk, achievement=achievement, awarded_at=EARNED_AT)
        tomorrow = timezone.now() + dt.timedelta(days=1)
        Award.objects.update(attempts=7, next_attempt_at=tomorrow, last_problem="The key was away.")

        with django_capture_on_commit_callbacks(execute=True):
            api.retry(award, actor_id=3)

        award.refresh_from_db()
        assert (award.state, award.last_problem) == ("issued", "")
        assert AuditEntry.objects.get(action="retried").actor_id == 3

    def test_nothing_waits_in_an_award_that_was_issued(self, achievement: Achievement, learner: Any) -> None:
        award = api.award(learner_id=learner.pk, achievement=achievement, awarded_at=EARNED_AT)
        api.issue([award.pk])
        award.refresh_from_db()

        with pytest.raises(NotAllowed, match="this one is Issued"):
            api.retry(award)


def test_an_approval_has_the_learner_evaluated(rule: AwardRule, learner: Any, course_id: str) -> None:
    api.record_passing(
        learner_id=learner.pk, course_id=course_id, is_passing=True, at=EARNED_AT, event_id="1"
    )
    CourseResult.objects.update(dirty=False)

    api.approve(rule, learner.pk, True, actor_id=1)

    assert CourseResult.objects.get().dirty


def test_a_rule_that_rests_on_the_approval_alone_awards_with_it(
    achievement: Achievement, learner: Any
) -> None:
    alone = {"version": 1, "kind": "manual_approval"}
    rule = api.define_rule(AwardRule(name="Jury", achievement=achievement, condition=alone, enabled=True))

    api.approve(rule, learner.pk, False, actor_id=1)
    assert not Award.objects.exists()
    row = api.approve(rule, learner.pk, True, actor_id=1)

    award = Award.objects.get()
    assert (award.rule, award.awarded_at) == (rule, row.at)


class TestApprovedBeforeTheRuleIsAtWork:
    """By a rule that rests on the approval alone: no result leads to the learner."""

    @pytest.fixture
    def jury(self, achievement: Achievement) -> AwardRule:
        alone = {"version": 1, "kind": "manual_approval"}
        return api.define_rule(AwardRule(name="Jury", achievement=achievement, condition=alone))

    def test_switching_it_on_awards(
        self, jury: AwardRule, learner: Any, django_capture_on_commit_callbacks: Any
    ) -> None:
        row = api.approve(jury, learner.pk, True, actor_id=1)
        assert not Award.objects.exists()

        with django_capture_on_commit_callbacks(execute=True):
            api.switch_on(jury)

        award = Award.objects.get()
        assert (award.rule, award.learner_id, award.awarded_at) == (jury, learner.pk, row.at)

    def test_a_no_awards_nothing(
        self, jury: AwardRule, learner: Any, django_capture_on_commit_callbacks: Any
    ) -> None:
        api.approve(jury, learner.pk, False, actor_id=1)

        with django_capture_on_commit_callbacks(execute=True):
            api.switch_on(jury)

        assert not Award.objects.exists()

    def test_a_no_while_it_is_off_is_heard_too(
        self, jury: AwardRule, learner: Any, django_capture_on_commit_callbacks: Any
    ) -> None:
        api.switch_on(jury)
        api.approve(jury, learner.pk, True, actor_id=1)
        api.issue([Award.objects.get().pk])
        api.pause(jury)
        api.approve(jury, learner.pk, False, actor_id=1)
        assert Award.objects.get().state == Award.State.ISSUED

        with django_capture_on_commit_callbacks(execute=True):
            api.switch_on(jury)

        assert Award.objects.get().state == Award.State.REVIEW

    def test_the_sweep_that_wakes_it_awards(
        self,
        jury: AwardRule,
        learner: Any,
        monkeypatch: pytest.MonkeyPatch,
        django_capture_on_commit_callbacks: Any,
    ) -> None:
        begins = timezone.now() + dt.timedelta(days=7)
        api.schedule(jury, begins, None)
        api.approve(jury, learner.pk, True, actor_id=1)
        with django_capture_on_commit_callbacks(execute=True):
            api.switch_on(jury)
        assert not Award.objects.exists()

        monkeypatch.setattr(timezone, "now", lambda: begins + dt.timedelta(seconds=1))
        with django_capture_on_commit_callbacks(execute=True):
            tasks.sweep()

        assert Award.objects.get().rule == jury

    def test_a_learner_without_a_result_in_the_rule_s_course_is_found(
        self, jury: AwardRule, learner: Any, course_id: str
    ) -> None:
        passed = {"kind": "course_passed", "course": course_id}
        jury.condition = {"version": 1, "any": [passed, {"kind": "manual_approval"}]}
        api.define_rule(jury)
        api.approve(jury, learner.pk, True, actor_id=1)
        api.switch_on(jury)

        assert tasks.award_others(jury.pk) == 1

    def test_one_learner_without_a_name_keeps_nobody_else_from_it(
        self, jury: AwardRule, learner: Any, django_user_model: Any
    ) -> None:
        nameless = django_user_model.objects.create_user("nameless", "nameless@example.org")
        api.approve(jury, nameless.pk, True, actor_id=1)
        api.approve(jury, learner.pk, True, actor_id=1)
        api.switch_on(jury)

        assert tasks.award_others(jury.pk) == 1
        assert Award.objects.get().learner_id == learner.pk

    def test_after_a_lost_task_the_nightly_comparison_awards(self, jury: AwardRule, learner: Any) -> None:
        api.approve(jury, learner.pk, True, actor_id=1)
        api.reconcile_nightly()
        api.switch_on(jury)

        run = api.reconcile_nightly()

        assert run.since is not None
        assert (run.found, run.left) == ({"missing": 1, "not issued": 1}, {})
        assert Award.objects.get().state == Award.State.ISSUED

    def test_whose_name_was_missing_is_awarded_at_night_once_it_is_there(
        self, jury: AwardRule, learner: Any
    ) -> None:
        get_user_model().objects.update(first_name="", last_name="")
        api.switch_on(jury)
        api.approve(jury, learner.pk, True, actor_id=1)
        assert api.reconcile_nightly().left == {"missing": 1}

        get_user_model().objects.update(first_name="Ελένη", last_name="Παπαδάκη")

        assert api.reconcile_nightly().left == {}
        assert Award.objects.get().learner_id == learner.pk

    def test_switched_off_nobody_is_awarded(self, jury: AwardRule, learner: Any, settings: Any) -> None:
        api.approve(jury, learner.pk, True, actor_id=1)
        api.switch_on(jury)
        settings.INGENIUM_ENABLED = False

        assert tasks.award_others(jury.pk) == 0
        assert not Award.objects.exists()

    def test_a_rule_that_is_paused_meanwhile_awards_nobody(self, jury: AwardRule, learner: Any) -> None:
        api.approve(jury, learner.pk, True, actor_id=1)
        api.switch_on(jury)
        api.pause(jury)

        assert tasks.award_others(jury.pk) == 0
