"""Time-stamps of RFC 3161: asking for one, and checking one that came from anywhere.

A token says that some bytes existed at a moment, signed by a time-stamp authority.
Carrying request and response over the network is the caller's. Hidden here: the CMS
structure of a token (RFC 5652), and its binding to the authority's certificate
(RFC 2634, RFC 5035).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Mapping

from attrs import frozen
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from . import der
from .certificates import MAX_CHAIN, Certificate
from .errors import MalformedCredential, ProofError, UnsupportedProof, WorkLimitExceeded

__all__ = ["MAX_BYTES", "TimeStamp", "check", "request", "token_of"]

MAX_BYTES = 100_000
"""Of a token; with a long chain inside they have ten thousand."""

CLOCK_TOLERANCE = dt.timedelta(minutes=5)
"""How far two clocks may be apart without one of them lying."""

_SIGNED_DATA = "1.2.840.113549.1.7.2"
_TST_INFO = "1.2.840.113549.1.9.16.1.4"
_CONTENT_TYPE = "1.2.840.113549.1.9.3"
_MESSAGE_DIGEST = "1.2.840.113549.1.9.4"
_SIGNING_CERTIFICATE = "1.2.840.113549.1.9.16.2.12"
_SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.47"
_SHA256 = "2.16.840.1.101.3.4.2.1"
_DIGESTS: Mapping[str, hashes.HashAlgorithm] = {
    _SHA256: hashes.SHA256(),
    "2.16.840.1.101.3.4.2.2": hashes.SHA384(),
    "2.16.840.1.101.3.4.2.3": hashes.SHA512(),
}
_RSA = "1.2.840.113549.1.1.1"
_RSA_PSS = "1.2.840.113549.1.1.10"
_MGF1 = "1.2.840.113549.1.1.8"
_SIGNATURES: Mapping[str, hashes.HashAlgorithm] = {
    "1.2.840.113549.1.1.11": hashes.SHA256(),
    "1.2.840.113549.1.1.12": hashes.SHA384(),
    "1.2.840.113549.1.1.13": hashes.SHA512(),
    "1.2.840.10045.4.3.2": hashes.SHA256(),
    "1.2.840.10045.4.3.3": hashes.SHA384(),
    "1.2.840.10045.4.3.4": hashes.SHA512(),
}
"""RSA with PKCS #1 v1.5, and ECDSA: which of both, the key says."""
_NULL = b"\x05\x00"
_NONCE_BITS = 64
_GRANTED = (0, 1)


@frozen
class TimeStamp:
    """A token whose signature holds; whether its authority is trusted, `chains` says."""

    at: dt.datetime
    authority: Certificate
    others: tuple[Certificate, ...]
    """Certificates that came along, for the path from the authority's own."""


@frozen
class _Info:
    """What the authority signed (RFC 3161, section 2.4.2)."""

    digest: hashes.HashAlgorithm
    imprint: bytes
    at: dt.datetime
    nonce: int | None


@frozen
class _Signer:
    """The one signature of a token (RFC 5652, section 5.3)."""

    sid: der.Value
    digest: hashes.HashAlgorithm
    attributes: Mapping[str, der.Value]
    signed: bytes
    algorithm: der.Value
    signature: bytes


def request(data: bytes) -> bytes:
    """A request for a time-stamp over `data`, to be posted as application/timestamp-query."""
    algorithm = der.sequence(der.object_id(_SHA256), _NULL)
    imprint = der.sequence(algorithm, der.encode(der.OCTETS, hashlib.sha256(data).digest()))
    nonce = der.integer(secrets.randbits(_NONCE_BITS))
    # The certificate is asked for: a token without it cannot be checked by itself.
    return der.sequence(der.integer(1), imprint, nonce, der.encode(der.BOOLEAN, b"\xff"))


def token_of(response: bytes, *, asked: bytes) -> bytes:
    """The token in the answer to the request `asked`; raises `ProofError` if it is none.

    The answer must be about the bytes that were asked about, with the same nonce.
    """
    if len(response) > MAX_BYTES:
        raise WorkLimitExceeded("The answer of the time-stamp authority is larger than any is.")
    fields = der.Fields.of(der.read(response))
    status = der.Fields.of(fields.take(der.SEQUENCE)).take(der.INTEGER).integer()
    if status not in _GRANTED:
        raise ProofError(f"The time-stamp authority refused (status {status}).")
    token = fields.take(der.SEQUENCE).encoded
    fields.end()
    question = der.Fields.of(der.read(asked))
    question.take(der.INTEGER)
    imprint = der.Fields.of(question.take(der.SEQUENCE))
    imprint.take(der.SEQUENCE)
    info = _info(_signed_data(token)[0])
    if (info.imprint, info.nonce) != (imprint.take().octets(), question.take().integer()):
        raise ProofError("The time-stamp authority answered another question.")
    return token


