"""Tokens with one thing wrong, rightly signed: as an authority of bad faith could make them."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from ingenium_credentials.badges import der, timestamps
from ingenium_credentials.badges.errors import (
    CredentialError,
    MalformedCredential,
    ProofError,
    UnsupportedProof,
)

from .authorities import NOW, Authority, Holder, root, time_stamping, usage

DATA = b"what existed at that moment"
SHA1, SHA256 = "1.3.14.3.2.26", "2.16.840.1.101.3.4.2.1"
SIGNED_DATA, TST_INFO, DATA_TYPE = "1.2.840.113549.1.7.2", "1.2.840.113549.1.9.16.1.4", "1.2.840.113549.1.7.1"
CONTENT_TYPE, DIGEST = "1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4"
BINDING, ECDSA, PSS = "1.2.840.113549.1.9.16.2.47", "1.2.840.10045.4.3.2", "1.2.840.113549.1.1.10"
CRITICAL = der.encode(0xA1, der.sequence(der.object_id("1.2.3"), der.encode(1, b"\xff"), der.encode(4, b"")))


def algorithm(dotted: str) -> bytes:
    return der.sequence(der.object_id(dotted))


def octets(data: bytes) -> bytes:
    return der.encode(der.OCTETS, data)


def info(*, version: int = 1, digest: str = SHA256, extensions: bytes = b"", at: dt.datetime = NOW) -> bytes:
    imprint = der.sequence(algorithm(digest), octets(hashlib.sha256(DATA).digest()))
    time = der.encode(der.TIME, at.strftime("%Y%m%d%H%M%SZ").encode())
    parts = (der.integer(version), der.object_id("1.2.3.4"), imprint, der.integer(7), time, extensions)
    return der.sequence(*parts)


def token(holder: Holder, **changes: Any) -> bytes:
    """A token of which each part can be replaced; None leaves it out."""
    leaf = holder.certificate
    content = changes.get("content", info())
    binding = der.sequence(der.sequence(der.sequence(octets(leaf.fingerprint))))
    attributes = {
        CONTENT_TYPE: der.object_id(TST_INFO),
        DIGEST: octets(hashlib.sha256(content).digest()),
        BINDING: binding,
        **changes.get("attributes", {}),
    }
    encoded = b"".join(
        der.sequence(der.object_id(kind), der.encode(der.SET, value))
        for kind, value in attributes.items()
        if value is not None
    ) + changes.get("further", b"")
    signature = holder.key.sign(der.encode(der.SET, encoded), ec.ECDSA(hashes.SHA256()))
    serial = der.integer(leaf.x509.serial_number)
    signer = der.sequence(
        der.integer(1),
        changes.get("sid", der.sequence(leaf.x509.issuer.public_bytes(), serial)),
        algorithm(changes.get("digest", SHA256)),
        der.encode(0xA0, encoded),
        changes.get("algorithm", algorithm(ECDSA)),
        octets(changes.get("signature", signature)),
    )
    data = der.sequence(
        der.integer(3),
        der.encode(der.SET, algorithm(SHA256)),
        der.sequence(der.object_id(changes.get("kind", TST_INFO)), der.encode(0xA0, octets(content))),
        der.encode(0xA0, changes.get("certificates", leaf.der)),
        der.encode(der.SET, signer * changes.get("signers", 1)),
    )
    return der.sequence(der.object_id(changes.get("outer", SIGNED_DATA)), der.encode(0xA0, data))


@pytest.fixture(scope="module")
def top() -> Authority:
    return root()


@pytest.fixture(scope="module")
def holder(top: Authority) -> Holder:
    return time_stamping(top)


def test_the_maker_makes_sound_tokens_when_nothing_is_changed(holder: Holder) -> None:
    """Else the refusals below would prove nothing."""
    found = timestamps.check(token(holder), DATA, now=NOW)

    assert (found.at, found.authority) == (NOW, holder.certificate)


def test_the_certificate_may_be_named_by_its_key(top: Authority) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    key_id = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    extended = x509.ExtendedKeyUsage([x509.oid.ExtendedKeyUsageOID.TIME_STAMPING])
    named = time_stamping(top, key=key, extensions=[(extended, True), (key_id, False)])

    sound = token(named, sid=der.encode(0x80, key_id.digest))
    assert timestamps.check(sound, DATA, now=NOW).at == NOW
    with pytest.raises(ProofError, match="does not bring"):
        timestamps.check(token(named, sid=der.encode(0x80, b"other")), DATA, now=NOW)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"outer": DATA_TYPE}, MalformedCredential),
        ({"kind": DATA_TYPE}, MalformedCredential),
        ({"signers": 0}, MalformedCredential),
        ({"signers": 2}, MalformedCredential),
        ({"certificates": b""}, UnsupportedProof),
        ({"certificates": b"\x05\x00"}, MalformedCredential),
        ({"content": b""}, MalformedCredential),
        ({"content": info(version=2)}, UnsupportedProof),
        ({"content": info(digest=SHA1)}, UnsupportedProof),
        ({"content": info(extensions=CRITICAL)}, UnsupportedProof),
        ({"content": info(at=NOW + dt.timedelta(hours=1))}, ProofError),
        ({"content": info(at=NOW - dt.timedelta(days=365 * 30))}, ProofError),
        ({"digest": SHA1}, UnsupportedProof),
        ({"algorithm": algorithm("1.2.3")}, UnsupportedProof),
        ({"algorithm": der.sequence(der.object_id(PSS), der.sequence())}, UnsupportedProof),
        ({"sid": der.sequence(der.integer(1))}, ProofError),
        ({"sid": der.integer(1)}, ProofError),
        ({"signature": b""}, ProofError),
        ({"signature": b"\x30\x06\x02\x01\x01\x02\x01\x01"}, ProofError),
        ({"attributes": {CONTENT_TYPE: None}}, ProofError),
        ({"attributes": {CONTENT_TYPE: der.object_id(DATA_TYPE)}}, ProofError),
        ({"attributes": {DIGEST: None}}, ProofError),
        ({"attributes": {DIGEST: octets(bytes(32))}}, ProofError),
        ({"attributes": {BINDING: None}}, ProofError),
        ({"attributes": {BINDING: der.sequence(der.sequence(der.sequence(octets(bytes(32)))))}}, ProofError),
        ({"attributes": {BINDING: der.sequence(der.sequence(der.sequence(octets(bytes(20)))))}}, ProofError),
        ({"attributes": {BINDING: der.sequence()}}, MalformedCredential),
        ({"further": der.sequence(der.object_id(DIGEST), der.encode(der.SET, b""))}, MalformedCredential),
    ],
)
def test_a_token_with_one_thing_wrong_is_refused(
    holder: Holder, changes: dict[str, Any], error: type[CredentialError]
) -> None:
    with pytest.raises(error):
        timestamps.check(token(holder, **changes), DATA, now=NOW)


def test_a_token_of_a_certificate_for_something_else_is_refused(top: Authority) -> None:
    for extensions in ([], [(usage("digital_signature"), True)]):
        with pytest.raises(ProofError, match="not one of a time-stamp authority"):
            timestamps.check(token(time_stamping(top, extensions=extensions)), DATA, now=NOW)
