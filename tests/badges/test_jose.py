from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingenium_credentials.badges import jose
from ingenium_credentials.badges.errors import (
    CredentialError,
    MalformedCredential,
    ProofError,
    UnsupportedProof,
    UnusableKey,
)
from ingenium_credentials.badges.keys import Algorithm, SoftwareSigner

from .tokens import CLAIMS, CREDENTIAL, KID, NAMES, OLD, checked, token


@pytest.mark.parametrize("algorithm", [Algorithm.P256, Algorithm.RSA])
def test_a_signed_credential_is_read_back(
    signers: dict[Algorithm, SoftwareSigner], algorithm: Algorithm
) -> None:
    signer = signers[algorithm]

    data = jose.secure(CREDENTIAL, signer=signer, key_id=KID)

    read = jose.decode(data)
    assert jose.check(read, signer.public_key) == CREDENTIAL
    assert read.header == {"alg": NAMES[algorithm], "typ": "JWT", "kid": KID}
    assert (read.kid, read.jwk) == (KID, None)
    assert read.claims == CLAIMS


def test_a_credential_without_end_has_no_such_claim(p256_signer: SoftwareSigner) -> None:
    document = {name: value for name, value in CREDENTIAL.items() if name != "validUntil"}

    data = jose.secure(document, signer=p256_signer, key_id=KID)

    assert "exp" not in jose.decode(data).payload
    assert checked(data, p256_signer) == document


@pytest.mark.parametrize("algorithm", [Algorithm.ED25519, Algorithm.P384])
def test_other_keys_do_not_sign_tokens(
    signers: dict[Algorithm, SoftwareSigner], algorithm: Algorithm
) -> None:
    with pytest.raises(UnusableKey):
        jose.secure(CREDENTIAL, signer=signers[algorithm], key_id=KID)


@pytest.mark.parametrize(
    "change",
    [
        {"id": None},
        {"issuer": None},
        {"issuer": {"name": "nobody"}},
        {"credentialSubject": {"type": ["AchievementSubject"]}},
        {"credentialSubject": [{"id": "urn:1"}, {"id": "urn:2"}]},
        {"validFrom": None},
        {"validFrom": "2026-01-15"},
        {"validUntil": "soon"},
        {"iss": "did:web:other.example"},
        {"vc": {}},
        {"name": float("nan")},
        {"name": "\ud800"},
        {"name": object()},
    ],
    ids=lambda change: str(change)[:20],
)
def test_a_document_that_the_claims_cannot_repeat_is_not_signed(
    p256_signer: SoftwareSigner, change: dict[str, object]
) -> None:
    with pytest.raises(MalformedCredential):
        jose.secure({**CREDENTIAL, **change}, signer=p256_signer, key_id=KID)


TEXTS = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=30
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TEXTS, st.dictionaries(TEXTS.map("x".__add__), TEXTS | st.booleans() | st.integers(-9, 9), max_size=4))
def test_what_was_signed_is_read_back(
    p256_signer: SoftwareSigner, name: str, members: dict[str, object]
) -> None:
    document = {**CREDENTIAL, "name": name, **members}

    assert checked(jose.secure(document, signer=p256_signer, key_id=KID), p256_signer) == document


@pytest.mark.parametrize("algorithm", NAMES)
@pytest.mark.parametrize("kind", ["JWT", "vc+jwt", None])
def test_tokens_of_others_are_read(
    signers: dict[Algorithm, SoftwareSigner], algorithm: Algorithm, kind: str | None
) -> None:
    signer = signers[algorithm]

    assert checked(token(signer, {**CREDENTIAL, **CLAIMS}, typ=kind), signer) == CREDENTIAL


def test_a_key_in_the_header_is_told(p256_signer: SoftwareSigner) -> None:
    data = token(p256_signer, {**CREDENTIAL, **CLAIMS}, jwk=p256_signer.public_key.jwk, kid=None)

    assert jose.decode(data).jwk == p256_signer.public_key
    assert jose.decode(data).kid is None


def test_the_older_form_is_read(p256_signer: SoftwareSigner) -> None:
    claims = {**CLAIMS, "exp": 1800003600, "iat": 1768467600, "aud": "x"}

    assert checked(token(p256_signer, {**claims, "vc": OLD}), p256_signer) == OLD


def test_members_that_moved_into_claims_come_back(p256_signer: SoftwareSigner) -> None:
    short = {
        "@context": OLD["@context"],
        "type": OLD["type"],
        "credentialSubject": {"type": "AchievementSubject"},
    }

    assert checked(token(p256_signer, {**CLAIMS, "vc": short}), p256_signer) == OLD


