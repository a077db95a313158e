"""The award that the tests of this folder render, sign and spoil; nothing in it is random."""

from __future__ import annotations

import datetime as dt
import hashlib
from decimal import Decimal
from typing import Any

from attrs import evolve

from ingenium_credentials.badges.data import (
    AchievementData,
    AwardData,
    ConceptData,
    IdentifierData,
    ImageData,
    IssuerData,
    OrganisationData,
    OutcomeData,
    QualityAssuranceData,
    RecipientData,
    StatusData,
)

ORIGIN = "https://credentials.example"
ISSUER = "did:web:credentials.example:issuers:oviedo"
DID_URL = f"{ORIGIN}/issuers/oviedo/did.json"
STATUS_URL = f"{ORIGIN}/status/7b6ddf2e"
AWARDED_AT = dt.datetime(2026, 1, 15, 9, 0, tzinfo=dt.UTC)
NOW = dt.datetime(2026, 6, 1, 12, 0, tzinfo=dt.UTC)
EMAIL, SALT = "eleni@example.org", "q3W9n5Zk7Yt1Lx2B"

ALLIANCE = OrganisationData(
    id="https://alliance.example/",
    names={"en": "INGENIUM European University"},
    url="https://alliance.example/",
)
OVIEDO = OrganisationData(
    id=ISSUER,
    names={"es": "Universidad de Oviedo", "en": "University of Oviedo"},
    country="ES",
    url="https://www.uniovi.example/",
    image=ImageData(id=f"{ORIGIN}/logos/oviedo.svg", caption="Monogram"),
    identifiers=(IdentifierData(scheme="ROR", value="https://ror.org/006gksa02"),),
)
CRETE = OrganisationData(
    id="https://www.uoc.example/",
    names={"el": "Πανεπιστήμιο Κρήτης", "en": "University of Crete"},
    country="GR",
)
ACHIEVEMENT = AchievementData(
    id=f"{ORIGIN}/achievements/5f0c",
    version="2",
    names={"en": "Data ethics", "fr": "Éthique des données"},
    descriptions={"en": "Judging what may be done with data.", "fr": "Juger de l’usage des données."},
    criteria={"en": "Pass both assignments.", "fr": "Réussir les deux travaux."},
    url=f"{ORIGIN}/achievements/5f0c/",
    image=ImageData(id=f"{ORIGIN}/achievements/5f0c/image.svg", caption="Data ethics"),
    awarding_bodies=(OVIEDO, CRETE),
    outcomes=(
        OutcomeData(
            texts={"en": "Weigh privacy against benefit.", "fr": "Mettre en balance vie privée et bénéfice."},
            esco="http://data.europa.eu/esco/skill/9b9de2a3-d8af-4a7b-933a-a8334ce2ef5d",
        ),
        OutcomeData(texts={"en": "Write a data protection assessment."}),
    ),
    languages=("en", "es"),
    ects=Decimal("7.5"),
    hours=190,
    eqf_level=6,
    isced_f=ConceptData(
        iri="http://data.europa.eu/snb/isced-f/0612",
        labels={"en": "Database and network design and administration"},
    ),
    mode=ConceptData(
        iri="http://data.europa.eu/snb/learning-assessment/920fbb3cbe",
        labels={"en": "Online", "fr": "En ligne"},
    ),
    assessment=ConceptData(
        iri="http://data.europa.eu/snb/assessment/2939dae15f", labels={"en": "marked assignment"}
    ),
    supervision=ConceptData(
        iri="http://data.europa.eu/snb/supervision-verification/c598449d64",
        labels={"en": "Unsupervised without ID Verification"},
    ),
    prerequisites={"en": "None."},
    stackability={"en": "Counts towards the minor in digital society."},
    further_information={"en": "Ask the office."},
    quality_assurance=QualityAssuranceData(
        kind=ConceptData(
            iri="http://data.europa.eu/snb/accreditation/bb4618238e",
            labels={"en": "Institutional Quality Assurance"},
        ),
        agency="Example agency",
        reference="QA-1",
        report_url="https://agency.example/reports/1",
        valid_until=dt.date(2029, 12, 31),
    ),
    tags=("ethics", "data"),
)
AWARD = AwardData(
    id=f"{ORIGIN}/credentials/0a6a8d52-1f0e-4c44-9f0b-6f3f9a1f9f10",
    achievement=ACHIEVEMENT,
    issuer=IssuerData(organisation=OVIEDO, alliance=ALLIANCE),
    recipient=RecipientData(
        id="urn:uuid:3f8a5c52-7a5e-4a53-8e2b-0d0f4b8b2d11",
        name="Ελένη Παπαδάκη",
        latin_name="Eleni Papadaki",
        email_hash="sha256$" + hashlib.sha256(f"{EMAIL}{SALT}".encode()).hexdigest(),
        email_salt=SALT,
    ),
    awarded_at=AWARDED_AT,
    valid_from=AWARDED_AT,
    valid_until=dt.datetime(2031, 1, 15, 9, 0, tzinfo=dt.UTC),
    grade=Decimal("0.875"),
    status=StatusData(list_url=STATUS_URL, index=94_567),
)

SMALL_AWARD = AwardData(
    id=f"{ORIGIN}/credentials/9d1c",
    achievement=AchievementData(
        id=f"{ORIGIN}/achievements/1",
        version="1",
        names={"en": "First steps"},
        descriptions={"en": "A short course."},
        criteria={"en": "Finish it."},
    ),
    issuer=IssuerData(organisation=OrganisationData(id=ISSUER, names={"en": "University of Oviedo"})),
    recipient=RecipientData(id="urn:uuid:3f8a5c52-7a5e-4a53-8e2b-0d0f4b8b2d12", name="Ana"),
    awarded_at=AWARDED_AT,
    valid_from=AWARDED_AT,
)
"""Only what every award must have."""


def achievement_with(**changes: Any) -> AwardData:
    """`AWARD` with another achievement, all else equal."""
    return evolve(AWARD, achievement=evolve(ACHIEVEMENT, **changes))
