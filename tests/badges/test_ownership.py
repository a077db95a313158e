from __future__ import annotations

import json

import pytest

from ingenium_credentials.badges import jose
from ingenium_credentials.badges.conformance import Shape
from ingenium_credentials.badges.expansion import PINNED_CONTEXTS
from ingenium_credentials.badges.means import Means
from ingenium_credentials.badges.ownership import key_of_token
from ingenium_credentials.badges.report import Check, Outcome
from tests.vectors import build, issuers

from .examples import NOW
from .vectors import resolve

JWK = issuers.TOKEN_KEY.public_key.jwk


def owner(issuer: str, header: dict[str, object]) -> Check:
    """Who owns the key of a token, when any address that is no document holds the key."""

    def answer(url: str) -> bytes:
        return json.dumps(JWK).encode() if "key" in url else resolve(url)

    shape = Shape(format="vc", version=2, types=frozenset(), issuer=issuer)
    means = Means(resolver=answer, now=NOW, contexts=PINNED_CONTEXTS)
    token = jose.decode(build.raw_token({"alg": "ES256", **header}, build.plain()))
    return key_of_token(token, shape, purpose="assertionMethod", means=means).owner


@pytest.mark.parametrize(
    ("issuer", "url"),
    [
        ("did:web:one.example", "https://one.example/key"),
        ("did:web:one.example", "https://one.example/a/b/key"),
        ("did:web:one.example:a", "https://one.example/a/key"),
        ("did:web:one.example%3A8443:a", "https://one.example:8443/a/key"),
        ("https://one.example/issuers/1", "https://one.example/keys/key"),
    ],
)
def test_key_at_an_address_of_the_issuer_is_its_own(issuer: str, url: str) -> None:
    assert owner(issuer, {"kid": url}).outcome is Outcome.PASSED


@pytest.mark.parametrize(
    ("issuer", "url"),
    [
        ("did:web:one.example", "https://two.example/key"),
        ("did:web:one.example", "https://one.example.two.example/key"),
        ("did:web:one.example", "https://one.example:8443/key"),
        ("did:web:one.example", "https://one.example@two.example/key"),
        ("did:web:one.example:a", "https://one.example/b/key"),
        ("did:web:one.example:a", "https://one.example/ab/key"),
        ("did:web:one.example:a", "https://one.example/a/../b/key"),
        ("did:web:one.example:a", "https://one.example/a/%2e%2e/b/key"),
        ("http://one.example/", "https://one.example/key"),
        ("did:example:1", "https://one.example/key"),
        ("urn:uuid:1", "https://one.example/key"),
    ],
)
def test_key_at_another_address_is_nobodys(issuer: str, url: str) -> None:
    assert owner(issuer, {"kid": url}).outcome is Outcome.FAILED


def test_key_carried_by_the_token_counts_if_the_issuer_is_that_key() -> None:
    did = "did:key:" + issuers.TOKEN_KEY.public_key.multikey

    assert owner(did, {"jwk": JWK}).outcome is Outcome.PASSED
    assert owner(did, {"jwk": issuers.OTHER_TOKEN_KEY.public_key.jwk}).outcome is Outcome.FAILED


def test_key_carried_by_the_token_stays_open_while_the_issuer_is_out_of_reach() -> None:
    assert owner("did:web:nowhere.example", {"jwk": JWK}).outcome is Outcome.NOT_CHECKED
