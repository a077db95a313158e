"""The requirements of a rule for people, each with whether a learner meets it.

What the awarding itself asks (`api.why_not`), for the staff of a course and for the learner.
"""

from __future__ import annotations

from attrs import frozen
from django.utils.translation import pgettext_lazy

from ..rules import Explanation
from .instructor import phrases
from .instructor.shown import Options
from .instructor.tree import of_condition

__all__ = ["WORDS", "Line", "lines"]

WORDS = {
    True: ("good", pgettext_lazy("requirement", "Met")),
    False: ("bad", pgettext_lazy("requirement", "Not met")),
    None: ("open", pgettext_lazy("requirement", "Not known")),
}
"""Tone and word of each verdict."""


@frozen(kw_only=True)
class Line:
    """One requirement, and whether it is met."""

    phrase: str
    tone: str
    word: str
    message: str


def lines(condition: object, explanation: Explanation, named: Options) -> tuple[Line, ...]:
    """The requirements in the order of the condition, each with its verdict."""
    leaves = [node for node in of_condition(condition).walk() if not node.is_group]
    return tuple(
        Line(
            phrase=phrases.requirement(leaf, named),
            tone=WORDS[found.met][0],
            word=str(WORDS[found.met][1]),
            message=found.message,
        )
        for leaf, found in zip(leaves, explanation.lines, strict=True)
    )
