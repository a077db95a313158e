"""The nodes of a rule in the editor: their shape, the text that one travels in, and which are open.

A page with two hundred open requirements is neither read nor sent by anybody. So only some
are open; the others are shown as a sentence, and travel whole in one hidden field each.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from attrs import Factory, define

from ...rules import MAX_LIST
from .grammar import GROUPS, LEAVES

__all__ = ["MOST_OPEN", "SEARCH", "Node", "fold", "packed", "unpacked"]

SEARCH = "find"
"""The entry that searches a long list of choices; no part of the rule."""
MOST_OPEN = 40
"""So that all their fields fit into the number that Django reads of one form."""
_FIRST_OPEN = 12


@define
class Node:
    """A group of requirements or one requirement, as entered, right or wrong."""

    kind: str
    """A key of `GROUPS` or of `LEAVES`."""
    texts: dict[str, list[str]] = Factory(dict)
    """Field to what was entered."""
    children: list[Node] = Factory(list)
    errors: dict[str, str] = Factory(dict)
    """Field, or `""` for the node itself, to what is wrong."""
    is_new: bool = False
    """Whether the last step was about it: it is open and has the focus."""
    is_folded: bool = False

    @property
    def is_group(self) -> bool:
        """Whether it joins other nodes."""
        return self.kind in GROUPS

    def walk(self) -> Iterator[Node]:
        """This node and all below it."""
        yield self
        for child in self.children:
            yield from child.walk()

    @property
    def size(self) -> int:
        """How many requirements it holds; an empty group is one that is still to come."""
        return sum(child.size for child in self.children) if self.children else 1

    @property
    def depth(self) -> int:
        """How many levels it has, itself included."""
        return 1 + max((child.depth for child in self.children), default=0)

    @property
    def has_errors(self) -> bool:
        """Whether anything in it or below was found wrong."""
        return any(node.errors for node in self.walk())


def packed(node: Node) -> str:
    """The node with all below it in one line of text."""
    return json.dumps(_plain(node), ensure_ascii=False, separators=(",", ":"))


def _plain(node: Node) -> list[Any]:
    texts = {name: texts for name, texts in node.texts.items() if any(texts) and name != SEARCH}
    return [node.kind, texts, [_plain(child) for child in node.children]]


def unpacked(text: str) -> Node | None:
    """The node that `packed` wrote; None for any other text."""
    try:
        return _node(json.loads(text))
    except (ValueError, TypeError, AttributeError, RecursionError):
        return None


def _node(plain: Any) -> Node:
    kind, texts, children = plain
    if children and kind not in GROUPS:
        raise ValueError
    known = _fields_of(kind)
    entered = {str(name): _texts(found) for name, found in texts.items() if name in known}
    return Node(kind, entered, [_node(child) for child in children])


def _fields_of(kind: str) -> frozenset[str]:
    if kind in GROUPS:
        return frozenset({"least"})
    if kind not in LEAVES:
        raise ValueError
    return frozenset(field.name for field in LEAVES[kind].fields)


def _texts(found: Any) -> list[str]:
    if not isinstance(found, list) or len(found) > MAX_LIST:
        raise ValueError
    if not all(isinstance(text, str) for text in found):
        raise ValueError
    return found


def fold(root: Node) -> None:
    """Leave at most `MOST_OPEN` nodes open: what was touched or is wrong, then what was open, top down.

    A larger tree that is not folded yet begins with a few.
    """
    count = sum(1 for _node in root.walk())
    is_fresh = not any(node.is_folded for node in root.walk())
    most = _FIRST_OPEN if is_fresh and count > MOST_OPEN else MOST_OPEN
    ranked = sorted(_ranked(root, (), 1), key=lambda entry: entry[:3])
    opened: set[int] = set()
    for *_rank, node, above in ranked:
        is_reached = all(id(parent) in opened for parent in above)
        node.is_folded = not is_reached or len(opened) >= most
        if not node.is_folded:
            opened.add(id(node))


def _ranked(
    node: Node, above: tuple[Node, ...], place: int
) -> Iterator[tuple[int, int, int, Node, tuple[Node, ...]]]:
    urgent = any(below.is_new or below.errors for below in node.walk())
    yield 0 if urgent else 2 if node.is_folded else 1, len(above), place, node, above
    for child in node.children:
        place += 1
        yield from _ranked(child, (*above, node), place)
