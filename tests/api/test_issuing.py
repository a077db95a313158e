from __future__ import annotations

import datetime as dt
import hashlib
import json
import logging
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import OperationalError, connection
from django.utils import timezone
from openedx_events.learning.signals import BADGE_AWARDED

from ingenium_credentials import api
from ingenium_credentials.api import keys
from ingenium_credentials.badges import jose
from ingenium_credentials.badges.public_keys import PublicKey
from ingenium_credentials.models import (
    Achievement,
    Award,
    AwardRule,
    Credential,
    Issuer,
    OrganisationName,
    SigningKey,
)
from tests.api.conftest import EARNED_AT
from tests.interleaving import just_before

pytestmark = pytest.mark.django_db


@pytest.fixture
def heard() -> Any:
    events: list[Any] = []

    def hear(badge: Any, **_kwargs: Any) -> None:
        events.append(badge)

    BADGE_AWARDED.connect(hear)
    yield events
    BADGE_AWARDED.disconnect(hear)


def test_an_award_is_issued_in_every_format(award: Award) -> None:
    assert api.issue([award.pk]) == [award.uuid]

    award.refresh_from_db()
    assert award.state == Award.State.ISSUED
    assert award.issued_at is not None
    written = {row.format: row for row in award.credentials.all()}
    assert {name: row.media_type for name, row in written.items()} == {
        "ob3": "application/vc+ld+json",
        "ob3-jwt": "application/jwt",
    }
    for row in written.values():
        assert row.sha256 == hashlib.sha256(bytes(row.body)).hexdigest()
        assert row.issued_at == award.issued_at


@pytest.mark.parametrize("name", ["ob3", "ob3-jwt"])
def test_what_is_issued_verifies(issued: Award, name: str) -> None:
    report = api.verify(bytes(issued.credentials.get(format=name).body))

    assert report.verdict == "valid", report.as_dict()


@pytest.mark.parametrize("name", ["ob3", "ob3-jwt"])
def test_what_was_revoked_verifies_no_more(issued: Award, name: str) -> None:
    api.revoke(issued.uuid, reason="By mistake")

    assert api.verify(bytes(issued.credentials.get(format=name).body)).verdict == "not valid"


def test_both_formats_say_the_same(issued: Award, issuer: Issuer) -> None:
    embedded = json.loads(bytes(issued.credentials.get(format="ob3").body))
    token = jose.decode(bytes(issued.credentials.get(format="ob3-jwt").body))
    payload = jose.check(token, PublicKey.from_jwk(issuer.keys.get(use="jwt").public_jwk))

    embedded.pop("proof")
    assert {name: payload[name] for name in embedded} == embedded
    assert embedded["validFrom"] == "2026-01-15T10:30:00Z"
    assert embedded["credentialSubject"]["name"] == "Ελένη Παπαδάκη"


def test_each_format_is_signed_with_the_key_for_it(issued: Award) -> None:
    rows = issued.credentials.select_related("signing_key")
    uses = {row.format: row.signing_key.use for row in rows if row.signing_key is not None}

    assert uses == {"ob3": SigningKey.Use.PROOF, "ob3-jwt": SigningKey.Use.JWT}


def test_issuing_again_changes_nothing(issued: Award) -> None:
    before = list(issued.credentials.order_by("format").values_list("sha256", flat=True))

    assert api.issue([issued.pk, issued.pk]) == []
    assert list(issued.credentials.order_by("format").values_list("sha256", flat=True)) == before


def test_what_is_there_is_not_signed_anew(award: Award, settings: Any) -> None:
    settings.INGENIUM_FORMATS = ["ob3"]
    api.issue([award.pk])
    before = Credential.objects.get().sha256
    Award.objects.update(state=Award.State.PENDING)
    settings.INGENIUM_FORMATS = ["ob3", "ob3-jwt"]

    api.issue([award.pk])

    assert Credential.objects.get(format="ob3").sha256 == before
    assert award.credentials.count() == 2


