"""Documents to look at: an invented award in several languages and scripts."""

from __future__ import annotations

import datetime as dt
from typing import Any

from attrs import evolve

from ingenium_credentials.artwork import BadgeData, badge_svg
from ingenium_credentials.document import Attachment, DocumentData, Party, Row, Section, Words
from ingenium_credentials.typesetting import initials, labels

ADDRESS = "https://ingenium.example/ingenium/credentials/0f8b5a3e-5a3b-4c1e-9a1b-0d2f6a7c8e9f"
CREDENTIAL = '{"name":"Δεδομένα","proof":[]}'.encode()
LOGO = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 60 20">'
    b'<rect width="60" height="20" fill="#00522e"/></svg>'
)
ATTACHED = Attachment("credential.json", "application/vc+ld+json", CREDENTIAL, "The signed credential")
TITLES = {
    "en": "Data for resilient coasts",
    "fr": "Des données pour des littoraux résilients",
    "el": "Δεδομένα για ανθεκτικές ακτές",
    "bg": "Данни за устойчиви крайбрежия",
    "es": "Datos para costas resilientes",
    "ro": "Date pentru coaste reziliente",
    "it": "Dati per coste resilienti",
    "de": "Daten für widerstandsfähige Küsten",
    "ga": "Sonraí do chóstaí athléimneacha",
    "fi": "Tietoa kestäville rannikoille",
    "sv": "Data för motståndskraftiga kuster",
}
UNIVERSITIES = ("University of Crete", "University of Rouen Normandy", "Medical University – Sofia")


def diploma(language: str = "en", *, universities: int = 3, **changes: Any) -> DocumentData:
    """A complete document; `changes` replace members of it."""
    words, title = labels(language), TITLES.get(language, TITLES["en"])
    badge = BadgeData(title=title, issuer=UNIVERSITIES[0], language=language, kind=words["kind"])
    names = [UNIVERSITIES[at % 3] for at in range(universities)]
    made = DocumentData(
        language=language,
        labels=words,
        title=Words(title, "" if language in TITLES else "en"),
        kind=words["kind"],
        awarding=tuple(Party(name=Words(name, "en"), place="GR", initials=initials(name)) for name in names),
        alliance=Party(name=Words("INGENIUM European University", "en"), initials="I"),
        signer=Row(words["signed_by"], Words(UNIVERSITIES[0], "en")),
        holder="Ελένη Παπαδάκη",
        holder_latin="Eleni Papadaki",
        highlights=(Row(words["workload"], Words("4 ECTS")), Row(words["level"], Words("EQF 6"))),
        rows=(Row(words["workload"], Words("4 ECTS")), Row(words["assessment"], Words("Project", "en"))),
        sections=(
            Section(words["outcomes"], (Words("Reads a map", "en"), Words("Draws a map", "en")), True),
            Section(words["criteria"], (Words("Pass both courses.", "en"),)),
        ),
        technical=(Row(words["credential"], Words(ADDRESS)),),
        address=ADDRESS,
        badge_svg=badge_svg(badge),
        made_at=dt.datetime(2026, 11, 12, 9, 30, tzinfo=dt.UTC),
        attachments=(ATTACHED,),
    )
    return evolve(made, **changes)
