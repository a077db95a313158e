"""Several proofs of one document, and presentations that answer a question."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from ingenium_credentials.badges import ob3, proof
from ingenium_credentials.badges.errors import (
    CredentialError,
    ProofError,
)
from tests.badges.documents import V2, WORKED, Document
from tests.badges.examples import AWARD
from tests.badges.securing import ED25519, METHOD, P256, P384, check, secured

SECURED = secured(ob3.render(AWARD))


# Sets and chains.


def test_each_proof_of_a_set_checks_by_itself() -> None:
    document = secured(secured(), P256)
    hashes = proof.DocumentHashes(document)

    for kept in (None, hashes):
        check(document, ED25519, number=0, hashes=kept)
        check(document, P256, number=1, hashes=kept)
    check({**document, "proof": document["proof"][1:]}, P256)


def _chain() -> Document:
    first = secured(proof_id="urn:ex:first")
    second = secured(first, P256, proof_id="urn:ex:second", previous_proof="urn:ex:first")
    return secured(second, P384, previous_proof=["urn:ex:first", "urn:ex:second"])


def test_each_proof_of_a_chain_checks() -> None:
    document = _chain()

    hashes = proof.DocumentHashes(document)
    for number, signer in enumerate((ED25519, P256, P384)):
        check(document, signer, number=number)
        check(document, signer, number=number, hashes=hashes)
    assert [len(proof.previous_proofs(document, one)) for one in document["proof"]] == [0, 1, 2]


@pytest.mark.parametrize(
    "change",
    [
        lambda proofs: proofs.pop(0),
        lambda proofs: proofs[0].update(proofValue=proofs[1]["proofValue"]),
        lambda proofs: proofs[0].update(created="2026-01-16T09:00:00Z"),
        lambda proofs: proofs[0].update(id="urn:ex:other"),
        lambda proofs: proofs[2].update(previousProof=["urn:ex:second"]),
        lambda proofs: proofs[2].pop("previousProof"),
    ],
)
def test_a_chain_breaks_with_any_of_its_previous_proofs(change: Callable[[list[Document]], object]) -> None:
    document = copy.deepcopy(_chain())

    change(document["proof"])

    with pytest.raises(CredentialError):
        check(document, P384)


def test_a_proof_cannot_be_its_own_previous_one() -> None:
    document = secured(proof_id="urn:ex:first")
    document["proof"][0]["previousProof"] = "urn:ex:first"

    with pytest.raises(ProofError):
        check(document)


def test_a_previous_proof_that_is_missing_and_an_identifier_in_use_are_not_signed() -> None:
    first = secured(proof_id="urn:ex:first")

    with pytest.raises(ProofError):
        secured(first, P256, previous_proof="urn:ex:other")
    with pytest.raises(ProofError):
        secured(first, P256, proof_id="urn:ex:first")
    with pytest.raises(ProofError):
        secured(WORKED, P256, previous_proof="urn:ex:first", proof_id="urn:ex:first")


# Presentations.

PRESENTATION: Document = {
    "@context": [V2],
    "type": ["VerifiablePresentation"],
    "holder": METHOD.partition("#")[0],
    "verifiableCredential": [SECURED],
}


def _presented(**options: Any) -> Document:
    settings = {"purpose": "authentication", "challenge": "c-1", "domain": "verifier.example", **options}
    return secured(PRESENTATION, **settings)


def test_a_presentation_answers_its_challenge_for_its_domain() -> None:
    check(_presented(), purpose="authentication", challenge="c-1", domain="verifier.example")
    check(_presented(), purpose="authentication")


@pytest.mark.parametrize(
    "asked",
    [
        {"challenge": "c-2"},
        {"challenge": ""},
        {"domain": "other.example"},
        {"domain": ["verifier.example", "other.example"]},
        {"purpose": "assertionMethod"},
    ],
)
def test_a_presentation_for_another_question_is_refused(asked: Document) -> None:
    with pytest.raises(ProofError):
        check(_presented(), **{"purpose": "authentication", **asked})


def test_a_proof_without_challenge_or_domain_answers_no_question() -> None:
    document = _presented(challenge=None, domain=None)

    with pytest.raises(ProofError):
        check(document, purpose="authentication", challenge="c-1")
    with pytest.raises(ProofError):
        check(document, purpose="authentication", domain="verifier.example")


def test_domains_are_compared_as_sets() -> None:
    document = _presented(domain=["a.example", "b.example"])

    check(document, purpose="authentication", domain=["b.example", "a.example"])
    with pytest.raises(ProofError):
        check(document, purpose="authentication", domain="a.example")


def test_a_presented_credential_cannot_be_changed() -> None:
    document = copy.deepcopy(_presented())
    document["verifiableCredential"][0]["credentialSubject"]["name"] = "Eve"

    with pytest.raises(ProofError):
        check(document, purpose="authentication")
