"""Which awards and learners the staff of a course sees to: those that their course has brought about.

Whose an award is gets written down with it, one row for each course. A rule that any of two
courses meets gives each award to the course that has met it, and not to the other one.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet

from .. import lms
from ..models import Award, AwardCourse, AwardRuleCourse, CourseResult, OfferedCourse

__all__ = ["awards_of_course", "courses_of", "is_learner_of", "oversee"]


def awards_of_course(course_id: str) -> QuerySet[Award]:
    """Awards of what is offered in the course that its staff sees, and may correct and take back.

    What was erased is not among them.
    """
    offered = OfferedCourse.objects.filter(course_id=course_id).values_list("definitions", flat=True).first()
    found = Award.objects.filter(overseen_by__course_id=course_id, definition__in=offered or ())
    return found.exclude(state=Award.State.ERASED)


def courses_of(award: Award, given_in: str = "") -> list[str]:
    """Whose staff sees to an award that is about to be made.

    The courses that it was earned by; where none was counted, those that its rule names; of
    one by hand the course in which it is given, else those that the learner takes.
    """
    if award.courses or given_in:
        return sorted({*award.courses} or {given_in})
    if award.rule_id is not None:
        rows = AwardRuleCourse.objects.filter(rule_id=award.rule_id)
        return sorted(rows.values_list("course_id", flat=True))
    results = CourseResult.objects.filter(learner_id=award.learner_id or 0)
    return sorted(results.values_list("course_id", flat=True))


def oversee(award: Award, courses: Iterable[str]) -> None:
    """Write down, with the award, whose it is."""
    AwardCourse.objects.bulk_create(AwardCourse(award=award, course_id=course) for course in courses)


def is_learner_of(learner_id: int, course_id: str) -> bool:
    """Whether the learner takes or took the course, by our results or the platform's enrolments."""
    if CourseResult.objects.filter(learner_id=learner_id, course_id=course_id).exists():
        return True
    return bool(lms.enrolment_mode(learner_id, course_id))
