"""Presentations that a wallet signs, with our badge inside."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from .issuers import OurIssuer, found_wrong, moment, verify_here
from .peers import Peer

CHALLENGE, DOMAIN = "8d1f4f0e-6a1c-4f3e-9a53-5f8a2d0b7c11", "https://employer.example"


@pytest.fixture(scope="module")
def presented(node: Peer, issuer: OurIssuer) -> dict[str, Any]:
    """Our badge, presented by a wallet with a did:key; the tests do not change it."""
    answer = node.ask(
        "issue.mjs",
        task="presentation",
        credentials=[issuer.issue()],
        documents=issuer.documents,
        challenge=CHALLENGE,
        domain=DOMAIN,
        created="2026-05-31T09:00:00Z",
        now=moment(),
    )
    assert "error" not in answer, answer["error"]
    document: dict[str, Any] = answer["document"]
    return document


def test_it_is_valid_here_for_the_challenge_and_domain_it_was_made_for(
    presented: dict[str, Any], issuer: OurIssuer
) -> None:
    report = verify_here(presented, issuer.published, challenge=CHALLENGE, domain=DOMAIN)
    assert report.verdict == "valid", [found_wrong(part) for part in (report, *report.parts)]


@pytest.mark.parametrize(
    ("challenge", "domain"),
    [("another", DOMAIN), (CHALLENGE, "https://elsewhere.example"), (None, None)],
    ids=["wrong challenge", "wrong domain", "none expected"],
)
def test_it_is_not_valid_for_another(
    presented: dict[str, Any], issuer: OurIssuer, challenge: str | None, domain: str | None
) -> None:
    report = verify_here(presented, issuer.published, challenge=challenge, domain=domain)
    assert report.verdict != "valid"


def test_with_a_changed_badge_inside_it_is_not_valid(presented: dict[str, Any], issuer: OurIssuer) -> None:
    changed = copy.deepcopy(presented)
    inside = changed["verifiableCredential"]
    (inside[0] if isinstance(inside, list) else inside)["name"] = "Doctor of everything"
    report = verify_here(changed, issuer.published, challenge=CHALLENGE, domain=DOMAIN)
    assert report.verdict == "not valid"


def test_digitalbazaar_agrees(node: Peer, presented: dict[str, Any], issuer: OurIssuer) -> None:
    def ask(challenge: str) -> dict[str, Any]:
        return node.ask(
            "verify.mjs",
            task="presentation",
            document=presented,
            documents=issuer.documents,
            challenge=challenge,
            domain=DOMAIN,
            now=moment(),
        )

    assert ask(CHALLENGE)["verified"]
    assert not ask("another")["verified"]


def test_ours_signed_with_challenge_and_domain_is_accepted_by_digitalbazaar(
    node: Peer, issuer: OurIssuer
) -> None:
    unsigned = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiablePresentation"],
        "holder": issuer.did,
        "verifiableCredential": [issuer.issue()],
    }
    signed = issuer.sign(unsigned, purpose="authentication", challenge=CHALLENGE, domain=DOMAIN)
    answer = node.ask(
        "verify.mjs",
        task="presentation",
        document=signed,
        documents=issuer.documents,
        challenge=CHALLENGE,
        domain=DOMAIN,
        now=moment(),
    )
    assert answer["verified"], answer["error"]
