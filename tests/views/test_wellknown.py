"""Issuers, keys, status lists and the operator's monitoring."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ingenium_credentials import api
from ingenium_credentials.badges.did import did_web_url
from ingenium_credentials.badges.keys import generate_key_file
from ingenium_credentials.badges.public_keys import Algorithm
from ingenium_credentials.models import (
    Award,
    CourseResult,
    IncomingNews,
    Issuer,
    Organisation,
    SigningKey,
    StatusList,
)

from .conftest import Make

HTML = {"accept": "text/html"}


def text(response: Any) -> str:
    return str(response.content.decode())


# Issuers


def test_the_did_document_is_where_the_did_says(client: Client, issuer: Issuer) -> None:
    path = did_web_url(issuer.did).removeprefix("https://ingenium.example")
    response = client.get(path)

    assert response.json()["id"] == issuer.did
    assert response["Access-Control-Allow-Origin"] == "*"
    assert response["Cache-Control"] == "public, max-age=300"
    again = client.get(path, headers={"if-none-match": response["ETag"]})
    assert (again.status_code, again["Access-Control-Allow-Origin"]) == (304, "*")


def test_an_unknown_issuer_is_an_error_that_scripts_can_read(client: Client, db: None) -> None:
    response = client.get("/ingenium/issuers/nobody/did.json")

    assert response.status_code == 404
    assert response["Access-Control-Allow-Origin"] == "*"
    assert response.json()["status"] == 404


def test_the_issuer_page_names_keys_members_and_the_way_to_check(client: Client, issuer: Issuer) -> None:
    page = text(client.get("/ingenium/issuers/uoc/", headers={"accept-language": "el"}))

    for shown in ("Πανεπιστήμιο Κρήτης", issuer.did, "#key-1", "#key-2", "did.json", "/ingenium/verify/"):
        assert shown in page
    assert "Université de Crète" not in page, "not verified"
    assert "G KRITIS01" not in page, "not verified"


def test_a_key_that_was_given_up_is_called_so(client: Client, issuer: Issuer) -> None:
    api.mark_compromised(issuer.keys.get(use="proof"))
    api.retire(issuer.keys.get(use="jwt"))

    page = text(client.get("/ingenium/issuers/uoc/"))

    assert "compromised" in page
    assert "retired" in page


def test_no_address_of_a_private_key_is_on_any_page(client: Client, issuer: Issuer) -> None:
    for path in ("/ingenium/issuers/uoc/", "/ingenium/issuers/uoc/did.json", "/ingenium/health/"):
        assert "file:" not in text(client.get(path))
        assert ".pem" not in text(client.get(path))


def test_a_new_key_and_one_that_was_given_up_are_seen_at_once(
    client: Client, make_award: Make, tmp_path: Path
) -> None:
    award = make_award(shared=True)
    keys = f"/ingenium/issuers/{award.issuer.slug}/did.json"
    page = f"/ingenium/credentials/{award.uuid}"
    before, first = client.get(keys), client.get(page, headers=HTML)

    path = tmp_path / "private" / "key.pem"
    generate_key_file(path, Algorithm.ED25519)
    new = api.create_key(award.issuer, use="proof", uri=f"file:{path}")
    after = client.get(keys, headers={"if-none-match": before["ETag"]})
    assert after.status_code == 200
    assert new.method_id in text(after)

    api.mark_compromised(award.issuer.keys.get(use="proof", fragment="key-1"))
    again = client.get(page, headers=HTML | {"if-none-match": first["ETag"]})
    assert "Not valid" in text(again)
    assert "Not valid" not in text(first)


# Status lists


@pytest.fixture
def listed(make_award: Make) -> StatusList:
    return make_award().status_list


def test_the_list_is_served_as_signed_and_may_be_kept_for_its_time(
    client: Client, listed: StatusList
) -> None:
    response = client.get(f"/ingenium/status/{listed.uuid}")

    assert response.status_code == 200
    assert response["Content-Type"] == "application/vc+ld+json"
    assert response["Cache-Control"] == "public, max-age=300, no-transform"
    assert response["Access-Control-Allow-Origin"] == "*"
    assert "Content-Encoding" not in response
    assert response.json()["id"] == f"https://ingenium.example/ingenium/status/{listed.uuid}"
    assert api.verify(response.content).verdict == "valid"


def test_a_list_that_has_not_changed_is_not_sent_twice(client: Client, listed: StatusList) -> None:
    first = client.get(f"/ingenium/status/{listed.uuid}")
    second = client.get(f"/ingenium/status/{listed.uuid}", headers={"if-none-match": first["ETag"]})

    assert (second.status_code, second.content) == (304, b"")
    assert second["Access-Control-Allow-Origin"] == "*"
    assert second["Cache-Control"] == first["Cache-Control"]


def test_head_tells_of_a_list_and_of_keys_without_sending_them(client: Client, listed: StatusList) -> None:
    for path in (f"/ingenium/status/{listed.uuid}", f"/ingenium/issuers/{listed.issuer.slug}/did.json"):
        whole, head = client.get(path), client.head(path)
        assert (head.status_code, head.content) == (200, b"")
        assert (head["ETag"], head["Content-Length"]) == (whole["ETag"], whole["Content-Length"])


def test_a_revocation_changes_the_list_at_once(client: Client, make_award: Make) -> None:
    award = make_award()
    before = client.get(f"/ingenium/status/{award.status_list.uuid}")
    api.revoke(award.uuid, reason="A wrong run")

    after = client.get(
        f"/ingenium/status/{award.status_list.uuid}", headers={"if-none-match": before["ETag"]}
    )

    assert after.status_code == 200
    assert after["ETag"] != before["ETag"]


def test_a_list_that_cannot_be_signed_is_an_error_and_never_an_old_one(
    client: Client, make_award: Make, issuer: Issuer
) -> None:
    award = make_award()
    client.get(f"/ingenium/status/{award.status_list.uuid}")
    api.revoke(award.uuid, reason="A wrong run")
    StatusList.objects.update(stale=True)
    SigningKey.objects.filter(use="proof").update(retired_at=timezone.now())

    response = client.get(f"/ingenium/status/{award.status_list.uuid}")

    assert response.status_code == 503
    assert response["Retry-After"] == "60"
    assert response["Access-Control-Allow-Origin"] == "*"
    assert "key" not in response.json()["detail"].lower()


def test_an_unknown_list_is_an_error_that_scripts_can_read(client: Client, db: None) -> None:
    response = client.get(f"/ingenium/status/{uuid4()}")

    assert (response.status_code, response["Access-Control-Allow-Origin"]) == (404, "*")


# Health


def health(client: Client) -> Any:
    """As staff sees it: with figures, and as of now."""
    staff, _made = get_user_model().objects.get_or_create(username="operator", is_staff=True)
    client.force_login(staff)
    return client.get("/ingenium/health/")


def test_strangers_learn_what_is_wrong_but_no_figures_and_not_how_things_change_by_the_second(
    client: Client, db: None
) -> None:
    CourseResult.objects.create(learner_id=1, course_id="course-v1:A+B+C", dirty=True)
    CourseResult.objects.update(changed_at=timezone.now() - dt.timedelta(hours=1))
    response = client.get("/ingenium/health/")
    trouble = {"status": "trouble", "problems": ["results wait too long to be evaluated"]}
    assert (response.status_code, response.json()) == (503, trouble)

    CourseResult.objects.all().delete()
    with CaptureQueriesContext(connection) as queries:
        assert client.get("/ingenium/health/").json() == trouble
        assert client.head("/ingenium/health/").status_code == 503
    assert not [query for query in queries if "SAVEPOINT" not in query["sql"]]
    cache.clear()
    assert client.get("/ingenium/health/").json() == {"status": "ok", "problems": []}


def test_a_cache_that_is_away_does_not_hide_trouble(client: Client, db: None, settings: Any) -> None:
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.memcached.PyMemcacheCache",
            "LOCATION": "127.0.0.1:1",
        }
    }
    CourseResult.objects.create(learner_id=1, course_id="course-v1:A+B+C", dirty=True)
    CourseResult.objects.update(changed_at=timezone.now() - dt.timedelta(hours=1))

    assert client.get("/ingenium/health/").status_code == 503


def test_all_is_well_after_an_award(client: Client, make_award: Make) -> None:
    make_award()
    response = health(client)

    assert response.status_code == 200
    found = response.json()
    assert found["status"] == "ok"
    assert found["problems"] == []
    assert (found["dirty_results"], found["pending_awards"], found["failed_awards"]) == (0, 0, 0)
    assert response["Cache-Control"] == "no-store"


def test_results_that_wait_too_long_are_trouble(client: Client, db: None) -> None:
    CourseResult.objects.create(learner_id=1, course_id="course-v1:A+B+C", dirty=True)
    assert health(client).status_code == 200
    CourseResult.objects.update(changed_at=timezone.now() - dt.timedelta(hours=1))

    response = health(client)

    assert response.status_code == 503
    assert response.json()["problems"] == ["results wait too long to be evaluated"]


def test_news_that_nobody_takes_in_is_trouble(client: Client, db: None) -> None:
    heard_at = timezone.now()
    IncomingNews.objects.create(learner_id=1, kind="passing", heard_at=heard_at)
    assert health(client).status_code == 200
    IncomingNews.objects.update(heard_at=heard_at - dt.timedelta(hours=1))

    assert health(client).json()["problems"] == ["news of the LMS waits too long to be taken in"]


def test_awards_that_could_not_be_issued_are_trouble(client: Client, make_award: Make) -> None:
    Award.objects.filter(pk=make_award().pk).update(state="pending", attempts=2)

    assert health(client).json()["problems"] == ["awards could not be issued"]


def test_an_expired_list_is_trouble(client: Client, listed: StatusList) -> None:
    api.publish(listed)
    StatusList.objects.update(valid_until=timezone.now() - dt.timedelta(seconds=1))

    assert health(client).json()["problems"] == ["a status list has expired"]


def test_the_last_comparison_with_the_lms_is_told(client: Client, db: None) -> None:
    assert health(client).json()["last_reconciliation_seconds"] is None

    api.reconcile_nightly()

    found = health(client).json()
    assert (found["last_reconciliation_seconds"], found["differences_left"]) == (0, 0)


def test_two_nights_without_a_comparison_are_trouble(client: Client, db: None) -> None:
    run = api.reconcile_nightly()
    run.started_at -= dt.timedelta(days=3)
    run.save()

    assert health(client).json()["problems"] == ["the LMS was not compared for two nights"]


def test_an_issuer_whose_key_is_gone_is_trouble(
    client: Client, university: Organisation, tmp_path: Path
) -> None:
    row = Issuer.objects.create(slug="x", organisation=university, did="did:web:ingenium.example:x")
    found = health(client).json()

    assert found["problems"] == ["an issuer has no key to sign with"]
    assert found["issuers_without_keys"] == [row.slug]


def test_health_names_nobody(client: Client, make_award: Make, learner: Any) -> None:
    award = make_award()
    page = json.dumps(health(client).json())

    for secret in (award.recipient_name, learner.email, learner.username, str(award.uuid)):
        assert secret not in page
