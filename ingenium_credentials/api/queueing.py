"""Hand work to Celery once the transaction has committed; ids only.

The rows are the outbox, a queued task is only a nudge: when the broker is away nothing
is raised, and the sweep finds the rows. Tasks are named, not imported: they stand above.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import partial
from typing import Any

from celery import current_app
from django.db import transaction

from ..conf import conf

__all__ = [
    "AWARD_OTHERS",
    "EVALUATE",
    "FETCH",
    "ISSUE",
    "LAPSE",
    "PUBLISH",
    "REDRAW",
    "REVOKE_MANY",
    "SEND",
    "SIMULATE",
    "STACK",
    "TAKE_IN",
    "TIME_STAMP",
    "queue",
]

logger = logging.getLogger(__name__)

_MODULE = "ingenium_credentials.tasks"
AWARD_OTHERS = f"{_MODULE}.award_others"
EVALUATE = f"{_MODULE}.evaluate"
FETCH = f"{_MODULE}.fetch"
ISSUE = f"{_MODULE}.issue"
LAPSE = f"{_MODULE}.lapse"
REVOKE_MANY = f"{_MODULE}.revoke_many"
REDRAW = f"{_MODULE}.redraw"
PUBLISH = f"{_MODULE}.publish_status_list"
SEND = f"{_MODULE}.send_letters"
STACK = f"{_MODULE}.stack"
TAKE_IN = f"{_MODULE}.take_in"
SIMULATE = f"{_MODULE}.simulate"
TIME_STAMP = f"{_MODULE}.time_stamp"
# A web request waits while we publish: try again once, for connections that went stale.
_RETRY_POLICY = {"max_retries": 1, "interval_start": 0, "interval_max": 0}


def queue(task: str, argument: int | Sequence[int]) -> None:
    """Queue the task when the current transaction commits, at once if there is none."""
    transaction.on_commit(partial(_send, task, argument), robust=True)


def _send(name: str, argument: int | Sequence[int]) -> None:
    options: dict[str, Any] = {"queue": conf.CELERY_QUEUE} if conf.CELERY_QUEUE else {}
    try:
        current_app.loader.import_task_module(_MODULE)
        current_app.tasks[name].apply_async(args=[argument], retry_policy=_RETRY_POLICY, **options)
    except Exception as error:  # whatever is wrong with the queue must not reach the LMS
        logger.warning("%s was not queued (%s); the sweep will find the work.", name, type(error).__name__)
