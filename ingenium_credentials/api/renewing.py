"""Prolong what ends: a new award in the place of the one that expires."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ..conf import conf
from ..models import Award
from . import superseding
from .errors import NotAllowed
from .states import State, Which, demand_reason

__all__ = ["is_renewable", "renew"]


def is_renewable(award: Award, now: dt.datetime) -> bool:
    """Whether the award is issued or expired, has an end, and that is near or past."""
    if award.valid_until is None or award.state not in (State.ISSUED, State.EXPIRED):
        return False
    return now >= award.valid_until - dt.timedelta(days=conf.RENEWAL_DAYS)


def renew(
    award: Which,
    *,
    reason: str,
    actor_id: int | None = None,
    awarded_at: dt.datetime | None = None,
) -> Award:
    """A new award with a new end in the place of one that expires; returns it, pending.

    `awarded_at` is when it was earned again, else now. A renewal under way is returned as
    it is. Raises `NotAllowed` without a reason, for what has no end, is not near it, or
    was not earned again since, and where the definition's newest version is not awarded.
    """
    reason = demand_reason(reason)
    now = timezone.now()
    moment = awarded_at or now
    with transaction.atomic():
        row = superseding.newest(award)
        if row.state == State.PENDING and row.supersedes is not None and superseding.is_renewal(row):
            return row
        if not is_renewable(row, now):
            raise NotAllowed(_("Only an award that expires soon, or has expired, can be renewed."))
        if not row.awarded_at < moment <= now:
            raise NotAllowed(_("It has not been earned again since it was awarded."))
        days = row.achievement.validity_days
        valid_until = moment + dt.timedelta(days=days) if days else None
        return superseding.replace(
            row,
            action="renewed",
            actor_id=actor_id,
            reason=reason,
            awarded_at=moment,
            valid_until=valid_until,
        )
