"""From results to awards: who has earned what. Every way to an award ends in `award`.

State in, state out: evaluating twice, late or in parallel gives the same awards. There is
one standing award per learner and definition; the database's unique constraints see to
that, not a lock.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from contextlib import suppress
from decimal import Decimal
from functools import cache
from typing import Any

from attrs import frozen
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from .. import rules
from ..models import (
    Achievement,
    AuditEntry,
    Award,
    AwardRule,
    AwardRuleCourse,
    AwardRulePart,
    CourseResult,
)
from . import concluding, definitions, facts, objecting, occasions, overseeing, renewing, reviewing
from .errors import DATABASE_GONE, NotAllowed, NotReady, next_attempt, problem_of
from .recipients import recipient
from .states import STANDING

__all__ = [
    "Circumstances",
    "at_work",
    "award",
    "award_by",
    "demand_earned_again",
    "evaluate",
    "is_met",
    "rules_at_work",
    "rules_for",
    "rules_with_part",
    "rules_with_parts",
    "within_reach",
]

_MOST_ATTEMPTS = 20
"""Some ten days. Then the problem stays to be seen, and news or a reconciliation begins anew."""


@frozen(kw_only=True)
class Circumstances:
    """What truly happened around one award, as far as somebody or a rule has said so."""

    supervision: Mapping[str, Any] | None = None
    """A concept (`iri`, `labels`); None: what the rule says, else nothing."""
    evidence: Sequence[Mapping[str, Any]] = ()
    """What supports it, each with `url` and, by language, `titles` and `descriptions`."""
    courses: Sequence[str] = ()
    """Keys of the courses that it was earned by."""
    parts: Sequence[Award] = ()
    """The smaller awards that it is made of."""
    given_in: str = ""
    """The course whose staff gives it by hand, by its key; empty: nobody of a course does."""


def evaluate(result_ids: Sequence[int]) -> list[int]:
    """Award what the dirty ones of these results have earned; returns the new and standing awards' ids.

    A result that cannot be evaluated yet stays dirty, says why, and is tried again later. The
    rules of a course are read once for all of them.
    """
    rules_of = cache(rules_for)
    awards: list[int] = []
    for result in CourseResult.objects.filter(pk__in=result_ids, dirty=True).order_by("pk"):
        awards += _evaluate(result, rules_of(result.course_id))
    return awards


def _evaluate(result: CourseResult, rules_at_work: Sequence[AwardRule]) -> list[int]:
    awards: list[int] = []
    problems: list[str] = []
    for rule in rules_at_work:
        try:
            awards += award_by(rule, result.learner_id)
        except DATABASE_GONE:
            raise
        except NotAllowed:
            # Revoked, and nothing new since: nothing to do.
            continue
        except Exception as error:  # one rule's trouble must not keep the others from being tried
            problems.append(problem_of(error))
    # Unless it has changed in the meantime, the result is done with.
    unchanged = CourseResult.objects.filter(pk=result.pk, revision=result.revision)
    unchanged.update(**_outcome(result, problems))
    return awards


def _outcome(result: CourseResult, problems: Sequence[str]) -> dict[str, object]:
    if not problems:
        return {"dirty": False, "attempts": 0, "next_attempt_at": None, "last_problem": ""}
    attempts = result.attempts + 1
    waits = attempts < _MOST_ATTEMPTS
    return {
        "dirty": waits,
        "attempts": attempts,
        "next_attempt_at": next_attempt(attempts, timezone.now()) if waits else None,
        "last_problem": problems[0],
    }


def rules_for(course_id: str) -> list[AwardRule]:
    """The enabled rules that name the course and can award something now, by their schedules too."""
    return _at_work(courses__course_id=course_id)


def rules_with_part(definition: str) -> list[AwardRule]:
    """The same that name the definition: its credential may be a part of what they award."""
    return _at_work(parts__definition=definition)


def rules_with_parts(course_id: str = "") -> list[AwardRule]:
    """The same that name credentials; of one course: that it is named, or its own credentials are."""
    named = AwardRulePart.objects.all()
    if course_id:
        own = AwardRule.objects.filter(courses__course_id=course_id).values("achievement__slug")
        named = named.filter(Q(rule__courses__course_id=course_id) | Q(definition__in=own))
    return _at_work(pk__in=named.values("rule_id"))


def rules_at_work(course_id: str = "") -> list[AwardRule]:
    """All rules that can award something now; of one course, if named."""
    return _at_work(**({"courses__course_id": course_id} if course_id else {}))


def within_reach(learner_id: int) -> list[AwardRule]:
    """The rules at work on courses that the learner takes or took, for what they do not have.

    Nor what they have asked to be erased: it is not offered to them again.
    """
    courses = CourseResult.objects.filter(learner_id=learner_id).values("course_id")
    named = AwardRuleCourse.objects.filter(course_id__in=courses).values("rule_id")
    awards = Award.objects.filter(learner_id=learner_id, state__in=STANDING)
    closed = {*awards.values_list("definition", flat=True), *objecting.objections_of(learner_id)}
    return [rule for rule in _at_work(pk__in=named) if rule.achievement.slug not in closed]


def at_work(rule_id: int) -> AwardRule | None:
    """The rule as it is now, if it awards now: it is on, in its time, for a version that is active."""
    return next(iter(_at_work(pk=rule_id)), None)


def _at_work(**named: object) -> list[AwardRule]:
    now = timezone.now()
    found = AwardRule.objects.filter(
        Q(starts_at=None) | Q(starts_at__lte=now),
        Q(ends_at=None) | Q(ends_at__gt=now),
        enabled=True,
        achievement__state=Achievement.State.ACTIVE,
        **named,
    )
    return list(
        found.select_related("achievement__issuer")
        .defer("achievement__image_svg", "achievement__image_png")
        .order_by("pk")
    )


def award_by(rule: AwardRule, learner_id: int) -> list[int]:
    """Award what the learner has earned by the rule, and look again at what was lost; the award's id.

    What it is built on is decided first. Raises as `award` does, and `NotReady` when nobody
    knows since when the rule is met.
    """
    _decide_parts(rule, learner_id)
    known = facts.known(learner_id, rule.condition, rule=rule, noting=True)
    explanation = rules.explain(rule.condition, known)
    if explanation.met is False:
        _lose(rule, learner_id)
    if not explanation.met:
        return []
    past = occasions.past(learner_id, rule.achievement.slug)
    if (renewed := _renewed(rule, past, explanation, _grade(known))) is not None:
        return [renewed.pk]
    granted = award(
        learner_id=learner_id,
        achievement=rule.achievement,
        awarded_at=_earned_at(explanation),
        rule=rule,
        grade=_grade(known),
        circumstances=Circumstances(
            courses=sorted(explanation.courses),
            parts=facts.standing_awards(learner_id, explanation.parts),
        ),
        past=past,
    )
    if granted.review_reason:
        concluding.regained(granted)
    return [granted.pk]


def _decide_parts(rule: AwardRule, learner_id: int) -> None:
    """Award or take back first what the rule is built on, as far as news of the learner waits for it.

    Else what a whole is made of, and since when, would depend on which task comes first.
    """
    if not (definitions := rules.definitions_of(rule.condition)):
        return
    news = CourseResult.objects.filter(learner_id=learner_id, dirty=True)
    courses = set(news.values_list("course_id", flat=True))
    for part in _at_work(achievement__slug__in=definitions) if courses else ():
        condition = rules.parse(part.condition)
        if condition.definitions or not courses.isdisjoint(condition.courses):
            # Whatever keeps a part from being awarded is noted with the result that leads to it.
            with suppress(NotAllowed, NotReady, rules.ConditionError):
                award_by(part, learner_id)


def _renewed(
    rule: AwardRule, past: Sequence[Award], explanation: rules.Explanation, grade: Decimal | None
) -> Award | None:
    """The award in the place of one that expires, if it was earned again since."""
    if explanation.earned_at is None or explanation.earned_at > timezone.now():
        return None
    fresh: dict[str, Any] = {"courses": sorted(explanation.courses)}
    if rule.achievement.shows_grade:
        fresh["grade"] = grade
    return renewing.renew_if_earned_again(past[-1] if past else None, explanation.earned_at, **fresh)


def _lose(rule: AwardRule, learner_id: int) -> None:
    """What the learner was awarded is looked at again, unless something else holds it up."""
    maker = _loser(rule, learner_id)
    if maker is not None:
        reviewing.lost(maker, learner_id)


def would_lose(rule: AwardRule, learner_id: int) -> bool:
    """Whether the award of a rule that is not met any more stands, and nothing else holds it up:
    another rule, or the one that made the award as it was then. A stricter rule takes nothing back.
    """
    return _loser(rule, learner_id) is not None


def _loser(rule: AwardRule, learner_id: int) -> AwardRule | None:
    """The rule that made the award and says what becomes of it, if that is lost with this one.

    Another one than this, if this one was what held it up when that was not met any more.
    """
    held = reviewing.held_by_a_rule(rule.achievement.slug, learner_id)
    maker = held.rule if held is not None else None
    if held is None or maker is None:
        return None
    if maker != rule and (not maker.enabled or is_met(maker, learner_id) is not False):
        return None
    others = AwardRule.objects.filter(achievement__slug=rule.achievement.slug, enabled=True)
    if any(is_met(other, learner_id) for other in others.exclude(pk__in=(rule.pk, maker.pk))):
        return None
    former = _condition_of(held, maker)
    stands = former != maker.condition and is_met(maker, learner_id, former)
    return None if stands else maker


def _condition_of(award: Award, rule: AwardRule) -> object:
    """The condition by which the award was made."""
    while award.supersedes is not None:
        award = award.supersedes
    made = AuditEntry.objects.filter(subject_id=str(award.uuid), action="awarded").first()
    if made is None:
        return rule.condition
    version = rule.versions.filter(at__lte=made.at).order_by("-revision").first()
    return version.content.get("condition", rule.condition) if version is not None else rule.condition


def is_met(rule: AwardRule, learner_id: int, condition: object = None) -> bool | None:
    """Whether the learner meets the rule, or a former condition of it; None where it cannot be told."""
    condition = condition or rule.condition
    try:
        return rules.explain(condition, facts.known(learner_id, condition, rule=rule)).met
    except rules.ConditionError:
        return None


def _earned_at(explanation: rules.Explanation) -> dt.datetime:
    if explanation.earned_at is not None:
        return explanation.earned_at
    if explanation.is_timeless:
        # An enrolment alone, say: it has been so since nobody knows when, and is so now.
        return timezone.now()
    raise NotReady(_("It is not known when the achievement was earned."))


def _grade(known: rules.Known) -> Decimal | None:
    """The grade of the one course; several courses have no grade in common."""
    return next(iter(known.courses.values())).grade if len(known.courses) == 1 and not known.held else None


def award(
    *,
    learner_id: int,
    achievement: Achievement,
    awarded_at: dt.datetime,
    rule: AwardRule | None = None,
    grade: Decimal | None = None,
    circumstances: Circumstances = Circumstances(),
    actor_id: int | None = None,
    reason: str = "",
    past: Sequence[Award] | None = None,
) -> Award:
    """Grant the achievement, or return the award that stands already: `is_new` tells which.

    Everything that the credential will say is frozen here. `awarded_at` is when it was
    earned; `past` is `occasions.past`, where the caller has looked at it. Raises `NotAllowed`
    for a version that is not active and for what was earned before it was revoked, and
    `NotReady` when the learner has no name, say.
    """
    _demand_awardable(achievement, awarded_at)
    # Looked at first: whoever awards in this moment wants the same occasion then, not the next one.
    past = occasions.past(learner_id, achievement.slug) if past is None else past
    if (standing := occasions.standing(past)) is not None:
        return standing
    latest = past[-1] if past else None
    objecting.demand_no_objection(learner_id, achievement.slug)
    if latest is not None:
        demand_earned_again(latest, awarded_at)
    new = _frozen(learner_id, achievement, awarded_at, rule, grade)
    new.supervision = circumstances.supervision or (rule.supervision if rule is not None else None)
    new.evidence = list(circumstances.evidence)
    new.courses = list(circumstances.courses)
    new.occasion = latest.occasion + 1 if latest is not None else 1
    return occasions.insert(
        new,
        parts=circumstances.parts,
        courses=overseeing.courses_of(new, circumstances.given_in),
        action="awarded",
        actor_id=actor_id,
        reason=reason,
    )


def demand_earned_again(latest: Award, awarded_at: dt.datetime) -> None:
    """Refuse, with `NotAllowed`, to award for the same evidence what the learner has no more."""
    if latest.state == Award.State.REVOKED and latest.review_due_at is not None:
        # The conditions were not met when its review ended. They are now.
        return
    ended = latest.revoked_at or latest.erased_at or latest.valid_until
    if ended is not None and awarded_at <= ended:
        state = Award.State(latest.state).label.lower()
        raise NotAllowed(_("It is %(state)s, and has not been earned again since.") % {"state": state})


def _demand_awardable(achievement: Achievement, awarded_at: dt.datetime) -> None:
    if not isinstance(awarded_at, dt.datetime) or awarded_at.utcoffset() is None:
        raise NotAllowed(
            _("“%(moment)s” is no moment: an award needs day, time and zone, such as 2026-01-31T12:00:00Z.")
            % {"moment": awarded_at}
        )
    if achievement.state != Achievement.State.ACTIVE:
        raise NotAllowed(_("This version of the definition is not active."))
    if awarded_at > timezone.now():
        # Two computers' clocks may differ a little; it will be in the past soon.
        raise NotReady(_("The achievement is said to have been earned in the future."))


def _frozen(
    learner_id: int,
    achievement: Achievement,
    awarded_at: dt.datetime,
    rule: AwardRule | None,
    grade: Decimal | None,
) -> Award:
    person = recipient(learner_id)
    definitions.freeze(achievement)
    days = achievement.validity_days
    return Award(
        learner_id=learner_id,
        achievement=achievement,
        definition=achievement.slug,
        rule=rule,
        issuer=achievement.issuer,
        recipient_name=person.name,
        recipient_latin_name=person.latin_name,
        name_source=person.name_source,
        email_hash=person.email_hash,
        email_salt=person.email_salt,
        grade=grade if achievement.shows_grade else None,
        awarded_at=awarded_at,
        valid_until=awarded_at + dt.timedelta(days=days) if days else None,
        confirmation_due_at=_confirmation_due_at(rule),
    )


def _confirmation_due_at(rule: AwardRule | None) -> dt.datetime | None:
    days = rule.confirm_days if rule is not None else 0
    return timezone.now() + dt.timedelta(days=days) if days else None
