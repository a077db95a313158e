"""A comparison says of every learner what awarding would do, and asks as little as a trial."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ingenium_credentials import api, lms
from ingenium_credentials.api import Kind
from ingenium_credentials.models import (
    Achievement,
    Award,
    AwardRule,
    CourseResult,
    Credential,
    Issuer,
    Letter,
    Organisation,
)
from tests.api.conftest import EARNED_AT
from tests.api.test_stacking import SEA, _definition, _held, _pass, _rule
from tests.platform import COURSE, KEY

pytestmark = pytest.mark.django_db
State = Award.State
DAY = dt.timedelta(days=1)


def _found(**options: Any) -> list[tuple[Kind, bool]]:
    found: list[tuple[Kind, bool]] = []
    api.reconcile(report=lambda difference: found.append((difference.kind, difference.mended)), **options)
    return found


def _states(definition: str = "ecosystems") -> list[str]:
    awards = Award.objects.filter(definition=definition)
    return list(awards.order_by("occasion").values_list("state", flat=True))


def _evaluate() -> Award:
    api.evaluate(list(CourseResult.objects.values_list("pk", flat=True)))
    api.issue(list(Award.objects.values_list("pk", flat=True)))
    return Award.objects.latest("occasion")


@pytest.mark.parametrize("kept", [True, False])
def test_many_learners_are_compared_in_as_many_queries_as_few(rule: AwardRule, kept: bool) -> None:
    """Those who have it, those who never will, and those who were revoked."""
    users = get_user_model().objects
    asked = {}
    for count in (10, 60):
        for place in range(CourseResult.objects.count(), count):
            learner = users.create_user(f"learner{place}", first_name="A", last_name="B")
            passes = {"is_passing": True, "passing_since": EARNED_AT} if place % 2 else {}
            CourseResult.objects.create(learner_id=learner.pk, course_id=COURSE, dirty=True, **passes)
        _evaluate()
        if not kept:
            for award in Award.objects.filter(state=State.ISSUED)[:3]:
                api.revoke(award, reason="Cheated", actor_id=1)
        with CaptureQueriesContext(connection) as queries:
            assert _found() == []
        asked[count] = len(queries)

    assert asked[60] == asked[10]


def test_whoever_had_the_award_erased_is_missing_nothing(rule: AwardRule, learner: Any) -> None:
    _pass(learner, COURSE)
    award = _evaluate()
    api.erase_award(award.uuid, by_holder=True)

    assert _found() == []
    assert api.reconcile_nightly().left == {}


def test_a_trial_does_not_promise_it_to_whoever_had_it_erased(
    rule: AwardRule, achievement: Achievement, learner: Any
) -> None:
    _pass(learner, COURSE)
    api.erase_award(_evaluate().uuid, by_holder=True)

    trial = api.start_simulation(COURSE, achievement, rule.condition, actor_id=1, rule=rule)

    outcome = api.run_simulation(trial.pk).outcome
    assert outcome is not None
    assert (outcome["counts"]["earn"], outcome["counts"]["revoked"]) == (0, 1)


def test_what_is_met_again_stands_again_and_what_was_revoked_by_itself_is_missing(
    platform: dict[str, Any], achievement: Achievement, learner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lms, "facts_of_course", lambda *_asked: iter(()))
    platform["UserProfile"].append(SimpleNamespace(user_id=learner.pk, name="Ελένη"))
    group = SimpleNamespace(name="Autumn")
    membership = SimpleNamespace(user_id=learner.pk, course_id=KEY, course_user_group=group)
    platform["CohortMembership"].append(membership)
    leaves = [
        {"kind": "course_passed", "course": COURSE},
        {"kind": "cohort", "course": COURSE, "cohorts": ["Autumn"]},
    ]
    rule = AwardRule(name="x", achievement=achievement, condition={"version": 1, "all": leaves}, enabled=True)
    rule.on_loss, rule.review_days = AwardRule.OnLoss.REVOKE, 1
    api.define_rule(rule)
    _pass(learner, COURSE)
    _evaluate()
    platform["CohortMembership"].clear()
    assert _found() == [(Kind.WITHDRAWN, True)]
    platform["CohortMembership"].append(membership)
    assert _found() == [(Kind.REGAINED, True)]
    assert _states() == [State.ISSUED]
    platform["CohortMembership"].clear()
    assert _found() == [(Kind.WITHDRAWN, True)]
    Award.objects.update(review_due_at=timezone.now() - DAY)
    Letter.objects.update(sent_at=timezone.now())
    api.lapse(list(Award.objects.values_list("pk", flat=True)))
    assert _states() == [State.REVOKED]

    platform["CohortMembership"].append(membership)

    assert _found() == [(Kind.MISSING, True), (Kind.NOT_ISSUED, True)]
    assert _states() == [State.REVOKED, State.ISSUED]
    assert _found() == []


def test_what_has_expired_and_was_earned_again_is_missing(rule: AwardRule, learner: Any) -> None:
    Achievement.objects.update(validity_days=30)
    _pass(learner, COURSE)
    _evaluate()
    since = timezone.now() - DAY
    CourseResult.objects.update(passing_since=since, dirty=False)

    assert _found(dry_run=True) == [(Kind.MISSING, False)]
    assert _found() == [(Kind.MISSING, True), (Kind.NOT_ISSUED, True)]

    assert Award.objects.latest("occasion").awarded_at == since
    assert _found() == []


# What is made of parts


@pytest.fixture
def programme(issuer: Issuer, university: Organisation, rule: AwardRule, learner: Any) -> Achievement:
    """What two smaller ones make together, both of which the learner has."""
    _rule(_definition("sea", issuer, university), {"version": 1, "kind": "course_passed", "course": SEA})
    row = _definition("programme", issuer, university)
    _rule(row, _held("ecosystems", "sea"))
    for course_id in (COURSE, SEA):
        _pass(learner, course_id)
    _evaluate()
    return row


def _lose_whole() -> None:
    for whole in Award.objects.filter(definition="programme"):
        whole.parts.clear()
        for model in (Letter, Credential):
            model.objects.filter(award=whole).delete()
        whole.delete()
    Award.objects.update(wholes_due_at=None)


@pytest.mark.parametrize("options", [{}, {"since": EARNED_AT}, {"course_id": COURSE}])
def test_a_whole_that_is_missing_is_made(programme: Achievement, options: dict[str, Any]) -> None:
    _lose_whole()

    assert _found(**options, dry_run=True) == [(Kind.MISSING, False)]
    assert (Kind.MISSING, True) in _found(**options)

    _found()
    assert _states("programme") == [State.ISSUED]
    assert _found() == []


def test_a_comparison_of_another_course_leaves_the_whole_alone(programme: Achievement) -> None:
    _lose_whole()

    assert _found(course_id="course-v1:else+where+2026", dry_run=True) == []


def test_a_whole_whose_part_was_lost_without_a_word_is_withdrawn(programme: Achievement) -> None:
    api.stack(list(Award.objects.values_list("pk", flat=True)))
    _evaluate()
    assert _states("programme") == [State.ISSUED]
    # As if the review of the whole had been lost with the machine.
    Award.objects.filter(definition="sea").update(state=State.SUPERSEDED)
    AwardRule.objects.filter(achievement__slug="sea").update(enabled=False)

    assert (Kind.WITHDRAWN, True) in _found()

    assert _states("programme") == [State.REVIEW]