def test_the_platform_hears_of_it_once(
    award: Award, learner: Any, heard: Any, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        api.issue([award.pk])
        api.issue([award.pk])

    (badge,) = heard
    assert badge.uuid == str(award.uuid)
    assert (badge.user.id, badge.user.pii.username) == (learner.pk, "eleni")
    assert badge.template.uuid == str(award.achievement.uuid)
    assert badge.template.name == "Mediterranean ecosystems"


def test_another_plugin_s_fault_does_not_undo_the_award(
    award: Award, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    settings.DEBUG = True

    def fail(**_kwargs: Any) -> None:
        raise RuntimeError

    BADGE_AWARDED.connect(fail)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            api.issue([award.pk])
    finally:
        BADGE_AWARDED.disconnect(fail)

    award.refresh_from_db()
    assert award.state == Award.State.ISSUED


def test_an_award_whose_learner_has_left_is_issued_without_telling(
    award: Award, learner: Any, heard: Any, django_capture_on_commit_callbacks: Any
) -> None:
    learner.delete()

    with django_capture_on_commit_callbacks(execute=True):
        assert api.issue([award.pk]) == [award.uuid]
    assert heard == []


def test_a_key_that_cannot_be_read_leads_to_another_attempt(
    award: Award, issuer: Issuer, caplog: Any
) -> None:
    key = issuer.keys.get(use="jwt")
    SigningKey.objects.filter(pk=key.pk).update(uri="file:/nowhere/key.pem")
    keys._kept_signer.cache_clear()

    with caplog.at_level(logging.DEBUG):
        assert api.issue([award.pk]) == []

    award.refresh_from_db()
    assert (award.state, award.attempts, award.credentials.count()) == (Award.State.PENDING, 1, 0)
    assert award.next_attempt_at is not None
    assert award.next_attempt_at > timezone.now()
    assert "/nowhere/key.pem" in award.last_problem
    assert not any("Παπαδάκη" in record.getMessage() for record in caplog.records)

    SigningKey.objects.filter(pk=key.pk).update(uri=key.uri)
    assert api.issue([award.pk]) == [award.uuid]
    assert Award.objects.filter(last_problem="", next_attempt_at=None).exists()


def test_attempts_become_rarer_up_to_a_day(award: Award, settings: Any) -> None:
    settings.INGENIUM_FORMATS = ["unheard-of"]
    waits = []
    for _attempt in range(14):
        before = timezone.now()
        api.issue([award.pk])
        award.refresh_from_db()
        assert award.next_attempt_at is not None
        waits.append(round((award.next_attempt_at - before).total_seconds() / 60))

    assert waits[:4] == [1, 2, 4, 8]
    assert waits[-1] == 24 * 60
    assert "unheard-of" in award.last_problem


def test_one_award_s_trouble_does_not_keep_the_others(achievement: Achievement, award: Award) -> None:
    other = get_user_model().objects.create_user("other", first_name="Other")
    Award.objects.filter(pk=award.pk).update(recipient_name="\ud83d".encode("utf-16", "surrogatepass").hex())
    broken = api.new_version(achievement)
    Achievement.objects.filter(pk=broken.pk).update(names=[])
    Award.objects.filter(pk=award.pk).update(achievement=broken)
    good = api.award(learner_id=other.pk, achievement=achievement, awarded_at=EARNED_AT)

    assert api.issue([award.pk, good.pk]) == [good.uuid]

    award.refresh_from_db()
    assert award.last_problem


def test_nothing_is_signed_for_a_body_whose_name_nobody_verified(award: Award) -> None:
    OrganisationName.objects.filter(organisation__slug="uoc").update(verified=False)

    assert api.issue([award.pk]) == []
    assert not Credential.objects.exists()


def test_an_error_that_is_not_ours_is_kept_by_its_class_only(award: Award, monkeypatch: Any) -> None:
    def fail(*_args: Any, **_kwargs: Any) -> None:
        raise RuntimeError("Ελένη Παπαδάκη <eleni@example.org>")

    monkeypatch.setattr(json, "dumps", fail)
    api.issue([award.pk])
    monkeypatch.undo()

    award.refresh_from_db()
    assert award.last_problem == "RuntimeError"


def test_an_award_that_is_revoked_in_this_moment_is_not_issued(award: Award) -> None:
    def revoke() -> None:
        Award.objects.filter(pk=award.pk).update(state=Award.State.REVOKED)

    with just_before("INSERT ingenium_credentials_credential", revoke):
        assert api.issue([award.pk]) == []

    assert not Credential.objects.exists()


def test_what_another_worker_signed_in_this_moment_counts(award: Award, issuer: Issuer) -> None:
    def win() -> None:
        Credential.objects.create(
            award=award,
            format="ob3",
            media_type="application/vc+ld+json",
            body=b"theirs",
            sha256="",
            signing_key=issuer.keys.get(use="proof"),
            issued_at=timezone.now(),
        )

    with just_before("SELECT ingenium_credentials_signingkey", win):
        assert api.issue([award.pk]) == [award.uuid]

    assert bytes(Credential.objects.get(format="ob3").body) == b"theirs"
    assert award.credentials.count() == 2


def test_a_database_that_goes_away_is_reported_after_all_were_tried(
    achievement: Achievement, award: Award
) -> None:
    other = get_user_model().objects.create_user("other", first_name="Other")
    good = api.award(learner_id=other.pk, achievement=achievement, awarded_at=EARNED_AT)
    gone = iter([True])

    def go_away(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith("INSERT") and "credentials_credential" in sql and next(gone, False):
            raise OperationalError("server has gone away")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(go_away), pytest.raises(OperationalError):
        api.issue([award.pk, good.pk])

    good.refresh_from_db()
    award.refresh_from_db()
    assert (good.state, award.state) == (Award.State.ISSUED, Award.State.PENDING)
    # The row is not to blame, so nothing keeps it from being tried at once.
    assert (award.attempts, award.next_attempt_at) == (0, None)
    assert api.issue([award.pk]) == [award.uuid]


def test_issuing_needs_few_queries_and_no_picture(award: Award, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(18) as captured:
        api.issue([award.pk])

    assert not any("image_svg" in query["sql"] for query in captured.captured_queries)


def test_a_certificate_page_finds_the_credential(
    rule: AwardRule, learner: Any, course_id: str, django_capture_on_commit_callbacks: Any
) -> None:
    whom = {"learner_id": learner.pk, "course_id": course_id}
    assert api.credential_for_certificate(**whom) is None
    with django_capture_on_commit_callbacks(execute=True):
        api.record_passing(**whom, is_passing=True, at=EARNED_AT, event_id="e")

    assert api.credential_for_certificate(**whom) == {
        "url": api.credential_url(Award.objects.get()),
        "verify_url": "https://ingenium.example/ingenium/verify/",
    }


def test_an_award_is_good_until_its_end(achievement: Achievement, learner: Any) -> None:
    achievement.validity_days = 1
    achievement.save()
    award = api.award(learner_id=learner.pk, achievement=achievement, awarded_at=EARNED_AT)
    api.issue([award.pk])
    body = bytes(award.credentials.get(format="ob3").body)

    assert json.loads(body)["validUntil"] == "2026-01-16T10:30:00Z"
    assert api.verify(body, now=EARNED_AT + dt.timedelta(days=2)).verdict == "not valid"
