"""Two who award the same at the same moment."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth import get_user_model

from ingenium_credentials import api
from ingenium_credentials.models import Achievement, Award, Issuer, StatusList
from tests.interleaving import just_before

pytestmark = pytest.mark.django_db

START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def test_a_place_that_is_taken_in_this_moment_leads_to_another(
    achievement: Achievement, issuer: Issuer, learner: Any
) -> None:
    StatusList.objects.create(issuer=issuer, length=2, capacity=2)
    first = api.award(learner_id=learner.pk, achievement=achievement, awarded_at=START)
    other = get_user_model().objects.create_user("other", first_name="Other")

    def take() -> None:
        """The only place that was free, until our own statement fails over it."""
        Award.objects.filter(pk=first.pk).update(status_index=1 - first.status_index)

    with just_before("INSERT ingenium_credentials_award", take):
        second = api.award(learner_id=other.pk, achievement=achievement, awarded_at=START)

    assert {first.status_index, second.status_index} == {0, 1}


def test_somebody_else_s_award_in_this_moment_is_the_award(achievement: Achievement, learner: Any) -> None:
    winner: list[Award] = []

    def win() -> None:
        winner.append(api.award(learner_id=learner.pk, achievement=achievement, awarded_at=START))

    with just_before("SELECT auth_user", win):
        award = api.award(learner_id=learner.pk, achievement=achievement, awarded_at=START)

    assert award.uuid == winner[0].uuid
    assert Award.objects.count() == 1


@pytest.mark.parametrize("statement", ["SELECT ingenium_credentials_objection", "SELECT auth_user"])
def test_whoever_awards_between_two_looks_of_ours_takes_the_occasion(
    achievement: Achievement, learner: Any, statement: str
) -> None:
    def other() -> None:
        api.award(learner_id=learner.pk, achievement=achievement, awarded_at=START)

    with just_before(statement, other):
        api.award(learner_id=learner.pk, achievement=achievement, awarded_at=START)

    assert Award.objects.get().occasion == 1
