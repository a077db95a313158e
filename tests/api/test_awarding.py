from __future__ import annotations

import datetime as dt
import hashlib
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone

from ingenium_credentials import api
from ingenium_credentials.models import (
    Achievement,
    AuditEntry,
    Award,
    AwardRule,
    CourseResult,
)
from tests.interleaving import just_before

pytestmark = pytest.mark.django_db

START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def _hear(learner_id: int, course_id: str, is_passing: bool = True, at: dt.datetime = START) -> CourseResult:
    api.record_passing(
        learner_id=learner_id, course_id=course_id, is_passing=is_passing, at=at, event_id=str(at.timestamp())
    )
    return CourseResult.objects.get(learner_id=learner_id, course_id=course_id)


def test_a_pass_becomes_an_award(rule: AwardRule, learner: Any, course_id: str) -> None:
    result = _hear(learner.pk, course_id)

    awards = api.evaluate([result.pk])

    award = Award.objects.get()
    assert awards == [award.pk]
    assert (award.learner_id, award.achievement, award.rule) == (learner.pk, rule.achievement, rule)
    assert (award.state, award.occasion, award.awarded_at) == (Award.State.PENDING, 1, START)
    result.refresh_from_db()
    assert not result.dirty


def test_an_award_freezes_who_the_learner_is(rule: AwardRule, learner: Any, course_id: str) -> None:
    api.evaluate([_hear(learner.pk, course_id).pk])
    learner.first_name, learner.email = "Maria", "maria@example.org"
    learner.save()

    award = Award.objects.get()
    assert (award.recipient_name, award.recipient_latin_name) == ("Ελένη Παπαδάκη", "Eleni Papadaki")
    assert award.name_source == "profile"
    assert len(bytes.fromhex(award.email_salt)) == 16
    digest = hashlib.sha256(f"eleni@example.org{award.email_salt}".encode()).hexdigest()
    assert award.email_hash == f"sha256${digest}"


def test_an_award_freezes_the_definition(rule: AwardRule, learner: Any, course_id: str) -> None:
    api.evaluate([_hear(learner.pk, course_id).pk])

    frozen = Achievement.objects.get()
    assert frozen.frozen_at is not None
    assert bytes(frozen.image_svg)


@pytest.mark.parametrize(("shows_grade", "kept"), [(True, Decimal("0.8700")), (False, None)])
def test_the_grade_is_kept_only_where_the_definition_shows_it(
    rule: AwardRule, learner: Any, course_id: str, shows_grade: bool, kept: Decimal | None
) -> None:
    Achievement.objects.update(shows_grade=shows_grade)
    api.record_grade(learner_id=learner.pk, course_id=course_id, grade=0.87, at=START, event_id="g")

    api.evaluate([_hear(learner.pk, course_id).pk])

    assert Award.objects.get().grade == kept


def test_a_definition_with_an_end_makes_awards_with_an_end(
    rule: AwardRule, learner: Any, course_id: str
) -> None:
    Achievement.objects.update(validity_days=365)

    api.evaluate([_hear(learner.pk, course_id).pk])

    assert Award.objects.get().valid_until == START + dt.timedelta(days=365)


def test_an_award_is_noted_and_takes_a_place(rule: AwardRule, learner: Any, course_id: str) -> None:
    api.evaluate([_hear(learner.pk, course_id).pk])

    award = Award.objects.get()
    assert 0 <= award.status_index < award.status_list.length
    entry = AuditEntry.objects.get(action="awarded")
    assert (entry.subject_id, entry.actor_id) == (str(award.uuid), None)


def test_evaluating_again_makes_nothing_new(rule: AwardRule, learner: Any, course_id: str) -> None:
    result = _hear(learner.pk, course_id)
    first = api.evaluate([result.pk])
    CourseResult.objects.update(dirty=True)

    assert api.evaluate([result.pk]) == first
    assert Award.objects.count() == 1


def test_a_course_not_passed_makes_no_award(rule: AwardRule, learner: Any, course_id: str) -> None:
    result = _hear(learner.pk, course_id, is_passing=False)

    assert api.evaluate([result.pk]) == []

    result.refresh_from_db()
    assert not result.dirty


@pytest.mark.parametrize("state", [Achievement.State.DRAFT, Achievement.State.RETIRED])
def test_only_an_active_definition_is_awarded(
    rule: AwardRule, learner: Any, course_id: str, state: str
) -> None:
    Achievement.objects.update(state=state)

    assert api.evaluate([_hear(learner.pk, course_id).pk]) == []


