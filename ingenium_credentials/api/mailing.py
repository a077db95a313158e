"""What learners are to be told: rows that wait to be sent."""

from __future__ import annotations

from django.utils import timezone

from ..models import Award, Letter

__all__ = ["queue_letter"]


def queue_letter(award: Award, kind: str) -> Letter:
    """Add a letter about the award in the caller's transaction, unless one of that kind still waits."""
    known = Letter.objects.filter(award=award, kind=kind)
    waiting = known.filter(sent_at=None, given_up_at=None).first()
    if waiting is not None:
        return waiting
    return Letter.objects.create(
        award=award, kind=kind, occasion=known.count() + 1, created_at=timezone.now()
    )
