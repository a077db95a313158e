"""The brand's colours, made readable: what pages and letters are coloured with."""

from __future__ import annotations

import re

from ..artwork import contrast
from ..conf import DEFAULTS, conf

__all__ = ["palette"]

_WHITE, _BLACK = "#ffffff", "#10151c"
_TEXT_CONTRAST, _BEST_CONTRAST = 4.5, 7


def palette() -> dict[str, str]:
    """`#rrggbb` by role: primary, on-primary, accent, on-accent, ink, link.

    The settings' colours, or black where one could not be read as text on white.
    """
    primary = _colour("INGENIUM_BRAND_PRIMARY", conf.BRAND_PRIMARY)
    accent = _colour("INGENIUM_BRAND_ACCENT", conf.BRAND_ACCENT)
    ink = _colour("INGENIUM_BRAND_INK", conf.BRAND_INK)
    return {
        "primary": primary,
        "on-primary": _on(primary),
        "accent": accent,
        "on-accent": _on(accent),
        "ink": ink if contrast(ink, _WHITE) >= _BEST_CONTRAST else _BLACK,
        # A brand colour that cannot be read as text on white stays a surface.
        "link": primary if contrast(primary, _WHITE) >= _TEXT_CONTRAST else _BLACK,
    }


def _colour(name: str, value: str) -> str:
    """The setting, or its default where it is not a colour: nothing else may enter a style sheet."""
    return value if re.fullmatch("#[0-9a-fA-F]{6}", value) else str(DEFAULTS[name])


def _on(colour: str) -> str:
    return max((_WHITE, _BLACK), key=lambda text: contrast(colour, text))
