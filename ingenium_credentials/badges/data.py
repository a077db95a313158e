"""The record that every format is written from: frozen, typed, free of any format.

One `AwardData` says everything that a credential says. The formats (`ob3` and `elm`) read
it and nothing else, so that all credentials of an award state the same facts. Texts for
people are `LanguageMap`s: BCP 47 tag to text, first entry preferred.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from enum import Enum
from typing import Any

from attrs import Attribute, field, frozen, validators

LanguageMap = Mapping[str, str]


def _aware_utc(_instance: object, attribute: Attribute[Any], value: Any) -> None:
    if value is not None and value.utcoffset() != dt.timedelta(0):
        raise ValueError(f"{attribute.name} must be an aware moment in UTC")


def preferred(texts: LanguageMap, *languages: str) -> str:
    """The text in the first of `languages` that has one, else English, else the first."""
    for language in (*languages, "en"):
        if texts.get(language):
            return texts[language]
    return next((text for text in texts.values() if text), "")


class IssuerMode(Enum):
    """Who signs: a member for itself, or an office by mandate of the members."""

    OWN = "own"
    MANDATE = "mandate"


@frozen(kw_only=True)
class IdentifierData:
    """An identifier of an organisation that an officer marked as verified."""

    scheme: str
    """`ROR`, `Erasmus`, `PIC`, `OID`, `VAT`, `registration` or `SCHAC`."""
    value: str


@frozen(kw_only=True)
class ImageData:
    """A picture by address (https or data URI) with the text that stands for it."""

    id: str
    caption: str = ""


@frozen(kw_only=True)
class ConceptData:
    """A code of a published vocabulary: its IRI and its label in some languages."""

    iri: str
    labels: LanguageMap
    names: LanguageMap = field(factory=dict)
    """What sentences call it in languages that have no label; never signed as its label."""

    @property
    def told(self) -> LanguageMap:
        """What a sentence calls it: by its label, else by another name."""
        return {**self.names, **self.labels}


@frozen(kw_only=True)
class QualityAssuranceData:
    """Which agency stands for the quality, by which report, until when."""

    kind: ConceptData | None = None
    agency: str = ""
    reference: str = ""
    report_url: str = ""
    valid_until: dt.date | None = None
    agency_country: str = ""
    """ISO 3166-1 alpha-2."""
    agency_url: str = ""
    decision: ConceptData | None = None
    decided_on: dt.date | None = None
    fields: tuple[ConceptData, ...] = ()
    """Of ISCED-F, where it is limited to some; a broad one covers those within it."""
    levels: tuple[int, ...] = ()
    """Of the EQF, where it is limited to some."""

    def covers(self, *, field: ConceptData | None, level: int | None, on: dt.date) -> bool:
        """Whether it holds on that day for an offer of this field and level; unknown is not covered."""
        in_time = (self.decided_on or on) <= on <= (self.valid_until or on)
        iri = field.iri if field else ""
        # The codes of ISCED-F are a path: 05, 052, 0521.
        in_field = not self.fields or any(iri.startswith(one.iri) for one in self.fields)
        return in_time and in_field and (not self.levels or level in self.levels)


@frozen(kw_only=True)
class OrganisationData:
    """A university, or the alliance, as it was named on the day of the award."""

    id: str
    """DID or https address; absolute."""
    names: LanguageMap
    country: str = ""
    """ISO 3166-1 alpha-2; empty for the alliance."""
    url: str = ""
    image: ImageData | None = None
    identifiers: tuple[IdentifierData, ...] = ()
    """Verified ones only: nothing unverified is signed."""
    quality_assurance: tuple[QualityAssuranceData, ...] = ()
    """Of the organisation as a whole; that of one offer is in `AchievementData`."""


@frozen(kw_only=True)
class MandateData:
    """By what the awarding bodies let somebody else sign for them, and for how long."""

    reference: str
    """Names the agreement, for instance its number and date."""
    statement: str = ""
    """One sentence, in one language; empty: the format says what a mandate always says."""
    valid_from: dt.date | None = None
    valid_until: dt.date | None = None
    """The last day."""
    digests: tuple[str, ...] = ()
    """SHA-256 of each agreement in hexadecimal digits."""
    documents: tuple[bytes, ...] = field(default=(), repr=False)
    """The agreements themselves as PDFs, where they are to be public."""


@frozen(kw_only=True)
class IssuerData:
    """Who signs. `organisation.id` is the DID that the signing keys belong to."""

    organisation: OrganisationData
    mode: IssuerMode = IssuerMode.OWN
    alliance: OrganisationData | None = None
    mandate: MandateData | None = None


@frozen(kw_only=True)
class OutcomeData:
    """One learning outcome, with the ESCO skill it corresponds to, if any."""

    texts: LanguageMap
    esco: str = ""
    esco_labels: LanguageMap = field(factory=dict)
    """What ESCO calls that skill."""
    kind: ConceptData | None = None
    """Knowledge or skill."""
    reuse: ConceptData | None = None
    """How far beyond one occupation it is of use."""


@frozen(kw_only=True)
class ActivityData:
    """Something that the learner took part in, for instance one of the courses."""

    titles: LanguageMap
    kind: ConceptData | None = None
    mode: ConceptData | None = None
    languages: tuple[str, ...] = ()
    hours: int | None = None
    started: dt.date | None = None
    ended: dt.date | None = None
    directed_by: tuple[OrganisationData, ...] = ()


@frozen(kw_only=True)
class EntitlementData:
    """What the holder may do with the credential, by the word of the awarding bodies."""

    titles: LanguageMap
    kind: ConceptData
    status: ConceptData


@frozen(kw_only=True)
class AchievementData:
    """One frozen version of a definition: the elements of 2022/C 243/02, Annex I."""

    id: str
    version: str
    kind: str = "MicroCredential"
    """An Open Badges `achievementType`."""
    names: LanguageMap = field(validator=validators.min_len(1))
    descriptions: LanguageMap
    criteria: LanguageMap
    url: str = ""
    image: ImageData | None = None
    awarding_bodies: tuple[OrganisationData, ...] = ()
    outcomes: tuple[OutcomeData, ...] = ()
    languages: tuple[str, ...] = ()
    """BCP 47 tags of the languages of instruction."""
    ects: Decimal | None = None
    hours: int | None = None
    eqf_level: int | None = None
    isced_f: ConceptData | None = None
    mode: ConceptData | None = None
    assessment: ConceptData | None = None
    supervision: ConceptData | None = None
    """As it is planned for everybody."""
    prerequisites: LanguageMap = field(factory=dict)
    stackability: LanguageMap = field(factory=dict)
    further_information: LanguageMap = field(factory=dict)
    quality_assurance: QualityAssuranceData | None = None
    tags: tuple[str, ...] = ()
    cycle: str = field(default="", validator=validators.in_(("", "short", "first", "second", "third")))
    """Of the framework of the European Higher Education Area (QF-EHEA)."""
    opportunity: ConceptData | None = None
    """What kind of offer it is; None: what the format says of its `kind`."""
    setting: ConceptData | None = None
    """Formal or non-formal learning."""
    is_partial: bool | None = None
    """Whether it is part of a larger qualification; None: nothing is said."""
    grading_scheme: LanguageMap = field(factory=dict)
    activities: tuple[ActivityData, ...] = ()
    entitlements: tuple[EntitlementData, ...] = ()


@frozen(kw_only=True)
class PartData:
    """A smaller credential of the same learner, which a larger one is made of."""

    id: str
    """The address of that credential."""
    achievement: AchievementData
    awarded_at: dt.datetime = field(validator=_aware_utc)


@frozen(kw_only=True)
class RecipientData:
    """The learner as frozen at the award. The e-mail appears as a salted hash only."""

    id: str
    """`urn:uuid:…`, random for each award, so that two awards cannot be linked."""
    name: str
    """In the learner's own script; NFC."""
    latin_name: str = ""
    """Empty when `name` is in Latin script already."""
    email_hash: str = ""
    """`sha256$<hex>` of e-mail followed by salt (Open Badges 3.0, IdentityHash)."""
    email_salt: str = ""
    name_language: str = ""
    """BCP 47 tag of the language that `name` is written in; empty where unknown."""
    given_name: str = ""
    family_name: str = ""
    birth_date: dt.date | None = None
    """Only where the policy of the member says so."""
    identifiers: tuple[IdentifierData, ...] = ()
    """Verified ones only, for instance a European Student Identifier."""