def check(token: bytes, data: bytes, *, now: dt.datetime) -> TimeStamp:
    """The time-stamp, if `token` is one over `data` and not from after `now`.

    Raises `ProofError` when imprint, signature or certificate do not fit,
    `MalformedCredential` for what is no token, `UnsupportedProof` for other algorithms.
    """
    content, found, signer = _signed_data(token)
    info = _info(content)
    if _hash(info.digest, data) != info.imprint:
        raise ProofError("The time-stamp is over something else.")
    authority = _authority(signer, found)
    _demand_attributes(signer, content, authority)
    _verify(signer, authority)
    _demand_purpose(authority)
    if info.at > now + CLOCK_TOLERANCE:
        raise ProofError("The time-stamp is from the future.")
    if not authority.is_valid_at(info.at):
        raise ProofError("The certificate of the time-stamp was not valid at its moment.")
    return TimeStamp(info.at, authority, tuple(found))


def _signed_data(token: bytes) -> tuple[bytes, list[Certificate], _Signer]:
    """The content, the certificates and the signer of a token (RFC 5652, section 5.1)."""
    if len(token) > MAX_BYTES:
        raise WorkLimitExceeded("The time-stamp is larger than any is.")
    outer = der.Fields.of(der.read(token))
    if outer.take(der.OBJECT_ID).object_id() != _SIGNED_DATA:
        raise MalformedCredential("The time-stamp is not signed data.")
    fields = der.Fields.of(outer.take(0xA0).only())
    outer.end()
    fields.take(der.INTEGER)
    fields.take(der.SET)
    content = der.Fields.of(fields.take(der.SEQUENCE))
    if content.take(der.OBJECT_ID).object_id() != _TST_INFO:
        raise MalformedCredential("The signed data is not a time-stamp.")
    certificates = fields.maybe(0xA0)
    fields.maybe(0xA1)
    signers = fields.take(der.SET)
    fields.end()
    found = certificates.parts() if certificates else []
    if not 0 < len(found) <= MAX_CHAIN:
        raise UnsupportedProof("The time-stamp brings no certificates, or too many.")
    text = content.take(0xA0).only().octets()
    return text, [Certificate.from_der(value.encoded) for value in found], _signer(signers.only())


def _signer(value: der.Value) -> _Signer:
    fields = der.Fields.of(value)
    fields.take(der.INTEGER)
    sid, digest, attributes = fields.take(), fields.take(der.SEQUENCE), fields.take(0xA0)
    algorithm, signature = fields.take(der.SEQUENCE), fields.take().octets()
    fields.maybe(0xA1)
    fields.end()
    return _Signer(
        sid=sid,
        digest=_digest(digest),
        attributes=_attributes(attributes),
        # Signed as the SET that they are, not under the tag of their place.
        signed=der.encode(der.SET, attributes.content),
        algorithm=algorithm,
        signature=signature,
    )


def _attributes(value: der.Value) -> dict[str, der.Value]:
    found: dict[str, der.Value] = {}
    for part in value.parts():
        fields = der.Fields.of(part)
        kind, values = fields.take().object_id(), fields.take(der.SET)
        fields.end()
        if kind in found:
            raise MalformedCredential("The time-stamp has an attribute twice.")
        found[kind] = values.only()
    return found


def _info(content: bytes) -> _Info:
    fields = der.Fields.of(der.read(content))
    if fields.take().integer() != 1:
        raise UnsupportedProof("The time-stamp is of a version that is not known here.")
    fields.take(der.OBJECT_ID)
    imprint = der.Fields.of(fields.take(der.SEQUENCE))
    algorithm, octets = imprint.take(der.SEQUENCE), imprint.take().octets()
    imprint.end()
    fields.take(der.INTEGER)
    at = fields.take().moment()
    fields.maybe(der.SEQUENCE)
    fields.maybe(der.BOOLEAN)
    nonce = fields.maybe(der.INTEGER)
    fields.maybe(0xA0)
    extensions = fields.maybe(0xA1)
    fields.end()
    if extensions is not None and _any_critical(extensions):
        raise UnsupportedProof("The time-stamp has a critical extension that is not known here.")
    return _Info(_digest(algorithm), octets, at, nonce.integer() if nonce else None)


def _any_critical(extensions: der.Value) -> bool:
    return any(part.tag == der.BOOLEAN for extension in extensions.parts() for part in extension.parts())


def _digest(algorithm: der.Value) -> hashes.HashAlgorithm:
    fields = der.Fields.of(algorithm)
    digest = _DIGESTS.get(fields.take().object_id())
    if digest is None:
        raise UnsupportedProof("The time-stamp uses a digest that is not known here.")
    return digest


def _hash(algorithm: hashes.HashAlgorithm, data: bytes) -> bytes:
    return hashlib.new(algorithm.name, data).digest()


def _authority(signer: _Signer, found: list[Certificate]) -> Certificate:
    """The certificate that the signature names as its own."""
    for certificate in found:
        if _names(signer.sid, certificate):
            return certificate
    raise ProofError("The time-stamp does not bring the certificate that signed it.")


