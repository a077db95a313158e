"""Certificates of electronic seals: whose they are, what they promise, and their keys.

`Certificate` is an X.509 certificate that was read completely, so that nothing raises
later; `Sealer` is a key with the certificates that go with it. Hidden here: the many
errors of X.509 parsers, the qualified-certificate statements of ETSI EN 319 412-5, and
PKCS #12. Whether a certificate can be trusted is the question of `chains`.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar
from urllib.parse import unquote

from attrs import field, frozen, validators
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

from . import der
from .errors import CredentialError, MalformedCredential, UnsupportedProof, UnusableKey
from .keys import Signer, SoftwareSigner, open_signer
from .private_files import path_of, read_private
from .public_keys import Algorithm, PublicKey

__all__ = ["Certificate", "Organisation", "QcStatements", "Sealer", "open_sealer", "read_certificates"]

MAX_BYTES = 16_384
"""Of one certificate; qualified ones have two to three thousand."""

MAX_CHAIN = 10
"""Certificates that may come with one seal or time-stamp."""

_QC_STATEMENTS = x509.ObjectIdentifier("1.3.6.1.5.5.7.1.3")
_QC_COMPLIANCE = "0.4.0.1862.1.1"
_QC_DEVICE = "0.4.0.1862.1.4"
_QC_TYPE = "0.4.0.1862.1.6"
_QC_LAW = "0.4.0.1862.1.7"
_QC_TYPE_SEAL = "0.4.0.1862.1.6.2"
_DIGESTS = (hashes.SHA256, hashes.SHA384, hashes.SHA512, hashes.SHA3_256, hashes.SHA3_384, hashes.SHA3_512)
_EC_BITS = 256
_DIRECTORY_NAME = 0xA4

_Extension = TypeVar("_Extension", bound=x509.ExtensionType)


@frozen(kw_only=True)
class Organisation:
    """The legal person of a certificate; empty where the certificate is silent."""

    name: str
    """`O` of the subject: the registered name."""
    identifier: str
    """organizationIdentifier, for instance `VATRO-00000000` (ETSI EN 319 412-1)."""
    country: str
    """ISO 3166-1 alpha-2, capital letters."""
    common_name: str = ""


@frozen(kw_only=True)
class QcStatements:
    """What the authority states about the certificate (ETSI EN 319 412-5)."""

    compliant: bool = False
    """It was issued as a qualified certificate under the law of the Union."""
    device: bool = False
    """Its key lives in a qualified device."""
    types: frozenset[str] = frozenset()
    """Object identifiers of the purposes; empty when nothing is said."""

    @property
    def for_seals(self) -> bool:
        """Whether the purpose is named, and is electronic seals."""
        return _QC_TYPE_SEAL in self.types


@frozen
class Certificate:
    """An X.509 certificate, read completely and not yet trusted."""

    der: bytes = field(repr=False)
    x509: x509.Certificate = field(repr=False, eq=False)
    organisation: Organisation = field(eq=False)
    qc_statements: QcStatements = field(eq=False)
    not_before: dt.datetime = field(eq=False)
    not_after: dt.datetime = field(eq=False)

    @classmethod
    def from_der(cls, data: bytes) -> Certificate:
        """Read a certificate; raises `MalformedCredential` or `UnsupportedProof`."""
        if len(data) > MAX_BYTES:
            raise MalformedCredential("A certificate is larger than any genuine one.")
        _demand_serial(data)
        try:
            return cls._read(data)
        except UnusableKey as error:
            raise MalformedCredential("A certificate has a key that proves nothing.") from error
        except CredentialError:
            raise
        except Exception as error:
            # The parser's errors for broken fields are of many families, KeyError among them.
            raise MalformedCredential("A certificate is not well formed.") from error

    @classmethod
    def _read(cls, data: bytes) -> Certificate:
        certificate = x509.load_der_x509_certificate(data)
        _demand_sound_key(certificate.public_key())
        # Read once, so that nothing that is read lazily can fail later.
        certificate.issuer.public_bytes()
        return cls(
            der=data,
            x509=certificate,
            organisation=_organisation(certificate.subject),
            qc_statements=_qc_statements(certificate.extensions),
            not_before=certificate.not_valid_before_utc,
            not_after=certificate.not_valid_after_utc,
        )

    @property
    def fingerprint(self) -> bytes:
        """SHA-256 over the encoded certificate."""
        return hashlib.sha256(self.der).digest()

    @property
    def issuer_serial(self) -> bytes:
        """Issuer and serial number as DER IssuerSerial, which JAdES writes into `kid`."""
        issuer = der.encode(_DIRECTORY_NAME, self.x509.issuer.public_bytes())
        return der.sequence(der.sequence(issuer), der.integer(self.x509.serial_number))

    @property
    def is_self_issued(self) -> bool:
        """Whether subject and issuer are the same name."""
        return self.x509.subject == self.x509.issuer

    def is_valid_at(self, moment: dt.datetime) -> bool:
        """Whether `moment` lies within the validity, both ends included."""
        return self.not_before <= moment <= self.not_after

    def extension(self, kind: type[_Extension]) -> _Extension | None:
        """An extension by its class, None when the certificate has none."""
        try:
            return self.x509.extensions.get_extension_for_class(kind).value
        except x509.ExtensionNotFound:
            return None

    def is_issued_by(self, issuer: Certificate) -> bool:
        """Whether `issuer` has the name and made the signature that this certificate bears."""
        if self.x509.issuer != issuer.x509.subject:
            return False
        try:
            digest = self.x509.signature_hash_algorithm
            self.x509.verify_directly_issued_by(issuer.x509)
        except (InvalidSignature, UnsupportedAlgorithm, ValueError, TypeError, KeyError):
            return False
        # EdDSA names none; of the others the broken ones count as no signature.
        return digest is None or isinstance(digest, _DIGESTS)


@frozen
class Sealer:
    """A key that seals, and its certificates: leaf first, each issued by the next."""

    signer: Signer
    chain: tuple[Certificate, ...] = field(validator=validators.min_len(1))

    def __attrs_post_init__(self) -> None:
        """See that key and certificates belong together; raises `UnusableKey`."""
        try:
            certified = PublicKey.of(self.certificate.x509.public_key())
        except UnsupportedProof as error:
            raise UnusableKey("The certificate has a key that cannot seal.") from error
        if certified.algorithm is Algorithm.ED25519:
            raise UnusableKey("A seal is made with an RSA, P-256 or P-384 key.")
        if certified != self.signer.public_key:
            raise UnusableKey("The key and the certificate do not belong together.")
        for certificate, issuer in zip(self.chain, self.chain[1:], strict=False):
            if not certificate.is_issued_by(issuer):
                raise UnusableKey("A certificate of the chain was not issued by the one that follows it.")
        if not (self.organisation.name and self.organisation.identifier and self.organisation.country):
            raise UnusableKey(
                "The certificate lacks an organisation (O), its identifier (2.5.4.97) or its country (C)."
            )

    @property
    def certificate(self) -> Certificate:
        """The certificate of the key itself."""
        return self.chain[0]

    @property
    def organisation(self) -> Organisation:
        """In whose name the seal is."""
        return self.certificate.organisation


def open_sealer(uri: str, *, chain: bytes = b"") -> Sealer:
    """Open the key and the certificates of a seal; raises `UnusableKey`.

    `p12:/absolute/path.p12?password-source=…` is a PKCS #12 file with both; its password
    is in a private file (`file:/absolute/path`) or a variable (`env:NAME`). Any other URI
    is one of `keys.open_signer`, and `chain` has the certificates in PEM form.
    """
    try:
        certificates = read_certificates(chain) if chain else ()
        if not uri.startswith("p12:"):
            return Sealer(open_signer(uri), _ordered(certificates))
        signer, leaf, others = _open_p12(uri)
        return Sealer(signer, _ordered(certificates or (leaf, *others), leaf))
    except UnusableKey:
        raise
    except CredentialError as error:
        raise UnusableKey(f"The certificates of the seal cannot be used. {error}") from error


def read_certificates(pem: bytes) -> tuple[Certificate, ...]:
    """All certificates of a PEM text, in its order; raises `MalformedCredential`."""
    if len(pem) > 2 * MAX_BYTES * MAX_CHAIN:
        raise MalformedCredential("A chain of certificates is longer than any genuine one.")
    try:
        found = x509.load_pem_x509_certificates(pem)
    except ValueError as error:
        raise MalformedCredential("There are no certificates in PEM form.") from error
    return tuple(
        Certificate.from_der(certificate.public_bytes(serialization.Encoding.DER)) for certificate in found
    )


def _open_p12(uri: str) -> tuple[Signer, Certificate, tuple[Certificate, ...]]:
    path, _mark, query = uri.removeprefix("p12:").partition("?")
    name, _mark, source = query.partition("=")
    if name != "password-source" or not source:
        raise UnusableKey("A p12: URI must have password-source, the place of the password.")
    file = Path(unquote(path))
    if not file.is_absolute():
        raise UnusableKey("A p12: URI must name an absolute path.")
    data, password = read_private(file), _password(source)
    try:
        store = pkcs12.load_pkcs12(data, password)
    except (ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion):
        # Without its cause, which may quote the file.
        raise UnusableKey("The file is not PKCS #12, or the password is not its own.") from None
    if store.key is None or store.cert is None:
        raise UnusableKey("The PKCS #12 file lacks the key or the certificate that belongs to it.")
    leaf, *others = (
        Certificate.from_der(entry.certificate.public_bytes(serialization.Encoding.DER))
        for entry in (store.cert, *store.additional_certs)
    )
    return SoftwareSigner.of(store.key), leaf, tuple(others)


def _password(source: str) -> bytes:
    if source.startswith("file:"):
        return read_private(path_of(source)).rstrip(b"\r\n")
    name = source.removeprefix("env:")
    if not source.startswith("env:") or not name or "\0" in name or name not in os.environ:
        raise UnusableKey("The password of the PKCS #12 file is neither in a file nor in a variable.")
    return os.environ[name].encode()


def _ordered(certificates: Sequence[Certificate], leaf: Certificate | None = None) -> tuple[Certificate, ...]:
    """The leaf, then each one's issuer, without the root: whoever trusts it has it already."""
    if not certificates:
        raise UnusableKey("A seal needs a certificate.")
    chain = [leaf or certificates[0]]
    while len(chain) < MAX_CHAIN:
        issuer = next((other for other in certificates if chain[-1].is_issued_by(other)), None)
        if issuer is None or issuer in chain or issuer.is_self_issued:
            break
        chain.append(issuer)
    return tuple(chain)


