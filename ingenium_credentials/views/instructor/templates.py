"""Where most rules begin: trees that need little more than a name."""

from __future__ import annotations

from collections.abc import Callable

from attrs import frozen
from django.utils.translation import gettext_lazy as _

from .shown import Options
from .tree import Node

__all__ = ["TEMPLATES", "Template"]


@frozen
class Template:
    """One way to begin."""

    label: str
    explanation: str
    tree: Callable[[str, Options], Node]
    """From the course's id and what may be named."""


def _passed(course: str, grade: str = "") -> Node:
    texts = {"course": [course]} | ({"min_grade": [grade]} if grade else {})
    return Node("course_passed", texts)


TEMPLATES: dict[str, Template] = {
    "passes": Template(
        _("Passes the course"),
        _("Whoever reaches the course’s own passing line."),
        lambda course, _options: Node("all", children=[_passed(course)]),
    ),
    "passes-80": Template(
        _("Passes with 80 %"),
        _("Stricter than the course itself; you can change the figure."),
        lambda course, _options: Node("all", children=[_passed(course, "80")]),
    ),
    "units": Template(
        _("These units"),
        _("Whoever completes certain units, such as a project and its reflection."),
        lambda course, _options: Node(
            "all", children=[Node("block_completed", {"course": [course]}) for _unit in range(2)]
        ),
    ),
    "courses": Template(
        _("All of these courses"),
        _("Whoever passes several courses, at one university or at several."),
        lambda _course, options: Node("all", children=[_passed(key) for key, _name in options.courses[:12]]),
    ),
    "blank": Template(
        _("Something else"),
        _("Begin with an empty rule and put it together yourself."),
        lambda _course, _options: Node("all"),
    ),
}
