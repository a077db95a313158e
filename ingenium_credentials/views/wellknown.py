"""What verifiers of other people need: who issues, with which keys, and what was revoked."""

from __future__ import annotations

import hashlib
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from .. import api
from ..badges.errors import CredentialError
from ..models import Issuer, Organisation, StatusList
from . import wording
from .facts import Party, say
from .machine import document, open_to_all_origins
from .pages import Problem, guarded, not_found, page
from .throttle import PublicThrottle, demand_rate

__all__ = ["did_document", "issuer_page", "status_list"]

_DID_SECONDS = 300


@require_safe
@guarded
def issuer_page(request: HttpRequest, slug: str) -> HttpResponse:
    """Who signs, by which keys, for whom, and how to check it."""
    demand_rate(request, PublicThrottle())
    issuer = _issuer(slug)
    context = {
        "issuer": issuer,
        "organisation": _party(issuer.organisation),
        "alliance": _party(issuer.alliance) if issuer.alliance else None,
        "keys": list(issuer.keys.order_by("-valid_from", "-id")),
        "members": [_party(member) for member in _members(issuer)],
    }
    return page(request, "issuer.html", context, revalidated=True)


def _members(issuer: Issuer) -> list[Organisation]:
    """The universities on this site, where the issuer belongs to the alliance."""
    if issuer.alliance is None:
        return []
    universities = Organisation.objects.filter(kind=Organisation.Kind.UNIVERSITY)
    return list(universities.prefetch_related("names").order_by("country", "slug"))


def _party(organisation: Organisation) -> Party:
    """An organisation by what an officer has verified; its short name where that is nothing."""
    names = {name.language: name.value for name in organisation.names.all() if name.verified}
    return Party(
        name=say(names or {"": str(organisation)}),
        country=wording.country(organisation.country),
        url=organisation.homepage if organisation.homepage_verified else "",
        identifiers=tuple(
            f"{found.scheme} {found.value}" for found in organisation.identifiers.filter(verified=True)
        ),
    )


@open_to_all_origins("GET", "HEAD")
@guarded
def did_document(request: HttpRequest, slug: str) -> HttpResponse:
    """The issuer's DID document: the same bytes as long as its keys are the same."""
    body = api.did_document_bytes(_issuer(slug))
    return document(
        request,
        lambda: body,
        media_type="application/did+json",
        etag=f'"{hashlib.sha256(body).hexdigest()[:32]}"',
        cache_control=f"public, max-age={_DID_SECONDS}",
    )


@open_to_all_origins("GET", "HEAD")
@guarded
def status_list(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The signed status list; an error rather than one that is out of date."""
    try:
        published = api.status_document(uuid)
    except StatusList.DoesNotExist:
        raise not_found() from None
    except CredentialError:
        raise Problem(
            503,
            _("The status list cannot be shown at the moment"),
            _("It cannot be signed anew, and an old one might be wrong. Try again in a few minutes."),
            retry_after=60,
        ) from None
    return document(
        request,
        lambda: published.body,
        media_type=published.media_type,
        etag=published.etag,
        # Signed bytes: nothing on the way may rewrite them.
        cache_control=f"public, max-age={published.ttl_seconds}, no-transform",
    )


def _issuer(slug: str) -> Issuer:
    issuer = Issuer.objects.select_related("organisation", "alliance").filter(slug=slug).first()
    if issuer is None:
        raise not_found()
    return issuer
