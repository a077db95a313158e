"""Which courses concern us: of no other is anything recorded, for nobody needs it.

A course concerns us when it is offered, or when a rule names it, even one that is paused:
what happens meanwhile is known when it is switched on again.
"""

from __future__ import annotations

from ..conf import conf
from ..models import AwardRuleCourse, OfferedCourse

__all__ = ["is_concerned"]


def is_concerned(course_id: str) -> bool:
    """Whether results of the course are recorded; one query, by two indexes."""
    if conf.RECORD_ALL_COURSES:
        return True
    named = AwardRuleCourse.objects.filter(course_id=course_id).values("pk")
    offered = OfferedCourse.objects.filter(course_id=course_id).values("pk")
    return named.union(offered, all=True).exists()
