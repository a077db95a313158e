"""Requirements that add up: credits, and universities, of several courses and credentials."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from .explanation import Entry, Explanation, order
from .facts import Facts, Held, Known
from .grammar import Item, Leaf

__all__ = ["best_case", "ects", "item_of", "measure", "universities"]


def item_of(held: Held) -> Item:
    """What counts of a held credential, and the courses that it rests on."""
    return Item("credential", held.definition, "", held.courses)


def _entries(leaf: Leaf, known: Known, size: Callable[[Facts | Held], Any]) -> Iterable[Entry]:
    for course in leaf.courses:
        facts = known.courses.get(course)
        if facts is not None and facts.is_passing:
            item = Item("course", course, "", frozenset({course}))
            yield Entry(item, size(facts), facts.passing_since)
    for definition in leaf.definitions:
        held = known.held.get(definition)
        if held is not None:
            yield Entry(item_of(held), size(held) if held.is_certain else None, held.awarded_at)


def measure(leaf: Leaf, entries: Iterable[Entry]) -> Decimal:
    """How far these bring the learner: the sum of ECTS, or the number of universities."""
    sizes = [entry.size for entry in entries if entry.size is not None]
    if leaf.kind == "ects":
        return sum(sizes, Decimal(0))
    return Decimal(len(frozenset().union(*sizes)))


def best_case(leaf: Leaf, entry: Entry) -> Entry:
    """The entry with the most that it could be worth, where that is not known."""
    if entry.size is not None:
        return entry
    if leaf.kind == "ects":
        return Entry(entry.item, leaf.least, entry.at)
    # A course is of one university, and a credential may be awarded by many.
    most = 1 if entry.item.kind == "course" else int(leaf.least)
    return Entry(entry.item, frozenset((entry.item.key, number) for number in range(most)), entry.at)


def ects(leaf: Leaf, known: Known) -> Explanation:
    """Whether what is passed or held is worth so many credits."""
    return _sum(leaf, tuple(_entries(leaf, known, lambda found: found.ects)), _say_ects)


def universities(leaf: Leaf, known: Known) -> Explanation:
    """Whether what is passed or held is of so many universities."""
    return _sum(leaf, tuple(_entries(leaf, known, _universities_of)), _say_universities)


def _universities_of(found: Facts | Held) -> frozenset[str] | None:
    if isinstance(found, Held):
        return found.universities or None
    return frozenset({found.university}) if found.university else None


def _sum(leaf: Leaf, entries: tuple[Entry, ...], say: Callable[[Decimal, Decimal], str]) -> Explanation:
    entries = tuple(sorted(entries, key=order))
    have = measure(leaf, entries)
    counted: list[Entry] = []
    reached = Decimal(0)
    for entry in entries:
        if reached >= leaf.least or measure(leaf, [*counted, entry]) == reached:
            continue
        counted.append(entry)
        reached = measure(leaf, counted)
    hoped = measure(leaf, [best_case(leaf, entry) for entry in entries])
    return Explanation(
        node=leaf,
        met=True if reached >= leaf.least else (None if hoped >= leaf.least else False),
        since=counted[-1].at if counted and reached >= leaf.least else None,
        say=lambda: say(have, leaf.least),
        have=have,
        need=leaf.least,
        items=tuple(entry.item for entry in counted) if reached >= leaf.least else (),
        entries=entries,
    )


def _say_ects(have: Decimal, least: Decimal) -> str:
    return _("Credits (ECTS) that count: %(have)s; needed: %(least)s.") % {"have": have, "least": least}


def _say_universities(have: Decimal, least: Decimal) -> str:
    return _("Universities that count: %(have)s; needed: %(least)s.") % {"have": have, "least": least}
