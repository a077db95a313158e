"""The one credential that is timed, and what each contender needs to sign and check it.

Values that differ from learner to learner differ here too, so that nobody gains by
remembering whole documents.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import itertools
import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ed25519

from ingenium_credentials.badges import did, ob3
from ingenium_credentials.badges.contexts import PINNED, read
from ingenium_credentials.badges.data import (
    AchievementData,
    AwardData,
    ConceptData,
    IdentifierData,
    ImageData,
    IssuerData,
    OrganisationData,
    OutcomeData,
    RecipientData,
)
from ingenium_credentials.badges.keys import SoftwareSigner

ORIGIN = "https://credentials.example"
ISSUER = "did:web:credentials.example:issuers:1"
ISSUER_URL = f"{ORIGIN}/issuers/1/did.json"
METHOD = f"{ISSUER}#key-1"
SEED = bytes(range(32))
CREATED = dt.datetime(2026, 1, 15, 9, 0, tzinfo=dt.UTC)
NOW = dt.datetime(2026, 6, 1, 12, 0, tzinfo=dt.UTC)

PRIVATE_KEY = ed25519.Ed25519PrivateKey.from_private_bytes(SEED)
SIGNER = SoftwareSigner.of(PRIVATE_KEY)
CONTEXTS: dict[str, Any] = {url: json.loads(read(pin)) for url, pin in PINNED.items()}
DID_DOCUMENT = did.did_document(ISSUER, [did.MethodData(id=METHOD, public_key=SIGNER.public_key)])

_ACHIEVEMENT = AchievementData(
    id=f"{ORIGIN}/achievements/1",
    version="1",
    names={"en": "Data ethics", "fr": "Éthique des données"},
    descriptions={"en": "Judging what may be done with data.", "fr": "Juger de l’usage des données."},
    criteria={"en": "Pass both assignments.", "fr": "Réussir les deux travaux."},
    url=f"{ORIGIN}/achievements/1/",
    image=ImageData(id=f"{ORIGIN}/achievements/1/image.svg", caption="Data ethics"),
    outcomes=(
        OutcomeData(texts={"en": "Weigh privacy against benefit."}),
        OutcomeData(texts={"en": "Write a data protection assessment."}),
    ),
    languages=("en",),
    ects=Decimal("5"),
    hours=125,
    eqf_level=6,
    isced_f=ConceptData(
        iri="http://data.europa.eu/snb/isced-f/0612",
        labels={"en": "Database and network design and administration"},
    ),
    tags=("ethics", "data"),
)
_ISSUER = IssuerData(
    organisation=OrganisationData(
        id=ISSUER,
        names={"es": "Universidad de Oviedo", "en": "University of Oviedo"},
        country="ES",
        url="https://www.uniovi.example/",
        identifiers=(IdentifierData(scheme="ROR", value="https://ror.org/006gksa02"),),
    )
)


def award(number: int) -> AwardData:
    """The award of the learner of this number."""
    salt = f"salt{number:012d}"
    return AwardData(
        id=f"{ORIGIN}/credentials/{number:032x}",
        achievement=_ACHIEVEMENT,
        issuer=_ISSUER,
        recipient=RecipientData(
            id=f"urn:uuid:00000000-0000-4000-8000-{number:012x}",
            name=f"Ελένη Παπαδάκη {number}",
            latin_name=f"Eleni Papadaki {number}",
            email_hash="sha256$" + hashlib.sha256(f"{number}@example.org{salt}".encode()).hexdigest(),
            email_salt=salt,
        ),
        awarded_at=CREATED,
        valid_from=CREATED,
        grade=Decimal(number % 100) / 100,
    )


def documents() -> Iterator[dict[str, Any]]:
    """Unsigned credentials, each for another learner, without end."""
    return (ob3.render(award(number)) for number in itertools.count())
