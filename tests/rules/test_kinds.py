from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from ingenium_credentials.rules import KINDS, TEMPLATES, Facts, Held, Known, Part, explain, parse

A, B, C = (f"course-v1:U+{name}+2026" for name in "ABC")
UNIT = "block-v1:U+A+2026+type@vertical+block@u1"
JANUARY, MARCH, MAY = (dt.datetime(2026, month, 1, tzinfo=dt.UTC) for month in (1, 3, 5))


def _facts(**members: Any) -> Facts:
    standard: dict[str, Any] = {"is_passing": True, "passing_since": MARCH}
    return Facts(**(standard | members))


def _met(node: dict[str, Any], **known: Any) -> bool | None:
    return explain({"version": 1} | node, Known(**known)).met


@pytest.mark.parametrize(
    ("leaf", "facts", "met"),
    [
        ({"kind": "category_grade", "category": "HW", "min_grade": 0.5}, {"categories": None}, None),
        ({"kind": "category_grade", "category": "HW", "min_grade": 0.5}, {"categories": {}}, False),
        (
            {"kind": "category_grade", "category": "HW", "min_grade": 0.5},
            {"categories": {"HW": Part(value=Decimal("0.5"), at=JANUARY)}},
            True,
        ),
        (
            {"kind": "subsection_grade", "block": UNIT, "min_grade": 0.5},
            {"subsections": {UNIT: Part(value=Decimal("0.49"))}},
            False,
        ),
        ({"kind": "subsection_grade", "block": UNIT, "min_grade": 0}, {}, True),
        ({"kind": "block_completed", "block": UNIT}, {"blocks": {UNIT: Part(value=Decimal(1))}}, True),
        ({"kind": "block_completed", "block": UNIT}, {"blocks": {UNIT: Part(value=Decimal("0.9"))}}, False),
        ({"kind": "block_completed", "block": UNIT}, {"blocks": None}, None),
        ({"kind": "enrolled", "modes": ["verified"]}, {}, None),
        ({"kind": "enrolled", "modes": ["verified"]}, {"is_enrolled": False}, False),
        ({"kind": "enrolled", "modes": ["verified"]}, {"is_enrolled": True, "enrolled_mode": "audit"}, False),
        ({"kind": "enrolled", "modes": ["audit"]}, {"is_enrolled": True, "enrolled_mode": "audit"}, True),
        ({"kind": "enrolled", "modes": ["audit"]}, {"is_enrolled": True}, None),
        ({"kind": "cohort", "cohorts": ["x"]}, {}, None),
        ({"kind": "cohort", "cohorts": ["x"]}, {"cohorts": frozenset()}, False),
        ({"kind": "cohort", "cohorts": ["x", "y"]}, {"cohorts": frozenset({"y"})}, True),
        ({"kind": "time_window", "from": "2026-03-01T00:00:00Z"}, {}, True),
        ({"kind": "time_window", "from": "2026-03-01T00:00:00-01:00"}, {}, False),
        ({"kind": "time_window", "until": "2026-03-01T00:00:00+00:00"}, {}, True),
        ({"kind": "time_window", "until": "2026-02-28T23:59:59Z"}, {}, False),
        ({"kind": "time_window", "until": "2026-04-01T00:00:00Z"}, {"passing_since": None}, None),
        ({"kind": "time_window", "until": "2026-04-01T00:00:00Z"}, {"is_passing": False}, False),
    ],
)
def test_a_requirement_in_one_course(leaf: dict[str, Any], facts: dict[str, Any], met: bool | None) -> None:
    explanation = explain({"version": 1, "course": A} | leaf, Known(courses={A: _facts(**facts)}))

    assert explanation.met is met
    assert explanation.message


@pytest.mark.parametrize("kind", ["category_grade", "subsection_grade", "block_completed"])
def test_in_a_course_that_nobody_has_heard_of_nothing_is_reached(kind: str) -> None:
    members = {"category": "HW", "block": UNIT, "min_grade": 0.5, "course": A}
    leaf = {"kind": kind} | {name: members[name] for name in KINDS[kind].required}

    assert _met(leaf) is False


@pytest.mark.parametrize(("approved", "met"), [(True, True), (False, False), (None, None)])
def test_a_person_s_approval_is_waited_for(approved: bool | None, met: bool | None) -> None:
    known = Known(approved=approved, approved_at=MAY)

    explanation = explain({"version": 1, "kind": "manual_approval"}, known)

    assert (explanation.met, explanation.earned_at) == (met, MAY if met else None)