@frozen(kw_only=True)
class EvidenceData:
    """Something public that supports the award: an address and what is found there."""

    url: str
    titles: LanguageMap = field(factory=dict)
    descriptions: LanguageMap = field(factory=dict)


@frozen(kw_only=True)
class StatusData:
    """The place of this award in a Bitstring Status List."""

    list_url: str
    index: int = field(validator=validators.ge(0))
    purpose: str = "revocation"


@frozen(kw_only=True)
class AwardData:
    """Everything that a credential says, for every format."""

    id: str
    """The address of the credential: absolute, unguessable, without personal data."""
    achievement: AchievementData
    issuer: IssuerData
    recipient: RecipientData
    awarded_at: dt.datetime = field(validator=_aware_utc)
    valid_from: dt.datetime = field(validator=_aware_utc)
    valid_until: dt.datetime | None = field(default=None, validator=_aware_utc)
    grade: Decimal | None = None
    """Share of the maximum, 0 to 1; None when the grade is not to be shown."""
    status: StatusData | None = None
    demonstration: bool = False
    """Marks the document as a demonstration in words, in its name and narrative."""
    supervision: ConceptData | None = None
    """How this learner truly was supervised and identified; None: nobody has said.

    The plan in `achievement.supervision` is not what happened, and is never written as that.
    """
    evidence: tuple[EvidenceData, ...] = ()
    parts: tuple[PartData, ...] = ()
