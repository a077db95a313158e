"""Documents that several tests take apart, and what independent processors make of them."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pyoxigraph as ox
from pyld import jsonld as pyld

from ingenium_credentials.badges.jsonld import pinned_context, to_quads
from ingenium_credentials.badges.rdfc import Term

Document = dict[str, Any]

V2 = "https://www.w3.org/ns/credentials/v2"
OB = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
EXTENSIONS = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"
XSD = "http://www.w3.org/2001/XMLSchema#"

# The worked vector of the Open Badges reference: document, number of quads and hash.
WORKED: Document = {
    "@context": [V2, OB],
    "id": "urn:uuid:7a4c1f2e-0f5b-4a56-8a9e-2f6f6f1d0001",
    "type": ["VerifiableCredential", "OpenBadgeCredential"],
    "issuer": {
        "id": "did:key:z6MkehRgf7yJbgaGfYsdoAsKdBPE3dj2CYhowQdcjqSJgvVd",
        "type": ["Profile"],
        "name": "INGENIUM",
    },
    "validFrom": "2026-01-15T09:00:00Z",
    "credentialSubject": {
        "type": ["AchievementSubject"],
        "identifier": [
            {
                "type": "IdentityObject",
                "hashed": True,
                "salt": "pepper",
                "identityType": "emailAddress",
                "identityHash": "sha256$b30ecdf569a8ea6cfbb956fc40a0ef8ad75cad3c32748a1fef83f8964453bf7a",
            }
        ],
        "achievement": {
            "id": "https://ingenium.example/a/1",
            "type": ["Achievement"],
            "name": "Data Ethics",
            "description": "Joint micro-credential.",
            "criteria": {"narrative": "Pass the assignment."},
        },
    },
}


def changed(change: Callable[[Document], object]) -> Document:
    document = copy.deepcopy(WORKED)
    change(document)
    return document


def with_term(definition: Any, value: Any, **context: Any) -> Document:
    """The worked document with one more term, defined and used."""
    return {**WORKED, "@context": [V2, OB, {"extra": definition, **context}], "extra": value}


def subject(document: Document) -> Document:
    found: Document = document["credentialSubject"]
    return found


def objects(document: Document, predicate: str) -> list[Term]:
    return [quad.object for quad in to_quads(document) if quad.predicate.value == predicate]


def by_pyld(document: Document) -> bytes:
    """What PyLD makes of a document when it is used without any of our care."""

    def load(url: str, _options: Any) -> Document:
        return {"contextUrl": None, "documentUrl": url, "document": pinned_context(url)}

    options = {"algorithm": "URDNA2015", "format": "application/n-quads", "documentLoader": load}
    text: str = pyld.normalize(document, options)
    return text.encode()


def by_oxigraph(document: Document) -> bytes:
    """The same by software that shares no line with PyLD: contexts inside, another RDFC-1.0."""
    inlined = {**document, "@context": [pinned_context(url)["@context"] for url in document["@context"]]}
    quads = ox.parse(json.dumps(inlined), format=ox.RdfFormat.JSON_LD)
    dataset = ox.Dataset(quads)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0_SHA_256)
    lines = [ox.serialize([quad], format=ox.RdfFormat.N_QUADS) or b"" for quad in dataset]
    return "".join(sorted(line.decode() for line in lines)).encode()
