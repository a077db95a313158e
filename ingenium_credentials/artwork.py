"""The badge image: what an achievement looks like, drawn by Typst from one template.

Hides the template, its fonts (those inside Typst: Latin, Greek and Cyrillic) and the way
words reach it: as one JSON value, never as Typst code. The same data give the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from pathlib import Path
from typing import Literal
from xml.sax.saxutils import escape

import typst
from attrs import field, frozen, validators

__all__ = ["BadgeData", "badge_png", "badge_svg", "contrast"]

_FOLDER = Path(__file__).parent / "templates" / "ingenium_credentials" / "typst"
_COLOUR = validators.matches_re(r"#[0-9a-fA-F]{6}", func=re.fullmatch)
_DRAWN_TITLE = 140
_DRAWN_LINE = 90
_LONGEST_WORD = 22
_SIDE_POINTS = 600
_DEMONSTRATION = {"fr": "DÉMONSTRATION", "es": "DEMOSTRACIÓN", "it": "DIMOSTRAZIONE", "ro": "DEMONSTRAȚIE"}
_DEMONSTRATION |= {"el": "ΕΠΙΔΕΙΞΗ", "bg": "ДЕМОНСТРАЦИЯ", "ga": "TAISPEÁNTAS", "fi": "ESITTELY"}


@frozen(kw_only=True)
class BadgeData:
    """What a badge shows. All texts may come from strangers; none is read as code."""

    title: str
    issuer: str
    """Who awards it, as the image names it."""
    language: str = "en"
    """BCP 47 tag of the texts: hyphenation, and the word for a demonstration."""
    alliance: str = ""
    """Along the upper rim; empty: the issuer stands there."""
    kind: str = ""
    """Along the lower rim, such as 'Micro-credential'."""
    facts: str = ""
    """One short line, such as '5 ECTS · EQF 6'."""
    monogram: str = ""
    """Up to four letters; empty: the initials of the issuer."""
    primary: str = field(default="#123c69", validator=_COLOUR)
    accent: str = field(default="#f2a900", validator=_COLOUR)
    ink: str = field(default="#14202e", validator=_COLOUR)
    demonstration: bool = False
    """A band across the seal says that nothing has been earned."""


def badge_svg(data: BadgeData) -> bytes:
    """The badge as SVG: letters are shapes, title and description are text for all readers."""
    drawing = _compile(data, "svg", 72).decode()
    start = drawing.index("<svg")
    end = drawing.index(">", start)
    head = drawing[start:end] + ' role="img" aria-labelledby="badge-title badge-description">'
    title = f'<title id="badge-title">{escape(_visible(data.title))}</title>'
    described = " · ".join(filter(None, map(_visible, _described(data))))
    description = f'<desc id="badge-description">{escape(described)}</desc>'
    return (drawing[:start] + head + title + description + drawing[end + 1 :]).encode()


def badge_png(data: BadgeData, *, pixels: int = 1000) -> bytes:
    """The badge as PNG of `pixels` by `pixels`, on a transparent ground."""
    if not 16 <= pixels <= 4096:
        raise ValueError("a badge has between 16 and 4096 pixels a side")
    return _compile(data, "png", 72 * pixels / _SIDE_POINTS)


def contrast(colour: str, other: str) -> float:
    """The WCAG contrast ratio of two `#rrggbb` colours, from 1 to 21."""
    lighter, darker = sorted((_luminance(colour), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _described(data: BadgeData) -> tuple[str, ...]:
    demonstration = _demonstration_word(data.language) if data.demonstration else ""
    return demonstration, data.kind, data.issuer, data.alliance, data.facts


def _compile(data: BadgeData, form: Literal["png", "svg"], ppi: float) -> bytes:
    return typst.compile(
        str(_FOLDER / "badge.typ"),
        root=str(_FOLDER),
        format=form,
        ppi=ppi,
        ignore_system_fonts=True,
        sys_inputs={"badge": json.dumps(_inputs(data), ensure_ascii=False)},
    )


def _inputs(data: BadgeData) -> dict[str, object]:
    digest = hashlib.sha256(f"{data.title}\n{data.issuer}".encode(errors="replace")).digest()
    return {
        "title": _drawable(data.title, _DRAWN_TITLE),
        "issuer": _drawable(data.issuer, _DRAWN_LINE),
        "upper": _capitals(_drawable(data.alliance or data.issuer, _DRAWN_LINE)),
        "lower": _capitals(_drawable(data.kind, _DRAWN_LINE)),
        "facts": _drawable(data.facts, _DRAWN_LINE),
        "monogram": _drawable(data.monogram, 4) or _initials(data.issuer),
        "language": _language(data.language),
        "primary": data.primary,
        "accent": data.accent,
        "ink": data.ink,
        "on_primary": _readable_on(data.primary),
        "on_accent": _readable_on(data.accent),
        "demonstration": _demonstration_word(data.language) if data.demonstration else "",
        "flatness": round(0.34 + digest[0] / 255 * 0.4, 3),
        "lines": 30 + 10 * (digest[1] % 3),
    }


def _visible(text: str) -> str:
    """The text without what no reader sees: controls, lone surrogates, private characters."""
    kept = (c if unicodedata.category(c) not in ("Cc", "Cs", "Co", "Cn", "Cf") else " " for c in text)
    return " ".join("".join(kept).split())


def _drawable(text: str, limit: int) -> str:
    """The text as the image can hold it: no pictographs, no endless words, cut at `limit`."""
    kept = "".join(c for c in _visible(text) if unicodedata.category(c) != "So")
    kept = unicodedata.normalize("NFC", " ".join(kept.split()))
    if len(kept) > limit:
        kept = kept[: limit - 1].rstrip() + "…"
    # A zero-width space lets a word that is longer than the line go on in the next one.
    return re.sub(rf"(\S{{{_LONGEST_WORD}}})(?=\S)", "\\1\u200b", kept)


def _capitals(text: str) -> str:
    """Capitals as each language writes them: Greek ones carry no tonos."""
    parts = unicodedata.normalize("NFD", text)
    bare = re.sub("(?<=[\u0370-\u03ff])\u0301", "", parts)
    return unicodedata.normalize("NFC", bare).upper()


def _initials(name: str) -> str:
    words = [word for word in re.findall(r"\w+", _visible(name)) if word[0].isalpha()]
    great = [word for word in words if word[0].isupper()] or words
    return _capitals("".join(word[0] for word in great[:3])) or "·"


def _language(tag: str) -> str:
    primary = tag.partition("-")[0].lower()
    return primary if re.fullmatch("[a-z]{2,3}", primary) else "en"


def _demonstration_word(language: str) -> str:
    return _DEMONSTRATION.get(_language(language), "DEMONSTRATION")


def _luminance(colour: str) -> float:
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _readable_on(colour: str) -> str:
    return max(("#ffffff", "#10151c"), key=lambda text: contrast(colour, text))
