"""The rules of logos, emblems and colours: what may be shown, where, and what breaks it.

Pure functions over plain values; each `…_faults` answers with sentences, [] when all is
well. Hides how an SVG is searched for what could run or fetch, and how a picture's
contrast with its ground is measured.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import re
from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import TypeVar
from xml.etree.ElementTree import Element, ParseError

from attrs import frozen
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from PIL import Image, UnidentifiedImageError

from .badges.data import IssuerMode
from .typesetting import contrast, readable_on

__all__ = [
    "GRAPHICS_CONTRAST",
    "PAPER",
    "TEXT_CONTRAST",
    "AssetData",
    "appearance_faults",
    "appearing",
    "asset_faults",
    "colour_faults",
    "drawn_size",
    "picture_size",
    "svg_faults",
]

TEXT_CONTRAST, GRAPHICS_CONTRAST = 4.5, 3.0
"""WCAG 2.1: success criteria 1.4.3 and 1.4.11."""
PAPER = "#fffdf8"
LARGEST = 262_144
"""Bytes of one file."""
_SVG = "{http://www.w3.org/2000/svg}"
_NOTES = (
    "{http://www.inkscape.org/namespaces/",
    "{http://sodipodi.sourceforge.net/",
    "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}",
    "{http://creativecommons.org/ns#}",
    "{http://web.resource.org/cc/}",
    "{http://purl.org/dc/elements/1.1/}",
    "{http://ns.adobe.com/",
)
_SVG_ELEMENTS = frozenset(
    {
        *("svg", "g", "defs", "symbol", "use", "title", "desc", "metadata", "style"),
        *("path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "marker"),
        *("clipPath", "mask", "pattern", "linearGradient", "radialGradient", "stop"),
    }
)
_REACHING = re.compile(
    r"\\|@import|expression\s*\(|javascript:|(?:image(?:-set)?|src)\s*\(|url\(\s*['\"]?\s*(?!['\"]?\s*#)",
    re.IGNORECASE,
)
"""A backslash writes a letter in a way that does not look like it; no drawing needs one."""
_LENGTH = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(?:px|pt|mm|cm|in|pc)?\s*")
_VISIBLE, _ENOUGH = 128, 0.05
"""From which opacity (of 255) a pixel counts, and which share of those has to stand out."""
_DOTS_PER_MM = 150 / 25.4

Who = TypeVar("Who", bound=Hashable)


@frozen(kw_only=True)
class AssetData:
    """A logo or an emblem with what its owner asks of those who show it."""

    name: str
    """What messages call it."""
    content: bytes
    media_type: str
    sha256: str
    licence: str
    """On what grounds it is shown; empty: on none."""
    alt: Mapping[str, str]
    is_emblem: bool = False
    """Of whoever paid: it has to stand beside its statement."""
    statement: Mapping[str, str] = {}
    valid_from: dt.date | None = None
    valid_until: dt.date | None = None
    min_width_mm: float = 0
    clear_space: float = 0
    """Free space on each side, as a share of its height."""
    ground: str = PAPER
    """The colour that it stands on."""


def asset_faults(
    asset: AssetData, *, today: dt.date, languages: Sequence[str] = (), raster: bytes = b""
) -> list[str]:
    """What forbids to show the asset on that day; `raster` is the asset as PNG, for its contrast.

    Texts are demanded in each of `languages`; with none given, in one.
    """
    return [*_permission(asset, today), *_texts(asset, languages), *_picture(asset, raster)]


def _permission(asset: AssetData, today: dt.date) -> Iterator[str]:
    if not asset.licence.strip():
        yield f"{asset.name}: no licence or permission is noted, so it must not be shown."
    if asset.valid_until is not None and asset.valid_until < today:
        yield f"{asset.name}: the permission ended on {asset.valid_until}."
    if asset.valid_from is not None and asset.valid_from > today:
        yield f"{asset.name}: the permission begins on {asset.valid_from}."


def _texts(asset: AssetData, languages: Sequence[str]) -> Iterator[str]:
    kinds = [("alternative text", asset.alt)]
    if asset.is_emblem:
        kinds.append(("funding statement, without which an emblem must not be shown", asset.statement))
    for kind, texts in kinds:
        there = {tag for tag, text in texts.items() if str(text).strip()}
        lacking = [tag for tag in languages if tag not in there]
        if not there:
            yield f"{asset.name}: there is no {kind}."
        elif lacking:
            yield f"{asset.name}: there is no {kind}, in {', '.join(lacking)}."


def _picture(asset: AssetData, raster: bytes) -> Iterator[str]:
    if len(asset.content) > LARGEST:
        yield f"{asset.name}: the file is larger than {LARGEST // 1024} kB."
        return
    if hashlib.sha256(asset.content).hexdigest() != asset.sha256:
        yield f"{asset.name}: the file is not the one whose hash was noted."
        return
    yield from (f"{asset.name}: {fault}" for fault in _file_faults(asset))
    if raster and not _stands_out(raster, asset.ground):
        yield f"{asset.name}: on {asset.ground} it has less contrast than {GRAPHICS_CONTRAST:.0f} to 1."


def _file_faults(asset: AssetData) -> list[str]:
    if asset.media_type == "image/svg+xml":
        return svg_faults(asset.content)
    if asset.media_type != "image/png":
        return [f"{asset.media_type or 'a file of no type'} is neither SVG nor PNG."]
    size = picture_size(asset.content, asset.media_type)
    if size is None:
        return ["the file cannot be read as PNG."]
    if asset.min_width_mm and size[0] < asset.min_width_mm * _DOTS_PER_MM:
        return [f"{size[0]:.0f} pixels are too few for its least width of {asset.min_width_mm:g} mm."]
    return []


def svg_faults(content: bytes) -> list[str]:
    """What in an SVG could run, fetch or differ from place to place; [] for a plain drawing."""
    if b"<?xml-stylesheet" in content:
        return ["the SVG names a style sheet elsewhere."]
    try:
        root = fromstring(content.decode("utf-8"), forbid_dtd=True)
    except (ParseError, UnicodeDecodeError, ValueError, DefusedXmlException):
        # DefusedXmlException: a document type, an entity or a reference to another file.
        return ["the SVG cannot be read, or declares a document type or entities."]
    if root.tag != f"{_SVG}svg":
        return ["the file is not an SVG."]
    faults = [fault for element in root.iter() for fault in _element_faults(element)]
    if picture_size(content, "image/svg+xml") is None:
        faults.append("the SVG has no viewBox and no width and height.")
    return list(dict.fromkeys(faults))


def _element_faults(element: Element) -> Iterator[str]:
    tag = str(element.tag)
    if not tag.startswith(_SVG):
        # What an editor notes for itself shows nothing and does nothing.
        if not tag.startswith(_NOTES):
            yield "the SVG has something inside that is no drawing."
        return
    name = tag.removeprefix(_SVG)
    if name not in _SVG_ELEMENTS:
        yield f"the SVG has the element '{name}', which a logo cannot have (letters have to be shapes)."
    for key, value in element.attrib.items():
        yield from _attribute_faults(key.rpartition("}")[2].lower(), value)
    if name == "style" and _REACHING.search(element.text or ""):
        yield "the SVG reaches out of itself in its style."


def _attribute_faults(name: str, value: str) -> Iterator[str]:
    if name.startswith("on"):
        yield f"the SVG has a script in '{name}'."
    elif name in ("href", "src") and not value.strip().startswith("#"):
        yield "the SVG refers to something outside of it."
    elif _REACHING.search(value):
        yield f"the SVG reaches out of itself in '{name}'."


def picture_size(content: bytes, media_type: str) -> tuple[float, float] | None:
    """Width and height, in units of its own; None for what cannot be read."""
    if media_type == "image/svg+xml":
        return _svg_size(content)
    try:
        with Image.open(io.BytesIO(content), formats=("PNG",)) as picture:
            picture.verify()
            return float(picture.width), float(picture.height)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None


def _svg_size(content: bytes) -> tuple[float, float] | None:
    try:
        root = fromstring(content.decode("utf-8"), forbid_dtd=True)
        box = [float(number) for number in re.split(r"[\s,]+", root.get("viewBox", "").strip()) if number]
    except (ParseError, UnicodeDecodeError, ValueError, DefusedXmlException):
        return None
    if len(box) == 4 and min(box[2:]) > 0:
        return box[2], box[3]
    sides = [_LENGTH.fullmatch(root.get(name, "")) for name in ("width", "height")]
    width, height = (float(side.group(1)) if side else 0.0 for side in sides)
    return (width, height) if width > 0 and height > 0 else None


def drawn_size(asset: AssetData, *, width_mm: float, height_mm: float) -> tuple[float, float, float] | None:
    """Width, height and clear space in mm of the asset in such a box; None where it is too small there."""
    size = picture_size(asset.content, asset.media_type)
    if size is None:
        return None
    # The clear space is a share of the height, and has to be in the box too.
    aspect, around = size[0] / size[1], 2 * asset.clear_space
    height = min(height_mm / (1 + around), width_mm / (aspect + around))
    width = height * aspect
    if width + 0.01 < asset.min_width_mm:
        return None
    return round(width, 2), round(height, 2), round(height * asset.clear_space, 2)


def _stands_out(raster: bytes, ground: str) -> bool:
    """Whether enough of what can be seen has contrast with its ground."""
    with Image.open(io.BytesIO(raster)) as picture:
        picture.thumbnail((96, 96))
        colours = picture.convert("RGBA").getcolors(96 * 96) or []
    seen = [(count, c) for count, c in colours if isinstance(c, tuple) and c[3] >= _VISIBLE]
    strong = sum(
        count
        for count, colour in seen
        if contrast("#{:02x}{:02x}{:02x}".format(*colour[:3]), ground) >= GRAPHICS_CONTRAST
    )
    return strong > 0 and strong >= _ENOUGH * sum(count for count, _ in seen)


def colour_faults(*, primary: str, accent: str, ink: str, paper: str = PAPER) -> list[str]:
    """Which of the pairs that documents and pages use are too weak to be read or seen."""
    pairs = (
        ("text on the ground", ink, paper, TEXT_CONTRAST),
        ("the main colour on the ground", primary, paper, TEXT_CONTRAST),
        ("text on the main colour", readable_on(primary), primary, TEXT_CONTRAST),
        ("text on the second colour", readable_on(accent), accent, TEXT_CONTRAST),
        ("the second colour on the main one", accent, primary, GRAPHICS_CONTRAST),
    )
    return [
        f"Colours: {what} ({one} on {other}) has contrast {contrast(one, other):.1f}, not {needed:g}."
        for what, one, other, needed in pairs
        if contrast(one, other) < needed
    ]


def appearing(mode: IssuerMode, *, issuer: Who, awarding: Sequence[Who]) -> tuple[Who, ...]:
    """Whose marks stand as those of the awarding universities, in this order.

    Own: the member that signs first, then the others. Mandate: all awarding members in
    their order, and never the office that signs. The alliance stands apart, as a group.
    """
    if mode is IssuerMode.MANDATE:
        return tuple(dict.fromkeys(who for who in awarding if who != issuer))
    return tuple(dict.fromkeys((issuer, *awarding)))


def appearance_faults(mode: IssuerMode, *, issuer: Who, awarding: Sequence[Who]) -> list[str]:
    """What is wrong with who awards and who signs, so that nobody could say whose marks to show."""
    if mode is IssuerMode.MANDATE:
        others = [who for who in awarding if who != issuer]
        return [] if others else ["Who signs by mandate has to name the universities that award."]
    if awarding and issuer not in awarding:
        return ["Who signs in its own name has to be one of the universities that award."]
    return []
