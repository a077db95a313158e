"""What a rule may name: the courses and definitions that are offered together with its definition."""

from __future__ import annotations

from ... import lms
from ...models import Achievement, OfferedCourse
from ..facts import say
from .shown import Options
from .staff import Course

__all__ = ["of"]


def of(course: Course, definition: str) -> Options:
    """The choices for a rule of the definition, by name, this course first."""
    together = [row for row in OfferedCourse.objects.all() if definition in row.definitions]
    courses = {row.course_id for row in together} | {course.id}
    slugs = {slug for row in together for slug in row.definitions} - {definition}
    return Options(courses=_courses(course, courses), definitions=_definitions(slugs))


def _courses(course: Course, keys: set[str]) -> list[tuple[str, str]]:
    return [
        (key, lms.course_name(key) or key) for key in sorted(keys, key=lambda key: (key != course.id, key))
    ]


def _definitions(slugs: set[str]) -> list[tuple[str, str]]:
    rows = Achievement.objects.filter(slug__in=slugs, state=Achievement.State.ACTIVE).only("slug", "names")
    return sorted(((row.slug, say(row.names).value) for row in rows), key=lambda pair: pair[1])
