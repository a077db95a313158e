from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from ingenium_credentials import api
from ingenium_credentials.models import AuditEntry, Award, AwardRule, CourseResult, Letter
from tests.api.conftest import EARNED_AT

pytestmark = pytest.mark.django_db
State = Award.State
TOMORROW = dt.timedelta(days=1)


def _letters(award: Award) -> list[str]:
    return list(award.letters.order_by("pk").values_list("kind", flat=True))


def _hear(learner: Any, course_id: str, is_passing: bool, at: dt.datetime) -> Award | None:
    api.record_passing(
        learner_id=learner.pk, course_id=course_id, is_passing=is_passing, at=at, event_id=str(at.timestamp())
    )
    api.evaluate(list(CourseResult.objects.values_list("pk", flat=True)))
    latest = Award.objects.order_by("-occasion").first()
    api.issue([latest.pk] if latest else [])
    return Award.objects.order_by("-occasion").first()


def _verdict(award: Award) -> str:
    return api.verify(bytes(award.credentials.get(format="ob3").body)).verdict


def test_an_award_under_review_stays_valid_and_its_learner_is_told(issued: Award) -> None:
    row = api.open_review(issued, " Doubts\nabout the exam ", actor_id=3)

    assert (row.state, row.review_reason, row.review_due_at) == (State.REVIEW, "Doubts about the exam", None)
    assert row.revoked_at is None
    assert _verdict(row) == "valid"
    assert _letters(row)[-1] == Letter.Kind.REVIEW
    entry = AuditEntry.objects.get(action="review-opened")
    assert (entry.actor_id, entry.reason, entry.subject_id) == (3, "Doubts about the exam", str(row.uuid))


def test_a_second_review_changes_nothing(issued: Award) -> None:
    api.open_review(issued, "First")

    again = api.open_review(issued, "Second", due_at=timezone.now())

    assert (again.review_reason, again.review_due_at) == ("First", None)
    assert AuditEntry.objects.filter(action="review-opened").count() == 1


@pytest.mark.parametrize("reason", ["", " \n", "x" * 256])
def test_a_review_needs_a_reason(issued: Award, reason: str) -> None:
    with pytest.raises(api.NotAllowed):
        api.open_review(issued, reason)
    api.open_review(issued, "Doubts")
    with pytest.raises(api.NotAllowed):
        api.close_review(issued, stands=True, reason=reason, actor_id=1)


def test_a_review_that_ends_well_leaves_the_award_issued(issued: Award) -> None:
    api.open_review(issued, "Doubts", due_at=timezone.now() + TOMORROW)

    row = api.close_review(issued, stands=True, reason="Unfounded", actor_id=4)

    assert (row.state, row.review_reason, row.review_due_at) == (State.ISSUED, "", None)
    assert _letters(row)[-1] == Letter.Kind.REINSTATED
    assert AuditEntry.objects.get(action="review-closed").reason == "Unfounded"


def test_a_review_that_ends_badly_revokes_for_every_format(issued: Award) -> None:
    api.open_review(issued, "Doubts")

    row = api.close_review(issued, stands=False, reason="Somebody else sat the exam", actor_id=4)

    assert (row.state, row.revocation_reason) == (State.REVOKED, "Somebody else sat the exam")
    assert _verdict(row) == "not valid"
    assert _letters(row)[-1] == Letter.Kind.REVOKED


def test_only_what_is_under_review_is_decided(issued: Award) -> None:
    with pytest.raises(api.NotAllowed):
        api.close_review(issued, stands=False, reason="By mistake", actor_id=4)
    issued.refresh_from_db()
    assert issued.state == State.ISSUED


def test_what_does_not_stand_is_not_reviewed(issued: Award) -> None:
    api.revoke(issued.uuid, reason="By mistake")

    with pytest.raises(api.NotAllowed):
        api.open_review(issued, "Doubts")


