"""Electronic seals around a European Digital Credential: JAdES B-B and B-T.

A sealed credential is a JWS in general JSON serialization whose payload is the text of
the credential, untouched; each seal is one signature over that text. Same verbs as the
other ways of securing: `secure` and `check`. Hidden here: what a seal is worth, and when
one may be made. The file is `sealed`'s, the headers are `seal_header`'s, trust is `chains`'.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from enum import Enum
from typing import Any

from attrs import evolve, frozen
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from . import seal_header, sealable, timestamps
from .certificates import Certificate, Organisation, Sealer
from .chains import Anchor, Paths, Purpose
from .errors import ProofError, UnusableKey
from .multibase import base64url_decode, base64url_encode
from .public_keys import PublicKey
from .sealed import MAX_BYTES, Seal, Sealed, decode, signing_input

__all__ = [
    "MAX_BYTES",
    "Anchor",
    "Purpose",
    "SealFinding",
    "Sealed",
    "Standing",
    "add",
    "check",
    "decode",
    "secure",
    "timestamp",
]

_MAX_FURTHER_CERTIFICATES = 20
_WRONG_TEXT = (
    "The seal does not fit the text of the credential: something was changed after sealing, "
    "be it only its white space."
)
_OTHER_USES = frozenset(
    {ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.TIME_STAMPING, ExtendedKeyUsageOID.OCSP_SIGNING}
)


class Standing(Enum):
    """What a seal is under Regulation (EU) 910/2014, as far as it was proven here."""

    QUALIFIED = "qualified"
    ADVANCED = "advanced"
    NEITHER = "neither"


@frozen(kw_only=True)
class SealFinding:
    """What was found about one seal whose signature holds."""

    certified: Organisation
    """Whom the certificate names."""
    is_issuer: bool
    """Whether the credential names this organisation as its issuer."""
    level: str
    """`B-B`, or `B-T` with a time-stamp of an authority that is trusted here."""
    standing: Standing
    reason: str
    """Why it is no more than that, as a sentence; empty for a qualified seal."""
    signed_at: dt.datetime
    """What the seal says itself."""
    timestamped_at: dt.datetime | None
    """What the trusted authority says; None without one."""
    has_time_stamp: bool
    """Whether there is a time-stamp at all, be it of an authority that is not trusted here."""

    @property
    def organisation(self) -> str:
        """The name of the organisation that sealed."""
        return self.certified.name


def secure(payload: bytes, *, sealer: Sealer, now: dt.datetime) -> bytes:
    """Seal the text of a credential at level B-B.

    Raises `MalformedCredential` when a mandatory element is missing, `ProofError` when the
    issuer in the text is not the organisation of the certificate, `UnusableKey` when the
    certificate is not valid at `now` or not made for seals, `WorkLimitExceeded` above
    `MAX_BYTES`.
    """
    document = sealable.read_document(payload)
    sealable.demand_complete(document, now=now)
    sealable.demand_issuer(document, sealer.organisation)
    text = payload.decode("utf-8")
    return Sealed(text, (_seal(text, sealer, now),)).as_bytes()


def add(sealed: bytes, *, sealer: Sealer, now: dt.datetime) -> bytes:
    """Add the seal of a further organisation to the same text.

    It must be one that the text names as issuer or awarding body and that has not sealed
    yet; all seals so far must hold. Raises as `secure` does.
    """
    so_far = decode(sealed)
    for seal in so_far.seals:
        _verify(seal, so_far.text)
    document = so_far.document
    sealable.demand_complete(document, now=now)
    sealable.demand_part(document, sealer.organisation)
    present = {seal.header.certificate.organisation.identifier for seal in so_far.seals}
    if sealer.organisation.identifier in present:
        raise ProofError("The organisation has sealed this credential already.")
    return evolve(so_far, seals=(*so_far.seals, _seal(so_far.text, sealer, now))).as_bytes()


def timestamp(
    sealed: bytes,
    token_of: Callable[[bytes], bytes],
    *,
    now: dt.datetime,
    anchors: Sequence[Anchor] = (),
) -> bytes:
    """Raise every seal without a time-stamp to level B-T.

    `token_of` turns bytes into a DER time-stamp token over them. A token that does not
    hold, or with `anchors` one of another authority, is refused with `ProofError`.
    """
    so_far = decode(sealed)
    paths = Paths([anchor for anchor in anchors if anchor.purpose is Purpose.TIME_STAMP])
    seals = []
    for seal in so_far.seals:
        _verify(seal, so_far.text)
        seals.append(seal if seal.has_time_stamp else _timestamped(seal, token_of, paths, now))
    return evolve(so_far, seals=tuple(seals)).as_bytes()


def check(
    sealed: bytes,
    *,
    anchors: Sequence[Anchor],
    now: dt.datetime,
    spend: Callable[[], None] = lambda: None,
) -> list[SealFinding]:
    """What each seal is, when all of them hold and one is the issuer's; else raises.

    The others must be of organisations that the credential names as awarding it.
    `ProofError` says that a seal is wrong, `UnsupportedProof` that one is of a kind that
    cannot be checked here. A seal that is sound but does not lead to one of `anchors` is
    found to be neither advanced nor qualified. Whether a certificate was revoked is not
    looked at. `spend` is called for each signature, before any is checked, and may raise.
    """
    found = decode(sealed)
    document = found.document
    for _signature in range(sum(seal.work for seal in found.seals)):
        spend()
    for seal in found.seals:
        _verify(seal, found.text)
    paths = Paths(anchors)
    findings = [_finding(seal, found.text, document, paths, now) for seal in found.seals]
    if not any(finding.is_issuer for finding in findings):
        sealable.demand_issuer(document, found.seals[0].header.certificate.organisation)
    for seal in found.seals:
        sealable.demand_part(document, seal.header.certificate.organisation)
    return findings


def _seal(text: str, sealer: Sealer, now: dt.datetime) -> Seal:
    if not sealer.certificate.is_valid_at(now):
        raise UnusableKey("The certificate of the seal has expired or is not valid yet.")
    if not _may_seal(sealer.certificate):
        raise UnusableKey("The certificate is not made for seals.")
    protected = seal_header.write(sealer.chain, sealer.signer.public_key.algorithm, now)
    signature = sealer.signer.sign(signing_input(protected, text))
    seal = Seal(protected, base64url_encode(signature))
    # A token may have been exchanged under our hands; what does not hold is never handed out.
    _verify(seal, text)
    return seal


def _verify(seal: Seal, text: str) -> None:
    """Return if the signature is one over the text by the key of the certificate."""
    header = seal.header
    key = header.certificate.x509.public_key()
    public_key = PublicKey.of(key)
    if public_key.algorithm is not seal_header.algorithm_of(header.algorithm):
        raise ProofError("The seal names another algorithm than its certificate's key is made for.")
    signature = base64url_decode(seal.signature)
    data = signing_input(seal.protected, text)
    try:
        if header.algorithm == "PS256" and isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, data, padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256())
        else:
            public_key.verify(signature, data)
    except (InvalidSignature, ValueError, ProofError) as error:
        raise ProofError(_WRONG_TEXT) from error


def _timestamped(seal: Seal, token_of: Callable[[bytes], bytes], paths: Paths, now: dt.datetime) -> Seal:
    token = token_of(seal.imprinted)
    stamp = timestamps.check(token, seal.imprinted, now=now)
    trusted = not paths.anchors or _is_trusted(stamp, paths)
    if not trusted:
        raise ProofError("The time-stamp is not of an authority that is trusted here.")
    if not seal.header.certificate.is_valid_at(stamp.at):
        raise ProofError("The certificate of the seal was not valid at the moment of the time-stamp.")
    return seal.time_stamped(token)


def _finding(seal: Seal, text: str, document: dict[str, Any], paths: Paths, now: dt.datetime) -> SealFinding:
    header, organisation = seal.header, seal.header.certificate.organisation
    if header.signed_at > now + timestamps.CLOCK_TOLERANCE:
        raise ProofError("The seal says that it was made in the future.")
    if not header.certificate.is_valid_at(header.signed_at):
        raise ProofError("The certificate was not valid when the seal was made.")
    if not _may_seal(header.certificate):
        raise ProofError("The certificate of the seal is not made for seals.")
    stamped_at = _stamped_at(seal, text, paths, now)
    standing, reason = _standing(seal, paths, stamped_at, now)
    return SealFinding(
        certified=organisation,
        is_issuer=sealable.is_issuer(document, organisation),
        level="B-T" if stamped_at else "B-B",
        standing=standing,
        reason=reason,
        signed_at=header.signed_at,
        timestamped_at=stamped_at,
        has_time_stamp=seal.has_time_stamp,
    )


def _stamped_at(seal: Seal, text: str, paths: Paths, now: dt.datetime) -> dt.datetime | None:
    """The first moment at which a trusted authority saw the seal; every time-stamp must hold."""
    signed_at, tolerance = seal.header.signed_at, timestamps.CLOCK_TOLERANCE
    for token in seal.header.content_time_stamps:
        if timestamps.check(token, text.encode(), now=now).at > signed_at + tolerance:
            raise ProofError("The content was time-stamped only after the seal says it was made.")
    stamps = [
        timestamps.check(token, seal.imprinted, now=now)
        for component in seal.opened()
        if "sigTst" in component
        for token in seal_header.token_values(component["sigTst"])
    ]
    if any(stamp.at < signed_at - tolerance for stamp in stamps):
        raise ProofError("The seal was time-stamped before it says it was made.")
    return min((stamp.at for stamp in stamps if _is_trusted(stamp, paths)), default=None)


def _is_trusted(stamp: timestamps.TimeStamp, paths: Paths) -> bool:
    found = paths.find(stamp.authority, stamp.others, purpose=Purpose.TIME_STAMP, at=stamp.at)
    return found is not None


def _standing(
    seal: Seal, paths: Paths, stamped_at: dt.datetime | None, now: dt.datetime
) -> tuple[Standing, str]:
    """What the certificate makes of the seal, at a moment that is proven."""
    certificate = seal.header.certificate
    # Without a trusted time-stamp nobody knows that the seal is older than today.
    moment = stamped_at or now
    if not certificate.is_valid_at(moment):
        return Standing.NEITHER, (
            "The certificate has expired since, and no trusted time-stamp shows that the seal is older."
            if stamped_at is None
            else "The seal was time-stamped outside the validity of its certificate."
        )
    others = (*seal.header.chain[1:], *_further_certificates(seal))
    anchor = paths.find(certificate, others, purpose=Purpose.SEAL, at=moment)
    if anchor is None:
        return Standing.NEITHER, "The certificate does not lead to an authority that is trusted here."
    statements = certificate.qc_statements
    if statements.types and not statements.for_seals:
        return Standing.NEITHER, "The certificate is qualified for something else than seals."
    if not anchor.qualified:
        return Standing.ADVANCED, "The authority is trusted here, but not as one of qualified certificates."
    if not statements.compliant or not statements.for_seals:
        return Standing.ADVANCED, "The certificate does not state that it is qualified for seals."
    if not statements.device:
        return Standing.ADVANCED, "The certificate does not state that its key is in a qualified device."
    return Standing.QUALIFIED, ""


def _further_certificates(seal: Seal) -> list[Certificate]:
    """Certificates among the unsigned members (`xVals`), which may complete a path."""
    found: list[Certificate] = []
    for component in seal.opened():
        values = component.get("xVals", [])
        for value in values if isinstance(values, list) else []:
            encoded = value.get("x509Cert") if isinstance(value, dict) else None
            if isinstance(encoded, dict) and len(found) < _MAX_FURTHER_CERTIFICATES:
                found.append(Certificate.from_der(seal_header.base64_decode(encoded.get("val"))))
    return found


def _may_seal(certificate: Certificate) -> bool:
    """Whether nothing in the certificate speaks against sealing with it."""
    constraints = certificate.extension(x509.BasicConstraints)
    usage = certificate.extension(x509.KeyUsage)
    extended = certificate.extension(x509.ExtendedKeyUsage)
    if constraints is not None and constraints.ca:
        return False
    if usage is not None and not (usage.digital_signature or usage.content_commitment):
        return False
    return extended is None or not _OTHER_USES & set(extended)
