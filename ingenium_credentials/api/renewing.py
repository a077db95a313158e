"""Prolong what ends: a new award in the place of the one that expires."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from attrs import frozen
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ..badges.data import preferred
from ..conf import conf
from ..models import Achievement, Award
from . import definitions, superseding
from .errors import NotAllowed
from .states import COUNTING, State, Which, demand_reason

__all__ = [
    "RenewalPreview",
    "is_earned_again",
    "is_renewable",
    "preview_renewal",
    "renew",
    "renew_if_earned_again",
]

EARNED_AGAIN = "It was earned again."


def is_renewable(award: Award, now: dt.datetime) -> bool:
    """Whether the award is issued or expired, has an end, and that is near or past."""
    if award.valid_until is None or award.state not in (State.ISSUED, State.EXPIRED):
        return False
    return now >= award.valid_until - dt.timedelta(days=conf.RENEWAL_DAYS)


@frozen(kw_only=True)
class RenewalPreview:
    """What a renewal would do, without doing it."""

    award: UUID
    achievement: str
    """As the version that is awarded now calls it."""
    name: str
    latin_name: str
    ends: tuple[dt.datetime | None, dt.datetime | None]
    """Until when it is valid, before and after; None: without an end."""
    versions: tuple[int, int]
    """Of the definition, before and after."""
    formats: tuple[str, ...]
    """The credentials that would be replaced."""
    wholes: int
    """Awards that are built on this one, and would come under review."""
    seen: str
    """A token of what was looked at, for `renew`."""


def preview_renewal(award: Which) -> RenewalPreview:
    """What `renew` would do now; raises as it does."""
    with transaction.atomic():
        row = superseding.newest(award)
    now = timezone.now()
    _demand_renewable(row, now)
    version = _active_version(row)
    return RenewalPreview(
        award=row.uuid,
        achievement=preferred(version.names),
        name=row.recipient_name,
        latin_name=row.recipient_latin_name,
        ends=(row.valid_until, _end(version, now)),
        versions=(row.achievement.version, version.version),
        formats=tuple(row.credentials.order_by("format").values_list("format", flat=True)),
        wholes=row.wholes.filter(state__in=COUNTING).count(),
        seen=_look_of(row, version),
    )


def renew(
    award: Which,
    *,
    reason: str,
    actor_id: int | None = None,
    awarded_at: dt.datetime | None = None,
    seen: str = "",
    **fresh: Any,
) -> Award:
    """A new award with a new end in the place of one that expires; returns it, pending.

    `awarded_at` is when it was earned again, else now; `fresh` are further fields that come
    with that. It is of the definition's version that is awarded now. A renewal under way is
    returned as it is. Raises `NotAllowed` without a reason, for what has no end, is not near
    it, or was not earned again since, where no version is awarded, and with the `seen` of a
    preview when the award, or the version that is awarded, has changed since.
    """
    reason = demand_reason(reason)
    now = timezone.now()
    moment = awarded_at or now
    with transaction.atomic():
        row = superseding.newest(award)
        if row.state == State.PENDING and superseding.is_renewal(row):
            return row
        _demand_renewable(row, now)
        if not row.awarded_at < moment <= now:
            raise NotAllowed(_("It has not been earned again since it was awarded."))
        active = _active_version(row)
        if seen and seen != _look_of(row, active):
            raise NotAllowed(_("The award or its definition has changed since you looked. Look again."))
        version = definitions.freeze(active)
        return superseding.replace(
            row,
            action="renewed",
            actor_id=actor_id,
            reason=reason,
            achievement_id=version.pk,
            issuer_id=version.issuer_id,
            awarded_at=moment,
            valid_until=_end(version, moment),
            **fresh,
        )


def is_earned_again(latest: Award, earned_at: dt.datetime | None) -> bool:
    """Whether the last award was earned again by newer results, and its end is near or past."""
    if earned_at is None or earned_at <= latest.awarded_at:
        return False
    return is_renewable(latest, timezone.now())


def renew_if_earned_again(latest: Award | None, earned_at: dt.datetime, **fresh: Any) -> Award | None:
    """Renew the last award that was earned again by newer results, if its end is near or past; else None."""
    if latest is None or not is_earned_again(latest, earned_at):
        return None
    return renew(latest, reason=EARNED_AGAIN, awarded_at=earned_at, **fresh)


def _demand_renewable(row: Award, now: dt.datetime) -> None:
    if not is_renewable(row, now):
        raise NotAllowed(_("Only an award that expires soon, or has expired, can be renewed."))


def _active_version(row: Award) -> Achievement:
    active = Achievement.objects.filter(slug=row.definition, state=Achievement.State.ACTIVE).first()
    if active is None:
        raise NotAllowed(_("No version of the definition is awarded any more, so that it cannot be renewed."))
    return active


def _end(version: Achievement, moment: dt.datetime) -> dt.datetime | None:
    return moment + dt.timedelta(days=version.validity_days) if version.validity_days else None


def _look_of(row: Award, version: Achievement) -> str:
    return f"{superseding.look_of(row)}.{version.pk}"
