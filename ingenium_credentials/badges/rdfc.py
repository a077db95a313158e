"""RDF Dataset Canonicalization, RDFC-1.0, under a budget of work.

Hides how blank nodes get their names. Canonical naming is exponential in the worst
case and whoever writes a document chooses the case, so every step is charged to a
budget that no genuine credential comes near. Section numbers are those of
https://www.w3.org/TR/rdf-canon/.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Literal, NamedTuple

from .errors import MalformedCredential, WorkLimitExceeded

__all__ = [
    "DEFAULT_MAX_WORK",
    "LANGUAGE_TAG",
    "RDF_LANG_STRING",
    "XSD_STRING",
    "Budget",
    "Quad",
    "Term",
    "canonicalize",
]

XSD_STRING = "http://www.w3.org/2001/XMLSchema#string"
RDF_LANG_STRING = "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"

DEFAULT_MAX_WORK = 20_000
"""Units of work, each one to two microseconds: about two thousand quads of a tree."""

MAX_DEPTH = 100
"""Blank nodes that depend on each other in one chain; keeps clear of Python's own limit."""

_HASHES = ("sha256", "sha384")
_BYTES_PER_UNIT = 256
_UNITS_PER_QUAD = 6
_UNITS_PER_MENTION = 2
_NOT_IN_IRI = re.compile(r'[\x00-\x20<>"{}|\\^`\ud800-\udfff]')
LANGUAGE_TAG = re.compile(r"[a-zA-Z]{1,8}(-[a-zA-Z0-9]{1,8})*")
_SURROGATE = re.compile(r"[\ud800-\udfff]")

# Canonical N-Quads, section 4.1: seven characters have a name, the other controls a number.
_ESCAPES = {code: f"\\u{code:04X}" for code in (*range(0x20), 0x7F)} | {
    ord("\b"): "\\b",
    ord("\t"): "\\t",
    ord("\n"): "\\n",
    ord("\f"): "\\f",
    ord("\r"): "\\r",
    ord('"'): '\\"',
    ord("\\"): "\\\\",
}
_TO_ESCAPE = re.compile(r'[\x00-\x1f\x7f"\\]')


class Term(NamedTuple):
    """An IRI, a blank node (its label without `_:`) or a literal."""

    kind: Literal["iri", "blank", "literal"]
    value: str
    datatype: str = XSD_STRING
    language: str = ""


class Quad(NamedTuple):
    """A statement, in the default graph unless `graph` names one."""

    subject: Term
    predicate: Term
    object: Term
    graph: Term | None = None


class Budget:
    """Work that may still be done, in units; several datasets of one stranger may share it."""

    __slots__ = ("left",)

    def __init__(self, units: int = DEFAULT_MAX_WORK) -> None:
        self.left = units

    def charge(self, units: int) -> None:
        """Account for work; raises `WorkLimitExceeded` once there is none left."""
        self.left -= units
        if self.left < 0:
            raise WorkLimitExceeded(
                "The document links more unnamed things with each other than any genuine credential."
            )

    @contextmanager
    def share(self, units: int) -> Iterator[Budget]:
        """A budget of at most `units` inside this one; what it does not use comes back."""
        share = Budget(min(units, self.left))
        allowed = share.left
        try:
            yield share
        finally:
            self.left -= allowed - max(share.left, 0)


def canonicalize(
    quads: Iterable[Quad],
    *,
    hash_name: str = "sha256",
    max_work: int = DEFAULT_MAX_WORK,
    budget: Budget | None = None,
) -> bytes:
    """Write a dataset in the one form that all isomorphic datasets share.

    Returns canonical N-Quads in UTF-8, each line ended by LF; equal quads count once.
    Raises `WorkLimitExceeded` when naming the blank nodes costs more than `max_work`, or
    than is left of a `budget` that several datasets share, and `MalformedCredential` for a
    term that N-Quads cannot hold. `hash_name` is `sha256` or `sha384` and has a say in the
    order of blank nodes. RDFC-1.0, section 4.4.3.
    """
    if hash_name not in _HASHES:
        raise ValueError(f"RDFC-1.0 is used here with {' or '.join(_HASHES)}, not {hash_name}")
    with (budget or Budget(max_work)).share(max_work) as share:
        return _Canonicalization(quads, hash_name, share).nquads()


