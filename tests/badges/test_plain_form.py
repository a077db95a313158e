"""The one form of a signed document: what is in it is read, and nothing can be written otherwise."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

import pytest

from ingenium_credentials.badges import ob3
from ingenium_credentials.badges.contexts import PINNED
from ingenium_credentials.badges.errors import CannotCheck
from ingenium_credentials.badges.jsonld import Contexts, pinned_context
from ingenium_credentials.badges.plain_form import demand
from tests.vectors import build

from .examples import AWARD
from .vectors import vector

Document = dict[str, Any]
BADGE: Document = json.loads(vector("valid/badge-with-everything.json"))
FURTHER = "https://further.example/v1"


def terms(context: Any) -> list[tuple[str, str]]:
    """Every name in a context and in those inside it, with what it stands for."""
    found = []
    for name, term in context.items() if isinstance(context, dict) else ():
        if not name.startswith("@"):
            found.append((name, term if isinstance(term, str) else term["@id"]))
            found += terms(term.get("@context")) if isinstance(term, dict) else []
    return found


def test_the_pinned_contexts_give_each_meaning_one_name_of_a_member() -> None:
    names: dict[str, set[str]] = {}
    for url in PINNED:
        for name, iri in terms(pinned_context(url)["@context"]):
            names.setdefault(iri, set()).update([name] if name[:1].islower() else [])

    assert {iri: found for iri, found in names.items() if len(found) > 1} == {}


@pytest.mark.parametrize("name", sorted(path.name for path in (build.FOLDER / "valid").glob("*.json")))
def test_what_is_issued_is_in_the_form(name: str) -> None:
    document = json.loads(vector(f"valid/{name}"))
    # An envelope holds a token, whose bytes are signed.
    if "enveloped" not in name:
        demand(document, Contexts())


def test_an_achievement_and_its_criteria_may_have_one_address() -> None:
    document = ob3.render(AWARD)
    achievement = document["credentialSubject"]["achievement"]
    achievement["criteria"]["id"] = achievement["id"]

    demand(document, Contexts())


def test_a_text_may_name_its_language() -> None:
    demand({**BADGE, "description": {"@value": "Judging.", "@language": "en"}}, Contexts())


def in_achievement(change: Any) -> Document:
    document = deepcopy(BADGE)
    change(document["credentialSubject"]["achievement"])
    return document


def alignment_elsewhere(achievement: Document) -> None:
    achievement["related"] = [{"id": achievement["id"], "alignment": achievement.pop("alignment")}]


def criteria_elsewhere(achievement: Document) -> None:
    achievement["narrative"] = achievement["criteria"].pop("narrative")
    achievement["criteria"] = {"id": achievement["id"], "type": "Criteria"}


@pytest.mark.parametrize(
    "document",
    [
        {**BADGE, "@nest": {}},
        {**BADGE, "https://schema.org/name": "x"},
        {**BADGE, "name": {"@value": "x"}},
        {**BADGE, "name": {"@value": "x", "@language": "en", "@type": "x"}},
        {**BADGE, "name": ["x"]},
        {**BADGE, "type": ["VerifiableCredential", "https://x.example/Badge"]},
        {**BADGE, "@context": [*BADGE["@context"], {"a": "urn:a"}]},
        {**BADGE, "issuer": {**BADGE["issuer"], "@context": {"a": "urn:a"}}},
        {**BADGE, "issuer": {**BADGE["issuer"], "@context": None}},
        {**BADGE, "proof": [{**BADGE["proof"][0], "@nest": {"expires": "2026-01-01T00:00:00Z"}}]},
        in_achievement(lambda one: one.update(Criteria=one.pop("criteria"))),
        in_achievement(lambda one: one.update(creditsAvailable="7.5E0")),
        in_achievement(alignment_elsewhere),
        in_achievement(lambda one: one["criteria"].update(id=one["id"], alignment=one.pop("alignment"))),
        in_achievement(criteria_elsewhere),
    ],
)
def test_what_can_be_read_in_several_ways_is_refused(document: Document) -> None:
    with pytest.raises(CannotCheck):
        demand(document, Contexts())


@pytest.mark.parametrize(
    ("name", "meaning", "instead_of"),
    [
        ("end", "https://www.w3.org/2018/credentials#validUntil", "validUntil"),
        ("end", "https://www.w3.org/2018/credentials#expirationDate", "validUntil"),
        ("end", "@id", "id"),
        ("endorsementComment", "https://further.example/comment", "validUntil"),
    ],
)
def test_a_further_context_may_not_name_anew_what_is_known_nor_use_its_names(
    name: str, meaning: str, instead_of: str
) -> None:
    document = {key: value for key, value in BADGE.items() if key != instead_of}
    document = {**document, "@context": [*BADGE["@context"], FURTHER], name: "urn:ex:1"}
    contexts = Contexts({FURTHER: json.dumps({"@context": {name: meaning}}).encode()})

    with pytest.raises(CannotCheck, match="another meaning"):
        demand(document, contexts)


def test_a_further_context_may_bring_names_for_what_is_new() -> None:
    contexts = Contexts({FURTHER: b'{"@context": {"hobby": "https://further.example/hobby"}}'})

    demand({**BADGE, "@context": [*BADGE["@context"], FURTHER], "hobby": "chess"}, contexts)
