"""A condition that was read once and is held against many learners."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal

from attrs import field, frozen
from django.utils.translation import gettext as _

from . import grammar
from .counting import Choice, Search, TooMuchWork, can_share, contested
from .explanation import Explanation, order
from .facts import Known
from .grammar import Group, Item, Leaf, Node
from .requirements import explain_leaf

__all__ = ["Rule", "courses_of", "definitions_of", "explain", "parse"]

_WORK = 20_000
"""Steps to find out what may count for what, for the root and as much again for the rest."""


@frozen
class Rule:
    """A condition, read and understood."""

    root: Node
    courses: frozenset[str] = field(init=False)
    """The course keys that it names."""
    definitions: frozenset[str] = field(init=False)
    """The definitions whose credentials it names."""
    _can_share: bool = field(init=False)

    def __attrs_post_init__(self) -> None:
        """Work out once what is the same for every learner."""
        named = self.leaves
        courses = {course for leaf in named for course in (leaf.course, *leaf.courses)}
        definitions = {slug for leaf in named for slug in (leaf.definition, *leaf.definitions)}
        object.__setattr__(self, "courses", frozenset(courses - {""}))
        object.__setattr__(self, "definitions", frozenset(definitions - {""}))
        object.__setattr__(self, "_can_share", can_share(self.root))

    @property
    def leaves(self) -> tuple[Leaf, ...]:
        """Every requirement, in order."""
        return tuple(grammar.leaves(self.root))

    def asks_for(self, *kinds: str) -> bool:
        """Whether a requirement is of one of these kinds."""
        return any(leaf.kind in kinds for leaf in self.leaves)

    def explain(self, known: Known) -> Explanation:
        """Whether the learner meets it, node by node."""
        found = _explain(self.root, known)
        if known.courses_count_twice or not self._may_overlap(known):
            return found
        return _without_overlap(found)

    def _may_overlap(self, known: Known) -> bool:
        if self._can_share:
            return True
        taken = set(self.courses)
        for definition in self.definitions:
            held = known.held.get(definition)
            if held is None:
                continue
            if not taken.isdisjoint(held.courses):
                return True
            taken |= held.courses
        return False


def parse(condition: object) -> Rule:
    """Read a condition once; raises `ConditionError` for what is not understood."""
    return Rule(grammar.read(condition))


def explain(condition: object, known: Known) -> Explanation:
    """Hold what is known of a learner against a condition; raises `ConditionError`."""
    return parse(condition).explain(known)


def courses_of(condition: object) -> set[str]:
    """The course keys that a condition names; raises `ConditionError`."""
    return set(parse(condition).courses)


def definitions_of(condition: object) -> set[str]:
    """The definitions whose credentials a condition names; raises `ConditionError`."""
    return set(parse(condition).definitions)


def _explain(node: Node, known: Known) -> Explanation:
    if isinstance(node, Leaf):
        return explain_leaf(node, known)
    return _group(node, tuple([_explain(child, known) for child in node.children]))


def _group(node: Group, children: tuple[Explanation, ...]) -> Explanation:
    met = [child for child in children if child.met is True]
    verdict, since = _verdict(node.least, children, len(met)), None
    items: tuple[Item, ...] = ()
    if verdict:
        counted = sorted(met, key=order)[: node.least] if len(met) > 1 else met
        since, items = counted[-1].since, _items(counted)
    have, need = Decimal(len(met)), Decimal(node.least)
    return Explanation(
        node=node,
        met=verdict,
        since=since,
        say=lambda: _say_group(have, need),
        have=have,
        need=need,
        items=items,
        children=children,
    )


def _verdict(least: int, children: tuple[Explanation, ...], met: int) -> bool | None:
    if met >= least:
        return True
    unknown = sum(child.met is None for child in children)
    return None if met + unknown >= least else False


def _items(counted: Iterable[Explanation]) -> tuple[Item, ...]:
    return tuple(dict.fromkeys(item for child in counted for item in child.items))


def _without_overlap(found: Explanation) -> Explanation:
    """Judge each node anew so that nothing counts twice below it."""
    disputed = contested(found)
    if not disputed:
        return found
    # The root first: what is left of the work explains the rest.
    root = _decided(found, disputed, [_WORK])
    rest = [_WORK]
    root.children = tuple(_decided_below(child, disputed, rest) for child in found.children)
    return root


def _decided_below(found: Explanation, disputed: frozenset[Item], work: list[int]) -> Explanation:
    decided = _decided(found, disputed, work)
    decided.children = tuple(_decided_below(child, disputed, work) for child in found.children)
    return decided


def _decided(found: Explanation, disputed: frozenset[Item], work: list[int]) -> Explanation:
    try:
        return _decide(found, disputed, work)
    except TooMuchWork:
        return _judged(found, None, say=_say_too_much)


def _decide(found: Explanation, disputed: frozenset[Item], work: list[int]) -> Explanation:
    if found.met is False:
        return _judged(found, False)
    choice = Search(disputed, work).first(found) if found.met else None
    if choice is None:
        hope = Search(disputed, work, hopeful=True).first(found)
        say = _say_counts_twice if found.met else None
        return _judged(found, None if hope is not None else False, say=say)
    since, choice = _earliest(found, disputed, work, choice)
    return _judged(found, True, since=since, choice=choice)


def _earliest(
    found: Explanation, disputed: frozenset[Item], work: list[int], choice: Choice
) -> tuple[dt.datetime | None, Choice]:
    """The first moment by which it could be met, and what counted then."""
    entries = (entry.at for line in found.lines for entry in line.entries)
    moments = sorted({at for at in (*(line.since for line in found.lines if line.met), *entries) if at})
    low, high, since = 0, len(moments), None
    while low < high:
        middle = (low + high) // 2
        earlier = Search(disputed, work, until=moments[middle]).first(found)
        if earlier is None:
            low = middle + 1
        else:
            high, since, choice = middle, moments[middle], earlier
    return since, choice


def _judged(
    found: Explanation,
    met: bool | None,
    *,
    since: dt.datetime | None = None,
    choice: Choice | None = None,
    say: object = None,
) -> Explanation:
    return Explanation(
        node=found.node,
        met=met,
        since=since,
        say=say if callable(say) else found.say,
        have=found.have,
        need=found.need,
        items=tuple(sorted(choice.items)) if choice else (),
        entries=found.entries,
        children=found.children,
    )


def _say_group(have: Decimal, need: Decimal) -> str:
    return _("Requirements met: %(have)s; needed: %(need)s.") % {"have": have, "need": need}


def _say_counts_twice() -> str:
    return _("There would be enough if a course could count twice, which the definition does not allow.")


def _say_too_much() -> str:
    return _("There are too many ways to count these courses; simplify the condition.")
