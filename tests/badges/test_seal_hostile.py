"""Files that a stranger might hand us: each ends in an error of the library, and soon."""

from __future__ import annotations

import base64
import json
import time
from contextlib import suppress
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from ingenium_credentials.badges import seal
from ingenium_credentials.badges.errors import (
    CredentialError,
    MalformedCredential,
    ProofError,
    UnsupportedProof,
    WorkLimitExceeded,
)
from ingenium_credentials.badges.multibase import base64url_encode

from .authorities import NOW, Authority, Holder, name, root
from .sealing import IDENTIFIER, UNIVERSITY, document, forged, only, text

SUBJECT = name(UNIVERSITY, IDENTIFIER)


@pytest.fixture(scope="module")
def top() -> Authority:
    return root()


@pytest.fixture(scope="module")
def holder(top: Authority) -> Holder:
    return top.issue(SUBJECT)


def check(sealed: bytes, top: Authority) -> list[seal.SealFinding]:
    return seal.check(sealed, anchors=[top.anchor(qualified=True)], now=NOW)


def test_the_forger_makes_sound_seals_when_nothing_is_changed(top: Authority, holder: Holder) -> None:
    """Else the refusals below would prove nothing."""
    assert only(check(forged(holder), top)).standing is seal.Standing.QUALIFIED
    # What may be absent, and what no rule is about.
    assert check(forged(holder, typ=None, cty=None, kid=None, zzz=5), top)


@pytest.mark.parametrize("alg", ["none", "", "HS256", "es256", "RSA1_5", None, 5, ["ES256"], {}])
def test_an_algorithm_without_a_public_key_is_refused(top: Authority, holder: Holder, alg: Any) -> None:
    with pytest.raises(ProofError, match="public key"):
        check(forged(holder, alg=alg), top)


@pytest.mark.parametrize("alg", ["ES512", "PS512", "EdDSA", "RS384"])
def test_an_algorithm_that_is_not_known_proves_nothing_either_way(
    top: Authority, holder: Holder, alg: str
) -> None:
    with pytest.raises(UnsupportedProof):
        check(forged(holder, alg=alg), top)


@pytest.mark.parametrize("alg", ["RS256", "PS256", "ES384"])
def test_an_algorithm_of_another_kind_of_key_is_refused(top: Authority, holder: Holder, alg: str) -> None:
    with pytest.raises(ProofError, match="another algorithm"):
        check(forged(holder, alg=alg), top)


@pytest.mark.parametrize(
    "header",
    [
        {"crit": None},
        {"crit": []},
        {"crit": "b64"},
        {"crit": [5]},
        {"crit": {}},
        {"crit": ["b64", "b64"]},
        {"crit": ["b64", "sigT"]},
        {"crit": ["b64", "absent"]},
        {"crit": ["iat"]},
        {"crit": ["b64", "iat"]},
        {"crit": ["b64", "alg"]},
        {"crit": ["b64", "x5c"]},
        {"crit": ["b64", "x5t#S256"]},
        {"crit": ["b64", "kid"]},
        {"sigPl": {"addressCountry": "RO"}},
        {"sigD": {"mId": "http://uri.etsi.org/19182/HttpHeaders"}},
        {"adoTst": {}},
        {"x5t#o": {"digAlg": "S512", "digVal": "AA"}, "crit": ["b64", "x5t#o"]},
        {"x5t#S256": None},
        {"x5t#S256": ""},
        {"x5t#S256": 5},
        {"x5t#S256": "A" * 43},
        {"kid": ""},
        {"kid": "key-1"},
        {"kid": {}},
        {"iat": None},
        {"sigT": "2025-01-01T00:00:00Z", "crit": ["b64", "sigT"]},
        {"iat": None, "sigT": "2025-06-01T00:00:00Z", "crit": ["b64", "sigT"]},
        {"iat": None, "sigT": "2025-01-01T00:00:00Z"},
        {"iat": "1700000000"},
        {"iat": 1700000000.5},
        {"iat": True},
        {"iat": -1},
        {"iat": 2**40},
        {"typ": "JWT"},
        {"typ": 5},
        {"cty": 5},
        {"jku": "https://attacker.example/keys"},
        {"jwk": {"kty": "EC"}},
        {"x5u": "https://attacker.example/certificate"},
    ],
    ids=str,
)
def test_a_header_that_breaks_the_rules_is_refused(
    top: Authority, holder: Holder, header: dict[str, Any]
) -> None:
    with pytest.raises(ProofError):
        check(forged(holder, **header), top)


