"""Judge a European Digital Credential: its form, and each seal around its text.

Takes ours and those of the Commission's issuer. Who sealed is named by the certificate,
and what a seal is worth only as far as the anchors that the caller trusts prove it; a
sound seal that leads to none of them could not be checked, which is not a yes. Hidden
here: how such a file is recognised, and which members are looked at. What it says of the
achievement is read by `edc_facts`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from attrs import frozen

from . import elm_terms, mandate, seal, sealable, sealed
from .chains import Anchor
from .conformance import Shape, members
from .edc_facts import claims
from .errors import CredentialError, MalformedCredential
from .moments import parse_moment
from .report import Check, not_checked, of_error, passed
from .seal import SealFinding, Standing
from .strict_json import parse

__all__ = ["Opened", "conforms", "examine", "judge_seals", "open_file"]

_TYPE = "EuropeanDigitalCredential"
_CLAIMS = frozenset({"LearningAchievement", "LearningActivity", "LearningAssessment", "LearningEntitlement"})
_KEYWORDS = frozenset({"@context", "id", "type", "@id", "@type"})
_NAMED = 5
"""How many members a message names."""
_STANDINGS = {
    Standing.QUALIFIED: "a qualified seal",
    Standing.ADVANCED: "an advanced seal",
    Standing.NEITHER: "a seal that is not shown to be advanced or qualified",
}


@frozen
class Opened:
    """An EDC that was read, and of which nothing has been checked yet."""

    document: dict[str, Any]
    sealed: bytes = b""
    """The whole file; empty for a text without seals."""


def open_file(text: bytes) -> Opened | None:
    """Read an EDC, sealed or not; None for what is something else.

    Raises `MalformedCredential` or `WorkLimitExceeded`.
    """
    if b'"payload"' in text and b'"signatures"' in text:
        outer = _parsed(text)
        if {"payload", "signatures"} <= outer.keys():
            return Opened(_payload(outer["payload"]), text)
    if _TYPE.encode() in text:
        document = _parsed(text)
        if _TYPE in members(document, "type"):
            return Opened(document)
    return None


def _parsed(text: bytes) -> dict[str, Any]:
    return parse(text, max_bytes=sealed.MAX_BYTES, max_values=sealable.MAX_VALUES)


def _payload(payload: object) -> dict[str, Any]:
    if isinstance(payload, str):
        return sealable.read_document(payload)
    if isinstance(payload, dict):
        # Unpacked by somebody: its seals can no longer hold, and it is they that say so.
        return payload
    raise MalformedCredential("What is sealed is not the text of a credential.")


def examine(opened: Opened, *, now: dt.datetime) -> Shape:
    """The shape of an EDC; raises `MalformedCredential` naming the rule broken first.

    A text without seals may lack what is added when it is sealed. Source: EDC-AP 1.2.0.
    """
    document = opened.document
    if opened.sealed:
        sealable.demand_complete(document, now=now)
    else:
        stamped = document.get("issued", document.get("validFrom"))
        sealable.demand_complete({**document, "issued": stamped, "issuanceDate": stamped}, now=now)
    found = list(claims(document))
    if not found:
        raise MalformedCredential("The credential claims nothing about its holder.")
    for claim in found:
        _demand_claim(claim)
    issuer = document["issuer"]
    ends = [parse_moment(document[name]) for name in ("validUntil", "expirationDate") if name in document]
    return Shape(
        format="elm",
        version=1,
        types=frozenset(name for name in members(document, "type") if isinstance(name, str)),
        issuer=issuer["id"] if isinstance(issuer, dict) and isinstance(issuer.get("id"), str) else "",
        valid_from=parse_moment(document["validFrom"]),
        valid_until=min(ends, default=None),
    )


def conforms(opened: Opened) -> Check:
    """What is said of the form of a document that was examined.

    A member that no context defines is under the seals, so nobody has smuggled it in; but
    readers by JSON-LD do not see it, and what it means nobody has said: not a yes.
    """
    undefined = list(dict.fromkeys(_undefined(opened.document)))
    if not undefined:
        return passed("conformance", "The document is built like a European Digital Credential.")
    return not_checked(
        "conformance",
        "The document has members that the European Learning Model does not define.",
        ", ".join(name[:40] for name in undefined[:_NAMED]),
    )


def _undefined(value: object) -> Iterator[str]:
    """Names of members that vanish in RDF; the place in a status list is known to be outside of it."""
    if isinstance(value, list):
        for item in value:
            yield from _undefined(item)
    if not isinstance(value, dict):
        return
    is_object = bool(_KEYWORDS & value.keys())
    if not is_object and all(isinstance(text, str | list) for text in value.values()):
        # Texts by language.
        return
    for name, member in value.items():
        if name not in _KEYWORDS and name not in elm_terms.DEFINED:
            yield name
        elif name not in ("@context", "credentialStatus"):
            yield from _undefined(member)


def judge_seals(opened: Opened, *, anchors: Sequence[Anchor], now: dt.datetime) -> tuple[list[Check], bool]:
    """A check for each seal, and whether all signatures hold and one is the issuer's.

    The second says that the text is what those certificates' keys sealed; whether the
    certificates are trusted is in the checks.
    """
    if not opened.sealed:
        return [not_checked("seal", "This is the text without any seal: nothing shows who wrote it.")], False
    try:
        findings = seal.check(opened.sealed, anchors=anchors, now=now)
    except CredentialError as error:
        return [of_error("seal", error)], False
    checks = [_seal_check(finding, bool(anchors)) for finding in findings]
    by_mandate = _by_mandate(opened.document, findings)
    return [*checks, by_mandate] if by_mandate else checks, True


def _by_mandate(document: Mapping[str, Any], findings: Sequence[SealFinding]) -> Check | None:
    """How many of the awarding bodies have sealed it, where somebody says to seal for them."""
    agreements = mandate.agreements(document)
    if agreements is None:
        return None
    process = next((claim.get("awardedBy") for claim in claims(document)), None)
    found = members(process, "awardingBody") if isinstance(process, dict) else []
    bodies = {body["id"] for body in found if isinstance(body, dict) and isinstance(body.get("id"), str)}
    sealed_themselves = {finding.organisation_id for finding in findings if not finding.is_issuer}
    issuer = document["issuer"]
    issuer_awards = isinstance(issuer, dict) and issuer.get("id") in bodies
    return mandate.check(
        signed=len(sealed_themselves) + issuer_awards, named=len(bodies), agreements=agreements
    )


def _seal_check(finding: SealFinding, has_anchors: bool) -> Check:
    who = f"{finding.organisation} ({finding.organisation_id}, {finding.country})"
    role = "issuer" if finding.is_issuer else "awarding body"
    done, when = "sealed", finding.signed_at
    if finding.timestamped_at:
        done, when = "time-stamped", finding.timestamped_at
    at = when.astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    detail = f"{role}; level {finding.level}; {done} {at}"
    if finding.standing is not Standing.NEITHER:
        reason = f" {finding.reason}" if finding.reason else ""
        return passed("seal", f"Sealed by {who}: {_STANDINGS[finding.standing]}.", detail + "." + reason)
    reason = finding.reason if has_anchors else "No authority was named that is trusted here."
    return not_checked(
        "seal", f"The seal of {who} fits the text, but its certificate could not be checked. {reason}", detail
    )


def _demand_claim(claim: Mapping[str, Any]) -> None:
    if claim.get("type") not in _CLAIMS:
        raise MalformedCredential("A claim of the credential is of no class that the model knows.")
    if not isinstance(claim.get("title"), dict) or not claim["title"]:
        raise MalformedCredential("A claim of the credential has no title.")
    process = claim.get("awardedBy")
    if not isinstance(process, dict) or not members(process, "awardingBody"):
        raise MalformedCredential("A claim of the credential has no awarding body.")
