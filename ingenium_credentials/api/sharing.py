"""Whether strangers may see a credential. The learner decides; nothing is public by itself."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from ..models import Award
from . import auditing

__all__ = ["share"]


def share(award: Award, shared: bool, actor_id: int | None) -> Award:
    """Show the award to whoever has its address, or to its owner only. Twice changes nothing."""
    with transaction.atomic():
        now = timezone.now()
        changed = Award.objects.filter(pk=award.pk, shared_at__isnull=shared)
        if changed.update(shared_at=now if shared else None):
            auditing.note("shared" if shared else "unshared", award, actor_id=actor_id)
    award.refresh_from_db(fields=["shared_at"])
    return award
