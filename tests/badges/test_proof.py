"""Data Integrity: what is secured checks, and a proof says exactly what it was made for."""

from __future__ import annotations

import copy
import datetime as dt
import hashlib
import json
from collections.abc import Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from pytest_socket import disable_socket, enable_socket

from ingenium_credentials.badges import ob3, proof
from ingenium_credentials.badges.errors import (
    CredentialError,
    MalformedCredential,
    ProofError,
    UndefinedTerm,
    UnsupportedProof,
    UnusableKey,
    WorkLimitExceeded,
)
from ingenium_credentials.badges.jsonld import Contexts, canonical
from ingenium_credentials.badges.keys import PublicKey, SoftwareSigner
from ingenium_credentials.badges.multibase import base58_encode, multibase_decode
from tests.badges.documents import V2, WORKED, Document
from tests.badges.examples import AWARD, NOW, SMALL_AWARD
from tests.badges.securing import ED25519, METHOD, OTHER, P256, P384, SIGNERS, check, secured, with_proof

EXAMPLES_URL = "https://www.w3.org/ns/credentials/examples/v2"
SUITE_URL = "https://ex.example/ed25519-2020"
SUITE_TERMS = {
    "@context": {
        "Ed25519Signature2020": {
            "@id": "https://w3id.org/security#Ed25519Signature2020",
            "@context": {
                "created": {
                    "@id": "http://purl.org/dc/terms/created",
                    "@type": "http://www.w3.org/2001/XMLSchema#dateTime",
                },
                "proofPurpose": {
                    "@id": "https://w3id.org/security#proofPurpose",
                    "@type": "@vocab",
                    "@context": {"assertionMethod": "https://w3id.org/security#assertionMethod"},
                },
                "verificationMethod": {
                    "@id": "https://w3id.org/security#verificationMethod",
                    "@type": "@id",
                },
            },
        }
    }
}
W3C_CONTEXTS = Contexts(
    {
        EXAMPLES_URL: json.dumps(
            {"@context": {"@vocab": "https://www.w3.org/ns/credentials/examples#"}}
        ).encode(),
        SUITE_URL: json.dumps(SUITE_TERMS).encode(),
    }
)
W3C_DOCUMENT: Document = {
    "@context": [V2, EXAMPLES_URL],
    "id": "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33",
    "type": ["VerifiableCredential", "AlumniCredential"],
    "name": "Alumni Credential",
    "description": "A minimum viable example of an Alumni Credential.",
    "issuer": "https://vc.example/issuers/5678",
    "validFrom": "2023-01-01T00:00:00Z",
    "credentialSubject": {"id": "did:example:abcdefgh", "alumniOf": "The School of Examples"},
}


SECURED = secured(ob3.render(AWARD))


@pytest.fixture(autouse=True)
def no_sockets() -> Iterator[None]:
    disable_socket(allow_unix_socket=False)
    yield
    enable_socket()


# Published vectors.


def test_the_worked_vector_is_reproduced() -> None:
    document = secured()

    assert document["proof"] == [
        {
            "type": "DataIntegrityProof",
            "cryptosuite": "eddsa-rdfc-2022",
            "created": "2026-01-15T09:00:00Z",
            "verificationMethod": METHOD,
            "proofPurpose": "assertionMethod",
            "proofValue": "z4haL5QQnvVbLYgLyJVFaTLVknCYot7JozXK7NX7qG29wMp8TQ3tmQx8FCYGxdHZ2WzHh"
            "aoJP5G6vGxNjD1LtRk1d",
        }
    ]
    check(document)


def test_the_vector_of_the_open_badges_implementation_guide_is_reproduced() -> None:
    seed = bytes.fromhex("6241a409e6707bb640a0140a8a32bc3d193c33a661747284d6adfa4ed4180be4")
    options_hash = bytes.fromhex("d34009cea0dbc1ca941e09dc01c8c9d3e3ce3c5b853f67ee44698dcea10f5d19")
    document_hash = bytes.fromhex("87f65a76d40146205e3b3e06cb0fbd153f97f9ce70372390f52566bb7f9e0773")
    signer = SoftwareSigner.of(ed25519.Ed25519PrivateKey.from_private_bytes(seed))

    signature = signer.sign(options_hash + document_hash)

    assert signer.public_key.multikey == "z6MkjZRZv3aez3r18pB1RBFJR1kwUVJ5jHt92JmQwXbd5hwi"
    assert "z" + base58_encode(signature) == (
        "z5x9aCBYovW3CQCbKdNyhEm7ffYSw1YpEdPywQJoNbzDD2gkzQDKJ1sYKJaWvqZtkMtSbz35HcbgXVEDYHxCzgkCr"
    )


