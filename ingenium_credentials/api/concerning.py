"""Which courses concern us: of no other is anything recorded, for nobody needs it.

A course concerns us when it is offered, or when a rule names it, even one that is paused:
what happens meanwhile is known when it is switched on again.
"""

from __future__ import annotations

from .. import rules
from ..conf import conf
from ..models import AwardRule, AwardRuleCourse, OfferedCourse

__all__ = ["asks_for_completions", "is_concerned"]


def is_concerned(course_id: str) -> bool:
    """Whether results of the course are recorded; one query, by two indexes."""
    if conf.RECORD_ALL_COURSES:
        return True
    named = AwardRuleCourse.objects.filter(course_id=course_id).values("pk")
    offered = OfferedCourse.objects.filter(course_id=course_id).values("pk")
    return named.union(offered, all=True).exists()


def asks_for_completions(course_id: str) -> bool:
    """Whether a rule that is on asks what somebody has completed in the course; one query, by an index."""
    found = AwardRule.objects.filter(courses__course_id=course_id, enabled=True)
    return any(
        _names_a_block(condition, course_id) for condition in found.values_list("condition", flat=True)
    )


def _names_a_block(condition: object, course_id: str) -> bool:
    try:
        leaves = rules.parse(condition).leaves
    except rules.ConditionError:
        return False
    return any(leaf.kind == "block_completed" and leaf.course == course_id for leaf in leaves)
