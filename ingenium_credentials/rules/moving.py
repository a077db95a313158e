"""A condition on one run of a course as a condition on another run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from opaque_keys.edx.keys import CourseKey, UsageKey

__all__ = ["moved"]


def moved(condition: Any, course: str, to: str) -> Any:
    """The same condition with one course in the place of another; its blocks move with it.

    In a new run of a course its blocks keep their ids. A block that only the old run has is
    found by whoever looks at the new condition's warnings.
    """
    if isinstance(condition, Mapping):
        of_course = condition.get("course") == course
        return {
            name: _block(value, to) if of_course and name == "block" else moved(value, course, to)
            for name, value in condition.items()
        }
    if isinstance(condition, list):
        parts = [moved(part, course, to) for part in condition]
        # A list that names both runs would name the new one twice.
        return list(dict.fromkeys(parts)) if all(isinstance(part, str) for part in parts) else parts
    return to if condition == course else condition


def _block(block: str, to: str) -> str:
    return str(UsageKey.from_string(block).map_into_course(CourseKey.from_string(to)))
