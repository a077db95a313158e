"""The objects that an EDC is made of: how each is written, named and repeated.

In RDF, objects with the same id become one, and the Commission's software reads every
object anew wherever it stands. So each object here has an id, and where one recurs it is
written in full again and says the same: callers keep what they got and use it twice.
"""

from __future__ import annotations

import base64
import datetime as dt
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from . import elm_terms, vocabularies
from .data import ConceptData, LanguageMap, preferred
from .elm_words import words
from .errors import UnwritableRecord

__all__ = ["Node", "Nodes", "day", "duration", "present", "some"]

Node = dict[str, Any]

_ESCO = re.compile(re.escape(elm_terms.ESCO_SKILL) + r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_FILE_TYPES = {b"\x89PNG\r\n\x1a\n": "PNG", b"\xff\xd8\xff": "JPEG", b"%PDF-": "PDF"}


def present(members: Mapping[str, Any]) -> Node:
    """Without members that say nothing."""
    return {name: value for name, value in members.items() if value not in (None, "", [], {})}


def some(node: Node | None) -> list[Node]:
    """The object as the only one of a set, or none."""
    return [node] if node else []


def day(date: dt.date | None) -> str | None:
    """A day as the moment it begins in UTC: the model has no days, and bare dates are refused."""
    return f"{date.isoformat()}T00:00:00Z" if date else None


def duration(hours: int | None) -> str | None:
    """Hours as xsd:duration; in hours always, because 75 hours are not three days of learning."""
    return f"PT{hours}H" if hours is not None else None


class Nodes:
    """Writes objects of one document; `languages` are those it is shown in, the preferred first."""

    def __init__(self, languages: Sequence[str]) -> None:
        self.languages = tuple(languages)
        self._numbers: Counter[str] = Counter()
        self._concepts: dict[str, Node] = {}

    def node(self, kind: str, members: Mapping[str, Any], *, identity: str = "") -> Node:
        """An object of a class, numbered within the document unless `identity` names it."""
        if not identity:
            name = kind[0].lower() + kind[1:]
            self._numbers[name] += 1
            identity = f"urn:epass:{name}:{self._numbers[name]}"
        return present({"id": identity, "type": kind, **members})

    def texts(self, texts: LanguageMap) -> dict[str, str]:
        """The texts in the document's languages; where it has none of them, all there are."""
        shown = {tag: texts[tag] for tag in self.languages if texts.get(tag)}
        return shown or {tag: text for tag, text in texts.items() if text}

    def words(self, key: str) -> dict[str, str]:
        """A word of ours in the document's languages."""
        return words(key, self.languages)

    def concept(self, scheme: str, wanted: ConceptData | str | None) -> Node | None:
        """A concept of a published list; raises `UnknownCode`.

        The list's own labels come first; what the record adds in other languages counts at
        the first mention only, so that every mention is the same.
        """
        if not wanted:
            return None
        code, labels = (wanted, {}) if isinstance(wanted, str) else (wanted.iri, wanted.labels)
        found = vocabularies.find(scheme, code)
        listed = vocabularies.vocabulary(scheme).iri
        return self._concept(found.iri, listed, {**labels, **found.labels})

    def skill(self, iri: str, labels: LanguageMap) -> Node | None:
        """An ESCO skill; raises `UnwritableRecord` for what is not the IRI of one."""
        if iri and not _ESCO.fullmatch(iri):
            raise UnwritableRecord(f"'{iri[:120]}' is not the address of an ESCO skill.")
        return self._concept(iri, elm_terms.ESCO_SCHEME, labels) if iri else None

    def _concept(self, iri: str, scheme: str, labels: LanguageMap) -> Node:
        if iri not in self._concepts:
            tags = dict.fromkeys(("en", *self.languages))
            self._concepts[iri] = self.node(
                "Concept",
                {
                    "inScheme": {"id": scheme, "type": "ConceptScheme"},
                    "prefLabel": {tag: labels[tag] for tag in tags if labels.get(tag)},
                },
                identity=iri,
            )
        return self._concepts[iri]

    def languages_of(self, tags: Sequence[str]) -> list[Node]:
        """Languages by BCP 47 tag; the list knows no regions, so only the language counts."""
        found = [self.concept("language", tag.split("-")[0]) for tag in tags]
        return list({node["id"]: node for node in found if node}.values())

    def note(self, texts: LanguageMap, about: str = "") -> Node | None:
        """A text for people, with a word of ours for what it is about."""
        shown = self.texts(texts)
        if not shown:
            return None
        subject = self.node("Concept", {"prefLabel": self.words(about)}) if about else None
        return self.node("Note", {"noteLiteral": shown, "subject": subject})

    def page(self, url: str) -> Node | None:
        """An address on the web."""
        return self.node("WebResource", {"contentURL": url}) if url else None

    def place(self, country: str) -> Node:
        """A country, given by ISO 3166-1 alpha-2 code, as a location."""
        address = self.node("Address", {"countryCode": self.concept("country", country)})
        return self.node("Location", {"address": [address]})

    def credits(self, points: Decimal | None) -> list[Node]:
        """ECTS points; the number is a text, as the model wants it."""
        if points is None:
            return []
        return [
            self.node(
                "CreditPoint",
                {
                    "framework": self.concept("education-credit", elm_terms.ECTS),
                    "point": format(points.normalize(), "f"),
                },
            )
        ]

    def file(self, content: bytes, *, allowed: Sequence[str], what: str) -> Node:
        """A file inside the document; raises `UnwritableRecord` for a type that is not allowed."""
        kind = next((kind for start, kind in _FILE_TYPES.items() if content.startswith(start)), "")
        if kind not in allowed:
            raise UnwritableRecord(f"{what} is not {' or '.join(allowed)}.")
        return self.media(base64.b64encode(content).decode(), kind)

    def media(self, content: str, file_type: str) -> Node:
        """A file that is base64 already, of a type that the vocabulary knows."""
        return self.node(
            "MediaObject",
            {
                "content": content,
                "contentEncoding": self.concept("encoding", "base64"),
                "contentType": self.concept("file-type", file_type),
            },
        )

    def one_language(self, text: str, language: str = "") -> dict[str, str] | None:
        """A name, of which the model takes one in all: tagged as written, else as shown first."""
        return {language or self.languages[0]: text} if text else None

    def preferred(self, texts: LanguageMap) -> str:
        """The text for the reader of the document's first language."""
        return preferred(texts, *self.languages)
