"""What a verb says when it does not do what it was asked, and when it is tried again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import InterfaceError, OperationalError
from django.db.models import Q

from ..badges.errors import CredentialError
from ..rules import ConditionError

__all__ = ["DATABASE_GONE", "Conflict", "NotAllowed", "NotReady", "due", "next_attempt", "problem_of"]

DATABASE_GONE = (OperationalError, InterfaceError)
"""Errors that are the database's and not the row's: the whole task is tried again."""
_FIRST_WAIT = dt.timedelta(minutes=1)
_LONGEST_WAIT = dt.timedelta(days=1)


class NotAllowed(Exception):
    """It must not be done, now or later, as asked. The message says why to a person."""


class Conflict(NotAllowed):
    """Somebody else has changed it since it was read; says who, when, and what it is now."""

    def __init__(
        self,
        message: str,
        *,
        revision: int,
        content: Mapping[str, Any],
        at: dt.datetime | None = None,
        actor_id: int | None = None,
    ) -> None:
        super().__init__(message)
        self.revision = revision
        self.content = content
        self.at = at
        self.actor_id = actor_id


class NotReady(Exception):
    """Something is missing that may come later; the message names it, without personal data."""


def problem_of(error: Exception) -> str:
    """What to keep and show of an error: our own sentence, else its class, which names nobody."""
    ours = isinstance(error, NotAllowed | NotReady | CredentialError | ConditionError)
    return (str(error) if ours else type(error).__name__)[:255]


def due(now: dt.datetime) -> Q:
    """Rows whose next attempt has come. One further away than any wait was set by a clock that was ahead."""
    ahead = now + _LONGEST_WAIT + _FIRST_WAIT
    return Q(next_attempt_at=None) | Q(next_attempt_at__lte=now) | Q(next_attempt_at__gt=ahead)


def next_attempt(attempts: int, now: dt.datetime) -> dt.datetime:
    """When to try again after that many failures: in a minute, then twice as long, at most a day."""
    times: int = 2 ** min(max(attempts, 1) - 1, 16)
    return now + min(_FIRST_WAIT * times, _LONGEST_WAIT)
