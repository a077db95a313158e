from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from ingenium_credentials.rules import CERTIFICATE_ISSUED, Facts, Held, Known, Part, explain
from tests.rules.conditions import (
    CONDITIONS,
    COURSES,
    DAYS,
    FACTS,
    KNOWN,
    NEVER_BEGUN,
    TIMELESS,
    earliest,
    judge,
)

Pick = Callable[..., Any]
"""`min` or `max`."""
ORDER = (False, None, True)
"""Verdicts, the least first."""
MANY = settings(max_examples=300, deadline=None)


@MANY
@given(CONDITIONS, KNOWN)
def test_a_condition_is_met_as_trying_every_way_to_count_says(
    condition: dict[str, Any], known: Known
) -> None:
    assert explain(condition, known).met is judge(condition, known)


@MANY
@given(CONDITIONS, KNOWN)
def test_it_is_earned_when_the_facts_of_that_day_first_suffice(
    condition: dict[str, Any], known: Known
) -> None:
    explanation = explain(condition, known)

    since = earliest(condition, known) if explanation.met else None
    assert explanation.earned_at == (None if since == TIMELESS else since)
    assert explanation.is_timeless is (since == TIMELESS)


def _shuffled(draw: Any, node: dict[str, Any]) -> dict[str, Any]:
    return {
        name: draw(st.permutations([_shuffled(draw, child) for child in value]))
        if name in ("all", "any", "of")
        else value
        for name, value in node.items()
    }


@MANY
@given(st.data(), CONDITIONS, KNOWN)
def test_the_order_of_requirements_never_matters(data: Any, condition: dict[str, Any], known: Known) -> None:
    one, other = explain(condition, known), explain(_shuffled(data.draw, condition), known)

    assert (one.met, one.earned_at) == (other.met, other.earned_at)


def _likewise(pick: Pick, mine: Mapping[str, Part] | None, other: Mapping[str, Part] | None) -> Any:
    if mine is None:
        return None
    values = [{key: part.value for key, part in (parts or {}).items()} for parts in (mine, other)]
    grades = {key: pick(parts.get(key, Decimal(0)) for parts in values) for key in {**values[0], **values[1]}}
    return {key: Part(value=value) for key, value in grades.items() if value}


def _achieved(pick: Pick, mine: Facts, other: Facts) -> Facts:
    """The greater or the smaller of two achievements; the circumstances, and what is not known, are mine."""

    def figure(one: Decimal | None, second: Decimal | None) -> Decimal | None:
        return one if one is None or second is None else pick((one, second))

    return evolve(
        mine,
        is_passing=pick((mine.is_passing, other.is_passing)),
        passing_since=mine.passing_since if mine.is_passing else other.passing_since,
        certificate_status=pick(
            (mine.certificate_status, other.certificate_status),
            key=lambda status: status == CERTIFICATE_ISSUED,
        ),
        grade=figure(mine.grade, other.grade),
        categories=_likewise(pick, mine.categories, other.categories),
        subsections=_likewise(pick, mine.subsections, other.subsections),
        blocks=_likewise(pick, mine.blocks, other.blocks),
        ects=figure(mine.ects, other.ects),
    )


def _fewer(known: Known, other: Known) -> Known:
    """What is achieved in both."""
    return evolve(
        known,
        courses={
            course: _achieved(min, facts, other.courses.get(course, Facts()))
            for course, facts in known.courses.items()
        },
        held={key: held for key, held in known.held.items() if key in other.held},
        approved=min(known.approved, other.approved, key=ORDER.index),
    )


def _more(known: Known, further: Known) -> Known:
    """What is achieved in one or the other."""
    begun = {
        course: evolve(facts, is_enrolled=None, enrolled_mode="", cohorts=None)
        for course, facts in further.courses.items()
    }
    courses = {
        course: _achieved(max, facts, further.courses.get(course, Facts()))
        for course, facts in known.courses.items()
    }
    return evolve(
        known,
        courses={**begun, **courses},
        held={**further.held, **known.held},
        approved=max(known.approved, further.approved, key=ORDER.index),
    )


@MANY
@given(CONDITIONS, KNOWN, KNOWN)
def test_achieving_more_never_turns_met_into_not_met_nor_fewer_not_met_into_met(
    condition: dict[str, Any], known: Known, other: Known
) -> None:
    """Passes, certificates, grades, completed parts, credits, credentials and approval only ever help.

    They do so in every condition, also where a course counts once: who holds more may leave it
    uncounted. Left as they are, for nobody has more or less of them, are the circumstances: the mode
    of a result or an enrolment, the cohorts, the day of a pass, and what a credential rests on. The
    next two tests show that each takes away too. A review of a credential is a doubt and no loss;
    what holds of doubts, and so of every kind of requirement, is in the test after those.
    """
    verdicts = [explain(condition, facts).met for facts in (_fewer(known, other), known, _more(known, other))]

    assert verdicts == sorted(verdicts, key=ORDER.index)


