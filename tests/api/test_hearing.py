"""What the LMS's rows say and no event has told, on rows that stand in for the LMS's tables."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ingenium_credentials import api, lms
from ingenium_credentials.api.hearing import hear, unheard
from ingenium_credentials.models import CourseResult

pytestmark = pytest.mark.django_db

COURSE = "course-v1:UOC+MED101+2026"
LONG_AGO = dt.datetime(2026, 1, 15, tzinfo=dt.UTC)


@pytest.fixture
def facts(monkeypatch: Any) -> list[lms.CourseFact]:
    told: list[lms.CourseFact] = []

    def of_course(_course: str, _since: dt.datetime | None) -> Iterator[lms.CourseFact]:
        return iter(list(told))

    monkeypatch.setattr(lms, "facts_of_course", of_course)
    return told


def _grade(at: dt.datetime, *, passing: bool = True, grade: float = 0.9, learner: int = 7) -> lms.CourseFact:
    return lms.CourseFact(
        learner_id=learner,
        course_id=COURSE,
        grade=grade,
        grade_at=at,
        is_passing=passing,
        passed_at=at if passing else None,
    )


def _details() -> list[tuple[str, ...]]:
    return [found.details for found in unheard(COURSE, None) if found is not None]


def _hear_all() -> list[bool]:
    return [hear(found) for found in unheard(COURSE, None) if found is not None]


def _told_passing(at: dt.datetime, *, passing: bool = True) -> None:
    api.record_passing(learner_id=7, course_id=COURSE, is_passing=passing, at=at, event_id="e")
    api.record_grade(learner_id=7, course_id=COURSE, grade=0.9, at=at, event_id="e")


def test_what_is_known_is_no_news(facts: list[lms.CourseFact]) -> None:
    _told_passing(LONG_AGO + dt.timedelta(seconds=1))
    facts.append(_grade(LONG_AGO))

    assert list(unheard(COURSE, None)) == [None]


def test_what_nobody_told_is_heard_with_its_own_moment(facts: list[lms.CourseFact]) -> None:
    facts.append(_grade(LONG_AGO))

    assert _details() == [("grade 0.9", "passing")]
    assert _hear_all() == [True]
    assert _details() == []
    result = CourseResult.objects.get()
    assert (result.is_passing, result.passing_since, result.grade) == (True, LONG_AGO, Decimal("0.9"))


def test_a_changed_grade_is_news(facts: list[lms.CourseFact]) -> None:
    _told_passing(LONG_AGO)
    facts.append(_grade(LONG_AGO + dt.timedelta(days=1), grade=0.95))

    assert _details() == [("grade 0.95",)]
    assert _hear_all() == [True]


def test_a_bulk_update_that_left_the_moment_as_it_was_is_true_as_of_now(
    facts: list[lms.CourseFact],
) -> None:
    _told_passing(LONG_AGO + dt.timedelta(seconds=1))
    facts.append(_grade(LONG_AGO, passing=False))
    before = timezone.now()

    assert _hear_all() == [True]

    result = CourseResult.objects.get()
    assert not result.is_passing
    assert result.passing_stamp > before.replace(tzinfo=None).isoformat()


def test_news_that_came_while_the_rows_were_read_is_newer_than_they_are(facts: list[lms.CourseFact]) -> None:
    facts.append(_grade(LONG_AGO, passing=False))
    _told_passing(timezone.now())

    assert _details() == []


def test_a_pass_stamped_by_a_clock_that_was_ahead_is_put_right(facts: list[lms.CourseFact]) -> None:
    ahead = timezone.now() + dt.timedelta(days=365)
    _told_passing(ahead)
    facts.append(_grade(ahead))

    assert _hear_all() == [True]

    result = CourseResult.objects.get()
    assert result.is_passing
    assert result.passing_since is not None
    assert result.passing_since <= timezone.now()
    assert _details() == []


def test_an_allowlisted_certificate_is_heard_and_passes_nobody(facts: list[lms.CourseFact]) -> None:
    facts.append(
        lms.CourseFact(
            learner_id=7,
            course_id=COURSE,
            certificate_status="downloadable",
            certificate_at=LONG_AGO,
            mode="verified",
            printed_name="Ελένη",
        )
    )

    assert _details() == [("certificate downloadable",)]
    assert _hear_all() == [True]
    result = CourseResult.objects.get()
    assert (result.certificate_status, result.mode, result.is_passing) == ("downloadable", "verified", False)


def test_a_row_that_cannot_be_used_is_named_and_keeps_nobody_from_being_heard(
    facts: list[lms.CourseFact],
) -> None:
    facts += [_grade(LONG_AGO, grade=99), _grade(LONG_AGO, learner=8)]

    assert _hear_all() == [False, True]
    assert _details() == [("A grade must be a share of the maximum.",)]


def test_many_rows_cost_a_query_per_page(facts: list[lms.CourseFact]) -> None:
    facts += [_grade(LONG_AGO, learner=number) for number in range(1, 1201)]

    with CaptureQueriesContext(
        connection,
    ) as queries:
        found = list(unheard(COURSE, None))

    assert len(found) == 1200
    assert len(queries) == 3
