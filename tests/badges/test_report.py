from __future__ import annotations

import json

import pytest

from ingenium_credentials.badges.errors import MalformedCredential, NotResolved
from ingenium_credentials.badges.report import (
    Check,
    Outcome,
    Report,
    failed,
    not_checked,
    of_error,
    passed,
    worst,
)

GOOD, BAD, OPEN = passed("proof", "It fits."), failed("status", "Revoked."), not_checked("key", "No answer.")


@pytest.mark.parametrize(
    ("checks", "verdict"),
    [
        ((), "not valid"),
        ((GOOD,), "valid"),
        ((GOOD, OPEN), "could not be checked"),
        ((GOOD, BAD), "not valid"),
        ((OPEN, BAD), "not valid"),
    ],
)
def test_only_all_passed_is_valid(checks: tuple[Check, ...], verdict: str) -> None:
    assert Report(checks=checks).verdict == verdict


def test_report_can_be_written_as_json() -> None:
    report = Report(checks=(BAD,), carrier="json", format="ob3", parts=(Report(checks=(OPEN,)),))

    written = json.loads(json.dumps(report.as_dict()))

    assert written["verdict"] == "not valid"
    assert written["checks"] == [{"id": "status", "outcome": "failed", "message": "Revoked.", "detail": ""}]
    assert written["parts"][0]["verdict"] == "could not be checked"


def test_what_could_not_be_reached_is_not_called_false() -> None:
    assert of_error("key", NotResolved("No answer.")).outcome is Outcome.NOT_CHECKED
    assert of_error("syntax", MalformedCredential("No JSON.")).outcome is Outcome.FAILED


def test_worst_of_nothing_is_failed() -> None:
    assert worst([]) is Outcome.FAILED
    assert worst([Outcome.PASSED, Outcome.NOT_CHECKED]) is Outcome.NOT_CHECKED
    assert worst([Outcome.NOT_CHECKED, Outcome.FAILED]) is Outcome.FAILED
