from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone

from ingenium_credentials import api, lms, tasks
from ingenium_credentials.api import Difference, Kind
from ingenium_credentials.models import (
    Achievement,
    Approval,
    Award,
    AwardRule,
    CourseResult,
    PartResult,
    Reconciliation,
)
from tests.api.conftest import EARNED_AT

pytestmark = pytest.mark.django_db


def _pass(learner: Any, course_id: str) -> CourseResult:
    api.record_passing(
        learner_id=learner.pk, course_id=course_id, is_passing=True, at=EARNED_AT, event_id="e"
    )
    return CourseResult.objects.get()


def _differences(**options: Any) -> list[Difference]:
    found: list[Difference] = []
    api.reconcile(report=found.append, **options)
    return found


def _found(**options: Any) -> list[tuple[Kind, bool]]:
    return [(found.kind, found.mended) for found in _differences(**options)]


def test_where_nothing_differs_nothing_is_found(rule: AwardRule, learner: Any, course_id: str) -> None:
    api.evaluate([_pass(learner, course_id).pk])
    api.issue([Award.objects.get().pk])

    assert _differences() == []


def test_a_dry_run_changes_nothing(rule: AwardRule, learner: Any, course_id: str) -> None:
    _pass(learner, course_id)

    assert _found(dry_run=True) == [(Kind.WAITING, False)]
    assert not Award.objects.exists()
    assert not Reconciliation.objects.exists()


def test_what_waits_is_evaluated_and_issued(rule: AwardRule, learner: Any, course_id: str) -> None:
    _pass(learner, course_id)

    assert _found() == [(Kind.WAITING, True), (Kind.NOT_ISSUED, True)]

    run = Reconciliation.objects.get()
    assert (run.looked_at, run.found, run.left) == (2, {"not evaluated": 1, "not issued": 1}, {})
    assert Award.objects.get().state == Award.State.ISSUED


def test_an_award_that_is_missing_is_made(rule: AwardRule, learner: Any, course_id: str) -> None:
    _pass(learner, course_id)
    CourseResult.objects.update(dirty=False)

    assert _found(dry_run=True) == [(Kind.MISSING, False)]
    assert _found() == [(Kind.MISSING, True), (Kind.NOT_ISSUED, True)]
    assert _found() == []


def test_what_cannot_be_mended_stays_open_and_says_why(rule: AwardRule, learner: Any, course_id: str) -> None:
    get_user_model().objects.update(first_name="", last_name="")
    api.evaluate([_pass(learner, course_id).pk])

    (row,) = _differences()

    assert (row.kind, row.learner_id, row.subject) == (Kind.WAITING, learner.pk, course_id)
    assert not row.mended
    assert "name" in row.detail


def test_an_award_that_stands_without_its_condition_is_found(
    rule: AwardRule, learner: Any, course_id: str
) -> None:
    api.evaluate([_pass(learner, course_id).pk])
    api.issue([Award.objects.get().pk])
    CourseResult.objects.update(is_passing=False)

    assert [kind for kind, _mended in _found(dry_run=True)] == [Kind.WITHDRAWN]


def test_where_the_rule_lets_awards_stand_nothing_is_found(
    rule: AwardRule, learner: Any, course_id: str
) -> None:
    api.evaluate([_pass(learner, course_id).pk])
    api.issue([Award.objects.get().pk])
    CourseResult.objects.update(is_passing=False)
    AwardRule.objects.update(on_loss=AwardRule.OnLoss.KEEP)

    assert _found(dry_run=True) == []


def test_two_standing_awards_are_only_reported(issued: Award) -> None:
    Award.objects.create(
        learner_id=issued.learner_id,
        achievement=issued.achievement,
        definition=issued.definition,
        occasion=2,
        issuer=issued.issuer,
        state=Award.State.ISSUED,
        recipient_name="x",
        awarded_at=EARNED_AT,
        status_list=issued.status_list,
        status_index=issued.status_index + 1,
    )

    assert _found() == [(Kind.DOUBLE, False)]
    assert Reconciliation.objects.get().left == {"double": 1}


def test_a_revoked_award_is_not_missing(rule: AwardRule, learner: Any, course_id: str) -> None:
    api.evaluate([_pass(learner, course_id).pk])
    api.revoke(Award.objects.get().uuid, reason="By mistake")

    assert _found() == []