@pytest.mark.parametrize(
    "header",
    [
        {"b64": None, "crit": None},
        {"b64": True},
        {"b64": 0},
        {"sigPl": {}, "crit": ["b64", "sigPl"]},
        {"sigD": {}, "crit": ["b64", "sigD"]},
        {"unknown": 1, "crit": ["b64", "unknown"]},
        {"x5c": None},
        {"x5t#S256": None, "x5t#o": {"digAlg": "S512"}, "crit": ["b64", "x5t#o"]},
        {"adoTst": {"tstTokens": [{"val": "AAAA", "type": "other"}]}, "crit": ["b64", "adoTst"]},
    ],
    ids=str,
)
def test_what_jades_allows_and_is_not_known_here_proves_nothing_either_way(
    top: Authority, holder: Holder, header: dict[str, Any]
) -> None:
    with pytest.raises(UnsupportedProof):
        check(forged(holder, **header), top)


@pytest.mark.parametrize(
    "header",
    [
        {"x5c": []},
        {"x5c": "MIIB"},
        {"x5c": [5]},
        {"x5c": [""]},
        {"x5c": ["MII="]},
        {"x5c": ["_-_-"]},
        {"x5c": ["AAAA"] * 11},
        {"iat": None, "sigT": "2025-01-01", "crit": ["b64", "sigT"]},
        {"adoTst": {}, "crit": ["b64", "adoTst"]},
        {"adoTst": {"tstTokens": [{"val": "AAAA"}] * 6}, "crit": ["b64", "adoTst"]},
        {"adoTst": {"tstTokens": [{"val": "====="}]}, "crit": ["b64", "adoTst"]},
        {"adoTst": {"tstTokens": ["AAAA"]}, "crit": ["b64", "adoTst"]},
        {"adoTst": {"tstTokens": [{"val": "AAAA"}]}, "crit": ["b64", "adoTst"]},
    ],
    ids=str,
)
def test_a_header_that_cannot_be_read_is_refused(
    top: Authority, holder: Holder, header: dict[str, Any]
) -> None:
    with pytest.raises(MalformedCredential):
        check(forged(holder, **header), top)


def test_another_certificate_of_the_same_key_is_not_the_one_that_was_sealed_with(
    top: Authority, holder: Holder
) -> None:
    other = base64.b64encode(top.issue(SUBJECT, key=holder.key).certificate.der).decode()

    with pytest.raises(ProofError, match=r"x5t#S256"):
        check(forged(holder, x5c=[other]), top)


@pytest.mark.parametrize(
    "unsigned",
    [
        {},
        {"kid": "x"},
        {"etsiU": ["e30"], "alg": "none"},
        {"alg": "none"},
        {"etsiU": []},
        {"etsiU": {}},
        {"etsiU": ["e30"] * 21},
        {"etsiU": ["e30", {}]},
        {"etsiU": ["e30"]},
        {"etsiU": [[]]},
        {"etsiU": ["W10"]},
        {"etsiU": ["!"]},
        {"etsiU": [base64url_encode(b'{"sigTst": {}}')]},
        {"etsiU": [base64url_encode(b'{"sigTst": {"tstTokens": [{"val": "AAAA"}]}}')]},
        {"etsiU": [base64url_encode(b'{"sigTst": 1, "sigTst": 2}')]},
        {"etsiU": [base64url_encode(b'{"xVals": [{"x509Cert": {"val": "AAAA"}}]}')]},
        {"etsiU": [base64url_encode(b'{"xVals": [{"x509Cert": {}}]}')]},
        5,
        [],
        "x",
    ],
    ids=str,
)
def test_unsigned_members_that_cannot_be_read_are_refused(
    top: Authority, holder: Holder, unsigned: Any
) -> None:
    with pytest.raises((MalformedCredential, ProofError)):
        check(forged(holder, unsigned=unsigned), top)


def test_unsigned_members_that_mean_nothing_here_do_no_harm(top: Authority, holder: Holder) -> None:
    for component in ({"xVals": "odd"}, {"xVals": [5, {"otherCert": {}}]}, {"unknown": None}):
        assert check(forged(holder, unsigned={"etsiU": [component]}), top)


