"""Which awards and learners the staff of a course may see: those that their course has brought about."""

from __future__ import annotations

import json

from django.db.models import Q, QuerySet

from .. import lms
from ..models import Award, AwardRuleCourse, CourseResult, OfferedCourse

__all__ = ["awards_of_course", "is_learner_of"]


def awards_of_course(course_id: str) -> QuerySet[Award]:
    """Awards of what is offered in the course, as far as the course has a part in them.

    It has one when it was counted, when the rule names it, and, for an award by hand that
    names no course, when the learner takes it. What was erased has no learner and is not among them.
    """
    offered = OfferedCourse.objects.filter(course_id=course_id).values_list("definitions", flat=True).first()
    rules = AwardRuleCourse.objects.filter(course_id=course_id).values("rule_id")
    learners = CourseResult.objects.filter(course_id=course_id).values("learner_id")
    by_hand = Q(rule=None, courses=[], learner_id__in=learners)
    # As JSON: the quotes keep a course from being taken for another whose key it begins.
    counted = Q(courses__icontains=json.dumps(course_id))
    return Award.objects.filter(counted | Q(rule_id__in=rules) | by_hand, definition__in=offered or ())


def is_learner_of(learner_id: int, course_id: str) -> bool:
    """Whether the learner takes or took the course, by our results or the platform's enrolments."""
    if CourseResult.objects.filter(learner_id=learner_id, course_id=course_id).exists():
        return True
    return bool(lms.enrolment_mode(learner_id, course_id))
