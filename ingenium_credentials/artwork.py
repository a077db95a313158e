"""The badge image: what an achievement looks like, drawn by Typst from one template.

Hides the template. Words reach it as values, never as Typst code; the same data give the
same bytes.
"""

from __future__ import annotations

import hashlib
import io
from functools import lru_cache
from typing import Literal
from xml.sax.saxutils import escape

from attrs import field, frozen
from PIL import Image

from .typesetting import (
    COLOUR,
    capitals,
    compiled,
    contrast,
    drawable,
    embedded,
    initials,
    labels,
    primary_language,
    readable_on,
    visible,
    with_palette,
)

__all__ = ["SIDE_MM", "BadgeData", "BadgeMark", "badge_png", "badge_svg", "contrast"]

_DRAWN_TITLE = 140
_DRAWN_LINE = 90
_SIDE_POINTS = 600
SIDE_MM = 100
"""As large is a badge taken to be, where an owner asks for a least width."""
_PALETTE = (208, 40)
"""How many colours what is opaque has, and its edges: a palette holds 256."""
_KEPT = 32


@frozen(kw_only=True)
class BadgeMark:
    """A logo on the badge, as large as it is drawn where the badge is `SIDE_MM` wide."""

    content: bytes
    media_type: str
    """`image/svg+xml` or `image/png`."""
    width_mm: float
    height_mm: float
    clear_mm: float = 0
    ground: str = field(default="#fffdf8", validator=COLOUR)


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
    marks: tuple[BadgeMark, ...] = ()
    """Side by side in place of the monogram."""
    primary: str = field(default="#123c69", validator=COLOUR)
    accent: str = field(default="#f2a900", validator=COLOUR)
    ink: str = field(default="#14202e", validator=COLOUR)
    demonstration: bool = False
    """A band across the seal says that nothing has been earned."""


# The same badge is asked for when a definition is saved, activated and frozen.
@lru_cache(maxsize=_KEPT)
def badge_svg(data: BadgeData) -> bytes:
    """The badge as SVG: letters are shapes, title and description are text for all readers."""
    drawing = _compile(data, "svg", 72).decode()
    start = drawing.index("<svg")
    end = drawing.index(">", start)
    head = drawing[start:end] + ' role="img" aria-labelledby="badge-title badge-description">'
    title = f'<title id="badge-title">{escape(visible(data.title))}</title>'
    described = " · ".join(filter(None, map(visible, _described(data))))
    description = f'<desc id="badge-description">{escape(described)}</desc>'
    return (drawing[:start] + head + title + description + drawing[end + 1 :]).encode()


@lru_cache(maxsize=_KEPT)
def badge_png(data: BadgeData, *, pixels: int = 800) -> bytes:
    """The badge as PNG of `pixels` by `pixels`, on a transparent ground, with few colours.

    Learners send it about, and each page of theirs shows it: this takes a fifth of the bytes.
    """
    if not 16 <= pixels <= 4096:
        raise ValueError("a badge has between 16 and 4096 pixels a side")
    with Image.open(io.BytesIO(_compile(data, "png", 72 * pixels / _SIDE_POINTS))) as picture:
        return _with_few_colours(picture.convert("RGBA"))


def _with_few_colours(picture: Image.Image) -> bytes:
    """The picture as PNG with a palette.

    Pillow's one way for pictures that are partly transparent draws steps into soft colours, so
    only the edges go that way.
    """
    most, edges = _PALETTE
    solid = picture.getchannel("A").point(lambda alpha: 255 if alpha == 255 else 0)
    inner = with_palette(picture, most)
    nothing = Image.new("RGBA", picture.size)
    rim = Image.composite(nothing, picture, solid).quantize(edges, method=Image.Quantize.FASTOCTREE)
    numbers = Image.composite(_numbers(inner), _numbers(rim).point(lambda number: number + most), solid)
    colours = (inner.getpalette("RGB") or [])[: 3 * most]
    colours += [0] * (3 * most - len(colours))
    rims = rim.getpalette("RGBA") or []
    few = Image.frombytes("P", picture.size, numbers.tobytes())
    few.putpalette(colours + [value for at, value in enumerate(rims) if at % 4 != 3])
    written = io.BytesIO()
    few.save(written, "PNG", optimize=True, transparency=bytes([255] * most + rims[3::4]))
    return written.getvalue()


def _numbers(picture: Image.Image) -> Image.Image:
    """The places in its palette, as the grey values of a picture."""
    return Image.frombytes("L", picture.size, picture.tobytes())


def _described(data: BadgeData) -> tuple[str, ...]:
    demonstration = labels(data.language)["demonstration"] if data.demonstration else ""
    return demonstration, data.kind, data.issuer, data.alliance, data.facts


def _compile(data: BadgeData, form: Literal["png", "svg"], ppi: float) -> bytes:
    return compiled("badge.typ", _inputs(data), form=form, ppi=ppi)


def _inputs(data: BadgeData) -> dict[str, object]:
    digest = hashlib.sha256(f"{data.title}\n{data.issuer}".encode(errors="replace")).digest()
    return {
        "title": drawable(data.title, _DRAWN_TITLE),
        "issuer": drawable(data.issuer, _DRAWN_LINE),
        "upper": capitals(drawable(data.alliance or data.issuer, _DRAWN_LINE)),
        "lower": capitals(drawable(data.kind, _DRAWN_LINE)),
        "facts": drawable(data.facts, _DRAWN_LINE),
        "monogram": drawable(data.monogram, 4) or initials(data.issuer),
        "marks": [
            embedded(mark.content, mark.media_type)
            | {
                "width": mark.width_mm,
                "height": mark.height_mm,
                "clear": mark.clear_mm,
                "ground": mark.ground,
            }
            for mark in data.marks
        ],
        "unit": _SIDE_POINTS / SIDE_MM,
        "language": primary_language(data.language),
        "primary": data.primary,
        "accent": data.accent,
        "ink": data.ink,
        "on_primary": readable_on(data.primary),
        "on_accent": readable_on(data.accent),
        "demonstration": labels(data.language)["demonstration"] if data.demonstration else "",
        "flatness": round(0.34 + digest[0] / 255 * 0.4, 3),
        "lines": 30 + 10 * (digest[1] % 3),
    }