def _demand_serial(data: bytes) -> None:
    """Refuse serial numbers that are not positive: parsers disagree about what they are."""
    fields = der.Fields.of(der.Fields.of(der.read(data)).take(der.SEQUENCE))
    fields.maybe(0xA0)
    if fields.take(der.INTEGER).integer() <= 0:
        raise MalformedCredential("A certificate has an impossible serial number.")


def _demand_sound_key(key: object) -> None:
    if isinstance(key, ec.EllipticCurvePublicKey):
        # Authorities use curves that no credential is signed with.
        if key.curve.key_size < _EC_BITS:
            raise MalformedCredential("A certificate has a key that is too short.")
        return
    PublicKey.of(key)


def _organisation(subject: x509.Name) -> Organisation:
    return Organisation(
        name=_attribute(subject, NameOID.ORGANIZATION_NAME),
        identifier=_attribute(subject, NameOID.ORGANIZATION_IDENTIFIER),
        country=_attribute(subject, NameOID.COUNTRY_NAME).upper(),
        common_name=_attribute(subject, NameOID.COMMON_NAME),
    )


def _attribute(subject: x509.Name, kind: x509.ObjectIdentifier) -> str:
    values = [attribute.value for attribute in subject.get_attributes_for_oid(kind)]
    if not values:
        return ""
    if len(values) > 1 or not isinstance(values[0], str):
        raise MalformedCredential("A certificate says two things about its organisation.")
    return values[0]


def _qc_statements(extensions: x509.Extensions) -> QcStatements:
    try:
        value = extensions.get_extension_for_oid(_QC_STATEMENTS).value
    except x509.ExtensionNotFound:
        return QcStatements()
    if not isinstance(value, x509.UnrecognizedExtension):
        raise MalformedCredential("The statements of a certificate cannot be read.")
    stated: dict[str, der.Value | None] = {}
    for statement in der.read(value.value).parts():
        kind, *rest = statement.parts() or [statement]
        stated[kind.object_id()] = rest[0] if rest else None
    purpose = stated.get(_QC_TYPE)
    return QcStatements(
        # With another country's law named, it is qualified there and not here.
        compliant=_QC_COMPLIANCE in stated and _QC_LAW not in stated,
        device=_QC_DEVICE in stated,
        types=frozenset(part.object_id() for part in purpose.parts()) if purpose else frozenset(),
    )
