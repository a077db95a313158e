"""The page of a credential, and the same address for programs; the page of a definition.

One address answers as HTML, JSON, JWT, PNG or SVG, by `Accept` header or suffix. What is
private answers to strangers exactly as what does not exist.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from .. import api
from ..badges.baking import bake_png, bake_svg
from ..badges.errors import CredentialError
from ..badges.jsonld import parse
from ..conf import conf
from ..models import Achievement, Award, Credential
from . import confirmation, diplomas, facts, markdown, reading, succession, wording
from .access import Seen, is_public, see
from .machine import document, open_to_all_origins
from .negotiation import choose
from .pages import Problem, guarded, not_found, page
from .sharing import share_links
from .signatures import signatures
from .throttle import PublicThrottle, demand_rate

__all__ = ["achievement_image", "achievement_page", "credential", "image_address"]

_SUFFIXES = {
    "text/html": "html",
    "application/xhtml+xml": "html",
    "application/vc+ld+json": "json",
    "application/vc": "json",
    "application/ld+json": "json",
    "application/json": "json",
    "application/vc+jwt": "jwt",
    "application/jwt": "jwt",
    "application/jose+json": "elm.jsonld",
    "text/plain": "jwt",
    "image/png": "png",
    "image/svg+xml": "svg",
    "application/pdf": "pdf",
}
"""What is offered, liked best first where the client does not care."""
_MEDIA_TYPES = {
    "json": "application/vc+ld+json",
    "jwt": "text/plain",
    "elm.jsonld": "application/jose+json",
    "png": "image/png",
    "svg": "image/svg+xml",
    "pdf": "application/pdf",
}
_DAY, _MINUTE = 86_400, 60
_FORMATS = {"json": "ob3", "jwt": "ob3-jwt", "elm.jsonld": "elm", "png": "ob3", "svg": "ob3", "pdf": "ob3"}
_PICTURES: dict[str, Callable[[Achievement, bytes], bytes]] = {
    "png": lambda achievement, body: bake_png(bytes(achievement.image_png), body),
    "svg": lambda achievement, body: bake_svg(bytes(achievement.image_svg), body),
}


@open_to_all_origins("GET", "HEAD")
@guarded
def credential(request: HttpRequest, uuid: UUID, suffix: str = "") -> HttpResponse:
    """A credential, as page or as document."""
    demand_rate(request, PublicThrottle())
    seen = see(request, uuid)
    if suffix:
        return _document(request, seen, suffix, _MEDIA_TYPES[suffix], download=True)
    media_type = choose(request.headers.get("Accept", ""), tuple(_SUFFIXES))
    if media_type is None:
        offered = ", ".join(dict.fromkeys(_SUFFIXES))
        raise Problem(
            406, _("Not in that form"), _("This address answers as: %(types)s") % {"types": offered}
        )
    if _SUFFIXES[media_type] != "html":
        return _document(request, seen, _SUFFIXES[media_type], media_type, download=False)
    return _page(request, seen)


def _document(
    request: HttpRequest, seen: Seen, suffix: str, media_type: str, *, download: bool
) -> HttpResponse:
    award = seen.award
    stored = award.credentials.filter(format=_FORMATS[suffix]).first()
    if stored is None or not _offers(award, suffix):
        raise Problem(404, _("Not in that form"), _("There is no such file of this credential, or not yet."))
    diploma = diplomas.diploma(request, award) if suffix == "pdf" else None
    response = document(
        request,
        diploma.make if diploma else lambda: _bytes(stored, suffix),
        media_type=media_type,
        etag=diploma.etag if diploma else f'"{stored.sha256[:32]}-{suffix}"',
        # Sharing can end at any time, so a copy is only good after asking again.
        cache_control="no-cache" if is_public(award) else "private, no-cache",
        filename=f"credential-{award.uuid}.{suffix}" if download else "",
    )
    patch_vary_headers(response, ("Accept", "Accept-Language", "Cookie") if diploma else ("Accept", "Cookie"))
    return response


def _offers(award: Award, suffix: str) -> bool:
    """A diploma of what counts no longer would be printed and shown; the signed files say for themselves."""
    return suffix != "pdf" or award.revoked_at is None


def _bytes(stored: Credential, suffix: str) -> bytes:
    body = bytes(stored.body)
    bake = _PICTURES.get(suffix)
    return bake(stored.award.achievement, body) if bake else body


def _page(request: HttpRequest, seen: Seen) -> HttpResponse:
    award = seen.award
    as_others = seen.is_owner and request.GET.get("as") == "public"
    context: dict[str, object] = {
        "award": award,
        "is_owner": seen.is_owner and not as_others,
        "is_preview": as_others,
        "is_public": is_public(award),
    }
    if award.state == Award.State.PENDING:
        return confirmation.waiting(request, award, context)
    # Without the bytes: a sealed credential holds pictures, and only the badge is judged here.
    stored = {found.format: found for found in award.credentials.defer("body")}
    found = _facts(award, stored)
    context |= {
        "facts": found,
        "narrative": _narrative(stored),
        "image": image_address(award.achievement.uuid),
        "picture_address": conf.BASE_URL + image_address(award.achievement.uuid, "png"),
        "verdict": _verdict(stored),
        "files": [suffix for suffix in _MEDIA_TYPES if _FORMATS[suffix] in stored and _offers(award, suffix)],
        "share": share_links(award, found),
        "is_expired": award.valid_until is not None and award.valid_until <= timezone.now(),
        "successor": succession.successor_of(award, is_owner=seen.is_owner and not as_others),
        "former": succession.former_of(award, is_owner=seen.is_owner and not as_others),
        "signatures": signatures(award.achievement, award.issuer),
        **_stack(award, is_owner=seen.is_owner and not as_others),
        "appeal": award.issuer.organisation.homepage if award.issuer.organisation.homepage_verified else "",
    }
    return page(request, "credential.html", context, revalidated=not seen.is_owner)


def _stack(award: Award, *, is_owner: bool) -> dict[str, object]:
    """What it is made of and what it counts in, as far as the visitor may see those; the rest as a number."""
    wanted = ("uuid", "state", "shared_at", "achievement__names")
    parts, wholes = (
        list(found.select_related("achievement").only(*wanted)) for found in (award.parts, award.wholes)
    )
    seen = [_linked(part) for part in parts if is_owner or is_public(part)]
    return {
        "parts": seen,
        "hidden_parts": len(parts) - len(seen),
        "wholes": [_linked(whole) for whole in wholes if is_owner or is_public(whole)],
    }


def _linked(award: Award) -> dict[str, object]:
    return {"uuid": award.uuid, "title": facts.say(award.achievement.names), "state": award.state}


def _facts(award: Award, stored: dict[str, Credential]) -> facts.Facts:
    try:
        shared = api.common(award.achievement_id, award.issuer_id)
        award.achievement, award.issuer = shared.achievement, shared.issuer
        return facts.of_award(api.award_data(award, shared))
    except api.NotReady:
        # What the record needs was taken back later; the signed document still has it.
        return reading.of_document(_signed(stored))


def _signed(stored: dict[str, Credential]) -> dict[str, object]:
    if "ob3" not in stored:
        return {}
    return dict(parse(bytes(stored["ob3"].body)))


def _narrative(stored: dict[str, Credential]) -> str:
    """The wording that was signed, as HTML."""
    try:
        return markdown.render(reading.of_document(_signed(stored)).narrative, top_level=3)
    except CredentialError:
        return ""


def _verdict(stored: dict[str, Credential]) -> wording.Verdict | None:
    """The stored bytes are judged for each view, exactly as a stranger would judge them."""
    body = next((bytes(stored[name].body) for name in ("ob3", "ob3-jwt") if name in stored), None)
    return wording.verdict(api.judge(body)) if body is not None else None


def image_address(uuid: UUID, suffix: str = "svg") -> str:
    """Where the badge of a definition is, on this site."""
    return reverse("ingenium_credentials:achievement-image", kwargs={"uuid": uuid, "suffix": suffix})


@require_safe
@guarded
def achievement_page(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """A definition: what is learnt, how, and who awards it."""
    demand_rate(request, PublicThrottle())
    achievement = _published(uuid)
    found = facts.of_achievement(api.achievement_data(achievement), demonstration=conf.DEMONSTRATION)
    image = image_address(uuid) if achievement.image_svg else ""
    context = {
        "achievement": achievement,
        "facts": found,
        "image": image,
        "signatures": signatures(achievement, achievement.issuer),
    }
    return page(request, "achievement.html", context, revalidated=True)


@open_to_all_origins("GET", "HEAD")
@guarded
def achievement_image(request: HttpRequest, uuid: UUID, suffix: str) -> HttpResponse:
    """The badge of a definition, without any credential inside."""
    demand_rate(request, PublicThrottle())
    achievement = _published(uuid)
    image = bytes(achievement.image_svg if suffix == "svg" else achievement.image_png)
    if not image:
        raise not_found()
    return document(
        request,
        lambda: image,
        media_type=_MEDIA_TYPES[suffix],
        etag=f'"{hashlib.sha256(image).hexdigest()[:32]}"',
        cache_control=f"public, max-age={_DAY if achievement.frozen_at else _MINUTE}",
    )


def _published(uuid: UUID) -> Achievement:
    """A version that people may see: drafts are nobody's business yet."""
    achievement = Achievement.objects.select_related("issuer").filter(uuid=uuid).first()
    if achievement is None or achievement.state == Achievement.State.DRAFT:
        raise not_found()
    return achievement