def test_what_has_no_date_does_not_keep_the_rest_from_having_one() -> None:
    condition = {
        "version": 1,
        "all": [
            {"kind": "course_passed", "course": A},
            {"kind": "cohort", "course": A, "cohorts": ["x"]},
        ],
    }

    explanation = explain(condition, Known(courses={A: _facts(cohorts=frozenset({"x"}))}))

    assert explanation.earned_at == MARCH
    assert explanation.lines[1].is_timeless


@pytest.mark.parametrize("at", [None, MAY])
def test_a_grade_that_comes_does_not_date_what_asks_for_none(at: dt.datetime | None) -> None:
    condition = {"version": 1, "kind": "subsection_grade", "course": A, "block": UNIT, "min_grade": 0}
    graded = _facts(subsections={UNIT: Part(value=Decimal("0.4"), at=at)})

    assert explain(condition, Known(courses={A: _facts()})).is_timeless
    assert explain(condition, Known(courses={A: graded})).is_timeless


def test_the_second_of_three_is_earned_when_the_second_was() -> None:
    condition = {
        "version": 1,
        "at_least": 2,
        "of": [{"kind": "course_passed", "course": c} for c in (A, B, C)],
    }
    courses = {course: _facts(passing_since=at) for course, at in ((A, MAY), (B, JANUARY), (C, MARCH))}

    explanation = explain(condition, Known(courses=courses))

    assert explanation.earned_at == MARCH
    assert explanation.courses == {B, C}
    assert (explanation.have, explanation.need) == (Decimal(3), Decimal(2))


def test_credits_of_courses_and_credentials_add_up() -> None:
    condition = {"version": 1, "kind": "ects", "least": 10, "courses": [A, B], "definitions": ["sea"]}
    courses = {A: _facts(ects=Decimal(5)), B: _facts(is_passing=False, ects=Decimal(5))}
    sea = Held(definition="sea", awarded_at=MAY, courses=frozenset({C}), ects=Decimal("5.5"))

    explanation = explain(condition, Known(courses=courses, held={"sea": sea}))

    assert (explanation.met, explanation.have, explanation.need) == (True, Decimal("10.5"), Decimal(10))
    assert explanation.earned_at == MAY
    assert (explanation.courses, explanation.parts) == (frozenset({A, C}), frozenset({"sea"}))


def test_credits_that_nobody_has_stated_are_in_doubt_and_not_nothing() -> None:
    node = {"kind": "ects", "least": 10, "courses": [A, B]}

    assert _met(node, courses={A: _facts(ects=Decimal(5)), B: _facts()}) is None
    assert _met(node, courses={A: _facts(ects=Decimal(5))}) is False


def test_two_courses_of_one_university_are_of_one_university() -> None:
    node = {"kind": "universities", "least": 2, "courses": [A, B, C]}
    of_u = {A: _facts(university="u"), B: _facts(university="u")}

    assert _met(node, courses=of_u) is False
    assert _met(node, courses={**of_u, C: _facts(university="v")}) is True
    assert _met(node, courses={**of_u, C: _facts()}) is None


STACK = {
    "all": [{"kind": "credential_held", "definition": slug} for slug in ("sea", "land")],
}


def _holding(sea: str, land: str) -> dict[str, Held]:
    return {
        "sea": Held(definition="sea", awarded_at=MARCH, courses=frozenset({sea})),
        "land": Held(definition="land", awarded_at=MARCH, courses=frozenset({land})),
    }


def test_no_course_counts_twice_in_a_stack_unless_the_definition_says_so() -> None:
    assert _met(STACK, held=_holding(A, B)) is True
    assert _met(STACK, held=_holding(A, A)) is False
    assert _met(STACK, held=_holding(A, A), courses_count_twice=True) is True


def test_whoever_misses_it_because_a_course_counts_once_is_told() -> None:
    explanation = explain({"version": 1} | STACK, Known(held=_holding(A, A)))

    assert "twice" in explanation.message
    assert [line.met for line in explanation.lines] == [True, True]


def test_one_course_shows_several_things() -> None:
    node = {
        "all": [
            {"kind": "course_passed", "course": A},
            {"kind": "course_passed", "course": A, "min_grade": 0.5},
            {"kind": "block_completed", "course": A, "block": UNIT},
        ]
    }
    facts = _facts(grade=Decimal("0.6"), blocks={UNIT: Part(value=Decimal(1), at=MAY)})

    assert _met(node, courses={A: facts}) is True


def test_one_course_is_not_two_of_three() -> None:
    once = {"kind": "course_passed", "course": A}
    again = once | {"min_grade": 0.5}

    assert _met({"at_least": 2, "of": [once, again]}, courses={A: _facts(grade=Decimal(1))}) is False
    assert _met(
        {"at_least": 2, "of": [once, again, {"kind": "course_passed", "course": B}]},
        courses={A: _facts(grade=Decimal(1)), B: _facts()},
    )


