"""Judge a European Digital Credential: its form, and each seal around its text.

Takes ours and those of the Commission's issuer. Who sealed is named by the certificate,
and what a seal is worth only as far as the anchors that the caller trusts prove it; a
sound seal that leads to none of them could not be checked, which is not a yes. Hidden
here: how such a file is recognised, and which members are looked at. What it says of the
achievement is read by `edc_facts`.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from attrs import frozen

from . import elm_terms, mandate, seal, sealable, sealed
from .chains import Anchor
from .conformance import Shape, members
from .errors import CredentialError, MalformedCredential
from .moments import parse_moment
from .report import Check, not_checked, of_error, passed
from .seal import SealFinding, Standing
from .strict_json import parse

__all__ = ["Opened", "conforms", "examine", "judge_seals", "open_file"]

_TYPE = "EuropeanDigitalCredential"
_KEYWORDS = frozenset({"@context", "id", "type", "@id", "@type"})
_TAG = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_BY_LANGUAGE = (elm_terms.Kind.TEXTS, elm_terms.Kind.LISTS, elm_terms.Kind.ONE, None)
_REVOCATION = "Whether the certificate was revoked was not looked at."
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


def _undefined(value: object, member: str = "") -> Iterator[str]:
    """Names of members that vanish in RDF; the place in a status list is known to be outside of it."""
    if isinstance(value, list):
        for item in value:
            yield from _undefined(item, member)
    if not isinstance(value, dict) or _is_by_language(value, member):
        return
    for name, inner in value.items():
        if name not in _KEYWORDS and name not in elm_terms.DEFINED:
            yield name
        elif name not in ("@context", "credentialStatus"):
            yield from _undefined(inner, name)


def _is_by_language(value: Mapping[str, Any], member: str) -> bool:
    """Whether it is texts by language, where the model has such or nothing is known of the member."""
    if elm_terms.TERMS.get(member) not in _BY_LANGUAGE:
        return False
    return all(_TAG.fullmatch(tag) and isinstance(text, str | list) for tag, text in value.items())


def judge_seals(
    opened: Opened, *, anchors: Sequence[Anchor], now: dt.datetime, spend: Callable[[], None]
) -> tuple[list[Check], bool]:
    """A check for each seal and one for who awards, and whether all hold and one is the issuer's.

    The second says that the text is what those certificates' keys sealed; whether the
    certificates are trusted is in the checks. `spend` is called for each signature.
    """
    if not opened.sealed:
        return [not_checked("seal", "This is the text without any seal: nothing shows who wrote it.")], False
    try:
        findings = seal.check(opened.sealed, anchors=anchors, now=now, spend=spend)
    except CredentialError as error:
        return [of_error("seal", error)], False
    checks = [_seal_check(finding, bool(anchors)) for finding in findings]
    together = _together(opened.document, findings)
    return [*checks, together] if together else checks, True


def _together(document: Mapping[str, Any], findings: Sequence[SealFinding]) -> Check | None:
    """How many of the awarding bodies have sealed it, and what is said of the others.

    A seal can be taken off unseen: a body without one is not known to have agreed, unless by mandate.
    """
    named, signed = sealable.awarding(document, [finding.certified for finding in findings])
    return mandate.check(signed=signed, named=named, agreements=mandate.agreements(document))


def _seal_check(finding: SealFinding, has_anchors: bool) -> Check:
    certified = finding.certified
    who = f"{certified.name} ({certified.identifier}, {certified.country})"
    role = "issuer" if finding.is_issuer else "awarding body"
    done, when = "sealed", finding.signed_at
    if finding.timestamped_at:
        done, when = "time-stamped", finding.timestamped_at
    at = when.astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    detail = f"{role}; level {finding.level}; {done} {at}"
    if finding.has_time_stamp and not finding.timestamped_at:
        detail += "; its time-stamp is of an authority that is not trusted here"
    if finding.standing is not Standing.NEITHER:
        reasons = " ".join(filter(None, (finding.reason, _REVOCATION)))
        return passed("seal", f"Sealed by {who}: {_STANDINGS[finding.standing]}.", f"{detail}. {reasons}")
    reason = finding.reason if has_anchors else "No authority was named that is trusted here."
    return not_checked(
        "seal", f"The seal of {who} fits the text, but its certificate could not be checked. {reason}", detail
    )
