"""No course counts twice: a choice of what counts for what, in which nothing overlaps.

Two things that rest on the same course exclude each other where one of them is a
credential. What one child of `at_least` has used up serves no other child, and what one
sum has counted no other sum. Under `all`, one course may show several things.

Only what could overlap is tried out, backtracking, and the work is bounded: what cannot
be decided within the bound is not known, and not met.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from attrs import field, frozen

from .explanation import Entry, Explanation, order
from .grammar import Group, Item, Leaf, Node, leaves
from .sums import best_case, measure

__all__ = ["Choice", "Search", "TooMuchWork", "can_share", "contested", "keys_of"]

_MOST_CONTESTED = 60
"""Leaves; each is two levels of Python's stack."""


class TooMuchWork(Exception):
    """The bound was reached before it was decided."""


@frozen
class Choice:
    """What one way of meeting a node counts."""

    items: frozenset[Item] = frozenset()
    summed: frozenset[Item] = frozenset()
    """Those that a sum has counted."""

    def joined(self, other: Choice) -> Choice:
        """Both together."""
        return Choice(self.items | other.items, self.summed | other.summed)


def can_share(node: Node) -> bool:
    """Whether two requirements may want the same course for themselves, whatever is held."""
    if isinstance(node, Leaf):
        return False
    if node.shares:
        sums = Counter(
            key for leaf in leaves(node) if leaf.least for key in (*leaf.courses, *leaf.definitions)
        )
        mixed = any(count > 1 for count in sums.values())
    else:
        named = Counter(key for child in node.children for key in keys_of(child))
        mixed = node.least > 1 and any(count > 1 for count in named.values())
    return mixed or any(can_share(child) for child in node.children)


def keys_of(node: Node) -> set[str]:
    """The course keys and definitions named below a node."""
    keys: set[str] = set()
    for leaf in leaves(node):
        keys |= {*leaf.courses, *leaf.definitions, leaf.definition}
        keys |= {leaf.item.key} if leaf.item else set()
    return keys - {""}


def contested(root: Explanation) -> frozenset[Item]:
    """The items that could exclude one another, among all that count or may yet count."""
    by_course: dict[str, set[Item]] = {}
    wanted: Counter[tuple[str, str]] = Counter()
    every: set[Item] = set()
    for line in root.lines:
        mine = set(line.items) | {entry.item for entry in line.entries}
        every |= mine
        wanted.update({item[:2] for item in mine})
        for item in mine:
            for course in item.uses:
                by_course.setdefault(course, set()).add(item)
    crossed = {
        item
        for items in by_course.values()
        if len(items) > 1 and any(one.kind == "credential" for one in items)
        for item in items
    }
    return frozenset(crossed | {item for item in every if wanted[item[:2]] > 1})


def _exclude(one: Item, other: Item) -> bool:
    if one == other or "credential" not in (one.kind, other.kind):
        return False
    return not one.uses.isdisjoint(other.uses)


def _same(one: Item, other: Item) -> bool:
    """Whether they are one thing, or one is part of the other."""
    return one[:2] == other[:2] and (one.part == other.part or not (one.part and other.part))


@frozen
class Search:
    """One attempt: what is accepted, what is contested, and how much work is left."""

    contested: frozenset[Item]
    work: list[int]
    """What is left, shared between attempts."""
    hopeful: bool = False
    """Whether what is not known is taken as met."""
    until: dt.datetime | None = None
    """Only what was so by then."""
    _is_free: dict[int, bool] = field(factory=dict, init=False)

    def first(self, found: Explanation) -> Choice | None:
        """Some way to meet the node without counting anything twice, or None; `TooMuchWork`."""
        return next(self._choices(found, Choice()), None)

    def _spend(self) -> None:
        if self.work[0] <= 0:
            raise TooMuchWork
        self.work[0] -= 1

    def _accepts(self, found: Explanation) -> bool:
        if found.met is not True:
            return self.hopeful and found.met is None
        return self.until is None or (found.since is not None and found.since <= self.until)

    def _free(self, found: Explanation) -> bool:
        """Whether nothing below is contested."""
        known = self._is_free.get(id(found))
        if known is None:
            known = all(
                self.contested.isdisjoint(line.items)
                and not any(entry.item in self.contested for entry in line.entries)
                for line in found.lines
            )
            self._is_free[id(found)] = known
        return known

    def _choices(self, found: Explanation, taken: Choice) -> Iterator[Choice]:
        """The ways to meet the node beside what is taken already."""
        self._spend()
        node = found.node
        if self._free(found):
            if self._accepts(found):
                summed = found.items if isinstance(node, Leaf) and node.least else ()
                yield Choice(frozenset(found.items), frozenset(summed))
        elif isinstance(node, Group):
            yield from self._of_group(node, found, taken)
        elif node.least:
            yield from self._of_sum(node, found, taken)
        elif self._accepts(found) and self._fits(found.items, taken.items):
            yield Choice(frozenset(found.items))

    def _fits(self, items: Iterable[Item], taken: Iterable[Item]) -> bool:
        return not any(_exclude(item, other) for item in items for other in taken)

    def _of_group(self, node: Group, found: Explanation, taken: Choice) -> Iterator[Choice]:
        free = sorted((child for child in found.children if self._free(child)), key=order)
        rest = sorted((child for child in found.children if not self._free(child)), key=order)
        if len(rest) > _MOST_CONTESTED:
            raise TooMuchWork
        own, lacking = Choice(), node.least
        for child in free:
            # Free ones stand in nobody's way, so they come first and are never taken back.
            for choice in self._choices(child, taken) if lacking else ():
                own, lacking = own.joined(choice), lacking - 1
        yield from self._of_rest(node, rest, lacking, own, taken)

    def _of_rest(
        self, node: Group, rest: Sequence[Explanation], lacking: int, own: Choice, taken: Choice
    ) -> Iterator[Choice]:
        if not lacking:
            yield own
            return
        for place in range(len(rest) - lacking + 1):
            for choice in self._choices(rest[place], taken.joined(own)):
                if self._clash(node, own, choice):
                    continue
                yield from self._of_rest(node, rest[place + 1 :], lacking - 1, own.joined(choice), taken)

    def _clash(self, node: Group, own: Choice, other: Choice) -> bool:
        self._spend()
        if not own.summed.isdisjoint(other.summed):
            return True
        if node.shares:
            return False
        return any(_same(item, second) for item in other.items for second in own.items)

    def _of_sum(self, leaf: Leaf, found: Explanation, taken: Choice) -> Iterator[Choice]:
        entries = [
            entry for entry in self._sized(leaf, found.entries) if self._fits((entry.item,), taken.items)
        ]
        free = [entry for entry in entries if entry.item not in self.contested]
        rest = [entry for entry in entries if entry.item in self.contested]
        yield from self._of_entries(leaf, rest, free)

    def _sized(self, leaf: Leaf, entries: Iterable[Entry]) -> Iterator[Entry]:
        for entry in entries:
            if self.until is not None and (entry.at is None or entry.at > self.until):
                continue
            if entry.size is not None or self.hopeful:
                yield best_case(leaf, entry)

    def _of_entries(self, leaf: Leaf, rest: Sequence[Entry], own: list[Entry]) -> Iterator[Choice]:
        self._spend()
        if measure(leaf, own) >= leaf.least:
            items = frozenset(entry.item for entry in own)
            yield Choice(items, items)
            return
        if measure(leaf, [*own, *rest]) < leaf.least:
            return
        for place, entry in enumerate(rest):
            if self._fits((entry.item,), [one.item for one in own]):
                yield from self._of_entries(leaf, rest[place + 1 :], [*own, entry])