@pytest.mark.parametrize(
    "change",
    [
        {"signatures": []},
        {"signatures": {}},
        {"signatures": [5]},
        {"signatures": [{}]},
        {"signatures": [{"protected": "e30"}]},
        {"signatures": [{"protected": 5, "signature": "AA"}]},
        {"signatures": [{"protected": "e30", "signature": 5}]},
        {"signatures": [{"protected": "!", "signature": "AA"}]},
        {"signatures": [{"protected": "e30", "signature": "AA", "more": 1}]},
        {"payload": None},
        {"protected": "e30"},
        {"signature": "AA"},
    ],
    ids=str,
)
def test_a_file_of_another_form_is_refused(top: Authority, holder: Holder, change: dict[str, Any]) -> None:
    with pytest.raises((MalformedCredential, ProofError)):
        check(text({**json.loads(forged(holder)), **change}), top)


def test_more_seals_than_anybody_makes_are_refused(top: Authority, holder: Holder) -> None:
    outer = json.loads(forged(holder))

    with pytest.raises(MalformedCredential, match="too many"):
        check(text({**outer, "signatures": outer["signatures"] * 17}), top)


@pytest.mark.parametrize("sealed", [b"", b"{}", b"[]", b"null", b"\xff", b'{"payload": "", "payload": ""}'])
def test_what_is_no_file_of_ours_is_refused(top: Authority, sealed: bytes) -> None:
    with pytest.raises(MalformedCredential):
        check(sealed, top)


def test_a_file_that_no_wallet_takes_is_not_read(top: Authority, holder: Holder) -> None:
    with pytest.raises(WorkLimitExceeded):
        check(forged(holder, text(document(image="x" * 6_000_000)).decode()), top)


@pytest.mark.parametrize("payload", ["", "{}", "[]", "not JSON", '{"a": 1, "a": 2}', '{"issuer": []}'])
def test_a_sealed_text_that_is_no_credential_of_its_issuer_is_refused(
    top: Authority, holder: Holder, payload: str
) -> None:
    with pytest.raises((MalformedCredential, ProofError)):
        check(forged(holder, payload), top)


def test_a_seal_over_a_credential_of_somebody_else_is_refused(top: Authority) -> None:
    with pytest.raises(ProofError, match="issuer"):
        check(forged(top.issue(name("Stranger", "VATRO-9"))), top)


@given(data=st.data())
@settings(max_examples=120)
def test_no_spoiled_file_holds(top: Authority, holder: Holder, data: st.DataObject) -> None:
    sealed = forged(holder)
    spoiled = bytearray(sealed)
    for _ in range(data.draw(st.integers(1, 3))):
        spoiled[data.draw(st.integers(0, len(spoiled) - 1))] = data.draw(st.integers(32, 126))

    with suppress(CredentialError):
        check(bytes(spoiled), top)
        # Escapes and white space around the members mean the same file.
        assert seal.decode(bytes(spoiled)) == seal.decode(sealed)


@given(position=st.integers(0, 10_000), letter=st.characters(codec="utf-8", exclude_categories=["Cs"]))
@settings(max_examples=60)
def test_no_letter_of_the_text_can_be_changed(top: Authority, position: int, letter: str) -> None:
    outer = json.loads(_SEALED)
    payload: str = outer["payload"]
    position %= len(payload) + 1
    changed = payload[:position] + letter + payload[position:]

    with pytest.raises(CredentialError):
        check(text({**outer, "payload": changed}), top)


_SEALED = forged(root("For letters").issue(SUBJECT))


def test_the_most_a_stranger_can_make_us_do_is_little(top: Authority) -> None:
    """Sixteen seals of large keys, each with ten certificates that might all be issuers of each other."""
    key = rsa.generate_private_key(65537, 4096)
    ca = Authority(key=key, certificate=top.subordinate("Loop", path_length=None).certificate)
    extensions = [(one.value, one.critical) for one in ca.certificate.x509.extensions]
    others = [ca.issue(name("Loop"), key=key, extensions=extensions).certificate for _ in range(9)]
    leaf = ca.issue(SUBJECT, key=ec.generate_private_key(ec.SECP256R1()))
    encoded = [base64.b64encode(one.der).decode() for one in (leaf.certificate, *others)]
    outer = json.loads(forged(Holder(key=leaf.key, certificate=leaf.certificate), x5c=encoded))
    sealed = text({**outer, "signatures": outer["signatures"] * 16})

    before = time.process_time()
    found = check(sealed, root("Elsewhere"))
    spent = time.process_time() - before

    assert {finding.standing for finding in found} == {seal.Standing.NEITHER}
    assert spent < 1
