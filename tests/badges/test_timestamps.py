"""Against `openssl ts`: a time-stamp authority that shares no code with ours."""

from __future__ import annotations

import datetime as dt
import hashlib
import subprocess
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import given, settings
from hypothesis import strategies as st

from ingenium_credentials.badges import der, timestamps
from ingenium_credentials.badges.chains import Paths, Purpose
from ingenium_credentials.badges.errors import (
    CredentialError,
    MalformedCredential,
    ProofError,
    UnsupportedProof,
    WorkLimitExceeded,
)

from .authorities import NOW, YEAR, Authority, TimeStampAuthority, pem, root, time_stamping, usage

DATA = b"what existed at that moment"
Maker = Callable[..., TimeStampAuthority]


def soon() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def stamp(authority: TimeStampAuthority, data: bytes = DATA) -> bytes:
    query = timestamps.request(data)
    return timestamps.token_of(authority.answer(query), asked=query)


@pytest.fixture(scope="module")
def top() -> Authority:
    return root()


@pytest.fixture(scope="module")
def make(top: Authority, tmp_path_factory: pytest.TempPathFactory) -> Maker:
    """Makes a time-stamp authority whose certificate has the given key and extensions."""

    def made(*, key: Any = None, digest: str = "sha256", binding: str = "sha256", **options: Any) -> Any:
        holder = time_stamping(top, key=key, **options)
        return TimeStampAuthority.make(tmp_path_factory.mktemp("tsa"), holder, digest=digest, binding=binding)

    return made


@pytest.fixture(scope="module")
def authority(make: Maker) -> TimeStampAuthority:
    return make()


@pytest.fixture(scope="module")
def token(authority: TimeStampAuthority) -> bytes:
    return stamp(authority)


@pytest.mark.parametrize(
    ("key", "digest", "binding"),
    [
        (rsa.generate_private_key(65537, 2048), "sha256", "sha256"),
        (rsa.generate_private_key(65537, 2048), "sha512", "sha1"),
        (ec.generate_private_key(ec.SECP256R1()), "sha256", "sha512"),
        (ec.generate_private_key(ec.SECP384R1()), "sha384", "sha256"),
        (ec.generate_private_key(ec.SECP521R1()), "sha512", "sha256"),
    ],
)
def test_a_time_stamp_holds(make: Maker, top: Authority, key: Any, digest: str, binding: str) -> None:
    authority = make(key=key, digest=digest, binding=binding)
    token = stamp(authority)

    found = timestamps.check(token, DATA, now=soon())

    assert abs(found.at - soon()) < dt.timedelta(minutes=2)
    assert found.authority == authority.holder.certificate
    anchor = top.anchor(Purpose.TIME_STAMP)
    assert (
        Paths([anchor]).find(found.authority, found.others, purpose=Purpose.TIME_STAMP, at=found.at) == anchor
    )
    assert authority.accepts(token, DATA)


def test_the_request_is_one_that_openssl_reads(tmp_path: Path) -> None:
    (tmp_path / "query").write_bytes(timestamps.request(DATA))

    shown = subprocess.run(
        ["openssl", "ts", "-query", "-in", "query", "-text"], cwd=tmp_path, check=True, capture_output=True
    ).stdout.decode()

    assert "Certificate required: yes" in shown
    assert "Nonce: 0x" in shown
    assert hashlib.sha256(DATA).hexdigest()[:8] in shown.replace(" ", "")


def test_a_time_stamp_over_something_else_is_refused(token: bytes, authority: TimeStampAuthority) -> None:
    with pytest.raises(ProofError, match="something else"):
        timestamps.check(token, DATA + b" ", now=soon())

    assert not authority.accepts(token, DATA + b" ")


def test_a_time_stamp_from_the_future_is_refused(token: bytes) -> None:
    with pytest.raises(ProofError, match="future"):
        timestamps.check(token, DATA, now=NOW - YEAR)


def test_an_answer_to_another_question_is_refused(authority: TimeStampAuthority) -> None:
    query = timestamps.request(DATA)
    answer = authority.answer(query)

    for other in (timestamps.request(DATA), timestamps.request(b"other")):
        with pytest.raises(ProofError, match="another question"):
            timestamps.token_of(answer, asked=other)


def test_a_refusal_is_told(authority: TimeStampAuthority) -> None:
    query = timestamps.request(DATA)
    # A version of the protocol that there is not.
    refusal = authority.answer(query.replace(b"\x02\x01\x01", b"\x02\x01\x07", 1))

    with pytest.raises(ProofError, match="refused"):
        timestamps.token_of(refusal, asked=query)


@pytest.mark.parametrize("answer", [b"", b"<html>", b"\x30\x00", b"\x30\x05\x30\x03\x02\x01\x00"])
def test_an_answer_that_is_none_is_refused(answer: bytes) -> None:
    with pytest.raises(MalformedCredential):
        timestamps.token_of(answer, asked=timestamps.request(DATA))


