"""The document of an award: a diploma for people, with the signed credential inside.

Hides the template and the form of the file: PDF/UA-1 and PDF/A-3a at once, so that it can
be read aloud and kept for good. The same data give the same bytes.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
from collections.abc import Mapping
from functools import lru_cache
from importlib.metadata import version
from typing import Any

import segno
from attrs import asdict, evolve, field, frozen
from PIL import Image

from .typesetting import (
    COLOUR,
    Standard,
    Undrawable,
    compiled,
    drawable,
    embedded,
    primary_language,
    readable_on,
    showable,
    visible,
    with_palette,
)

__all__ = [
    "Attachment",
    "DocumentData",
    "Mark",
    "Party",
    "Row",
    "Section",
    "Words",
    "document_pdf",
    "document_png",
    "fingerprint",
    "rasterised",
]

STANDARDS: tuple[Standard, ...] = ("a-3a", "ua-1")
_LONGEST_TEXT = 4_000
_LONGEST_NAME = 140
_LONGEST_WORD = 40
_COLOURS_OF_PICTURE = 160


@frozen
class Words:
    """A text and the language that it is in."""

    text: str
    language: str = ""
    """BCP 47 tag; empty: that of the document."""


@frozen(kw_only=True)
class Mark:
    """A logo or an emblem, as large as it is drawn."""

    content: bytes
    media_type: str
    """`image/svg+xml` or `image/png`."""
    alt: str
    width_mm: float
    height_mm: float
    clear_mm: float = 0
    ground: str = field(default="#fffdf8", validator=COLOUR)
    """The colour that it is made to stand on."""
    statement: Words = Words("")
    """The text that has to stand beside it, such as that of the European Union's emblem."""


@frozen(kw_only=True)
class Party:
    """A university, or the alliance, with its logo or else its initials."""

    name: Words
    place: str = ""
    initials: str = ""
    mark: Mark | None = None


@frozen
class Row:
    """One fact in a line."""

    label: str
    value: Words


@frozen
class Section:
    """A longer text, or a list, under a heading."""

    heading: str
    texts: tuple[Words, ...]
    listed: bool = False


@frozen
class Attachment:
    """A file inside the document."""

    name: str
    media_type: str
    content: bytes
    """UTF-8 text, as signed."""
    description: str = ""


@frozen(kw_only=True)
class DocumentData:
    """What the document says. All texts may come from strangers; none is read as code."""

    language: str
    labels: Mapping[str, Any]
    """The fixed words, as `typesetting.labels` has them."""
    title: Words
    kind: str
    awarding: tuple[Party, ...] = ()
    alliance: Party | None = None
    signer: Row | None = None
    """Who signed, where that is not the one university that awards."""
    holder: str = ""
    """Empty: the picture of a definition, which nobody holds."""
    holder_latin: str = ""
    highlights: tuple[Row, ...] = ()
    """Up to five facts for the first page."""
    rows: tuple[Row, ...] = ()
    sections: tuple[Section, ...] = ()
    technical: tuple[Row, ...] = ()
    address: str = ""
    """Where the code leads."""
    badge_svg: bytes = b""
    emblem: Mark | None = None
    """Of whoever paid, with the text that has to stand beside it."""
    made_at: dt.datetime = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
    attachments: tuple[Attachment, ...] = ()
    primary: str = field(default="#123c69", validator=COLOUR)
    accent: str = field(default="#f2a900", validator=COLOUR)
    ink: str = field(default="#14202e", validator=COLOUR)
    demonstration: bool = False


def document_pdf(data: DocumentData) -> bytes:
    """The document as PDF; `Undrawable` for a holder's name in letters that no font here has."""
    return compiled("document.typ", _values(data), form="pdf", standards=STANDARDS)


