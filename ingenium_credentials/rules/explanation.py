"""Whether a condition is met, why, and since when: a tree that mirrors the condition."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from attrs import define

from .grammar import Item, Leaf, Node

__all__ = ["TIMELESS", "Entry", "Explanation", "order"]

TIMELESS = dt.datetime.min.replace(tzinfo=dt.UTC)
"""Since when something is so that has no date of its own, such as being in a cohort."""


@define(frozen=True)
class Entry:
    """One thing that adds to a sum, and since when it counts."""

    item: Item
    size: Any
    """A number of credits, or the short names of universities; None when not known."""
    at: dt.datetime | None


# Not `frozen` by attrs, which makes 100,000 of them slow; nobody changes one after it was made.
@define(eq=False)
class Explanation:
    """One node of a condition: whether it is met, with the figures and a sentence."""

    node: Node
    met: bool | None
    """None when what is known does not tell."""
    since: dt.datetime | None
    say: Callable[[], str]
    have: Decimal | str | None = None
    """What there is, as a figure or a word; None where there is none."""
    need: Decimal | str | None = None
    """What is asked for."""
    items: tuple[Item, ...] = ()
    entries: tuple[Entry, ...] = ()
    children: tuple[Explanation, ...] = ()

    @property
    def kind(self) -> str:
        """The kind of requirement, or `all`, `any`, `at_least`."""
        return self.node.kind

    @property
    def path(self) -> str:
        """Where in the condition the node stands, such as `all.1.of.0`; empty for its root."""
        return self.node.path

    @property
    def course(self) -> str:
        """The key of the one course that a requirement is about; empty where there is none."""
        return self.node.course if isinstance(self.node, Leaf) else ""

    @property
    def definition(self) -> str:
        """The definition that a requirement asks to be held; empty where it asks for none."""
        return self.node.definition if isinstance(self.node, Leaf) else ""

    @property
    def message(self) -> str:
        """A sentence for a person, in the active language."""
        return self.say()

    @property
    def earned_at(self) -> dt.datetime | None:
        """Since when it is met; None while it is not, and when nobody knows."""
        return self.since if self.met and self.since != TIMELESS else None

    @property
    def is_timeless(self) -> bool:
        """Whether it is met by what has no date at all, such as an enrolment."""
        return self.met is True and self.since == TIMELESS

    @property
    def courses(self) -> frozenset[str]:
        """The keys of the courses that count here, those behind credentials included."""
        return frozenset().union(*(item.uses for item in self.items))

    @property
    def parts(self) -> frozenset[str]:
        """The definitions of the held credentials that count here."""
        return frozenset(item.key for item in self.items if item.kind == "credential")

    @property
    def lines(self) -> tuple[Explanation, ...]:
        """The requirements below, in order, without the groups."""
        return tuple(self._lines())

    def _lines(self) -> Iterator[Explanation]:
        if isinstance(self.node, Leaf):
            yield self
        for child in self.children:
            yield from child._lines()


def order(found: Explanation | Entry) -> tuple[Any, ...]:
    """Sorts by since when, what has no known date last; never by the place in the condition."""
    at = found.since if isinstance(found, Explanation) else found.at
    items = found.items if isinstance(found, Explanation) else (found.item,)
    return (at is None, at or TIMELESS, sorted(item[:3] for item in items))
