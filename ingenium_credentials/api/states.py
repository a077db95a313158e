"""The life of an award: which state may follow which, and the one way from one to the next.

    pending → issued → under review → revoked, or issued again
                     → superseded, expired, erased

An award is revoked in the status list exactly if `revoked_at` is set: when it is revoked,
and when it is superseded.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from ..models import Award, StatusList
from . import auditing, queueing
from .errors import NotAllowed, NotReady

__all__ = ["COUNTING", "STANDING", "Which", "demand_reason", "issuable", "locked", "move"]

State = Award.State
Which = Award | UUID | str
"""An award, or its public id."""

STANDING = (State.PENDING, State.ISSUED, State.REVIEW)
"""The states in which a learner has the award, or is about to; never two of one definition."""
COUNTING = (State.PENDING, State.ISSUED)
"""States in which an award counts towards another one.

A pending award counts: it has been earned, and only its signature is missing. Of one under
review it is not known, until that is decided; one that is revoked, superseded, expired or
erased never counts (what supersedes another is an award of its own, and counts).
"""
_NEXT: dict[str, frozenset[str]] = {
    State.PENDING: frozenset({State.ISSUED, State.REVOKED, State.ERASED}),
    State.ISSUED: frozenset(
        {State.REVIEW, State.REVOKED, State.SUPERSEDED, State.EXPIRED, State.ERASED},
    ),
    State.REVIEW: frozenset({State.ISSUED, State.REVOKED, State.ERASED}),
    State.EXPIRED: frozenset({State.REVOKED, State.SUPERSEDED, State.ERASED}),
    State.REVOKED: frozenset({State.ERASED}),
    State.SUPERSEDED: frozenset({State.ERASED}),
    # Revoked in the status list, and as erased as before.
    State.ERASED: frozenset({State.ERASED}),
}
_LONGEST_REASON = 255


def locked(which: Which) -> Award:
    """The award as it is now, for the rest of the transaction nobody else's; raises `Award.DoesNotExist`."""
    uuid = which.uuid if isinstance(which, Award) else which
    return Award.objects.select_for_update().get(uuid=uuid)


def move(
    award: Award, state: str, *, action: str, actor_id: int | None, reason: str = "", **changes: Any
) -> None:
    """Bring a locked award into the state, with further fields, and note who, when and why.

    Raises `NotAllowed` for a step that the life of an award does not have, and `NotReady`
    when somebody else was faster.
    """
    former, was_revoked = award.state, award.revoked_at is not None
    if state not in _NEXT[former]:
        raise NotAllowed(
            _("An award that is %(former)s cannot become %(state)s.")
            % {"former": State(former).label.lower(), "state": State(state).label.lower()}
        )
    if not Award.objects.filter(pk=award.pk, state=former).update(state=state, **changes):
        raise NotReady(_("The award was changed by somebody else in this moment. Look at it again."))
    for name, value in {"state": state, **changes}.items():
        setattr(award, name, value)
    if award.revoked_at is not None and not was_revoked:
        # After the award: whoever is signing the list meanwhile makes us wait here.
        StatusList.objects.filter(pk=award.status_list_id).update(stale=True)
        queueing.queue(queueing.PUBLISH, award.status_list_id)
    auditing.note(action, award, actor_id=actor_id, reason=reason)


def demand_reason(reason: str) -> str:
    """The reason in one line, without illegible characters.

    Raises `NotAllowed` without one of at most 255 characters.
    """
    reason = " ".join(auditing.legible(reason).split())
    if not reason or len(reason) > _LONGEST_REASON:
        raise NotAllowed(_("This needs a reason of at most 255 characters."))
    return reason


def issuable(now: Any) -> Q:
    """Which awards may be signed now: pending, not held by a review, the name confirmed or time up."""
    confirmed = Q(confirmation_due_at=None) | Q(confirmed_at__isnull=False) | Q(confirmation_due_at__lte=now)
    return Q(state=State.PENDING, review_reason="") & confirmed
