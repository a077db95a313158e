"""Prolong what ends: a new award in the place of the one that expires."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ..conf import conf
from ..models import Achievement, Award
from . import definitions, superseding
from .errors import NotAllowed
from .states import State, Which, demand_reason

__all__ = ["is_renewable", "renew", "renew_if_earned_again"]

EARNED_AGAIN = "It was earned again."


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
    **fresh: Any,
) -> Award:
    """A new award with a new end in the place of one that expires; returns it, pending.

    `awarded_at` is when it was earned again, else now; `fresh` are further fields that come
    with that. It is of the definition's version that is awarded now. A renewal under way is
    returned as it is. Raises `NotAllowed` without a reason, for what has no end, is not near
    it, or was not earned again since, and where no version is awarded.
    """
    reason = demand_reason(reason)
    now = timezone.now()
    moment = awarded_at or now
    with transaction.atomic():
        row = superseding.newest(award)
        if row.state == State.PENDING and superseding.is_renewal(row):
            return row
        if not is_renewable(row, now):
            raise NotAllowed(_("Only an award that expires soon, or has expired, can be renewed."))
        if not row.awarded_at < moment <= now:
            raise NotAllowed(_("It has not been earned again since it was awarded."))
        version = _awarded_version(row)
        days = version.validity_days
        return superseding.replace(
            row,
            action="renewed",
            actor_id=actor_id,
            reason=reason,
            achievement_id=version.pk,
            issuer_id=version.issuer_id,
            awarded_at=moment,
            valid_until=moment + dt.timedelta(days=days) if days else None,
            **fresh,
        )


def renew_if_earned_again(latest: Award | None, earned_at: dt.datetime, **fresh: Any) -> Award | None:
    """Renew the last award that was earned again by newer results, if its end is near or past; else None."""
    if latest is None or earned_at <= latest.awarded_at or not is_renewable(latest, timezone.now()):
        return None
    return renew(latest, reason=EARNED_AGAIN, awarded_at=earned_at, **fresh)


def _awarded_version(row: Award) -> Achievement:
    active = Achievement.objects.filter(slug=row.definition, state=Achievement.State.ACTIVE).first()
    if active is None:
        raise NotAllowed(_("No version of the definition is awarded any more, so that it cannot be renewed."))
    return definitions.freeze(active)
