"""What is frozen with an award of how it came about."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from ingenium_credentials import api
from ingenium_credentials.models import Achievement, AwardRule
from tests.annex import concept

pytestmark = pytest.mark.django_db
START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


class TestCircumstances:
    SUPERVISED = concept("supervision-verification/70be69aaf9", "Supervised with ID Verification")

    def test_nobody_has_said_anything(self, achievement: Achievement, learner: Any, rule: AwardRule) -> None:
        made = api.award(learner_id=learner.pk, achievement=achievement, awarded_at=START, rule=rule)

        assert (made.supervision, made.evidence, made.courses) == (None, [], [])
        assert not made.parts.exists()

    def test_what_meeting_the_rule_shows_is_frozen(
        self, achievement: Achievement, learner: Any, rule: AwardRule
    ) -> None:
        rule.supervision = self.SUPERVISED
        api.define_rule(rule)

        made = api.award(learner_id=learner.pk, achievement=achievement, awarded_at=START, rule=rule)
        rule.supervision = None
        api.define_rule(rule)

        made.refresh_from_db()
        assert made.supervision == self.SUPERVISED

    def test_what_is_said_of_one_learner_counts_before_the_rule(
        self, achievement: Achievement, learner: Any, rule: AwardRule
    ) -> None:
        rule.supervision = self.SUPERVISED
        told = concept("supervision-verification/c598449d64", "Unsupervised without ID Verification")
        work = {"url": "https://works.example/1", "titles": {"en": "Report"}}

        made = api.award(
            learner_id=learner.pk,
            achievement=achievement,
            awarded_at=START,
            rule=rule,
            circumstances=api.Circumstances(supervision=told, evidence=[work], courses=["course-v1:a+b+c"]),
        )

        made.refresh_from_db()
        assert (made.supervision, made.evidence, made.courses) == (told, [work], ["course-v1:a+b+c"])
