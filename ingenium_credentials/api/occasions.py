"""The rows of awards: which occasion is which, and how the next one gets its place.

The database's unique constraints decide who was first, not a lock.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ..models import Award, AwardRulePart, Letter
from . import auditing, overseeing, queueing, status
from .errors import NotReady
from .mailing import queue_letter
from .states import STANDING

__all__ = ["insert", "latest", "of_learners", "past", "standing"]

_PLACES_TRIED = 20
_DECIDING = ("review_reason", "awarded_at", "revoked_at", "erased_at", "valid_until", "review_due_at")


def past(learner_id: int, definition: str) -> list[Award]:
    """The learner's awards of the definition, the first occasion first, whatever became of them."""
    return list(Award.objects.filter(learner_id=learner_id, definition=definition).order_by("occasion"))


def standing(awards: Sequence[Award]) -> Award | None:
    """Of a learner's past, what they have or are about to have; a correction under way comes second."""
    return next((award for award in awards if award.state in STANDING), None)


def latest(learner_id: int, definition: str) -> Award | None:
    """The award of the last occasion, whatever became of it."""
    found = Award.objects.filter(learner_id=learner_id, definition=definition)
    return found.order_by("-occasion").first()


def of_learners(learner_ids: Sequence[int], definition: str) -> dict[int, list[Award]]:
    """Of each of many learners, the awards of the definition in order: what decides on one more."""
    rows = Award.objects.filter(learner_id__in=learner_ids, definition=definition).order_by("occasion")
    found: dict[int, list[Award]] = {}
    for row in rows.only("learner_id", "state", *_DECIDING):
        found.setdefault(row.learner_id or 0, []).append(row)
    return found


def insert(
    new: Award,
    *,
    parts: Iterable[Award] = (),
    courses: Collection[str],
    action: str,
    actor_id: int | None,
    reason: str,
) -> Award:
    """Save the award as its occasion, with a place in a status list, and have it issued.

    The staff of `courses` sees to it. The occasion must come from what the caller has looked
    at: whoever decides on the same rows in this moment wants the same one, and gets back the
    award of whoever was first.
    """
    parts = list(parts)
    if AwardRulePart.objects.filter(definition=new.definition, rule__enabled=True).exists():
        new.wholes_due_at = timezone.now()
    for _try in range(_PLACES_TRIED):
        try:
            with transaction.atomic():
                new.status_list, new.status_index = status.allot(new.issuer)
                new.save(force_insert=True)
                _link(new, parts)
                overseeing.oversee(new, courses)
                auditing.note(action, new, actor_id=actor_id, reason=reason)
                _have_issued(new)
            new.is_new = True
            return new
        except IntegrityError:
            new.pk = None
            # Either somebody else was first, or has taken the place in the list.
            other = latest(new.learner_id or 0, new.definition)
            if other is not None and other.occasion >= new.occasion:
                return other
    raise NotReady(_("No free place was found in a status list."))


def _link(new: Award, parts: Sequence[Award]) -> None:
    if parts:  # else Django asks first what is there
        new.parts.add(*parts)


def _have_issued(new: Award) -> None:
    """At once, or when the learner has confirmed the name; what it completes is not kept waiting."""
    if new.wholes_due_at is not None:
        queueing.queue(queueing.STACK, [new.pk])
    if new.confirmation_due_at is not None:
        queue_letter(new, Letter.Kind.CONFIRM)
    else:
        queueing.queue(queueing.ISSUE, [new.pk])