def test_a_pending_award_under_review_is_not_signed_until_it_is_over(award: Award) -> None:
    held = api.open_review(award, "Doubts")

    assert held.state == State.PENDING
    assert api.issue([award.pk]) == []
    assert _letters(award) == []
    api.close_review(award, stands=True, reason="Unfounded", actor_id=1)
    assert api.issue([award.pk]) == [award.uuid]


@pytest.mark.parametrize(
    ("on_loss", "state", "has_date"),
    [
        (AwardRule.OnLoss.KEEP, State.ISSUED, False),
        (AwardRule.OnLoss.REVIEW, State.REVIEW, False),
        (AwardRule.OnLoss.REVOKE, State.REVIEW, True),
    ],
)
def test_the_rule_says_what_losing_the_pass_means(
    rule: AwardRule, learner: Any, course_id: str, on_loss: str, state: str, has_date: bool
) -> None:
    AwardRule.objects.update(on_loss=on_loss, review_days=5)
    _hear(learner, course_id, True, EARNED_AT)

    award = _hear(learner, course_id, False, EARNED_AT + TOMORROW)

    assert award is not None
    assert award.state == state
    assert (award.review_due_at is not None) is has_date
    if award.review_due_at is not None:
        assert abs(award.review_due_at - timezone.now() - dt.timedelta(days=5)) < dt.timedelta(minutes=1)
    if state == State.REVIEW:
        assert award.review_reason == api.LOST


def test_passing_again_ends_the_review_by_itself(rule: AwardRule, learner: Any, course_id: str) -> None:
    first = _hear(learner, course_id, True, EARNED_AT)
    _hear(learner, course_id, False, EARNED_AT + TOMORROW)

    again = _hear(learner, course_id, True, EARNED_AT + 2 * TOMORROW)

    assert first is not None
    assert again is not None
    assert (again.pk, again.state, again.review_reason) == (first.pk, State.ISSUED, "")
    assert _letters(again)[-2:] == [Letter.Kind.REVIEW, Letter.Kind.REINSTATED]


def test_passing_again_does_not_end_a_review_that_a_person_opened(
    rule: AwardRule, learner: Any, course_id: str
) -> None:
    award = _hear(learner, course_id, True, EARNED_AT)
    assert award is not None
    api.open_review(award, "Somebody else sat the exam", actor_id=1)
    _hear(learner, course_id, False, EARNED_AT + TOMORROW)

    again = _hear(learner, course_id, True, EARNED_AT + 2 * TOMORROW)

    assert again is not None
    assert (again.state, again.review_reason) == (State.REVIEW, "Somebody else sat the exam")


def test_a_review_without_a_date_never_ends_by_itself(rule: AwardRule, learner: Any, course_id: str) -> None:
    award = _hear(learner, course_id, True, EARNED_AT)
    assert award is not None
    _hear(learner, course_id, False, EARNED_AT + TOMORROW)

    assert list(api.lapsed(timezone.now() + dt.timedelta(days=10_000))) == []
    assert api.lapse([award.pk]) == 0


@pytest.mark.parametrize("enabled", [True, False])
def test_what_a_second_rule_held_up_is_lost_with_that(
    rule: AwardRule, learner: Any, course_id: str, enabled: bool
) -> None:
    """Unless the rule that made it is off: what was awarded stands then."""
    other = "course-v1:URN+SEA102+2026"
    AwardRule.objects.filter(pk=rule.pk).update(on_loss="revoke")
    condition = {"version": 1, "kind": "course_passed", "course": other}
    api.define_rule(
        AwardRule(name="Or this", achievement=rule.achievement, condition=condition, enabled=True)
    )
    for day, (course, is_passing) in enumerate(((course_id, True), (other, True), (course_id, False))):
        award = _hear(learner, course, is_passing, EARNED_AT + day * TOMORROW)
    assert award is not None
    assert award.state == State.ISSUED

    AwardRule.objects.filter(pk=rule.pk).update(enabled=enabled)
    lost = _hear(learner, other, False, EARNED_AT + 3 * TOMORROW)

    assert lost is not None
    assert lost.state == (State.REVIEW if enabled else State.ISSUED)
