"""Every way to an award gives the same documents, but for ids, times of signing and the place in the list."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone

from ingenium_credentials import api
from ingenium_credentials.models import (
    Achievement,
    Award,
    AwardRule,
    CourseResult,
    Credential,
    SealingCertificate,
)

pytestmark = pytest.mark.django_db

EARNED_AT = dt.datetime(2026, 1, 15, tzinfo=dt.UTC)


def _pass(learner: Any, course_id: str) -> CourseResult:
    whom = {"learner_id": learner.pk, "course_id": course_id, "at": EARNED_AT, "event_id": "e"}
    api.record_passing(**whom, is_passing=True)
    api.record_grade(**whom, grade=0.9)
    return CourseResult.objects.get(learner_id=learner.pk)


def automatic(learner: Any, rule: AwardRule, course_id: str) -> None:
    api.evaluate([_pass(learner, course_id).pk])


def reconciled(learner: Any, rule: AwardRule, course_id: str) -> None:
    _pass(learner, course_id)
    CourseResult.objects.update(dirty=False)
    api.reconcile(course_id=course_id, dry_run=False)


def by_hand(learner: Any, rule: AwardRule, course_id: str) -> None:
    api.award_by_hand(
        rule.achievement,
        learner.pk,
        awarded_at=EARNED_AT,
        grade=Decimal("0.9"),
        reason="As the rule would",
        actor_id=1,
    )


def by_file(learner: Any, rule: AwardRule, course_id: str) -> None:
    CourseResult.objects.create(learner_id=learner.pk, course_id=course_id)
    text = f"username,earned_on,grade,reason\n{learner.username},2026-01-15,90 %,As the rule would\n"
    row = api.check_import(text.encode(), "a.csv", course_id, rule.achievement, actor_id=1).row
    assert row is not None
    api.apply_import(row, actor_id=1)


def _documents(learner_id: int) -> dict[str, str]:
    """What is said in each format, without what must differ from one award to the next."""
    award = Award.objects.get(learner_id=learner_id)
    if award.state == Award.State.PENDING:
        api.issue([award.pk])
        award.refresh_from_db()
    said = {}
    for credential in Credential.objects.filter(award=award, format__in=("ob3", "elm")):
        document = json.loads(bytes(credential.body))
        # What is sealed is a text inside the file; the seals are around it.
        document = json.loads(document["payload"]) if credential.format == "elm" else document
        document.pop("proof", None)
        said[credential.format] = json.dumps(_without_own(document, award), sort_keys=True)
    return said


def _without_own(value: Any, award: Award) -> Any:
    if isinstance(value, dict):
        return {name: _without_own(member, award) for name, member in value.items() if name not in _OWN}
    if isinstance(value, list):
        return [_without_own(member, award) for member in value]
    own = {str(award.uuid): "ID", str(award.recipient_uuid): "RECIPIENT"}
    for text, instead in own.items():
        value = value.replace(text, instead) if isinstance(value, str) else value
    return value


# The place in the status list, the day of issue, and a salted hash with its salt.
_OWN = {"credentialStatus", "validFrom", "issued", "issuanceDate", "identityHash", "salt"}


@pytest.fixture
def rule(rule: AwardRule, sealing_certificate: SealingCertificate) -> AwardRule:
    """The rule, on a site that issues and seals both formats."""
    definition = rule.achievement
    definition.quality_agency, definition.quality_agency_country = "Hellenic Authority (example)", "GR"
    api.define(definition)
    return rule


@pytest.mark.parametrize("way", [reconciled, by_hand, by_file], ids=lambda way: way.__name__)
def test_every_way_gives_the_document_that_the_rule_gives(
    rule: AwardRule,
    achievement: Achievement,
    course_id: str,
    way: Callable[[Any, AwardRule, str], None],
) -> None:
    people = [
        get_user_model().objects.create_user(name, f"{name}@example.org", first_name="Ελένη", last_name="Π")
        for name in ("first", "second")
    ]
    automatic(people[0], rule, course_id)
    way(people[1], rule, course_id)

    expected, found = (_documents(person.pk) for person in people)

    assert timezone.now() > EARNED_AT
    assert set(expected) == {"ob3", "elm"}
    assert found == expected
