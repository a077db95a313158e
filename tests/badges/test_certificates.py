from __future__ import annotations

import datetime as dt
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from ingenium_credentials.badges.certificates import (
    Certificate,
    Sealer,
    open_sealer,
    read_certificates,
)
from ingenium_credentials.badges.chains import Anchor, Paths, Purpose
from ingenium_credentials.badges.errors import CredentialError, MalformedCredential, UnusableKey
from ingenium_credentials.badges.keys import SoftwareSigner

from .authorities import (
    COMPLIANCE,
    DEVICE,
    FOR_SEALS,
    FOR_WEB,
    LAW,
    NOW,
    TYPE,
    YEAR,
    Authority,
    Holder,
    name,
    pem,
    root,
    statements,
    usage,
)

SUBJECT = name("Universitatea de Test", "VATRO-00000001")


@pytest.fixture(scope="module")
def top() -> Authority:
    return root()


@pytest.fixture(scope="module")
def middle(top: Authority) -> Authority:
    return top.subordinate("Test CA", path_length=0)


@pytest.fixture(scope="module")
def holder(middle: Authority) -> Holder:
    return middle.issue(SUBJECT)


def reached(leaf: Holder, *anchors: Anchor, at: dt.datetime = NOW, others: Any = None) -> Anchor | None:
    others = leaf.issuers if others is None else others
    return Paths(anchors).find(leaf.certificate, others, purpose=Purpose.SEAL, at=at)


def test_a_certificate_names_its_organisation(holder: Holder) -> None:
    organisation = holder.certificate.organisation

    assert (organisation.name, organisation.identifier) == ("Universitatea de Test", "VATRO-00000001")
    assert (organisation.country, organisation.common_name) == ("RO", "Universitatea de Test seal")


def test_an_organisation_that_is_named_twice_is_refused(middle: Authority) -> None:
    twice = x509.Name([*SUBJECT, *x509.Name(list(name("Another")))])

    with pytest.raises(MalformedCredential):
        middle.issue(twice)


@pytest.mark.parametrize(
    ("kinds", "types", "compliant", "device", "for_seals"),
    [
        ((COMPLIANCE, DEVICE, TYPE), [FOR_SEALS], True, True, True),
        ((COMPLIANCE, TYPE), [FOR_SEALS, FOR_WEB], True, False, True),
        ((COMPLIANCE, DEVICE, TYPE), [FOR_WEB], True, True, False),
        ((COMPLIANCE, DEVICE), [], True, True, False),
        ((COMPLIANCE, DEVICE, TYPE, LAW), [FOR_SEALS], False, True, True),
        ((), [], False, False, False),
    ],
)
def test_the_statements_of_a_qualified_certificate_are_read(
    middle: Authority,
    kinds: tuple[str, ...],
    types: list[str],
    compliant: bool,
    device: bool,
    for_seals: bool,
) -> None:
    extension = statements(*kinds, types=types)

    stated = middle.issue(SUBJECT, extensions=[(extension, False)]).certificate.qc_statements

    assert (stated.compliant, stated.device, stated.for_seals) == (compliant, device, for_seals)


@pytest.mark.parametrize("data", [b"", b"0", b"\x30\x00", b"-----BEGIN CERTIFICATE-----", b"\x30\x80\0\0"])
def test_what_is_no_certificate_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedCredential):
        Certificate.from_der(data)
    with pytest.raises(MalformedCredential):
        read_certificates(data)


@pytest.mark.parametrize(
    "broken", [b"", b"\x30\x02\x06\x00", b"\x04\x01a", b"\x30\x80\x00\x00", b"\x30\x02\x30\x00"]
)
def test_statements_that_cannot_be_read_spoil_the_certificate(middle: Authority, broken: bytes) -> None:
    extension = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.5.5.7.1.3"), broken)

    with pytest.raises(MalformedCredential):
        middle.issue(SUBJECT, extensions=[(extension, False)])


@given(data=st.data())
@settings(max_examples=150)
def test_a_spoiled_certificate_ends_in_an_error_of_the_library(holder: Holder, data: st.DataObject) -> None:
    spoiled = bytearray(holder.certificate.der)
    for _ in range(data.draw(st.integers(1, 4))):
        spoiled[data.draw(st.integers(0, len(spoiled) - 1))] = data.draw(st.integers(0, 255))

    with suppress(CredentialError):
        certificate = Certificate.from_der(bytes(spoiled))
        anchor = Anchor(holder.issuers[-1])
        changed = bytes(spoiled) != holder.certificate.der
        found = Paths([anchor]).find(certificate, holder.issuers, purpose=Purpose.SEAL, at=NOW)
        assert found is None or not changed


@pytest.mark.parametrize("curve", [ec.SECP224R1(), ec.SECP192R1()])
def test_a_certificate_with_a_weak_key_is_refused(middle: Authority, curve: ec.EllipticCurve) -> None:
    with pytest.raises(MalformedCredential):
        middle.issue(SUBJECT, key=ec.generate_private_key(curve))


