"""A learner's own data: what is held, to take away and to have erased."""

from __future__ import annotations

import json
from typing import cast
from uuid import UUID

from attrs import frozen
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from .. import api
from ..models import Achievement, Award
from .access import see
from .facts import Text, say
from .pages import guarded, not_found, page

__all__ = ["allow_again", "download", "erase", "my_data"]


@frozen(kw_only=True)
class Held:
    """One credential, as the pages of this module show it."""

    uuid: UUID
    title: Text
    files: int
    is_revoked: bool


@require_safe
@login_required
@guarded
def my_data(request: HttpRequest) -> HttpResponse:
    """What is held on whoever is signed in, and what can be done about it."""
    learner_id = _learner(request)
    preview = api.preview_learner_erasure(learner_id)
    context = {
        "held": _held(preview),
        "preview": preview,
        "objections": [(slug, _title(slug)) for slug in api.objections_of(learner_id)],
        "done": request.GET.get("done", ""),
    }
    return page(request, "my-data.html", context)


@require_safe
@login_required
@guarded
def download(request: HttpRequest) -> HttpResponse:
    """Everything that is held, as one JSON file."""
    text = json.dumps(api.personal_data(_learner(request)), ensure_ascii=False, indent=2)
    response = HttpResponse(text, content_type="application/json")
    response["Content-Disposition"] = 'attachment; filename="my-credentials-data.json"'
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@guarded
def erase(request: HttpRequest, uuid: UUID | None = None) -> HttpResponse:
    """First what would go and what stays; then, confirmed, it goes. One credential, or everything."""
    if uuid is not None and not see(request, uuid).is_owner:
        raise not_found()
    preview = api.preview_award_erasure(uuid) if uuid else api.preview_learner_erasure(_learner(request))
    is_confirmed = request.POST.get("confirmed") == "yes"
    if request.method == "POST" and is_confirmed:
        if uuid is not None:
            api.erase_award(uuid, by_holder=True)
        else:
            api.erase_learner(_learner(request), by_holder=True)
        return HttpResponseRedirect(reverse("ingenium_credentials:my-data") + "?done=erased")
    is_missing = request.method == "POST"
    context = {
        "held": _held(preview),
        "preview": preview,
        "is_everything": uuid is None,
        "action": request.path,
        "problem": _("Tick the box first: it cannot be undone.") if is_missing else "",
    }
    return page(request, "erase.html", context, status=400 if is_missing else 200)


@require_POST
@login_required
@guarded
def allow_again(request: HttpRequest) -> HttpResponse:
    """What was erased may be awarded again, if it is earned again."""
    api.allow_again(_learner(request), request.POST.get("definition", ""))
    return HttpResponseRedirect(reverse("ingenium_credentials:my-data") + "?done=allowed")


def _learner(request: HttpRequest) -> int:
    return cast(int, request.user.pk)


def _held(preview: api.ErasurePreview) -> list[Held]:
    return [
        Held(
            uuid=award.uuid,
            title=say(award.names),
            files=len(award.formats),
            is_revoked=award.state == Award.State.REVOKED,
        )
        for award in preview.awards
    ]


def _title(slug: str) -> Text:
    latest = Achievement.objects.filter(slug=slug).order_by("-version").only("names").first()
    return say(latest.names) if latest is not None else Text(slug)
