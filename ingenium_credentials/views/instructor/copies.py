"""A rule for another course or another run of the same: a copy that nobody has saved yet."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from opaque_keys import InvalidKeyError
from opaque_keys.edx.keys import CourseKey

from ... import api, lms, rules
from ...models import Achievement, AwardRule
from . import options
from .beginnings import BLANK
from .staff import Course, goto, nothing_here, staff_only

__all__ = ["begun", "copy_rule", "targets"]

_MOST = 20
_KEPT = ("on_loss", "review_days", "confirm_days", "supervision")


def targets(request: HttpRequest, course: Course, rule: AwardRule) -> list[tuple[str, str]]:
    """The courses that the same may be awarded in and that the visitor is staff of, with their names."""
    offered = options.of(course, rule.achievement.slug).courses
    others = sorted((key, name) for key, name in offered if key != course.id)
    # Runs of this course are what is mostly wanted.
    others.sort(key=lambda choice: _without_run(choice[0]) != _without_run(course.id))
    return [(key, name) for key, name in others[:_MOST] if lms.is_course_staff(request.user, key)]


def _without_run(course_id: str) -> tuple[object, object]:
    key = CourseKey.from_string(course_id)
    return key.org, key.course


@staff_only("GET", "HEAD")
def copy_rule(request: HttpRequest, course: Course, uuid: UUID) -> HttpResponseBase:
    """On to the editor of the other course, with the copy in it."""
    rule = course.rule(uuid)
    to = request.GET.get("to", "")
    if to not in dict(targets(request, course, rule)):
        raise nothing_here()
    query = {
        "definition": rule.achievement.slug,
        "template": BLANK,
        "copy": str(rule.uuid),
        "from": course.id,
    }
    return goto("instructor-new-rule", Course(to, to), fragment=f"?{urlencode(query)}")


def begun(request: HttpRequest, course: Course, achievement: Achievement) -> AwardRule | None:
    """The copy that the address asks for, not stored; None where it asks for none that may be seen."""
    asked = {name: request.GET.get(name, "") for name in ("copy", "from")}
    if not all(asked.values()):
        return None
    rule = _seen(request, asked["from"], asked["copy"])
    if rule is None or rule.achievement.slug != achievement.slug:
        return None
    copy = AwardRule(
        name=rule.name,
        achievement=achievement,
        condition=rules.moved(rule.condition, asked["from"], course.id),
    )
    for name in _KEPT:
        setattr(copy, name, getattr(rule, name))
    return copy


def _seen(request: HttpRequest, course_id: str, uuid: str) -> AwardRule | None:
    try:
        key, asked = str(CourseKey.from_string(course_id)), UUID(uuid)
    except (InvalidKeyError, ValueError):
        return None
    if not lms.is_course_staff(request.user, key):
        return None
    return Course(key, key, api.offered_definitions(key)).rule(asked)
