"""From a JSON-LD document to the statements that a signature covers.

Hides the safe mode (open-badges-3.md, section 2.1): JSON-LD drops what it does not
know, and what is dropped is shown but not signed. Nothing leaves this module unless
every leaf of the document came out in a statement.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from . import contexts as pinned
from . import rdfc
from .contexts import PINNED
from .errors import MalformedCredential, UndefinedTerm
from .expansion import PINNED_CONTEXTS, Coerced, Contexts, expand, meanings
from .rdfc import LANGUAGE_TAG, RDF_LANG_STRING, XSD_STRING, Quad, Term
from .strict_json import MAX_VALUES, leaves, measure, parse

__all__ = [
    "PINNED",
    "PINNED_CONTEXTS",
    "Contexts",
    "canonical",
    "meanings",
    "parse",
    "pinned_context",
    "to_quads",
    "verify_pins",
]

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_XSD = "http://www.w3.org/2001/XMLSchema#"
_TYPE, _FIRST, _REST = (Term("iri", _RDF + name) for name in ("type", "first", "rest"))
_NIL = Term("iri", _RDF + "nil")
_JSON = _RDF + "JSON"
_DOUBLE = _XSD + "double"
_NOT_FOR_PLAIN_TEXT = {RDF_LANG_STRING, _RDF + "dirLangString", _JSON}

# An absolute IRI without what N-Quads forbids and without any white space.
_IRI = re.compile(r'[A-Za-z][A-Za-z0-9+.-]*:[^\s\ufeff\x00-\x20<>"{}|\\^`]*')


def pinned_context(url: str) -> dict[str, Any]:
    """A fresh copy of a context that comes with the package; `UnknownContext` for any other."""
    return PINNED_CONTEXTS.document(url)


def verify_pins() -> list[str]:
    """One sentence for each pinned context whose file is missing or altered."""
    return pinned.problems()


def canonical(
    document: Mapping[str, Any],
    *,
    contexts: Contexts = PINNED_CONTEXTS,
    hash_name: str = "sha256",
    budget: rdfc.Budget | None = None,
) -> bytes:
    """The canonical N-Quads of a document, which is what Data Integrity proofs hash.

    Raises as `to_quads` and `rdfc.canonicalize` do.
    """
    quads = to_quads(document, contexts=contexts)
    return rdfc.canonicalize(quads, hash_name=hash_name, budget=budget)


def to_quads(
    document: Mapping[str, Any], *, contexts: Contexts = PINNED_CONTEXTS, max_values: int = MAX_VALUES
) -> list[Quad]:
    """The statements of a document, none missing. `max_values` bounds the work.

    Raises `UndefinedTerm` when a member, type or identifier would be dropped or is not
    absolute, `MalformedCredential` for other faults, `UnknownContext` for a context that
    is not in `contexts`, `WorkLimitExceeded` for documents beyond all genuine ones.
    """
    expected = measure(document, max_values=max_values)
    writer = _Writer()
    for node in expand(dict(document), contexts):
        writer.unreferenced(node, None)
    # JSON-LD drops nulls, empty arrays and loose values without asking; counting finds them all.
    if writer.leaves != expected:
        raise UndefinedTerm("The document has an empty, null or loose value: it would not be signed.")
    return writer.quads


class _Writer:
    """Turns expanded JSON-LD into quads and counts the leaves that went into them."""

    def __init__(self) -> None:
        self.quads: list[Quad] = []
        self.leaves = 0
        self._blanks = 0

    def unreferenced(self, node: Any, graph: Term | None) -> None:
        """Write a node object that no other one refers to: its name must not be all it has."""
        if isinstance(node, dict) and node.keys() <= {"@id", "@included"}:
            raise UndefinedTerm("The document names something and says nothing about it.")
        self.node(node, graph)

    def node(self, node: Any, graph: Term | None) -> Term:
        """Write a node object; returns its subject."""
        if not isinstance(node, dict) or not node.keys().isdisjoint(("@value", "@list", "@set")):
            raise UndefinedTerm("The document has a loose value: it would not be signed.")
        subject = self._subject(node)
        if not node:
            self.leaves += 1
        for key, values in node.items():
            if key.startswith("@"):
                self._keyword(key, values, subject, graph)
            else:
                self._property(subject, _iri(key), values, graph)
        return subject

    def _subject(self, node: dict[str, Any]) -> Term:
        if "@id" not in node:
            return self._blank()
        self.leaves += 1
        return _iri(node["@id"])

    def _keyword(self, key: str, values: Any, subject: Term, graph: Term | None) -> None:
        if key == "@reverse" and isinstance(values, dict):
            self._reverse(values, subject, graph)
        elif key == "@type":
            for name in _array(values):
                self.leaves += 1
                self.quads.append(Quad(subject, _TYPE, _iri(name), graph))
        elif key in ("@included", "@graph"):
            # A graph inside a graph (a proof in a presented credential) is one beside it in RDF.
            for node in _array(values):
                self.unreferenced(node, subject if key == "@graph" else graph)
        elif key != "@id":
            raise UndefinedTerm(f"The document uses {key[:60]} where it would not be signed.")

    def _reverse(self, members: dict[str, Any], target: Term, graph: Term | None) -> None:
        for name, nodes in members.items():
            for node in _array(nodes):
                self.quads.append(Quad(self.node(node, graph), _iri(name), target, graph))

    def _property(self, subject: Term, predicate: Term, values: Any, graph: Term | None) -> None:
        for value in _array(values):
            self.quads.append(Quad(subject, predicate, self._object(value, graph), graph))

    def _object(self, value: Any, graph: Term | None) -> Term:
        if isinstance(value, dict) and "@value" in value:
            return self._literal(value)
        if isinstance(value, dict) and "@list" in value:
            return self._list(value, graph)
        return self.node(value, graph)

    def _list(self, value: dict[str, Any], graph: Term | None) -> Term:
        if len(value) > 1:
            raise UndefinedTerm("The document says something about an ordered list that would not be signed.")
        items = _array(value["@list"])
        if not items:
            self.leaves += 1
        head = _NIL
        for item in reversed(items):
            cell = self._blank()
            self.quads.append(Quad(cell, _FIRST, self._object(item, graph), graph))
            self.quads.append(Quad(cell, _REST, head, graph))
            head = cell
        return head

    def _literal(self, value: dict[str, Any]) -> Term:
        if not value.keys() <= {"@value", "@type", "@language"}:
            raise UndefinedTerm("The document gives a text a direction or index, which would not be signed.")
        if value.get("@type") == "@json":
            self.leaves += leaves(value["@value"])
            return Term("literal", _json_text(value["@value"]), _JSON)
        self.leaves += 1 if isinstance(value, Coerced) else len(value)
        if "@language" in value:
            return _tagged(value["@value"], value["@language"])
        return _typed(value["@value"], value.get("@type"))

    def _blank(self) -> Term:
        self._blanks += 1
        return Term("blank", f"b{self._blanks}")


def _array(values: Any) -> list[Any]:
    if not isinstance(values, list):
        raise MalformedCredential("The document is not sound JSON-LD.")
    return values


def _iri(value: Any) -> Term:
    if not isinstance(value, str) or not _IRI.fullmatch(value):
        shown = f"identifier or type '{value[:60]}'" if isinstance(value, str) else "identifier or type"
        raise UndefinedTerm(f"The document has an {shown} that is not an absolute IRI.")
    return Term("iri", value)


def _tagged(value: Any, language: Any) -> Term:
    if not isinstance(value, str) or not isinstance(language, str) or not LANGUAGE_TAG.fullmatch(language):
        raise MalformedCredential(
            "The document names a language wrongly, or for something that is not a text."
        )
    return Term("literal", value, RDF_LANG_STRING, language)


def _typed(value: Any, datatype: Any) -> Term:
    name = "" if datatype is None else _iri(datatype).value
    if isinstance(value, bool):
        return Term("literal", str(value).lower(), name or _XSD + "boolean")
    if isinstance(value, int | float):
        is_whole = value == int(value) and name != _DOUBLE
        lexical, default = (str(int(value)), _XSD + "integer") if is_whole else (_double(value), _DOUBLE)
        return Term("literal", lexical, name or default)
    if not isinstance(value, str) or name in _NOT_FOR_PLAIN_TEXT:
        raise MalformedCredential("The document has a value that does not fit its type.")
    if name == _DOUBLE:
        _check_double(value)
    return Term("literal", value, name or XSD_STRING)


def _double(number: float) -> str:
    """The canonical form of xsd:double, XML Schema Part 2, section 3.2.5.2."""
    mantissa, exponent = f"{number:.15E}".split("E")
    mantissa = mantissa.rstrip("0")
    return f"{mantissa}{'0' if mantissa.endswith('.') else ''}E{int(exponent)}"


def _check_double(text: str) -> None:
    # Some implementations rewrite a text of this type as a number, the others leave it.
    try:
        is_canonical = _double(float(text)) == text
    except ValueError:
        is_canonical = False
    if not is_canonical:
        raise MalformedCredential(
            "The document has a number written as text that others would sign differently."
        )


def _json_text(value: Any) -> str:
    """JSON Canonicalization Scheme, RFC 8785, for values that `measure` has passed."""
    if isinstance(value, dict):
        members = sorted(value.items(), key=lambda member: member[0].encode("utf-16-be"))
        return "{" + _joined(f"{_json_text(key)}:{_json_text(item)}" for key, item in members) + "}"
    if isinstance(value, list):
        return "[" + _joined(map(_json_text, value)) + "]"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else _plain(value)
    return json.dumps(value, ensure_ascii=False)


def _joined(parts: Iterable[str]) -> str:
    return ",".join(parts)


def _plain(number: float) -> str:
    # ECMAScript writes no exponent between 1e-6 and 1e21; Python does below 1e-4.
    return format(Decimal(repr(number)), "f")