def test_only_one_course_is_looked_at_when_asked(rule: AwardRule, learner: Any, course_id: str) -> None:
    _pass(learner, course_id)

    assert _found(course_id="course-v1:a+b+c") == []
    assert _found(course_id=course_id, dry_run=True) == [(Kind.WAITING, False)]


def test_only_what_is_new_is_looked_at_when_asked(rule: AwardRule, learner: Any, course_id: str) -> None:
    _pass(learner, course_id)

    assert _found(since=timezone.now() + dt.timedelta(seconds=1)) == []
    assert _found(since=EARNED_AT, dry_run=True) == [(Kind.WAITING, False)]


@pytest.fixture
def facts(monkeypatch: Any) -> list[lms.CourseFact]:
    """What the LMS's tables say: there are none outside an LMS."""
    told: list[lms.CourseFact] = []
    monkeypatch.setattr(lms, "facts_of_course", lambda course_id, since: iter(told))
    return told


def test_what_the_lms_knows_and_nobody_told_us_is_mended(
    rule: AwardRule, learner: Any, course_id: str, facts: list[lms.CourseFact]
) -> None:
    facts.append(
        lms.CourseFact(
            learner_id=learner.pk,
            course_id=course_id,
            grade=0.9,
            grade_at=timezone.now(),
            is_passing=True,
            passed_at=EARNED_AT,
        )
    )

    assert _found(dry_run=True) == [(Kind.UNHEARD, False)]
    assert _found() == [(Kind.UNHEARD, True), (Kind.WAITING, True), (Kind.NOT_ISSUED, True)]
    assert _found() == []
    award = Award.objects.get()
    assert (award.awarded_at, str(award.grade)) == (EARNED_AT, "0.9000")


def test_a_certificate_that_nobody_told_us_of_is_mended(
    rule: AwardRule, learner: Any, course_id: str, facts: list[lms.CourseFact]
) -> None:
    facts.append(
        lms.CourseFact(
            learner_id=learner.pk,
            course_id=course_id,
            certificate_status="downloadable",
            certificate_at=EARNED_AT,
            mode="honor",
            printed_name="Ελένη Παπαδάκη",
        )
    )

    api.reconcile()

    result = CourseResult.objects.get()
    assert (result.certificate_status, result.certificate_since) == ("downloadable", EARNED_AT)


def test_a_later_pass_that_nobody_told_us_of_counts_from_when_it_was_graded(
    rule: AwardRule, learner: Any, course_id: str, facts: list[lms.CourseFact]
) -> None:
    failed_at, graded_at = EARNED_AT + dt.timedelta(days=1), EARNED_AT + dt.timedelta(days=2)
    api.record_passing(
        learner_id=learner.pk, course_id=course_id, is_passing=False, at=failed_at, event_id="e"
    )
    facts.append(
        lms.CourseFact(
            learner_id=learner.pk,
            course_id=course_id,
            grade=0.9,
            grade_at=graded_at,
            is_passing=True,
            passed_at=EARNED_AT,
        )
    )

    api.reconcile()

    assert Award.objects.get().awarded_at == graded_at


def _nightly(**fields: Any) -> Reconciliation:
    run = api.reconcile_nightly()
    Reconciliation.objects.filter(pk=run.pk).update(**fields)
    return run


def test_the_first_night_compares_everything(rule: AwardRule, learner: Any, course_id: str) -> None:
    _pass(learner, course_id)

    run = api.reconcile_nightly()

    assert (run.nightly, run.since, run.left) == (True, None, {})
    assert Award.objects.get().state == Award.State.ISSUED


def test_the_next_night_begins_where_the_last_one_did_with_an_overlap(db: None) -> None:
    first = _nightly()

    assert api.reconcile_nightly().since == first.started_at - dt.timedelta(hours=1)


def test_after_a_night_that_was_interrupted_nothing_is_left_out(db: None) -> None:
    first = _nightly()
    _nightly(finished_at=None)

    assert api.reconcile_nightly().since == first.started_at - dt.timedelta(hours=1)


def test_a_comparison_by_hand_does_not_count_as_a_night(db: None) -> None:
    first = _nightly()
    api.reconcile(since=timezone.now())

    assert api.reconcile_nightly().since == first.started_at - dt.timedelta(hours=1)


