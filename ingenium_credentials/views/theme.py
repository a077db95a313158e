"""The brand's colours as a style sheet: settings, so that no page needs styles inside."""

from __future__ import annotations

import hashlib

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from .. import api
from .machine import document

__all__ = ["theme"]


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
    return ":root{" + ";".join(f"--{name}:{value}" for name, value in api.palette().items()) + "}\n"
