"""Who did what to what, when and why: entries that are only ever added."""

from __future__ import annotations

import re

from django.db import models
from django.utils import timezone

from ..models import AuditEntry

__all__ = ["legible", "note"]

# XML can hold none of these, and so no workbook either: XML 1.0, section 2.2.
_ILLEGIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


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
        reason=legible(reason)[:255],
    )


def legible(text: str) -> str:
    """The text without the characters that no document of ours could hold."""
    return _ILLEGIBLE.sub("", text)


def _public_id(subject: models.Model) -> str:
    """The id by which people outside know the row, else its number."""
    for name in ("uuid", "method_id", "slug"):
        if value := getattr(subject, name, ""):
            return str(value)[:191]
    return str(subject.pk)
