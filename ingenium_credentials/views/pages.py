"""How every page is answered: its security headers, and what a visitor sees when it fails.

Hides the content security policy and the way from an error to a designed page. Nothing
here touches the LMS's own error pages.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from urllib.parse import urlsplit

from attrs import frozen
from django.db import DatabaseError, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.html import escape
from django.utils.translation import gettext as _

from ..badges.errors import CredentialError
from ..conf import conf
from .language import offered
from .negotiation import wants_page
from .tags import tag_of

__all__ = ["Problem", "guarded", "not_found", "page"]

logger = logging.getLogger(__name__)
Rest = ParamSpec("Rest")


@frozen
class Problem(Exception):
    """Why a request cannot be answered, in words for whoever asked."""

    status: int
    title: str
    advice: str
    retry_after: int | None = None
    """Seconds."""


def not_found() -> Problem:
    """The one answer for what does not exist and for what the visitor may not see."""
    return Problem(
        404,
        _("There is nothing here"),
        _(
            "No public page has this address. The owner may have made it private, or the address is"
            " incomplete. Ask whoever gave it to you, or have them send you the file."
        ),
    )


def page(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any] | None = None,
    *,
    status: int = 200,
    revalidated: bool = False,
) -> HttpResponse:
    """A page of ours, for one visitor, to be neither indexed nor kept in shared caches.

    `revalidated`: who has it already is told so, and it is not laid out again; for pages without
    forms, of which everything that may change stands in the context.
    """
    shared = {"brand": _brand(), "demonstration_site": conf.DEMONSTRATION, "offered_languages": offered()}
    content = shared | dict(context or {})
    tag = tag_of(request, template, content) if revalidated else ""
    response = get_conditional_response(request, etag=tag) if tag else None
    if response is None:
        text = render_to_string(f"ingenium_credentials/{template}", content, request)
        response = HttpResponse(text, status=status)
    if tag:
        response["ETag"] = tag
    response["Cache-Control"] = "private, no-cache"
    patch_vary_headers(response, ("Accept", "Accept-Language", "Cookie"))
    return _secured(response)


def guarded(
    view: Callable[Concatenate[HttpRequest, Rest], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, Rest], HttpResponseBase]:
    """Answer errors with a designed page, or as JSON to a program; never with a stack trace."""

    @wraps(view)
    def answered(request: HttpRequest, /, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except Problem as problem:
            return _answer(request, problem)
        except Exception as error:
            _give_back_rows()
            return _answer(request, _problem_of(error))

    return answered


def _problem_of(error: Exception) -> Problem:
    title = _("This cannot be shown at the moment")
    if isinstance(error, CredentialError):
        # The message may name a key's place: for the operator's log, not for visitors.
        logger.error("A page could not be answered: %s", error)
        advice = _(
            "Something that is needed to sign or check is missing on this site. Its operator has been told."
        )
        return Problem(503, title, advice, retry_after=300)
    if isinstance(error, DatabaseError):
        logger.error("A page could not be answered: %s", type(error).__name__)
        return Problem(503, title, _("The site is short of breath. Try again in a minute."), retry_after=60)
    logger.exception("A page could not be answered.")
    return Problem(500, title, _("This is a fault of ours, not of yours. Its operator has been told."))


def _give_back_rows() -> None:
    # The error does not leave the view, so a transaction around it would be kept.
    connection = transaction.get_connection()
    if connection.in_atomic_block:
        transaction.set_rollback(True)


def _answer(request: HttpRequest, problem: Problem) -> HttpResponse:
    response = _problem_page(request, problem) if wants_page(request) else _problem_document(problem)
    if problem.retry_after is not None:
        response["Retry-After"] = str(problem.retry_after)
    response["Cache-Control"] = "private, no-store"
    patch_vary_headers(response, ("Accept", "Accept-Language", "Cookie"))
    return response


def _problem_document(problem: Problem) -> HttpResponse:
    body = {"status": problem.status, "title": problem.title, "detail": problem.advice}
    response = JsonResponse(body, status=problem.status, json_dumps_params={"ensure_ascii": False})
    response["Content-Type"] = "application/problem+json"
    return response


def _problem_page(request: HttpRequest, problem: Problem) -> HttpResponse:
    try:
        return page(request, "problem.html", {"problem": problem}, status=problem.status)
    except Exception:
        # Whatever broke may be needed for the layout too.
        logger.exception("An error page could not be laid out.")
        text = f"<!doctype html><title>{escape(problem.title)}</title><h1>{escape(problem.title)}</h1>"
        return _secured(HttpResponse(f"{text}<p>{escape(problem.advice)}</p>", status=problem.status))


def _brand() -> dict[str, str]:
    return {"name": "INGENIUM"}


def _secured(response: HttpResponse) -> HttpResponse:
    origin = _static_origin()
    response["Content-Security-Policy"] = (
        f"default-src 'none'; img-src 'self' data:; style-src 'self'{origin}; script-src 'self'{origin};"
        " connect-src 'self';"
        " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    # Other sites do not learn the address. Our own must: without it, no form passes the
    # check against forgery.
    response["Referrer-Policy"] = "same-origin"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _static_origin() -> str:
    """Where style sheets come from, if an operator serves them from another host."""
    parts = urlsplit(static("ingenium_credentials/ingenium.css"))
    return f" {parts.scheme}://{parts.netloc}" if parts.scheme and parts.netloc else ""
