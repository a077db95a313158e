"""The life of awards as a machine: whatever is done in whatever order, some things always hold."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from ingenium_credentials import api
from ingenium_credentials.badges import status_list
from ingenium_credentials.models import Achievement, AuditEntry, Award, AwardRule, CourseResult, StatusList
from tests.api.conftest import EARNED_AT

State = Award.State
REFUSALS = (api.NotAllowed, api.NotReady)
ALLOWED = {
    (State.PENDING, State.ISSUED),
    (State.PENDING, State.REVOKED),
    (State.ISSUED, State.REVIEW),
    (State.ISSUED, State.REVOKED),
    (State.ISSUED, State.SUPERSEDED),
    (State.ISSUED, State.EXPIRED),
    (State.REVIEW, State.ISSUED),
    (State.REVIEW, State.REVOKED),
    (State.EXPIRED, State.SUPERSEDED),
    (State.EXPIRED, State.REVOKED),
}
WHICH = st.integers(0, 3)


class Life(RuleBasedStateMachine):
    """One learner, one definition, one rule that revokes on loss after a review."""

    learner_id: int
    course_id: str

    def __init__(self) -> None:
        super().__init__()
        self.undone = transaction.atomic()
        self.undone.__enter__()
        self.step = 0
        self.known: dict[int, str] = {}
        self.entries: dict[str, int] = {}

    def teardown(self) -> None:
        try:
            self._compare_bits()
        finally:
            transaction.set_rollback(True)
            self.undone.__exit__(None, None, None)

    def _compare_bits(self) -> None:
        for row in StatusList.objects.all():
            document = json.loads(api.publish(row))
            bits = status_list.decode(document["credentialSubject"]["encodedList"])
            for award in row.awards.all():
                assert status_list.bit(bits, award.status_index) == (award.revoked_at is not None)

    def _do(self, which: int, verb: Callable[[Award], object]) -> None:
        """Try the verb on one of the awards; refused or not, what holds must hold."""
        awards = list(Award.objects.order_by("pk"))
        if not awards:
            return
        try:
            with transaction.atomic():
                verb(awards[which % len(awards)])
        except REFUSALS:
            pass

    @rule(is_passing=st.booleans(), late=st.integers(0, 2))
    def hear(self, is_passing: bool, late: int) -> None:
        self.step += 1
        at = EARNED_AT + dt.timedelta(days=self.step - late)
        api.record_passing(
            learner_id=self.learner_id,
            course_id=self.course_id,
            is_passing=is_passing,
            at=at,
            event_id=str(self.step),
        )
        api.evaluate(list(CourseResult.objects.values_list("pk", flat=True)))

    @rule()
    def issue(self) -> None:
        Award.objects.update(next_attempt_at=None)
        api.issue(list(Award.objects.order_by("pk").values_list("pk", flat=True)))

    @rule(which=WHICH)
    def open_review(self, which: int) -> None:
        self._do(which, lambda award: api.open_review(award, "Doubts", actor_id=1))

    @rule(which=WHICH, stands=st.booleans())
    def close_review(self, which: int, stands: bool) -> None:
        self._do(which, lambda award: api.close_review(award, stands, "Looked at", 1))

    @rule(which=WHICH)
    def revoke(self, which: int) -> None:
        self._do(which, lambda award: api.revoke(award.uuid, reason="By mistake"))

    @rule(which=WHICH, name=st.sampled_from(["Ana Nea", "Ana Alli", "Ελένη Παπαδάκη"]))
    def correct(self, which: int, name: str) -> None:
        self._do(which, lambda award: api.correct_name(award, name, source="register", reason="Seen"))

    @rule(which=WHICH)
    def renew(self, which: int) -> None:
        self._do(which, lambda award: api.renew(award, reason="Refresher course"))

    @rule(days=st.sampled_from([-400, 10, 400]))
    def pass_time(self, days: int) -> None:
        """As if the dates were so many days nearer, or farther."""
        for award in Award.objects.all():
            for field in ("review_due_at", "valid_until"):
                moment = getattr(award, field)
                if moment is not None:
                    moment -= dt.timedelta(days=days)
                    Award.objects.filter(pk=award.pk).update(**{field: moment})
        for pk in list(api.lapsed(timezone.now())):
            api.lapse([pk])

    @invariant()
    def only_allowed_steps_are_taken_and_each_is_noted(self) -> None:
        for award in Award.objects.all():
            before, noted = self.known.get(award.pk), self.entries.get(str(award.uuid), 0)
            count = AuditEntry.objects.filter(subject_id=str(award.uuid)).count()
            if before is None:
                assert count > 0
            elif before != award.state:
                assert (before, award.state) in ALLOWED
                assert count > noted
            self.known[award.pk] = award.state
            self.entries[str(award.uuid)] = count

    @invariant()
    def the_bit_follows_the_state(self) -> None:
        for award in Award.objects.all():
            assert (award.revoked_at is not None) == (award.state in (State.REVOKED, State.SUPERSEDED))

    @invariant()
    def there_is_never_more_than_one_standing_award(self) -> None:
        standing = Award.objects.filter(state__in=api.STANDING)
        assert standing.exclude(state=State.PENDING, supersedes__isnull=False).count() <= 1
        assert standing.count() <= 2

    @invariant()
    def what_was_replaced_has_a_successor_that_was_signed(self) -> None:
        for award in Award.objects.filter(state=State.SUPERSEDED):
            assert award.superseded_by.issued_at is not None


@pytest.mark.django_db
def test_whatever_is_done_an_award_lives_by_its_rules(rule: AwardRule, learner: Any, course_id: str) -> None:
    Achievement.objects.update(validity_days=365)
    AwardRule.objects.update(on_loss=AwardRule.OnLoss.REVOKE, review_days=3)
    machine = type("LifeOfOne", (Life,), {"learner_id": learner.pk, "course_id": course_id})

    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=12,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
