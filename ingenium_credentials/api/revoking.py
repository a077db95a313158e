"""Take an award back, in every format at once. There is no way back; it can be earned anew."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from attrs import frozen
from django.db import transaction
from django.utils import timezone

from ..badges.data import preferred
from ..conf import conf
from ..models import Award, Letter
from . import announcing
from .mailing import queue_letter
from .reviewing import PART_REVOKED, review_wholes, wholes_of
from .states import State, Which, demand_reason, locked, move

__all__ = ["RevocationPreview", "preview_revocation", "revoke"]


@frozen(kw_only=True)
class RevocationPreview:
    """What revoking would do, without doing it."""

    award: UUID
    achievement: str
    state: str
    formats: tuple[str, ...]
    """The credentials that would stop being valid."""
    wholes: int
    """How many awards that are built on it would come under review."""
    changes: bool
    """False when the award is revoked or replaced already."""
    seen_within_seconds: int
    """How long verifiers may go on with the list that they have."""


def preview_revocation(award_uuid: UUID | str) -> RevocationPreview:
    """What `revoke` would do; raises `Award.DoesNotExist`."""
    award = Award.objects.select_related("achievement").get(uuid=award_uuid)
    return RevocationPreview(
        award=award.uuid,
        achievement=preferred(award.achievement.names),
        state=award.state,
        formats=tuple(award.credentials.order_by("format").values_list("format", flat=True)),
        wholes=wholes_of(award).count(),
        changes=award.revoked_at is None,
        seen_within_seconds=conf.STATUS_LIST_TTL_SECONDS,
    )


def revoke(award_uuid: Which, *, reason: str, actor_id: int | None = None, by_itself: bool = False) -> Award:
    """Take the award back; twice changes nothing, the first reason stands.

    A pending award is then never issued, nor is a correction of it that is under way. What
    is built on the award comes under review. Raises `NotAllowed` without a reason of at most
    255 characters, for an award that was replaced, and `Award.DoesNotExist`. The reason must
    not hold personal data. `by_itself` when the date of its review came: then meeting the
    conditions again is enough to earn it anew.
    """
    reason = demand_reason(reason)
    with transaction.atomic():
        # Before the award: whoever issues a correction has it, and then wants this one.
        successor = _pending_successor(award_uuid)
        award = locked(award_uuid)
        if award.state == State.REVOKED or (award.state == State.ERASED and award.revoked_at is not None):
            return award
        was_issued = award.state not in (State.PENDING, State.ERASED)
        _revoke(award, reason, actor_id, keeps_date=by_itself)
        if successor is not None:
            _revoke(successor, reason, actor_id, keeps_date=False)
        if was_issued:
            announcing.revoked_on_commit(award)
            queue_letter(award, Letter.Kind.REVOKED)
        review_wholes(award, PART_REVOKED)
    return award


def _pending_successor(award: Which) -> Award | None:
    uuid = award.uuid if isinstance(award, Award) else award
    rows = Award.objects.select_for_update().filter(supersedes__uuid=uuid, state=State.PENDING)
    return rows.first()


def _revoke(award: Award, reason: str, actor_id: int | None, *, keeps_date: bool) -> None:
    changes: dict[str, Any] = {
        "revoked_at": timezone.now(),
        "revocation_reason": reason,
        "next_attempt_at": None,
        "review_reason": "",
        "review_due_at": award.review_due_at if keeps_date else None,
    }
    if award.state == State.PENDING:
        # It has replaced nothing.
        changes["supersedes"] = None
    # What was erased can turn out to be false; it stays erased.
    state = State.ERASED if award.state == State.ERASED else State.REVOKED
    move(award, state, action="revoked", actor_id=actor_id, reason=reason, **changes)