_PASSED = Facts(is_passing=True, passing_since=DAYS[2], mode="verified")
_SEA = Held(definition="sea", courses=frozenset({COURSES[1]}))


@pytest.mark.parametrize(
    ("node", "change"),
    [
        ({"kind": "course_passed", "modes": ["verified"]}, {"mode": "audit"}),
        ({"kind": "certificate_issued", "modes": ["verified"]}, {"mode": "audit"}),
        ({"kind": "enrolled", "modes": ["audit"]}, {"enrolled_mode": "verified"}),
        ({"kind": "cohort", "cohorts": ["A"]}, {"cohorts": frozenset({"B"})}),
        ({"kind": "time_window", "from": DAYS[1].isoformat()}, {"passing_since": DAYS[0]}),
        ({"kind": "time_window", "until": DAYS[3].isoformat()}, {"passing_since": DAYS[4]}),
    ],
)
def test_a_circumstance_that_changes_takes_away_as_well_as_gives(
    node: dict[str, Any], change: dict[str, Any]
) -> None:
    condition = {"version": 1, "course": COURSES[0]} | node
    facts = evolve(
        _PASSED,
        certificate_status=CERTIFICATE_ISSUED,
        is_enrolled=True,
        enrolled_mode="audit",
        cohorts=frozenset({"A"}),
    )

    assert explain(condition, Known(courses={COURSES[0]: facts})).met is True
    assert explain(condition, Known(courses={COURSES[0]: evolve(facts, **change)})).met is False


def test_a_credential_that_comes_to_rest_on_a_further_course_takes_that_course_away() -> None:
    leaves = [
        {"kind": "course_passed", "course": COURSES[0]},
        {"kind": "credential_held", "definition": "sea"},
    ]
    condition = {"version": 1, "all": leaves}
    known = Known(courses={COURSES[0]: _PASSED}, held={"sea": _SEA})
    further = evolve(_SEA, courses=frozenset(COURSES[:2]))

    assert explain(condition, known).met is True
    assert explain(condition, evolve(known, held={"sea": further})).met is False


_MAY_BE_UNKNOWN = (
    *("passing_since", "grade", "mode", "is_enrolled", "enrolled_mode", "cohorts"),
    *("categories", "subsections", "blocks", "ects", "university"),
)


def _told(mine: Any, truth: Any, *names: str) -> Any:
    """Mine, with what was not known taken from the truth."""
    is_unknown = (None, "") if isinstance(mine, Facts) else (None, frozenset())
    unknown = [name for name in names if getattr(mine, name) in is_unknown]
    return evolve(mine, **{name: getattr(truth, name) for name in unknown})


@MANY
@given(CONDITIONS, KNOWN, KNOWN)
def test_what_is_decided_stays_so_whatever_was_not_known_turns_out_to_be(
    condition: dict[str, Any], known: Known, truth: Known
) -> None:
    """Of every kind, the circumstances included: only what is in doubt turns either way."""
    courses = {
        course: _told(
            known.courses.get(course, NEVER_BEGUN), truth.courses.get(course, NEVER_BEGUN), *_MAY_BE_UNKNOWN
        )
        for course in {**known.courses, **truth.courses}
    }
    held = {
        key: evolve(_told(one, truth.held.get(key, one), "ects", "universities"), is_certain=True)
        for key, one in known.held.items()
        if one.is_certain or key in truth.held
    }
    approved = truth.approved if known.approved is None else known.approved

    met = explain(condition, known).met
    if met is not None:
        assert explain(condition, evolve(known, courses=courses, held=held, approved=approved)).met is met


@MANY
@given(CONDITIONS, KNOWN)
def test_what_counts_suffices_and_does_not_overlap(condition: dict[str, Any], known: Known) -> None:
    explanation = explain(condition, known)
    if not explanation.met:
        assert not explanation.items or explanation.met is None
        return
    held: dict[str, Held] = {key: known.held[key] for key in explanation.parts}
    assert explanation.courses >= {course for one in held.values() for course in one.courses}
    if not known.courses_count_twice:
        counted = [course for one in held.values() for course in one.courses]
        assert len(counted) == len(set(counted))
    courses = {course: facts for course, facts in known.courses.items() if course in explanation.courses}
    # Circumstances such as a cohort are no achievement, and are not counted.
    bare = {
        course: Facts(is_enrolled=facts.is_enrolled, enrolled_mode=facts.enrolled_mode, cohorts=facts.cohorts)
        for course, facts in known.courses.items()
        if course not in explanation.courses
    }
    assert explain(condition, evolve(known, courses={**courses, **bare}, held=held)).met is True


@MANY
@given(FACTS)
def test_sentences_and_figures_are_there_for_every_requirement(facts: Facts) -> None:
    condition = {"version": 1, "kind": "course_passed", "course": "course-v1:U0+C0+2026", "min_grade": 0.5}

    line = explain(condition, Known(courses={"course-v1:U0+C0+2026": facts})).lines[0]

    assert line.message
    assert (line.have, str(line.need)) == (facts.grade, "0.5")
