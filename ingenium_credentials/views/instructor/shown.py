"""The rule editor as its template shows it: rows with their widgets, errors and choices."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from attrs import frozen
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from .grammar import GROUPS, LEAVES, Field
from .nodes import SEARCH, Node, packed
from .parts import PICKED, Choices, Parts, PartsOf, search

__all__ = ["Choice", "Options", "ShownNode", "show"]

_LONG = 25
"""Choices that are still read through; more are searched."""

_HEADINGS = (
    (
        gettext_lazy("In one course"),
        ("course_passed", "certificate_issued", "time_window", "enrolled", "cohort"),
    ),
    (gettext_lazy("In a part of a course"), ("category_grade", "subsection_grade", "block_completed")),
    (gettext_lazy("Beyond one course"), ("credential_held", "ects", "universities", "manual_approval")),
)


@frozen
class Choice:
    """One thing to choose."""

    value: str
    label: str
    chosen: bool = False


def _told_nothing(course_id: str) -> Parts:
    return Parts(course_id, False)


@frozen(kw_only=True)
class Options:
    """What may be named in a rule: courses and definitions with their names for people."""

    courses: Sequence[tuple[str, str]]
    definitions: Sequence[tuple[str, str]]
    parts: PartsOf = _told_nothing
    """What the requirements on one course can name, as far as the reader may see it."""

    @property
    def names(self) -> dict[str, str]:
        """What courses and definitions are called."""
        return {**dict(self.courses), **dict(self.definitions)}


@frozen(kw_only=True)
class Row:
    """One field with what was entered."""

    id: str
    label: str
    widget: str
    """How it is drawn: `select`, `ticks`, `lines`, `hidden`, or a kind of text field."""
    text: str
    groups: tuple[tuple[str, tuple[Choice, ...]], ...] = ()
    """Headings, empty for none, with the choices below."""
    hint: str = ""
    error: str = ""
    required: bool = False
    focused: bool = False
    find: str | None = None
    """What the choices are searched for; None where there are too few to search."""
    found: str = ""
    """How many of them there are."""
    key: str | None = None
    """The key of the course that is chosen: lists show names, and narrow ones cut them; None elsewhere."""
    leads: bool = False
    """Whether other choices of the same requirement depend on it."""

    @property
    def choices(self) -> list[Choice]:
        """All of them, without headings."""
        return [choice for _heading, below in self.groups for choice in below]


@frozen(kw_only=True)
class ShownNode:
    """One node, ready for the template."""

    path: str
    number: str
    """Its place for people: 2.1."""
    kind: str
    title: str
    is_group: bool
    is_first: bool
    is_last: bool
    focused: bool
    error: str
    rows: tuple[Row, ...]
    kinds: tuple[Choice, ...]
    """The ways to join, for a group."""
    least: Row | None
    children: tuple[ShownNode, ...]
    packed: str = ""
    """All of it in one line, when it is folded; empty while it is open."""
    said: str = ""
    """What it asks for, in words, when it is folded."""

    @property
    def is_root(self) -> bool:
        """Whether it is the whole condition."""
        return self.path == "n"

    @property
    def count(self) -> int:
        """How many nodes hang on it."""
        return len(self.children)

    @property
    def additions(self) -> list[tuple[str, list[Choice]]]:
        """What can be added, under headings."""
        return [
            (str(heading), [Choice(kind, str(LEAVES[kind].label)) for kind in kinds])
            for heading, kinds in _HEADINGS
        ]


def show(root: Node, options: Options, said: Callable[[Node], str] = lambda node: "") -> ShownNode:
    """The whole tree for the template; `said` puts a folded node into words."""
    return _show(root, _Frame(options, said), "n", "", first=True, last=True)


@frozen
class _Frame:
    """What is the same for all nodes of one page."""

    options: Options
    said: Callable[[Node], str]


def _show(node: Node, frame: _Frame, path: str, number: str, *, first: bool, last: bool) -> ShownNode:
    final, hidden = len(node.children) - 1, node.is_folded
    fields = () if node.is_group or hidden else LEAVES[node.kind].fields
    return ShownNode(
        path=path,
        number=number,
        kind=node.kind,
        title=str(GROUPS[node.kind] if node.is_group else LEAVES[node.kind].label),
        is_group=node.is_group,
        is_first=first,
        is_last=last,
        focused=node.is_new,
        error=node.errors.get("", ""),
        rows=tuple(_row(node, field, path, frame.options) for field in fields),
        kinds=tuple(Choice(kind, str(label), kind == node.kind) for kind, label in GROUPS.items()),
        least=_least(node, path) if node.is_group else None,
        packed=packed(node) if hidden else "",
        said=frame.said(node) if hidden else "",
        children=tuple(
            _show(
                child,
                frame,
                f"{path}.{place}",
                f"{number}.{place + 1}".lstrip("."),
                first=place == 0,
                last=place == final,
            )
            for place, child in enumerate(() if hidden else node.children)
        ),
    )


def _least(node: Node, path: str) -> Row:
    return Row(
        id=f"{path}-least",
        label=_("How many"),
        widget="number",
        text=_first(node, "least"),
        error=node.errors.get("least", ""),
        required=True,
    )


def _row(node: Node, field: Field, path: str, options: Options) -> Row:
    shape = _shape(node, field, options)
    # What was searched for is chosen next; else the first field of what is new.
    is_sought = _first(node, SEARCH) != "" and field.widget in ("subsection", "unit")
    is_next = field is LEAVES[node.kind].fields[0] and not _first(node, SEARCH)
    return Row(
        **{"text": "\n".join(node.texts.get(field.name, [])), "hint": str(field.hint)} | shape,
        id=f"{path}-{field.name}",
        label=str(field.label),
        error=node.errors.get(field.name, ""),
        required=field.required,
        focused=node.is_new and (is_sought or is_next),
        key=_first(node, field.name) if field.widget == "course" else None,
        leads=field.widget == "course" and _depends(node),
    )


def _depends(node: Node) -> bool:
    return any(field.widget in PICKED - {"modes"} for field in LEAVES[node.kind].fields)


def _shape(node: Node, field: Field, options: Options) -> dict[str, Any]:
    """How the field is drawn, which depends on what there is to choose from."""
    parts = options.parts(_first(node, "course"))
    if field.widget == "name":
        picked = next(other.widget for other in LEAVES[node.kind].fields if other.widget in PICKED)
        return {"widget": "text" if parts.choices(picked) is None else "hidden"}
    offered: dict[str, Choices] = {
        "course": [("", options.courses)],
        "definition": [("", options.definitions)],
        "definitions": [("", options.definitions)],
    }
    choices = parts.choices(field.widget) if field.widget in PICKED else offered.get(field.widget)
    if choices is not None:
        return _to_choose(node, field, choices)
    if field.widget not in PICKED:
        return {"widget": field.widget}
    widget = "lines" if field.widget == "cohorts" else "text"
    return {"widget": widget, "hint": f"{parts.why} {field.hint}".strip()}


def _to_choose(node: Node, field: Field, choices: Choices) -> dict[str, Any]:
    entered = [text for text in node.texts.get(field.name, []) if text]
    known = {value for _heading, below in choices for value, _label in below}
    drawn: dict[str, Any] = {"widget": "ticks" if field.widget in _TICKED else "select"}
    if field.widget in PICKED:
        drawn["hint"] = field.hint if field.widget == "modes" else ""
    if len(known) > _LONG and drawn["widget"] == "select" and field.widget in PICKED:
        drawn["find"] = _first(node, SEARCH)
        choices = search(choices, drawn["find"], entered)
        drawn["found"] = _how_many(sum(len(below) for _heading, below in choices), len(known))
    # What stands in the rule stays in the form, whether or not it is offered any more.
    gone = [(text, _called(node, text, field)) for text in entered if text not in known]
    groups = [*choices, *([("", gone)] if gone else [])]
    drawn["groups"] = tuple(
        (heading, tuple(Choice(value, label, value in entered) for value, label in below))
        for heading, below in groups
    )
    return drawn


_TICKED = frozenset({"modes", "cohorts", "definitions"})


def _called(node: Node, text: str, field: Field) -> str:
    if field.widget not in ("subsection", "unit"):
        return text
    return _("%(part)s (not in the course any more)") % {"part": _first(node, "name") or text}


def _how_many(found: int, of: int) -> str:
    return ngettext("%(found)d of %(of)d is listed.", "%(found)d of %(of)d are listed.", found) % {
        "found": found,
        "of": of,
    }


def _first(node: Node, name: str) -> str:
    return next(iter(node.texts.get(name, [])), "").strip()
