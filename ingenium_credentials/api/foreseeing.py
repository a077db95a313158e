"""What awarding would do with many learners, told without doing it: for trials and comparisons."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from enum import Enum

from django.utils import timezone

from .. import rules
from ..models import Award, AwardRule
from . import facts, objecting, occasions, renewing, reviewing
from .awarding import demand_earned_again, would_lose
from .errors import NotAllowed

__all__ = ["Verdict", "Verdicts", "foresee"]


class Verdict(Enum):
    """What would become of a learner; the value stands in stored outcomes."""

    EARN = "earn"
    """A new award."""
    RENEW = "renew"
    """A new award in the place of one whose end is near or past."""
    HAS = "has"
    """Nothing: the award is there."""
    REGAIN = "regain"
    """The review that the loss of the condition has opened ends well: it is met again."""
    NOT = "not"
    """The condition is not met, and no award by this rule is lost by that."""
    LOSE = "lose"
    """The same, and the award is looked at again, as the rule says."""
    UNKNOWN = "unknown"
    """It cannot be told whether it is met, or since when."""
    REFUSED = "revoked"
    """Nothing: revoked or erased, and not earned again since, or not wanted by the learner."""


class Verdicts:
    """What awarding would do with some learners by one definition; a few queries for all of them."""

    def __init__(self, learner_ids: Sequence[int], definition: str) -> None:
        self._awards = occasions.of_learners(learner_ids, definition)
        self._objectors = objecting.objectors(learner_ids, definition)

    def of(self, learner_id: int, found: rules.Explanation) -> Verdict:
        """What would become of the learner, given how the condition turns out."""
        awards = self._awards.get(learner_id, [])
        now = timezone.now()
        earned_at = found.earned_at or (now if found.is_timeless else None)
        is_ready = bool(found.met) and earned_at is not None and earned_at <= now
        if is_ready and awards and renewing.is_earned_again(awards[-1], found.earned_at):
            return Verdict.RENEW
        if (standing := occasions.standing(awards)) is not None:
            return Verdict.REGAIN if is_ready and standing.review_reason == reviewing.LOST else Verdict.HAS
        if found.met is False:
            return Verdict.NOT
        if not is_ready or earned_at is None:
            return Verdict.UNKNOWN
        if learner_id in self._objectors:
            return Verdict.REFUSED
        return Verdict.EARN if _is_earned_again(awards, earned_at) else Verdict.REFUSED


def _is_earned_again(awards: Sequence[Award], earned_at: dt.datetime) -> bool:
    try:
        for latest in awards[-1:]:
            demand_earned_again(latest, earned_at)
    except NotAllowed:
        return False
    return True


def foresee(
    rule: AwardRule, learner_ids: Sequence[int], *, noting: bool = False
) -> Iterator[tuple[int, Verdict]]:
    """What the rule would do with each of these learners, who fit into one chunk.

    A number of queries that does not grow with them, but for those who would lose an award.
    `noting` is `facts.known`'s. A condition that is not understood does nothing.
    """
    try:
        condition = rules.parse(rule.condition)
    except rules.ConditionError:
        return
    verdicts = Verdicts(learner_ids, rule.achievement.slug)
    holders = reviewing.holders(rule, learner_ids)
    for learner_id, known in facts.known_of(learner_ids, condition, rule=rule, noting=noting):
        found = condition.explain(known)
        if found.met is False and learner_id in holders and would_lose(rule, learner_id):
            yield learner_id, Verdict.LOSE
        else:
            yield learner_id, verdicts.of(learner_id, found)
