from __future__ import annotations

from typing import Any

from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from ingenium_credentials.rules import Facts, Held, Known, explain
from tests.rules.conditions import CONDITIONS, FACTS, KNOWN, TIMELESS, earliest, judge

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


def _more(facts: Facts | None, further: Facts) -> Facts:
    """At least as much, in every respect."""
    if facts is None:
        return further
    grades = [grade for grade in (facts.grade, further.grade) if grade is not None]
    return Facts(
        is_passing=facts.is_passing or further.is_passing,
        passing_since=facts.passing_since if facts.is_passing else further.passing_since,
        grade=max(grades, default=None),
        cohorts=facts.cohorts if facts.cohorts else further.cohorts,
        blocks=further.blocks if facts.blocks is None else {**(further.blocks or {}), **facts.blocks},
        ects=facts.ects if facts.ects is not None else further.ects,
        university=facts.university or further.university,
    )


@MANY
@given(CONDITIONS, KNOWN, KNOWN)
def test_knowing_more_never_turns_met_into_not_met(
    condition: dict[str, Any], known: Known, further: Known
) -> None:
    if explain(condition, known).met is not True:
        return
    courses = {course: _more(known.courses.get(course), facts) for course, facts in further.courses.items()}
    more = evolve(
        known,
        courses={**known.courses, **courses},
        held={**further.held, **{key: one for key, one in known.held.items() if one.is_certain}},
        approved=known.approved or further.approved,
    )

    assert explain(condition, more).met is True


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
        course: Facts(cohorts=facts.cohorts)
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
