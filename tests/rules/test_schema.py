from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from ingenium_credentials.rules import KINDS, ConditionError, faults, parse, schema
from ingenium_credentials.rules.faults import FaultKind
from tests.rules.conditions import BLOCKS, CONDITIONS, COURSES

VALIDATOR = Draft202012Validator(schema())
VALUES: dict[str, Any] = {
    "course": COURSES[0],
    "min_grade": 0.8,
    "modes": ["verified"],
    "category": "Homework",
    "block": BLOCKS[0],
    "name": "Unit 1",
    "cohorts": ["Autumn"],
    "from": "2026-01-01T00:00:00Z",
    "until": "2026-06-01T12:30+02:00",
    "definition": "sea",
    "least": 2,
    "courses": COURSES,
    "definitions": ["sea"],
}
WHOLE = [
    {"version": 1, "kind": name} | {member: VALUES[member] for member in {**kind.required, **kind.optional}}
    for name, kind in KINDS.items()
]


PATIENT = settings(deadline=None)


def _understood(condition: object) -> bool:
    try:
        parse(condition)
    except ConditionError:
        return False
    return True


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize("condition", WHOLE, ids=lambda condition: condition["kind"])
def test_schema_and_parser_take_every_kind_with_every_member(condition: dict[str, Any]) -> None:
    assert VALIDATOR.is_valid(condition)
    assert _understood(condition)


@PATIENT
@given(CONDITIONS)
def test_schema_and_parser_take_every_condition(condition: dict[str, Any]) -> None:
    assert VALIDATOR.is_valid(condition)
    assert _understood(condition)


_ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 300),
    st.floats(allow_nan=False, width=16),
    st.text(max_size=3),
    st.lists(st.text(max_size=2), max_size=2),
    st.sampled_from([{}, [[]], "sea", COURSES[0], "2026-01-01T00:00:00", "2026-02-30T00:00:00Z", "x" * 256]),
)


@st.composite
def _spoiled(draw: Any) -> dict[str, Any]:
    """A condition with one member gone, added or of another value, somewhere in it."""
    condition: dict[str, Any] = copy.deepcopy(draw(CONDITIONS | st.sampled_from(WHOLE)))
    node = condition
    while draw(st.booleans()) and (inner := node.get("all") or node.get("any") or node.get("of")):
        node = draw(st.sampled_from(inner))
    name = draw(st.sampled_from([*node, *VALUES, "kind", "all", "at_least", "of", "version", "x"]))
    if draw(st.booleans()):
        node.pop(name, None)
    else:
        node[name] = draw(_ODD)
    return condition


@PATIENT
@given(_spoiled())
def test_what_the_schema_refuses_the_parser_refuses(condition: dict[str, Any]) -> None:
    assert VALIDATOR.is_valid(condition) or not _understood(condition)


@PATIENT
@given(_spoiled())
def test_what_the_parser_alone_refuses_is_beyond_a_schema(condition: dict[str, Any]) -> None:
    if not VALIDATOR.is_valid(condition) or _understood(condition):
        return
    with pytest.raises(ConditionError, match=r"key|never be met|moment|name of|short name"):
        parse(condition)


@pytest.mark.parametrize("kind", KINDS)
def test_a_member_that_is_missing_is_refused(kind: str) -> None:
    whole = next(condition for condition in WHOLE if condition["kind"] == kind)
    for member in KINDS[kind].required:
        lacking = {name: value for name, value in whole.items() if name != member}
        assert not _understood(lacking)
        assert not VALIDATOR.is_valid(lacking)


def _window(**members: str) -> dict[str, Any]:
    return {"kind": "time_window", "course": COURSES[0], **members}


NEVER: list[dict[str, Any]] = [
    _window(**{"from": "2026-06-01T00:00:00Z", "until": "2026-01-01T00:00:00Z"}),
    {
        "all": [
            _window(until="2026-01-01T00:00:00Z"),
            _window(**{"from": "2026-06-01T00:00:00Z"}),
        ]
    },
    {"at_least": 2, "of": [{"kind": "course_passed", "course": COURSES[0]}] * 2},
    {"kind": "universities", "least": 3, "courses": COURSES[:2]},
    {"kind": "universities", "least": 2, "courses": COURSES[:2]},
    {"kind": "ects", "least": 11, "courses": COURSES[:2]},
    {"any": [_window(**{"from": "2026-06-01T00:00:00Z", "until": "2026-01-01T00:00:00Z"})]},
]
NOTHING_ASKED = {"kind": "category_grade", "course": COURSES[0], "category": "Homework", "min_grade": 0}
FIGURES: dict[str, Any] = {
    "ects": dict.fromkeys(COURSES, 5),
    "universities": dict.fromkeys(COURSES, "u1"),
}


@pytest.mark.parametrize("node", NEVER)
def test_a_condition_that_nobody_can_meet_is_warned_of(node: dict[str, Any]) -> None:
    found = faults({"version": 1} | node, **FIGURES)

    assert {fault.kind for fault in found} == {FaultKind.NEVER}
    assert any(fault.path == "" for fault in found)
    assert all(str(fault) for fault in found)


@pytest.mark.parametrize(
    "node",
    [NOTHING_ASKED, {"any": [{"kind": "course_passed", "course": COURSES[0]}, NOTHING_ASKED]}],
)
def test_a_condition_that_everybody_meets_is_warned_of(node: dict[str, Any]) -> None:
    assert {fault.kind for fault in faults({"version": 1} | node)} == {FaultKind.ALWAYS}


@pytest.mark.parametrize("condition", [one for one in WHOLE if one["kind"] != "universities"])
def test_an_ordinary_condition_is_not_warned_of(condition: dict[str, Any]) -> None:
    assert faults(condition, **FIGURES) == ()


def test_what_is_not_known_is_not_warned_of() -> None:
    assert faults({"version": 1} | NEVER[4]) == ()
    assert faults({"version": 1} | NEVER[5]) == ()
    assert faults({"version": 1} | NEVER[2], courses_count_twice=True) == ()


def test_a_branch_that_is_never_met_is_named_where_it_stands() -> None:
    condition = {"version": 1, "any": [{"kind": "course_passed", "course": COURSES[0]}, NEVER[0]]}

    (fault,) = faults(condition)

    assert (fault.kind, fault.path) == (FaultKind.NEVER, "any.1")
