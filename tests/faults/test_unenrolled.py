"""A learner leaves the course: what was reached stays reached."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from ingenium_credentials import api
from ingenium_credentials.models import Award, AwardRule, CourseResult

pytestmark = pytest.mark.django_db


def _pass(learner: Any, course_id: str) -> None:
    api.record_passing(
        learner_id=learner.pk, course_id=course_id, is_passing=True, at=timezone.now(), event_id="e"
    )


def _leave(learner: Any, course_id: str) -> None:
    api.record_enrolment(
        learner_id=learner.pk,
        course_id=course_id,
        is_enrolled=False,
        mode="verified",
        at=timezone.now() + dt.timedelta(seconds=1),
        event_id="f",
    )


def _evaluate() -> None:
    api.evaluate(list(CourseResult.objects.values_list("pk", flat=True)))


def test_who_has_passed_and_left_before_anybody_looked_is_awarded(
    rule: AwardRule, learner: Any, course_id: str
) -> None:
    _pass(learner, course_id)
    _leave(learner, course_id)
    _evaluate()

    assert Award.objects.get().learner_id == learner.pk


def test_leaving_takes_no_award_away_and_is_no_difference(
    rule: AwardRule, learner: Any, course_id: str
) -> None:
    _pass(learner, course_id)
    _evaluate()
    api.issue([Award.objects.get().pk])
    _leave(learner, course_id)
    _evaluate()

    assert Award.objects.get().state == Award.State.ISSUED
    assert not api.reconcile(dry_run=True).found


def test_where_the_rule_asks_for_an_enrolment_who_has_left_is_not_awarded(
    rule: AwardRule, learner: Any, course_id: str
) -> None:
    condition = {
        "version": 1,
        "all": [
            {"kind": "course_passed", "course": course_id},
            {"kind": "enrolled", "course": course_id, "modes": ["verified"]},
        ],
    }
    AwardRule.objects.update(condition=condition)
    _pass(learner, course_id)
    _leave(learner, course_id)
    _evaluate()

    assert not Award.objects.exists()