def test_two_units_of_one_course_are_two() -> None:
    other = UNIT.replace("u1", "u2")
    units = [{"kind": "block_completed", "course": A, "block": block} for block in (UNIT, other)]
    done = {block: Part(value=Decimal(1), at=MAY) for block in (UNIT, other)}

    assert _met({"at_least": 2, "of": units}, courses={A: _facts(blocks=done)}) is True


def test_two_categories_of_one_course_are_two() -> None:
    names = ("Homework", "Exam")
    grades = [{"kind": "category_grade", "course": A, "category": name, "min_grade": 0.5} for name in names]
    reached = _facts(categories={name: Part(value=Decimal(1), at=MAY) for name in names})

    assert _met({"at_least": 2, "of": grades}, courses={A: reached}) is True
    assert _met({"at_least": 2, "of": [grades[0], grades[0]]}, courses={A: reached}) is False


def test_two_sums_do_not_count_the_same_course() -> None:
    node = {
        "all": [
            {"kind": "ects", "least": 5, "courses": [A, B]},
            {"kind": "ects", "least": 5, "courses": [A, C]},
        ]
    }
    five = _facts(ects=Decimal(5))

    assert _met(node, courses={A: five}) is False
    assert _met(node, courses={A: five, C: five}) is True


def test_what_is_too_much_to_work_out_is_not_known_and_not_met() -> None:
    # Two sums over forty courses of uneven worth that nearly suffice.
    courses = [f"course-v1:U+{number}+2026" for number in range(40)]
    facts = {course: _facts(ects=Decimal(6 + number % 5)) for number, course in enumerate(courses)}
    half = sum(facts[course].ects or 0 for course in courses) / 2
    node = {"all": [{"kind": "ects", "least": float(half) + 0.5, "courses": courses}] * 2}

    explanation = explain({"version": 1} | node, Known(courses=facts))

    assert explanation.met is None
    assert "simplify" in explanation.message


def test_every_node_says_where_it_stands() -> None:
    inner = {"at_least": 1, "of": [{"kind": "course_passed", "course": B}]}
    condition = {"version": 1, "all": [{"kind": "course_passed", "course": A}, inner]}

    explanation = explain(condition, Known())

    assert [child.path for child in explanation.children] == ["all.0", "all.1"]
    assert explanation.lines[1].path == "all.1.of.0"


@pytest.mark.parametrize(
    ("name", "needs"),
    [("passes", {}), ("passes_well", {}), ("units", {"blocks": [UNIT]}), ("courses", {"courses": [A, B]})],
)
def test_each_beginning_is_a_condition(name: str, needs: dict[str, Any]) -> None:
    template = TEMPLATES[name]

    assert set(template.needs) == set(needs)
    assert str(template.label)
    assert A in parse(template.build(A, **needs)).courses


@pytest.mark.parametrize(
    ("leaf", "facts", "said"),
    [
        (
            {"kind": "block_completed", "block": UNIT},
            {"blocks": {UNIT: Part(value=Decimal(1))}},
            "“Project” is completed.",
        ),
        ({"kind": "block_completed", "block": UNIT}, {"blocks": {}}, "“Project” is not completed."),
        ({"kind": "block_completed", "block": UNIT}, {"blocks": None}, "whether “Project” is completed"),
        (
            {"kind": "subsection_grade", "block": UNIT, "min_grade": 0.5},
            {"subsections": {UNIT: Part(value=Decimal("0.4"))}},
            "The grade in “Project” is 40",
        ),
        (
            {"kind": "subsection_grade", "block": UNIT, "min_grade": 0.5},
            {"subsections": {UNIT: Part(value=Decimal("0.6"))}},
            "The grade in “Project” is 60",
        ),
        (
            {"kind": "subsection_grade", "block": UNIT, "min_grade": 0.5},
            {"subsections": {}},
            "There is no grade in “Project” yet.",
        ),
    ],
)
def test_the_name_of_a_part_is_told_and_asks_for_nothing(
    leaf: dict[str, Any], facts: dict[str, Any], said: str
) -> None:
    known = Known(courses={A: _facts(**facts)})
    named, plain = (
        explain({"version": 1, "course": A} | leaf | more, known) for more in ({"name": "Project"}, {})
    )

    assert said in named.message
    assert "Project" not in plain.message
    assert (named.met, named.since, named.items) == (plain.met, plain.since, plain.items)


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"block_completed", "subsection_grade"}))
def test_only_a_block_has_a_name(kind: str) -> None:
    assert "name" not in {**KINDS[kind].required, **KINDS[kind].optional}
