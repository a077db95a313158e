from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingenium_credentials.badges import elm_rules
from ingenium_credentials.badges.elm_terms import REQUIRED
from ingenium_credentials.badges.errors import UnwritableRecord

from .elm_examples import BY_MANDATE, document

WHOLE = document(BY_MANDATE)


def objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from objects(item)


def test_sound_document_passes() -> None:
    elm_rules.check(WHOLE)


SPOILED: list[tuple[str, Any]] = [
    ("@context", ["https://www.w3.org/ns/credentials/v2"]),
    ("type", ["VerifiableCredential"]),
    ("id", "someone"),
    ("issuanceDate", "2026-01-15T10:30:01Z"),
    ("validFrom", "2026-01-15"),
    ("validFrom", "2026-01-15T09:00:00"),
    ("validFrom", 1_768_467_600),
    ("validUntil", None),
    ("proof", {"id": "urn:a:1", "type": "DataIntegrityProof"}),
    ("credentialStatus", {"id": "https://example.org/1", "type": "CredentialStatus"}),
    ("credentialStatus.statusListIndex", 5),
    ("credentialSubject.fullName", {"en": "Eleni Papadaki", "el": "Ελένη Παπαδάκη"}),
    ("credentialSubject.fullName", "Eleni Papadaki"),
    ("credentialSubject.dateOfBirth", "1999-10-02"),
    ("credentialSubject.hasClaim", []),
    ("credentialSubject.hasClaim.0.title", {"en": ["A", "B"]}),
    ("credentialSubject.hasClaim.0.title", {"english language": "A"}),
    ("credentialSubject.hasClaim.0.title", {"en": " "}),
    ("credentialSubject.hasClaim.0.titel", {"en": "A"}),
    ("credentialSubject.hasClaim.0.type", "Achievement"),
    ("credentialSubject.hasClaim.0.awardedBy", "urn:epass:awardingProcess:1"),
    ("credentialSubject.hasClaim.0.creditReceived.0.point", 7.5),
    ("credentialSubject.hasClaim.0.specifiedBy.category", {"en": []}),
    ("credentialSubject.hasClaim.0.specifiedBy.category", "Micro-credential"),
    ("credentialSubject.hasClaim.0.specifiedBy.isPartialQualification", "false"),
    ("credentialSubject.hasClaim.0.specifiedBy.volumeOfLearning", "190 hours"),
    ("credentialSubject.hasClaim.0.specifiedBy.volumeOfLearning", "P"),
    ("credentialSubject.hasClaim.0.specifiedBy.eqfLevel.id", "http://data.europa.eu/snb/eqf/9"),
    ("credentialSubject.hasClaim.0.specifiedBy.homepage.0.contentURL", "example.org"),
    ("displayParameter.individualDisplay.0.displayDetail.0.page", 0),
    ("displayParameter.individualDisplay.0.displayDetail.0.page", True),
    ("issuer.eIDASIdentifier", []),
]


@pytest.mark.parametrize(("path", "value"), SPOILED, ids=[f"{path}={value}" for path, value in SPOILED])
def test_spoiled_document_is_refused(path: str, value: Any) -> None:
    spoiled = document()
    node: Any = spoiled
    *way, last = path.split(".")
    for step in way:
        node = node[int(step)] if step.isdigit() else node[step]
    node[last] = value

    with pytest.raises(UnwritableRecord):
        elm_rules.check(spoiled)


def test_same_id_that_says_something_else_is_refused() -> None:
    spoiled = document()
    spoiled["credentialSubject"]["hasClaim"][0]["awardedBy"]["awardingBody"][0]["legalName"] = {"en": "Other"}

    with pytest.raises(UnwritableRecord, match="says something else"):
        elm_rules.check(spoiled)


@settings(max_examples=60)
@given(st.data())
def test_document_without_any_one_required_member_is_refused(data: st.DataObject) -> None:
    spoiled = copy.deepcopy(WHOLE)
    places = [(node, name) for node in objects(spoiled) for name in REQUIRED.get(str(node.get("type")), ())]
    node, name = data.draw(st.sampled_from(places))
    del node[name]

    with pytest.raises(UnwritableRecord):
        elm_rules.check(spoiled)
