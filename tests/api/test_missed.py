"""What no event told of, from the LMS's tables to the award and back: the whole way of a comparison."""

from __future__ import annotations

import datetime as dt
from io import StringIO
from typing import Any

import pytest
from attrs import evolve
from django.core.management import call_command
from django.utils import timezone
from opaque_keys.edx.keys import CourseKey
from openedx_events.learning.data import CourseData, CoursePassingStatusData, UserData, UserPersonalData
from openedx_events.learning.signals import COURSE_PASSING_STATUS_UPDATED

from ingenium_credentials import api, lms, tasks
from ingenium_credentials.models import Achievement, Award, AwardRule, CourseResult, IncomingNews
from tests.api.conftest import EARNED_AT

pytestmark = pytest.mark.django_db

LONG_AGO = dt.timedelta(minutes=11)


@pytest.fixture
def facts(monkeypatch: Any) -> list[lms.CourseFact]:
    """What the LMS's tables say, as `lms.py` reads them."""
    told: list[lms.CourseFact] = []

    def of_course(course_id: str, since: dt.datetime | None) -> Any:
        for fact in told:
            at = fact.certificate_at or fact.grade_at
            if fact.course_id == course_id and at and (since is None or at >= since):
                yield fact

    monkeypatch.setattr(lms, "facts_of_course", of_course)
    return told


def _passed(learner: Any, course_id: str, *, at: dt.datetime = EARNED_AT) -> lms.CourseFact:
    return lms.CourseFact(
        learner_id=learner.pk, course_id=course_id, grade=0.9, grade_at=at, is_passing=True, passed_at=at
    )


def _reconcile(*arguments: str) -> tuple[int, str]:
    out = StringIO()
    try:
        call_command("ingenium_reconcile", *arguments, stdout=out)
    except SystemExit as end:
        return int(end.code or 0), out.getvalue()
    return 0, out.getvalue()


def test_an_allowlisted_certificate_is_awarded_where_the_rule_asks_for_certificates(
    achievement: Achievement, learner: Any, course_id: str, facts: list[lms.CourseFact]
) -> None:
    condition = {"version": 1, "kind": "certificate_issued", "course": course_id}
    api.define_rule(AwardRule(name="x", achievement=achievement, condition=condition, enabled=True))
    facts.append(
        lms.CourseFact(
            learner_id=learner.pk,
            course_id=course_id,
            certificate_status="downloadable",
            certificate_at=EARNED_AT,
            mode="honor",
        )
    )

    assert _reconcile()[0] == 0

    assert not CourseResult.objects.get().is_passing
    assert (Award.objects.get().state, Award.objects.get().awarded_at) == (Award.State.ISSUED, EARNED_AT)


def test_a_bulk_update_that_left_its_row_s_moment_is_found_by_comparing_everything(
    rule: AwardRule, learner: Any, course_id: str, facts: list[lms.CourseFact]
) -> None:
    facts.append(_passed(learner, course_id))
    assert _reconcile()[0] == 0
    award = Award.objects.get()
    assert award.state == Award.State.ISSUED
    facts[0] = evolve(facts[0], is_passing=False, passed_at=None)

    # Only of what has changed since, nothing is seen: the row says that it has not.
    assert "0 differences" in _reconcile("--since", (EARNED_AT + LONG_AGO).isoformat())[1]
    assert _reconcile()[0] == 0

    award.refresh_from_db()
    assert (award.state, award.review_reason) == (Award.State.REVIEW, api.LOST)


def test_what_happened_while_we_were_switched_off_is_awarded_by_the_next_night(
    rule: AwardRule, learner: Any, course_id: str, facts: list[lms.CourseFact], settings: Any
) -> None:
    settings.INGENIUM_ENABLED = False
    person = UserData(id=learner.pk, is_active=True, pii=UserPersonalData(username="", email="", name=""))
    COURSE_PASSING_STATUS_UPDATED.send_event(
        course_passing_status=CoursePassingStatusData(
            is_passing=True, course=CourseData(course_key=CourseKey.from_string(course_id)), user=person
        )
    )
    facts.append(_passed(learner, course_id, at=timezone.now()))
    assert tasks.reconcile() == {}
    assert not IncomingNews.objects.exists()
    settings.INGENIUM_ENABLED = True

    assert tasks.reconcile() == {}

    assert Award.objects.get().state == Award.State.ISSUED


def test_a_course_and_a_day_narrow_what_is_compared(
    rule: AwardRule, learner: Any, course_id: str, facts: list[lms.CourseFact]
) -> None:
    facts.append(_passed(learner, course_id))
    after = (EARNED_AT + dt.timedelta(days=1)).date().isoformat()

    assert "0 differences" in _reconcile("--dry-run", "--since", after)[1]
    assert "0 differences" in _reconcile("--dry-run", "--course", "course-v1:OTHER+X+1")[1]
    status, printed = _reconcile("--dry-run", "--course", course_id, "--since", EARNED_AT.date().isoformat())

    assert status == 1
    assert printed.splitlines()[1].split()[:4] == ["not", "heard", str(learner.pk), course_id]
    assert not CourseResult.objects.exists()
