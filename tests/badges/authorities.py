"""Certificate authorities, eSeal certificates and a time-stamp authority, made for tests.

Real X.509 and PKCS #12; the time-stamp authority is `openssl ts`, so that what reads its
tokens is not what wrote them.
"""

from __future__ import annotations

import datetime as dt
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from attrs import frozen
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from ingenium_credentials.badges import der
from ingenium_credentials.badges.certificates import Certificate, Sealer
from ingenium_credentials.badges.chains import Anchor, Purpose
from ingenium_credentials.badges.keys import SoftwareSigner
from tests.services import missing

# The time-stamp authority cannot be told another time than the machine's.
NOW = dt.datetime.now(dt.UTC).replace(microsecond=0)
YEAR = dt.timedelta(days=365)
COMPLIANCE, DEVICE, TYPE, LAW = (f"0.4.0.1862.1.{arc}" for arc in (1, 4, 6, 7))
FOR_SEALS, FOR_WEB = "0.4.0.1862.1.6.2", "0.4.0.1862.1.6.3"
USAGES = (
    *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment"),
    *("key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
)

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


def name(organisation: str, identifier: str = "", country: str = "RO") -> x509.Name:
    parts = [(NameOID.COUNTRY_NAME, country), (NameOID.ORGANIZATION_NAME, organisation)]
    parts += [(NameOID.ORGANIZATION_IDENTIFIER, identifier), (NameOID.COMMON_NAME, f"{organisation} seal")]
    return x509.Name([x509.NameAttribute(kind, text) for kind, text in parts if text])


def usage(*wanted: str) -> x509.KeyUsage:
    return x509.KeyUsage(**{one: one in wanted for one in USAGES})


def statements(*kinds: str, types: Sequence[str] = (FOR_SEALS,)) -> x509.UnrecognizedExtension:
    """The extension QcStatements."""
    parts = [der.sequence(der.object_id(kind)) for kind in kinds if kind not in (TYPE, LAW)]
    if TYPE in kinds:
        parts.append(der.sequence(der.object_id(TYPE), der.sequence(*map(der.object_id, types))))
    if LAW in kinds:
        parts.append(der.sequence(der.object_id(LAW), der.sequence(der.encode(0x13, b"GB"))))
    return x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.5.5.7.1.3"), der.sequence(*parts))


QUALIFIED = statements(COMPLIANCE, DEVICE, TYPE)


@frozen(kw_only=True)
class Holder:
    """A key and the certificate that an authority gave it."""

    key: Any
    certificate: Certificate
    issuers: tuple[Certificate, ...] = ()
    """Those above, nearest first, with the root."""

    @property
    def sealer(self) -> Sealer:
        """As a sealer with all intermediates."""
        chain = (self.certificate, *(one for one in self.issuers if not one.is_self_issued))
        return Sealer(SoftwareSigner.of(self.key), chain)

    @property
    def chain_pem(self) -> bytes:
        return b"".join(pem(one) for one in (self.certificate, *self.issuers))

    def p12(self, folder: Path, password: bytes = b"secret") -> Path:
        """A private PKCS #12 file, with the further certificates in no useful order."""
        path = folder / "seal.p12"
        others = [one.x509 for one in reversed(self.issuers)]
        encryption = serialization.BestAvailableEncryption(password)
        path.write_bytes(
            pkcs12.serialize_key_and_certificates(
                b"seal", self.key, self.certificate.x509, others, encryption
            )
        )
        path.chmod(0o600)
        return path


@frozen(kw_only=True)
class Authority(Holder):
    """One that gives certificates to others."""

    def issue(
        self,
        subject: x509.Name,
        *,
        key: Any = None,
        extensions: Sequence[tuple[x509.ExtensionType, bool]] | None = None,
        begins: dt.datetime = NOW - YEAR,
        ends: dt.datetime = NOW + YEAR,
        digest: hashes.HashAlgorithm | None = None,
        serial: int | None = None,
    ) -> Holder:
        """A certificate for an end entity; an eSeal of a qualified kind unless told otherwise."""
        if extensions is None:
            extensions = [(usage("content_commitment"), True), (QUALIFIED, False)]
        key = key or ec.generate_private_key(ec.SECP256R1())
        made = certify(
            subject, key, self.certificate.x509.subject, self.key, extensions, begins, ends, digest, serial
        )
        return Holder(key=key, certificate=made, issuers=(self.certificate, *self.issuers))

    def subordinate(self, title: str, *, path_length: int | None = 0, ca: bool = True) -> Authority:
        extensions = [(x509.BasicConstraints(ca, path_length if ca else None), True)]
        held = self.issue(
            name(title), extensions=[*extensions, (usage("key_cert_sign" if ca else "crl_sign"), True)]
        )
        return Authority(key=held.key, certificate=held.certificate, issuers=held.issuers)

    def anchor(self, purpose: Purpose = Purpose.SEAL, *, qualified: bool = False) -> Anchor:
        return Anchor(self.certificate, purpose, qualified)


def certify(
    subject: x509.Name,
    key: Any,
    issuer: x509.Name,
    issuer_key: Any,
    extensions: Sequence[tuple[x509.ExtensionType, bool]],
    begins: dt.datetime = NOW - 5 * YEAR,
    ends: dt.datetime = NOW + 5 * YEAR,
    digest: hashes.HashAlgorithm | None = None,
    serial: int | None = None,
) -> Certificate:
    builder = x509.CertificateBuilder(issuer, subject, key.public_key())
    builder = builder.serial_number(serial or x509.random_serial_number())
    builder = builder.not_valid_before(begins).not_valid_after(ends)
    for value, critical in extensions:
        builder = builder.add_extension(value, critical)
    made = builder.sign(issuer_key, digest or hashes.SHA256())  # type: ignore[arg-type]
    return Certificate.from_der(made.public_bytes(serialization.Encoding.DER))


def root(title: str = "Test Root") -> Authority:
    key = ec.generate_private_key(ec.SECP384R1())
    extensions = [(x509.BasicConstraints(True, None), True), (usage("key_cert_sign"), True)]
    return Authority(key=key, certificate=certify(name(title), key, name(title), key, extensions))


def pem(certificate: Certificate) -> bytes:
    return certificate.x509.public_bytes(serialization.Encoding.PEM)


_CONFIGURATION = """
[tsa]
default_tsa = here
[here]
serial = {folder}/serial
crypto_device = builtin
signer_cert = {folder}/tsa.pem
certs = {folder}/chain.pem
signer_key = {folder}/tsa.key
signer_digest = {digest}
default_policy = 1.2.3.4
digests = sha256, sha384, sha512
accuracy = secs:1
ess_cert_id_chain = no
ess_cert_id_alg = {binding}
"""


@frozen(kw_only=True)
class TimeStampAuthority:
    """RFC 3161 by `openssl ts`, which stamps at the real time of the machine."""

    folder: Path
    holder: Holder

    @classmethod
    def make(
        cls, folder: Path, holder: Holder, *, digest: str = "sha256", binding: str = "sha256"
    ) -> TimeStampAuthority:
        if shutil.which("openssl") is None:
            missing("openssl", "not on PATH")
        key = holder.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        (folder / "tsa.key").write_bytes(key)
        (folder / "tsa.pem").write_bytes(pem(holder.certificate))
        (folder / "chain.pem").write_bytes(b"".join(map(pem, holder.issuers)))
        (folder / "root.pem").write_bytes(pem(holder.issuers[-1]))
        (folder / "serial").write_text("01\n")
        text = _CONFIGURATION.format(folder=folder, digest=digest, binding=binding)
        (folder / "tsa.cnf").write_text(text)
        return cls(folder=folder, holder=holder)

    def answer(self, query: bytes) -> bytes:
        """What the authority answers to a request."""
        (self.folder / "query.tsq").write_bytes(query)
        self._ts("-reply", "-config", "tsa.cnf", "-queryfile", "query.tsq", "-out", "answer.tsr")
        return (self.folder / "answer.tsr").read_bytes()

    def accepts(self, token: bytes, data: bytes) -> bool:
        """Whether `openssl ts -verify` takes the token for one over `data`."""
        (self.folder / "token.der").write_bytes(token)
        (self.folder / "data").write_bytes(data)
        arguments = ("-verify", "-data", "data", "-in", "token.der", "-token_in")
        done = self._ts(*arguments, "-CAfile", "root.pem", "-untrusted", "chain.pem", check=False)
        return done.returncode == 0

    def _ts(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[bytes]:
        command = ["openssl", "ts", *arguments]
        return subprocess.run(command, cwd=self.folder, check=check, capture_output=True, timeout=60)


def time_stamping(authority: Authority, *, key: Any = None, **options: Any) -> Holder:
    """The certificate of a time-stamp authority."""
    extended = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
    extensions = [(extended, True), (usage("digital_signature"), True)]
    options = {"extensions": extensions, "begins": NOW - 20 * YEAR, "ends": NOW + 20 * YEAR, **options}
    return authority.issue(name("Test Time", "VATRO-99999999"), key=key, **options)