def test_what_is_too_large_is_not_read() -> None:
    large = bytes(timestamps.MAX_BYTES + 1)

    with pytest.raises(WorkLimitExceeded):
        timestamps.check(large, DATA, now=NOW)
    with pytest.raises(WorkLimitExceeded):
        timestamps.token_of(large, asked=b"")


def _usage(*kinds: x509.ObjectIdentifier) -> x509.ExtendedKeyUsage:
    return x509.ExtendedKeyUsage(kinds)


def test_a_certificate_for_other_things_too_makes_no_time_stamps(make: Maker, token: bytes) -> None:
    """OpenSSL refuses to stamp with such a certificate: its signature is put under a real token."""
    key = rsa.generate_private_key(65537, 2048)
    sound = make(key=key)
    wrong = [
        [(_usage(ExtendedKeyUsageOID.TIME_STAMPING, ExtendedKeyUsageOID.CODE_SIGNING), True)],
        [(_usage(ExtendedKeyUsageOID.SERVER_AUTH), True)],
        [],
        [(_usage(ExtendedKeyUsageOID.TIME_STAMPING), True), (usage("key_encipherment"), True)],
    ]
    for extensions in wrong:
        certificate = time_stamping(root(), key=key, extensions=extensions).certificate
        with pytest.raises(ProofError, match="certificate of the time-stamp"):
            timestamps._demand_purpose(certificate)

    timestamps._demand_purpose(sound.holder.certificate)


def test_a_time_stamp_by_an_expired_certificate_is_refused(make: Maker) -> None:
    authority = make(ends=NOW - YEAR)

    with pytest.raises(ProofError, match="not valid at its moment"):
        timestamps.check(stamp(authority), DATA, now=soon())


def test_a_kind_of_key_that_is_not_known_proves_nothing_either_way(token: bytes, top: Authority) -> None:
    found = timestamps._signed_data(token)[2]

    with pytest.raises(UnsupportedProof):
        timestamps._verify(found, time_stamping(top, key=ed25519.Ed25519PrivateKey.generate()).certificate)


def test_the_certificate_must_be_the_one_that_is_signed(make: Maker, top: Authority) -> None:
    """Another certificate of the same name, number and key: only the attribute tells them apart."""
    key = rsa.generate_private_key(65537, 2048)
    one = make(key=key, serial=77)
    old = new = one.holder.certificate.der
    while new == old or len(new) != len(old):
        new = time_stamping(top, key=key, serial=77).certificate.der
    token = stamp(one)

    with pytest.raises(ProofError, match="not bound"):
        timestamps.check(token.replace(old, new), DATA, now=soon())


def test_a_token_without_its_certificate_cannot_be_checked(authority: TimeStampAuthority) -> None:
    query = timestamps.request(DATA)
    without = der.sequence(b"".join(part.encoded for part in der.read(query).parts()[:-1]))

    with pytest.raises(UnsupportedProof):
        timestamps.token_of(authority.answer(without), asked=query)


@given(data=st.data())
@settings(max_examples=150)
def test_no_spoiled_time_stamp_holds(token: bytes, data: st.DataObject) -> None:
    spoiled = bytearray(token)
    for _ in range(data.draw(st.integers(1, 3))):
        spoiled[data.draw(st.integers(0, len(spoiled) - 1))] = data.draw(st.integers(0, 255))

    with suppress(CredentialError):
        found = timestamps.check(bytes(spoiled), DATA, now=soon())
        # Beside the signature stand its version, parameters, and certificates of others.
        assert found.at == timestamps.check(token, DATA, now=soon()).at


@given(cut=st.integers(0, 5000))
@settings(max_examples=40)
def test_no_cut_off_time_stamp_holds(token: bytes, cut: int) -> None:
    if cut < len(token):
        with pytest.raises(CredentialError):
            timestamps.check(token[:cut], DATA, now=soon())
    with pytest.raises(CredentialError):
        timestamps.check(token + b"\0", DATA, now=soon())


def test_a_signature_with_pss_holds(tmp_path: Path, top: Authority) -> None:
    """Tokens of some authorities are signed so; `openssl cms` makes one, `openssl ts` does not."""
    holder = time_stamping(top, key=rsa.generate_private_key(65537, 2048))
    authority = TimeStampAuthority.make(tmp_path, holder)
    content = timestamps._signed_data(stamp(authority))[0]
    (tmp_path / "content").write_bytes(content)
    (tmp_path / "tsa.pem").write_bytes(pem(holder.certificate))
    command = ["openssl", "cms", "-sign", "-binary", "-nodetach", "-cades", "-econtent_type"]
    command += ["1.2.840.113549.1.9.16.1.4", "-in", "content", "-signer", "tsa.pem", "-inkey", "tsa.key"]
    command += ["-keyopt", "rsa_padding_mode:pss", "-keyopt", "rsa_pss_saltlen:32", "-md", "sha256"]
    subprocess.run(
        [*command, "-outform", "DER", "-out", "pss"], cwd=tmp_path, check=True, capture_output=True
    )

    found = timestamps.check((tmp_path / "pss").read_bytes(), DATA, now=soon())

    assert found.authority == holder.certificate
