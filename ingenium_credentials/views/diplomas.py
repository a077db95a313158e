"""The document of an award for its reader: which language, when it is made, how often.

Making one takes the better part of a second, so it is limited as verifying is, and a
reader who has the same one already is not sent another.
"""

from __future__ import annotations

from collections.abc import Callable

from attrs import frozen
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from .. import api
from ..models import Award
from ..typesetting import languages
from .pages import Problem
from .throttle import DiplomaThrottle, demand_rate

__all__ = ["Diploma", "diploma"]


@frozen
class Diploma:
    """The document that fits a request: its tag, and how to make it."""

    etag: str
    make: Callable[[], bytes]


def diploma(request: HttpRequest, award: Award) -> Diploma:
    """The document in the language that `?language=` names, else in the reader's."""
    language = _language(request)
    try:
        etag = f'"{api.document_fingerprint(award, language)[:32]}-pdf"'
    except api.NotReady as error:
        raise Problem(404, _("Not in that form"), str(error)) from error
    return Diploma(etag, lambda: _made(request, award, language))


def _made(request: HttpRequest, award: Award, language: str) -> bytes:
    demand_rate(request, DiplomaThrottle())
    try:
        return api.document(award, language)
    except api.NotReady as error:
        raise Problem(404, _("Not in that form"), str(error)) from error


def _language(request: HttpRequest) -> str:
    wanted = request.GET.get("language") or get_language() or "en"
    primary = wanted.partition("-")[0].lower()
    return primary if primary in languages() else "en"
