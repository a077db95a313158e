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
    assert sum(second) <= 38 + _locks()


def test_what_a_definition_says_is_read_once_for_a_batch(rule: AwardRule, course_id: str) -> None:
    _statements(course_id, "first")
    ten, twenty = (_of_batch(course_id, size) for size in (10, 20))
    # Savepoints included, and the statements that the first of a batch has alone.
    assert (twenty[0] - ten[0]) / 10 <= 13
    assert (twenty[1] - ten[1]) / 10 <= 10 + _locks()


def _locks() -> int:
    """An award is locked by a statement of its own, where rows can be."""
    return int(connection.features.has_select_for_update_skip_locked)


def _of_batch(course_id: str, size: int) -> tuple[int, int]:
    """Of evaluating and of issuing so many at once."""
    for number in range(size):
        learner = get_user_model().objects.create_user(f"of-{size}-{number}", first_name="Ana")
        api.record_passing(
            learner_id=learner.pk, course_id=course_id, is_passing=True, at=timezone.now(), event_id=str(size)
        )
    dirty = list(CourseResult.objects.filter(dirty=True).values_list("pk", flat=True))
    with CaptureQueriesContext(connection) as evaluated:
        awards = api.evaluate(dirty)
    with CaptureQueriesContext(connection) as issued:
        assert len(api.issue(awards)) == size
    return len(evaluated), len(issued)
