"""Results and lists of awards that other systems hand in."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.utils import timezone

from ingenium_credentials.models import AuditEntry, Award, CourseResult, OfferedCourse, PartResult
from tests.views.rest.conftest import Call

AT = "2026-01-15T10:30:00Z"


def _report(call: Call, *results: dict[str, Any], source: str = "Exam of January") -> Any:
    return call("post", "results/", {"source": source, "results": list(results)})


def test_a_reported_pass_is_awarded_as_an_event_would_be(
    call: Call, learner: Any, rule: Any, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        response = _report(call, {"learner_id": learner.pk, "at": AT, "is_passing": True, "grade": 0.8})
    assert (response.status_code, response.json()) == (201, {"results": 1})
    assert Award.objects.get().grade == Decimal("0.8")
    assert AuditEntry.objects.filter(action="results-imported", reason="Exam of January").exists()


def test_the_same_report_twice_changes_nothing(call: Call, learner: Any) -> None:
    one = {"learner_id": learner.pk, "at": AT, "is_passing": True, "grade": 0.8}
    _report(call, one)
    before = CourseResult.objects.values().get()
    _report(call, one)
    assert CourseResult.objects.values().get() == before


def test_older_reports_never_overwrite_newer_ones(call: Call, learner: Any) -> None:
    part = {"kind": "block", "key": "unit-1"}
    newer = {"learner_id": learner.pk, "at": AT, "grade": 0.9, "parts": [{**part, "value": 1}]}
    older = {"learner_id": learner.pk, "at": "2026-01-01T00:00:00Z", "grade": 0.1}
    _report(call, newer)
    _report(call, {**older, "parts": [{**part, "value": 0}]})
    assert CourseResult.objects.get().grade == Decimal("0.9")
    assert PartResult.objects.get().value == 1


def test_one_bad_result_keeps_all_of_them_out(call: Call, learner: Any) -> None:
    good = {"learner_id": learner.pk, "at": AT, "is_passing": True}
    tomorrow = (timezone.now() + dt.timedelta(days=1)).isoformat()
    for bad in (
        {"learner_id": 999_999, "at": AT, "is_passing": True},
        {"learner_id": learner.pk, "at": tomorrow, "is_passing": True},
    ):
        response = _report(call, good, bad)
        assert response.status_code == 409
        assert "2" in response.json()["detail"]
    assert not CourseResult.objects.exists()


def test_what_is_no_result_is_refused_by_name(call: Call, learner: Any) -> None:
    for wrong, field in (
        ({"grade": 1.5}, "grade"),
        ({"at": "yesterday"}, "at"),
        ({"score": 1}, "score"),
        ({"parts": [{"kind": "poem", "key": "k", "value": 1}]}, "parts"),
    ):
        response = _report(call, {"learner_id": learner.pk, "at": AT, **wrong})
        assert response.status_code == 400
        assert field in str(response.json()["errors"])
    assert _report(call).status_code == 400
    assert _report(call, {"learner_id": learner.pk, "at": AT}, source="").status_code == 400


def test_in_a_course_that_is_not_offered_nothing_is_written(call: Call, learner: Any) -> None:
    OfferedCourse.objects.all().delete()
    response = _report(call, {"learner_id": learner.pk, "at": AT, "is_passing": True})
    assert response.status_code == 409
    assert not CourseResult.objects.exists()
