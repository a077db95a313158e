"""What an award costs does not depend on how many there are."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ingenium_credentials import api
from ingenium_credentials.models import AwardRule, CourseResult

pytestmark = pytest.mark.django_db


def _statements(course_id: str, name: str) -> tuple[int, int, int]:
    """Of an event, of its evaluation, and of issuing what it has earned."""
    learner = get_user_model().objects.create_user(name, first_name="Ελένη", last_name=name)
    with CaptureQueriesContext(connection) as told:
        api.record_passing(
            learner_id=learner.pk, course_id=course_id, is_passing=True, at=timezone.now(), event_id=name
        )
    result = CourseResult.objects.get(learner_id=learner.pk)
    with CaptureQueriesContext(connection) as evaluated:
        awards = api.evaluate([result.pk])
    with CaptureQueriesContext(connection) as issued:
        assert len(api.issue(awards)) == 1
    return len(told), len(evaluated), len(issued)


def test_an_award_takes_as_many_statements_however_many_there_are(rule: AwardRule, course_id: str) -> None:
    # The first one makes the status list, and freezes the definition.
    _statements(course_id, "first")
    second = _statements(course_id, "second")
    for number in range(10):
        _statements(course_id, f"learner-{number}")

    assert _statements(course_id, "last") == second
    assert sum(second) <= 64
