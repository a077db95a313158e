"""One learner: which rules they meet, and what is missing; a person's yes or no.

Who is looked for is posted, so that no name and no address gets into the server's logs.
"""

from __future__ import annotations

from typing import Any

from attrs import frozen
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext
from django.utils.translation import gettext as _

from ... import api, lms
from ...models import Award, AwardRule, CourseResult
from ..facts import Text, say
from ..requirements import WORDS, Line, lines
from . import options, phrases
from .overview import rules_of
from .staff import Course, refusal, show, staff_only
from .standing import utc
from .tree import of_condition

__all__ = ["account_called", "find", "nobody", "why"]

_LONGEST = 254


@frozen(kw_only=True)
class Answer:
    """One rule, held against the learner's results."""

    rule: AwardRule
    title: Text
    sentence: str
    tone: str
    word: str
    lines: tuple[Line, ...]
    award: Award | None
    asks_person: bool


@staff_only("GET", "HEAD", "POST")
def why(request: HttpRequest, course: Course) -> HttpResponseBase:
    """Look a learner up; each rule of this course then says what is met and what is not."""
    context: dict[str, object] = {"tab": "why", "asked": ""}
    if request.method == "POST":
        context["asked"] = asked = request.POST.get("learner", "")[:_LONGEST].strip()
        account = find(course, asked, request.POST.get("learner_id", ""))
        context["account"] = account
        if account is None:
            context["problem"] = nobody()
        else:
            context["problem"] = _decide(request, course, account.learner_id)
            context["waits"] = _waits(request, course, account.learner_id)
            context["answers"] = _answers(course, account.learner_id)
            context["awards"] = _awards(course, account.learner_id)
    return show(request, course, "why.html", context)


def nobody() -> str:
    """The one answer for whoever does not exist and for whoever does not take the course."""
    return _("No learner of this course has this user name or e-mail address. Mind the spelling.")


def find(course: Course, text: str, learner_id: str = "") -> lms.Account | None:
    """A learner of this course by user name, e-mail address or id; nobody else is found."""
    if learner_id.isascii() and learner_id.isdigit() and len(learner_id) < 19:
        account = lms.account(int(learner_id))
    else:
        account = account_called(text)
    if account is None or not _is_here(course, account.learner_id):
        return None
    return account


def account_called(text: str) -> lms.Account | None:
    """The one account with this user name or e-mail address."""
    ids = lms.accounts_named([text]).get(text, frozenset()) if text else frozenset()
    return lms.account(next(iter(ids))) if len(ids) == 1 else None


def _is_here(course: Course, learner_id: int) -> bool:
    if api.is_learner_of(learner_id, course.id):
        return True
    return api.awards_of_course(course.id).filter(learner_id=learner_id).exists()


def _decide(request: HttpRequest, course: Course, learner_id: int) -> str:
    """Note a yes or no where one was sent along; returns why not, if not."""
    decision = request.POST.get("decision", "")
    rule = next((row for row in rules_of(course) if str(row.uuid) == request.POST.get("rule", "")), None)
    if decision not in ("yes", "no") or rule is None:
        return ""
    try:
        reason = request.POST.get("reason", "")[:_LONGEST]
        api.approve(rule, learner_id, decision == "yes", actor_id=request.user.pk, reason=reason)
    except Exception as error:
        return refusal(error)
    return ""


def _waits(request: HttpRequest, course: Course, learner_id: int) -> str:
    """Why the learner's result could not be evaluated, after it is tried again where that was asked for."""
    found = CourseResult.objects.filter(course_id=course.id, learner_id=learner_id).exclude(last_problem="")
    result = found.first()
    if result is None:
        return ""
    if request.POST.get("do") == "retry":
        api.retry_result(result, actor_id=request.user.pk)
        return ""
    return gettext(result.last_problem)


def _answers(course: Course, learner_id: int) -> list[Answer]:
    awards = api.awards_of_course(course.id).filter(learner_id=learner_id).order_by("-occasion")
    held = {award.definition: award for award in reversed(awards)}
    return [_answer(course, rule, learner_id, held) for rule in rules_of(course)]


def _awards(course: Course, learner_id: int) -> list[dict[str, Any]]:
    """What the learner has or had by this course, the newest first."""
    found = api.awards_of_course(course.id).filter(learner_id=learner_id)
    rows = found.select_related("achievement").defer("achievement__image_svg", "achievement__image_png")
    return [
        {
            "award": award,
            "title": say(award.achievement.names).value,
            "state": award.get_state_display(),
            "day": utc(award.awarded_at),
        }
        for award in rows
    ]


def _answer(course: Course, rule: AwardRule, learner_id: int, held: dict[str, Award]) -> Answer:
    explanation = api.why_not(rule, learner_id)
    tone, word = WORDS[explanation.met]
    named = options.of(course, rule.achievement.slug)
    tree = of_condition(rule.condition)
    return Answer(
        rule=rule,
        title=say(rule.achievement.names),
        sentence=phrases.sentence(tree, named),
        tone=tone,
        word=str(word),
        lines=lines(rule.condition, explanation, named),
        award=held.get(rule.achievement.slug),
        asks_person=any(node.kind == "manual_approval" for node in tree.walk()),
    )