def test_the_newer_members_in_the_older_form_are_kept(p256_signer: SoftwareSigner) -> None:
    assert checked(token(p256_signer, {**CLAIMS, "vc": CREDENTIAL}), p256_signer) == CREDENTIAL


def test_the_w3c_form_needs_no_claims(p256_signer: SoftwareSigner, now: dt.datetime) -> None:
    claims = {"exp": int(now.timestamp()), "nbf": 0}
    read = jose.decode(token(p256_signer, {**CREDENTIAL, **claims}, typ="vc+jwt", cty="vc"))

    assert jose.check(read, p256_signer.public_key) == CREDENTIAL
    assert read.expires == now
    assert read.not_before == dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def test_a_presentation_keeps_what_the_verifier_asked_for(p256_signer: SoftwareSigner) -> None:
    presentation = {
        "@context": CREDENTIAL["@context"],
        "type": "VerifiablePresentation",
        "holder": "did:web:a",
    }
    payload = {**presentation, "nonce": "n", "aud": "https://verifier.example", "iss": "did:web:a"}

    read = jose.decode(token(p256_signer, payload, typ="vp+jwt"))

    assert jose.check(read, p256_signer.public_key) == presentation
    assert read.claims["nonce"] == "n"


@pytest.mark.parametrize("kind", ["JWT", "vc+jwt"])
@pytest.mark.parametrize("claim", ["iss", "sub", "jti"])
def test_a_claim_that_says_something_else_is_found(
    p256_signer: SoftwareSigner, claim: str, kind: str
) -> None:
    for value in ("urn:other", "", None, 5, ["did:web:ingenium.example"]):
        data = token(p256_signer, {**CREDENTIAL, **CLAIMS, claim: value}, typ=kind)

        with pytest.raises(ProofError, match=claim):
            checked(data, p256_signer)


@pytest.mark.parametrize("claim", ["nbf", "exp"])
@pytest.mark.parametrize("value", [0, 1768467601, 1768467600.0, "1768467600", True, None, 10**20, -(10**20)])
def test_a_moment_that_says_something_else_is_found(
    p256_signer: SoftwareSigner, claim: str, value: object
) -> None:
    data = token(p256_signer, {**CREDENTIAL, **CLAIMS, claim: value})

    with pytest.raises(CredentialError):
        checked(data, p256_signer)


@pytest.mark.parametrize("claim", ["iss", "sub", "jti", "nbf", "exp"])
def test_a_missing_claim_is_found(p256_signer: SoftwareSigner, claim: str) -> None:
    claims = {name: value for name, value in CLAIMS.items() if name != claim}

    with pytest.raises(ProofError, match=claim):
        checked(token(p256_signer, {**CREDENTIAL, **claims}), p256_signer)


@pytest.mark.parametrize(
    ("claim", "member"), [("jti", "id"), ("nbf", "validFrom"), ("exp", "validUntil"), ("iss", "issuer")]
)
def test_a_claim_that_repeats_nothing_is_found(p256_signer: SoftwareSigner, claim: str, member: str) -> None:
    document = {name: value for name, value in CREDENTIAL.items() if name != member}

    with pytest.raises(ProofError, match=claim):
        checked(token(p256_signer, {**document, **CLAIMS}), p256_signer)


def test_the_older_form_must_agree_with_its_claims_too(p256_signer: SoftwareSigner) -> None:
    for name, value in (
        ("iss", "did:web:other.example"),
        ("nbf", 5),
        ("exp", 5),
        ("jti", "urn:5"),
        ("sub", "urn:5"),
    ):
        with pytest.raises(ProofError, match=name):
            checked(token(p256_signer, {**CLAIMS, name: value, "vc": OLD}), p256_signer)
    for name in ("iss", "nbf"):
        claims = {other: value for other, value in CLAIMS.items() if other != name}
        with pytest.raises(ProofError, match=name):
            checked(token(p256_signer, {**claims, "vc": OLD}), p256_signer)


@pytest.mark.parametrize(
    "payload", [{"vc": OLD, **CREDENTIAL}, {"vc": None}, {"vc": [OLD]}, {"vc": OLD, "type": "x"}]
)
def test_a_token_with_two_credentials_or_none_is_refused(
    p256_signer: SoftwareSigner, payload: dict[str, object]
) -> None:
    with pytest.raises(MalformedCredential):
        checked(token(p256_signer, {**payload, **CLAIMS}), p256_signer)


def test_a_presentation_in_a_claim_proves_nothing_either_way(p256_signer: SoftwareSigner) -> None:
    with pytest.raises(UnsupportedProof):
        checked(token(p256_signer, {**CLAIMS, "vp": {}}), p256_signer)