def document_png(data: DocumentData, *, width: int = 1200) -> bytes:
    """The first page as PNG of so many pixels, with few colours, so that it can go into documents."""
    # An A4 page that lies is 841.89 points wide.
    bare = evolve(data, attachments=(), sections=(), rows=(), technical=())
    png = compiled("document.typ", _values(bare), form="png", ppi=72 * width / 841.89)
    with Image.open(io.BytesIO(png)) as picture:
        few = with_palette(picture, _COLOURS_OF_PICTURE)
    written = io.BytesIO()
    few.save(written, "PNG", optimize=True)
    return written.getvalue()


def fingerprint(data: DocumentData) -> str:
    """A hash that is the same for documents that are the same; raises `Undrawable`, as making one does."""
    written = json.dumps(_values(data), ensure_ascii=False)
    return hashlib.sha256(f"{version('typst')}\n{written}".encode()).hexdigest()


def rasterised(content: bytes, media_type: str, *, width: int = 240) -> bytes:
    """A logo as PNG on a transparent ground; `ValueError` when it cannot be drawn."""
    try:
        return compiled("mark.typ", embedded(content, media_type), form="png", ppi=72 * width / 240)
    except RuntimeError as error:
        raise ValueError(str(error).partition("\n")[0]) from error


def _values(data: DocumentData) -> dict[str, Any]:
    for name in (data.holder, data.holder_latin):
        if not showable(visible(name)):
            raise Undrawable("The name has letters that the document's fonts do not have.")
    return {
        "language": primary_language(data.language),
        "labels": dict(data.labels),
        "title": _words(data.title, _LONGEST_NAME),
        "kind": _text(data.kind, _LONGEST_NAME),
        "awarding": [_party(party) for party in data.awarding],
        "alliance": _party(data.alliance) if data.alliance else None,
        "signer": _row(data.signer) if data.signer else None,
        "holder": visible(data.holder),
        "holder_latin": visible(data.holder_latin),
        "highlights": [_row(row) for row in data.highlights[:5]],
        "rows": [_row(row) for row in data.rows],
        "sections": [
            {
                "heading": section.heading,
                "texts": [_words(words) for words in section.texts],
                "listed": section.listed,
            }
            for section in data.sections
        ],
        "technical": [_row(row) for row in data.technical],
        "address": data.address,
        "code": _code(data.address),
        "badge": data.badge_svg.decode(),
        "emblem": _mark(data.emblem) if data.emblem else None,
        "made_at": list(data.made_at.timetuple()[:6]),
        "attachments": [asdict(file) | {"content": file.content.decode()} for file in data.attachments],
        "primary": data.primary,
        "accent": data.accent,
        "ink": data.ink,
        "on_primary": readable_on(data.primary),
        "demonstration": data.demonstration,
    }


@lru_cache(maxsize=256)
def _code(address: str) -> list[str]:
    """The QR code as rows of 0 and 1, without its quiet zone."""
    if not address:
        return []
    return ["".join("1" if dark else "0" for dark in row) for row in segno.make(address, error="m").matrix]


def _text(text: str, limit: int = _LONGEST_TEXT) -> str:
    """What the fonts can show; the signed document keeps the rest."""
    drawn = drawable(text, limit, longest_word=_LONGEST_WORD)
    return "".join(letter if showable(letter) else "□" for letter in drawn).replace("□" * 2, "□")


def _words(words: Words, limit: int = _LONGEST_TEXT) -> dict[str, str]:
    language = primary_language(words.language) if words.language else ""
    return {"text": _text(words.text, limit), "language": language}


def _row(row: Row) -> dict[str, Any]:
    return {"label": row.label, "value": _words(row.value)}


def _party(party: Party) -> dict[str, Any]:
    return {
        "name": _words(party.name, _LONGEST_NAME),
        "place": _text(party.place, _LONGEST_NAME),
        "initials": _text(party.initials, 4),
        "mark": _mark(party.mark) if party.mark else None,
    }


def _mark(mark: Mark) -> dict[str, Any]:
    return {
        **embedded(mark.content, mark.media_type),
        "alt": visible(mark.alt),
        "width": mark.width_mm,
        "height": mark.height_mm,
        "clear": mark.clear_mm,
        "ground": mark.ground,
        "statement": _words(mark.statement),
    }
