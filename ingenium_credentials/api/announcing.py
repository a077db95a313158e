"""Tell the rest of the platform: BADGE_AWARDED and BADGE_REVOKED.

Sent once the transaction has committed, by the process that changed the award's state.
"""

from __future__ import annotations

import logging
from functools import partial
from typing import Any

from django.db import transaction
from openedx_events.learning.data import BadgeData, BadgeTemplateData, UserData, UserPersonalData
from openedx_events.learning.signals import BADGE_AWARDED, BADGE_REVOKED

from .. import lms
from ..badges.data import preferred
from ..conf import conf
from ..models import Award

__all__ = ["awarded_on_commit", "revoked_on_commit"]

logger = logging.getLogger(__name__)

ORIGIN = "ingenium_credentials"


def awarded_on_commit(award: Award) -> None:
    """Announce that the award's credentials are there."""
    transaction.on_commit(partial(_send, BADGE_AWARDED, award), robust=True)


def revoked_on_commit(award: Award) -> None:
    """Announce that the award stands no more."""
    transaction.on_commit(partial(_send, BADGE_REVOKED, award), robust=True)


def _send(signal: Any, award: Award) -> None:
    # Other plugins' receivers raise into us in development; the award is made all the same.
    try:
        badge = _badge(award)
        if badge is not None:
            signal.send_event(badge=badge)
    except Exception as error:
        logger.error("%s was not sent for %s (%s).", signal.event_type, award.uuid, type(error).__name__)


def _badge(award: Award) -> BadgeData | None:
    account = lms.account(award.learner_id) if award.learner_id is not None else None
    if account is None:
        return None
    achievement = award.achievement
    return BadgeData(
        uuid=str(award.uuid),
        user=UserData(
            id=account.learner_id,
            is_active=account.is_active,
            pii=UserPersonalData(username=account.username, email=account.email, name=award.recipient_name),
        ),
        template=BadgeTemplateData(
            uuid=str(achievement.uuid),
            origin=ORIGIN,
            name=preferred(achievement.names),
            description=preferred(achievement.descriptions),
            image_url=f"{conf.BASE_URL}/ingenium/achievements/{achievement.uuid}/image.png",
        ),
    )
