"""A joint micro-credential of three universities with everything that a record can say."""

from __future__ import annotations

import base64
import datetime as dt
import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from attrs import evolve, frozen

from ingenium_credentials.badges import elm, vocabularies
from ingenium_credentials.badges.data import (
    AchievementData,
    ActivityData,
    AwardData,
    ConceptData,
    EntitlementData,
    EvidenceData,
    IdentifierData,
    ImageData,
    IssuerData,
    IssuerMode,
    MandateData,
    OrganisationData,
    OutcomeData,
    PartData,
    QualityAssuranceData,
    RecipientData,
)

from .examples import ACHIEVEMENT, ALLIANCE, AWARD, CRETE, OVIEDO

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAEUlEQVR4nGOQ8u/GihiGlgQAueE9AeDiArkAAAAASUVORK5CYII="
)
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00"
ISSUED = dt.datetime(2026, 1, 15, 10, 30, tzinfo=dt.UTC)


@frozen
class Holder:
    """What a sealing certificate says."""

    name: str = "University of Oviedo"
    identifier: str = "VATES-Q3318001I"
    country: str = "ES"


def concept(scheme: str, code: str) -> ConceptData:
    return vocabularies.find(scheme, code)


INSTITUTIONAL = QualityAssuranceData(
    kind=concept("accreditation", "institutional-quality-assurance"),
    agency="Example agency",
    agency_country="ES",
    agency_url="https://agency.example/",
    fields=(concept("isced-f", "06"),),
    levels=(6, 7),
    reference="QA-1",
    report_url="https://agency.example/reports/1",
    decision=concept("accreditation-decision", "positive"),
    decided_on=dt.date(2023, 7, 27),
    valid_until=dt.date(2029, 12, 31),
)
PROGRAMME = evolve(
    INSTITUTIONAL, kind=concept("accreditation", "program-quality-assurance"), reference="QA-2"
)
MEMBER = evolve(OVIEDO, quality_assurance=(INSTITUTIONAL,), image=None)
ROUEN = OrganisationData(
    id="did:web:credentials.example:issuers:rouen",
    names={"fr": "Université de Rouen Normandie", "en": "University of Rouen Normandy"},
    country="FR",
    identifiers=(
        IdentifierData(scheme="registration", value="19761904100017"),
        IdentifierData(scheme="VAT", value="FR00000000000"),
    ),
)
OFFICE = OrganisationData(
    id="did:web:credentials.example:issuers:office",
    names={"en": "INGENIUM EGTC", "fi": "INGENIUM EAYY"},
    country="FI",
    url="https://alliance.example/office",
    image=ImageData(id="data:image/png;base64," + base64.b64encode(PNG).decode(), caption="INGENIUM"),
)
OFFICE_HOLDER = Holder("INGENIUM EGTC", "VATFI-00000000", "FI")
MANDATE = MandateData(
    reference="agreement 2026/01",
    valid_from=dt.date(2026, 1, 1),
    valid_until=dt.date(2027, 12, 31),
    documents=(b"%PDF-1.7\n",),
)

OUTCOMES = (
    OutcomeData(
        texts=ACHIEVEMENT.outcomes[0].texts,
        esco=ACHIEVEMENT.outcomes[0].esco,
        esco_labels={"en": "data ethics"},
        kind=concept("skill-type", "skill"),
        reuse=concept("skill-reuse-level", "cross-sector"),
    ),
    # A second outcome of the same skill: the skill must be said the same way both times.
    OutcomeData(texts={"en": "Explain a weighing to others."}, esco=ACHIEVEMENT.outcomes[0].esco),
    OutcomeData(texts={"en": "Write a data protection assessment."}, kind=concept("skill-type", "knowledge")),
)
EXTRAS: dict[str, Any] = {
    "outcomes": OUTCOMES,
    "ects": Decimal("7.50"),
    "hours": 190,
    "eqf_level": 6,
    "cycle": "first",
    "isced_f": concept("isced-f", "0612"),
    "languages": ("en", "es", "pt-BR"),
    "mode": concept("mode", "online"),
    "assessment": concept("assessment", "marked-assignment"),
    "supervision": concept("supervision-verification", "unsupervised-without-id-verification"),
    "prerequisites": {"en": "None.", "fr": "Aucun."},
    "stackability": {"en": "Counts towards the minor in digital society."},
    "further_information": {"en": "Ask the office."},
    "quality_assurance": PROGRAMME,
    "opportunity": concept("learning-opportunity", "short-learning-programme"),
    "setting": concept("learning-setting", "formal-learning"),
    "is_partial": False,
    "grading_scheme": {"en": "0 to 100, pass at 50"},
    "activities": (
        ActivityData(
            titles={"en": "Course one", "fr": "Cours un"},
            kind=concept("learning-activity", "e-learning-coursework"),
            mode=concept("mode", "online"),
            languages=("en",),
            hours=95,
            started=dt.date(2025, 9, 15),
            ended=dt.date(2025, 12, 15),
            directed_by=(CRETE,),
        ),
        ActivityData(titles={"en": "Course two"}, ended=dt.date(2026, 1, 10)),
    ),
    "entitlements": (
        EntitlementData(
            titles={"en": "Recognition of 7.5 ECTS by the members"},
            kind=concept("entitlement", "learning-opportunity"),
            status=concept("entitlement-status", "actual"),
        ),
    ),
}
"""Members of the achievement that a record may leave out, each with a value."""