def test_a_path_leads_through_the_intermediate_to_the_root(top: Authority, holder: Holder) -> None:
    anchor = top.anchor()

    assert reached(holder, anchor) == anchor


def test_the_authority_itself_may_be_the_anchor(middle: Authority, holder: Holder) -> None:
    assert reached(holder, middle.anchor(), others=()) == middle.anchor()


def test_the_certificate_itself_may_be_the_anchor(holder: Holder) -> None:
    assert reached(holder, Anchor(holder.certificate), others=()) is not None


def test_a_qualified_anchor_is_preferred(top: Authority, middle: Authority, holder: Holder) -> None:
    found = reached(holder, top.anchor(), middle.anchor(qualified=True), top.anchor())

    assert found is not None
    assert found.qualified


def test_an_anchor_is_trusted_for_its_purpose_only(top: Authority, holder: Holder) -> None:
    assert reached(holder, top.anchor(Purpose.TIME_STAMP)) is None


def test_without_the_intermediate_or_an_anchor_there_is_no_path(top: Authority, holder: Holder) -> None:
    assert reached(holder, top.anchor(), others=()) is None
    assert reached(holder) is None


def test_another_root_of_the_same_name_is_no_anchor(holder: Holder) -> None:
    assert reached(holder, root().anchor()) is None


@pytest.mark.parametrize("years", [-2, 2, -6, 6])
def test_no_path_holds_outside_its_validity(top: Authority, holder: Holder, years: int) -> None:
    assert reached(holder, top.anchor(), at=NOW + years * YEAR) is None


def test_an_expired_authority_breaks_the_path(top: Authority, holder: Holder) -> None:
    expired = root("Old").issue(
        name("Old CA"),
        extensions=[(x509.BasicConstraints(True, None), True)],
        begins=NOW - 3 * YEAR,
        ends=NOW - YEAR,
    )
    old = Authority(key=expired.key, certificate=expired.certificate, issuers=expired.issuers)
    leaf = old.issue(SUBJECT, begins=NOW - 2 * YEAR)

    assert reached(leaf, Anchor(old.issuers[-1])) is None
    assert reached(leaf, Anchor(old.issuers[-1]), at=NOW - YEAR - YEAR / 2) is not None


def test_who_is_no_authority_cannot_issue(top: Authority, holder: Holder) -> None:
    by_leaf = Authority(key=holder.key, certificate=holder.certificate, issuers=holder.issuers)
    not_ca = top.subordinate("No CA", ca=False)

    assert reached(by_leaf.issue(SUBJECT), top.anchor()) is None
    assert reached(not_ca.issue(SUBJECT), top.anchor()) is None


def test_a_path_may_not_be_longer_than_its_authorities_allow(top: Authority) -> None:
    short = top.subordinate("Short", path_length=0).subordinate("Below", path_length=0)
    long = top.subordinate("Long", path_length=1).subordinate("Below", path_length=0)

    assert reached(short.issue(SUBJECT), top.anchor()) is None
    assert reached(long.issue(SUBJECT), top.anchor()) is not None


def test_a_critical_extension_that_is_not_known_breaks_the_path(top: Authority) -> None:
    unknown = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00")

    assert reached(top.issue(SUBJECT, extensions=[(unknown, True)]), top.anchor()) is None
    assert reached(top.issue(SUBJECT, extensions=[(unknown, False)]), top.anchor()) is not None


def test_a_signature_with_a_broken_digest_is_none(top: Authority) -> None:
    leaf = top.issue(SUBJECT, digest=hashes.SHA224())

    assert reached(leaf, top.anchor()) is None


def test_authorities_that_certify_each_other_do_not_hold_us_up(top: Authority) -> None:
    """Ten certificates of one name and key: each is a possible issuer of each."""
    ca = top.subordinate("Loop", path_length=None)
    extensions = [(x509.BasicConstraints(True, None), True)]
    others = [ca.issue(name("Loop"), key=ca.key, extensions=extensions).certificate for _ in range(10)]
    paths = Paths([root("Elsewhere").anchor()])

    assert paths.find(ca.issue(SUBJECT).certificate, others, purpose=Purpose.SEAL, at=NOW) is None


@pytest.fixture
def password(tmp_path: Path) -> Path:
    path = tmp_path / "password"
    path.write_text("secret\n")
    path.chmod(0o600)
    return path


def test_a_pkcs12_file_opens_with_its_chain_in_order(top: Authority, tmp_path: Path, password: Path) -> None:
    holder = top.subordinate("A", path_length=1).subordinate("B").issue(SUBJECT)

    sealer = open_sealer(f"p12:{holder.p12(tmp_path)}?password-source=file:{password}")

    assert sealer.chain == (holder.certificate, *holder.issuers[:-1])
    sealer.signer.public_key.verify(sealer.signer.sign(b"data"), b"data")


