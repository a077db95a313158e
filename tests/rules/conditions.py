"""Conditions and what is known of learners, generated; and a slow, plain judge of both."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from attrs import evolve
from hypothesis import strategies as st

from ingenium_credentials.rules import CERTIFICATE_ISSUED, Facts, Held, Known, Part

COURSES = [f"course-v1:U{number}+C{number}+2026" for number in range(3)]
CATEGORIES = ["Homework", "Exam"]
DEFINITIONS = ["ethics", "data", "sea"]
BLOCKS = [f"block-v1:U0+C0+2026+type@vertical+block@u{number}" for number in range(2)]
START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
DAYS = [START + dt.timedelta(days=days) for days in range(6)]
TIMELESS = dt.datetime.min.replace(tzinfo=dt.UTC)

# One more often than the others, so that requirements meet in it.
_course = st.sampled_from([COURSES[0], *COURSES])
_definition = st.sampled_from(DEFINITIONS)
_set = {
    "courses": st.lists(_course, min_size=1, max_size=3, unique=True),
    "definitions": st.lists(_definition, min_size=1, max_size=2, unique=True),
}


_modes = st.sampled_from([["verified"], ["audit", "verified"]])
_of_result = {"min_grade": st.sampled_from([0.5, 0.9]), "modes": _modes}
_first, _block = st.just(COURSES[0]), st.sampled_from(BLOCKS)
_part_grade = st.sampled_from([0, 0.5, 0.9])
_moment_text = st.sampled_from([day.isoformat() for day in DAYS])


def _leaf(kind: str, **members: Any) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"kind": st.just(kind)} | members)


def _of_course(kind: str) -> st.SearchStrategy[dict[str, Any]]:
    members = {"kind": st.just(kind), "course": _course}
    return st.fixed_dictionaries(members, optional=_of_result)


def _window(*members: str) -> st.SearchStrategy[dict[str, Any]]:
    return _leaf("time_window", course=_course, **dict.fromkeys(members, _moment_text))


LEAVES = st.one_of(
    _of_course("course_passed"),
    _of_course("certificate_issued"),
    _leaf("credential_held", definition=_definition),
    _leaf("ects", least=st.sampled_from([3, 5, 8]), **_set),
    _leaf("ects", least=st.sampled_from([3, 6]), courses=_set["courses"]),
    _leaf("universities", least=st.sampled_from([1, 2, 3]), **_set),
    _leaf("block_completed", course=_first, block=_block),
    _leaf("subsection_grade", course=_first, block=_block, min_grade=_part_grade),
    _leaf("category_grade", course=_first, category=st.sampled_from(CATEGORIES), min_grade=_part_grade),
    _leaf("enrolled", course=_course, modes=_modes),
    _leaf("cohort", course=_course, cohorts=st.just(["A"])),
    st.sampled_from([("from",), ("until",), ("from", "until")]).flatmap(lambda ends: _window(*ends)),
    _leaf("manual_approval"),
)


def _groups(children: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    several = st.lists(children, min_size=1, max_size=3)
    some = several.flatmap(
        lambda of: st.integers(1, len(of)).map(lambda least: {"at_least": least, "of": of})
    )
    return st.one_of(several.map(lambda of: {"all": of}), several.map(lambda of: {"any": of}), some)


CONDITIONS = st.recursive(LEAVES, _groups, max_leaves=5).map(lambda node: {"version": 1} | node)

_moment = st.none() | st.sampled_from(DAYS)
_part = st.builds(Part, value=st.sampled_from([Decimal(1), Decimal("0.5")]), at=_moment)
_parts = st.none() | st.dictionaries(_block, _part)
_mode = st.sampled_from(["", "audit", "verified"])
FACTS = st.builds(
    Facts,
    is_passing=st.sampled_from([True, True, False]),
    passing_since=_moment,
    grade=st.sampled_from([None, Decimal("0.4"), Decimal("0.6"), Decimal("0.95")]),
    mode=_mode,
    certificate_status=st.sampled_from(["", "notpassing", CERTIFICATE_ISSUED, CERTIFICATE_ISSUED]),
    certificate_since=_moment,
    is_enrolled=st.sampled_from([None, False, True]),
    enrolled_mode=_mode,
    cohorts=st.sampled_from([None, frozenset(), frozenset({"A", "B"})]),
    categories=st.none() | st.dictionaries(st.sampled_from(CATEGORIES), _part),
    subsections=_parts,
    blocks=_parts,
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
    courses=st.dictionaries(_course, FACTS, min_size=1),
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
    for day in [TIMELESS, *DAYS]:
        if judge(condition, _as_of(known, day)):
            return day
    return None


def _as_of(known: Known, day: dt.datetime) -> Known:
    def early(at: dt.datetime | None) -> bool:
        return at is not None and at <= day

    def parts_then(parts: Mapping[str, Part] | None) -> dict[str, Part]:
        return {key: part for key, part in (parts or {}).items() if early(part.at)}

    def facts_then(facts: Facts) -> Facts:
        return evolve(
            facts,
            is_passing=facts.is_passing and early(facts.passing_since),
            certificate_status=facts.certificate_status if early(facts.certificate_since) else "",
            categories=parts_then(facts.categories),
            subsections=parts_then(facts.subsections),
            blocks=parts_then(facts.blocks),
        )

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
NEVER_BEGUN = Facts(categories={}, subsections={}, blocks={})
"""Of a course that nobody has heard of: what is not known did not happen."""


def _of_leaf(node: dict[str, Any], known: Known, hopeful: bool) -> Ways:
    met, item = _LEAF[node["kind"]](node, known, known.courses.get(node.get("course", ""), NEVER_BEGUN))
    if met or (met is None and hopeful):
        return {(frozenset({item}) if item else _NOTHING, _NOTHING)}
    return set()


def _all(*verdicts: bool | None) -> bool | None:
    """All of them; a refusal beats a doubt."""
    if False in verdicts:
        return False
    return None if None in verdicts else True


def _judge_result(node: dict[str, Any], facts: Facts, *, is_there: bool) -> Any:
    enough = None if facts.grade is None else facts.grade >= Decimal(str(node.get("min_grade", 0)))
    in_mode = None if not facts.mode else facts.mode in node.get("modes", ())
    asked = [enough] * ("min_grade" in node) + [in_mode] * ("modes" in node)
    return _all(is_there, *asked), ("course", node["course"], "")


def _judge_grade(node: dict[str, Any], parts: Mapping[str, Part] | None, name: str) -> Any:
    item, least = ("course", node["course"], name), Decimal(str(node["min_grade"]))
    if least == 0:
        return True, item
    return None if parts is None else name in parts and parts[name].value >= least, item


def _judge_window(node: dict[str, Any], _known: Known, facts: Facts) -> Any:
    begin, end = (dt.datetime.fromisoformat(node.get(name, str(TIMELESS))) for name in ("from", "until"))
    at = facts.passing_since
    in_time = None if at is None else begin <= at and ("until" not in node or at <= end)
    return _all(facts.is_passing, in_time), ("course", node["course"], "")


def _judge_enrolled(node: dict[str, Any], _known: Known, facts: Facts) -> Any:
    in_mode = facts.enrolled_mode in node["modes"] if facts.enrolled_mode else None
    # A mode is of an enrolment: where nobody knows of one, it tells nothing.
    return _all(facts.is_enrolled, in_mode if facts.is_enrolled else None), None


def _judge_block(node: dict[str, Any], _known: Known, facts: Facts) -> Any:
    item = ("course", node["course"], node["block"])
    if facts.blocks is None:
        return None, item
    return node["block"] in facts.blocks and facts.blocks[node["block"]].value == 1, item


_LEAF: dict[str, Callable[[dict[str, Any], Known, Facts], Any]] = {
    "course_passed": lambda node, _known, facts: _judge_result(node, facts, is_there=facts.is_passing),
    "certificate_issued": lambda node, _known, facts: _judge_result(
        node, facts, is_there=facts.certificate_status == CERTIFICATE_ISSUED
    ),
    "category_grade": lambda node, _known, facts: _judge_grade(node, facts.categories, node["category"]),
    "subsection_grade": lambda node, _known, facts: _judge_grade(node, facts.subsections, node["block"]),
    "enrolled": _judge_enrolled,
    "time_window": _judge_window,
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