PERSON: dict[str, Any] = {
    "latin_name": "Eleni Papadaki",
    "name_language": "el",
    "given_name": "Ελένη",
    "family_name": "Παπαδάκη",
    "birth_date": dt.date(1999, 10, 2),
    "identifiers": (IdentifierData(scheme="European Student Identifier", value="urn:schac:example:1"),),
}
PARTS = tuple(
    PartData(
        id=f"https://credentials.example/credentials/part-{number}",
        achievement=AchievementData(
            id=f"https://credentials.example/achievements/part-{number}",
            version="1",
            names={"en": f"Part {number}"},
            descriptions={},
            criteria={},
            awarding_bodies=(CRETE,),
            ects=Decimal(3),
            eqf_level=6 + number,
        ),
        awarded_at=AWARD.awarded_at,
    )
    for number in (1, 2)
)
AWARD_EXTRAS: dict[str, Any] = {
    "valid_until": AWARD.valid_until,
    "grade": Decimal("0.875"),
    "status": AWARD.status,
    "demonstration": True,
    "supervision": concept("supervision-verification", "supervised-with-id-verification"),
    "evidence": (
        EvidenceData(
            url="https://credentials.example/works/1",
            titles={"en": "Report"},
            descriptions={"en": "Written alone, in May."},
        ),
    ),
    "parts": PARTS,
}

_BARE = AchievementData(
    id=ACHIEVEMENT.id,
    version=ACHIEVEMENT.version,
    names=ACHIEVEMENT.names,
    descriptions=ACHIEVEMENT.descriptions,
    criteria=ACHIEVEMENT.criteria,
    url=ACHIEVEMENT.url,
    awarding_bodies=(MEMBER, CRETE, ROUEN),
)
PLAIN = AwardData(
    id=AWARD.id,
    achievement=_BARE,
    issuer=IssuerData(organisation=OVIEDO, alliance=ALLIANCE),
    recipient=RecipientData(id=AWARD.recipient.id, name=AWARD.recipient.name),
    awarded_at=AWARD.awarded_at,
    valid_from=AWARD.valid_from,
)
"""Three universities, one of which seals, and nothing that may be left out."""

RICH = evolve(
    PLAIN,
    achievement=evolve(_BARE, **EXTRAS),
    recipient=evolve(PLAIN.recipient, **PERSON),
    **AWARD_EXTRAS,
)
"""The same with everything."""

BY_MANDATE = evolve(
    RICH,
    issuer=IssuerData(organisation=OFFICE, mode=IssuerMode.MANDATE, alliance=ALLIANCE, mandate=MANDATE),
)
"""The same, sealed by the alliance's legal person."""


def with_achievement(award: AwardData, **changes: Any) -> AwardData:
    """The award with another achievement, all else equal."""
    return evolve(award, achievement=evolve(award.achievement, **changes))


def document(
    award: AwardData = RICH,
    languages: Sequence[str] = ("en", "fr"),
    profile: elm.Profile = elm.Profile.GENERIC,
    holder: Holder | None = None,
) -> dict[str, Any]:
    """`award` as its issuer would seal it, as it is read from a file."""
    if holder is None:
        holder = OFFICE_HOLDER if award.issuer.organisation.id == OFFICE.id else Holder()
    rendered = elm.render(
        award, images=dict.fromkeys(languages, PNG), issued=ISSUED, profile=profile, seal_holder=holder
    )
    read: dict[str, Any] = json.loads(json.dumps(rendered))
    return read
