"""The brand's colours as a style sheet: settings, so that no page needs styles inside."""

from __future__ import annotations

import hashlib
import re

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from ..artwork import contrast
from ..conf import DEFAULTS, conf
from .machine import document

__all__ = ["theme"]

_WHITE, _BLACK = "#ffffff", "#10151c"
_TEXT_CONTRAST = 4.5


# Every page waits for it, and it needs no database.
@transaction.non_atomic_requests
@require_safe
def theme(request: HttpRequest) -> HttpResponse:
    """Custom properties that the style sheet reads."""
    body = _sheet().encode()
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    return document(
        request, lambda: body, media_type="text/css", etag=etag, cache_control="public, max-age=300"
    )


def _sheet() -> str:
    primary = _colour("INGENIUM_BRAND_PRIMARY", conf.BRAND_PRIMARY)
    accent = _colour("INGENIUM_BRAND_ACCENT", conf.BRAND_ACCENT)
    ink = _colour("INGENIUM_BRAND_INK", conf.BRAND_INK)
    # A brand colour that cannot be read as text on white stays a surface.
    link = primary if contrast(primary, _WHITE) >= _TEXT_CONTRAST else _BLACK
    colours = {
        "primary": primary,
        "on-primary": _on(primary),
        "accent": accent,
        "on-accent": _on(accent),
        "ink": ink if contrast(ink, _WHITE) >= 7 else _BLACK,
        "link": link,
    }
    return ":root{" + ";".join(f"--{name}:{value}" for name, value in colours.items()) + "}\n"


def _colour(name: str, value: str) -> str:
    """The setting, or its default where it is not a colour: nothing else may enter a style sheet."""
    return value if re.fullmatch("#[0-9a-fA-F]{6}", value) else str(DEFAULTS[name])


def _on(colour: str) -> str:
    return max((_WHITE, _BLACK), key=lambda text: contrast(colour, text))
