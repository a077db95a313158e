"""Contexts are pinned, remembered and paid for; hostile documents are refused cheaply."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from ingenium_credentials.badges import ob3
from ingenium_credentials.badges.errors import (
    MalformedCredential,
    UndefinedTerm,
    UnknownContext,
    WorkLimitExceeded,
)
from ingenium_credentials.badges.jsonld import PINNED, Contexts, canonical, to_quads
from tests.badges.cpu import cpu_seconds
from tests.badges.documents import (
    EXTENSIONS,
    OB,
    V2,
    WORKED,
    Document,
    changed,
    with_term,
)
from tests.badges.examples import AWARD


def test_remembered_contexts_give_what_a_first_run_gives() -> None:
    fresh = Contexts()

    assert canonical(WORKED, contexts=fresh) == canonical(WORKED, contexts=fresh) == canonical(WORKED)


def test_threads_do_not_disturb_each_other() -> None:
    contexts = Contexts()
    with ThreadPoolExecutor(8) as pool:
        written = set(pool.map(lambda _: canonical(WORKED, contexts=contexts), range(40)))

    assert written == {canonical(WORKED)}


@pytest.mark.parametrize("url", ["https://evil.example/", "relative.json", "../v2", V2 + "#", ""])
def test_a_context_that_is_not_pinned_cannot_be_checked(url: str) -> None:
    with pytest.raises(UnknownContext):
        to_quads({**WORKED, "@context": [V2, OB, url]})


def test_a_context_within_a_term_is_no_way_around_the_pins() -> None:
    definition = {"@id": "urn:ex:extra", "@context": "https://evil.example/"}

    with pytest.raises(UnknownContext):
        to_quads(with_term(definition, {"name": "x"}))


@pytest.mark.parametrize(
    "context",
    [
        {"name": "urn:ex:name"},
        {"type": "urn:ex:type"},
        None,
        False,
        5,
        {"@import": V2},
        {"@vocab": None},
        {"a": {"@id": 5}},
        {"a": {"@context": [[[]]]}},
        {"a": "b:x", "b": "a:x"},
        {"@version": 1.0},
        {"@propagate": "x"},
        [[{}]],
    ],
)
def test_a_context_that_is_wrong_or_redefines_protected_terms_is_refused(context: Any) -> None:
    with pytest.raises(MalformedCredential):
        to_quads({**WORKED, "@context": [V2, OB, context]})


def test_two_versions_of_the_open_badges_context_do_not_go_together() -> None:
    versions = [url for url in PINNED if "context-3.0" in url]

    with pytest.raises(MalformedCredential):
        to_quads({**WORKED, "@context": [V2, *versions]})


@pytest.mark.parametrize("document", [{}, {"id": "urn:ex:1"}, {"@context": []}, {"@context": V2}])
def test_a_document_that_states_nothing_is_refused(document: Document) -> None:
    with pytest.raises(UndefinedTerm):
        to_quads(document)


# Bounds.


def _many_contexts() -> Document:
    orders = [[V2, OB, EXTENSIONS], [V2, EXTENSIONS, OB], [OB, V2], [EXTENSIONS, V2, OB]]
    inner: Document = {"name": "x"}
    for number in range(12):
        inner = {"@context": orders[number % 4], "type": "Profile", "parentOrg": inner}
    return {**WORKED, "issuer": inner}


def _many_scoped() -> Document:
    terms = {f"t{number}": f"urn:ex:{number}" for number in range(15)}
    scoped = {f"s{number}": {"@id": f"urn:ex:s{number}", "@context": terms} for number in range(12)}
    value: Any = "x"
    for number in range(24):
        value = {f"s{number % 12}": value, "t1": "y"}
    return {**WORKED, "@context": [V2, OB, scoped], "s1": [value] * 36}


HOSTILE: dict[str, Callable[[], Document]] = {
    "alike": lambda: {**WORKED, "name": [{"name": {"name": {"name": {"name": {"name": "x"}}}}}] * 300},
    "types": lambda: changed(lambda d: d["type"].extend(["Profile", "Achievement", "Evidence"] * 600)),
    "contexts": lambda: {**WORKED, "@context": [V2, OB, EXTENSIONS] * 190},
    "contexts within": _many_contexts,
    "contexts of terms": _many_scoped,
    "values": lambda: {**WORKED, "name": ["x"] * 100_000},
    "depth": lambda: changed(lambda d: _nest(d, 5_000)),
}


def _nest(document: Document, levels: int) -> None:
    value: Any = "x"
    for _ in range(levels):
        value = [value]
    document["name"] = value


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_document_is_refused_within_a_tenth_of_a_second(name: str) -> None:
    document = HOSTILE[name]()

    def refuse() -> None:
        with pytest.raises(WorkLimitExceeded):
            canonical(document)

    assert cpu_seconds(refuse) < 0.1


def test_a_presentation_of_many_badges_is_no_attack() -> None:
    badge = ob3.render(AWARD)
    presentation = {
        "@context": [V2],
        "type": ["VerifiablePresentation"],
        "verifiableCredential": [{**badge, "id": f"urn:ex:{number}"} for number in range(8)],
    }

    assert canonical(presentation).count(b"_:") > 8
