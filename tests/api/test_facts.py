from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ingenium_credentials import api, rules
from ingenium_credentials.models import (
    Achievement,
    Approval,
    Award,
    AwardRule,
    CourseResult,
    OfferedCourse,
    Organisation,
    PartResult,
)

pytestmark = pytest.mark.django_db

MARCH = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
SEA = "course-v1:URN+SEA102+2026"
UNIT = "block-v1:UOC+MED101+2026+type@vertical+block@u1"


def _held(*definitions: str) -> dict[str, Any]:
    return {"version": 1, "all": [{"kind": "credential_held", "definition": slug} for slug in definitions]}


def _everything(course_id: str) -> dict[str, Any]:
    """A condition that asks for all that rows can tell."""
    return {
        "version": 1,
        "any": [
            {"kind": "course_passed", "course": course_id},
            {"kind": "course_passed", "course": SEA, "modes": ["verified"]},
            {"kind": "block_completed", "course": course_id, "block": UNIT},
            {"kind": "ects", "least": 5, "courses": [course_id, SEA], "definitions": ["ecosystems"]},
            {"kind": "manual_approval"},
        ],
    }


def test_what_is_known_comes_from_every_table(
    rule: AwardRule, university: Organisation, achievement: Achievement, learner: Any, course_id: str
) -> None:
    CourseResult.objects.create(
        learner_id=learner.pk,
        course_id=course_id,
        is_passing=True,
        passing_since=MARCH,
        grade="0.8",
        is_enrolled=True,
        enrolled_mode="audit",
    )
    PartResult.objects.create(learner_id=learner.pk, course_id=SEA, kind="block", key=UNIT, value=1, at=MARCH)
    OfferedCourse.objects.create(course_id=course_id, organisation=university, ects=5)
    Approval.objects.create(rule=rule, learner_id=learner.pk, approved=True, at=MARCH)
    api.award(learner_id=learner.pk, achievement=achievement, awarded_at=MARCH)

    known = api.known(learner.pk, _everything(course_id), rule=rule)

    mine = known.courses[course_id]
    assert (mine.is_passing, mine.passing_since, mine.grade) == (True, MARCH, Decimal("0.8"))
    assert (mine.is_enrolled, mine.enrolled_mode, mine.mode) == (True, "audit", "audit")
    assert (mine.ects, mine.university) == (Decimal(5), "uoc")
    assert mine.blocks == {}
    assert known.courses[SEA].blocks == {UNIT: rules.Part(value=Decimal(1), at=MARCH)}
    assert (known.approved, known.approved_at) == (True, MARCH)
    held = known.held["ecosystems"]
    assert (held.awarded_at, held.ects) == (MARCH, achievement.ects)
    assert held.universities == {"uoc"}


def test_the_mode_of_the_certificate_goes_before_the_enrolment_s(learner: Any, course_id: str) -> None:
    CourseResult.objects.create(
        learner_id=learner.pk, course_id=course_id, mode="verified", enrolled_mode="audit"
    )

    assert api.known(learner.pk, _everything(course_id)).courses[course_id].mode == "verified"


@pytest.mark.parametrize(
    ("state", "counts"),
    [
        ("pending", True),
        ("issued", True),
        ("review", None),
        ("revoked", False),
        ("superseded", False),
        ("expired", False),
    ],
)
def test_only_an_award_that_stands_counts(
    achievement: Achievement, learner: Any, state: str, counts: bool | None
) -> None:
    api.award(learner_id=learner.pk, achievement=achievement, awarded_at=MARCH)
    Award.objects.update(state=state)

    condition = _held("ecosystems")
    assert rules.explain(condition, api.known(learner.pk, condition)).met is counts


def test_an_award_whose_time_is_over_does_not_count(achievement: Achievement, learner: Any) -> None:
    api.award(learner_id=learner.pk, achievement=achievement, awarded_at=MARCH)
    Award.objects.update(valid_until=timezone.now() - dt.timedelta(seconds=1))

    assert api.known(learner.pk, _held("ecosystems")).held == {}


def test_whether_courses_count_twice_is_the_definition_s_word(rule: AwardRule, learner: Any) -> None:
    assert not api.known(learner.pk, rule.condition, rule=rule).courses_count_twice

    rule.achievement.counts_courses_twice = True

    assert api.known(learner.pk, rule.condition, rule=rule).courses_count_twice
    assert not api.known(learner.pk, rule.condition, rule=rule, courses_count_twice=False).courses_count_twice


def test_many_learners_take_as_many_statements_as_one(
    rule: AwardRule, achievement: Achievement, course_id: str
) -> None:
    people = [get_user_model().objects.create_user(f"u{number}", first_name="U") for number in range(30)]
    for person in people:
        CourseResult.objects.create(
            learner_id=person.pk, course_id=course_id, is_passing=True, passing_since=MARCH
        )
        api.award(learner_id=person.pk, achievement=achievement, awarded_at=MARCH)
    condition = _everything(course_id)

    with CaptureQueriesContext(
        connection,
    ) as one:
        api.known(people[0].pk, condition, rule=rule)
    with CaptureQueriesContext(connection) as many:
        found = list(api.known_of([person.pk for person in people], condition, rule=rule))

    assert len(many) == len(one)
    assert [learner_id for learner_id, _known in found] == [person.pk for person in people]
    assert all(known.held and known.courses for _id, known in found)


def test_learners_stream_in_chunks_and_nobody_is_read_before_his_turn(course_id: str) -> None:
    condition = rules.parse({"version": 1, "kind": "course_passed", "course": course_id})

    with CaptureQueriesContext(connection) as statements:
        found = api.known_of(iter(range(1, 2501)), condition)
        next(found)
        assert len(statements) == 1
        assert sum(1 for _one in found) == 2499

    assert len(statements) == 3


def test_passing_and_failing_in_any_order_ends_the_same(
    rule: AwardRule, learner: Any, course_id: str
) -> None:
    storm = [(minute, minute % 2 == 0) for minute in (4, 1, 3, 0, 2, 4, 3)]
    for minute, is_passing in storm:
        api.record_passing(
            learner_id=learner.pk,
            course_id=course_id,
            is_passing=is_passing,
            at=MARCH + dt.timedelta(minutes=minute),
            event_id=f"e{minute}",
        )
        api.evaluate(list(CourseResult.objects.values_list("pk", flat=True)))

    explanation = rules.explain(rule.condition, api.known(learner.pk, rule.condition, rule=rule))
    assert (explanation.met, Award.objects.count()) == (True, 1)


def test_whoever_left_the_course_keeps_what_was_passed_and_is_not_enrolled(
    learner: Any, course_id: str
) -> None:
    api.record_passing(learner_id=learner.pk, course_id=course_id, is_passing=True, at=MARCH, event_id="e")
    api.record_enrolment(
        learner_id=learner.pk, course_id=course_id, is_enrolled=False, mode="audit", at=MARCH, event_id="f"
    )
    leaves = [
        {"kind": "course_passed", "course": course_id},
        {"kind": "enrolled", "course": course_id, "modes": ["audit"]},
    ]
    condition = {"version": 1, "all": leaves}

    explanation = rules.explain(condition, api.known(learner.pk, condition))

    assert [line.met for line in explanation.lines] == [True, False]
