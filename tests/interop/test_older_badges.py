"""VC 1.1 badges with Ed25519Signature2020, as older issuers still hand them out."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from typing import Any

import pytest

from ingenium_credentials.badges.errors import MalformedCredential
from ingenium_credentials.badges.jsonld import Contexts

from .issuers import CONTEXTS, found_wrong, moment, verify_here
from .peers import Peer

UNSIGNED: dict[str, Any] = {
    "@context": [
        "https://www.w3.org/2018/credentials/v1",
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.1.json",
        "https://w3id.org/security/suites/ed25519-2020/v1",
    ],
    "id": "urn:uuid:7a4c1f2e-0f5b-4a56-8a9e-2f6f6f1d0001",
    "type": ["VerifiableCredential", "OpenBadgeCredential"],
    "name": "Data ethics",
    "issuer": {"id": "replaced by the signer", "type": ["Profile"], "name": "An older issuer"},
    "issuanceDate": "2026-01-15T09:00:00Z",
    "expirationDate": "2031-01-15T09:00:00Z",
    "credentialSubject": {
        "id": "urn:uuid:3f8a5c52-7a5e-4a53-8e2b-0d0f4b8b2d11",
        "type": ["AchievementSubject"],
        "achievement": {
            "id": "https://peer.example/achievements/1",
            "type": ["Achievement"],
            "name": "Data ethics",
            "description": "Judging what may be done with data.",
            "criteria": {"narrative": "Pass both assignments."},
        },
    },
}


@pytest.fixture(scope="module")
def badge(node: Peer, older_contexts: Mapping[str, bytes]) -> dict[str, Any]:
    """One such badge by Digital Bazaar's suite; the tests do not change it."""
    documents = {**CONTEXTS, **{url: json.loads(content) for url, content in older_contexts.items()}}
    answer = node.ask(
        "issue.mjs",
        task="legacy",
        document=UNSIGNED,
        documents=documents,
        created="2026-01-15T09:00:00Z",
        now=moment(),
    )
    assert "error" not in answer, answer["error"]
    document: dict[str, Any] = answer["document"]
    return document


def test_it_is_valid_here_once_its_contexts_are_handed_in(
    badge: dict[str, Any], older_contexts: Mapping[str, bytes]
) -> None:
    report = verify_here(badge, {}, contexts=Contexts(older_contexts))
    assert report.verdict == "valid", found_wrong(report)


def test_without_its_contexts_it_could_not_be_checked(badge: dict[str, Any]) -> None:
    assert verify_here(badge, {}).verdict == "could not be checked"


@pytest.mark.parametrize("member", ["issuanceDate", "expirationDate", "name"])
def test_changed_it_is_not_valid(
    badge: dict[str, Any], older_contexts: Mapping[str, bytes], member: str
) -> None:
    changed = copy.deepcopy(badge)
    changed[member] = {"issuanceDate": "2025-01-15T09:00:00Z"}.get(member, "2039-01-15T09:00:00Z")
    report = verify_here(changed, {}, contexts=Contexts(older_contexts))
    assert report.verdict == "not valid"
    assert "proof" in found_wrong(report)


def test_the_handed_in_contexts_have_the_published_bytes(older_contexts: Mapping[str, bytes]) -> None:
    spoiled = {url: content + b" " for url, content in older_contexts.items()}
    assert all(url in Contexts(older_contexts) for url in older_contexts)
    with pytest.raises(MalformedCredential, match="other bytes"):
        Contexts(spoiled)
