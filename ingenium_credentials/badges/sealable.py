"""What a European Digital Credential must say before, and after, somebody seals it.

A seal is a legal act of an organisation: the text must be complete, and it must name
that organisation as the certificate does. Hidden here: where ELM 3.2 says who issues and
who awards, and how a country in a certificate is found in the EU's list.
"""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .certificates import Organisation
from .errors import MalformedCredential, ProofError, UnknownCode
from .moments import parse_moment
from .strict_json import parse
from .vocabularies import find

__all__ = [
    *("MAX_BYTES", "MAX_VALUES", "awarding", "demand_complete", "demand_issuer", "demand_part"),
    *("is_issuer", "read_document"),
]

MAX_BYTES = 5_000_000
"""The Commission's wallet takes no larger file."""

MAX_VALUES = 20_000
"""A credential in eleven languages repeats many objects in full."""

_CONTEXTS = [
    "https://www.w3.org/2018/credentials/v1",
    "http://data.europa.eu/snb/model/context/edc-ap",
]
_TYPES = {"VerifiableCredential", "EuropeanDigitalCredential"}
_REQUIRED = (
    *("id", "issuer", "issued", "issuanceDate", "validFrom", "credentialSubject"),
    *("credentialProfiles", "credentialSchema", "displayParameter"),
)
_CLAIMS = frozenset({"LearningAchievement", "LearningActivity", "LearningAssessment", "LearningEntitlement"})
_MOMENTS = ("issued", "issuanceDate", "validFrom", "validUntil", "expirationDate")
_CLOCK_TOLERANCE = dt.timedelta(minutes=5)


def read_document(text: bytes | str) -> dict[str, Any]:
    """Read the text of a credential strictly; raises `MalformedCredential` or `WorkLimitExceeded`."""
    return parse(text, max_bytes=MAX_BYTES, max_values=MAX_VALUES)


def demand_complete(document: Mapping[str, Any], *, now: dt.datetime) -> None:
    """Return if every mandatory element is there and sound; else raise `MalformedCredential`."""
    if document.get("@context") != _CONTEXTS:
        raise MalformedCredential("The credential does not have the two contexts of an EDC, in their order.")
    types = document.get("type")
    if not isinstance(types, list) or not all(kind in types for kind in _TYPES):
        raise MalformedCredential("The credential lacks one of the types of an EDC.")
    missing = [name for name in _REQUIRED if document.get(name) in (None, "", [], {})]
    if missing:
        raise MalformedCredential(f"The credential lacks {', '.join(missing)}.")
    if not isinstance(document["id"], str) or ":" not in document["id"]:
        raise MalformedCredential("The id of the credential is not an address.")
    if "proof" in document:
        raise MalformedCredential("A sealed credential has no proof inside: the seal is around it.")
    _demand_moments(document, now)
    _demand_claims(document)


def _demand_moments(document: Mapping[str, Any], now: dt.datetime) -> None:
    moments = {name: parse_moment(document[name]) for name in _MOMENTS if name in document}
    if moments["issued"] != moments["issuanceDate"]:
        raise MalformedCredential("The credential says two things about when it was issued.")
    if moments["issued"] > now + _CLOCK_TOLERANCE:
        raise MalformedCredential("The credential says that it was issued in the future.")
    ends = [moments[name] for name in ("validUntil", "expirationDate") if name in moments]
    if any(end < moments["validFrom"] for end in ends):
        raise MalformedCredential("The credential ends before it begins.")


def _demand_claims(document: Mapping[str, Any]) -> None:
    found = list(_claims(document))
    if not found:
        raise MalformedCredential("The credential claims nothing about its holder.")
    for claim in found:
        if claim.get("type") not in _CLAIMS:
            raise MalformedCredential("A claim of the credential is of no class that the model knows.")
        if not isinstance(claim.get("title"), dict) or not claim["title"]:
            raise MalformedCredential("A claim of the credential has no title.")
        if not any(_objects(process.get("awardingBody")) for process in _objects(claim.get("awardedBy"))):
            raise MalformedCredential("A claim of the credential has no awarding body.")


