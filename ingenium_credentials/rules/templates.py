"""Conditions to begin with, as an instructor thinks of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from attrs import frozen
from django.utils.translation import gettext_lazy as _

from .grammar import VERSION

__all__ = ["TEMPLATES", "Template"]

Condition = dict[str, Any]


@frozen(kw_only=True)
class Template:
    """One way to begin: what it is called, what it needs, and the condition it makes."""

    label: Any
    """A sentence fragment, translated when it is shown."""
    needs: tuple[str, ...]
    """What `build` takes besides the course: `blocks` or `courses`."""
    build: Callable[..., Condition]
    """`build(course, **needs)` gives a condition."""


def _passes(course: str) -> Condition:
    return {"version": VERSION, "kind": "course_passed", "course": course}


def _passes_well(course: str) -> Condition:
    return _passes(course) | {"min_grade": 0.8}


def _units(course: str, blocks: Sequence[str]) -> Condition:
    leaves = [{"kind": "block_completed", "course": course, "block": block} for block in blocks]
    return {"version": VERSION, "all": leaves}


def _courses(course: str, courses: Sequence[str]) -> Condition:
    every = dict.fromkeys([course, *courses])
    return {"version": VERSION, "all": [{"kind": "course_passed", "course": one} for one in every]}


TEMPLATES: Mapping[str, Template] = {
    "passes": Template(label=_("passes the course"), needs=(), build=_passes),
    "passes_well": Template(label=_("passes the course with 80 %"), needs=(), build=_passes_well),
    "units": Template(label=_("completes all of these units"), needs=("blocks",), build=_units),
    "courses": Template(label=_("passes all of these courses"), needs=("courses",), build=_courses),
}
"""By the name that a form sends."""
