"""What a rule may name: the courses and definitions that are offered together with its definition."""

from __future__ import annotations

from collections import Counter
from typing import Any

from attrs import evolve
from opaque_keys.edx.keys import CourseKey

from ... import lms
from ...models import Achievement, OfferedCourse
from ..facts import say
from .parts import parts_of
from .shown import Options
from .staff import Course

__all__ = ["of"]


def of(course: Course, definition: str, user: Any = None) -> Options:
    """The choices for a rule of the definition, by name, this course first.

    For the person who writes it, what is in these courses as well, as far as they may see it.
    """
    together = [row for row in OfferedCourse.objects.all() if definition in row.definitions]
    courses = {row.course_id for row in together} | {course.id}
    slugs = {slug for row in together for slug in row.definitions} - {definition}
    named = Options(courses=_courses(course, courses), definitions=_definitions(slugs))
    return named if user is None else evolve(named, parts=parts_of(user, courses))


def _courses(course: Course, keys: set[str]) -> list[tuple[str, str]]:
    ordered = sorted(keys, key=lambda key: (key != course.id, key))
    names = {key: lms.course_name(key) or key for key in ordered}
    alike = {name for name, count in Counter(names.values()).items() if count > 1}
    return [(key, _told_apart(key, name) if name in alike else name) for key, name in names.items()]


def _told_apart(key: str, name: str) -> str:
    """Runs of one course have one name."""
    found = CourseKey.from_string(key)
    return f"{name} ({found.org} {found.course} {found.run})"


def _definitions(slugs: set[str]) -> list[tuple[str, str]]:
    rows = Achievement.objects.filter(slug__in=slugs, state=Achievement.State.ACTIVE).only("slug", "names")
    return sorted(((row.slug, say(row.names).value) for row in rows), key=lambda pair: pair[1])
