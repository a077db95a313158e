"""What is kept for a while only: trials of rules and files of awards name learners, and have served.

Both can be made again, and what came of them is in the awards and in the audit log. Letters
that were sent hold neither address nor text; they stay, since they keep a second one from
being sent, and go with their award.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import models
from django.db.models import Q

from ..conf import conf
from ..models import AwardImport, Simulation

__all__ = ["let_go"]

_AT_ONCE = 500
"""The next sweep deletes more."""


def let_go(now: dt.datetime) -> int:
    """Delete trials and imports of awards that ended, or were left, long ago; returns how many.

    Some hundreds at a time.
    """
    before = now - dt.timedelta(days=conf.RETENTION_DAYS)
    ended = Q(changed_at__lt=before) & ~Q(state=Simulation.State.RUNNING)
    applied = Q(applied_at__lt=before) | Q(applied_at=None, at__lt=before)
    return _delete(Simulation.objects.filter(ended)) + _delete(AwardImport.objects.filter(applied))


def _delete(rows: models.QuerySet[Any]) -> int:
    # Looked for first: where nothing is to go, the sweep writes nothing and locks nothing.
    ids = list(rows.order_by("pk").values_list("pk", flat=True)[:_AT_ONCE])
    if ids:
        rows.model._default_manager.filter(pk__in=ids).delete()
    return len(ids)
