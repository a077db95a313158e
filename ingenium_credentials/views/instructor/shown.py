"""The rule editor as its template shows it: rows with their widgets, errors and choices."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .grammar import GROUPS, LEAVES, MODES, Field
from .tree import Node

__all__ = ["Choice", "Options", "ShownNode", "show"]

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


@frozen(kw_only=True)
class Options:
    """What may be named in a rule: courses and definitions with their names for people."""

    courses: Sequence[tuple[str, str]]
    definitions: Sequence[tuple[str, str]]


@frozen(kw_only=True)
class Row:
    """One field with what was entered."""

    id: str
    label: str
    widget: str
    text: str
    choices: tuple[Choice, ...]
    hint: str
    error: str
    required: bool
    focused: bool


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


def show(root: Node, options: Options) -> ShownNode:
    """The whole tree for the template."""
    return _show(root, options, "n", "", first=True, last=True)


def _show(node: Node, options: Options, path: str, number: str, *, first: bool, last: bool) -> ShownNode:
    rows = [] if node.is_group else [_row(node, field, path, options) for field in LEAVES[node.kind].fields]
    final = len(node.children) - 1
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
        rows=tuple(rows),
        kinds=tuple(Choice(kind, str(label), kind == node.kind) for kind, label in GROUPS.items()),
        least=_least(node, path) if node.is_group else None,
        children=tuple(
            _show(
                child,
                options,
                f"{path}.{place}",
                f"{number}.{place + 1}".lstrip("."),
                first=place == 0,
                last=place == final,
            )
            for place, child in enumerate(node.children)
        ),
    )


def _least(node: Node, path: str) -> Row:
    return Row(
        id=f"{path}-least",
        label=_("How many"),
        widget="number",
        text=_first(node, "least"),
        choices=(),
        hint="",
        error=node.errors.get("least", ""),
        required=True,
        focused=False,
    )


def _row(node: Node, field: Field, path: str, options: Options) -> Row:
    return Row(
        id=f"{path}-{field.name}",
        label=str(field.label),
        widget=field.widget,
        text=_first(node, field.name),
        choices=tuple(_choices(node, field, options)),
        hint=str(field.hint),
        error=node.errors.get(field.name, ""),
        required=field.required,
        focused=node.is_new and field is LEAVES[node.kind].fields[0],
    )


def _choices(node: Node, field: Field, options: Options) -> list[Choice]:
    offered = {
        "course": options.courses,
        "definition": options.definitions,
        "definitions": options.definitions,
        "modes": [(mode, mode) for mode in MODES],
    }.get(field.widget, ())
    entered = [text for text in node.texts.get(field.name, []) if text]
    known = {value for value, _label in offered}
    # What stands in the rule stays in the form, whether or not it is offered any more.
    all_of_them = [*offered, *((text, text) for text in entered if text not in known)]
    return [Choice(value, label, value in entered) for value, label in all_of_them]


def _first(node: Node, name: str) -> str:
    return next(iter(node.texts.get(name, [])), "")
