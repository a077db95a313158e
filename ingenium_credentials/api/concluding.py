"""How a review ends: a person decides, or the conditions are met again."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ..models import Award, Letter
from . import queueing
from .errors import NotAllowed
from .mailing import queue_letter
from .reviewing import LOST, hold
from .revoking import revoke
from .states import State, Which, demand_reason, locked, move

__all__ = ["close_review", "regained"]

_UNDER_REVIEW = (State.PENDING, State.REVIEW)


def close_review(award: Which, stands: bool, reason: str, actor_id: int | None) -> Award:
    """End the review: the award stands again, or is revoked.

    Raises `NotAllowed` without a reason, and for an award that is not under review.
    """
    reason = demand_reason(reason)
    with transaction.atomic():
        row = locked(award)
        if row.state not in _UNDER_REVIEW or not row.review_reason:
            raise NotAllowed(_("The award is not under review."))
        if not stands:
            return revoke(row, reason=reason, actor_id=actor_id)
        return _reinstate(row, reason, actor_id)


def regained(award: Which) -> Award:
    """The conditions are met again: a review that their loss has opened ends well, no other."""
    with transaction.atomic():
        row = locked(award)
        if row.review_reason == LOST and row.state in _UNDER_REVIEW:
            _reinstate(row, "", None)
    return row


def _reinstate(row: Award, reason: str, actor_id: int | None) -> Award:
    ended = {"review_due_at": None, "review_reason": ""}
    if row.learner_id is not None:
        # What came meanwhile found that this one could not be counted on.
        row.wholes_due_at = timezone.now()
        row.save(update_fields=["wholes_due_at"])
        queueing.queue(queueing.STACK, [row.pk])
    if row.state == State.PENDING:
        hold(row, action="released", actor_id=actor_id, reason=reason, **ended)
        queueing.queue(queueing.ISSUE, [row.pk])
        return row
    move(row, State.ISSUED, action="review-closed", actor_id=actor_id, reason=reason, **ended)
    queue_letter(row, Letter.Kind.REINSTATED)
    return row
