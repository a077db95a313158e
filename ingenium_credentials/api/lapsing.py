"""What time brings: reviews whose date has come, awards that end, and those that soon will."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from ..conf import conf
from ..models import Award, Letter
from .awarding import is_met
from .concluding import regained
from .errors import NotAllowed, NotReady
from .mailing import queue_letter, told_of_review
from .reviewing import LOST, leave_to_person
from .revoking import revoke
from .states import State, move

__all__ = ["lapse", "lapsed"]


def lapsed(now: dt.datetime) -> Iterator[int]:
    """The awards for which time has brought something, by id."""
    due = _due(now) | _ended(now)
    if conf.MAIL:
        due |= _ending(now)
    found = Award.objects.filter(due).order_by("pk")
    return found.values_list("pk", flat=True).iterator(chunk_size=2000)


def _due(now: dt.datetime) -> Q:
    due = Q(state__in=(State.REVIEW, State.PENDING), review_due_at__lte=now)
    if not conf.MAIL:
        return due
    # The days are counted from when the letter is sent.
    waiting = Letter.objects.filter(kind=Letter.Kind.REVIEW, sent_at=None, given_up_at=None)
    return due & ~Q(state=State.REVIEW, pk__in=waiting.values("award"))


def _ended(now: dt.datetime) -> Q:
    return Q(state=State.ISSUED, valid_until__lte=now)


def _ending(now: dt.datetime) -> Q:
    soon = now + dt.timedelta(days=conf.EXPIRY_NOTICE_DAYS)
    told = Letter.objects.filter(kind=Letter.Kind.EXPIRING).values("award")
    replaced = Award.objects.filter(supersedes__isnull=False).values("supersedes")
    return (
        Q(state=State.ISSUED, valid_until__gt=now, valid_until__lte=soon)
        & ~Q(pk__in=told)
        & ~Q(pk__in=replaced)
    )


def lapse(award_ids: Sequence[int]) -> int:
    """Do what has become due for these awards; returns for how many. Twice changes nothing."""
    return sum(_lapse(pk) for pk in dict.fromkeys(award_ids))


def _lapse(pk: int) -> bool:
    try:
        with transaction.atomic():
            return _step(Award.objects.select_for_update().get(pk=pk))
    except (Award.DoesNotExist, NotAllowed, NotReady):
        return False


def _step(award: Award) -> bool:
    now = timezone.now()
    one = Award.objects.filter(pk=award.pk)
    if one.filter(_due(now)).exists():
        return _end_review(award)
    if one.filter(_ended(now)).exists():
        move(award, State.EXPIRED, action="expired", actor_id=None)
        return True
    if one.filter(_ending(now)).exists():
        queue_letter(award, Letter.Kind.EXPIRING)
        return True
    return False


def _end_review(award: Award) -> bool:
    """Revoke it, unless what was lost is there again; where that cannot be told, wait.

    Nobody loses an award by a review that they were not told of: that is for a person to decide.
    """
    if award.review_reason == LOST and award.rule is not None and award.learner_id is not None:
        met = is_met(award.rule, award.learner_id)
        if met is None:
            return False
        if met:
            regained(award)
            return True
    told = told_of_review(award)
    if told is None:
        return False
    if not told:
        leave_to_person(award)
        return True
    revoke(award, reason=award.review_reason, by_itself=award.review_reason == LOST)
    return True
