"""Who did what to what, when and why: entries that are only ever added."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from attrs import frozen
from django.db import models
from django.utils import timezone

from ..models import AuditEntry

__all__ = ["acting", "legible", "note"]

# XML can hold none of these, and so no workbook either: XML 1.0, section 2.2.
_ILLEGIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@frozen
class _Hand:
    """Whose hand it is, and by way of what."""

    actor_id: int | None = None
    way: str = ""


_NOBODYS = _Hand()
_hand: ContextVar[_Hand] = ContextVar("ingenium_hand", default=_NOBODYS)


@contextmanager
def acting(actor_id: int | None, way: str) -> Iterator[None]:
    """What is noted in this block was asked for by way of `way`, by that user where no other is named.

    What is queued meanwhile and done by a worker is not: that is the program's.
    """
    token = _hand.set(_Hand(actor_id, way))
    try:
        yield
    finally:
        _hand.reset(token)


def note(action: str, subject: models.Model, *, actor_id: int | None = None, reason: str = "") -> AuditEntry:
    """Add an entry in the caller's transaction; no entry without the deed, no deed without the entry.

    `actor_id` is the LMS user id of whoever did it, None for the program itself,
    or whoever is `acting`.
    `reason` must not hold personal data.
    """
    hand = _hand.get()
    return AuditEntry.objects.create(
        at=timezone.now(),
        actor_id=hand.actor_id if actor_id is None else actor_id,
        way=hand.way,
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
