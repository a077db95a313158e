"""What time brings: ends of reviews, ends of awards, renewal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from django.utils.formats import date_format

from ingenium_credentials import api, tasks
from ingenium_credentials.api import reviewing
from ingenium_credentials.models import Achievement, AuditEntry, Award, AwardRule, CourseResult, Letter
from tests.api.conftest import EARNED_AT

pytestmark = pytest.mark.django_db
State = Award.State
DAY = dt.timedelta(days=1)
Hear = Callable[[bool, dt.datetime], Award]


@pytest.fixture
def hear(rule: AwardRule, learner: Any, course_id: str) -> Hear:
    """Hears of a pass or a failure, evaluates and issues; returns the learner's newest award."""
    AwardRule.objects.update(on_loss=AwardRule.OnLoss.REVOKE, review_days=5)

    def hear(is_passing: bool, at: dt.datetime) -> Award:
        api.record_passing(
            learner_id=learner.pk, course_id=course_id, is_passing=is_passing, at=at, event_id=f"{at:%s}"
        )
        api.evaluate(list(CourseResult.objects.values_list("pk", flat=True)))
        api.issue(list(Award.objects.values_list("pk", flat=True)))
        return Award.objects.latest("occasion")

    return hear


def _due() -> dt.datetime:
    """Make the date of every review come."""
    Award.objects.exclude(review_due_at=None).update(review_due_at=timezone.now() - DAY)
    Letter.objects.update(sent_at=timezone.now() - 6 * DAY)
    return timezone.now()


def test_a_review_ends_on_its_date_and_never_before(hear: Hear) -> None:
    hear(True, EARNED_AT)
    award = hear(False, EARNED_AT + DAY)

    api.send_letters([_review_letter().pk])
    award.refresh_from_db()
    assert award.review_due_at is not None
    assert list(api.lapsed(award.review_due_at - dt.timedelta(seconds=1))) == []
    assert api.lapse([award.pk]) == 0
    assert list(api.lapsed(award.review_due_at)) == [award.pk]
    _due()
    assert api.lapse([award.pk]) == 1

    award.refresh_from_db()
    assert (award.state, award.revocation_reason) == (State.REVOKED, reviewing.LOST)
    assert award.revoked_at is not None
    assert api.lapse([award.pk]) == 0


def test_a_clock_that_goes_back_ends_no_review(hear: Hear, monkeypatch: pytest.MonkeyPatch) -> None:
    hear(True, EARNED_AT)
    award = hear(False, EARNED_AT + DAY)
    now = timezone.now()

    for moment in (now + 4 * DAY, now - 400 * DAY, now + 4 * DAY):
        with monkeypatch.context() as clock:
            clock.setattr(timezone, "now", lambda moment=moment: moment)
            tasks.sweep()
            api.lapse([award.pk])
    award.refresh_from_db()
    assert award.state == State.REVIEW


def test_the_sweep_finds_reviews_that_are_due(hear: Hear, django_capture_on_commit_callbacks: Any) -> None:
    hear(True, EARNED_AT)
    award = hear(False, EARNED_AT + DAY)
    _due()

    with django_capture_on_commit_callbacks(execute=True):
        assert tasks.sweep()["lapsed"] == 1

    award.refresh_from_db()
    assert award.state == State.REVOKED


def test_news_that_was_not_evaluated_yet_saves_an_award_whose_date_has_come(
    hear: Hear, learner: Any, course_id: str
) -> None:
    hear(True, EARNED_AT)
    award = hear(False, EARNED_AT + DAY)
    _due()
    api.record_passing(
        learner_id=learner.pk, course_id=course_id, is_passing=True, at=EARNED_AT + 2 * DAY, event_id="p"
    )

    assert api.lapse([award.pk]) == 1

    award.refresh_from_db()
    assert (award.state, award.review_due_at) == (State.ISSUED, None)


def test_what_was_revoked_by_itself_is_earned_again_by_a_pass_that_was_heard_late(hear: Hear) -> None:
    first = hear(True, EARNED_AT)
    hear(False, EARNED_AT + DAY)
    _due()
    api.lapse([first.pk])

    again = hear(True, EARNED_AT + 2 * DAY)

    assert (again.occasion, again.state) == (2, State.ISSUED)
    assert list(Award.objects.filter(revoked_at=None)) == [again]


