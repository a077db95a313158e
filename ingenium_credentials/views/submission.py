"""What somebody hands to the verifier: a file, a text, or a link to one of ours.

Its size is known before a byte of it is read, and no address in it is fetched.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit
from uuid import UUID

from attrs import frozen
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.utils.translation import gettext as _

from ..conf import conf
from ..models import Award, Credential
from .access import see
from .pages import Problem

__all__ = ["Submission", "demand_size", "of_body", "of_form"]

_ENVELOPE = 20_000
"""Bytes for what a form adds: boundaries, headers, the other fields."""
_ADDRESS = re.compile(r"https?://\S{1,500}", re.IGNORECASE)
_PATH = re.compile(r".*/ingenium/credentials/([0-9a-fA-F-]{36})(?:\.(json|jwt|elm\.jsonld|png|svg|pdf))?/?")


@frozen(kw_only=True)
class Submission:
    """The bytes to judge, and where they came from, in a word."""

    data: bytes
    origin: str
    """`file`, `text` or `link`."""


def demand_size(request: HttpRequest, *, extra: int = 0) -> int:
    """The declared size; raises `Problem` 413 before anything is read, 411 when it is not told."""
    try:
        size = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        size = 0
    if size > conf.VERIFY_MAX_BYTES + extra:
        raise too_large()
    return size


def too_large() -> Problem:
    """The file is larger than the verifier takes."""
    most = conf.VERIFY_MAX_BYTES // 1000
    advice = _("The largest file that can be checked here has %(most)d kB. A credential is far smaller.")
    return Problem(413, _("The file is too large"), advice % {"most": most})


def empty() -> Problem:
    """Nothing was handed in."""
    return Problem(
        400, _("There is nothing to check"), _("Choose a file, or paste the text or link of a credential.")
    )


def of_body(request: HttpRequest) -> Submission:
    """The body of the request as it is."""
    demand_size(request)
    try:
        # One byte more than allowed tells a body whose declared size was wrong.
        data = request.read(conf.VERIFY_MAX_BYTES + 1)
    except (OSError, UnreadablePostError) as error:
        raise _broken_off() from error
    if len(data) > conf.VERIFY_MAX_BYTES:
        raise too_large()
    if not data.strip():
        raise empty()
    return Submission(data=data, origin="file")


def of_form(request: HttpRequest) -> Submission:
    """What the page's form holds: the file, else the text, else what its link leads to."""
    demand_size(request, extra=_ENVELOPE)
    try:
        uploaded, text = request.FILES.get("file"), request.POST.get("text", "").strip()
    except (SuspiciousOperation, MultiPartParserError, UnreadablePostError, OSError) as error:
        raise _broken_off() from error
    if uploaded is not None and not isinstance(uploaded, list):
        return _of_file(uploaded.read(conf.VERIFY_MAX_BYTES + 1))
    if not text:
        raise empty()
    if _ADDRESS.fullmatch(text):
        return Submission(data=_linked(request, text), origin="link")
    return Submission(data=text.encode("utf-8", "surrogatepass"), origin="text")


def _of_file(data: bytes) -> Submission:
    if len(data) > conf.VERIFY_MAX_BYTES:
        raise too_large()
    if not data.strip():
        raise Problem(
            400, _("The file is empty"), _("Ask for the file once more; it may not have been sent whole.")
        )
    return Submission(data=data, origin="file")


def _broken_off() -> Problem:
    return Problem(400, _("The file did not arrive whole"), _("Send it once more, or paste its text."))


def _linked(request: HttpRequest, address: str) -> bytes:
    """The stored credential that a link of this site names; nothing is fetched."""
    uuid = _own(request, address)
    if uuid is None:
        raise Problem(
            400,
            _("Links to other sites are not opened"),
            _("Open the link yourself, download the credential there, and check the file here."),
        )
    award: Award = see(request, uuid).award
    stored = {found.format: found for found in Credential.objects.filter(award=award)}
    badge_first, sealed_first = ("ob3", "ob3-jwt", "elm"), ("elm", "ob3", "ob3-jwt")
    for name in sealed_first if address.endswith(".elm.jsonld") else badge_first:
        if name in stored:
            return bytes(stored[name].body)
    raise Problem(
        404, _("Not issued yet"), _("The credential is being prepared. Try again in a few minutes.")
    )


def _own(request: HttpRequest, address: str) -> UUID | None:
    try:
        parts = urlsplit(address)
        found = _PATH.fullmatch(parts.path)
        is_ours = parts.netloc.lower() in (urlsplit(conf.BASE_URL).netloc.lower(), request.get_host().lower())
        return UUID(found[1]) if found and is_ours else None
    except ValueError:
        return None
