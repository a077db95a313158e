"""The verbs that run in Celery. Arguments are ids only; running one twice changes nothing.

The rows are the outbox: whatever a crash, a deadlock or a broker's outage has left
undone, the sweep finds.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from celery import shared_task
from django.db import InterfaceError, OperationalError
from django.db.models import Q
from django.utils import timezone
from edx_django_utils.monitoring import set_code_owner_attribute

from . import api
from .conf import conf
from .models import Award, CourseResult, Credential, MassRevocation, StatusList

logger = logging.getLogger(__name__)

_SETTLING = dt.timedelta(seconds=10)
"""Younger work has a task of its own on the way."""
_BATCHES_PER_SWEEP = 20

_RETRYING: dict[str, Any] = {
    # A worker that dies leaves its task to another one.
    "acks_late": True,
    "autoretry_for": (OperationalError, InterfaceError, OSError),
    "retry_backoff": True,
    "retry_backoff_max": 600,
    "retry_jitter": True,
    "max_retries": 5,
}


@shared_task(**_RETRYING)  # type: ignore[untyped-decorator]
@set_code_owner_attribute  # type: ignore[untyped-decorator]
def take_in(news_ids: Sequence[int]) -> int:
    """Merge what the LMS has told, and award what that has earned; returns how many awards it is.

    Switched off, nobody is awarded: what was told before, and who has left, is taken in all the same.
    """
    result_ids = api.take_in(news_ids)
    return len(api.evaluate(result_ids)) if conf.ENABLED else 0


@shared_task(**_RETRYING)  # type: ignore[untyped-decorator]
@set_code_owner_attribute  # type: ignore[untyped-decorator]
def fetch(run_id: int) -> int:
    """Hear what the LMS knows of a course that has begun to concern us; returns how much was new.

    Switched off, nothing is recorded: the sweep has it fetched once it is on again.
    """
    return api.fetch(run_id) if conf.ENABLED else 0


@shared_task(**_RETRYING)  # type: ignore[untyped-decorator]
@set_code_owner_attribute  # type: ignore[untyped-decorator]
def evaluate(result_ids: Sequence[int]) -> int:
    """Award what these results have earned; returns how many awards they stand for."""
    return len(api.evaluate(result_ids))


@shared_task(**_RETRYING)  # type: ignore[untyped-decorator]
@set_code_owner_attribute  # type: ignore[untyped-decorator]
def issue(award_ids: Sequence[int]) -> int:
    """Sign the credentials of these awards, as far as they are pending; returns how many were."""
    return len(api.issue(award_ids))


@shared_task(**_RETRYING)  # type: ignore[untyped-decorator]
@set_code_owner_attribute  # type: ignore[untyped-decorator]
def publish_status_list(list_id: int) -> None:
    """Sign a status list anew, if it is due."""
    row = StatusList.objects.select_related("issuer").defer("document").get(pk=list_id)
    if api.is_due(row, timezone.now()):
        api.publish(row)


@shared_task(**_RETRYING)  # type: ignore[untyped-decorator]
@set_code_owner_attribute  # type: ignore[untyped-decorator]
def time_stamp(credential_ids: Sequence[int]) -> int:
    """Have these seals time-stamped, as far as the authority answers; returns how many were."""
    return api.time_stamp(credential_ids)


@shared_task(**_RETRYING)  # type: ignore[untyped-decorator]
@set_code_owner_attribute  # type: ignore[untyped-decorator]
def stack(award_ids: Sequence[int]) -> int:
    """Award what these awards complete; returns how many larger awards they stand for."""
    return len(api.stack(award_ids))


@shared_task(**_RETRYING)  # type: ignore[untyped-decorator]
@set_code_owner_attribute  # type: ignore[untyped-decorator]
def award_others(rule_id: int) -> int:
    """Award or look again at whom no result leads to, as the rule begins; returns how many awards that makes.

    Switched off, nobody is awarded: the nightly comparison finds them once it is on again.
    """
    return len(api.award_others(rule_id)) if conf.ENABLED else 0


@shared_task(**_RETRYING)  # type: ignore[untyped-decorator]
@set_code_owner_attribute  # type: ignore[untyped-decorator]
def lapse(award_ids: Sequence[int]) -> int:
    """End reviews whose date has come, and awards whose time is over; returns how many."""
    return api.lapse(award_ids)


@shared_task(**_RETRYING)  # type: ignore[untyped-decorator]
@set_code_owner_attribute  # type: ignore[untyped-decorator]
def revoke_many(proposal_id: int) -> int:
    """Revoke what an approved proposal names; returns how many were left to do."""
    return api.carry_out(proposal_id)


@shared_task(**_RETRYING)  # type: ignore[untyped-decorator]
@set_code_owner_attribute  # type: ignore[untyped-decorator]
def redraw(achievement_ids: Sequence[int]) -> int:
    """Draw the pictures of these definitions anew, where they are out of date; returns how many were."""
    return api.redraw(achievement_ids)


@shared_task(**_RETRYING)  # type: ignore[untyped-decorator]
@set_code_owner_attribute  # type: ignore[untyped-decorator]
def send_letters(letter_ids: Sequence[int]) -> int:
    """Send these letters, as far as they are due; returns how many were sent."""
    return api.send_letters(letter_ids)


@shared_task(**_RETRYING)  # type: ignore[untyped-decorator]
@set_code_owner_attribute  # type: ignore[untyped-decorator]
def simulate(simulation_id: int) -> str:
    """Judge the learners of a simulation that are left; returns the state that it ends in."""
    return api.run_simulation(simulation_id).state


@shared_task  # type: ignore[untyped-decorator]
@set_code_owner_attribute  # type: ignore[untyped-decorator]
def sweep() -> dict[str, int]:
    """Queue what was left undone or has become due; returns how much of each kind.

    Switched off, results wait: nobody is awarded by events then.
    """
    now = timezone.now()
    return {
        "rules": api.wake_rules(now),
        "news": _queue_batches(api.TAKE_IN, api.news_left(now, _SETTLING)),
        "fetches": _queue_each(api.FETCH, api.fetches_left(now) if conf.ENABLED else ()),
        "results": _queue_batches(api.EVALUATE, _results_left(now) if conf.ENABLED else iter(())),
        "wholes": _queue_batches(api.STACK, _wholes_left(now) if conf.ENABLED else iter(())),
        "awards": _queue_batches(api.ISSUE, _awards_left(now)),
        "lapsed": _queue_batches(api.LAPSE, api.lapsed(now)),
        "mass_revocations": _queue_each(api.REVOKE_MANY, _proposals_left(now)),
        "letters": _queue_batches(api.SEND, _letters_left(now) if conf.MAIL else iter(())),
        "time_stamps": _queue_batches(api.TIME_STAMP, _time_stamps_left(now)),
        "pictures": _queue_batches(api.REDRAW, api.outdated()),
        "simulations": _queue_each(api.SIMULATE, api.simulations_left(now)),
        "status_lists": _queue_each(api.PUBLISH, _lists_left(now)),
        "let_go": api.let_go(now),
    }


@shared_task  # type: ignore[untyped-decorator]
@set_code_owner_attribute  # type: ignore[untyped-decorator]
def reconcile() -> dict[str, int]:
    """Compare the LMS with the ledger and mend what was missed; returns how much is left of each kind.

    Switched off, nothing is compared: nobody is awarded by events then, nor by what was missed.
    """
    return dict(api.reconcile_nightly().left) if conf.ENABLED else {}


def _results_left(now: dt.datetime) -> Iterator[int]:
    # What has changed in the future was changed while a clock was ahead.
    settled = Q(changed_at__lt=now - _SETTLING) | Q(changed_at__gt=now + _SETTLING)
    due = CourseResult.objects.filter(settled, api.due(now), dirty=True)
    return due.order_by("pk").values_list("pk", flat=True).iterator(chunk_size=2000)


def _wholes_left(now: dt.datetime) -> Iterator[int]:
    return api.wholes_left(now - _SETTLING)


def _awards_left(now: dt.datetime) -> Iterator[int]:
    due = Award.objects.filter(api.issuable(now), api.due(now))
    return due.order_by("pk").values_list("pk", flat=True).iterator(chunk_size=2000)


def _proposals_left(now: dt.datetime) -> Iterator[int]:
    """Approved, and not done: cut off, or not begun."""
    left = MassRevocation.objects.filter(state=MassRevocation.State.PROPOSED, decided_at__lt=now - _SETTLING)
    return left.order_by("pk").values_list("pk", flat=True).iterator()


def _letters_left(now: dt.datetime) -> Iterator[int]:
    left = api.due_letters(now).filter(created_at__lt=now - _SETTLING)
    return left.order_by("pk").values_list("pk", flat=True).iterator(chunk_size=2000)


def _time_stamps_left(now: dt.datetime) -> Iterator[int]:
    due = Credential.objects.filter(time_stamp_due_at__lte=now)
    return due.order_by("pk").values_list("pk", flat=True).iterator(chunk_size=2000)


def _lists_left(now: dt.datetime) -> Iterator[int]:
    rows = StatusList.objects.defer("document").order_by("pk")
    return (row.pk for row in rows if api.is_due(row, now))


def _queue_batches(task: str, ids: Iterator[int]) -> int:
    queued = 0
    for _batch in range(_BATCHES_PER_SWEEP):
        batch = list(islice(ids, conf.ISSUE_BATCH))
        if not batch:
            break
        api.queue(task, batch)
        queued += len(batch)
    return queued


def _queue_each(task: str, ids: Iterable[int]) -> int:
    queued = list(islice(ids, _BATCHES_PER_SWEEP))
    for one in queued:
        api.queue(task, one)
    return len(queued)