def test_what_a_person_revoked_is_not_earned_again_by_an_older_pass(hear: Hear) -> None:
    first = hear(True, EARNED_AT)
    hear(False, EARNED_AT + DAY)
    api.close_review(first, stands=False, reason="Failed for good", actor_id=1)

    again = hear(True, EARNED_AT + 2 * DAY)

    assert (again, again.state) == (first, State.REVOKED)


def test_a_storm_of_passes_and_failures_ends_with_one_award(hear: Hear) -> None:
    for step in range(1, 12):
        hear(step % 2 == 1, EARNED_AT + step * DAY)

    award = Award.objects.get()
    assert (award.state, award.awarded_at) == (State.ISSUED, EARNED_AT + DAY)
    assert not Award.objects.exclude(revoked_at=None).exists()


def test_a_stricter_rule_takes_nothing_back(
    rule: AwardRule, learner: Any, course_id: str, hear: Hear
) -> None:
    api.record_grade(learner_id=learner.pk, course_id=course_id, grade=0.6, at=EARNED_AT, event_id="g")
    hear(True, EARNED_AT)
    rule.refresh_from_db()
    rule.condition = {"version": 1, "kind": "course_passed", "course": course_id, "min_grade": 0.8}
    api.define_rule(rule)
    CourseResult.objects.update(dirty=True)
    api.evaluate(list(CourseResult.objects.values_list("pk", flat=True)))

    assert Award.objects.get().state == State.ISSUED
    assert hear(False, EARNED_AT + DAY).state == State.REVIEW


def test_an_award_of_another_rule_that_is_met_stands(
    rule: AwardRule, learner: Any, course_id: str, hear: Hear
) -> None:
    other = "course-v1:UOC+MED101+2027"
    api.define_rule(
        AwardRule(
            name="Run again",
            achievement=rule.achievement,
            condition={"version": 1, "kind": "course_passed", "course": other},
            enabled=True,
        )
    )
    hear(True, EARNED_AT)
    api.record_passing(learner_id=learner.pk, course_id=other, is_passing=True, at=EARNED_AT, event_id="o")

    assert hear(False, EARNED_AT + DAY).state == State.ISSUED


def _with_end(days_left: float) -> None:
    Award.objects.update(valid_until=timezone.now() + dt.timedelta(days=days_left))
    Achievement.objects.update(validity_days=365)


def test_an_award_expires_at_its_end_without_a_bit_in_the_list(issued: Award) -> None:
    _with_end(-0.01)

    assert list(api.lapsed(timezone.now())) == [issued.pk]
    assert api.lapse([issued.pk]) == 1

    issued.refresh_from_db()
    assert (issued.state, issued.revoked_at) == (State.EXPIRED, None)
    assert AuditEntry.objects.filter(action="expired", subject_id=str(issued.uuid)).count() == 1


def test_the_learner_is_told_once_that_an_award_expires_soon(issued: Award) -> None:
    _with_end(29)

    assert api.lapse([issued.pk]) == 1
    assert list(api.lapsed(timezone.now())) == []
    assert api.lapse([issued.pk]) == 0

    assert issued.letters.filter(kind=Letter.Kind.EXPIRING).count() == 1
    issued.refresh_from_db()
    assert issued.state == State.ISSUED


@pytest.mark.parametrize("days_left", [80, -10])
def test_an_award_is_renewed_near_its_end_or_after_it(issued: Award, days_left: int) -> None:
    _with_end(days_left)
    api.lapse([issued.pk])

    new = api.renew(issued, reason="Refresher course", actor_id=3)
    assert api.renew(issued, reason="Refresher course", actor_id=3) == new
    api.issue([new.pk])

    issued.refresh_from_db()
    new.refresh_from_db()
    assert (issued.state, new.state) == (State.SUPERSEDED, State.ISSUED)
    assert new.valid_until == new.awarded_at + dt.timedelta(days=365)
    assert new.recipient_name == issued.recipient_name
    assert Letter.Kind.AWARDED in new.letters.values_list("kind", flat=True)


def test_what_does_not_end_soon_or_at_all_is_not_renewed(issued: Award) -> None:
    with pytest.raises(api.NotAllowed):
        api.renew(issued, reason="Refresher course")
    _with_end(120)
    with pytest.raises(api.NotAllowed):
        api.renew(issued, reason="Refresher course")