def test_a_rule_that_is_switched_off_awards_nothing(rule: AwardRule, learner: Any, course_id: str) -> None:
    AwardRule.objects.update(enabled=False)

    assert api.evaluate([_hear(learner.pk, course_id).pk]) == []


def test_switching_a_rule_on_reaches_those_who_have_passed(
    rule: AwardRule, learner: Any, course_id: str
) -> None:
    AwardRule.objects.update(enabled=False)
    result = _hear(learner.pk, course_id)
    api.evaluate([result.pk])

    rule.enabled = True
    api.define_rule(rule)
    api.evaluate([result.pk])

    assert Award.objects.count() == 1


def test_two_courses_are_awarded_when_the_second_is_passed(
    rule: AwardRule, learner: Any, course_id: str
) -> None:
    other = "course-v1:URN+SEA102+2026"
    leaves = [{"kind": "course_passed", "course": course} for course in (course_id, other)]
    rule.condition = {"version": 1, "all": leaves}
    api.define_rule(rule)

    assert api.evaluate([_hear(learner.pk, course_id).pk]) == []
    api.evaluate([_hear(learner.pk, other, at=START + dt.timedelta(days=30)).pk])

    award = Award.objects.get()
    assert (award.awarded_at, award.grade) == (START + dt.timedelta(days=30), None)


def test_a_new_version_is_not_awarded_beside_the_old_one(
    rule: AwardRule, learner: Any, course_id: str
) -> None:
    result = _hear(learner.pk, course_id)
    api.evaluate([result.pk])

    api.activate(api.new_version(rule.achievement))
    api.evaluate([result.pk])

    assert Award.objects.count() == 1


def _revoke_now() -> Award:
    return api.revoke(Award.objects.latest("occasion").uuid, reason="By mistake")


def test_a_revoked_award_is_not_given_again_for_the_same_pass(
    rule: AwardRule, learner: Any, course_id: str
) -> None:
    api.evaluate([_hear(learner.pk, course_id).pk])
    _revoke_now()

    result = _hear(learner.pk, course_id, at=timezone.now())
    CourseResult.objects.update(dirty=True)

    assert api.evaluate([result.pk]) == []
    result.refresh_from_db()
    assert (result.dirty, result.last_problem) == (False, "")


def test_a_revoked_award_may_be_earned_again(rule: AwardRule, learner: Any, course_id: str) -> None:
    api.evaluate([_hear(learner.pk, course_id).pk])
    _revoke_now()

    _hear(learner.pk, course_id, is_passing=False, at=timezone.now())
    api.evaluate([_hear(learner.pk, course_id, at=timezone.now()).pk])

    old, new = Award.objects.order_by("occasion")
    assert (old.state, new.state, new.occasion) == (Award.State.REVOKED, Award.State.PENDING, 2)
    assert old.status_index != new.status_index
    assert old.recipient_uuid != new.recipient_uuid


def test_a_learner_without_a_name_waits_and_says_so(rule: AwardRule, learner: Any, course_id: str) -> None:
    get_user_model().objects.update(first_name="", last_name="\u202e ")
    result = _hear(learner.pk, course_id)

    assert api.evaluate([result.pk]) == []

    result.refresh_from_db()
    assert result.dirty
    assert result.attempts == 1
    assert result.next_attempt_at is not None
    assert result.next_attempt_at > timezone.now()
    assert "name" in result.last_problem
    assert not Award.objects.exists()


def test_a_learner_who_gets_a_name_gets_the_award(rule: AwardRule, learner: Any, course_id: str) -> None:
    get_user_model().objects.update(first_name="", last_name="")
    result = _hear(learner.pk, course_id)
    api.evaluate([result.pk])

    get_user_model().objects.update(first_name="Ана", last_name="Петрова")
    api.evaluate([result.pk])

    result.refresh_from_db()
    assert (result.dirty, result.last_problem, result.attempts) == (False, "", 0)
    assert Award.objects.get().recipient_latin_name == "Ana Petrova"


def test_the_name_on_the_certificate_serves_where_the_profile_has_none(
    rule: AwardRule, learner: Any, course_id: str
) -> None:
    get_user_model().objects.update(first_name="", last_name="")
    api.record_certificate(
        learner_id=learner.pk,
        course_id=course_id,
        status="downloadable",
        mode="honor",
        printed_name="Ελένη Π.",
        grade="",
        at=START,
        event_id="c",
    )

    api.evaluate([_hear(learner.pk, course_id).pk])

    award = Award.objects.get()
    assert (award.recipient_name, award.name_source) == ("Ελένη Π.", "certificate")


