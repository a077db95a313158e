"""How words and colours reach Typst: as JSON values, and only what its own fonts can show.

Hides the compiler, its fonts (those inside it: Latin, Greek and Cyrillic) and what they
lack. The same values give the same bytes.
"""

from __future__ import annotations

import functools
import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import typst
from attrs import validators
from PIL import Image

__all__ = [
    "COLOUR",
    "FOLDER",
    "Standard",
    "Undrawable",
    "capitals",
    "compiled",
    "contrast",
    "drawable",
    "embedded",
    "initials",
    "labels",
    "languages",
    "primary_language",
    "readable_on",
    "showable",
    "visible",
    "with_palette",
]

FOLDER = Path(__file__).parent / "templates" / "ingenium_credentials" / "typst"
Standard = Literal["a-3a", "ua-1"]
COLOUR = validators.matches_re(r"#[0-9a-fA-F]{6}", func=re.fullmatch)
_LONGEST_WORD = 22
_SHOWABLE = re.compile(
    # Letters with their marks: Latin, IPA, Greek with its ancient accents, Cyrillic.
    "[\u0020-\u007e\u00a0-\u00ac\u00ae-\u024f\u02b0-\u0377\u037a-\u037f\u0384-\u038a\u038c\u038e-\u03a1"
    "\u03a3-\u04ff\u1e00-\u1eff\u1f00-\u1f15\u1f18-\u1f1d\u1f20-\u1f45\u1f48-\u1f4d\u1f50-\u1f57\u1f59\u1f5b"
    "\u1f5d\u1f5f-\u1f7d\u1f80-\u1fb4\u1fb6-\u1fc4\u1fc6-\u1fd3\u1fd6-\u1fdb\u1fdd-\u1fef\u1ff2-\u1ff4"
    "\u1ff6-\u1ffe"
    # Spaces, dashes, quotation marks, raised and lowered figures, currencies, fractions, arrows.
    "\u2000-\u200b\u2010-\u2027\u202f-\u2037\u2039-\u203a\u2044\u2070-\u2071\u2074-\u208e\u20a0-\u20bf\u2103"
    "\u2109\u2113\u2116\u2122\u2126\u212b\u212e\u2153-\u215f\u2190-\u2195\u2200-\u220d\u220f-\u222e\u2260"
    "\u2264-\u2265]"
)
"""The characters that the fonts inside Typst have; tests/test_typesetting.py holds it to them."""


class Undrawable(ValueError):
    """A name has letters that the fonts do not have: it is not replaced by something else."""


def compiled(
    template: str,
    values: Mapping[str, Any],
    *,
    form: Literal["pdf", "png", "svg"],
    ppi: float = 72,
    standards: Sequence[Standard] = (),
) -> bytes:
    """What the template of that name makes of the values, which it finds in `sys.inputs.values`.

    Of several pages of a picture, the first.
    """
    made: Any = typst.compile(
        str(FOLDER / template),
        root=str(FOLDER),
        format=form,
        ppi=ppi,
        ignore_system_fonts=True,
        sys_inputs={"values": json.dumps(values, ensure_ascii=False)},
        pdf_standards=list(standards),
    )
    return bytes(made[0] if isinstance(made, list) else made)


def embedded(content: bytes, media_type: str) -> dict[str, Any]:
    """A picture as a template takes it: `format`, and its text or its bytes."""
    if media_type == "image/svg+xml":
        return {"format": "svg", "svg": content.decode(), "bytes": []}
    return {"format": "png", "svg": "", "bytes": list(content)}


def with_palette(picture: Image.Image, colours: int) -> Image.Image:
    """The picture in so many colours, none of them far from its own.

    By how often they occur, the few colours of a small logo would be lost.
    """
    rgb = picture.convert("RGB")
    # Pillow moves the colours until no more pixels than these change theirs. The last hundredth
    # takes four fifths of the time, and nobody sees it.
    enough = rgb.width * rgb.height // 100
    return rgb.quantize(colours, method=Image.Quantize.MAXCOVERAGE, kmeans=enough, dither=Image.Dither.NONE)


def contrast(colour: str, other: str) -> float:
    """The WCAG contrast ratio of two `#rrggbb` colours, from 1 to 21."""
    lighter, darker = sorted((_luminance(colour), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def readable_on(colour: str) -> str:
    """White or nearly black, whichever can be read on the colour."""
    return max(("#ffffff", "#10151c"), key=lambda text: contrast(colour, text))


def visible(text: str) -> str:
    """The text without what no reader sees: controls, lone surrogates, private characters."""
    kept = (c if unicodedata.category(c) not in ("Cc", "Cs", "Co", "Cn", "Cf") else " " for c in text)
    return " ".join("".join(kept).split())


def drawable(text: str, limit: int, *, longest_word: int = _LONGEST_WORD) -> str:
    """The text as an image can hold it: no pictographs, no endless words, cut at `limit`."""
    kept = "".join(c for c in visible(text) if unicodedata.category(c) != "So")
    kept = unicodedata.normalize("NFC", " ".join(kept.split()))
    if len(kept) > limit:
        kept = kept[: limit - 1].rstrip() + "…"
    # A zero-width space lets a word that is longer than the line go on in the next one.
    return re.sub(rf"(\S{{{longest_word}}})(?=\S)", "\\1\u200b", kept)


def showable(text: str) -> bool:
    """Whether the fonts have every character."""
    return all(map(_SHOWABLE.fullmatch, text))


def capitals(text: str) -> str:
    """Capitals as each language writes them: Greek ones carry no tonos."""
    parts = unicodedata.normalize("NFD", text)
    bare = re.sub("(?<=[\u0370-\u03ff])\u0301", "", parts)
    return unicodedata.normalize("NFC", bare).upper()


def initials(name: str) -> str:
    """Up to three capitals that stand for a name."""
    words = [word for word in re.findall(r"\w+", visible(name)) if word[0].isalpha()]
    great = [word for word in words if word[0].isupper()] or words
    return capitals("".join(word[0] for word in great[:3])) or "·"


def labels(language: str) -> Mapping[str, Any]:
    """The fixed words of a language, by name; English for a language that has none."""
    table = _label_table()
    language = primary_language(language)
    return table[language if language in table else "en"]


def languages() -> tuple[str, ...]:
    """The languages that have fixed words."""
    return tuple(_label_table())


@functools.cache
def _label_table() -> dict[str, dict[str, Any]]:
    table: dict[str, dict[str, Any]] = json.loads((FOLDER / "labels.json").read_text(encoding="utf-8"))
    return table


def primary_language(tag: str) -> str:
    """The language of a BCP 47 tag, as Typst takes it; English for what is none."""
    primary = tag.partition("-")[0].lower()
    return primary if re.fullmatch("[a-z]{2,3}", primary) else "en"


def _luminance(colour: str) -> float:
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
