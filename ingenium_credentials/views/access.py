"""Who may see an award: its learner always, everybody else once the learner has shared it."""

from __future__ import annotations

from uuid import UUID

from attrs import frozen
from django.http import HttpRequest

from ..models import Award
from .pages import not_found

__all__ = ["Seen", "is_public", "see"]


@frozen
class Seen:
    """An award, and in which part it is looked at."""

    award: Award
    is_owner: bool


def see(request: HttpRequest, uuid: UUID) -> Seen:
    """The award, or the same `Problem` for one that is private as for one that does not exist."""
    award = Award.objects.select_related("achievement", "issuer__organisation").filter(uuid=uuid).first()
    # After the end of an account the row stays as the issuer's evidence, without a person.
    if award is None or not award.recipient_name:
        raise not_found()
    is_owner = request.user.is_authenticated and award.learner_id == request.user.pk
    if not is_owner and not is_public(award):
        raise not_found()
    return Seen(award, is_owner)


def is_public(award: Award) -> bool:
    """Whether strangers may see it: shared, and there is a document to see."""
    return award.shared_at is not None and award.state != Award.State.PENDING
