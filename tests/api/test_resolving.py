from __future__ import annotations

import json
from typing import Any

import pytest
from django.utils import timezone

from ingenium_credentials import api
from ingenium_credentials.api.resolving import own_document
from ingenium_credentials.badges.did import did_web_url
from ingenium_credentials.badges.errors import NotResolved
from ingenium_credentials.models import Achievement, Award, Issuer

pytestmark = pytest.mark.django_db

SITES = ["https://ingenium.example", "https://ingenium.example:8443", "http://localhost:8000"]


@pytest.fixture
def award(achievement: Achievement, learner: Any) -> Award:
    return api.award(learner_id=learner.pk, achievement=achievement, awarded_at=timezone.now())


@pytest.mark.parametrize("site", SITES)
def test_our_did_documents_come_from_the_database(settings: Any, issuer: Issuer, site: str) -> None:
    settings.INGENIUM_BASE_URL = site
    issuer.did = api.default_did(issuer.slug)
    issuer.save()

    document = json.loads(api.resolve(did_web_url(issuer.did)))

    assert document["id"] == issuer.did


def test_the_did_document_of_an_issuer_on_its_own_site_comes_from_the_database(issuer: Issuer) -> None:
    issuer.did = "did:web:uoc.example"
    issuer.save()

    assert api.resolve("https://uoc.example/.well-known/did.json") == api.did_document_bytes(issuer)


@pytest.mark.parametrize("site", SITES)
def test_our_status_lists_come_from_the_database(settings: Any, award: Award, site: str) -> None:
    settings.INGENIUM_BASE_URL = site

    document = json.loads(api.resolve(api.url_of(award.status_list)))

    assert document["id"] == api.url_of(award.status_list)


def test_a_did_web_address_on_an_http_site_is_ours_too(settings: Any, award: Award) -> None:
    settings.INGENIUM_BASE_URL = "http://localhost:8000"

    assert own_document(f"https://localhost:8000/ingenium/status/{award.status_list.uuid}") is not None


@pytest.mark.parametrize(
    "path",
    [
        "/ingenium/issuers/nobody/did.json",
        "/ingenium/status/1f0c7a52-9d0e-4d53-8a54-6c0a4e7f2b11",
        "/ingenium/status/../issuers/uoc/did.json",
        "/",
        "",
        "/admin/",
    ],
)
def test_what_our_site_does_not_have_is_not_asked_of_the_network(settings: Any, path: str) -> None:
    settings.INGENIUM_RESOLVE_REMOTE = True

    with pytest.raises(NotResolved, match="This site has no such"):
        api.resolve(f"https://ingenium.example{path}")


@pytest.mark.parametrize(
    "url",
    [
        "https://elsewhere.example/did.json",
        "https://ingenium.example.evil.example/ingenium/status/x",
        "https://ingenium.example:9999/did.json",
        "http://ingenium.example/did.json",
        "not an address",
        "https://[",
        "",
    ],
)
def test_other_sites_are_not_asked_unless_the_operator_allows_it(url: str) -> None:
    with pytest.raises(NotResolved):
        api.resolve(url)


def test_other_sites_are_asked_under_guard_when_the_operator_allows_it(settings: Any) -> None:
    settings.INGENIUM_RESOLVE_REMOTE = True

    with pytest.raises(NotResolved, match="public"):
        api.resolve("https://127.0.0.1/did.json")


def test_a_site_without_an_address_has_no_documents_of_its_own(settings: Any) -> None:
    settings.INGENIUM_BASE_URL = ""

    assert own_document("https:///ingenium/status/x") is None


def test_a_list_that_cannot_be_signed_is_not_resolved(award: Award, issuer: Issuer) -> None:
    for key in issuer.keys.all():
        api.mark_compromised(key)

    with pytest.raises(NotResolved, match="could not be signed"):
        api.resolve(api.url_of(award.status_list))