def demand_issuer(document: Mapping[str, Any], organisation: Organisation) -> None:
    """Return if the document names `organisation` as its issuer; else raise `ProofError`."""
    issuer = document.get("issuer")
    if not isinstance(issuer, dict):
        raise ProofError("The credential does not describe its issuer.")
    difference = _difference(issuer, organisation, full=True)
    if difference:
        raise ProofError(f"The issuer in the credential is not the organisation of the seal: {difference}.")


def is_issuer(document: Mapping[str, Any], organisation: Organisation) -> bool:
    """Whether the document names `organisation` as its issuer."""
    issuer = document.get("issuer")
    return isinstance(issuer, dict) and not _difference(issuer, organisation, full=True)


def demand_part(document: Mapping[str, Any], organisation: Organisation) -> None:
    """Return if the document names `organisation` as issuer or awarding body; else raise `ProofError`.

    An awarding body may be named without its legal identifier; one that is there must fit, and
    without one its country.
    """
    if is_issuer(document, organisation):
        return
    if all(_difference(body, organisation, full=False) for body in _awarding_bodies(document)):
        raise ProofError("The credential does not name the organisation of the seal as one that awards.")


def awarding(document: Mapping[str, Any], sealing: Sequence[Organisation]) -> tuple[int, int]:
    """How many awarding bodies the document names, and how many of them are among those who sealed it."""
    bodies = {str(body.get("id")): body for body in _awarding_bodies(document)}
    issuer = document.get("issuer")
    own = issuer.get("id") if isinstance(issuer, dict) else None
    sealed = sum(
        any(
            not _difference(body, organisation, full=False)
            or (name == own and is_issuer(document, organisation))
            for organisation in sealing
        )
        for name, body in bodies.items()
    )
    return len(bodies), sealed


def _difference(described: Mapping[str, Any], organisation: Organisation, *, full: bool) -> str:
    """What the description of an organisation says otherwise than its certificate; empty if nothing."""
    names = described.get("legalName")
    texts = names.values() if isinstance(names, dict) else ()
    if not organisation.name or _plain(organisation.name) not in map(_plain, texts):
        return "the legal name is another"
    identifier = described.get("eIDASIdentifier")
    if identifier is None and not full:
        return "" if _country(organisation.country) in _countries(described) else "the country is another"
    if not isinstance(identifier, dict) or not organisation.identifier:
        return "the eIDAS identifier is missing"
    if identifier.get("notation") != organisation.identifier:
        return "the eIDAS identifier is another"
    spatial = identifier.get("spatial")
    place = spatial.get("id") if isinstance(spatial, dict) else spatial
    country = _country(organisation.country)
    return "" if country is not None and place == country else "the country is another"


def _country(code: str) -> str | None:
    """The EU's IRI of a country that a certificate names by ISO 3166-1 alpha-2."""
    try:
        return find("country", code).iri if len(code) == 2 else None
    except UnknownCode:
        return None


def _countries(described: Mapping[str, Any]) -> set[object]:
    """The IRIs of the countries where an organisation says it is, but never None."""
    addresses = (
        address for place in _objects(described.get("location")) for address in _objects(place.get("address"))
    )
    found = (country.get("id") for address in addresses for country in _objects(address.get("countryCode")))
    return {iri for iri in found if isinstance(iri, str)}


def _plain(text: object) -> str:
    """A name as it is compared: composed, and without differences of white space."""
    return " ".join(unicodedata.normalize("NFC", text).split()) if isinstance(text, str) else ""


def _awarding_bodies(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for claim in _claims(document):
        for process in _objects(claim.get("awardedBy")):
            yield from _objects(process.get("awardingBody"))


def _claims(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for subject in _objects(document.get("credentialSubject")):
        yield from _objects(subject.get("hasClaim"))


def _objects(value: object) -> list[dict[str, Any]]:
    """The objects of a member that holds one or several."""
    return [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, dict)]
