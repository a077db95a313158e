"""A rule's condition as a tree of form fields, so that it can be edited without a script.

The whole tree travels in the form: each node's fields are named by its path, `n` at the
root, `n.0` its first child. Every button sends the form; `act` does what it says, and the
page shows the tree again. `condition_of` turns it into the JSON that `rules` understands.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from ...rules import MAX_DEPTH, MAX_LEAVES, MAX_LIST, VERSION
from ..pages import Problem
from .grammar import COUNT, GROUPS, LEAVES, Codec, FieldError
from .nodes import SEARCH, Node, unpacked

__all__ = ["Node", "act", "condition_of", "of_condition", "read"]

_OF_PARTS = frozenset({"category_grade", "subsection_grade", "block_completed", "cohort"})


def _too_large() -> Problem:
    return Problem(
        400,
        _("This rule is too large"),
        _("A rule has at most %(most)d requirements, in at most %(deep)d levels.")
        % {"most": MAX_LEAVES, "deep": MAX_DEPTH},
    )


def read(form: QueryDict) -> Node:
    """The tree that a form holds; an unknown or oversized one is a `Problem`."""
    root = _read(form, "n", 1)
    if not root.is_group:
        raise _not_a_form()
    if root.size > MAX_LEAVES or root.depth > MAX_DEPTH:
        raise _too_large()
    return root


def _not_a_form() -> Problem:
    return Problem(
        400, _("This form could not be read"), _("Go back, load the page again, and repeat the last step.")
    )


def _read(form: QueryDict, path: str, depth: int) -> Node:
    if depth > MAX_DEPTH:
        raise _too_large()
    if folded := form.get(f"{path}-folded"):
        return _unfolded(folded)
    kind = form.get(f"{path}-kind", "")
    if kind in LEAVES:
        names = [*(field.name for field in LEAVES[kind].fields), SEARCH]
        return Node(kind, {name: form.getlist(f"{path}-{name}")[:MAX_LIST] for name in names})
    if kind not in GROUPS:
        raise _not_a_form()
    node = Node(kind, {"least": form.getlist(f"{path}-least")[:1]})
    node.children = [
        _read(form, f"{path}.{place}", depth + 1) for place in range(_size(form.get(f"{path}-count", "0")))
    ]
    return node


def _unfolded(text: str) -> Node:
    node = unpacked(text)
    if node is None:
        raise _not_a_form()
    node.is_folded = True
    return node


def _size(text: str) -> int:
    size = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else MAX_LEAVES + 1
    if size > MAX_LEAVES:
        raise _too_large()
    return size


def act(root: Node, action: str, form: QueryDict, course_id: str = "") -> None:
    """Do what a button says (`add:n`, `group:n.1`, `remove:n.0`, `up:n.0`, `open:n.0`, `find:n.0`).

    What cannot be done, because the tree is another one by now, is left undone. A new
    requirement on a part of a course begins with the course of the page.
    """
    verb, _colon, path = action.partition(":")
    if verb in ("add", "group"):
        _add(root, path, form.get(f"{path}-new", "") if verb == "add" else "any", course_id)
    elif verb in ("remove", "up", "down"):
        _rearrange(root, verb, path)
    elif verb in ("open", "find") and (found := _find(root, path)) is not None:
        found.is_new, found.is_folded = True, False


def _add(root: Node, path: str, kind: str, course_id: str) -> None:
    parent = _find(root, path)
    if parent is None or not parent.is_group or kind not in GROUPS.keys() | LEAVES.keys():
        return
    # A group needs a level more, for what is to come into it.
    depth = path.count(".") + (3 if kind in GROUPS else 2)
    if root.size + bool(parent.children) > MAX_LEAVES or depth > MAX_DEPTH:
        parent.errors[""] = _("No more fits in here.")
        return
    begun = {"course": [course_id]} if kind in _OF_PARTS and course_id else {}
    parent.children.append(Node(kind, begun, is_new=True))


def _rearrange(root: Node, verb: str, path: str) -> None:
    parent_path, _dot, last = path.rpartition(".")
    parent = _find(root, parent_path)
    if parent is None or not last.isdigit() or int(last) >= len(parent.children):
        return
    place = int(last)
    moved = parent.children.pop(place)
    if verb == "remove":
        neighbour = parent.children[max(place - 1, 0)] if parent.children else parent
        neighbour.is_new = True
        return
    to = place - 1 if verb == "up" else place + 1
    parent.children.insert(max(to, 0), moved)
    moved.is_new = True


def _find(root: Node, path: str) -> Node | None:
    first, *places = path.split(".")
    node = root if first == "n" else None
    for place in places:
        if node is None or not place.isdigit() or int(place) >= len(node.children):
            return None
        node = node.children[int(place)]
    return node


def of_condition(condition: object) -> Node:
    """The tree of a condition that `rules` has accepted; the root is always a group."""
    body = {name: value for name, value in dict(condition).items() if name != "version"}  # type: ignore[call-overload]
    node = _of_body(body)
    return node if node.is_group else Node("all", children=[node])


def _of_body(body: Mapping[str, Any]) -> Node:
    for kind in ("all", "any"):
        if kind in body:
            return Node(kind, children=[_of_body(part) for part in body[kind]])
    if "at_least" in body:
        children = [_of_body(part) for part in body["of"]]
        return Node("at_least", {"least": [str(body["at_least"])]}, children)
    kind = str(body.get("kind", ""))
    if kind not in LEAVES:
        raise Problem(
            409,
            _("This rule cannot be shown here"),
            _("It has a requirement that this page does not know. Ask the registrar to change it."),
        )
    fields = [field for field in LEAVES[kind].fields if body.get(field.name) is not None]
    return Node(kind, {field.name: field.codec.show(body[field.name]) for field in fields})


def condition_of(root: Node) -> dict[str, Any] | None:
    """The condition, or None when something is wrong; the nodes' `errors` then say what."""
    body = _body(root)
    if root.has_errors:
        return None
    only = root.children[0] if len(root.children) == 1 and root.kind == "all" else None
    return {"version": VERSION, **(_body(only) if only else body)}


