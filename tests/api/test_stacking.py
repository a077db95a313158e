from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from ingenium_credentials import api, tasks
from ingenium_credentials.models import (
    Achievement,
    Award,
    AwardRule,
    AwardRulePart,
    CourseResult,
    Issuer,
    Organisation,
)
from tests.annex import ELEMENTS

pytestmark = pytest.mark.django_db

START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
SEA = "course-v1:URN+SEA102+2026"


def _definition(slug: str, issuer: Issuer, university: Organisation) -> Achievement:
    fields: dict[str, Any] = {
        "names": {"en": slug},
        "descriptions": {"en": slug},
        "criteria": {"en": slug},
        "languages": ["en"],
        **ELEMENTS,
    }
    row = api.define(Achievement(slug=slug, issuer=issuer, **fields), awarding_bodies=[university])
    return api.activate(row)


def _held(*definitions: str) -> dict[str, Any]:
    return {"version": 1, "all": [{"kind": "credential_held", "definition": slug} for slug in definitions]}


def _rule(achievement: Achievement, condition: dict[str, Any]) -> AwardRule:
    return api.define_rule(
        AwardRule(name=achievement.slug, achievement=achievement, condition=condition, enabled=True)
    )


@pytest.fixture
def sea(issuer: Issuer, university: Organisation) -> Achievement:
    """A second definition, for passing another course."""
    row = _definition("sea", issuer, university)
    _rule(row, {"version": 1, "kind": "course_passed", "course": SEA})
    return row


@pytest.fixture
def programme(issuer: Issuer, university: Organisation, rule: AwardRule, sea: Achievement) -> Achievement:
    """What both of the smaller ones make together."""
    row = _definition("programme", issuer, university)
    _rule(row, _held("ecosystems", "sea"))
    return row


def _pass(learner: Any, course_id: str, days: int = 0) -> None:
    at = START + dt.timedelta(days=days)
    api.record_passing(
        learner_id=learner.pk, course_id=course_id, is_passing=True, at=at, event_id=f"e{days}"
    )


def _run(commits: Any) -> None:
    """Do what is queued, and what that queues."""
    with commits(execute=True):
        tasks.sweep()


@pytest.fixture
def commits(django_capture_on_commit_callbacks: Any) -> Any:
    """Runs queued tasks when its block ends."""
    return django_capture_on_commit_callbacks


def test_the_last_part_completes_the_whole(
    programme: Achievement, learner: Any, course_id: str, commits: Any
) -> None:
    with commits(execute=True):
        _pass(learner, course_id)
    assert not Award.objects.filter(definition="programme").exists()

    with commits(execute=True):
        _pass(learner, SEA, days=30)

    whole = Award.objects.get(definition="programme")
    assert whole.awarded_at == START + dt.timedelta(days=30)
    assert sorted(whole.parts.values_list("definition", flat=True)) == ["ecosystems", "sea"]
    assert sorted(whole.courses) == sorted([course_id, SEA])


def test_an_award_by_hand_completes_the_whole_too(
    programme: Achievement, sea: Achievement, learner: Any, course_id: str, commits: Any
) -> None:
    with commits(execute=True):
        _pass(learner, course_id)
        api.award(learner_id=learner.pk, achievement=sea, awarded_at=START, actor_id=1, reason="Recognised")

    assert Award.objects.filter(definition="programme").count() == 1


def test_one_whole_completes_the_next(
    programme: Achievement,
    issuer: Issuer,
    university: Organisation,
    learner: Any,
    course_id: str,
    commits: Any,
) -> None:
    _rule(_definition("degree", issuer, university), _held("programme"))

    with commits(execute=True):
        _pass(learner, course_id)
        _pass(learner, SEA)

    degree = Award.objects.get(definition="degree")
    assert sorted(degree.courses) == sorted([course_id, SEA])
    assert [part.definition for part in degree.parts.all()] == ["programme"]


def test_even_a_circle_of_credentials_comes_to_an_end(
    programme: Achievement, learner: Any, course_id: str, commits: Any
) -> None:
    ecosystems = AwardRule.objects.get(name="Passed")
    # No verb lets anybody write this.
    AwardRulePart.objects.create(rule=ecosystems, definition="programme")

    with commits(execute=True):
        _pass(learner, course_id)
        _pass(learner, SEA)
    _run(commits)

    assert Award.objects.count() == 3
    assert not Award.objects.filter(wholes_due_at__isnull=False).exists()


