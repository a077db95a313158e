from __future__ import annotations

import copy
from contextlib import suppress

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
    WorkLimitExceeded,
)
from ingenium_credentials.badges.keys import Algorithm, SoftwareSigner
from ingenium_credentials.badges.multibase import base64url_decode

from .tokens import CLAIMS, CREDENTIAL, KID, NAMES, checked, part, token


@pytest.mark.parametrize(
    "alg",
    ["none", "None", "", "HS256", "HS512", "dir", "RSA-OAEP", None, 5, ["ES256"], {}, "es256", "ES256 "],
)
def test_an_algorithm_without_a_public_key_is_refused(p256_signer: SoftwareSigner, alg: object) -> None:
    with pytest.raises(ProofError):
        jose.decode(token(p256_signer, {**CREDENTIAL, **CLAIMS}, alg=alg))


@pytest.mark.parametrize("alg", ["ES384", "ES512", "ES256K", "PS256", "RS512", "Ed25519"])
def test_a_sound_algorithm_that_is_not_known_proves_nothing_either_way(
    p256_signer: SoftwareSigner, alg: str
) -> None:
    with pytest.raises(UnsupportedProof):
        jose.decode(token(p256_signer, {**CREDENTIAL, **CLAIMS}, alg=alg))


@pytest.mark.parametrize(
    "header",
    [
        {"crit": ["exp"]},
        {"crit": []},
        {"jku": "https://attacker.example/jwks"},
        {"x5u": "https://attacker.example/cert"},
        {"x5c": ["MIIB"]},
        {"b64": False},
        {"zip": "DEF"},
        {"kid": None},
        {"kid": ""},
        {"kid": 5},
        {"kid": ["a"]},
        {"kid": "a" * 3000},
        {"jwk": "key"},
        {"jwk": []},
        {"typ": "JOSE"},
        {"typ": 5},
        {"typ": ["JWT"]},
        {"typ": "at+jwt"},
        {"cty": "JWT"},
        {"cty": {}},
    ],
    ids=lambda header: str(header)[:40],
)
def test_a_header_that_credentials_must_not_have_is_refused(
    p256_signer: SoftwareSigner, header: dict[str, object]
) -> None:
    with pytest.raises(ProofError):
        jose.decode(token(p256_signer, {**CREDENTIAL, **CLAIMS}, **header))


def test_a_private_or_symmetric_key_in_the_header_is_refused(p256_signer: SoftwareSigner) -> None:
    payload = {**CREDENTIAL, **CLAIMS}

    for jwk in ({**p256_signer.public_key.jwk, "d": "AQ"}, {"kty": "oct", "k": "AQ"}):
        with pytest.raises(UnusableKey):
            jose.decode(token(p256_signer, payload, jwk=jwk))


def test_a_key_of_another_algorithm_is_refused(signers: dict[Algorithm, SoftwareSigner]) -> None:
    for kind, signer in signers.items():
        for name in (name for other, name in NAMES.items() if other is not kind):
            with pytest.raises(ProofError, match="algorithm"):
                checked(token(signer, {**CREDENTIAL, **CLAIMS}, alg=name), signer)


def test_a_token_of_another_key_is_refused(p256_signer: SoftwareSigner, rsa_signer: SoftwareSigner) -> None:
    forged = token(rsa_signer, {**CREDENTIAL, **CLAIMS}, alg="ES256")

    with pytest.raises(ProofError):
        checked(forged, p256_signer)


GOOD = part({"alg": "ES256", "kid": KID})


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b".",
        b"..",
        b"...",
        b"a.b",
        b"a.b.c.d",
        GOOD + b"." + GOOD + b".",
        GOOD + b".." + b"AAAA",
        b"." + GOOD + b".AAAA",
        b"=" + GOOD + b"." + GOOD + b".AAAA",
        GOOD + b"=." + GOOD + b".AAAA",
        GOOD + b"." + GOOD + b".AAAA=",
        GOOD + b"." + GOOD + b".AA AA",
        GOOD + b"." + GOOD + b".AAAA\n",
        GOOD + b"\n." + GOOD + b".AAAA",
        GOOD + b"." + GOOD + b".AB",
        GOOD + b"." + GOOD + b".A",
        GOOD + b"." + GOOD + b".AA+/",
        GOOD + b"." + GOOD + ".é".encode(),
        b"\xff." + GOOD + b".AAAA",
        part([]) + b"." + GOOD + b".AAAA",
        part(b"{") + b"." + GOOD + b".AAAA",
        part(b'{"alg":"ES256","alg":"none","kid":"a"}') + b"." + GOOD + b".AAAA",
        GOOD + b"." + part(b'{"iss":"a","iss":"b"}') + b".AAAA",
        GOOD + b"." + part(b'{"nbf":NaN}') + b".AAAA",
        GOOD + b"." + part(b"null") + b".AAAA",
        GOOD + b"." + part(b"\xff") + b".AAAA",
    ],
    ids=lambda data: repr(data[-24:]),
)
def test_a_token_that_could_be_read_in_two_ways_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedCredential):
        jose.decode(data)


@pytest.mark.parametrize(
    "data",
    [
        b"A" * 3_000_001,
        part({"alg": "ES256", "kid": KID, "typ": "x" * 20_000}) + b"." + GOOD + b".AAAA",
        GOOD + b"." + part(b"[" * 100_000) + b".AAAA",
        GOOD + b"." + part(b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}") + b".AAAA",
    ],
    ids=lambda data: str(len(data)),
)
def test_a_token_larger_than_any_is_refused(data: bytes) -> None:
    with pytest.raises((WorkLimitExceeded, MalformedCredential)):
        jose.decode(data)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_no_letter_of_a_token_can_be_changed(p256_signer: SoftwareSigner, data: st.DataObject) -> None:
    good = jose.secure(CREDENTIAL, signer=p256_signer, key_id=KID)
    position = data.draw(st.integers(0, len(good) - 1))
    letter = data.draw(st.integers(0, 255).filter(lambda letter: letter != good[position]))

    with pytest.raises(CredentialError):
        checked(good[:position] + bytes([letter]) + good[position + 1 :], p256_signer)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-9, 9)
    | st.sampled_from([*map(str, CLAIMS.values()), "JWT", "ES256"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*CREDENTIAL, *CLAIMS]), inner, max_size=5)
    ),
    max_leaves=8,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(st.sampled_from([*CREDENTIAL, *CLAIMS, "vc"]), JSON),
    st.dictionaries(st.sampled_from(["alg", "typ", "kid", "jwk"]), JSON),
)
def test_any_signed_token_ends_in_a_credential_or_an_error_of_ours(
    p256_signer: SoftwareSigner, payload: dict[str, object], header: dict[str, object]
) -> None:
    changed = copy.deepcopy({**CREDENTIAL, **CLAIMS, **payload})

    with suppress(CredentialError):
        read = jose.decode(token(p256_signer, changed, **header))
        assert isinstance(jose.check(read, p256_signer.public_key), dict)


def test_the_signature_covers_the_bytes_as_they_came(p256_signer: SoftwareSigner) -> None:
    head, payload, signature = token(p256_signer, {**CREDENTIAL, **CLAIMS}).split(b".")
    spaced = part(base64url_decode(payload.decode()).replace(b", ", b",  ", 1))

    with pytest.raises(ProofError, match="signature"):
        checked(b".".join([head, spaced, signature]), p256_signer)