def _names(sid: der.Value, certificate: Certificate) -> bool:
    if sid.tag == der.SEQUENCE:
        return sid.content == certificate.x509.issuer.public_bytes() + der.integer(
            certificate.x509.serial_number
        )
    key_id = certificate.extension(x509.SubjectKeyIdentifier)
    return sid.tag == 0x80 and key_id is not None and key_id.digest == sid.content


def _demand_attributes(signer: _Signer, content: bytes, authority: Certificate) -> None:
    attributes = signer.attributes
    if not {_CONTENT_TYPE, _MESSAGE_DIGEST} <= attributes.keys():
        raise ProofError("The time-stamp does not sign what it contains.")
    if attributes[_CONTENT_TYPE].object_id() != _TST_INFO:
        raise ProofError("The time-stamp signs another kind of content.")
    if attributes[_MESSAGE_DIGEST].octets() != _hash(signer.digest, content):
        raise ProofError("The time-stamp was changed after it was made.")
    bindings = [
        attributes[kind] for kind in (_SIGNING_CERTIFICATE, _SIGNING_CERTIFICATE_V2) if kind in attributes
    ]
    if not bindings or not all(_binds(binding, authority) for binding in bindings):
        raise ProofError("The time-stamp is not bound to the certificate that it brings.")


def _binds(attribute: der.Value, authority: Certificate) -> bool:
    """Whether the first certificate in SigningCertificate, of either version, is this one."""
    first = der.Fields.of(der.Fields.of(der.Fields.of(attribute).take(der.SEQUENCE)).take(der.SEQUENCE))
    algorithm = first.maybe(der.SEQUENCE)
    octets = first.take().octets()
    if algorithm is not None:
        return octets == _hash(_digest(algorithm), authority.der)
    # Version 1 is always SHA-1: enough here, where the path decides whom to trust.
    length = hashlib.sha1(usedforsecurity=False).digest_size
    if len(octets) == length:
        return octets == hashlib.sha1(authority.der, usedforsecurity=False).digest()
    return octets == authority.fingerprint


def _demand_purpose(authority: Certificate) -> None:
    """RFC 3161, section 2.3: made for time-stamps and for nothing else."""
    usage = authority.extension(x509.ExtendedKeyUsage)
    if usage is None or list(usage) != [ExtendedKeyUsageOID.TIME_STAMPING]:
        raise ProofError("The certificate of the time-stamp is not one of a time-stamp authority.")
    key_usage = authority.extension(x509.KeyUsage)
    if key_usage and not (key_usage.digital_signature or key_usage.content_commitment):
        raise ProofError("The certificate of the time-stamp is not made for signatures.")


def _verify(signer: _Signer, authority: Certificate) -> None:
    key = authority.x509.public_key()
    scheme, digest = _scheme(signer)
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signer.signature, signer.signed, scheme, digest)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signer.signature, signer.signed, ec.ECDSA(digest))
        else:
            raise UnsupportedProof("The time-stamp is signed with a kind of key that is not known here.")
    except (InvalidSignature, ValueError, UnsupportedAlgorithm) as error:
        raise ProofError("The signature of the time-stamp does not hold.") from error


def _scheme(signer: _Signer) -> tuple[padding.AsymmetricPadding, hashes.HashAlgorithm]:
    fields = der.Fields.of(signer.algorithm)
    kind = fields.take().object_id()
    if kind == _RSA_PSS:
        return _pss(der.Fields.of(fields.take(der.SEQUENCE)), signer.digest), signer.digest
    digest = signer.digest if kind == _RSA else _SIGNATURES.get(kind)
    if digest is None:
        raise UnsupportedProof("The time-stamp is signed with an algorithm that is not known here.")
    return padding.PKCS1v15(), digest


def _pss(fields: der.Fields, digest: hashes.HashAlgorithm) -> padding.PSS:
    """RSASSA-PSS-params of RFC 4055, section 3.1; one digest throughout."""
    hashed, masked, salt = (fields.maybe(tag) for tag in (0xA0, 0xA1, 0xA2))
    if hashed is None or masked is None or salt is None:
        raise UnsupportedProof("The time-stamp is signed with SHA-1, which proves nothing any more.")
    mask = der.Fields.of(masked.only())
    if mask.take().object_id() != _MGF1:
        raise UnsupportedProof("The time-stamp is signed with an algorithm that is not known here.")
    used = {_digest(hashed.only()).name, _digest(mask.take(der.SEQUENCE)).name}
    if used != {digest.name}:
        raise UnsupportedProof("The time-stamp is signed with several digests at once.")
    length = salt.only().integer()
    if not 0 <= length <= digest.digest_size:
        raise UnsupportedProof("The time-stamp is signed with an unusual salt.")
    return padding.PSS(padding.MGF1(digest), length)
