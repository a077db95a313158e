"""How far a learner is from meeting a condition, and by which way: for the near misses.

A requirement that is not met counts as one step; one with a figure counts as the share
that is missing of it. Pure: explanations go in, numbers come out.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from .. import rules
from ..rules.grammar import Leaf, Node

__all__ = ["distance", "is_near", "lacking", "size"]

_QUARTER = 0.25


def distance(found: rules.Explanation) -> float:
    """Steps that are missing on the shortest way; 0 when it is met."""
    if found.met:
        return 0.0
    if isinstance(found.node, Leaf):
        return _step(found)
    steps = sorted(distance(child) for child in found.children if not child.met)
    # Every child may be met and the group not, when a course would have to count twice.
    return sum(steps[: max(_missing(found), 0)]) or 1.0


def size(node: Node) -> float:
    """Steps of the shortest way for somebody who has nothing yet."""
    if isinstance(node, Leaf):
        return 1.0
    return sum(sorted(size(child) for child in node.children)[: node.least])


def is_near(steps: float, whole: float) -> bool:
    """Whether so many steps of the whole way are a near miss.

    One requirement of several, or a quarter of the way at most: 62 % where 80 % are asked
    for is near, 40 % is not.
    """
    return steps <= max(whole * _QUARTER, 1.0 if whole >= 2 else 0.0)


def lacking(found: rules.Explanation) -> Iterator[rules.Explanation]:
    """What is not met, or not known to be, where it matters.

    Of a group in which some of several would do, the group itself: naming each of them would ask
    for all.
    """
    if found.met:
        return
    open_ones = [child for child in found.children if not child.met]
    if isinstance(found.node, Leaf) or (len(open_ones) > 1 and _missing(found) < len(open_ones)):
        yield found
        return
    for child in open_ones:
        yield from lacking(child)


def _missing(group: rules.Explanation) -> int:
    """How many children more are to be met."""
    return int(group.node.least) - sum(child.met is True for child in group.children)


def _step(found: rules.Explanation) -> float:
    have, need = found.have, found.need
    if not isinstance(have, Decimal) or not isinstance(need, Decimal) or have >= need:
        return 1.0
    return float((need - have) / need)
