"""Who did what to what, when and why: entries that are only ever added."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from ..models import AuditEntry

__all__ = ["note"]


def note(action: str, subject: models.Model, *, actor_id: int | None = None, reason: str = "") -> AuditEntry:
    """Add an entry in the caller's transaction; no entry without the deed, no deed without the entry.

    `actor_id` is the LMS user id of whoever did it, None for the program itself.
    `reason` must not hold personal data.
    """
    return AuditEntry.objects.create(
        at=timezone.now(),
        actor_id=actor_id,
        action=action,
        subject_kind=str(subject._meta.model_name),
        subject_id=_public_id(subject),
        reason=reason[:255],
    )


def _public_id(subject: models.Model) -> str:
    """The id by which people outside know the row, else its number."""
    for name in ("uuid", "method_id", "slug"):
        if value := getattr(subject, name, ""):
            return str(value)[:191]
    return str(subject.pk)
