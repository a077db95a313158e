"""Whether work is stuck, for the operator's monitoring: counts and ages, nobody's data.

Monitoring asks without signing in. What it is told is kept for some seconds, so that asking
often costs nothing, and says in fixed sentences what is wrong; figures are for staff.
"""

from __future__ import annotations

import datetime as dt
import logging
from typing import Any

from django.core.cache import cache
from django.db import DatabaseError
from django.db.models import Min, Q
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from .. import api
from ..badges.errors import CredentialError
from ..conf import conf
from ..models import Award, CourseResult, Credential, IncomingNews, Issuer, Letter, Reconciliation, StatusList

__all__ = ["health"]

logger = logging.getLogger(__name__)

_KEY, _SECONDS = "ingenium_credentials.health", 15
_PATIENCE = 3
"""Sweeps that work may wait before it counts as stuck."""
_TWO_NIGHTS = 50 * 3600
"""Seconds between nightly comparisons, when one of them has failed."""


@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """200 when nothing is stuck, else 503 with what is; to staff with every figure, as of now."""
    try:
        found = _found(timezone.now()) if request.user.is_staff else {"problems": _kept_problems()}
    except DatabaseError as error:
        logger.error("The health of the plugin is unknown: %s", type(error).__name__)
        found = {"problems": ["the database does not answer"]}
    body = {"status": "trouble" if found["problems"] else "ok", **found}
    response = JsonResponse(body, status=503 if found["problems"] else 200)
    response["Cache-Control"] = "no-store"
    return response


def _kept_problems() -> list[str]:
    """As they were some seconds ago at most. A cache that is away makes us look anew."""
    try:
        kept = cache.get(_KEY)
        if kept is None:
            kept = _found(timezone.now())["problems"]
            cache.set(_KEY, kept, _SECONDS)
    except DatabaseError:
        raise
    except Exception as error:
        logger.warning("The health of the plugin is not kept: %s", type(error).__name__)
        kept = _found(timezone.now())["problems"]
    return list(kept)


def _found(now: dt.datetime) -> dict[str, Any]:
    facts = {
        "enabled": conf.ENABLED,
        **_results(now),
        **_awards(now),
        **_letters(now),
        **_lists(now),
        **_keys(),
        **_compared(now),
    }
    return {**facts, "problems": _problems(facts)}


def _results(now: dt.datetime) -> dict[str, Any]:
    dirty = CourseResult.objects.filter(dirty=True)
    oldest = dirty.aggregate(oldest=Min("changed_at"))["oldest"]
    untaken = IncomingNews.objects.aggregate(oldest=Min("heard_at"))["oldest"]
    return {
        "incoming_news": IncomingNews.objects.count(),
        "oldest_news_seconds": _age(untaken, now),
        "dirty_results": dirty.count(),
        "oldest_dirty_seconds": _age(oldest, now),
    }


def _awards(now: dt.datetime) -> dict[str, Any]:
    pending = Award.objects.filter(state=Award.State.PENDING)
    due = pending.filter(Q(next_attempt_at=None) | Q(next_attempt_at__lte=now))
    return {
        "pending_awards": pending.count(),
        "failed_awards": pending.filter(attempts__gt=0).count(),
        **_time_stamps(now),
        "oldest_pending_seconds": _age(due.aggregate(oldest=Min("awarded_at"))["oldest"], now),
    }


def _time_stamps(now: dt.datetime) -> dict[str, Any]:
    """Seals that are at level B-B because the time-stamp authority has not answered yet."""
    waiting = Credential.objects.exclude(time_stamp_due_at=None)
    oldest = waiting.aggregate(oldest=Min("issued_at"))["oldest"]
    return {
        "seals_without_time_stamp": waiting.count(),
        "oldest_seal_without_time_stamp_seconds": _age(oldest, now),
    }


def _letters(now: dt.datetime) -> dict[str, Any]:
    """Letters that wait, and those that were tried in vain until they were given up."""
    waiting = Letter.objects.filter(sent_at=None, given_up_at=None)
    oldest = waiting.aggregate(oldest=Min("created_at"))["oldest"] if conf.MAIL else None
    return {
        "waiting_letters": waiting.count(),
        "letters_given_up": Letter.objects.filter(attempts__gte=api.MOST_ATTEMPTS, sent_at=None)
        .exclude(given_up_at=None)
        .count(),
        "oldest_letter_seconds": _age(oldest, now),
    }


def _lists(now: dt.datetime) -> dict[str, Any]:
    published = StatusList.objects.exclude(published_at=None)
    return {
        "status_lists": StatusList.objects.count(),
        "stale_status_lists": published.filter(stale=True).count(),
        "expired_status_lists": published.filter(valid_until__lte=now).count(),
        "oldest_status_list_seconds": _age(published.aggregate(oldest=Min("published_at"))["oldest"], now),
    }


def _compared(now: dt.datetime) -> dict[str, Any]:
    """The last comparison with the LMS that was finished; None where there was none yet."""
    last = Reconciliation.objects.filter(nightly=True, finished_at__isnull=False).first()
    return {
        "last_reconciliation_seconds": _age(last.started_at if last else None, now),
        "differences_left": sum(last.left.values()) if last else None,
    }


def _keys() -> dict[str, Any]:
    """How many active issuers can sign in every configured format, and which cannot."""
    uses = sorted({api.FORMATS[name].use for name in conf.FORMATS if name in api.FORMATS})
    issuers = list(Issuer.objects.filter(active=True).order_by("slug"))
    without = [issuer.slug for issuer in issuers if not all(_can_sign(issuer, use) for use in uses)]
    return {"issuers": len(issuers), "issuers_without_keys": without}


def _can_sign(issuer: Issuer, use: str) -> bool:
    try:
        if use == api.SEAL:
            api.sealer_for(issuer, timezone.now())
        else:
            api.signer_for(issuer, use, timezone.now())
    except CredentialError:
        return False
    return True


def _problems(facts: dict[str, Any]) -> list[str]:
    patience = _PATIENCE * conf.SWEEP_SECONDS
    tests = (
        ("oldest_news_seconds", patience, "news of the LMS waits too long to be taken in"),
        ("oldest_dirty_seconds", patience, "results wait too long to be evaluated"),
        ("oldest_seal_without_time_stamp_seconds", patience, "seals wait too long for a time-stamp"),
        ("oldest_letter_seconds", patience, "letters wait too long to be sent"),
        ("letters_given_up", 0, "letters could not be sent"),
        ("expired_status_lists", 0, "a status list has expired"),
        ("last_reconciliation_seconds", _TWO_NIGHTS, "the LMS was not compared for two nights"),
        ("failed_awards", 0, "awards could not be issued"),
    )
    problems = [sentence for name, most, sentence in tests if (facts[name] or 0) > most]
    if facts["issuers_without_keys"]:
        problems.append("an issuer has no key to sign with")
    return problems


def _age(moment: dt.datetime | None, now: dt.datetime) -> int | None:
    return max(0, int((now - moment).total_seconds())) if moment else None