def test_newer_results_renew_by_themselves_and_old_ones_do_not(hear: Hear) -> None:
    first = hear(True, EARNED_AT)
    _with_end(-1)
    api.lapse([first.pk])
    assert hear(True, EARNED_AT + DAY) == first

    hear(False, EARNED_AT + 2 * DAY)
    new = hear(True, EARNED_AT + 3 * DAY)

    assert (new.supersedes, new.state, new.awarded_at) == (first, State.ISSUED, EARNED_AT + 3 * DAY)


# Nobody loses an award by a review that they were not told of


def _review_letter() -> Letter:
    return Letter.objects.get(kind=Letter.Kind.REVIEW)


def test_a_review_does_not_end_while_its_letter_waits(hear: Hear) -> None:
    hear(True, EARNED_AT)
    award = hear(False, EARNED_AT + DAY)
    Award.objects.update(review_due_at=timezone.now() - DAY)

    assert list(api.lapsed(timezone.now())) == []
    assert api.lapse([award.pk]) == 0

    award.refresh_from_db()
    assert award.state == State.REVIEW


def test_the_days_of_a_review_are_counted_from_the_day_on_which_its_letter_is_sent(
    hear: Hear, monkeypatch: pytest.MonkeyPatch, mailoutbox: list[Any]
) -> None:
    hear(True, EARNED_AT)
    award = hear(False, EARNED_AT + DAY)
    sent_at = timezone.now() + 3 * DAY

    with monkeypatch.context() as clock:
        clock.setattr(timezone, "now", lambda: sent_at)
        api.send_letters([_review_letter().pk])

    award.refresh_from_db()
    assert award.review_due_at is not None
    assert dt.timedelta(0) <= sent_at + 5 * DAY - award.review_due_at < dt.timedelta(minutes=1)
    assert date_format(award.review_due_at, "j F Y") in mailoutbox[-1].body
    assert list(api.lapsed(award.review_due_at - dt.timedelta(seconds=1))) == []
    assert list(api.lapsed(award.review_due_at)) == [award.pk]


@pytest.mark.parametrize("problem", ["", "There is no active account to write to."])
def test_a_review_whose_letter_was_given_up_is_left_to_a_person(hear: Hear, problem: str) -> None:
    hear(True, EARNED_AT)
    award = hear(False, EARNED_AT + DAY)
    _due()
    Letter.objects.update(sent_at=None, given_up_at=timezone.now(), last_problem=problem)

    assert api.lapse([award.pk]) == 1

    award.refresh_from_db()
    assert (award.state, award.review_due_at, award.review_reason) == (State.REVIEW, None, reviewing.LOST)
    entry = AuditEntry.objects.latest("pk")
    assert (entry.action, entry.reason) == ("review-left", reviewing.NOT_TOLD)
    assert list(api.lapsed(timezone.now() + 99 * DAY)) == []
    # It still ends well by itself.
    assert hear(True, EARNED_AT + 2 * DAY).state == State.ISSUED


def test_a_review_from_before_mail_was_switched_on_is_told_of_first(
    hear: Hear, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.INGENIUM_MAIL = False
    hear(True, EARNED_AT)
    with monkeypatch.context() as clock:
        last_week = timezone.now() - 6 * DAY
        clock.setattr(timezone, "now", lambda: last_week)
        award = hear(False, EARNED_AT + DAY)
    assert not Letter.objects.exists()
    assert list(api.lapsed(timezone.now())) == [award.pk]
    settings.INGENIUM_MAIL = True

    assert api.lapse([award.pk]) == 0
    api.send_letters([_review_letter().pk])

    award.refresh_from_db()
    assert award.state == State.REVIEW
    assert list(api.lapsed(timezone.now())) == []


def test_where_nobody_is_written_to_the_date_alone_counts(hear: Hear, settings: Any) -> None:
    settings.INGENIUM_MAIL = False
    hear(True, EARNED_AT)
    award = hear(False, EARNED_AT + DAY)
    _due()

    assert api.lapse([award.pk]) == 1

    award.refresh_from_db()
    assert award.state == State.REVOKED


def test_a_rule_from_before_gives_a_day_of_notice_at_least(hear: Hear) -> None:
    hear(True, EARNED_AT)
    AwardRule.objects.update(review_days=0)

    award = hear(False, EARNED_AT + DAY)

    assert award.review_due_at is not None
    assert award.review_due_at > timezone.now() + DAY - dt.timedelta(minutes=1)
