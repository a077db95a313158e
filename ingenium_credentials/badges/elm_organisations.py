"""Organisations of an EDC: universities, the alliance, agencies, and who signs for whom.

Hides that one organisation has several parts in a record: the university that awards may
also sign, and then carries a logo and the identifier of its seal. Every mention of an
organisation must say the same, so all that the record knows of it goes into one object.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from attrs import evolve, fields

from .data import AwardData, IdentifierData, IssuerMode, OrganisationData, QualityAssuranceData
from .elm_nodes import Node, Nodes, day, some
from .elm_terms import ACCREDITATION, MANDATE
from .errors import UnwritableRecord
from .names import clean_name

__all__ = [
    "Organisations",
    "SealHolder",
    "accreditations",
    "covering",
    "identifier",
    "is_accredited",
    "mandates",
]

_LOGOS = {"image/png": "PNG", "image/jpeg": "JPEG", "image/svg+xml": "SVG"}


class SealHolder(Protocol):
    """The organisation that a sealing certificate names."""

    @property
    def name(self) -> str:
        """The registered name."""

    @property
    def identifier(self) -> str:
        """organizationIdentifier, for instance `VATRO-00000000`."""

    @property
    def country(self) -> str:
        """ISO 3166-1 alpha-2."""


class Organisations:
    """Writes each organisation of one record once, with all that the record knows of it."""

    def __init__(self, award: AwardData, nodes: Nodes, seal_holder: SealHolder | None) -> None:
        self._nodes = nodes
        self._seal_holder = seal_holder
        self._issuer = award.issuer.organisation.id
        self._alliance = award.issuer.alliance
        self._known = _merged(_mentioned(award))
        self._written: dict[str, Node] = {}
        self._group: Node | None = None
        self._accreditations: list[tuple[QualityAssuranceData, Node]] = []

    def write(self, organisation: OrganisationData) -> Node:
        """The organisation; raises `UnwritableRecord` where its name or country is missing."""
        if organisation.id not in self._written:
            self._written[organisation.id] = self._organisation(self._known[organisation.id])
        return self._written[organisation.id]

    def accreditation(self, assurance: QualityAssuranceData) -> Node:
        """Who has judged the quality; raises `UnwritableRecord` where kind, agency or country is missing."""
        for known, node in self._accreditations:
            if known == assurance:
                return node
        node = self._accreditation(assurance)
        self._accreditations.append((assurance, node))
        return node

    def _organisation(self, organisation: OrganisationData) -> Node:
        names = {tag: name for tag, name in organisation.names.items() if name}
        if not names or not organisation.country:
            called = next(iter(names.values()), organisation.id)
            raise UnwritableRecord(f"The organisation {called} needs a verified name and a country.")
        nodes = self._nodes
        place = nodes.place(organisation.country)
        country = place["address"][0]["countryCode"]
        return nodes.node(
            "Organisation",
            {
                "legalName": names,
                "location": [place],
                **self._identifiers(organisation.identifiers, country),
                "eIDASIdentifier": self._seal_identifier(organisation),
                "homepage": some(nodes.page(organisation.url)),
                "logo": self._logo(organisation),
                "groupMemberOf": some(self._alliance_group(organisation)),
                "accreditation": [self.accreditation(entry) for entry in organisation.quality_assurance],
            },
            identity=organisation.id,
        )

    def _identifiers(self, entries: Iterable[IdentifierData], country: Node) -> Mapping[str, Any]:
        """The register's and the tax office's numbers have members of their own; one each at most."""
        registration: list[Node] = []
        tax: list[Node] = []
        others: list[Node] = []
        for entry in entries:
            if entry.scheme == "registration" and not registration:
                registration.append(self._legal(entry.value, country))
            elif entry.scheme == "VAT":
                tax.append(self._legal(entry.value, country))
            else:
                others.append(self._nodes.node("Identifier", identifier(entry)))
        return {
            "registration": registration[0] if registration else None,
            "vatIdentifier": tax,
            "identifier": others,
        }

    def _legal(self, notation: str, country: Node) -> Node:
        return self._nodes.node("LegalIdentifier", {"notation": notation, "spatial": country})

    def _seal_identifier(self, organisation: OrganisationData) -> Node | None:
        """What the seal's certificate says; only of the issuer, and only if it is the same organisation."""
        holder = self._seal_holder
        if holder is None or organisation.id != self._issuer:
            return None
        nodes = self._nodes
        verified = {clean_name(name) for name in organisation.names.values() if name}
        if not holder.identifier or not holder.name or clean_name(holder.name) not in verified:
            raise UnwritableRecord(
                f"The seal's certificate is for '{holder.name}', which is no verified name of the issuer."
            )
        spatial = nodes.concept("country", holder.country)
        if spatial != nodes.concept("country", organisation.country):
            raise UnwritableRecord("The certificate of the seal names another country than the issuer's.")
        return nodes.node("LegalIdentifier", {"notation": holder.identifier, "spatial": spatial})

    def _logo(self, organisation: OrganisationData) -> Node | None:
        """Only a logo that the record itself contains: an address alone is no content."""
        head, _, content = organisation.image.id.partition(";base64,") if organisation.image else ("", "", "")
        file_type = _LOGOS.get(head.removeprefix("data:"))
        return self._nodes.media(content, file_type) if file_type and content else None

    def _alliance_group(self, organisation: OrganisationData) -> Node | None:
        """The alliance as a group, which needs no legal personality; it is no member of itself."""
        alliance = self._alliance
        if alliance is None or alliance.id == organisation.id:
            return None
        if self._group is None:
            names = {tag: name for tag, name in alliance.names.items() if name}
            # Where the alliance also signs, as an organisation, its own id is taken.
            identity = "" if alliance.id in self._known else alliance.id
            self._group = self._nodes.node("Group", {"prefLabel": names}, identity=identity)
        return self._group

    def _accreditation(self, assurance: QualityAssuranceData) -> Node:
        nodes = self._nodes
        kind = nodes.concept("accreditation", assurance.kind)
        if kind is None or not assurance.agency or not assurance.agency_country:
            raise UnwritableRecord("Quality assurance needs its kind, the agency and the agency's country.")
        return nodes.node(
            "Accreditation",
            {
                "title": kind["prefLabel"],
                "dcType": kind,
                "accreditingAgent": self._agency(assurance),
                "decision": nodes.concept("accreditation-decision", assurance.decision),
                "identifier": some(self._reference(assurance.reference)),
                "report": nodes.page(assurance.report_url),
                "dateIssued": day(assurance.decided_on),
                "expiryDate": day(assurance.valid_until),
                "limitField": [nodes.concept("isced-f", entry) for entry in assurance.fields],
                "limitEQFLevel": [nodes.concept("eqf", str(level)) for level in assurance.levels],
            },
        )

    def _reference(self, notation: str) -> Node | None:
        return self._nodes.node("Identifier", {"notation": notation}) if notation else None

    def _agency(self, assurance: QualityAssuranceData) -> Node:
        nodes = self._nodes
        return nodes.node(
            "Organisation",
            {
                "legalName": nodes.one_language(assurance.agency),
                "location": [nodes.place(assurance.agency_country)],
                "homepage": some(nodes.page(assurance.agency_url)),
            },
        )