@pytest.mark.parametrize(
    ("members", "multikey", "proof_value"),
    [
        (
            {"type": "DataIntegrityProof", "cryptosuite": "eddsa-rdfc-2022"},
            "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2",
            "z2YwC8z3ap7yx1nZYCg4L3j3ApHsF8kgPdSb5xoS1VR7vPG3F561B52hYnQF9iseabecm3ijx4K1FBTQsCZahKZme",
        ),
        (
            {"type": "DataIntegrityProof", "cryptosuite": "ecdsa-rdfc-2019"},
            "zDnaepBuvsQ8cpsWrVKw8fbpGpvPeNSjVPTWoq6cRqaYzBKVP",
            "zaHXrr7AQdydBk3ahpCDpWbxfLokDqmCToYm2dyWvpcFVyWooC2he63w1f7UNQoAMKdhaRtcnaE2KTo5o5vTCcfw",
        ),
        (
            {"type": "DataIntegrityProof", "cryptosuite": "ecdsa-rdfc-2019"},
            "z82LkuBieyGShVBhvtE2zoiD6Kma4tJGFtkAhxR5pfkp5QPw4LutoYWhvQCnGjdVn14kujQ",
            "z967Mvv5bxtmLNqTzPZ8KmJjFmFXaAKeQNzq7GWnQkMcLtaGSSmuozE5WtJ8PipMe178B1tE28K1vsJur9bGVJhz"
            "6jgSJsRHFSQeqgH8hhjcg8gZDFJC1b9FsR5ggNmDBqHv",
        ),
        (
            {"type": "Ed25519Signature2020"},
            "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2",
            "z57Mm1vboMtZiCyJ4aReZsv8co4Re64Y8GEjL1ZARzMbXZgkARFLqFs1P345NpPGG2hgCrS4nNdvJhpwnrNyG3kEF",
        ),
    ],
    ids=["eddsa-rdfc-2022", "ecdsa-rdfc-2019 P-256", "ecdsa-rdfc-2019 P-384", "Ed25519Signature2020"],
)
def test_the_vectors_of_the_w3c_cryptosuites_check(
    members: Document, multikey: str, proof_value: str
) -> None:
    w3c_proof = {
        **members,
        "created": "2023-02-24T23:36:38Z",
        "verificationMethod": f"did:key:{multikey}#{multikey}",
        "proofPurpose": "assertionMethod",
        "proofValue": proof_value,
    }
    legacy = [SUITE_URL] if members["type"] == "Ed25519Signature2020" else []
    document = {**W3C_DOCUMENT, "@context": [V2, EXAMPLES_URL, *legacy], "proof": w3c_proof}
    key = PublicKey.from_multikey(multikey)

    proof.check(document, w3c_proof, key, contexts=W3C_CONTEXTS, purpose="assertionMethod", now=NOW)
    changed = {**document, "name": "Alumni credential"}
    with pytest.raises(ProofError):
        proof.check(changed, w3c_proof, key, contexts=W3C_CONTEXTS, purpose="assertionMethod", now=NOW)


# Round trip.


@pytest.mark.parametrize("name", SIGNERS)
@pytest.mark.parametrize("award", [AWARD, SMALL_AWARD])
def test_a_secured_badge_checks_under_its_key_only(name: str, award: Any) -> None:
    signer = SIGNERS[name]
    document = secured(ob3.render(award), signer)

    assert document["proof"][0]["cryptosuite"] == name.split()[0]
    check(document, signer)
    for other in (OTHER, P256 if signer is not P256 else P384):
        with pytest.raises(ProofError):
            check(document, other)


def test_securing_leaves_the_document_as_it_was() -> None:
    document = copy.deepcopy(WORKED)

    secured(document)

    assert document == WORKED


def test_the_p384_suite_hashes_with_sha_384_throughout() -> None:
    document = secured(ob3.render(AWARD), P384)
    options = {name: value for name, value in document["proof"][0].items() if name != "proofValue"}
    unsecured = {name: value for name, value in document.items() if name != "proof"}

    signed = b"".join(
        hashlib.sha384(canonical(part, hash_name="sha384")).digest()
        for part in ({**options, "@context": document["@context"]}, unsecured)
    )
    signature = multibase_decode(document["proof"][0]["proofValue"])

    P384.public_key.verify(signature, signed)


def test_an_rsa_key_makes_no_data_integrity_proof() -> None:
    signer = SoftwareSigner.of(rsa.generate_private_key(65537, 2048))

    with pytest.raises(UnusableKey):
        secured(WORKED, signer)


