"""What rules have been: their versions, and in words of the tree what each one changed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any, Literal

from attrs import frozen

from ..models import AwardRule, RuleVersion

__all__ = ["Change", "Edit", "difference", "history"]

_BRANCHES = ("all", "any", "of")


@frozen(kw_only=True)
class Edit:
    """One line that differs between two versions of a rule."""

    kind: Literal["added", "removed", "changed"]
    path: str
    """The field, and in a condition the node, such as `condition.all.1.min_grade`."""
    before: Any = None
    """JSON value; None when it was added."""
    after: Any = None
    """JSON value; None when it was removed."""


@frozen(kw_only=True)
class Change:
    """One version of a rule, and what it changed in the version before."""

    version: RuleVersion
    edits: tuple[Edit, ...]


def history(rule: AwardRule) -> list[Change]:
    """All versions of a rule, the newest first; the oldest has nothing to differ from."""
    versions = list(rule.versions.order_by("-revision"))
    former: list[RuleVersion | None] = [*versions[1:], None]
    return [
        Change(version=version, edits=difference(before.content, version.content) if before else ())
        for version, before in zip(versions, former, strict=True)
    ]


def difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Edit, ...]:
    """What differs between the contents of two versions, in the order of the newer one."""
    return tuple(_members(before, after, ()))


def _members(before: Mapping[str, Any], after: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[Edit]:
    for name in [*after, *(name for name in before if name not in after)]:
        here = (*path, name)
        if name not in before:
            yield _edit("added", here, after=after[name])
        elif name not in after:
            yield _edit("removed", here, before=before[name])
        else:
            yield from _values(before[name], after[name], here)


def _values(before: Any, after: Any, path: tuple[str, ...]) -> Iterator[Edit]:
    if _text(before) == _text(after):
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping) and _is_same_node(before, after):
        yield from _members(before, after, path)
    elif path[-1] in _BRANCHES and isinstance(before, list) and isinstance(after, list):
        yield from _children(before, after, path)
    else:
        yield _edit("changed", path, before=before, after=after)


def _is_same_node(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether the one became the other, rather than made room for it."""
    return _shape(before) == _shape(after)


def _shape(node: Mapping[str, Any]) -> object:
    return node.get("kind", next((name for name in _BRANCHES if name in node), None))


def _children(before: Sequence[Any], after: Sequence[Any], path: tuple[str, ...]) -> Iterator[Edit]:
    """Nodes that only moved along are not reported; those in one place are compared one by one."""
    matcher = SequenceMatcher(None, [_text(node) for node in before], [_text(node) for node in after], False)
    for tag, first, last, new_first, new_last in matcher.get_opcodes():
        if tag == "equal":
            continue
        both = min(last - first, new_last - new_first)
        for step in range(both):
            here = (*path, str(new_first + step))
            yield from _values(before[first + step], after[new_first + step], here)
        for place in range(first + both, last):
            yield _edit("removed", (*path, str(place)), before=before[place])
        for place in range(new_first + both, new_last):
            yield _edit("added", (*path, str(place)), after=after[place])


def _edit(
    kind: Literal["added", "removed", "changed"],
    path: tuple[str, ...],
    *,
    before: Any = None,
    after: Any = None,
) -> Edit:
    return Edit(kind=kind, path=".".join(path), before=before, after=after)


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)