def identifier(entry: IdentifierData) -> Mapping[str, str]:
    """The members of an `Identifier`."""
    return {"notation": entry.value, "schemeName": entry.scheme}


def mandates(award: AwardData, nodes: Nodes) -> list[Node]:
    """The mandate, where somebody signs for the awarding bodies; raises `UnwritableRecord` without one."""
    signer, mandate = award.issuer.organisation, award.issuer.mandate
    if mandate is None:
        _demand_no_mandate(award)
        return []
    on = award.awarded_at.date()
    if not (mandate.valid_from or on) <= on <= (mandate.valid_until or on):
        raise UnwritableRecord(f"The mandate {mandate.reference} does not cover the day of the award.")
    said = (
        f"Every claim in this credential is made by the awarding bodies that it names. "
        f"By the mandate {mandate.reference}, {nodes.preferred(signer.names)} seals it for them."
    )
    named = [f"SHA-256 of the agreement: {digest}." for digest in mandate.digests]
    files = [nodes.file(entry, allowed=("PDF",), what="The mandate") for entry in mandate.documents]
    return [
        nodes.node(
            "Evidence",
            {
                "dcType": nodes.concept("evidence-type", MANDATE),
                "evidenceStatement": " ".join((mandate.statement or said, *named)),
                "embeddedEvidence": files,
            },
        )
    ]


def accreditations(award: AwardData, nodes: Nodes, organisations: Organisations) -> list[Node]:
    """One evidence for each accreditation of this offer, as the accredited profile wants it."""
    own = [award.achievement.quality_assurance] if award.achievement.quality_assurance else []
    of_bodies = [entry for body in award.achievement.awarding_bodies for entry in covering(award, body)]
    return [
        nodes.node(
            "Evidence",
            {
                "dcType": nodes.concept("evidence-type", ACCREDITATION),
                "accreditation": organisations.accreditation(entry),
            },
        )
        for entry in (*own, *of_bodies)
    ]


def covering(award: AwardData, body: OrganisationData) -> list[QualityAssuranceData]:
    """The accreditations of an organisation that hold for this offer on the day of the award."""
    achievement, on = award.achievement, award.awarded_at.date()
    return [
        entry
        for entry in body.quality_assurance
        if entry.covers(field=achievement.isced_f, level=achievement.eqf_level, on=on)
    ]


def is_accredited(award: AwardData) -> bool:
    """Whether an accreditation of every awarding body holds for this offer, and nobody signs for them.

    A part of a larger qualification is not what an agency has judged, so it is none.
    """
    bodies, issuer = award.achievement.awarding_bodies, award.issuer
    signs_for_itself = issuer.mode is IssuerMode.OWN and issuer.mandate is None
    return (
        signs_for_itself
        and bool(bodies)
        and award.achievement.is_partial is not True
        and all(covering(award, body) for body in bodies)
    )


def _demand_no_mandate(award: AwardData) -> None:
    bodies = {body.id for body in award.achievement.awarding_bodies}
    signs_for_itself = not bodies or award.issuer.organisation.id in bodies
    if award.issuer.mode is IssuerMode.MANDATE or not signs_for_itself:
        raise UnwritableRecord(
            "Somebody signs for the awarding bodies, and the record has no mandate for it."
        )


def _mentioned(award: AwardData) -> Iterable[OrganisationData]:
    yield award.issuer.organisation
    yield from award.achievement.awarding_bodies
    for activity in award.achievement.activities:
        yield from activity.directed_by
    for part in award.parts:
        yield from part.achievement.awarding_bodies


def _merged(organisations: Iterable[OrganisationData]) -> dict[str, OrganisationData]:
    """By id, all that is known; raises `UnwritableRecord` where one is named in two ways."""
    known: dict[str, OrganisationData] = {}
    for other in organisations:
        one = known.get(other.id, other)
        if any(one.names.get(tag, name) != name for tag, name in other.names.items()):
            raise UnwritableRecord(f"The record names the organisation {other.id} in two ways.")
        missing = {
            attribute.name: getattr(other, attribute.name)
            for attribute in fields(OrganisationData)
            if not getattr(one, attribute.name)
        }
        known[other.id] = evolve(one, **{**missing, "names": {**one.names, **other.names}})
    return known
