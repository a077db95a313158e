from __future__ import annotations

import json
from typing import Any

import pytest

from ingenium_credentials import api
from ingenium_credentials.badges import status_list
from ingenium_credentials.models import AuditEntry, Award, CourseResult, Credential
from tests.api.conftest import EARNED_AT

pytestmark = pytest.mark.django_db


@pytest.fixture
def result(award: Award, course_id: str) -> CourseResult:
    api.record_certificate(
        learner_id=award.learner_id or 0,
        course_id=course_id,
        status="downloadable",
        mode="honor",
        printed_name="Ελένη Παπαδάκη",
        grade="",
        at=EARNED_AT,
        event_id="c",
    )
    return CourseResult.objects.get()


def test_nothing_that_names_the_learner_is_left(issued: Award, result: CourseResult) -> None:
    api.share(issued, True, None)

    api.forget_learner(issued.learner_id or 0)

    issued.refresh_from_db()
    result.refresh_from_db()
    names = (issued.recipient_name, issued.recipient_latin_name, issued.email_hash, issued.email_salt)
    assert names == ("", "", "", "")
    assert (result.printed_name, result.dirty) == ("", False)
    assert issued.shared_at is None
    assert not Credential.objects.exists()


def test_the_evidence_of_the_issuer_stays(issued: Award, result: CourseResult) -> None:
    api.forget_learner(issued.learner_id or 0)

    kept = Award.objects.get()
    assert (kept.state, kept.awarded_at, kept.status_index) == (
        Award.State.ISSUED,
        EARNED_AT,
        issued.status_index,
    )
    assert CourseResult.objects.get().certificate_status == "downloadable"


def test_a_document_in_a_wallet_can_still_be_revoked(issued: Award) -> None:
    api.forget_learner(issued.learner_id or 0)

    api.revoke(issued.uuid, reason="By mistake")

    document = json.loads(api.status_document(issued.status_list.uuid).body)
    bits = status_list.decode(document["credentialSubject"]["encodedList"])
    assert status_list.bit(bits, issued.status_index)


def test_what_was_not_issued_yet_never_will_be(award: Award) -> None:
    api.forget_learner(award.learner_id or 0)

    award.refresh_from_db()
    assert award.state == Award.State.REVOKED
    assert api.issue([award.pk]) == []


def test_forgetting_twice_changes_nothing(issued: Award, learner: Any) -> None:
    assert api.forget_learner(learner.pk) == 1
    assert api.forget_learner(learner.pk) == 0
    assert AuditEntry.objects.filter(action="forgotten").count() == 1


def test_others_are_not_forgotten(issued: Award) -> None:
    assert api.forget_learner((issued.learner_id or 0) + 1) == 0

    issued.refresh_from_db()
    assert issued.recipient_name
