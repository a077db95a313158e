from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingenium_credentials.rules import ConditionError, Facts, Known, courses_of, explain

MED = "course-v1:UOC+MED101+2026"
SEA = "course-v1:URN+SEA102+2026"
JANUARY = dt.datetime(2026, 1, 15, tzinfo=dt.UTC)
MARCH = dt.datetime(2026, 3, 15, tzinfo=dt.UTC)

PASSED = Facts(is_passing=True, passing_since=JANUARY, grade=Decimal("0.8"), mode="verified")
FAILED = Facts(grade=Decimal("0.3"))
CERTIFIED = Facts(certificate_status="downloadable", certificate_since=MARCH, mode="honor")


def _passed(**members: Any) -> dict[str, Any]:
    return {"version": 1, "kind": "course_passed", "course": MED} | members


def _all(*parts: dict[str, Any]) -> dict[str, Any]:
    return {"version": 1, "all": [{key: part[key] for key in part if key != "version"} for part in parts]}


@pytest.mark.parametrize(
    ("condition", "facts", "met"),
    [
        (_passed(), PASSED, True),
        (_passed(), FAILED, False),
        (_passed(), None, False),
        (_passed(min_grade=0.8), PASSED, True),
        (_passed(min_grade=0.81), PASSED, False),
        (_passed(min_grade=0.5), Facts(is_passing=True), None),
        (_passed(modes=["verified", "honor"]), PASSED, True),
        (_passed(modes=["honor"]), PASSED, False),
        (_passed(modes=["honor"]), Facts(is_passing=True), None),
        (_passed(min_grade=0.9, modes=["honor"]), Facts(is_passing=True, grade=Decimal("0.1")), False),
        (_passed(kind="certificate_issued"), CERTIFIED, True),
        (_passed(kind="certificate_issued"), PASSED, False),
        (_passed(kind="certificate_issued"), Facts(certificate_status="generating"), False),
        (_passed(kind="certificate_issued", modes=["honor"]), CERTIFIED, True),
    ],
)
def test_one_requirement_is_met_or_not_or_cannot_be_told(
    condition: dict[str, Any], facts: Facts | None, met: bool | None
) -> None:
    explanation = explain(condition, Known(courses={MED: facts} if facts else {}))

    assert explanation.met is met
    assert [line.met for line in explanation.lines] == [met]
    assert explanation.lines[0].message
    assert explanation.lines[0].course == MED


def test_all_of_several_courses_is_earned_when_the_last_is() -> None:
    condition = _all(_passed(), _passed(kind="certificate_issued", course=SEA))

    explanation = explain(condition, Known(courses={MED: PASSED, SEA: CERTIFIED}))

    assert explanation.met is True
    assert explanation.earned_at == MARCH


def test_all_of_several_courses_needs_each_of_them() -> None:
    condition = _all(_passed(), _passed(course=SEA))

    explanation = explain(condition, Known(courses={MED: PASSED}))

    assert explanation.met is False
    assert explanation.earned_at is None
    assert [(line.course, line.met) for line in explanation.lines] == [(MED, True), (SEA, False)]


def test_a_doubt_does_not_hide_a_refusal() -> None:
    condition = _all(_passed(min_grade=0.5), _passed(course=SEA))

    assert explain(condition, Known(courses={MED: Facts(is_passing=True)})).met is False


def test_a_condition_names_its_courses() -> None:
    assert courses_of(_all(_passed(), _passed(course=SEA), _passed(min_grade=0.1))) == {MED, SEA}


def test_a_course_of_a_coach_is_named_by_its_own_key() -> None:
    ccx = "ccx-v1:UOC+MED101+2026+ccx@7"

    assert courses_of(_passed(course=ccx)) == {ccx}


def _deep(depth: int) -> dict[str, Any]:
    node: dict[str, Any] = {"kind": "course_passed", "course": MED}
    for _level in range(depth):
        node = {"all": [node]}
    return {"version": 1} | node


@pytest.mark.parametrize(
    "condition",
    [
        None,
        [],
        "course_passed",
        {},
        {"version": 1},
        {"version": 2, "kind": "course_passed", "course": MED},
        {"version": True, "kind": "course_passed", "course": MED},
        {"kind": "course_passed", "course": MED},
        {"version": 1, "all": []},
        {"version": 1, "all": {}},
        {"version": 1, "all": [None]},
        {"version": 1, "any": []},
        {"version": 1, "any": [{"kind": "course_passed", "course": MED}], "all": []},
        {"version": 1, "at_least": 2, "of": [{"kind": "course_passed", "course": MED}]},
        {"version": 1, "at_least": 0, "of": [{"kind": "course_passed", "course": MED}]},
        {"version": 1, "at_least": True, "of": [{"kind": "course_passed", "course": MED}]},
        {"version": 1, "of": [{"kind": "course_passed", "course": MED}]},
        {"version": 1, "all": [{"kind": "course_passed", "course": MED}], "kind": "course_passed"},
        {"version": 1, "all": [{"version": 1, "kind": "course_passed", "course": MED}]},
        _passed(kind="course_failed"),
        _passed(kind=["course_passed"]),
        _passed(course=""),
        _passed(course="MED101"),
        _passed(course=101),
        _passed(grade=0.5),
        _passed(min_grade="0.5"),
        _passed(min_grade=True),
        _passed(min_grade=1.5),
        _passed(min_grade=-0.1),
        _passed(min_grade=float("nan")),
        _passed(modes=[]),
        _passed(modes="verified"),
        _passed(modes=[""]),
        _passed(modes=[1]),
        _deep(8),
        _all(*([_passed()] * 201)),
    ],
)
def test_what_is_not_understood_is_refused(condition: object) -> None:
    for read in (courses_of, lambda tree: explain(tree, Known(courses={MED: PASSED}))):
        with pytest.raises(ConditionError):
            read(condition)


_JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=8) | st.just(MED),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["version", "all", "kind", "course", "min_grade", "modes", "x"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)


@settings(deadline=None)
@given(_JSON)
def test_any_json_is_a_condition_or_a_condition_error(tree: object) -> None:
    try:
        explanation = explain(tree, Known(courses={MED: PASSED}))
    except ConditionError:
        return
    assert explanation.lines
