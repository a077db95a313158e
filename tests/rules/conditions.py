"""Conditions and what is known of learners, generated; and a slow, plain judge of both."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from attrs import evolve
from hypothesis import strategies as st

from ingenium_credentials.rules import Facts, Held, Known, Part

COURSES = [f"course-v1:U{number}+C{number}+2026" for number in range(4)]
DEFINITIONS = ["ethics", "data", "sea"]
BLOCKS = [f"block-v1:U0+C0+2026+type@vertical+block@u{number}" for number in range(2)]
START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
TIMELESS = dt.datetime.min.replace(tzinfo=dt.UTC)

_course = st.sampled_from(COURSES)
_definition = st.sampled_from(DEFINITIONS)
_set = {
    "courses": st.lists(_course, min_size=1, max_size=4, unique=True),
    "definitions": st.lists(_definition, min_size=1, max_size=2, unique=True),
}


def _leaf(kind: str, **members: Any) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"kind": st.just(kind)} | members)


LEAVES = st.one_of(
    _leaf("course_passed", course=_course),
    _leaf("course_passed", course=_course, min_grade=st.sampled_from([0.5, 0.9])),
    _leaf("credential_held", definition=_definition),
    _leaf("ects", least=st.sampled_from([3, 5, 8]), **_set),
    _leaf("ects", least=st.sampled_from([3, 6]), courses=_set["courses"]),
    _leaf("universities", least=st.sampled_from([1, 2, 3]), **_set),
    _leaf("block_completed", course=st.just(COURSES[0]), block=st.sampled_from(BLOCKS)),
    _leaf("cohort", course=_course, cohorts=st.just(["A"])),
    _leaf("manual_approval"),
)


def _groups(children: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    several = st.lists(children, min_size=1, max_size=3)
    some = several.flatmap(
        lambda of: st.integers(1, len(of)).map(lambda least: {"at_least": least, "of": of})
    )
    return st.one_of(several.map(lambda of: {"all": of}), several.map(lambda of: {"any": of}), some)


CONDITIONS = st.recursive(LEAVES, _groups, max_leaves=5).map(lambda node: {"version": 1} | node)

_moment = st.none() | st.integers(0, 5).map(lambda days: START + dt.timedelta(days=days))
_part = st.builds(Part, value=st.sampled_from([Decimal("0.5"), Decimal(1)]), at=_moment)
FACTS = st.builds(
    Facts,
    is_passing=st.booleans(),
    passing_since=_moment,
    grade=st.sampled_from([None, Decimal("0.4"), Decimal("0.6"), Decimal("0.95")]),
    cohorts=st.sampled_from([None, frozenset(), frozenset({"A", "B"})]),
    blocks=st.none() | st.dictionaries(st.sampled_from(BLOCKS), _part),
    ects=st.sampled_from([None, Decimal(3), Decimal(5)]),
    university=st.sampled_from(["", "u1", "u2"]),
).map(lambda facts: facts if facts.is_passing else evolve(facts, passing_since=None))


@st.composite
def _held(draw: Any) -> dict[str, Held]:
    return {
        definition: Held(
            definition=definition,
            awarded_at=draw(_moment),
            courses=frozenset(draw(st.lists(_course, max_size=2))),
            ects=draw(st.sampled_from([None, Decimal(3)])),
            universities=frozenset(draw(st.lists(st.sampled_from(["u1", "u2", "u3"]), max_size=2))),
            is_certain=draw(st.sampled_from([True, True, False])),
        )
        for definition in draw(st.lists(_definition, unique=True))
    }


KNOWN = st.builds(
    Known,
    courses=st.dictionaries(_course, FACTS),
    held=_held(),
    approved=st.sampled_from([None, True, False]),
    approved_at=_moment,
    courses_count_twice=st.sampled_from([False, False, True]),
)

Ways = set[tuple[frozenset[Any], frozenset[Any]]]
"""Each way to meet a condition: what it counts, and what of that a sum has counted."""


def judge(condition: dict[str, Any], known: Known) -> bool | None:
    """Every way to count is tried, without any cleverness."""
    if _ways(condition, known, hopeful=False):
        return True
    return None if _ways(condition, known, hopeful=True) else False


def earliest(condition: dict[str, Any], known: Known) -> dt.datetime | None:
    """The first day on whose facts alone the condition would have been met."""
    for day in [TIMELESS, *(START + dt.timedelta(days=days) for days in range(6))]:
        if judge(condition, _as_of(known, day)):
            return day
    return None


def _as_of(known: Known, day: dt.datetime) -> Known:
    def early(at: dt.datetime | None) -> bool:
        return at is not None and at <= day

    def facts_then(facts: Facts) -> Facts:
        blocks = {key: part for key, part in (facts.blocks or {}).items() if early(part.at)}
        return evolve(facts, is_passing=facts.is_passing and early(facts.passing_since), blocks=blocks)

    return evolve(
        known,
        courses={course: facts_then(facts) for course, facts in known.courses.items()},
        held={key: held for key, held in known.held.items() if early(held.awarded_at)},
        approved=known.approved if early(known.approved_at) else None,
    )


def _ways(node: dict[str, Any], known: Known, *, hopeful: bool) -> Ways:
    if "kind" in node:
        found = _of_sum(node, known, hopeful) if "least" in node else _of_leaf(node, known, hopeful)
    else:
        found = _of_group(node, known, hopeful)
    return {way for way in found if known.courses_count_twice or not _overlaps(way[0], known)}


def _of_group(node: dict[str, Any], known: Known, hopeful: bool) -> Ways:
    children = node.get("all") or node.get("any") or node["of"]
    least = {"all": len(children), "any": 1}.get(next(name for name in node if name != "version"))
    least = node["at_least"] if least is None else least
    found: Ways = set()
    for chosen in itertools.combinations(children, least):
        for ways in itertools.product(*(_ways(child, known, hopeful=hopeful) for child in chosen)):
            if known.courses_count_twice or _compatible(ways, shares="all" in node):
                found.add(
                    (
                        frozenset().union(*(way[0] for way in ways)),
                        frozenset().union(*(way[1] for way in ways)),
                    )
                )
    return found


def _compatible(ways: Any, *, shares: bool) -> bool:
    for (items, summed), (other_items, other_summed) in itertools.combinations(ways, 2):
        if summed & other_summed:
            return False
        if not shares and any(_same(one, other) for one in items for other in other_items):
            return False
    return True


def _same(one: Any, other: Any) -> bool:
    return one[:2] == other[:2] and ("" in (one[2], other[2]) or one[2] == other[2])


def _overlaps(items: frozenset[Any], known: Known) -> bool:
    def uses(item: Any) -> frozenset[str]:
        return known.held[item[1]].courses if item[0] == "credential" else frozenset({item[1]})

    return any(
        "credential" in (one[0], other[0]) and uses(one) & uses(other)
        for one, other in itertools.combinations(items, 2)
    )


_NOTHING: frozenset[Any] = frozenset()


def _of_leaf(node: dict[str, Any], known: Known, hopeful: bool) -> Ways:
    met, item = _LEAF[node["kind"]](node, known, known.courses.get(node.get("course", ""), Facts(blocks={})))
    if met or (met is None and hopeful):
        return {(frozenset({item}) if item else _NOTHING, _NOTHING)}
    return set()


def _judge_passed(node: dict[str, Any], _known: Known, facts: Facts) -> Any:
    item = ("course", node["course"], "")
    if not facts.is_passing or "min_grade" not in node:
        return facts.is_passing, item
    return None if facts.grade is None else facts.grade >= Decimal(str(node["min_grade"])), item


def _judge_block(node: dict[str, Any], _known: Known, facts: Facts) -> Any:
    item = ("course", node["course"], node["block"])
    if facts.blocks is None:
        return None, item
    return node["block"] in facts.blocks and facts.blocks[node["block"]].value == 1, item


_LEAF: dict[str, Callable[[dict[str, Any], Known, Facts], Any]] = {
    "course_passed": _judge_passed,
    "block_completed": _judge_block,
    "credential_held": lambda node, known, _facts: (
        (known.held[node["definition"]].is_certain or None) if node["definition"] in known.held else False,
        ("credential", node["definition"], ""),
    ),
    "cohort": lambda _node, _known, facts: (None if facts.cohorts is None else "A" in facts.cohorts, None),
    "manual_approval": lambda _node, known, _facts: (known.approved, None),
}


def _of_sum(node: dict[str, Any], known: Known, hopeful: bool) -> Ways:
    there = list(_achieved(node, known))
    subsets = itertools.chain.from_iterable(
        itertools.combinations(there, size) for size in range(1, len(there) + 1)
    )
    found: Ways = set()
    for subset in subsets:
        if _reaches(node, list(subset), hopeful):
            items = frozenset(item for item, _size in subset)
            found.add((items, items))
    return {way for way in found if known.courses_count_twice or not _overlaps(way[0], known)}


def _achieved(node: dict[str, Any], known: Known) -> Iterator[tuple[Any, Any]]:
    ects = node["kind"] == "ects"
    for course in node.get("courses", ()):
        facts = known.courses.get(course)
        if facts and facts.is_passing:
            yield ("course", course, ""), facts.ects if ects else ({facts.university} - {""})
    for definition in node.get("definitions", ()):
        held = known.held.get(definition)
        if held:
            size = held.ects if ects else set(held.universities)
            yield ("credential", definition, ""), size if held.is_certain else None


def _reaches(node: dict[str, Any], entries: list[tuple[Any, Any]], hopeful: bool) -> bool:
    unknown = [item for item, size in entries if not size] if hopeful else []
    sizes = [size for _item, size in entries if size]
    if node["kind"] == "ects":
        return bool(unknown) or bool(sum(sizes) >= node["least"])
    # Nobody knows how many universities may be behind a credential.
    further = sum(1 if item[0] == "course" else 99 for item in unknown)
    return bool(len(set().union(*sizes)) + further >= node["least"])
