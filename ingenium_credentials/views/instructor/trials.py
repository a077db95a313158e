"""Trials: who would earn it by a rule, before the rule is switched on.

A trial reads and awards nothing. Names are looked up when the page is drawn; the stored
outcome knows people by number.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from attrs import frozen
from django.db.models import QuerySet
from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ... import api, lms
from ...models import Achievement, AwardRule, Simulation
from ..facts import say
from . import options, phrases
from .staff import Course, goto, leave_word, nothing_here, refusal, show, staff_only
from .standing import utc
from .tree import of_condition

__all__ = [
    "Summary",
    "begin",
    "cancel_trial",
    "condition_of_trial",
    "newest_valid",
    "of_rule",
    "progress",
    "summary",
    "trial_page",
    "try_rule",
]

State = Simulation.State
_LOOKED_AT = 20


@frozen(kw_only=True)
class Summary:
    """A trial in a list."""

    uuid: UUID
    at: str
    word: str
    new: int
    """How many would be awarded who have no award yet."""
    is_other: bool
    """Whether it tried another condition than the rule has now."""


def of_rule(rule: AwardRule) -> QuerySet[Simulation]:
    """The rule's trials, the newest first."""
    return Simulation.objects.filter(rule=rule).order_by("-asked_at", "-pk")


def newest_valid(rule: AwardRule) -> Summary | None:
    """The newest finished trial of the condition that the rule has now."""
    done = of_rule(rule).filter(state=State.DONE)[:_LOOKED_AT]
    found = next((trial for trial in done if trial.condition == rule.condition), None)
    return summary(found) if found else None


def summary(trial: Simulation) -> Summary:
    """The trial in one line."""
    new = int(trial.outcome.get("earn", 0))
    if trial.state == State.DONE:
        word = ngettext("%(count)d would earn it", "%(count)d would earn it", new) % {"count": new}
    else:
        word = str(trial.get_state_display())
    rule = trial.rule
    return Summary(
        uuid=trial.uuid,
        at=utc(trial.asked_at),
        word=word,
        new=new,
        is_other=rule is not None and trial.condition != rule.condition,
    )


def condition_of_trial(rule: AwardRule, uuid: str) -> object:
    """The condition of one of the rule's trials, to go on editing it; None for any other."""
    try:
        trial = of_rule(rule).filter(uuid=UUID(uuid)).first()
    except ValueError:
        return None
    return trial.condition if trial else None
