"""Nothing that was touched after it was secured checks, and no input breaks the checker."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingenium_credentials.badges import ob3, proof
from ingenium_credentials.badges.errors import (
    CredentialError,
    MalformedCredential,
)
from ingenium_credentials.badges.multibase import base58_encode, multibase_decode
from tests.badges.documents import Document
from tests.badges.examples import AWARD, NOW
from tests.badges.securing import ED25519, check, secured, with_proof


def _paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    if isinstance(value, dict):
        for name, member in value.items():
            yield from _paths(member, (*path, name))
    if isinstance(value, list):
        for number, member in enumerate(value):
            yield from _paths(member, (*path, number))


def _at(document: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        document = document[step]
    return document


def _replaced(document: Document, path: tuple[Any, ...], value: Any) -> Document:
    changed = copy.deepcopy(document)
    _at(changed, path[:-1])[path[-1]] = value
    return changed


SECURED = secured(ob3.render(AWARD))
# The contexts are not signed as such but through what they define; the next test is theirs.
PATHS = [path for path in _paths(SECURED) if path and path[0] != "@context"]
LEAVES = [path for path in PATHS if not isinstance(_at(SECURED, path), dict | list)]
MEMBERS = [path for path in PATHS if isinstance(path[-1], str)]
OBJECTS = [(), *(path for path in PATHS if isinstance(_at(SECURED, path), dict))]

new_leaves = st.one_of(
    st.text(max_size=4),
    st.sampled_from(["urn:ex:1", "Profile", "did:web:evil.example", "2027-01-01T00:00:00Z"]),
    st.booleans(),
    st.integers(-5, 5),
    st.floats(allow_nan=False),
    st.none(),
    st.just({}),
    st.just([]),
)


def _refused(document: Document) -> bool:
    try:
        check(document)
    except CredentialError:
        return True
    return False


@given(path=st.sampled_from(LEAVES), value=new_leaves)
@settings(max_examples=300, deadline=None)
def test_any_changed_leaf_breaks_the_proof(path: tuple[Any, ...], value: Any) -> None:
    before = _at(SECURED, path)
    # JSON-LD reads `true` and `"true"`, or 7 and 7.0, alike where a type is prescribed.
    if json.dumps(value).strip('"') == json.dumps(before).strip('"') or value == before:
        return

    assert _refused(_replaced(SECURED, path, value))


@pytest.mark.parametrize("path", LEAVES, ids=str)
def test_one_more_character_in_any_text_breaks_the_proof(path: tuple[Any, ...]) -> None:
    assert _refused(_replaced(SECURED, path, f"{_at(SECURED, path)}x"))


@pytest.mark.parametrize("path", MEMBERS, ids=str)
def test_any_member_taken_away_breaks_the_proof(path: tuple[Any, ...]) -> None:
    changed = copy.deepcopy(SECURED)
    del _at(changed, path[:-1])[path[-1]]

    if path == ("proof",):
        with pytest.raises(MalformedCredential):
            proof.proofs_of(changed)
    else:
        assert _refused(changed)


@pytest.mark.parametrize("path", [path for path in MEMBERS if path[0] != "proof"], ids=str)
@pytest.mark.parametrize("name", ["name", "narrative", "undefined", "urn:ex:new"])
def test_any_renamed_member_breaks_the_proof(path: tuple[Any, ...], name: str) -> None:
    changed = copy.deepcopy(SECURED)
    parent = _at(changed, path[:-1])
    value = parent.pop(path[-1])
    if path[-1] == name:
        return
    parent[name] = value

    assert _refused(changed)


@given(
    path=st.sampled_from([path for path in OBJECTS if path[:1] != ("proof",)]),
    name=st.sampled_from(
        ["name", "description", "image", "url", "undefined", "@id", "@index", "@type", "tag"]
    ),
    value=new_leaves,
)
@settings(max_examples=200, deadline=None)
def test_any_added_member_breaks_the_proof(path: tuple[Any, ...], name: str, value: Any) -> None:
    if name in _at(SECURED, path):
        return

    assert _refused(_replaced(SECURED, (*path, name), value))


@pytest.mark.parametrize(
    "name", ["nonce", "domain", "challenge", "expires", "id", "undefined", "previousProof"]
)
def test_any_member_added_to_the_proof_breaks_it(name: str) -> None:
    value = {"expires": "2099-01-01T00:00:00Z", "id": "urn:ex:1", "previousProof": "urn:ex:1"}.get(name, "x")

    assert _refused(with_proof(SECURED, **{name: value}))


@pytest.mark.parametrize(
    "context",
    [
        {"name": "urn:ex:other"},
        {"@vocab": "urn:ex:"},
        {"@language": "en"},
        {"Profile": "urn:ex:Profile"},
        "https://evil.example/context",
    ],
)
def test_a_context_that_gives_members_another_meaning_breaks_the_proof(context: Any) -> None:
    bare = {**SECURED, "@context": [*SECURED["@context"], context]}

    # `@vocab` and unused terms mean nothing here: no member changes, so nothing is broken.
    if context == {"@vocab": "urn:ex:"}:
        check(bare)
    else:
        assert _refused(bare)


def test_the_bits_of_the_signature_all_count() -> None:
    signature = multibase_decode(SECURED["proof"][0]["proofValue"])

    for bit in range(0, 512, 7):
        flipped = bytearray(signature)
        flipped[bit // 8] ^= 1 << bit % 8
        assert _refused(with_proof(SECURED, proofValue="z" + base58_encode(bytes(flipped))))


# Whatever a stranger hands in.

json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=9), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(
    member=st.sampled_from(
        [*sorted(SECURED["proof"][0]), "@context", "id", "previousProof", "domain", "expires"]
    ),
    value=json_values,
    whole=json_values,
)
@settings(max_examples=200, deadline=None)
def test_any_proof_is_checked_or_refused_by_our_own_error(member: str, value: Any, whole: Any) -> None:
    for document in (with_proof(SECURED, **{member: value}), {**SECURED, "proof": whole}):
        try:
            for one in proof.proofs_of(document):
                proof.check(document, one, ED25519.public_key, purpose="assertionMethod", now=NOW)
        except CredentialError:
            continue
