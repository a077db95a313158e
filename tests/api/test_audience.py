"""Everybody whom a condition can concern is found: by trials, by the comparison, and when a rule begins."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ingenium_credentials import api, lms, rules, tasks
from ingenium_credentials.api import Difference, Kind, audience
from ingenium_credentials.api.audience import Audience
from ingenium_credentials.models import (
    Achievement,
    Approval,
    Award,
    AwardRule,
    CourseResult,
    PartResult,
)
from tests.api.conftest import EARNED_AT
from tests.platform import COURSE, KEY

pytestmark = pytest.mark.django_db

BLOCK = "block-v1:UOC+MED101+2026+type@vertical+block@d"
UNIT = {"version": 1, "kind": "block_completed", "course": COURSE, "block": BLOCK}
COHORT = {"version": 1, "kind": "cohort", "course": COURSE, "cohorts": ["A"]}
PASSED = {"version": 1, "kind": "course_passed", "course": COURSE}
APPROVED = {"version": 1, "kind": "manual_approval"}
LATER = EARNED_AT + dt.timedelta(days=1)


def _rule(achievement: Achievement, condition: object, *, enabled: bool = True, **fields: Any) -> AwardRule:
    return api.define_rule(
        AwardRule(name="Rule", achievement=achievement, condition=condition, enabled=enabled, **fields)
    )


def _reach(learner_id: int) -> None:
    PartResult.objects.create(
        learner_id=learner_id, course_id=COURSE, kind="block", key=BLOCK, value=1, at=EARNED_AT
    )


def _differences(**options: Any) -> list[Difference]:
    found: list[Difference] = []
    api.reconcile(report=found.append, **options)
    return found


def _tell(learner_id: int, *, is_passing: bool, at: dt.datetime) -> None:
    api.record_passing(learner_id=learner_id, course_id=COURSE, is_passing=is_passing, at=at, event_id="e")
    api.evaluate(list(CourseResult.objects.values_list("pk", flat=True)))


Enrol = Callable[..., None]


@pytest.fixture
def enrol(platform: dict[str, Any], monkeypatch: Any) -> Enrol:
    """An LMS in which learners are enrolled, and in cohorts; nobody has a grade."""
    monkeypatch.setattr(lms, "facts_of_course", lambda _course_id, _since: iter(()))

    def enrolled(learner_id: int, cohort: str) -> None:
        whom = {"user_id": learner_id, "course_id": KEY}
        platform["CourseEnrollment"].append(SimpleNamespace(**whom))
        group = SimpleNamespace(name=cohort)
        platform["CohortMembership"].append(SimpleNamespace(**whom, course_user_group=group))
        platform["UserProfile"].append(SimpleNamespace(user_id=learner_id, name="Ελένη"))

    return enrolled


# Trials


def test_a_trial_finds_who_was_told_of_in_parts_only(achievement: Achievement) -> None:
    _reach(7)
    CourseResult.objects.create(learner_id=8, course_id=COURSE)

    row = api.run_simulation(api.start_simulation(COURSE, achievement, UNIT, actor_id=1).pk)

    assert (row.total, row.done) == (2, 2)
    assert row.outcome["learners"]["earn"] == [7]


def test_a_trial_finds_who_is_only_enrolled(achievement: Achievement, enrol: Enrol) -> None:
    enrol(7, "A")
    enrol(9, "B")

    row = api.run_simulation(api.start_simulation(COURSE, achievement, COHORT, actor_id=1).pk)

    assert (row.total, row.done) == (2, 2)
    assert row.outcome["learners"]["earn"] == [7]


def test_a_trial_of_a_pass_does_not_read_everybody_who_is_enrolled(
    achievement: Achievement, enrol: Enrol
) -> None:
    enrol(7, "A")

    assert api.start_simulation(COURSE, achievement, PASSED, actor_id=1).total == 0


def test_a_trial_finds_who_is_only_approved(achievement: Achievement) -> None:
    rule = _rule(achievement, APPROVED)
    Approval.objects.create(rule=rule, learner_id=7, approved=True, at=EARNED_AT)

    row = api.start_simulation(COURSE, achievement, APPROVED, rule=rule, actor_id=1)

    assert api.run_simulation(row.pk).outcome["learners"]["earn"] == [7]


def test_whoever_is_found_in_several_ways_comes_once_and_in_order(achievement: Achievement) -> None:
    for number in (9, 7, 8):
        _reach(number)
    for number in (8, 3):
        CourseResult.objects.create(learner_id=number, course_id=COURSE)
    everybody = Audience(rules.parse(UNIT), frozenset({COURSE}))

    assert everybody.page(0, 10) == [3, 7, 8, 9]
    assert everybody.page(3, 2) == [7, 8]
    assert everybody.count() == 4


# The comparison with the LMS


def test_the_comparison_finds_who_was_told_of_in_parts_only(achievement: Achievement, learner: Any) -> None:
    _rule(achievement, UNIT)
    _reach(learner.pk)

    assert [(found.kind, found.mended) for found in _differences()] == [
        (Kind.MISSING, True),
        (Kind.NOT_ISSUED, True),
    ]
    assert Award.objects.get().learner_id == learner.pk
    assert _differences() == []


def test_the_comparison_finds_who_is_only_enrolled(
    achievement: Achievement, enrol: Enrol, learner: Any
) -> None:
    _rule(achievement, COHORT)
    enrol(learner.pk, "A")
    enrol(learner.pk + 1, "B")

    assert [(found.kind, found.learner_id) for found in _differences(dry_run=True)] == [
        (Kind.MISSING, learner.pk)
    ]
    assert [found.mended for found in _differences()] == [True, True]
    assert Award.objects.get().learner_id == learner.pk


def test_it_takes_no_query_per_learner(achievement: Achievement, monkeypatch: Any) -> None:
    _rule(achievement, UNIT)
    counts = []
    for number in range(1, 121):
        _reach_half(number)
        if number in (20, 120):
            with CaptureQueriesContext(connection) as queries:
                assert _differences() == []
            counts.append(len(queries))

    assert counts[0] == counts[1]
    monkeypatch.setattr(audience, "_PAGE", 10)
    with CaptureQueriesContext(connection) as queries:
        assert _differences() == []
    assert len(queries) > counts[0]


def _reach_half(learner_id: int) -> None:
    PartResult.objects.create(
        learner_id=learner_id, course_id=COURSE, kind="block", key=BLOCK, value="0.5", at=EARNED_AT
    )


# A rule that was paused


def test_who_lost_the_pass_during_a_pause_is_looked_at_again_when_it_ends(
    achievement: Achievement, learner: Any
) -> None:
    rule = _rule(achievement, PASSED)
    _tell(learner.pk, is_passing=True, at=EARNED_AT)
    api.issue([Award.objects.get().pk])
    api.pause(rule)
    _tell(learner.pk, is_passing=False, at=LATER)
    assert Award.objects.get().state == Award.State.ISSUED

    api.switch_on(rule)
    api.evaluate(list(CourseResult.objects.values_list("pk", flat=True)))

    award = Award.objects.get()
    assert (award.state, award.review_reason) == (Award.State.REVIEW, api.LOST)


@pytest.mark.parametrize("on_loss", AwardRule.OnLoss.values)
def test_a_loss_during_a_pause_ends_as_the_rule_says(
    achievement: Achievement, learner: Any, on_loss: str
) -> None:
    rule = _rule(achievement, PASSED, on_loss=on_loss)
    _tell(learner.pk, is_passing=True, at=EARNED_AT)
    api.issue([Award.objects.get().pk])
    api.pause(rule)
    _tell(learner.pk, is_passing=False, at=LATER)
    api.switch_on(rule)
    api.evaluate(list(CourseResult.objects.values_list("pk", flat=True)))

    award = Award.objects.get()
    stands = on_loss == AwardRule.OnLoss.KEEP
    assert (award.state == Award.State.ISSUED) == stands
    assert (award.review_due_at is not None) == (on_loss == AwardRule.OnLoss.REVOKE)


def test_a_pass_during_a_pause_is_awarded_when_it_ends(achievement: Achievement, learner: Any) -> None:
    rule = _rule(achievement, PASSED)
    api.pause(rule)
    _tell(learner.pk, is_passing=True, at=EARNED_AT)
    assert not Award.objects.exists()

    api.switch_on(rule)
    api.evaluate(list(CourseResult.objects.values_list("pk", flat=True)))

    assert Award.objects.get().awarded_at == EARNED_AT


def test_what_no_result_tells_of_is_looked_at_again_when_a_pause_ends(
    achievement: Achievement, learner: Any, django_capture_on_commit_callbacks: Any
) -> None:
    other = get_user_model().objects.create_user("other", first_name="Other")
    rule = _rule(achievement, UNIT)
    _reach(learner.pk)
    assert tasks.award_others(rule.pk) == 1
    api.issue([Award.objects.get().pk])
    api.pause(rule)
    PartResult.objects.update(value="0.5")
    _reach(other.pk)
    assert tasks.award_others(rule.pk) == 0

    with django_capture_on_commit_callbacks(execute=True):
        api.switch_on(rule)

    lost, won = Award.objects.order_by("pk")
    assert (lost.learner_id, lost.state, lost.review_reason) == (learner.pk, Award.State.REVIEW, api.LOST)
    assert won.learner_id == other.pk


def test_a_loss_is_found_even_if_nothing_leads_to_the_learner_any_more(
    achievement: Achievement, learner: Any, django_capture_on_commit_callbacks: Any
) -> None:
    rule = _rule(achievement, UNIT)
    _reach(learner.pk)
    tasks.award_others(rule.pk)
    api.issue([Award.objects.get().pk])
    api.pause(rule)
    PartResult.objects.all().delete()
    CourseResult.objects.all().delete()
    with django_capture_on_commit_callbacks(execute=True):
        api.switch_on(rule)

    assert Award.objects.get().state == Award.State.REVIEW


def test_who_was_told_no_during_a_pause_is_looked_at_again_when_it_ends(
    achievement: Achievement, learner: Any, django_capture_on_commit_callbacks: Any
) -> None:
    rule = _rule(achievement, APPROVED)
    api.approve(rule, learner.pk, True, actor_id=1)
    api.issue([Award.objects.get().pk])
    api.pause(rule)
    api.approve(rule, learner.pk, False, actor_id=1)
    assert Award.objects.get().state == Award.State.ISSUED

    with django_capture_on_commit_callbacks(execute=True):
        api.switch_on(rule)

    assert Award.objects.get().state == Award.State.REVIEW


def test_when_an_end_is_put_off_what_was_lost_meanwhile_is_found(
    achievement: Achievement, learner: Any
) -> None:
    rule = _rule(achievement, PASSED)
    _tell(learner.pk, is_passing=True, at=EARNED_AT)
    api.issue([Award.objects.get().pk])
    api.schedule(rule, None, LATER)
    _tell(learner.pk, is_passing=False, at=LATER)
    assert Award.objects.get().state == Award.State.ISSUED

    api.schedule(rule, None, None)
    api.evaluate(list(CourseResult.objects.values_list("pk", flat=True)))

    assert Award.objects.get().state == Award.State.REVIEW
