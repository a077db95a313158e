"""Where a new rule begins: the templates of `rules` as trees that can still be incomplete."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from ... import rules
from .nodes import Node
from .shown import Options
from .tree import of_condition

__all__ = ["BEGINNINGS", "BLANK", "begin"]

BLANK = "blank"
_UNITS = 2
_MOST_COURSES = 12

BEGINNINGS = {
    "passes": (_("Passes the course"), _("Whoever reaches the course’s own passing line.")),
    "passes_well": (
        _("Passes with 80 %"),
        _("Stricter than the course itself; you can change the figure."),
    ),
    "units": (
        _("These units"),
        _("Whoever completes certain units, such as a project and its reflection."),
    ),
    "courses": (
        _("All of these courses"),
        _("Whoever passes several courses, at one university or at several."),
    ),
    BLANK: (_("Something else"), _("Begin with an empty rule and put it together yourself.")),
}
"""What is offered: its name as a form sends it, its title, and what it is for."""


def begin(name: str, course_id: str, options: Options) -> Node:
    """The tree to begin with; fields that a template cannot know are empty in it."""
    if name == BLANK:
        return Node("all")
    others = [key for key, _name in options.courses if key != course_id]
    needs = {"blocks": [""] * _UNITS, "courses": others[:_MOST_COURSES]}
    template = rules.TEMPLATES[name]
    return of_condition(template.build(course_id, **{need: needs[need] for need in template.needs}))
