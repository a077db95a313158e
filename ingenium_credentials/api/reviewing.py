"""Look at an award again: it stays valid meanwhile; `concluding` says how that ends.

A review is opened by a person, by the loss of what the award was earned with, or because
a part of it was taken back. One with a date ends by itself, others by a person only. A
pending award under review is held: it stays pending, and is not signed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_noop

from ..models import Award, AwardRule, Letter
from . import auditing
from .mailing import queue_letter
from .states import State, Which, demand_reason, locked, move

__all__ = [
    "LOST",
    "PART_REVOKED",
    "PART_SUPERSEDED",
    "hold",
    "holders",
    "leave_to_person",
    "lost",
    "open_review",
    "review_wholes",
    "wholes_of",
]

LOST = gettext_noop("The conditions for this award are no longer met.")
"""The reason of a review that ends by itself when they are met again."""
PART_REVOKED = gettext_noop("A credential that this one is built on was revoked.")
NOT_TOLD = gettext_noop("The learner could not be told of the review, so a person decides.")
PART_SUPERSEDED = gettext_noop("A credential that this one is built on was replaced.")


def open_review(
    award: Which, reason: str, actor_id: int | None = None, due_at: dt.datetime | None = None
) -> Award:
    """Put the award under review; one that is so already keeps its reason and its date.

    It is revoked at `due_at`; without, only a person ends the review. The learner may read
    the reason. Raises `NotAllowed` without a reason, and for an award that does not stand.
    """
    reason = demand_reason(reason)
    changes = {"review_reason": reason, "review_due_at": due_at}
    with transaction.atomic():
        row = locked(award)
        if row.review_reason and row.state in (State.PENDING, State.REVIEW):
            return row
        if row.state == State.PENDING:
            hold(row, action="held", actor_id=actor_id, reason=reason, **changes)
            return row
        move(row, State.REVIEW, action="review-opened", actor_id=actor_id, reason=reason, **changes)
        queue_letter(row, Letter.Kind.REVIEW)
    return row


def hold(row: Award, *, action: str, actor_id: int | None, reason: str, **changes: object) -> None:
    """Change a review and not the state: stop a pending award from being signed, say, or let it go on."""
    for name, value in changes.items():
        setattr(row, name, value)
    row.save(update_fields=list(changes))
    auditing.note(action, row, actor_id=actor_id, reason=reason)


def held_by(rule: AwardRule, learner_id: int) -> Award | None:
    """The award that `lost` would put under review."""
    return None if rule.on_loss == AwardRule.OnLoss.KEEP else _held_by(rule, [learner_id]).first()


def holders(rule: AwardRule, learner_ids: Sequence[int]) -> frozenset[int]:
    """Who of these has an award that `lost` would put under review; one query."""
    if rule.on_loss == AwardRule.OnLoss.KEEP:
        return frozenset()
    found = _held_by(rule, learner_ids).values_list("learner_id", flat=True)
    return frozenset(learner_id for learner_id in found if learner_id is not None)


def lost(rule: AwardRule, learner_id: int) -> list[Award]:
    """The learner no longer meets the rule by which this was awarded: do as the rule says.

    Returns the awards that came under review by it. What is under review stays as it is.
    """
    if rule.on_loss == AwardRule.OnLoss.KEEP:
        return []
    revokes = rule.on_loss == AwardRule.OnLoss.REVOKE
    # Never at once, whatever an older rule says: nobody loses an award without notice.
    due_at = timezone.now() + dt.timedelta(days=max(rule.review_days, 1)) if revokes else None
    return [open_review(award, LOST, due_at=due_at) for award in _held_by(rule, [learner_id])]


def _held_by(rule: AwardRule, learner_ids: Sequence[int]) -> QuerySet[Award]:
    standing = Award.objects.filter(rule=rule, learner_id__in=learner_ids, review_reason="")
    return standing.filter(state__in=(State.PENDING, State.ISSUED))


def leave_to_person(award: Award) -> None:
    """The review of the locked award does not end by itself any more: the learner does not know of it."""
    hold(award, action="review-left", actor_id=None, reason=NOT_TOLD, review_due_at=None)


def review_wholes(part: Award, reason: str) -> None:
    """What is built on the award is looked at by a person; it is not taken away with it."""
    for whole in wholes_of(part):
        open_review(whole, reason)


def wholes_of(part: Award) -> QuerySet[Award]:
    """The awards built on it that nobody looks at yet."""
    return part.wholes.filter(state__in=(State.PENDING, State.ISSUED)).order_by("pk")
