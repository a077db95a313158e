from __future__ import annotations

import datetime as dt
from itertools import pairwise
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from ingenium_credentials import api
from ingenium_credentials.api.errors import Conflict, NotAllowed
from ingenium_credentials.api.ruling import _circle
from ingenium_credentials.models import Achievement, AuditEntry, Award, AwardRule, CourseResult, RuleVersion
from ingenium_credentials.rules import ConditionError
from ingenium_credentials.tasks import sweep

pytestmark = pytest.mark.django_db

OTHER = "course-v1:HIS+AI+2026"
LATER = dt.timedelta(days=7)


def _passed(course: str) -> dict[str, Any]:
    return {"version": 1, "kind": "course_passed", "course": course}


def _pass(learner: Any, course_id: str) -> None:
    api.record_passing(
        learner_id=learner.pk, course_id=course_id, is_passing=True, at=timezone.now(), event_id="1"
    )


class TestDefining:
    def test_a_rule_notes_the_courses_that_it_concerns(self, rule: AwardRule, course_id: str) -> None:
        rule.condition = {"version": 1, "all": [_bare(course_id), _bare(OTHER)]}
        api.define_rule(rule)
        assert set(rule.courses.values_list("course_id", flat=True)) == {course_id, OTHER}

        rule.condition = _passed(OTHER)
        api.define_rule(rule)
        assert list(rule.courses.values_list("course_id", flat=True)) == [OTHER]

    def test_a_rule_that_is_not_understood_is_not_saved(self, achievement: Achievement) -> None:
        with pytest.raises(ConditionError):
            api.define_rule(
                AwardRule(name="odd", achievement=achievement, condition={"version": 1, "all": []})
            )

        assert not AwardRule.objects.exists()

    @pytest.mark.parametrize(("field", "value"), [("name", ""), ("on_loss", "burn"), ("name", "x" * 128)])
    def test_a_value_that_its_field_does_not_take_is_refused(
        self, rule: AwardRule, field: str, value: object
    ) -> None:
        setattr(rule, field, value)

        with pytest.raises(ValidationError) as refused:
            api.define_rule(rule)

        assert set(refused.value.message_dict) == {field}

    def test_nobody_loses_an_award_without_a_day_of_notice(self, rule: AwardRule) -> None:
        rule.on_loss, rule.review_days = AwardRule.OnLoss.REVOKE, 0

        with pytest.raises(NotAllowed, match="at least one day of review"):
            api.define_rule(rule)

        rule.on_loss = AwardRule.OnLoss.REVIEW
        api.define_rule(rule)

    def test_every_change_is_a_version_with_who_and_why(self, rule: AwardRule) -> None:
        rule.review_days = 30
        api.define_rule(rule, actor_id=5, reason="Term has ended")

        versions = list(rule.versions.order_by("revision").values_list("revision", "actor_id", "reason"))
        assert versions == [(1, None, ""), (2, 5, "Term has ended")]
        assert rule.versions.get(revision=2).content["review_days"] == 30

    def test_saving_the_same_again_changes_nothing(self, rule: AwardRule) -> None:
        api.define_rule(AwardRule.objects.get(pk=rule.pk))

        assert rule.versions.count() == 1
        assert AuditEntry.objects.filter(action="rule-defined").count() == 1

    def test_a_rule_from_before_versions_were_kept_can_be_restored(self, rule: AwardRule) -> None:
        RuleVersion.objects.all().delete()
        AwardRule.objects.update(revision=0)
        rule.refresh_from_db()
        rule.name = "Another"
        api.define_rule(rule)

        assert api.restore(rule, 0).name == "Passed"

    def test_a_form_from_before_the_next_version_does_not_take_the_rule_back(self, rule: AwardRule) -> None:
        stale = AwardRule.objects.select_related("achievement").get(pk=rule.pk)
        newer = api.activate(api.new_version(rule.achievement))

        stale.name = "Edited meanwhile"
        api.define_rule(stale)

        assert AwardRule.objects.get(pk=rule.pk).achievement == newer


