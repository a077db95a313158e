from __future__ import annotations

import datetime as dt
import json
import random
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ingenium_credentials import api
from ingenium_credentials.api import keys
from ingenium_credentials.badges import proof, status_list
from ingenium_credentials.badges.errors import CredentialError
from ingenium_credentials.badges.public_keys import PublicKey
from ingenium_credentials.models import Achievement, Award, Issuer, StatusList
from tests.api.conftest import EARNED_AT
from tests.interleaving import just_before

pytestmark = pytest.mark.django_db


def _award(achievement: Achievement, number: int) -> Award:
    learner = get_user_model().objects.create_user(f"learner{number}", first_name="Ana")
    return api.award(learner_id=learner.pk, achievement=achievement, awarded_at=EARNED_AT)


def _bits(row: StatusList) -> bytes:
    document = json.loads(api.status_document(row.uuid).body)
    return status_list.decode(document["credentialSubject"]["encodedList"])


def test_a_list_is_a_credential_that_the_issuer_has_signed(issued: Award, issuer: Issuer) -> None:
    row = issued.status_list

    document = json.loads(api.publish(row))

    assert document["id"] == api.url_of(row) == f"https://ingenium.example/ingenium/status/{row.uuid}"
    assert document["issuer"] == issuer.did
    key = issuer.keys.get(use="proof")
    (signature,) = document["proof"]
    assert signature["verificationMethod"] == key.method_id
    proof.check(
        document,
        signature,
        PublicKey.from_jwk(key.public_jwk),
        purpose="assertionMethod",
        now=timezone.now() + dt.timedelta(seconds=1),
    )


def test_only_what_was_revoked_reads_one(achievement: Achievement) -> None:
    awards = [_award(achievement, number) for number in range(12)]
    revoked = set(random.sample(awards, 5))
    for award in revoked:
        api.revoke(award.uuid, reason="By mistake")

    bits = _bits(awards[0].status_list)

    assert all(status_list.bit(bits, award.status_index) is (award in revoked) for award in awards)
    assert sum(byte.bit_count() for byte in bits) == len(revoked)


def test_two_reads_give_the_same_bytes(issued: Award) -> None:
    first = api.status_document(issued.status_list.uuid)
    second = api.status_document(issued.status_list.uuid)

    assert (first.body, first.etag) == (second.body, second.etag)
    assert first.etag.startswith('"')
    assert first.ttl_seconds == 300


def test_a_revocation_shows_at_the_next_read(issued: Award) -> None:
    before = api.status_document(issued.status_list.uuid)

    api.revoke(issued.uuid, reason="By mistake")

    assert api.status_document(issued.status_list.uuid).etag != before.etag
    assert status_list.bit(_bits(issued.status_list), issued.status_index)


def test_an_award_does_not_make_the_list_be_signed_anew(issued: Award, achievement: Achievement) -> None:
    before = api.status_document(issued.status_list.uuid)

    _award(achievement, 2)

    assert api.status_document(issued.status_list.uuid).etag == before.etag


@pytest.mark.parametrize(("days", "again"), [(3, False), (4, True), (8, True)])
def test_a_list_is_signed_anew_when_half_of_its_time_is_over(issued: Award, days: int, again: bool) -> None:
    first = api.status_document(issued.status_list.uuid)
    age = dt.timedelta(days=days)
    StatusList.objects.update(published_at=first.published_at - age, valid_until=first.valid_until - age)

    second = api.status_document(issued.status_list.uuid)

    assert (second.valid_until > timezone.now() + dt.timedelta(days=6)) is again


def _lose_keys(issuer: Issuer) -> None:
    issuer.keys.update(uri="file:/nowhere/key.pem")
    keys._kept_signer.cache_clear()


def test_a_list_that_hides_a_revocation_is_not_served(issued: Award, issuer: Issuer) -> None:
    api.publish(issued.status_list)
    api.revoke(issued.uuid, reason="By mistake")
    _lose_keys(issuer)

    with pytest.raises(CredentialError):
        api.status_document(issued.status_list.uuid)


