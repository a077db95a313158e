"""Take an award back, in every format at once. There is no way back; it can be earned anew."""

from __future__ import annotations

from uuid import UUID

from attrs import frozen
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ..badges.data import preferred
from ..conf import conf
from ..models import Award, Letter, StatusList
from . import announcing, auditing, mailing, queueing
from .errors import NotAllowed

__all__ = ["RevocationPreview", "preview_revocation", "revoke"]

_LONGEST_REASON = 255


@frozen(kw_only=True)
class RevocationPreview:
    """What revoking would do, without doing it."""

    award: UUID
    achievement: str
    state: str
    formats: tuple[str, ...]
    """The credentials that would stop being valid."""
    changes: bool
    """False when the award is revoked already."""
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
        changes=award.state != Award.State.REVOKED,
        seen_within_seconds=conf.STATUS_LIST_TTL_SECONDS,
    )


def revoke(award_uuid: UUID | str, *, reason: str, actor_id: int | None = None) -> Award:
    """Take the award back; twice changes nothing, the first reason stands.

    A pending award is then never issued. Raises `NotAllowed` without a reason of at most
    255 characters, and `Award.DoesNotExist`. The reason must not hold personal data.
    """
    reason = " ".join(reason.split())
    if not reason or len(reason) > _LONGEST_REASON:
        raise NotAllowed(_("A revocation needs a reason of at most 255 characters."))
    with transaction.atomic():
        award = Award.objects.select_for_update().get(uuid=award_uuid)
        if award.state == Award.State.REVOKED:
            return award
        was_issued = award.state == Award.State.ISSUED
        award.state, award.revoked_at, award.revocation_reason = Award.State.REVOKED, timezone.now(), reason
        award.next_attempt_at = None
        award.save(update_fields=["state", "revoked_at", "revocation_reason", "next_attempt_at"])
        # After the award: whoever is signing the list meanwhile makes us wait here.
        StatusList.objects.filter(pk=award.status_list_id).update(stale=True)
        auditing.note("revoked", award, actor_id=actor_id, reason=reason)
        queueing.queue(queueing.PUBLISH, award.status_list_id)
        if was_issued:
            announcing.revoked_on_commit(award)
            mailing.queue_letter(award, Letter.Kind.REVOKED)
    return award
