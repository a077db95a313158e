"""The demonstration's own certificate authority and time-stamp authority, in a private folder.

Nobody outside the demonstration trusts them; their certificates say in their names what
they are. Hidden here: which extensions an eSeal and a time-stamp certificate have, and
the structure of a time-stamp token (RFC 3161, RFC 5652), made without any service.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from pathlib import Path

from attrs import frozen
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from ..badges import der
from ..badges.certificates import Certificate, Organisation
from ..badges.chains import Anchor, Purpose
from ..badges.private_files import read_private, write_private

__all__ = ["Authority", "Held", "open_authority"]

_YEARS = dt.timedelta(days=3 * 365)
_TITLE = "Demonstration only, trusted by nobody"
_SIGNED_DATA, _TST_INFO = "1.2.840.113549.1.7.2", "1.2.840.113549.1.9.16.1.4"
_CONTENT_TYPE, _DIGEST = "1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4"
_SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.47"
_SHA256, _ECDSA_SHA256, _POLICY = "2.16.840.1.101.3.4.2.1", "1.2.840.10045.4.3.2", "1.2.3.4.1"


@frozen
class Held:
    """A key in a private file, and its certificate."""

    path: Path
    key: ec.EllipticCurvePrivateKey
    certificate: Certificate

    @property
    def pem(self) -> str:
        """The certificate, without the key."""
        return self.certificate.x509.public_bytes(serialization.Encoding.PEM).decode()


@frozen
class Authority:
    """A root, with the keys of those that it has given certificates."""

    folder: Path
    root: Held
    time: Held

    @property
    def anchors(self) -> tuple[Anchor, ...]:
        """What somebody must trust to find the demonstration's seals advanced; never qualified."""
        return tuple(Anchor(self.root.certificate, purpose) for purpose in Purpose)

    def certify(self, slug: str, organisation: Organisation) -> Held:
        """The eSeal of an organisation, made once."""
        usage = _usage("digital_signature", "content_commitment")
        return _held(self.folder / f"seal-{slug}.pem", _name(organisation), self.root, [(usage, True)])

    def answer(self, query: bytes, now: dt.datetime) -> bytes:
        """What a time-stamp authority answers to a request, stamped at `now`."""
        fields = der.Fields.of(der.read(query))
        fields.take(der.INTEGER)
        imprint, nonce = fields.take(der.SEQUENCE), fields.take(der.INTEGER)
        moment = der.encode(der.TIME, now.strftime("%Y%m%d%H%M%SZ").encode())
        content = der.sequence(
            der.integer(1),
            der.object_id(_POLICY),
            imprint.encoded,
            der.integer(secrets.randbits(63) + 1),
            moment,
            nonce.encoded,
        )
        return der.sequence(der.sequence(der.integer(0)), _token(content, self.time))


def open_authority(folder: Path) -> Authority:
    """The authority whose keys are in the folder; made at the first call."""
    ca = [(x509.BasicConstraints(True, None), True), (_usage("key_cert_sign"), True)]
    root = _held(folder / "authority.pem", _name(_ours("authority")), None, ca)
    stamping = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
    extensions = [(stamping, True), (_usage("digital_signature"), True)]
    return Authority(folder, root, _held(folder / "time.pem", _name(_ours("time")), root, extensions))


def _ours(what: str) -> Organisation:
    return Organisation(name=_TITLE, identifier="", country="EU", common_name=f"Demonstration {what}")


def _name(organisation: Organisation) -> x509.Name:
    pairs = (
        (NameOID.COUNTRY_NAME, organisation.country),
        (NameOID.ORGANIZATION_NAME, organisation.name),
        (NameOID.ORGANIZATION_IDENTIFIER, organisation.identifier),
        (NameOID.COMMON_NAME, organisation.common_name),
    )
    return x509.Name([x509.NameAttribute(kind, text) for kind, text in pairs if text])


def _usage(*wanted: str) -> x509.KeyUsage:
    names = (
        *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment"),
        *("key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
    )
    return x509.KeyUsage(**{name: name in wanted for name in names})


def _held(
    path: Path, name: x509.Name, issuer: Held | None, extensions: list[tuple[x509.ExtensionType, bool]]
) -> Held:
    """Key and certificate from the one file of both; made if it is not there."""
    if not path.exists():
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = _certify(name, key, issuer, extensions)
        secret = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        write_private(path, secret)
        path.with_suffix(".crt").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    opened = serialization.load_pem_private_key(read_private(path), None)
    if not isinstance(opened, ec.EllipticCurvePrivateKey):
        raise TypeError(f"{path} is not a key of the demonstration.")
    found = x509.load_pem_x509_certificate(path.with_suffix(".crt").read_bytes())
    return Held(path, opened, Certificate.from_der(found.public_bytes(serialization.Encoding.DER)))


def _certify(
    name: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    issuer: Held | None,
    extensions: list[tuple[x509.ExtensionType, bool]],
) -> x509.Certificate:
    now = dt.datetime.now(dt.UTC)
    signer = issuer.certificate.x509.subject if issuer else name
    builder = x509.CertificateBuilder(signer, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - dt.timedelta(days=1)).not_valid_after(now + _YEARS)
    for value, critical in extensions:
        builder = builder.add_extension(value, critical)
    return builder.sign(issuer.key if issuer else key, hashes.SHA256())


def _token(content: bytes, held: Held) -> bytes:
    sha256 = der.sequence(der.object_id(_SHA256))
    binding = der.sequence(der.sequence(der.sequence(der.encode(der.OCTETS, held.certificate.fingerprint))))
    attributes = b"".join(
        sorted(
            (
                _attribute(_CONTENT_TYPE, der.object_id(_TST_INFO)),
                _attribute(_DIGEST, der.encode(der.OCTETS, hashlib.sha256(content).digest())),
                _attribute(_SIGNING_CERTIFICATE_V2, binding),
            )
        )
    )
    signature = held.key.sign(der.encode(der.SET, attributes), ec.ECDSA(hashes.SHA256()))
    x509_certificate = held.certificate.x509
    signer = der.sequence(
        der.integer(1),
        der.sequence(x509_certificate.issuer.public_bytes(), der.integer(x509_certificate.serial_number)),
        sha256,
        der.encode(0xA0, attributes),
        der.sequence(der.object_id(_ECDSA_SHA256)),
        der.encode(der.OCTETS, signature),
    )
    signed = der.sequence(
        der.integer(3),
        der.encode(der.SET, sha256),
        der.sequence(der.object_id(_TST_INFO), der.encode(0xA0, der.encode(der.OCTETS, content))),
        der.encode(0xA0, held.certificate.der),
        der.encode(der.SET, signer),
    )
    return der.sequence(der.object_id(_SIGNED_DATA), der.encode(0xA0, signed))


def _attribute(kind: str, value: bytes) -> bytes:
    return der.sequence(der.object_id(kind), der.encode(der.SET, value))
