"""What a European Digital Credential must be, checked without JSON-LD or SHACL.

JSON-LD drops what it does not know, and shapes conform on what is not there; so each rule
that they cannot see is here: the closed table of members, the written form of moments and
durations, one name in one language, and the same id saying the same. With the required
members and the vocabularies, a document is refused here before anybody seals it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from . import vocabularies
from .elm_terms import CONTEXTS, REQUIRED, STATUS_MEMBERS, STATUS_TYPES, TERMS, TYPES, Kind
from .errors import MalformedCredential, UnwritableRecord
from .moments import parse_moment
from .rdfc import LANGUAGE_TAG

__all__ = ["MAX_BYTES", "check"]

MAX_BYTES = 5_000_000
"""The Commission's wallet and issuer take no larger file, with the seal around it."""

_SEALS = 60_000
"""Room for three seals with chains and time-stamps."""

_DURATION = re.compile(
    r"P(?=.)([0-9]+Y)?([0-9]+M)?([0-9]+W)?([0-9]+D)?(T(?=.)([0-9]+H)?([0-9]+M)?([0-9]+S)?)?"
)
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+")
_SCHEMES = {vocabularies.vocabulary(name).iri: name for name in vocabularies.SCHEMES}
_ADDED_AT_SEALING = frozenset({"issued", "issuanceDate"})


def check(document: Mapping[str, Any], *, draft: bool = False) -> None:
    """Return if `document` is an EDC as this library writes it; else raise `UnwritableRecord`.

    The message names the first fault and where it is. A draft may lack what is added when
    it is sealed: the moment of issue and the issuer's `eIDASIdentifier`.
    """
    if document.get("@context") != list(CONTEXTS):
        raise UnwritableRecord("The document does not have the two contexts of an EDC, in their order.")
    if document.get("type") != list(TYPES):
        raise UnwritableRecord("The document does not have the two types of an EDC.")
    _Walk(optional=_ADDED_AT_SEALING if draft else frozenset()).node(document, "")
    if document.get("issued") != document.get("issuanceDate"):
        raise UnwritableRecord("The document says two things about when it was issued.")
    if not draft and not document["issuer"].get("eIDASIdentifier"):
        raise _fault("issuer", "eIDASIdentifier is missing")
    _check_size(document)


class _Walk:
    """Goes through a document, and remembers what was said under each id."""

    def __init__(self, optional: frozenset[str]) -> None:
        self._optional = optional
        self._said: dict[str, Mapping[str, Any]] = {}
        self._sound: set[str] = set()

    def node(self, node: Any, where: str) -> None:
        """Return if an object and all within it are sound; else raise."""
        if where == "credentialStatus":
            _check_status(node, where)
            return
        kind = _check_identity(node, where)
        said = self._said.setdefault(node["id"], node)
        if said is not node and said != node:
            raise _fault(where, f"'{node['id']}' says something else elsewhere")
        # What is equal to something sound is sound; what is met for the first time is looked into.
        if said is node and node["id"] not in self._sound:
            self._sound.add(node["id"])
            self._members(node, kind, where)

    def _members(self, node: Mapping[str, Any], kind: str, where: str) -> None:
        members = {name: value for name, value in node.items() if name not in ("@context", "id", "type")}
        missing = [name for name in REQUIRED[kind] if name not in members and name not in self._optional]
        if missing:
            raise _fault(where, f"{missing[0]} is missing")
        for name, value in members.items():
            path = f"{where}.{name}".lstrip(".")
            for item in _inner(name, value, path):
                self.node(item, path)


def _inner(name: str, value: Any, path: str) -> list[Any]:
    """The objects that a member holds, none if it holds something else; raises what is wrong with it."""
    kind = TERMS.get(name)
    if kind is None:
        raise _fault(path, "no context of an EDC defines this member")
    if value == []:
        raise _fault(path, "this is empty")
    if kind is Kind.NODE:
        return value if isinstance(value, list) else [value]
    if not _IS[kind](value):
        raise _fault(path, f"this is not {kind.value}")
    return []


def _check_identity(node: Any, where: str) -> str:
    """The class of an object that has an id and a class of the model; else raise."""
    if not isinstance(node, Mapping) or not _is_address(node.get("id")):
        raise _fault(where, "this is not an object with an id")
    kind = node.get("type")
    if where == "":
        return TYPES[1]
    if not isinstance(kind, str) or kind not in REQUIRED:
        raise _fault(where, "this is of no class that an EDC knows")
    scheme = node["inScheme"]["id"] if kind == "Concept" and isinstance(node.get("inScheme"), Mapping) else ""
    if scheme in _SCHEMES:
        vocabularies.find(_SCHEMES[scheme], node["id"])
    return kind


def _check_status(node: Any, where: str) -> None:
    """The one object whose members no context defines: all of them, and texts."""
    expected = {"id", "type", *STATUS_MEMBERS}
    if not isinstance(node, Mapping) or node.keys() != expected or node["type"] != list(STATUS_TYPES):
        raise _fault(where, "this is not an entry of a status list")
    if not all(isinstance(node[name], str) for name in STATUS_MEMBERS) or not _is_address(node["id"]):
        raise _fault(where, "this is not an entry of a status list")


def _check_size(document: Mapping[str, Any]) -> None:
    # In the sealed file the document is a text inside JSON, where each quotation mark
    # and backslash takes one byte more.
    payload = json.dumps(document, ensure_ascii=False)
    size = len(payload.encode()) + payload.count('"') + payload.count("\\") + _SEALS
    if size > MAX_BYTES:
        raise UnwritableRecord(
            f"The document would have {size:,} bytes when sealed; the European services take {MAX_BYTES:,}."
        )


def _is_texts(value: Any) -> bool:
    return (
        isinstance(value, Mapping)
        and bool(value)
        and all(isinstance(tag, str) and LANGUAGE_TAG.fullmatch(tag) for tag in value)
        and all(_is_text(text) for text in value.values())
    )


def _is_lists(value: Any) -> bool:
    if not isinstance(value, Mapping):
        return False
    lists = {tag: text if isinstance(text, list) else [text] for tag, text in value.items()}
    return all(texts and _is_texts({tag: text}) for tag, texts in lists.items() for text in texts or [None])


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_moment(value: Any) -> bool:
    try:
        parse_moment(value)
    except MalformedCredential:
        return False
    return True


def _is_address(value: Any) -> bool:
    return isinstance(value, str) and bool(_ADDRESS.fullmatch(value))


_IS: Mapping[Kind, Callable[[Any], bool]] = {
    Kind.TEXTS: _is_texts,
    Kind.LISTS: _is_lists,
    Kind.ONE: lambda value: _is_texts(value) and len(value) == 1,
    Kind.TEXT: _is_text,
    Kind.MOMENT: _is_moment,
    Kind.DURATION: lambda value: isinstance(value, str) and bool(_DURATION.fullmatch(value)),
    Kind.ADDRESS: _is_address,
    Kind.NUMBER: lambda value: isinstance(value, int) and not isinstance(value, bool) and value > 0,
    Kind.FLAG: lambda value: isinstance(value, bool),
}


def _fault(where: str, what: str) -> UnwritableRecord:
    return UnwritableRecord(f"{where or 'The document'}: {what}.")
