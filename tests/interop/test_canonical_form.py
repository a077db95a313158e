"""The text that is signed, compared with that of rdf-canonize, character by character."""

from __future__ import annotations

import random
from typing import Any

import pytest

from ingenium_credentials.badges import jsonld, ob3

from .issuers import CONTEXTS, LASTING, OurIssuer, named
from .peers import Peer

CHARACTERS = (0x09, 0x0A, 0x0D, 0x22, 0x5C, 0x7F, 0x80, 0x85, 0xA0, 0xAD, 0x2028, 0x2029, 0xFEFF, 0xFFFD)
STUDENT = "\U0001f469\U0001f3fd\u200d\U0001f393"
TEXTS = (
    "é",
    "e\u0301",
    "Ω",
    "Щ",
    STUDENT,
    "\U0010fffd",
    "\u202e",
    "_:c14n0",
    "<x>",
    '"@en',
    " . ",
    "\\u0041",
)
AWKWARD = [*map(chr, CHARACTERS), *TEXTS]


def theirs(node: Peer, document: dict[str, Any], **more: Any) -> str:
    answer = node.ask("verify.mjs", task="canonical", document=document, documents=CONTEXTS, **more)
    assert "error" not in answer, answer["error"]
    text: str = answer["nquads"]
    return text


def several(badges: list[dict[str, Any]]) -> dict[str, Any]:
    """One document that holds them all, so that one question answers for all."""
    return {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiablePresentation"],
        "verifiableCredential": badges,
    }


@pytest.mark.parametrize("digest", ["SHA-256", "SHA-384"])
def test_a_full_badge_has_the_same_canonical_form(node: Peer, digest: str) -> None:
    document = ob3.render(LASTING)
    ours = jsonld.canonical(document, hash_name=digest.replace("-", "").lower()).decode()
    assert ours.split("\n") == theirs(node, document, digest=digest).split("\n")


def test_every_awkward_character_is_written_alike(node: Peer) -> None:
    document = ob3.render(named("x".join(AWKWARD)))
    assert jsonld.canonical(document).decode().split("\n") == theirs(node, document).split("\n")


def in_code_point_order(text: str) -> list[str]:
    """JavaScript sorts by UTF-16 units, which puts emoji before U+FEFF; RDFC-1.0 by code points."""
    return sorted(text.split("\n"))


@pytest.mark.parametrize("seed", range(3))
def test_random_badges_in_one_presentation_have_the_same_canonical_form(node: Peer, seed: int) -> None:
    chance = random.Random(seed)
    badges = [
        ob3.render(named("x" + "".join(chance.choices(AWKWARD, k=12)))) | {"id": f"urn:uuid:{seed}-{number}"}
        for number in range(10)
    ]
    ours = jsonld.canonical(several(badges)).decode()
    assert in_code_point_order(ours) == in_code_point_order(theirs(node, several(badges)))
    assert ours.split("\n")[:-1] == in_code_point_order(ours)[1:]


def test_a_presentation_of_signed_badges_has_the_same_canonical_form(node: Peer, issuer: OurIssuer) -> None:
    document = several([issuer.issue(), issuer.issue(named("Ελένη"))])
    ours = jsonld.canonical(document).decode()
    assert ours.split("\n") == theirs(node, document).split("\n")
    assert ours.count("proofValue") == 2
