"""What a person decides about one learner: approve, award by hand, try again; and why not yet."""

from __future__ import annotations

import datetime as dt
import logging
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from .. import rules
from ..models import Achievement, Approval, Award, AwardRule, CourseResult
from . import auditing, awarding, facts, foreseeing, queueing, recording
from .audience import without_result
from .errors import DATABASE_GONE, NotAllowed

__all__ = [
    "approve",
    "award_by_hand",
    "award_others",
    "follow",
    "retry",
    "retry_result",
    "why_not",
]

logger = logging.getLogger(__name__)

_NOTHING_SAID = awarding.Circumstances()
_TO_FOLLOW = (foreseeing.Verdict.EARN, foreseeing.Verdict.RENEW, foreseeing.Verdict.LOSE)


def why_not(rule: AwardRule, learner_id: int) -> rules.Explanation:
    """Each requirement of the rule, and whether the learner meets it: what awarding itself asks."""
    return rules.explain(rule.condition, facts.known(learner_id, rule.condition, rule=rule))


def approve(
    rule: AwardRule, learner_id: int, approved: bool, *, actor_id: int | None, reason: str = ""
) -> Approval:
    """Note a person's yes or no to one learner where the rule asks for one; the learner is evaluated.

    The last word counts; the same again changes nothing, not even since when it holds.
    """
    with transaction.atomic():
        row = Approval.objects.select_for_update().filter(rule=rule, learner_id=learner_id).first()
        if row is not None and row.approved == approved:
            return row
        row = row or Approval(rule=rule, learner_id=learner_id)
        row.approved, row.at = approved, timezone.now()
        row.actor_id, row.reason = actor_id, reason[:255]
        row.save()
        auditing.note("approved" if approved else "disapproved", row, actor_id=actor_id, reason=reason)
        _consider(rule, learner_id)
    return row


def _consider(rule: AwardRule, learner_id: int) -> None:
    """Have evaluated again what the rule rests on; a rule that rests on the approval alone, at once."""
    courses = list(rule.courses.values_list("course_id", flat=True))
    found = CourseResult.objects.filter(learner_id=learner_id, course_id__in=courses)
    ids = list(found.values_list("pk", flat=True))
    recording.reconsider_results(ids)
    queueing.queue(queueing.EVALUATE, ids)
    parts = recording.reconsider_awards(rule.parts.values_list("definition", flat=True), learner_id)
    if not ids and not parts:
        follow(rule.pk, learner_id)


def award_others(rule_id: int) -> list[int]:
    """Award, or look again at, those whom no result leads to; the new and standing awards' ids.

    For a rule that is new, switched on or begins: who was approved, say, or is in a cohort, or has
    lost meanwhile what an award was made by.
    """
    rule = awarding.at_work(rule_id)
    if rule is None:
        return []
    awards: list[int] = []
    for page in without_result(rule):
        # All that is read of a page, before anything is written.
        for learner_id, verdict in list(foreseeing.foresee(rule, page)):
            if verdict in _TO_FOLLOW:
                awards += follow(rule_id, learner_id)
    return awards


def follow(rule_id: int, learner_id: int) -> list[int]:
    """Award, or look again at, what the rule says of the learner, if it is at work; the award's id.

    Who has no name yet, say, is tried again by the nightly comparison.
    """
    rule = awarding.at_work(rule_id)
    if rule is None:
        return []
    try:
        with transaction.atomic():
            return awarding.award_by(rule, learner_id)
    except DATABASE_GONE:
        raise
    except NotAllowed:
        # Revoked, and nothing new since: nothing to do.
        return []
    except Exception as error:  # one learner's trouble must not keep the others from being tried
        logger.warning("Rule %s was not followed for a learner (%s).", rule.uuid, type(error).__name__)
        return []


def award_by_hand(
    achievement: Achievement,
    learner_id: int,
    *,
    awarded_at: dt.datetime,
    reason: str,
    actor_id: int | None,
    rule: AwardRule | None = None,
    grade: Decimal | None = None,
    circumstances: awarding.Circumstances = _NOTHING_SAID,
) -> Award:
    """Award on a person's word, who says why; the credential is the one that a rule would give.

    `grade` is a share of the maximum, 0 to 1. `is_new` of the award tells whether it was made
    now, or stood already. Raises `NotAllowed` without a reason and for
    a grade that is none, and whatever `award` raises.
    """
    if not reason.strip():
        raise NotAllowed(_("Say why it is awarded by hand; the audit log keeps the reason."))
    if grade is not None and not 0 <= grade <= 1:
        raise NotAllowed(_("A grade is a share of the maximum, from 0 to 1."))
    return awarding.award(
        learner_id=learner_id,
        achievement=achievement,
        awarded_at=awarded_at,
        rule=rule,
        grade=grade,
        circumstances=circumstances,
        actor_id=actor_id,
        reason=reason.strip(),
    )


def retry_result(result: CourseResult, *, actor_id: int | None = None) -> None:
    """Have a result that waits evaluated at once, however often it has failed."""
    with transaction.atomic():
        recording.reconsider_results([result.pk])
        auditing.note("retried", result, actor_id=actor_id)
        queueing.queue(queueing.EVALUATE, [result.pk])


def retry(award: Award, *, actor_id: int | None = None) -> Award:
    """Try at once to issue what waits, however often it has failed; raises `NotAllowed` if nothing waits."""
    with transaction.atomic():
        waiting = Award.objects.filter(pk=award.pk, state=Award.State.PENDING)
        if not waiting.update(attempts=0, next_attempt_at=None, last_problem=""):
            raise NotAllowed(
                _("Only a pending award can be tried again; this one is %(state)s.")
                % {"state": award.get_state_display()}
            )
        auditing.note("retried", award, actor_id=actor_id)
        queueing.queue(queueing.ISSUE, [award.pk])
    award.refresh_from_db()
    return award