def test_everything_is_compared_again_after_a_week(db: None) -> None:
    _nightly(started_at=timezone.now() - dt.timedelta(days=8))
    _nightly(since=EARNED_AT)

    assert api.reconcile_nightly().since is None


def test_a_clock_that_went_back_leaves_nothing_out(db: None) -> None:
    _nightly(started_at=timezone.now() + dt.timedelta(days=1))

    since = api.reconcile_nightly().since

    assert since is not None
    assert since < timezone.now()


def test_progress_is_told_row_by_row(rule: AwardRule, learner: Any, course_id: str) -> None:
    _pass(learner, course_id)
    told: list[int] = []

    api.reconcile(dry_run=True, progress=told.append)

    assert told == [1]


def test_switched_off_nothing_is_compared(
    settings: Any, rule: AwardRule, learner: Any, course_id: str
) -> None:
    _pass(learner, course_id)
    settings.INGENIUM_ENABLED = False

    assert tasks.reconcile() == {}
    assert not Reconciliation.objects.exists()
    assert not Award.objects.exists()


def test_the_task_says_what_is_left(rule: AwardRule, learner: Any, course_id: str) -> None:
    get_user_model().objects.update(first_name="", last_name="")
    _pass(learner, course_id)

    assert tasks.reconcile() == {"not evaluated": 1}


def _asking(achievement: Achievement, leaf: dict[str, Any]) -> AwardRule:
    return api.define_rule(
        AwardRule(name="Part", achievement=achievement, condition={"version": 1} | leaf, enabled=True)
    )


BLOCK = "block-v1:a+b+c+type@vertical+block@d"


@pytest.mark.parametrize(
    ("leaf", "part"),
    [
        ({"kind": "block_completed", "block": BLOCK}, {"kind": "block", "key": BLOCK, "value": 1}),
        (
            {"kind": "subsection_grade", "block": BLOCK, "min_grade": 0.5},
            {"kind": "subsection", "key": BLOCK, "value": "0.8"},
        ),
        (
            {"kind": "category_grade", "category": "Exam", "min_grade": 0.5},
            {"kind": "category", "key": "Exam", "value": "0.8"},
        ),
    ],
)
def test_what_changes_without_an_event_is_found_every_night(
    achievement: Achievement, learner: Any, course_id: str, leaf: dict[str, Any], part: dict[str, Any]
) -> None:
    _asking(achievement, leaf | {"course": course_id})
    api.evaluate([_pass(learner, course_id).pk])
    _nightly()
    CourseResult.objects.update(changed_at=timezone.now() - dt.timedelta(days=2))
    PartResult.objects.create(learner_id=learner.pk, course_id=course_id, at=EARNED_AT, **part)

    run = api.reconcile_nightly()

    assert run.since is not None
    assert (run.found, run.left) == ({"missing": 1, "not issued": 1}, {})
    assert Award.objects.get().learner_id == learner.pk


def test_what_events_tell_of_is_not_looked_at_every_night(
    rule: AwardRule, learner: Any, course_id: str
) -> None:
    _pass(learner, course_id)
    _nightly()
    CourseResult.objects.update(changed_at=timezone.now() - dt.timedelta(days=2))

    assert api.reconcile_nightly().looked_at == 0


def test_a_rule_that_is_off_has_no_course_looked_at(
    achievement: Achievement, learner: Any, course_id: str
) -> None:
    rule = _asking(achievement, {"kind": "cohort", "course": course_id, "cohorts": ["A"]})
    api.evaluate([_pass(learner, course_id).pk])
    CourseResult.objects.update(changed_at=timezone.now() - dt.timedelta(days=2))
    _nightly()
    assert api.reconcile_nightly().looked_at == 1

    api.pause(rule)

    assert api.reconcile_nightly().looked_at == 0


def test_approvals_are_shown_by_a_dry_run_and_only_of_the_course_that_is_asked_for(
    achievement: Achievement, learner: Any, course_id: str
) -> None:
    rule = _asking(achievement, {"kind": "manual_approval"})
    Approval.objects.create(rule=rule, learner_id=learner.pk, approved=True, at=EARNED_AT)

    assert _found(course_id=course_id) == []
    assert _found(dry_run=True) == [(Kind.MISSING, False)]
    assert not Award.objects.exists()
