"""Whoever holds a badge can write its statements anew without a key: that must change nothing.

Each attack gives a document with the very same statements, so that the signature still fits.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from ingenium_credentials.badges.errors import CredentialError
from ingenium_credentials.badges.jsonld import Contexts, canonical, meanings
from ingenium_credentials.badges.report import Report
from ingenium_credentials.views import reading
from tests.badges.vectors import judged, vector

pytestmark = [pytest.mark.disable_socket, pytest.mark.once]

Document = dict[str, Any]
FURTHER = "https://further.example/v1"
BASES: dict[str, Document] = {
    name: json.loads(vector(name))
    for name in (
        "valid/badge-with-everything.json",
        "valid/endorsed.json",
        "spoiled/revoked.json",
        "spoiled/expired.json",
        "spoiled/endorsement-changed.json",
    )
}
MEANINGS = {name: dict(meanings(document, Contexts())) for name, document in BASES.items()}


def objects(value: Any) -> list[Document]:
    """Every object of a document, itself first, contexts left out."""
    if isinstance(value, list):
        return [found for item in value for found in objects(item)]
    if not isinstance(value, dict):
        return []
    return [value, *(found for name, item in value.items() if name != "@context" for found in objects(item))]


def read(report: Report) -> object:
    """All that anybody is told."""
    facts = reading.of_document(report.document) if report.document else None
    return facts, [(check.id, check.outcome, check.message) for check in report.checks]


# Each rewriting changes one object in place; `name` is one of its members.
Rewriting = Callable[[Document, str, dict[str, str]], object]


def as_address(place: Document, name: str, known: dict[str, str]) -> None:
    place[known.get(name, name)] = place.pop(name)


def nested(place: Document, name: str, _known: dict[str, str]) -> None:
    place["@nest"] = {name: place.pop(name)}


def in_array(place: Document, name: str, _known: dict[str, str]) -> None:
    place[name] = [place[name]]


def out_of_array(place: Document, name: str, _known: dict[str, str]) -> None:
    if isinstance(place[name], list) and len(place[name]) == 1:
        place[name] = place[name][0]


def as_set(place: Document, name: str, _known: dict[str, str]) -> None:
    place[name] = {"@set": place[name] if isinstance(place[name], list) else [place[name]]}


def as_value(place: Document, name: str, _known: dict[str, str]) -> None:
    place[name] = {"@value": place[name]}


def as_text(place: Document, name: str, _known: dict[str, str]) -> None:
    if isinstance(place[name], bool | int | float):
        place[name] = json.dumps(place[name])


def twice(place: Document, name: str, _known: dict[str, str]) -> None:
    place[name] = [place[name], deepcopy(place[name])]


def split(place: Document, name: str, _known: dict[str, str]) -> None:
    """An object with an id in an array becomes two, each with a part of what it says."""
    value = place[name][0] if isinstance(place[name], list) else place[name]
    if isinstance(value, dict) and "id" in value:
        last = list(value)[-1]
        place[name] = [
            {key: item for key, item in value.items() if key in ("id", "type") or key != last},
            {key: item for key, item in value.items() if key in ("id", "type", last)},
        ]


def keyword(place: Document, name: str, _known: dict[str, str]) -> None:
    if name in ("id", "type"):
        place[f"@{name}"] = place.pop(name)


def type_as_address(place: Document, _name: str, known: dict[str, str]) -> None:
    if "type" in place:
        types = place["type"] if isinstance(place["type"], list) else [place["type"]]
        place["type"] = [known.get(kind, kind) for kind in types]


def upper(place: Document, name: str, _known: dict[str, str]) -> None:
    place[name[:1].upper() + name[1:]] = place.pop(name)


REWRITINGS: list[Rewriting] = [
    *(as_address, nested, in_array, out_of_array, as_set, as_value, as_text, twice, split, keyword),
    *(type_as_address, upper),
]


def demand_harmless(base: str, rewritten: Document, contexts: Contexts | None = None) -> None:
    before = judged(json.dumps(BASES[base]).encode())
    after = judged(json.dumps(rewritten).encode(), contexts=contexts or Contexts())

    assert after.verdict != "valid" or (before.verdict == "valid" and read(after) == read(before))


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("rewriting", REWRITINGS)
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_what_is_written_another_way_is_read_alike_or_not_valid(
    base: str, rewriting: Rewriting, data: st.DataObject
) -> None:
    rewritten = deepcopy(BASES[base])
    place = data.draw(st.sampled_from(objects(rewritten)))
    names = [name for name in place if name != "@context"]
    assume(names)
    rewriting(place, data.draw(st.sampled_from(names)), MEANINGS[base])

    demand_harmless(base, rewritten)


@pytest.mark.parametrize("base", BASES)
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_what_is_moved_to_another_object_is_read_alike_or_not_valid(base: str, data: st.DataObject) -> None:
    rewritten = deepcopy(BASES[base])
    source, target = (data.draw(st.sampled_from(objects(rewritten))) for _ in range(2))
    names = [name for name in source if name not in ("@context", "id", "type", *target)]
    assume(source is not target and names)
    name = data.draw(st.sampled_from(names))
    target[name] = source.pop(name)
    if "type" in source:
        target["type"] = list(dict.fromkeys([*kinds(target), *kinds(source)]))
    if data.draw(st.booleans()) and "id" in source:
        target["id"] = source["id"]

    demand_harmless(base, rewritten)


def kinds(place: Document) -> list[str]:
    found = place.get("type", [])
    return [found] if isinstance(found, str) else found


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("is_inline", [True, False], ids=["inline", "further"])
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_what_a_context_gives_another_name_is_read_alike_or_not_valid(
    base: str, is_inline: bool, data: st.DataObject
) -> None:
    rewritten, known = deepcopy(BASES[base]), MEANINGS[base]
    place = data.draw(st.sampled_from(objects(rewritten)))
    names = [name for name in place if name != "@context"]
    assume(names)
    name = data.draw(st.sampled_from(names))
    place["another"] = place.pop(name)
    kind = data.draw(st.sampled_from([None, "@id", "http://www.w3.org/2001/XMLSchema#dateTime"]))
    term = {"@id": known.get(name, name), **({"@type": kind} if kind else {})}
    context = {"another": known[name] if known[name].startswith("@") else term}
    rewritten["@context"] += [context if is_inline else FURTHER]

    demand_harmless(base, rewritten, Contexts({FURTHER: json.dumps({"@context": context}).encode()}))


def aliased(document: Document) -> Contexts:
    """The end of an expired badge under a name from a context that the operator has handed in."""
    term = {
        "@id": "https://www.w3.org/2018/credentials#validUntil",
        "@type": "http://www.w3.org/2001/XMLSchema#dateTime",
    }
    document["@context"].append(FURTHER)
    document["another"] = document.pop("validUntil")
    return Contexts({FURTHER: json.dumps({"@context": {"another": term}}).encode()})


def test_the_attacks_keep_the_statements() -> None:
    """Else the tests above would show nothing: the signature alone would refuse."""
    document = BASES["spoiled/expired.json"]
    rewritten = deepcopy(document)
    contexts = aliased(rewritten)

    assert canonical(rewritten, contexts=contexts) == canonical(document)
    report = judged(json.dumps(rewritten).encode(), contexts=contexts)
    assert report.verdict == "could not be checked"
    with pytest.raises(CredentialError):
        canonical(rewritten)
