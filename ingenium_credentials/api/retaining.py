"""What is kept for a while only: trials of rules and files of awards name learners, and have served.

Both can be made again, and what came of them is in the awards and in the audit log. Letters
that were sent hold neither address nor text; they stay, since they keep a second one from
being sent, and go with their award.
"""

from __future__ import annotations

import datetime as dt

from django.db.models import Q

from ..conf import conf
from ..models import AwardImport, Simulation

__all__ = ["let_go"]


def let_go(now: dt.datetime) -> int:
    """Delete trials and imports of awards that ended, or were left, long ago; returns how many."""
    before = now - dt.timedelta(days=conf.RETENTION_DAYS)
    ended = Q(changed_at__lt=before) & ~Q(state=Simulation.State.RUNNING)
    applied = Q(applied_at__lt=before) | Q(applied_at=None, at__lt=before)
    return sum(
        rows.delete()[1].get(rows.model._meta.label, 0)
        for rows in (Simulation.objects.filter(ended), AwardImport.objects.filter(applied))
    )
