"""What a rule asks for and the awards do not show, for many learners at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from .. import rules
from ..models import Award, AwardRule
from . import facts, occasions
from .audience import Audience
from .awarding import would_lose
from .states import STANDING

__all__ = ["differing", "without_result"]


def differing(rule: AwardRule, learner_ids: Sequence[int]) -> Iterator[tuple[int, bool]]:
    """Who of these lacks an award by the rule (True), or has one that it does not support (False).

    A condition that is not understood asks for nothing.
    """
    try:
        parsed = rules.parse(rule.condition)
    except rules.ConditionError:
        return
    awards = occasions.of_learners(learner_ids, rule.achievement.slug)
    for learner_id, known in facts.known_of(learner_ids, parsed, rule=rule):
        found, had = parsed.explain(known), awards.get(learner_id, ())
        if found.met and _is_missing(had, found.earned_at):
            yield learner_id, True
        elif found.met is False and _stands(had) and would_lose(rule, learner_id):
            yield learner_id, False


def without_result(rule: AwardRule) -> Iterator[list[int]]:
    """The learners of the rule whom no result leads to, a page at a time."""
    try:
        parsed = rules.parse(rule.condition)
    except rules.ConditionError:
        return
    yield from Audience(parsed, parsed.courses, rule).without_result()


def _stands(awards: Sequence[Award]) -> bool:
    return any(award.state in STANDING for award in awards)


def _is_missing(awards: Sequence[Award], earned_at: dt.datetime | None) -> bool:
    """No award, or a revoked one and new evidence since: only that makes another."""
    if not awards:
        return True
    latest = awards[-1]
    if latest.state != Award.State.REVOKED or latest.revoked_at is None or earned_at is None:
        return False
    return earned_at > latest.revoked_at
