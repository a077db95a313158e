"""The name before it is signed: its owner sees it exactly as it will stand, and may correct it."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from .. import api
from ..models import Award
from .access import see
from .facts import say
from .pages import guarded, not_found, page

__all__ = ["confirm", "waiting"]


def waiting(request: HttpRequest, award: Award, context: Mapping[str, object]) -> HttpResponse:
    """The page of an award that is not signed yet; asks for the name where the rule wants it."""
    shown = {**context, "title": say(award.achievement.names)}
    if not api.awaits_confirmation(award):
        return page(request, "pending.html", shown)
    return _ask(request, award, shown, api.preview_name(award))


@require_POST
@login_required
@guarded
def confirm(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Look at another spelling, or have the name signed as it is shown; by its owner only."""
    seen = see(request, uuid)
    if not seen.is_owner:
        raise not_found()
    address = reverse("ingenium_credentials:credential", args=(uuid,))
    names = {key: request.POST.get(key, "")[:1000] for key in ("name", "latin_name")}
    context = {"award": seen.award, "title": say(seen.award.achievement.names)}
    try:
        preview = api.preview_name(seen.award, **names)
        if request.POST.get("confirmed") != "yes":
            return _ask(request, seen.award, context, preview)
        api.confirm_name(seen.award, seen.award.learner_id or 0, **names)
    except api.NotAllowed as refusal:
        if not api.awaits_confirmation(seen.award):
            return HttpResponseRedirect(address)
        return _ask(request, seen.award, {**context, "refusal": str(refusal), "typed": names}, None)
    return HttpResponseRedirect(address)


def _ask(
    request: HttpRequest, award: Award, context: Mapping[str, object], preview: api.NamePreview | None
) -> HttpResponse:
    shown = {**context, "preview": preview or api.preview_name(award)}
    return page(request, "confirm.html", shown, status=422 if "refusal" in context else 200)
