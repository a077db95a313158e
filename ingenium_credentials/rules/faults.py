"""Conditions that are well formed and still cannot be meant: never met, or always."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from enum import Enum

from attrs import frozen
from django.utils.translation import gettext as _

from .counting import keys_of
from .grammar import Group, Leaf, Node
from .rule import parse

__all__ = ["Fault", "FaultKind", "faults"]


class FaultKind(Enum):
    """What is wrong with a part of a condition."""

    NEVER = "never"
    ALWAYS = "always"


@frozen(kw_only=True)
class Fault:
    """One part of a condition that nobody, or everybody, can meet."""

    kind: FaultKind
    path: str
    """Where in the condition it stands; empty for the whole of it."""
    message: str

    def __str__(self) -> str:
        return self.message


def faults(
    condition: object,
    *,
    ects: Mapping[str, Decimal] | None = None,
    universities: Mapping[str, str] | None = None,
    courses_count_twice: bool = False,
) -> tuple[Fault, ...]:
    """What can never be met, or always is; raises `ConditionError`.

    `ects` and `universities` are what is known of courses and definitions, by course key or
    slug; where a figure is missing, a sum is not judged.
    """
    judge = _Judge(ects or {}, universities or {}, courses_count_twice)
    root = parse(condition).root
    found = tuple(judge.faults(root))
    whole = judge.verdict(root)
    if whole is None or any(fault.path == root.path for fault in found):
        return found
    say = _say_all_never if whole is FaultKind.NEVER else _say_all_always
    return (*found, Fault(kind=whole, path=root.path, message=say()))


@frozen
class _Judge:
    """What is known of the courses, whoever the learner is."""

    ects: Mapping[str, Decimal]
    universities: Mapping[str, str]
    courses_count_twice: bool

    def faults(self, node: Node) -> Iterator[Fault]:
        """The deepest nodes that are never or always met."""
        kind, why = self.verdict(node), self._reason(node)
        if kind is not None and why is not None:
            yield Fault(kind=kind, path=node.path, message=why())
        if isinstance(node, Group):
            for child in node.children:
                yield from self.faults(child)

    def verdict(self, node: Node) -> FaultKind | None:
        """Whether the node can be met never or always, as far as that shows."""
        if self._reason(node) is not None:
            return FaultKind.ALWAYS if isinstance(node, Leaf) and _asks_nothing(node) else FaultKind.NEVER
        if isinstance(node, Leaf):
            return None
        verdicts = Counter(self.verdict(child) for child in node.children)
        if verdicts[FaultKind.ALWAYS] >= node.least:
            return FaultKind.ALWAYS
        return FaultKind.NEVER if len(node.children) - verdicts[FaultKind.NEVER] < node.least else None

    def _reason(self, node: Node) -> Callable[[], str] | None:
        """What to say of the node itself, its children left aside."""
        if isinstance(node, Group):
            return self._of_group(node)
        if _asks_nothing(node):
            return _say_nothing_asked
        if node.since and node.until and node.until < node.since:
            return _say_ends_first
        if node.kind == "ects":
            return self._of_ects(node)
        if node.kind == "universities":
            return self._of_universities(node)
        return None

    def _of_ects(self, leaf: Leaf) -> Callable[[], str] | None:
        figures = [self.ects.get(key) for key in (*leaf.courses, *leaf.definitions)]
        known = [figure for figure in figures if figure is not None]
        if len(known) < len(figures) or sum(known) >= leaf.least:
            return None
        total = sum(known, Decimal(0))
        return lambda: _say_too_few_ects(leaf.least, total)

    def _of_universities(self, leaf: Leaf) -> Callable[[], str] | None:
        if leaf.definitions:
            # One credential may be awarded by many.
            return None
        known = {self.universities[course] for course in leaf.courses if self.universities.get(course)}
        unknown = sum(not self.universities.get(course) for course in leaf.courses)
        if len(known) + unknown >= leaf.least:
            return None
        return lambda: _say_too_few_universities(leaf.least, len(known) + unknown)

    def _of_group(self, node: Group) -> Callable[[], str] | None:
        if node.kind == "all":
            return _say_windows_apart if _windows_apart(node.children) else None
        if node.kind == "at_least" and not self.courses_count_twice and _too_alike(node):
            return _say_too_alike
        return None


def _asks_nothing(leaf: Leaf) -> bool:
    return leaf.kind in ("category_grade", "subsection_grade") and not leaf.min_grade


def _windows_apart(children: Sequence[Node]) -> bool:
    """Whether one course is to be passed in periods that do not meet."""
    windows = [child for child in children if isinstance(child, Leaf) and child.kind == "time_window"]
    return any(
        one.course == other.course and one.until and other.since and one.until < other.since
        for one in windows
        for other in windows
    )


def _too_alike(node: Group) -> bool:
    """Whether fewer courses and credentials are named than must count, each once."""
    if any(not keys_of(child) or isinstance(child, Group) or child.least for child in node.children):
        return False
    items = {child.item[:3] if child.item else (child.definition,) for child in _leaves_of(node)}
    return len(items) < node.least


def _leaves_of(node: Group) -> Iterator[Leaf]:
    return (child for child in node.children if isinstance(child, Leaf))


def _say_all_never() -> str:
    return _("Nobody can ever meet this condition.")


def _say_all_always() -> str:
    return _("Everybody meets this condition.")


def _say_nothing_asked() -> str:
    return _("A minimum grade of 0 is met by everybody.")


def _say_ends_first() -> str:
    return _("The period ends before it begins, so that nobody can pass within it.")


def _say_windows_apart() -> str:
    return _("The course would have to be passed in two periods that do not overlap.")


def _say_too_alike() -> str:
    return _("Fewer different courses are named than must be passed, and no course counts twice.")


def _say_too_few_ects(least: Decimal, total: Decimal) -> str:
    return _("At least %(least)s ECTS are asked for, and all of these together are worth %(total)s.") % {
        "least": least,
        "total": total,
    }


def _say_too_few_universities(least: Decimal, total: int) -> str:
    return _("At least %(least)s universities are asked for, and these courses are of %(total)s at most.") % {
        "least": least,
        "total": total,
    }
