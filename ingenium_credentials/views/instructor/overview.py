"""The first page of a course: what can be earned in it, by which rules, and how many have."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext

from ... import api, lms
from ...models import Achievement, Award, AwardRule, CourseResult
from .. import wording
from ..facts import Text, say
from ..public import image_address
from . import options, phrases
from .staff import Course, show, staff_only
from .standing import Standing, standing
from .tree import of_condition

__all__ = ["RuleCard", "overview", "rule_card", "rules_of"]

_PICTURES = ("achievement__image_svg", "achievement__image_png")
_MOST_PROBLEMS = 5
_MOST_ELSEWHERE = 20
_MOST_WAITING = 10


@frozen(kw_only=True)
class RuleCard:
    """A rule as it stands in the list."""

    rule: AwardRule
    standing: Standing
    sentence: str


@frozen(kw_only=True)
class DefinitionCard:
    """What can be earned, with its rules and the number of awards in each state."""

    achievement: Achievement
    title: Text
    kind: str
    image: str
    rules: list[RuleCard]
    counts: list[tuple[str, str, int]]
    """State, its word, how many; states without awards are left out."""


@staff_only("GET", "HEAD")
def overview(request: HttpRequest, course: Course) -> HttpResponse:
    """All definitions that this course's staff may award."""
    rules = rules_of(course)
    counts = _counts(course)
    cards = [_card(course, row, rules, counts) for row in course.definitions]
    context = {
        "tab": "rules",
        "cards": cards,
        "elsewhere": _elsewhere(course),
        "problems": _problems(course),
        "has_rules": any(card.rules for card in cards),
    }
    return show(request, course, "overview.html", context)


def rules_of(course: Course) -> list[AwardRule]:
    """The rules that this course's staff may change."""
    slugs = [row.slug for row in course.definitions]
    found = AwardRule.objects.filter(achievement__slug__in=slugs).select_related("achievement")
    rows = found.prefetch_related("courses").defer(*_PICTURES).order_by("name", "pk")
    return [row for row in rows if _is_here(course, row)]


def _is_here(course: Course, rule: AwardRule) -> bool:
    return course.id in {named.course_id for named in rule.courses.all()}


def _counts(course: Course) -> dict[tuple[str, str], int]:
    found = api.awards_of_course(course.id).order_by().values("definition", "state")
    return {(row["definition"], row["state"]): row["count"] for row in found.annotate(count=Count("pk"))}


def _elsewhere(course: Course) -> list[AwardRule]:
    """Rules of others that look at this course: shown, not to be changed here."""
    slugs = [row.slug for row in course.definitions]
    others = AwardRule.objects.filter(courses__course_id=course.id, enabled=True)
    rows = others.exclude(achievement__slug__in=slugs).select_related("achievement").defer(*_PICTURES)
    return list(rows.order_by("name")[:_MOST_ELSEWHERE])


def rule_card(course: Course, rule: AwardRule) -> RuleCard:
    """The rule, what it does, and what it says."""
    named = options.of(course, rule.achievement.slug)
    said = phrases.sentence(of_condition(rule.condition), named)
    return RuleCard(rule=rule, standing=standing(rule, timezone.now()), sentence=said)


def _card(
    course: Course,
    achievement: Achievement,
    rules: Sequence[AwardRule],
    counts: dict[tuple[str, str], int],
) -> DefinitionCard:
    return DefinitionCard(
        achievement=achievement,
        title=say(achievement.names),
        kind=wording.kind(achievement.kind),
        image=image_address(achievement.uuid),
        rules=[rule_card(course, rule) for rule in rules if rule.achievement.slug == achievement.slug],
        counts=[
            (state.value, str(state.label), counts[achievement.slug, state.value])
            for state in Award.State
            if (achievement.slug, state.value) in counts
        ],
    )


def _problems(course: Course) -> list[dict[str, object]]:
    """Why results of this course could not be evaluated, for how many learners, and for whom."""
    failed = CourseResult.objects.filter(course_id=course.id).exclude(last_problem="")
    counted = failed.order_by().values("last_problem").annotate(count=Count("pk")).order_by("-count")
    found = []
    for row in counted[:_MOST_PROBLEMS]:
        waiting = failed.filter(last_problem=row["last_problem"]).order_by("pk")[:_MOST_WAITING]
        accounts = lms.accounts(waiting.values_list("learner_id", flat=True))
        reason = gettext(row["last_problem"])
        found.append({"reason": reason, "count": row["count"], "people": list(accounts.values())})
    return found
