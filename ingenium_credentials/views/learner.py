"""A learner's own pages: what they have, and who may see it."""

from __future__ import annotations

from uuid import UUID

from attrs import frozen
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from .. import api
from ..models import Achievement, Award
from . import wording
from .access import is_public, see
from .facts import Text, say
from .pages import guarded, not_found, page
from .public import image_address

__all__ = ["my_credentials", "share"]

_MOST_OFFERED = 12


@frozen(kw_only=True)
class Card:
    """One credential in the list."""

    award: Award
    title: Text
    kind: str
    image: str
    state: str
    """A state of the award; or, of a pending one, `confirm` or `held`."""
    is_public: bool


@require_safe
@login_required
@guarded
def my_credentials(request: HttpRequest) -> HttpResponse:
    """All credentials of whoever is signed in, newest first; or the one that a letter leads to.

    `?open=<id>` is where letters lead: a private credential shows itself to nobody who has not
    signed in, not even so much as that it is there.
    """
    wanted = _wanted(request)
    if wanted is not None:
        return HttpResponseRedirect(reverse("ingenium_credentials:credential", args=[wanted]))
    awards = (
        Award.objects.filter(learner_id=request.user.pk)
        .exclude(recipient_name="")
        .select_related("achievement")
        .defer("achievement__image_png", "achievement__image_svg")
    )
    cards = [_card(award) for award in awards]
    offered = [] if cards else _offered()
    return page(request, "credentials.html", {"cards": cards, "offered": offered})


def _wanted(request: HttpRequest) -> UUID | None:
    """The id of the learner's own award that is asked for."""
    try:
        uuid = UUID(request.GET.get("open", ""))
    except ValueError:
        return None
    return uuid if Award.objects.filter(uuid=uuid, learner_id=request.user.pk).exists() else None


def _card(award: Award) -> Card:
    achievement = award.achievement
    return Card(
        award=award,
        title=say(achievement.names),
        kind=wording.kind(achievement.kind),
        image=image_address(achievement.uuid),
        state=_state(award),
        is_public=is_public(award),
    )


def _state(award: Award) -> str:
    """What the owner has to know first; the sweep may not have come by yet."""
    if award.state == Award.State.PENDING and award.review_reason:
        return "held"
    if api.awaits_confirmation(award):
        return "confirm"
    over = award.valid_until is not None and award.valid_until <= timezone.now()
    return "expired" if over and award.state == Award.State.ISSUED else award.state


def _offered() -> list[dict[str, object]]:
    """What can be earned now, for a list that is still empty."""
    active = Achievement.objects.filter(state=Achievement.State.ACTIVE, rules__enabled=True).distinct()
    active = active.defer("image_png", "image_svg")[:_MOST_OFFERED]
    return [
        {"achievement": found, "title": say(found.names), "image": image_address(found.uuid)}
        for found in active
    ]


@require_POST
@login_required
@guarded
def share(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Make a credential public or private, by its owner only."""
    seen = see(request, uuid)
    if not seen.is_owner:
        raise not_found()
    api.share(seen.award, request.POST.get("shared") == "yes", request.user.pk)
    if request.POST.get("from") == "list":
        return HttpResponseRedirect(reverse("ingenium_credentials:my-credentials") + f"#c-{uuid}")
    return HttpResponseRedirect(reverse("ingenium_credentials:credential", args=(uuid,)) + "#sharing")