def _body(node: Node) -> dict[str, Any]:
    if not node.is_group:
        return {"kind": node.kind, **_leaf_members(node)}
    if not node.children:
        node.errors[""] = _("Add at least one requirement here.")
    parts = [_body(child) for child in node.children]
    if node.kind != "at_least":
        return {node.kind: parts}
    least = _value(node, "least", COUNT, required=True)
    if isinstance(least, int) and node.children and least > len(node.children):
        node.errors["least"] = _("There are only %(count)d below.") % {"count": len(node.children)}
    return {"at_least": least, "of": parts}


def _leaf_members(node: Node) -> dict[str, object]:
    members = {
        field.name: _value(node, field.name, field.codec, required=field.required)
        for field in LEAVES[node.kind].fields
    }
    _demand_together(node, members)
    return {name: value for name, value in members.items() if value is not None}


def _demand_together(node: Node, members: Mapping[str, object]) -> None:
    """What no field shows by itself: a window needs an end, a sum something to add up."""
    if node.errors:
        return
    if node.kind == "time_window" and members["from"] is None and members["until"] is None:
        node.errors["from"] = _("Enter when the time begins, when it ends, or both.")
    if node.kind in ("ects", "universities") and not (members["courses"] or members["definitions"]):
        node.errors["courses"] = _("Name at least one course or credential.")


def _value(node: Node, name: str, codec: Codec, *, required: bool) -> object:
    try:
        value = codec.read(node.texts.get(name, []))
    except FieldError as error:
        node.errors[name] = str(error)
        return None
    if value is None and required:
        node.errors[name] = _("This is needed.")
    return value
