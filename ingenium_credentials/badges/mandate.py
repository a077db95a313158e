"""What shows that somebody may sign for others: by which agreement, and who signed in person.

An issuer that signs by mandate says so itself. A verifier cannot see whether that is true;
it can say how many of those named have signed, and which agreement is named. Hidden here:
how a badge and a European credential name one.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from . import elm_terms, vocabularies
from .data import MandateData
from .report import Check, not_checked, passed

__all__ = ["agreements", "check", "evidence"]

_GENRE = "Mandate"
_MOST = 16
_NAME = re.compile(r"ni:///sha-256;([A-Za-z0-9_-]{43})")
"""The name of a file by its hash: RFC 6920."""
_STATED = re.compile(r"\bSHA-256[a-z ]*: ([0-9a-f]{64})\b")


def evidence(mandate: MandateData | None) -> list[dict[str, Any]]:
    """The evidence of a badge that names each agreement by the SHA-256 of its text."""
    if mandate is None:
        return []
    return [
        {
            "id": f"ni:///sha-256;{_unpadded(bytes.fromhex(digest))}",
            "type": ["Evidence"],
            "name": _GENRE,
            "description": mandate.reference,
            "genre": _GENRE,
        }
        for digest in mandate.digests
    ]


def agreements(document: Mapping[str, Any]) -> tuple[str, ...] | None:
    """What is said of each agreement that a credential rests on; None where it names no mandate."""
    entries = [entry for entry in _objects(document.get("evidence")) if _is_mandate(entry)]
    return tuple(said for entry in entries for said in _said(entry)) if entries else None


def check(*, signed: int, named: int, agreements: tuple[str, ...] | None) -> Check | None:
    """What is found of the signatures of `named` universities, `signed` of which are there.

    None where nobody's is missing. One that signs for others and names no agreement is not believed.
    """
    if signed >= named:
        return None
    counted = f"Awarded by {signed} of {named} universities by their own signature"
    if not agreements:
        return not_checked("mandate", f"{counted}; for the others there is the issuer's word alone.")
    return passed("mandate", f"{counted}; issued by mandate.", " ".join(agreements))


def _is_mandate(entry: Mapping[str, Any]) -> bool:
    kind = vocabularies.find("evidence-type", elm_terms.MANDATE).iri
    return entry.get("genre") == _GENRE or any(one.get("id") == kind for one in _objects(entry.get("dcType")))


def _said(entry: Mapping[str, Any]) -> Iterator[str]:
    """For a specialist, with the hash by which the agreement can be asked for."""
    files = [_decoded(file.get("content")) for file in _objects(entry.get("embeddedEvidence"))]
    inside = {hashlib.sha256(content).hexdigest() for content in files if content}
    for digest in dict.fromkeys((*_named(entry), *sorted(inside))):
        there = "is inside; what it says was not judged" if digest in inside else "is not inside"
        yield f"SHA-256 of the agreement: {digest}. It {there}."


def _named(entry: Mapping[str, Any]) -> Iterator[str]:
    name, statement = entry.get("id"), entry.get("evidenceStatement")
    if isinstance(name, str) and (found := _NAME.fullmatch(name)):
        yield base64.urlsafe_b64decode(found[1] + "=").hex()
    if isinstance(statement, str):
        yield from islice(_STATED.findall(statement), _MOST)


def _decoded(content: object) -> bytes:
    try:
        return base64.b64decode(content, validate=True) if isinstance(content, str) else b""
    except (binascii.Error, ValueError):
        return b""


def _unpadded(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


def _objects(value: object) -> Iterator[Mapping[str, Any]]:
    entries = value if isinstance(value, list) else [value]
    return (entry for entry in entries[:_MOST] if isinstance(entry, dict))
