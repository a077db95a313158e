"""Who may see an award: its learner always, everybody else once the learner has shared it."""

from __future__ import annotations

from uuid import UUID

from attrs import frozen
from django.http import HttpRequest
from django.utils.translation import gettext as _

from ..models import Award
from .pages import Problem, not_found

__all__ = ["Seen", "is_public", "see"]


@frozen
class Seen:
    """An award, and in which part it is looked at."""

    award: Award
    is_owner: bool


def see(request: HttpRequest, uuid: UUID) -> Seen:
    """The award, or the same `Problem` for one that is private as for one that does not exist."""
    award = Award.objects.filter(uuid=uuid).first()
    if award is None:
        raise not_found()
    if award.state == Award.State.ERASED:
        raise erased()
    is_owner = request.user.is_authenticated and award.learner_id == request.user.pk
    if not is_owner and not is_public(award):
        raise not_found()
    return Seen(award, is_owner)


def erased() -> Problem:
    """What everybody gets at the address of an erased record: nobody's name, and nothing against it."""
    return Problem(
        410,
        _("This record was erased"),
        _(
            "A credential was issued under this address. Its record was erased at the holder's request, and"
            " this site cannot show it any more. That is no revocation: if you have the file, you can still"
            " check it here."
        ),
    )


def is_public(award: Award) -> bool:
    """Whether strangers may see it: shared, and there is a document to see."""
    return award.shared_at is not None and award.state != Award.State.PENDING