class TestTwoEditors:
    def test_the_second_is_told_who_when_and_what_it_is_now(self, rule: AwardRule) -> None:
        second = AwardRule.objects.get(pk=rule.pk)
        rule.name = "By the first"
        api.define_rule(rule, actor_id=5)

        second.name = "By the second"
        with pytest.raises(Conflict, match="user 5 saved revision 2") as told:
            api.define_rule(second, actor_id=6)

        assert (told.value.actor_id, told.value.revision) == (5, 2)
        assert told.value.content["name"] == "By the first"
        assert told.value.at == rule.versions.get(revision=2).at
        assert AwardRule.objects.get(pk=rule.pk).name == "By the first"
        assert AuditEntry.objects.filter(action="rule-defined").count() == 2

    def test_the_second_may_save_on_top_of_the_first(self, rule: AwardRule) -> None:
        second = AwardRule.objects.get(pk=rule.pk)
        rule.name = "By the first"
        api.define_rule(rule, actor_id=5)

        second.name = "By the second"
        api.define_rule(second, actor_id=6, seen_revision=2)

        assert AwardRule.objects.get(pk=rule.pk).name == "By the second"

    def test_what_was_tried_out_is_what_is_switched_on(self, rule: AwardRule) -> None:
        api.pause(rule)
        tried = rule.revision
        rule.condition = _passed(OTHER)
        api.define_rule(rule)

        with pytest.raises(Conflict):
            api.switch_on(rule, seen_revision=tried)

    def test_a_brake_works_whatever_was_seen(self, rule: AwardRule) -> None:
        stale = AwardRule.objects.get(pk=rule.pk)
        rule.name = "Another"
        api.define_rule(rule)

        assert not api.pause(stale).enabled
        assert stale.name == "Another"