def test_a_list_that_has_expired_is_not_served(issued: Award, issuer: Issuer) -> None:
    api.publish(issued.status_list)
    past = timezone.now() - dt.timedelta(days=8)
    StatusList.objects.update(published_at=past, valid_until=past + dt.timedelta(days=7))
    _lose_keys(issuer)

    with pytest.raises(CredentialError):
        api.status_document(issued.status_list.uuid)


def test_a_list_that_is_merely_due_is_served_while_the_key_is_away(issued: Award, issuer: Issuer) -> None:
    body = api.publish(issued.status_list)
    past = timezone.now() - dt.timedelta(days=5)
    StatusList.objects.update(published_at=past, valid_until=past + dt.timedelta(days=7))
    _lose_keys(issuer)

    assert api.status_document(issued.status_list.uuid).body == body


def test_a_list_that_was_never_signed_is_not_served_unsigned(issued: Award, issuer: Issuer) -> None:
    _lose_keys(issuer)

    with pytest.raises(CredentialError):
        api.status_document(issued.status_list.uuid)


def test_an_unknown_list_is_unknown() -> None:
    with pytest.raises(StatusList.DoesNotExist):
        api.status_document(uuid4())


def test_a_list_has_at_least_the_places_that_hide_the_one_asked_for(settings: Any, issuer: Issuer) -> None:
    settings.INGENIUM_STATUS_LIST_LENGTH = 8

    row, index = api.allot(issuer)

    assert row.length == 131_072
    assert index < row.length


def test_a_full_list_opens_the_next(achievement: Achievement, issuer: Issuer) -> None:
    first = _award(achievement, 1).status_list
    Award.objects.update(status_index=0)
    StatusList.objects.update(length=4, capacity=2)

    rows = [_award(achievement, number).status_list for number in (2, 3, 4)]

    first.refresh_from_db()
    assert [row == first for row in rows] == [True, False, False]
    assert rows[1] == rows[2]
    assert not first.open


def test_every_place_is_given_out_once(achievement: Achievement, issuer: Issuer) -> None:
    StatusList.objects.create(issuer=issuer, length=40, capacity=40)

    awards = [_award(achievement, number) for number in range(41)]

    assert sorted(award.status_index for award in awards[:40]) == list(range(40))
    assert awards[40].status_list != awards[0].status_list


def test_a_list_is_counted_only_when_it_looks_full(achievement: Achievement, issuer: Issuer) -> None:
    row = _award(achievement, 1).status_list
    StatusList.objects.update(capacity=row.length)

    with CaptureQueriesContext(connection) as queries:
        assert api.allot(issuer)[0] == row

    assert len(queries) == 2
    assert not any("COUNT(" in query["sql"] for query in queries)


def test_of_many_who_ask_for_a_list_that_is_due_one_signs(issued: Award) -> None:
    theirs: list[bytes] = []

    def sign() -> None:
        theirs.append(api.status_document(issued.status_list.uuid).body)

    with CaptureQueriesContext(connection) as queries, just_before("SAVEPOINT ", sign):
        ours = api.status_document(issued.status_list.uuid).body

    assert [ours] == theirs
    assert sum(query["sql"].startswith("UPDATE") for query in queries) == 1


def test_signing_twice_at_once_harms_nothing(issued: Award) -> None:
    api.revoke(issued.uuid, reason="By mistake")

    with just_before("UPDATE ingenium_credentials_statuslist", lambda: api.publish(issued.status_list)):
        api.publish(issued.status_list)

    assert status_list.bit(_bits(issued.status_list), issued.status_index)


def test_no_key_and_no_address_is_written_into_a_list_but_the_public_ones(
    issued: Award, key_files: dict[str, str]
) -> None:
    body = api.publish(issued.status_list).decode()

    for uri in key_files.values():
        assert str(Path(uri.removeprefix("file:")).parent) not in body
