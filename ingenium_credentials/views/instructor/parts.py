"""What the requirements on one course can name, as its platform tells it: by name, to choose from.

Hides who may be told, what the platform cannot tell, and how large courses are searched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any

from attrs import frozen
from django.utils.translation import gettext as _

from ... import coursework, lms
from .grammar import LEAVES, MODES
from .nodes import Node

__all__ = ["PICKED", "Choices", "Parts", "PartsOf", "name_blocks", "parts_of", "search"]

Choices = Sequence[tuple[str, Sequence[tuple[str, str]]]]
"""Heading, empty for none, to the values below it with their labels."""

PICKED = frozenset({"subsection", "unit", "category", "cohorts", "modes"})
"""Widgets whose choices depend on the course."""


@frozen(slots=False)
class Parts:
    """The parts of one course; whatever is asked of the platform is asked once."""

    course_id: str
    is_open: bool
    """Whether the reader is on the staff of the course, whose contents are nobody else's business."""

    @cached_property
    def _structure(self) -> list[coursework.CoursePart] | None:
        return coursework.course_structure(self.course_id) if self.is_open else None

    @cached_property
    def names(self) -> dict[str, str]:
        """Block to what the course calls it now."""
        return {part.key: part.name for part in self._structure or ()}

    def choices(self, widget: str) -> Choices | None:
        """What a field of that kind offers; None where nobody can tell."""
        return {
            "subsection": self._subsections,
            "unit": self._units,
            "category": self._categories,
            "cohorts": self._cohorts,
            "modes": self._modes,
        }[widget]

    @cached_property
    def _subsections(self) -> Choices | None:
        """Below their sections."""
        return self._grouped(lambda part: part.within, {"subsection"})

    @cached_property
    def _units(self) -> Choices | None:
        """Below their subsections; to complete all of a subsection is one choice more."""
        return self._grouped(
            lambda part: part.within if part.kind == "unit" else (*part.within, part.name),
            {"unit", "subsection"},
        )

    def _grouped(
        self, heading_of: Callable[[coursework.CoursePart], tuple[str, ...]], kinds: set[str]
    ) -> Choices | None:
        if self._structure is None:
            return None
        groups: list[tuple[tuple[str, ...], list[tuple[str, str]]]] = []
        for part in self._structure:
            if part.kind not in kinds:
                continue
            heading = heading_of(part)
            if not groups or groups[-1][0] != heading:
                groups.append((heading, []))
            groups[-1][1].append((part.key, self._label(part, kinds)))
        return [(" › ".join(heading), choices) for heading, choices in groups]

    def _label(self, part: coursework.CoursePart, kinds: set[str]) -> str:
        if part.kind == "subsection" and "unit" in kinds:
            return _("All of %(subsection)s") % {"subsection": part.name}
        return part.name

    @cached_property
    def _categories(self) -> Choices | None:
        return self._flat(coursework.categories_of_course)

    @cached_property
    def _cohorts(self) -> Choices | None:
        return self._flat(coursework.cohorts_of_course)

    def _flat(self, names_of: Callable[[str], list[str] | None]) -> Choices | None:
        names = names_of(self.course_id) if self.is_open else None
        return None if names is None else [("", [(name, name) for name in names])]

    @cached_property
    def _modes(self) -> Choices:
        """Those of the course; the platform's usual ones where it has none or cannot tell."""
        found = coursework.modes_of_course(self.course_id) if self.is_open else None
        return [("", found or [(mode, mode) for mode in MODES])]

    @property
    def why(self) -> str:
        """Why nothing can be chosen here."""
        if not self.course_id:
            return _("Choose the course, then its parts are listed here.")
        if not self.is_open:
            return _("What is in this course is listed for its own staff only; ask them.")
        return _("The platform does not say at the moment what is in this course.")


PartsOf = Callable[[str], Parts]


def parts_of(user: Any, courses: Iterable[str]) -> PartsOf:
    """The parts of each of these courses as far as the person may see them, asked for when needed."""
    known: dict[str, Parts] = {}
    allowed = frozenset(courses)

    def found(course_id: str) -> Parts:
        course_id = course_id.strip()
        if course_id not in known:
            is_open = course_id in allowed and lms.is_course_staff(user, course_id)
            known[course_id] = Parts(course_id, is_open)
        return known[course_id]

    return found


def name_blocks(root: Node, found: PartsOf) -> None:
    """Give each block of a tree the name that its course has for it now, where that is known."""
    for node in root.walk():
        if node.is_group or "name" not in {field.name for field in LEAVES[node.kind].fields}:
            continue
        course, block = (_first(node, name) for name in ("course", "block"))
        if block and (name := found(course).names.get(block)):
            node.texts["name"] = [name[:255]]


def search(choices: Choices, wanted: str, chosen: Iterable[str]) -> Choices:
    """The choices in whose heading or label all these words are; what is chosen stays."""
    words, kept = wanted.casefold().split(), frozenset(chosen)
    if not words:
        return choices
    return [
        (heading, found) for heading, below in choices if (found := list(_found(heading, below, words, kept)))
    ]


def _found(
    heading: str, choices: Iterable[tuple[str, str]], words: Sequence[str], kept: frozenset[str]
) -> Iterator[tuple[str, str]]:
    for value, label in choices:
        text = f"{heading} {label}".casefold()
        if value in kept or all(word in text for word in words):
            yield value, label


def _first(node: Node, name: str) -> str:
    return next((text.strip() for text in node.texts.get(name, []) if text.strip()), "")