class _Row(NamedTuple):
    """A quad as text; a position that holds a blank node is empty and listed in `blanks`."""

    subject: str
    predicate: str
    object: str
    graph: str
    blanks: tuple[tuple[str, str], ...]
    """Position (`s`, `o` or `g`) and label."""


class _Issuer:
    """Gives names in the order of asking (section 4.5)."""

    __slots__ = ("issued", "prefix")

    def __init__(self, prefix: str, issued: dict[str, str] | None = None) -> None:
        self.prefix = prefix
        self.issued = issued or {}

    def issue(self, node: str) -> str:
        name = self.issued.get(node)
        if name is None:
            name = self.issued[node] = f"{self.prefix}{len(self.issued)}"
        return name

    def copy(self) -> _Issuer:
        return _Issuer(self.prefix, self.issued.copy())


class _Canonicalization:
    """The canonicalization state of section 4.2, for one dataset."""

    def __init__(self, quads: Iterable[Quad], hash_name: str, budget: Budget) -> None:
        self._hash_name = hash_name
        self._budget = budget
        self._charge = budget.charge
        self._canonical = _Issuer("_:c14n")
        self._texts: dict[Term, str] = {}
        self._mentions: dict[str, list[_Row]] = defaultdict(list)
        self._rows: list[_Row] = []
        self._first: dict[str, str] = {}
        # All are counted before any is worked on: refusing must be cheap.
        for quad in list(self._distinct(quads)):
            row = self._row(quad)
            self._rows.append(row)
            for node in {label for _, label in row.blanks}:
                self._mentions[node].append(row)

    def nquads(self) -> bytes:
        """Name all blank nodes and write the lines in code point order."""
        self._name_nodes()
        issued = self._canonical.issued
        lines = [_line(row, issued) for row in self._rows]
        return "".join(sorted(lines)).encode()

    def _distinct(self, quads: Iterable[Quad]) -> Iterator[Quad]:
        seen: set[Quad] = set()
        for quad in quads:
            self._charge(_UNITS_PER_QUAD + len(quad.object.value) // _BYTES_PER_UNIT)
            if quad not in seen:
                seen.add(quad)
                yield quad

    def _row(self, quad: Quad) -> _Row:
        placed = (("s", quad.subject), ("o", quad.object), ("g", quad.graph))
        blanks = tuple((place, term.value) for place, term in placed if term and term.kind == "blank")
        if quad.subject.kind == "literal" or quad.predicate.kind != "iri":
            raise MalformedCredential("A statement has a subject or predicate that RDF does not allow.")
        graph = "" if quad.graph is None else self._text(quad.graph)
        return _Row(
            self._text(quad.subject), self._text(quad.predicate), self._text(quad.object), graph, blanks
        )

    def _text(self, term: Term) -> str:
        text = self._texts.get(term)
        if text is None:
            text = self._texts[term] = _text(term)
        return text

    def _hash(self, text: str) -> str:
        return hashlib.new(self._hash_name, text.encode(), usedforsecurity=True).hexdigest()

    def _name_nodes(self) -> None:
        # Section 4.4.3, steps 3 to 5: nodes that their own quads tell apart are named first.
        by_hash: dict[str, list[str]] = defaultdict(list)
        for node in self._mentions:
            by_hash[self._first_degree(node)].append(node)
        for _, nodes in sorted(by_hash.items()):
            if len(nodes) == 1:
                self._canonical.issue(nodes[0])
        for _, nodes in sorted(by_hash.items()):
            if len(nodes) > 1:
                self._name_alike(nodes)

    def _name_alike(self, nodes: list[str]) -> None:
        # Step 5: nodes with the same quads are told apart by what their neighbours look like.
        results = []
        for node in nodes:
            if node in self._canonical.issued:
                continue
            issuer = _Issuer("_:b")
            issuer.issue(node)
            results.append(self._n_degree(node, issuer, 0))
        for _, issuer in sorted(results, key=lambda result: result[0]):
            for node in issuer.issued:
                self._canonical.issue(node)

    def _first_degree(self, node: str) -> str:
        """Hash of the quads that mention a node (section 4.6)."""
        rows = self._mentions[node]
        self._charge(_UNITS_PER_MENTION * len(rows))
        names = defaultdict(lambda: "_:z", {node: "_:a"})
        digest = self._first[node] = self._hash("".join(sorted(_line(row, names) for row in rows)))
        return digest

    def _related(self, node: str, row: _Row, issuer: _Issuer, place: str) -> str:
        """Hash of one neighbour as seen over one quad (section 4.7)."""
        name = self._canonical.issued.get(node) or issuer.issued.get(node) or self._first[node]
        return self._hash(place + ("" if place == "g" else row.predicate) + name)

    def _neighbours(self, node: str, issuer: _Issuer) -> list[tuple[str, list[str]]]:
        """The neighbours of a node by their hash, hashes in order (section 4.8, steps 1 to 3)."""
        related: dict[str, list[str]] = defaultdict(list)
        for row in self._mentions[node]:
            self._charge(1)
            for place, label in row.blanks:
                if label != node:
                    self._charge(1)
                    related[self._related(label, row, issuer, place)].append(label)
        return sorted(related.items())

    def _n_degree(self, node: str, issuer: _Issuer, depth: int) -> tuple[str, _Issuer]:
        """Hash of a node by the way its neighbours are connected (section 4.8)."""
        if depth > MAX_DEPTH:
            self._charge(self._budget.left + 1)
        data = ""
        for related_hash, nodes in self._neighbours(node, issuer):
            chosen_path = ""
            chosen = issuer
            for order in _orders(nodes):
                tried = self._path(order, issuer, chosen_path, depth)
                if tried and (not chosen_path or tried[0] < chosen_path):
                    chosen_path, chosen = tried
            data += related_hash + chosen_path
            issuer = chosen
        return self._hash(data), issuer

    def _path(self, order: list[str], issuer: _Issuer, best: str, depth: int) -> tuple[str, _Issuer] | None:
        """The path of one order of alike neighbours, or None once it cannot win (step 5.4)."""
        self._charge(2 + len(order) + len(issuer.issued) // 16)
        issuer = issuer.copy()
        path = ""
        open_nodes = []
        for node in order:
            name = self._canonical.issued.get(node)
            if name is None:
                if node not in issuer.issued:
                    open_nodes.append(node)
                name = issuer.issue(node)
            path += name
        if _lost(path, best):
            return None
        for node in open_nodes:
            digest, result = self._n_degree(node, issuer, depth + 1)
            path += f"{issuer.issue(node)}<{digest}>"
            issuer = result
            if _lost(path, best):
                return None
        return path, issuer


def _lost(path: str, best: str) -> bool:
    return bool(best) and len(path) >= len(best) and path > best


def _orders(nodes: list[str]) -> Iterator[list[str]]:
    """Each distinct order once: a graph name may be a neighbour many times over."""
    order = sorted(nodes)
    while True:
        yield order
        rise = len(order) - 2
        while rise >= 0 and order[rise] >= order[rise + 1]:
            rise -= 1
        if rise < 0:
            return
        swap = len(order) - 1
        while order[swap] <= order[rise]:
            swap -= 1
        order = order.copy()
        order[rise], order[swap] = order[swap], order[rise]
        order[rise + 1 :] = reversed(order[rise + 1 :])


def _line(row: _Row, names: dict[str, str]) -> str:
    """One line of canonical N-Quads, blank nodes under the given names."""
    subject, predicate, object_, graph, blanks = row
    for place, label in blanks:
        if place == "s":
            subject = names[label]
        elif place == "o":
            object_ = names[label]
        else:
            graph = names[label]
    return f"{subject} {predicate} {object_} {graph} .\n" if graph else f"{subject} {predicate} {object_} .\n"


def _text(term: Term) -> str:
    if term.kind == "blank":
        return ""
    if term.kind == "iri":
        return _iri(term.value)
    if not term.value.isprintable() and _SURROGATE.search(term.value):
        raise MalformedCredential("A text contains half of a surrogate pair, which is not a character.")
    escaped = term.value.translate(_ESCAPES) if _TO_ESCAPE.search(term.value) else term.value
    if term.language:
        if not LANGUAGE_TAG.fullmatch(term.language):
            raise MalformedCredential("A language tag is not well-formed.")
        return f'"{escaped}"@{term.language}'
    return f'"{escaped}"' if term.datatype == XSD_STRING else f'"{escaped}"^^{_iri(term.datatype)}'


def _iri(value: str) -> str:
    if _NOT_IN_IRI.search(value):
        raise MalformedCredential("An identifier contains a character that no IRI may contain.")
    return f"<{value}>"
