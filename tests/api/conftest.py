"""Fixtures of the verbs' tests."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from ingenium_credentials import api
from ingenium_credentials.models import Achievement, Award

EARNED_AT = dt.datetime(2026, 1, 15, 10, 30, tzinfo=dt.UTC)


@pytest.fixture
def award(achievement: Achievement, learner: Any) -> Award:
    """A pending award of a learner whose name is in Greek."""
    return api.award(learner_id=learner.pk, achievement=achievement, awarded_at=EARNED_AT)


@pytest.fixture
def issued(award: Award) -> Award:
    """The same, issued."""
    api.issue([award.pk])
    award.refresh_from_db()
    return award