def test_a_document_with_an_undefined_member_is_not_signed() -> None:
    with pytest.raises(UndefinedTerm):
        secured({**WORKED, "undefined": "x"})


def test_a_relative_verification_method_is_not_signed() -> None:
    with pytest.raises(UndefinedTerm):
        secured(verification_method="#key-1")


# The proof's options.


@pytest.mark.parametrize(
    ("members", "error"),
    [
        ({"type": "RsaSignature2018"}, UnsupportedProof),
        ({"type": ["DataIntegrityProof"]}, MalformedCredential),
        ({"type": None}, MalformedCredential),
        ({"cryptosuite": "ecdsa-sd-2023"}, UnsupportedProof),
        ({"cryptosuite": None}, UnsupportedProof),
        ({"cryptosuite": 5}, MalformedCredential),
        ({"cryptosuite": "ecdsa-rdfc-2019"}, ProofError),
        ({"type": "Ed25519Signature2020"}, UnsupportedProof),
        ({"proofPurpose": "authentication"}, ProofError),
        ({"proofPurpose": None}, ProofError),
        ({"proofPurpose": ["assertionMethod"]}, ProofError),
        ({"verificationMethod": None}, MalformedCredential),
        ({"verificationMethod": {"id": METHOD}}, MalformedCredential),
        ({"created": "2026-01-15"}, MalformedCredential),
        ({"created": "2026-01-15T09:00:00"}, MalformedCredential),
        ({"created": 5}, MalformedCredential),
        ({"expires": "2026-01-16T09:00:00Z"}, ProofError),
        ({"expires": "never"}, MalformedCredential),
        ({"proofValue": None}, MalformedCredential),
        ({"proofValue": 5}, MalformedCredential),
        ({"proofValue": "uAAAA"}, MalformedCredential),
        ({"proofValue": "z"}, ProofError),
        ({"proofValue": "z1"}, ProofError),
        ({"proofValue": "z" + "1" * 64}, ProofError),
        ({"proofValue": "z0OIl"}, MalformedCredential),
        ({"proofValue": "z" + "2" * 1_000_000}, CredentialError),
        ({"previousProof": "urn:ex:missing"}, ProofError),
        ({"previousProof": {"id": "urn:ex:missing"}}, MalformedCredential),
        ({"@context": ["https://ex.example/"]}, ProofError),
        ({"@context": [V2, V2]}, ProofError),
    ],
)
def test_a_proof_with_wrong_options_is_refused(members: Document, error: type[CredentialError]) -> None:
    with pytest.raises(error):
        check(with_proof(SECURED, **members))


@pytest.mark.parametrize("length", [1, 2])
def test_a_proof_may_repeat_the_first_contexts_of_its_document(length: int) -> None:
    check(with_proof(SECURED, **{"@context": SECURED["@context"][:length]}))


def test_a_proof_without_a_date_checks() -> None:
    options = {"type": "DataIntegrityProof", "cryptosuite": "eddsa-rdfc-2022"}
    options |= {"verificationMethod": METHOD, "proofPurpose": "assertionMethod"}
    signed = proof.DocumentHashes(WORKED).signed_bytes(options, proof.SUITES[0])
    value = "z" + base58_encode(ED25519.sign(signed))

    check({**WORKED, "proof": [{**options, "proofValue": value}]})


def test_a_proof_holds_until_it_expires() -> None:
    document = secured(expires=NOW)

    check(document, now=NOW - dt.timedelta(seconds=1))
    with pytest.raises(ProofError, match="expired"):
        check(document, now=NOW)


def test_what_is_cheap_is_looked_at_before_anything_is_canonicalised() -> None:
    poisoned = {**SECURED, "@context": ["https://unknown.example/"], "undefined": "x"}

    with pytest.raises(ProofError, match="purpose"):
        check(poisoned, purpose="authentication")
    with pytest.raises(WorkLimitExceeded):
        check({**SECURED, "name": ["x"] * 100_000})


@pytest.mark.parametrize("value", [None, [], {}, "x", ["x"], [{"id": 5}], [{"id": "urn:a"}, {"id": "urn:a"}]])
def test_something_else_in_the_place_of_proofs_is_refused(value: Any) -> None:
    document = {**WORKED, "proof": value}

    if value == {}:
        assert proof.proofs_of(document) == [{}]
    else:
        with pytest.raises(MalformedCredential):
            proof.proofs_of(document)


def test_a_document_without_context_is_neither_signed_nor_checked() -> None:
    without = {name: value for name, value in SECURED.items() if name != "@context"}

    with pytest.raises(MalformedCredential):
        check(without)
    with pytest.raises(MalformedCredential):
        secured({"id": "urn:ex:1"})
