"""Erasure: nothing that names the learner is left, and what they hold goes on to count."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from django.utils import timezone

from ingenium_credentials import api
from ingenium_credentials.badges import status_list
from ingenium_credentials.badges.baking import bake_png
from ingenium_credentials.badges.report import Outcome, Report
from ingenium_credentials.models import (
    Achievement,
    Approval,
    AuditEntry,
    Award,
    AwardImport,
    AwardRule,
    CourseResult,
    Credential,
    Letter,
    Objection,
    PartResult,
    Simulation,
)
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
    assert (kept.state, kept.awarded_at, kept.status_index, kept.learner_id) == (
        Award.State.ERASED,
        EARNED_AT,
        issued.status_index,
        issued.learner_id,
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
    assert award.state == Award.State.ERASED
    assert api.issue([award.pk]) == []


def test_forgetting_twice_changes_nothing(issued: Award, learner: Any) -> None:
    assert api.forget_learner(learner.pk) == 1
    assert api.forget_learner(learner.pk) == 0
    assert AuditEntry.objects.filter(action="erased").count() == 1


def test_others_are_not_forgotten(issued: Award) -> None:
    assert api.forget_learner((issued.learner_id or 0) + 1) == 0

    issued.refresh_from_db()
    assert issued.recipient_name


# By the holder, or for the holder by an officer


def remarks(report: Report) -> list[str]:
    """What the report says of our own record."""
    return [check.message for check in report.checks if check.id == api.RECORD]


def files(award: Award) -> dict[str, bytes]:
    """What the holder has downloaded."""
    return {row.format: bytes(row.body) for row in award.credentials.all()}


def test_the_row_of_an_erased_award_leads_to_nobody(issued: Award, learner: Any, rule: AwardRule) -> None:
    Award.objects.filter(pk=issued.pk).update(
        rule=rule, evidence=[{"name": "Her essay"}], supervision={"kind": "proctored"}, grade="0.875"
    )
    Approval.objects.create(
        rule=rule, learner_id=learner.pk, approved=True, at=timezone.now(), reason="She was ill."
    )
    api.share(issued, True, learner.pk)
    subject = issued.recipient_uuid

    assert api.erase_award(issued.uuid, by_holder=True) == 1

    kept = Award.objects.get()
    assert (kept.state, kept.learner_id, kept.grade) == (Award.State.ERASED, None, None)
    assert (kept.evidence, kept.supervision, kept.courses) == ([], None, [])
    assert kept.recipient_uuid != subject
    assert kept.erased_at is not None
    assert kept.revoked_at is None
    assert not Credential.objects.exists()
    assert not Letter.objects.exists()
    assert not Approval.objects.exists()
    assert not AuditEntry.objects.filter(actor_id=learner.pk).exists()


@pytest.mark.parametrize("name", ["ob3", "ob3-jwt"])
def test_the_document_in_the_holders_hands_stays_valid_and_is_known_as_ours(issued: Award, name: str) -> None:
    held = files(issued)[name]
    assert remarks(api.verify(held)) == []

    api.erase_award(issued.uuid, by_holder=True)

    report = api.verify(held)
    assert report.verdict == "valid"
    assert remarks(report) == [api.ERASED]


def test_it_is_known_in_a_picture_and_as_a_wallet_writes_it(issued: Award) -> None:
    held = files(issued)["ob3"]
    picture = bake_png(bytes(issued.achievement.image_png), held)
    rewritten = json.dumps(json.loads(held), indent=4, sort_keys=True).encode()
    api.erase_award(issued.uuid)

    for form in (picture, rewritten):
        assert remarks(api.verify(form)) == [api.ERASED]


def test_a_changed_document_with_our_id_gets_no_remark(issued: Award) -> None:
    document = json.loads(files(issued)["ob3"])
    api.erase_award(issued.uuid)
    document["name"] = "Something better"

    report = api.verify(json.dumps(document).encode())

    assert report.verdict == "not valid"
    assert remarks(report) == []


def test_a_document_whose_digest_is_another_gets_no_remark(issued: Award) -> None:
    held = files(issued)["ob3"]
    api.erase_award(issued.uuid)
    Award.objects.update(digest_salt="another")

    report = api.verify(held)

    assert (report.verdict, remarks(report)) == ("valid", [])


def test_the_digest_says_nothing_without_the_document(issued: Award) -> None:
    api.erase_award(issued.uuid)

    kept = Award.objects.get()
    assert set(kept.digests) == {"ob3", "ob3-jwt"}
    assert len(kept.digest_salt) == 43
    assert "example.org" not in json.dumps(kept.digests)


def test_erasing_does_not_take_a_revocation_back(issued: Award) -> None:
    held = files(issued)["ob3"]
    api.revoke(issued.uuid, reason="By mistake")
    api.erase_award(issued.uuid)

    report = api.verify(held)

    assert report.verdict == "not valid"
    assert {check.id for check in report.checks if check.outcome is Outcome.FAILED} == {"status"}
    assert Award.objects.get().revocation_reason == ""


def test_what_was_erased_is_not_awarded_by_the_next_news(
    rule: AwardRule, learner: Any, course_id: str
) -> None:
    def pass_course(number: int) -> None:
        at = EARNED_AT + dt.timedelta(days=number)
        news = {"learner_id": learner.pk, "course_id": course_id, "event_id": f"e{number}", "at": at}
        api.record_passing(is_passing=True, **news)
        api.record_grade(grade=f"0.9{number}", **news)
        api.evaluate(list(CourseResult.objects.values_list("pk", flat=True)))

    pass_course(1)
    first = Award.objects.get()
    api.erase_award(first.uuid, by_holder=True)

    pass_course(2)
    assert Award.objects.get() == first

    assert api.allow_again(learner.pk, first.definition)
    pass_course(3)
    assert Award.objects.count() == 2


def test_an_objection_names_nobody(issued: Award, learner: Any) -> None:
    api.erase_award(issued.uuid)

    kept = Objection.objects.get()
    assert issued.definition not in kept.digest
    assert api.has_objected(learner.pk, issued.definition)
    assert not api.has_objected(learner.pk + 1, issued.definition)


def test_everything_that_is_held_on_a_learner_goes(
    issued: Award, result: CourseResult, learner: Any, achievement: Achievement
) -> None:
    now = timezone.now()
    PartResult.objects.create(
        learner_id=learner.pk, course_id="course-v1:a+b+c", kind="block", key="x", value=1, at=now
    )
    trial = {"course_id": "course-v1:a+b+c", "achievement": achievement, "condition": {}, "asked_at": now}
    Simulation.objects.create(outcome={"earned": [learner.pk]}, **trial)
    other = Simulation.objects.create(outcome={"earned": [learner.pk + 7000]}, **trial)
    AwardImport.objects.create(
        achievement=achievement,
        rows=[{"learner": learner.pk}, {"learner": learner.pk + 7000}],
        sha256="0" * 64,
        at=now,
    )

    preview = api.preview_learner_erasure(learner.pk)
    assert (len(preview.awards), preview.results, preview.letters) == (1, 2, 1)

    assert api.erase_learner(learner.pk, by_holder=True) == 1

    assert not CourseResult.objects.exists()
    assert not PartResult.objects.exists()
    assert list(Simulation.objects.all()) == [other]
    assert AwardImport.objects.get().rows == [{"learner": learner.pk + 7000}]
    assert not api.preview_learner_erasure(learner.pk).changes
    assert api.erase_learner(learner.pk) == 0


def test_when_an_account_ends_no_file_and_no_trial_names_it_any_more(
    issued: Award, learner: Any, achievement: Achievement
) -> None:
    now = timezone.now()
    trial = {"course_id": "course-v1:a+b+c", "achievement": achievement, "condition": {}, "asked_at": now}
    Simulation.objects.create(outcome={"near": [{"learner": learner.pk}]}, **trial)
    rows = [{"learner": learner.pk, "reason": "Too late"}, {"learner": learner.pk + 7000}]
    AwardImport.objects.create(achievement=achievement, rows=rows, sha256="0" * 64, at=now)

    api.forget_learner(learner.pk)

    assert not Simulation.objects.exists()
    assert AwardImport.objects.get().rows == [{"learner": learner.pk + 7000}]


def test_a_correction_and_what_it_corrects_go_together(issued: Award, learner: Any) -> None:
    newer = Award.objects.get(pk=issued.pk)
    newer.pk, newer.occasion, newer.status_index = None, 2, issued.status_index + 1
    newer.uuid, newer.supersedes = issued.recipient_uuid, issued
    newer.save(force_insert=True)

    assert len(api.preview_award_erasure(issued.uuid).awards) == 2
    assert api.erase_award(issued.uuid) == 2
    assert not Award.objects.exclude(recipient_name="").exists()


def test_a_part_and_the_whole_are_not_linked_any_more(issued: Award) -> None:
    whole = Award.objects.get(pk=issued.pk)
    whole.pk, whole.definition, whole.status_index = None, "whole", issued.status_index + 1
    whole.uuid = issued.recipient_uuid
    whole.save(force_insert=True)
    whole.parts.add(issued)

    api.erase_award(issued.uuid)

    whole.refresh_from_db()
    assert whole.recipient_name
    assert not whole.parts.exists()


def test_an_account_that_ends_later_changes_nothing_more(issued: Award, learner: Any) -> None:
    api.erase_award(issued.uuid)

    assert api.forget_learner(learner.pk) == 0


def test_who_was_retired_first_can_still_be_erased(issued: Award, learner: Any) -> None:
    api.forget_learner(learner.pk)

    assert api.erase_learner(learner.pk) == 1
    assert Award.objects.get().learner_id is None


def test_a_sealed_credential_is_known_too(
    achievement: Achievement, learner: Any, sealing_certificate: Any
) -> None:
    achievement.quality_agency, achievement.quality_agency_country = "Hellenic Authority (example)", "GR"
    api.define(achievement)
    made = api.award(learner_id=learner.pk, achievement=achievement, awarded_at=EARNED_AT)
    api.issue([made.pk])
    held = files(made)["elm"]

    api.erase_award(made.uuid)

    report = api.verify(held)
    assert (report.verdict, remarks(report)) == ("valid", [api.ERASED])