def test_what_died_between_part_and_whole_is_found_by_the_sweep(
    programme: Achievement, learner: Any, course_id: str, commits: Any
) -> None:
    with commits(execute=False):
        _pass(learner, course_id)
        _pass(learner, SEA)
        api.evaluate(list(learner_results(learner)))
    assert Award.objects.filter(wholes_due_at__isnull=False).count() == 2
    Award.objects.update(wholes_due_at=timezone.now() - dt.timedelta(minutes=1))

    _run(commits)

    assert Award.objects.filter(definition="programme").count() == 1


def learner_results(learner: Any) -> Any:
    from ingenium_credentials.models import CourseResult

    return CourseResult.objects.filter(learner_id=learner.pk).values_list("pk", flat=True)


def test_a_rule_that_comes_later_reaches_those_who_hold_the_parts(
    rule: AwardRule, issuer: Issuer, university: Organisation, learner: Any, course_id: str, commits: Any
) -> None:
    with commits(execute=True):
        _pass(learner, course_id)
    _rule(_definition("later", issuer, university), _held("ecosystems"))
    Award.objects.filter(wholes_due_at__isnull=False).update(
        wholes_due_at=timezone.now() - dt.timedelta(minutes=1)
    )

    _run(commits)

    assert Award.objects.filter(definition="later").count() == 1


def test_two_parts_on_the_same_course_do_not_make_a_whole_unless_the_definition_says_so(
    programme: Achievement, sea: Achievement, learner: Any, course_id: str, commits: Any
) -> None:
    same = AwardRule.objects.get(achievement=sea)
    same.condition = {"version": 1, "kind": "course_passed", "course": course_id}
    api.define_rule(same)

    with commits(execute=True):
        _pass(learner, course_id)
    assert sorted(Award.objects.values_list("definition", flat=True)) == ["ecosystems", "sea"]

    Achievement.objects.filter(slug="programme").update(counts_courses_twice=True)
    with commits(execute=True):
        api.reconsider_awards(["sea"])
        api.stack(list(Award.objects.values_list("pk", flat=True)))

    assert Award.objects.filter(definition="programme").count() == 1


def test_a_part_under_review_neither_makes_a_whole_nor_takes_one_away(
    programme: Achievement, learner: Any, course_id: str, commits: Any
) -> None:
    with commits(execute=True):
        _pass(learner, course_id)
    part = Award.objects.get(definition="ecosystems")
    api.open_review(part.uuid, "A question of identity")
    with commits(execute=True):
        _pass(learner, SEA)

    assert not Award.objects.filter(definition="programme").exists()
    whole = AwardRule.objects.get(achievement=programme)
    assert api.known(learner.pk, whole.condition, rule=whole).held["ecosystems"].is_certain is False


def test_what_could_not_be_evaluated_is_tried_again_later(
    programme: Achievement, learner: Any, course_id: str, commits: Any
) -> None:
    AwardRule.objects.filter(achievement=programme).update(condition={"version": 1, "kind": "luck"})

    with commits(execute=True):
        _pass(learner, course_id)

    due = Award.objects.get().wholes_due_at
    assert due is not None
    assert due > timezone.now()


@pytest.mark.parametrize("is_pending", [False, True])
def test_a_review_that_ends_well_completes_what_came_meanwhile(
    programme: Achievement, learner: Any, course_id: str, commits: Any, is_pending: bool
) -> None:
    with commits(execute=not is_pending):
        _pass(learner, course_id)
    api.evaluate([*CourseResult.objects.values_list("pk", flat=True)])
    part = Award.objects.get(definition="ecosystems")
    assert (part.state == Award.State.PENDING) == is_pending
    api.open_review(part, "A question of identity")
    with commits(execute=True):
        _pass(learner, SEA, days=30)
    assert not Award.objects.filter(definition="programme").exists()

    with commits(execute=True):
        api.close_review(part, True, "All is well", 1)

    assert Award.objects.filter(definition="programme").count() == 1


def test_the_preview_of_a_revocation_counts_what_comes_under_review_with_it(
    programme: Achievement, learner: Any, course_id: str, commits: Any
) -> None:
    with commits(execute=True):
        _pass(learner, course_id)
        _pass(learner, SEA)
    part = Award.objects.get(definition="sea")
    assert api.preview_revocation(part.uuid).wholes == 1

    api.revoke(part.uuid, reason="A mistake")

    assert Award.objects.get(definition="programme").review_reason
    assert api.preview_revocation(part.uuid).wholes == 0
