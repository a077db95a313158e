"""Awards that replace each other: who may be led from one to the other.

Whoever may see the new one is led to it from the old one. Back leads only its owner's way:
a name that was corrected must not be found behind the new one.
"""

from __future__ import annotations

from uuid import UUID

from attrs import frozen
from django.http import HttpRequest

from .. import api
from ..conf import conf
from ..models import Award
from .access import is_public

__all__ = ["Replacement", "former_of", "replaced", "successor_of"]


@frozen
class Replacement:
    """That a credential was replaced, and by which one if the visitor may see it."""

    successor: Award | None


def successor_of(award: Award, *, is_owner: bool) -> Award | None:
    """The issued award that replaces this one in the end, if the visitor may see it."""
    found = award
    while (following := Award.objects.filter(supersedes=found).first()) is not None:
        found = following
    if found == award or found.state == Award.State.PENDING or not found.recipient_name:
        return None
    return found if is_owner or is_public(found) else None


def former_of(award: Award, *, is_owner: bool) -> Award | None:
    """The award that this one has replaced, for its owner."""
    former = award.supersedes if is_owner else None
    return former if former is not None and former.recipient_name else None


def replaced(request: HttpRequest, document: dict[str, object] | None) -> Replacement | None:
    """Whether a document that is shown to be signed was replaced here; None if it was not."""
    award = _award_of(document)
    if award is None or award.state != Award.State.SUPERSEDED:
        return None
    is_owner = request.user.is_authenticated and award.learner_id == request.user.pk
    return Replacement(successor_of(award, is_owner=is_owner))


def _award_of(document: dict[str, object] | None) -> Award | None:
    """The award of ours that the document is of, by its id."""
    prefix, _slash, last = str((document or {}).get("id", "")).rpartition("/")
    if prefix != f"{conf.BASE_URL}/ingenium/credentials":
        return None
    try:
        award = Award.objects.filter(uuid=UUID(last)).first()
    except ValueError:
        return None
    return award if award is not None and api.credential_url(award) == (document or {}).get("id") else None
