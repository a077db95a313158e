"""The elements of 2022/C 243/02, Annex I, as a complete definition holds them."""

from __future__ import annotations

from typing import Any


def concept(path: str, label: str) -> dict[str, Any]:
    """A code of a list of the European Learning Model."""
    return {"iri": f"http://data.europa.eu/snb/{path}", "labels": {"en": label}}


ELEMENTS: dict[str, Any] = {
    "outcomes": [
        {
            "texts": {
                "en": "Names the species of a rocky shore.",
                "el": "Ονομάζει τα είδη μιας βραχώδους ακτής.",
            }
        }
    ],
    "ects": "3.00",
    "eqf_level": 6,
    "assessment": concept("assessment/6e6cb2cc78", "Written examination"),
    "mode": concept("learning-assessment/920fbb3cbe", "Online"),
    "quality_agency": "Hellenic Authority (example)",
    "quality_agency_country": "GR",
    "quality_kind": concept("accreditation/bb4618238e", "Institutional quality assurance"),
}
"""What a definition has to say besides its title and its awarding bodies."""
