"""Many at once, on a database with row locks: MariaDB or MySQL, which is what Open edX runs on."""

from __future__ import annotations

import datetime as dt
import json
import threading
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth import get_user_model
from django.db import OperationalError, connection, connections, transaction
from openedx_events.learning.signals import BADGE_AWARDED

from ingenium_credentials import api
from ingenium_credentials.badges import status_list
from ingenium_credentials.models import Achievement, Award, AwardRule, CourseResult, Credential, IncomingNews
from tests.interleaving import at_once, just_before

pytestmark = [
    pytest.mark.mysql,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "mysql", reason="needs MariaDB: run in the environment mariadb"),
]

EARNED_AT = dt.datetime(2026, 1, 15, tzinfo=dt.UTC)


@pytest.fixture
def heard() -> Iterator[list[str]]:
    uuids: list[str] = []

    def hear(badge: Any, **_kwargs: Any) -> None:
        uuids.append(badge.uuid)

    BADGE_AWARDED.connect(hear)
    yield uuids
    BADGE_AWARDED.disconnect(hear)


def _pass(learner: Any, course_id: str, event_id: str = "e") -> None:
    """As in the LMS: in a transaction, the tasks run when it commits."""
    with transaction.atomic():
        api.record_passing(
            learner_id=learner.pk,
            course_id=course_id,
            is_passing=True,
            at=EARNED_AT,
            event_id=event_id,
            in_lms=True,
        )


def test_twenty_identical_events_at_once_make_one_credential(
    rule: AwardRule, learner: Any, course_id: str, heard: list[str]
) -> None:
    results = at_once(20, lambda _number: _pass(learner, course_id))
    # Whoever lost a race for the database leaves the rest to the sweep.
    api.take_in(list(IncomingNews.objects.values_list("pk", flat=True)))
    api.evaluate(list(CourseResult.objects.values_list("pk", flat=True)))
    api.issue(list(Award.objects.values_list("pk", flat=True)))

    assert results == [None] * 20
    assert CourseResult.objects.get().revision == 1
    assert Award.objects.get().state == Award.State.ISSUED
    assert sorted(Credential.objects.values_list("format", flat=True)) == ["ob3", "ob3-jwt"]
    assert heard == [str(Award.objects.get().uuid)]


def test_twenty_workers_that_evaluate_at_once_make_one_award(
    rule: AwardRule, learner: Any, course_id: str
) -> None:
    CourseResult.objects.create(
        learner_id=learner.pk,
        course_id=course_id,
        is_passing=True,
        passing_since=EARNED_AT,
        dirty=True,
        revision=1,
    )
    result = CourseResult.objects.get()

    results = at_once(20, lambda _number: api.evaluate([result.pk]))

    award = Award.objects.get()
    assert [found for found in results if found not in ([award.pk], [])] == []


def test_workers_that_issue_at_once_sign_once(
    achievement: Achievement, learner: Any, heard: list[str], settings: Any
) -> None:
    with transaction.atomic():
        award = api.award(learner_id=learner.pk, achievement=achievement, awarded_at=EARNED_AT)
        transaction.set_rollback(False)
        # The task that the commit queues would issue it before the others can.
        connection.run_on_commit.clear()

    results = at_once(4, lambda _number: api.issue([award.pk]))

    assert sorted(map(len, results)) == [0, 0, 0, 1]
    assert Credential.objects.count() == 2
    assert heard == [str(award.uuid)]


def test_learners_awarded_at_once_get_places_of_their_own(achievement: Achievement) -> None:
    learners = [get_user_model().objects.create_user(f"l{number}", first_name="A") for number in range(12)]

    results = at_once(
        12,
        lambda number: api.award(
            learner_id=learners[number].pk, achievement=achievement, awarded_at=EARNED_AT
        ),
    )

    assert all(isinstance(found, Award) for found in results), results
    assert len({(found.status_list_id, found.status_index) for found in results}) == 12


def test_revoking_and_signing_at_once_never_hides_a_revocation(achievement: Achievement) -> None:
    learners = [get_user_model().objects.create_user(f"l{number}", first_name="A") for number in range(6)]
    awards = [
        api.award(learner_id=learner.pk, achievement=achievement, awarded_at=EARNED_AT)
        for learner in learners
    ]
    rows = {award.status_list for award in awards}

    def act(number: int) -> None:
        if number < len(awards):
            api.revoke(awards[number].uuid, reason="By mistake")
        else:
            for row in rows:
                api.publish(row)

    assert at_once(len(awards) + 4, act) == [None] * (len(awards) + 4)

    for award in awards:
        document = json.loads(api.status_document(award.status_list.uuid).body)
        bits = status_list.decode(document["credentialSubject"]["encodedList"])
        assert status_list.bit(bits, award.status_index)


def test_a_database_that_goes_away_while_issuing_loses_nothing(
    achievement: Achievement, learner: Any
) -> None:
    with transaction.atomic():
        award = api.award(learner_id=learner.pk, achievement=achievement, awarded_at=EARNED_AT)
        connection.run_on_commit.clear()
    with connection.cursor() as cursor:
        cursor.execute("SELECT CONNECTION_ID()")
        (number,) = cursor.fetchone()

    def cut() -> None:
        def kill() -> None:
            with connection.cursor() as cursor:
                cursor.execute(f"KILL CONNECTION {number}")
            connections.close_all()

        thread = threading.Thread(target=kill)
        thread.start()
        thread.join()

    with just_before("INSERT ingenium_credentials_credential", cut), pytest.raises(OperationalError):
        api.issue([award.pk])
    connection.close()

    award.refresh_from_db()
    assert (award.state, award.credentials.count()) == (Award.State.PENDING, 0)
    assert api.issue([award.pk]) == [award.uuid]


def test_two_rules_that_would_close_a_circle_at_once_do_not(achievement: Achievement) -> None:
    other = Achievement.objects.get(pk=achievement.pk)
    other.pk, other.slug, other.uuid = None, "coast", uuid4()
    other.save()
    pair = ((achievement, "coast"), (other, achievement.slug))

    for _round in range(5):
        AwardRule.objects.all().delete()
        results = at_once(2, lambda number: _needs(*pair[number]))

        assert sorted(type(found).__name__ for found in results) == ["AwardRule", "NotAllowed"], results
        assert AwardRule.objects.count() == 1


def _needs(whole: Achievement, part: str) -> AwardRule:
    condition = {"version": 1, "kind": "credential_held", "definition": part}
    return api.define_rule(AwardRule(name=part, achievement=whole, condition=condition), actor_id=1)