def test_the_password_may_be_in_a_variable(
    holder: Holder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEAL_PASSWORD", "secret")

    sealer = open_sealer(f"p12:{holder.p12(tmp_path)}?password-source=env:SEAL_PASSWORD")

    assert sealer.certificate == holder.certificate


def test_a_wrong_password_is_refused_without_quoting_it(
    holder: Holder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEAL_PASSWORD", "hunter2")

    with pytest.raises(UnusableKey) as refusal:
        open_sealer(f"p12:{holder.p12(tmp_path)}?password-source=env:SEAL_PASSWORD")

    assert "hunter2" not in str(refusal.value)


def test_a_pkcs12_file_that_others_may_read_is_refused(
    holder: Holder, tmp_path: Path, password: Path
) -> None:
    path = holder.p12(tmp_path)
    path.chmod(0o640)

    with pytest.raises(UnusableKey, match="chmod 600"):
        open_sealer(f"p12:{path}?password-source=file:{password}")


@pytest.mark.parametrize(
    "uri",
    [
        "p12:",
        "p12:/no/such.p12",
        "p12:/no/such.p12?password=secret",
        "p12:/no/such.p12?password-source=secret",
        "p12:/no/such.p12?password-source=env:",
        "p12:/no/such.p12?password-source=env:NO_SUCH_VARIABLE",
        "p12:seal.p12?password-source=env:HOME",
        "p12:/no/such.p12?password-source=env:HOME",
        "p12:/etc/hostname%00?password-source=env:HOME",
        "ftp:/a",
        "",
    ],
)
def test_a_uri_that_names_no_seal_is_refused(uri: str) -> None:
    with pytest.raises(UnusableKey):
        open_sealer(uri)


@pytest.mark.parametrize("content", [b"", b"no PKCS #12", b"\x30\x03\x02\x01\x03"])
def test_a_file_that_is_no_pkcs12_is_refused(content: bytes, tmp_path: Path, password: Path) -> None:
    path = tmp_path / "seal.p12"
    path.write_bytes(content)
    path.chmod(0o600)

    with pytest.raises(UnusableKey):
        open_sealer(f"p12:{path}?password-source=file:{password}")


def _key_file(folder: Path, key: Any) -> str:
    path = folder / "key.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    path.chmod(0o600)
    return f"file:{path}"


def test_a_key_file_goes_with_a_chain(holder: Holder, tmp_path: Path) -> None:
    sealer = open_sealer(_key_file(tmp_path, holder.key), chain=holder.chain_pem)

    assert sealer.chain == (holder.certificate, holder.issuers[0])


@pytest.mark.parametrize("chain", [b"", b"no certificates", b"-----BEGIN CERTIFICATE-----\nAA==\n"])
def test_a_key_without_a_certificate_cannot_seal(holder: Holder, tmp_path: Path, chain: bytes) -> None:
    with pytest.raises(UnusableKey):
        open_sealer(_key_file(tmp_path, holder.key), chain=chain)


def test_key_and_certificate_must_belong_together(holder: Holder, tmp_path: Path) -> None:
    other = ec.generate_private_key(ec.SECP256R1())

    with pytest.raises(UnusableKey, match="belong together"):
        open_sealer(_key_file(tmp_path, other), chain=holder.chain_pem)


def test_each_certificate_of_a_chain_must_have_issued_the_one_before(holder: Holder) -> None:
    stranger = root("Stranger").certificate

    with pytest.raises(UnusableKey):
        Sealer(SoftwareSigner.of(holder.key), (holder.certificate, stranger))


@pytest.mark.parametrize("subject", [name("Nobody"), name("", "VATRO-1"), name("No country", "VATRO-1", "")])
def test_a_certificate_that_does_not_name_the_organisation_cannot_seal(
    middle: Authority, subject: x509.Name
) -> None:
    with pytest.raises(UnusableKey):
        _ = middle.issue(subject).sealer


@pytest.mark.parametrize(
    "key",
    [ed25519.Ed25519PrivateKey.generate(), ec.generate_private_key(ec.SECP521R1())],
    ids=["Ed25519", "P-521"],
)
def test_a_key_that_jades_does_not_seal_with_is_refused(middle: Authority, key: Any) -> None:
    made = middle.issue(SUBJECT, key=key)

    with pytest.raises(UnusableKey):
        Sealer(SoftwareSigner.of(ec.generate_private_key(ec.SECP256R1())), (made.certificate,))


def test_chains_of_rsa_keys_hold_too(top: Authority) -> None:
    holder = top.issue(SUBJECT, key=rsa.generate_private_key(65537, 2048))

    assert reached(holder, top.anchor()) is not None
    assert holder.sealer.signer.public_key.algorithm.value == "RSA"


def test_a_pem_text_keeps_its_order(holder: Holder) -> None:
    assert read_certificates(holder.chain_pem) == (holder.certificate, *holder.issuers)
    assert usage("crl_sign").crl_sign
    assert pem(holder.certificate).startswith(b"-----BEGIN")
