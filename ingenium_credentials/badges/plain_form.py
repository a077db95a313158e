"""The one way of writing a signed document that is read here.

A proof inside a document covers its statements, and the same statements can be written as
JSON in countless ways: under other names, moved into other objects, put into arrays. Whoever
holds a badge may rewrite it so without any key. Everything that reads credentials looks for
members by name; so a document counts only if it is written in the one way in which a reader
by name sees all that was signed, and nothing else. Decision 0040 shows why these rules suffice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from attrs import frozen

from .conformance import members
from .contexts import PINNED
from .errors import CannotCheck
from .jsonld import Contexts, meanings, pinned_context

__all__ = ["demand"]

_CREDENTIALS = "https://www.w3.org/2018/credentials#"
_OLDER = {f"{_CREDENTIALS}{name}": name for name in ("issuanceDate", "expirationDate")}
"""What is read of data model 1.1, whose context is not among the pinned ones."""

_WITH_LANGUAGE = {"@value", "@language"}
_SEVERAL = frozenset(
    {
        *("type", "tag", "inLanguage", "allowedValue", "endorsementJwt", "statusPurpose"),
        *("domain", "previousProof"),
    }
)
"""What may be an array of plain values; the readers take one and an array of one alike."""

_DETAILS = ("Profile", "Image", "Evidence", "Related")
"""Nobody judges by what is said of these, wherever in the document it stands."""

_NUMBERS = ("#float", ":float", "nteger", "boolean")

_OTHER_DOCUMENTS = frozenset({"endorsement", "verifiableCredential", "proof"})
"""What is signed by itself, and demanded to be in this form when it is judged."""


def demand(document: Mapping[str, Any], contexts: Contexts) -> None:
    """Return if a document with embedded proofs can be read in one way only; else `CannotCheck`.

    The document must have passed `strict_json.measure`, and its statements canonicalisation.
    """
    # 1. Names: the plain ones of contexts that have an address.
    urls = frozenset(_contexts(document))
    _demand_names(document)
    # 2. Of other contexts than the pinned ones: no new name for what we know, and none of ours for
    #    something else. (Of the pinned ones that is known; a test holds it.)
    if not urls <= PINNED.keys():
        _demand_meanings(document, contexts)
    # 3. Places: what is said of one thing is said at one place.
    _demand_places(document)


def _contexts(value: object) -> Iterator[str]:
    """The addresses under every `@context`; raises for one that is written out."""
    if isinstance(value, list):
        for item in value:
            yield from _contexts(item)
    if isinstance(value, dict):
        for name, member in value.items():
            yield from _addresses(member) if name == "@context" else _contexts(member)


def _addresses(context: object) -> Iterator[str]:
    for entry in context if isinstance(context, list) else [context]:
        if not isinstance(entry, str):
            raise CannotCheck("The document brings names of its own, so that it can be read in several ways.")
        yield entry


def _demand_names(value: object) -> None:
    if isinstance(value, list):
        for item in value:
            _demand_names(item)
    if not isinstance(value, dict) or value.keys() == _WITH_LANGUAGE:
        return
    for name, member in value.items():
        if name != "@context":
            _demand_name(name)
            _demand_value(name, member)
            _demand_names(member)


def _demand_name(name: str) -> None:
    # The names of classes stand for members too, in the Open Badges contexts.
    if "@" in name or ":" in name or (name in _vocabulary().names and not name[:1].islower()):
        raise CannotCheck("A member is written in a way that is not read here.")


def _demand_value(name: str, value: object) -> None:
    values = value if isinstance(value, list) else [value]
    if name == "type" and any(isinstance(item, str) and ":" in item for item in values):
        raise CannotCheck("A type is written as an address, which is not read here.")
    if name not in _vocabulary().names:
        return
    is_plain = any(not isinstance(item, dict) for item in values)
    if isinstance(value, list) and is_plain and name not in _SEVERAL:
        raise CannotCheck("A member has several values where one is read.")
    if name in _vocabulary().numbers and any(isinstance(item, str) for item in values):
        raise CannotCheck("A number or truth value is written as text.")


def _demand_meanings(document: Mapping[str, Any], contexts: Contexts) -> None:
    known = _vocabulary()
    for name, meaning in _meanings(document, contexts):
        ours = known.names.get(name)
        if meaning not in ours if ours else meaning in known.iris or meaning.startswith("@"):
            raise CannotCheck("A context of the document gives names another meaning.")


def _meanings(document: Mapping[str, Any], contexts: Contexts) -> Iterator[tuple[str, str]]:
    yield from meanings({name: value for name, value in document.items() if name != "proof"}, contexts)
    for proof in members(document, "proof"):
        # As the cryptosuites have it: under the contexts of the document, whatever it names itself.
        yield from meanings({**proof, "@context": document["@context"]}, contexts)


def _demand_places(document: Mapping[str, Any]) -> None:
    places: dict[str, list[Mapping[str, Any]]] = {}
    for found in _objects(document):
        identifier = found.get("id")
        # A bare id says nothing that could have been taken from elsewhere.
        if isinstance(identifier, str) and len(found) > 1:
            said = places.setdefault(identifier, [])
            said += [] if found in said else [found]
    for said in places.values():
        if len(said) > 1 and not _are_details(said) and not _are_criteria(said):
            raise CannotCheck("The document says things about one and the same at several places.")


def _objects(value: object) -> Iterator[Mapping[str, Any]]:
    """The objects that the document's own proof covers alone."""
    if isinstance(value, list):
        for item in value:
            yield from _objects(item)
    if isinstance(value, dict):
        yield value
        for name, member in value.items():
            if name not in _OTHER_DOCUMENTS:
                yield from _objects(member)


def _are_details(said: Sequence[Mapping[str, Any]]) -> bool:
    """Whether nobody judges by what these objects say, wherever it stands."""
    return all(one.get("type") in [*_DETAILS, *([name] for name in _DETAILS)] for one in said)


def _are_criteria(said: Sequence[Mapping[str, Any]]) -> bool:
    """Whether these are an achievement and its criteria, which share an address, and each has its own."""
    if len(said) != 2:
        return False
    criteria, achievement = sorted(said, key=len)
    return criteria.keys() <= {"id", "type", "narrative"} and "narrative" not in achievement


@frozen
class _Vocabulary:
    """What the names of the pinned contexts, and of data model 1.1, stand for."""

    names: Mapping[str, frozenset[str]]
    iris: frozenset[str]
    numbers: frozenset[str]
    """Names whose values are numbers or truth values, which JSON-LD also takes as text."""


@cache
def _vocabulary() -> _Vocabulary:
    names: dict[str, set[str]] = {name: {iri} for iri, name in _OLDER.items()}
    numbers: set[str] = set()
    for url in PINNED:
        for name, iri, kind in _terms(pinned_context(url)["@context"]):
            names.setdefault(name, set()).add(iri)
            numbers |= {name} if kind.endswith(_NUMBERS) else set()
    names["AchievementCredential"] = names["OpenBadgeCredential"]
    iris = {iri for meant in names.values() for iri in meant if not iri.startswith("@")}
    return _Vocabulary(
        {name: frozenset(meant) for name, meant in names.items()}, frozenset(iris), frozenset(numbers)
    )


def _terms(context: Any) -> Iterator[tuple[str, str, str]]:
    """Each name in a context, and in those inside it, with what it stands for and the type of its values."""
    for name, term in context.items() if isinstance(context, dict) else ():
        if not name.startswith("@"):
            given = {"@id": term} if isinstance(term, str) else term
            yield name, given["@id"], given.get("@type") or ""
            yield from _terms(given.get("@context"))
