"""What a learner is on the way to, and what is still missing: for that learner alone."""

from __future__ import annotations

from attrs import frozen
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from .. import api, lms, rules
from ..models import Achievement, AwardRule, CourseResult
from .facts import Text, say
from .instructor.shown import Options
from .pages import guarded, page
from .public import image_address
from .requirements import Line, lines

__all__ = ["my_progress"]

_MOST = 12


@frozen(kw_only=True)
class Way:
    """One credential that the learner may still earn."""

    achievement: Achievement
    title: Text
    image: str
    lines: tuple[Line, ...]
    met: int
    is_met: bool
    problem: str
    """Why it is not awarded although everything is met; empty while nobody knows."""


@require_safe
@login_required
@guarded
def my_progress(request: HttpRequest) -> HttpResponse:
    """What whoever is signed in can still earn, requirement by requirement: what awarding asks."""
    learner_id = int(request.user.pk or 0)
    found = api.within_reach(learner_id)
    problems = dict(_problems(learner_id))
    ways = [_way(rule, learner_id, problems) for rule in found[:_MOST]]
    ways.sort(key=lambda way: (not way.is_met, way.met - len(way.lines)))
    return page(request, "progress.html", {"ways": ways, "hidden": max(len(found) - _MOST, 0)})


def _problems(learner_id: int) -> list[tuple[str, str]]:
    waiting = CourseResult.objects.filter(learner_id=learner_id).exclude(last_problem="")
    return list(waiting.values_list("course_id", "last_problem"))


def _way(rule: AwardRule, learner_id: int, problems: dict[str, str]) -> Way:
    explanation = api.why_not(rule, learner_id)
    told = lines(rule.condition, explanation, _named(rule))
    courses = rules.courses_of(rule.condition)
    problem = next((text for course, text in problems.items() if course in courses), "")
    return Way(
        achievement=rule.achievement,
        title=say(rule.achievement.names),
        image=image_address(rule.achievement.uuid),
        lines=told,
        met=sum(line.tone == "good" for line in told),
        is_met=explanation.met is True,
        problem=gettext(problem) if problem and explanation.met else "",
    )


def _named(rule: AwardRule) -> Options:
    """What people call the courses and credentials that the rule names."""
    slugs = rules.definitions_of(rule.condition)
    rows = Achievement.objects.filter(slug__in=slugs, state=Achievement.State.ACTIVE).only("slug", "names")
    return Options(
        courses=[(key, lms.course_name(key) or key) for key in sorted(rules.courses_of(rule.condition))],
        definitions=[(row.slug, say(row.names).value) for row in rows],
    )