def test_a_learner_who_was_deleted_meanwhile_is_not_awarded(
    rule: AwardRule, learner: Any, course_id: str
) -> None:
    result = _hear(learner.pk, course_id)
    learner.delete()

    assert api.evaluate([result.pk]) == []

    result.refresh_from_db()
    assert "account" in result.last_problem


def test_what_cannot_be_evaluated_is_given_up_in_the_end_and_stays_visible(
    rule: AwardRule, course_id: str
) -> None:
    result = _hear(4711, course_id)

    for _attempt in range(20):
        api.evaluate([result.pk])

    result.refresh_from_db()
    assert (result.dirty, result.next_attempt_at) == (False, None)
    assert result.last_problem


def test_one_rule_s_trouble_does_not_keep_another_from_awarding(
    rule: AwardRule, achievement: Achievement, learner: Any, course_id: str
) -> None:
    broken = api.define_rule(
        AwardRule(name="Broken", achievement=achievement, condition=rule.condition, enabled=True)
    )
    AwardRule.objects.filter(pk=broken.pk).update(condition={"version": 1, "kind": "luck"})
    result = _hear(learner.pk, course_id)

    api.evaluate([result.pk])

    result.refresh_from_db()
    assert Award.objects.count() == 1
    assert result.dirty
    assert "luck" in result.last_problem


def test_news_that_comes_while_evaluating_is_evaluated_too(
    rule: AwardRule, learner: Any, course_id: str
) -> None:
    result = _hear(learner.pk, course_id)

    def news() -> None:
        api.record_grade(learner_id=learner.pk, course_id=course_id, grade=0.9, at=START, event_id="g")

    with just_before("INSERT ingenium_credentials_award", news):
        api.evaluate([result.pk])

    result.refresh_from_db()
    assert result.dirty


@pytest.mark.parametrize(
    "name",
    ["Eleń́ Ḱ", "😀 Ана", "x" * 300, "Ελένη\u0000\u0007 Παπαδάκη", "José María\u202e", "Zoë"],
)
def test_unusual_names_end_in_an_award(
    rule: AwardRule, learner: Any, course_id: str, name: str, monkeypatch: Any
) -> None:
    monkeypatch.setattr(type(learner), "get_full_name", lambda _self: name)

    api.evaluate([_hear(learner.pk, course_id).pk])

    award = Award.objects.get()
    assert 0 < len(award.recipient_name) <= 255
    assert not any(ord(letter) < 32 or letter == "\u202e" for letter in award.recipient_name)
    assert api.issue([award.pk]) == [award.uuid]


def test_by_hand_an_officer_awards_with_a_reason(achievement: Achievement, learner: Any) -> None:
    award = api.award(
        learner_id=learner.pk, achievement=achievement, awarded_at=START, actor_id=1, reason="Recognised"
    )

    entry = AuditEntry.objects.get(action="awarded")
    assert (award.rule, entry.actor_id, entry.reason) == (None, 1, "Recognised")


def test_by_hand_a_second_award_is_the_first(achievement: Achievement, learner: Any) -> None:
    first = api.award(learner_id=learner.pk, achievement=achievement, awarded_at=START)

    assert api.award(learner_id=learner.pk, achievement=achievement, awarded_at=timezone.now()) == first


def test_by_hand_what_was_revoked_since_is_refused(achievement: Achievement, learner: Any) -> None:
    api.award(learner_id=learner.pk, achievement=achievement, awarded_at=START)
    _revoke_now()

    with pytest.raises(api.NotAllowed):
        api.award(learner_id=learner.pk, achievement=achievement, awarded_at=START)


def test_nothing_is_awarded_that_is_earned_in_the_future(achievement: Achievement, learner: Any) -> None:
    with pytest.raises(api.NotReady):
        api.award(
            learner_id=learner.pk,
            achievement=achievement,
            awarded_at=timezone.now() + dt.timedelta(minutes=1),
        )


def test_a_draft_cannot_be_awarded(achievement: Achievement, learner: Any) -> None:
    with pytest.raises(api.NotAllowed):
        api.award(learner_id=learner.pk, achievement=api.new_version(achievement), awarded_at=START)
