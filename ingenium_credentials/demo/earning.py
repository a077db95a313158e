"""How learners of the demonstration earn: by the events that the LMS would send."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from opaque_keys.edx.keys import CourseKey
from openedx_events.learning.data import CourseData, CoursePassingStatusData, UserData, UserPersonalData
from openedx_events.learning.signals import COURSE_PASSING_STATUS_UPDATED

from .. import api
from ..models import Achievement, Award
from .authorities import Authority
from .handing_over import DemonstrationFailed

__all__ = ["latest_award", "send_passing", "stamp"]


def send_passing(learner: Any, course: str, *, is_passing: bool) -> None:
    """Send the event of a course, as the LMS does: without the learner's name and the course's."""
    pii = UserPersonalData(username=learner.username, email=learner.email, name="")
    COURSE_PASSING_STATUS_UPDATED.send_event(
        course_passing_status=CoursePassingStatusData(
            is_passing=is_passing,
            course=CourseData(course_key=CourseKey.from_string(course)),
            user=UserData(id=learner.pk, is_active=True, pii=pii),
        )
    )


def latest_award(learner: Any, achievement: Achievement) -> Award | None:
    """The last award of the definition to the learner, in whatever state."""
    awards = Award.objects.filter(learner_id=learner.pk, definition=achievement.slug)
    return awards.select_related("achievement", "issuer", "status_list").order_by("-occasion").first()


def stamp(authority: Authority, award: Award) -> None:
    """Have the seals time-stamped by the demonstration's own authority."""
    sealed = award.credentials.get(format="elm")
    api.time_stamp([sealed.pk], ask=lambda query: authority.answer(query, timezone.now()))
    problem = Award.objects.get(pk=award.pk).last_problem
    if problem:
        raise DemonstrationFailed(problem)