class TestSwitchingAndScheduling:
    def test_switching_on_finds_those_who_have_met_it(
        self, rule: AwardRule, learner: Any, course_id: str
    ) -> None:
        api.pause(rule)
        _pass(learner, course_id)
        api.evaluate(list(CourseResult.objects.values_list("pk", flat=True)))
        assert not Award.objects.exists()

        api.switch_on(rule, actor_id=3, reason="Tried out")

        api.evaluate(list(CourseResult.objects.values_list("pk", flat=True)))
        assert Award.objects.get().rule == rule
        assert AuditEntry.objects.get(action="rule-switched-on").reason == "Tried out"

    def test_switching_on_twice_changes_nothing(self, rule: AwardRule) -> None:
        api.switch_on(rule)

        assert rule.revision == 1

    @pytest.mark.parametrize(
        ("starts", "ends"), [(LATER, None), (None, -LATER), (-2 * LATER, -LATER), (LATER, 2 * LATER)]
    )
    def test_a_rule_awards_nothing_outside_its_schedule(
        self,
        rule: AwardRule,
        learner: Any,
        course_id: str,
        starts: dt.timedelta | None,
        ends: dt.timedelta | None,
    ) -> None:
        now = timezone.now()
        api.schedule(rule, now + starts if starts else None, now + ends if ends else None)

        _pass(learner, course_id)

        assert api.rules_for(course_id) == []
        api.evaluate(list(CourseResult.objects.values_list("pk", flat=True)))
        assert not Award.objects.exists()

    def test_the_sweep_wakes_a_rule_that_begins(
        self, rule: AwardRule, learner: Any, course_id: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        begins = timezone.now() + LATER
        api.schedule(rule, begins, None)
        _pass(learner, course_id)
        api.evaluate(list(CourseResult.objects.values_list("pk", flat=True)))
        assert sweep()["rules"] == 0
        assert not CourseResult.objects.filter(dirty=True).exists()

        monkeypatch.setattr(timezone, "now", lambda: begins + dt.timedelta(seconds=1))

        assert sweep()["rules"] == 1
        api.evaluate(list(CourseResult.objects.values_list("pk", flat=True)))
        assert Award.objects.count() == 1
        assert sweep()["rules"] == 0

    def test_a_schedule_that_ends_before_it_begins_is_refused(self, rule: AwardRule) -> None:
        now = timezone.now()

        with pytest.raises(NotAllowed, match="before it begins"):
            api.schedule(rule, now, now)

        rule.refresh_from_db()
        assert rule.starts_at is None


class TestRestoring:
    def test_a_former_version_comes_back_as_a_version_of_its_own(
        self, rule: AwardRule, course_id: str
    ) -> None:
        rule.condition, rule.name = _passed(OTHER), "Another"
        api.define_rule(rule)

        api.restore(rule, 1, actor_id=4, reason="Was better")

        assert (rule.name, rule.revision) == ("Passed", 3)
        assert [row.course_id for row in rule.courses.all()] == [course_id]
        assert rule.versions.get(revision=3).reason == "Was better"

    def test_nobody_switches_a_rule_on_by_looking_back(self, rule: AwardRule) -> None:
        rule.name = "Another"
        api.define_rule(rule)
        api.pause(rule)

        assert not api.restore(rule, 1).enabled

    def test_a_revision_that_is_not_kept_is_refused(self, rule: AwardRule) -> None:
        with pytest.raises(NotAllowed, match="Revision 9"):
            api.restore(rule, 9)


def _bare(course: str) -> dict[str, Any]:
    return {name: value for name, value in _passed(course).items() if name != "version"}


class TestCredentialsOfCredentials:
    @pytest.fixture
    def ethics(self, achievement: Achievement) -> Achievement:
        other = Achievement.objects.get(pk=achievement.pk)
        other.pk, other.slug, other.uuid = None, "ethics", uuid4()
        other.save()
        return other

    def _needs(self, whole: Achievement, part: str, **more: Any) -> AwardRule:
        condition = {"version": 1, "any": [{"kind": "credential_held", "definition": part}]}
        return api.define_rule(AwardRule(name="Stack", achievement=whole, condition=condition, **more))

    def test_a_rule_notes_the_definitions_that_it_concerns(
        self, achievement: Achievement, ethics: Achievement
    ) -> None:
        rule = self._needs(achievement, "ethics")

        assert [part.definition for part in rule.parts.all()] == ["ethics"]

    def test_a_circle_is_refused_by_name(self, achievement: Achievement, ethics: Achievement) -> None:
        self._needs(achievement, "ethics")

        with pytest.raises(NotAllowed, match="ethics → ecosystems → ethics"):
            self._needs(ethics, "ecosystems")

        assert AwardRule.objects.count() == 1

    def test_a_long_circle_is_found_even_through_paused_rules(
        self, achievement: Achievement, ethics: Achievement
    ) -> None:
        third = Achievement.objects.get(pk=ethics.pk)
        third.pk, third.slug, third.uuid = None, "coast", uuid4()
        third.save()
        self._needs(achievement, "ethics")
        self._needs(ethics, "coast", enabled=True)

        with pytest.raises(NotAllowed, match="coast → ecosystems → ethics → coast"):
            self._needs(third, "ecosystems")

    def test_a_credential_that_needs_itself_is_refused(self, achievement: Achievement) -> None:
        with pytest.raises(NotAllowed, match="ecosystems → ecosystems"):
            self._needs(achievement, "ecosystems")

    def test_two_wholes_may_share_a_part(self, achievement: Achievement, ethics: Achievement) -> None:
        self._needs(achievement, "ethics")
        self._needs(achievement, "ethics")

    def test_switching_on_finds_those_who_hold_the_part(
        self, achievement: Achievement, ethics: Achievement, learner: Any
    ) -> None:
        at = timezone.now()
        api.award(learner_id=learner.pk, achievement=ethics, awarded_at=at)
        rule = self._needs(achievement, "ethics")
        api.switch_on(rule)

        api.stack(list(api.wholes_left(timezone.now())))

        whole = Award.objects.get(definition="ecosystems")
        assert (whole.rule, whole.awarded_at) == (rule, at)


@given(
    st.dictionaries(st.sampled_from("abcdef"), st.sets(st.sampled_from("abcdef"))), st.sampled_from("abcdef")
)
def test_a_circle_is_named_exactly_when_there_is_one(parts: dict[str, set[str]], start: str) -> None:
    reached, todo = set(), set(parts.get(start, ()))
    while todo:
        reached |= todo
        todo = set().union(*(parts.get(name, set()) for name in todo)) - reached

    circle = _circle(start, parts)

    assert bool(circle) == (start in reached)
    assert all(after in parts[before] for before, after in pairwise(circle))
    assert not circle or circle[0] == circle[-1] == start
