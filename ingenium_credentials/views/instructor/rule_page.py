"""One rule: what it says, what it does, its trials, and the switch."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ... import api
from ...conf import conf
from ...models import Award, AwardRule
from ..facts import say
from . import copies, supervision, trials
from .history import who
from .overview import rule_card
from .staff import Course, goto, leave_word, refusal, show, staff_only
from .standing import utc

__all__ = ["rule_page", "switch_rule"]

_MOST_TRIALS = 5


@staff_only("GET", "HEAD")
def rule_page(request: HttpRequest, course: Course, uuid: UUID) -> HttpResponseBase:
    """What the rule says and does, and what can be done with it."""
    rule = course.rule(uuid)
    card = rule_card(course, rule)
    latest = rule.versions.order_by("-revision").first()
    awards = api.awards_of_course(course.id).filter(rule=rule)
    context = {
        "tab": "rules",
        "card": card,
        "rule": rule,
        "title": say(rule.achievement.names),
        "trials": [trials.summary(trial) for trial in trials.of_rule(rule)[:_MOST_TRIALS]],
        "tried": trials.newest_valid(rule),
        "changed": {"who": who(latest.actor_id), "at": utc(latest.at)} if latest else None,
        "issued": awards.exclude(state=Award.State.PENDING).count(),
        "pending": awards.filter(state=Award.State.PENDING).count(),
        "targets": copies.targets(request, course, rule),
        "supervision": supervision.label(rule.supervision),
        "fetched": api.being_fetched(rule.courses.values_list("course_id", flat=True)),
        "schedule": {
            "from": utc(rule.starts_at) if rule.starts_at else "",
            "until": utc(rule.ends_at) if rule.ends_at else "",
        },
    }
    return show(request, course, "rule.html", context)


@staff_only("GET", "HEAD", "POST")
def switch_rule(request: HttpRequest, course: Course, uuid: UUID) -> HttpResponseBase:
    """Pause at once; switch on after a page that says how many will be awarded."""
    rule = course.rule(uuid)
    if request.method == "POST":
        return _switch(request, course, rule)
    tried = trials.newest_valid(rule)
    context = {
        "tab": "rules",
        "rule": rule,
        "card": rule_card(course, rule),
        "title": say(rule.achievement.names),
        "tried": tried,
        "question": _question(tried),
        "tells": conf.MAIL,
    }
    return show(request, course, "switch_on.html", context)


def _question(tried: trials.Summary | None) -> str:
    if tried is None:
        return _("Nobody has tried this version out: it is not known how many learners it will award.")
    return ngettext(
        "%(count)d learner will be awarded now, and from then on whoever meets it.",
        "%(count)d learners will be awarded now, and from then on whoever meets it.",
        tried.new,
    ) % {"count": tried.new}


def _switch(request: HttpRequest, course: Course, rule: AwardRule) -> HttpResponseBase:
    seen = request.POST.get("seen_revision", "")
    try:
        if request.POST.get("to") == "paused":
            api.pause(rule, actor_id=request.user.pk)
            leave_word(request, "good", _("Paused. What was awarded stands."))
        else:
            api.demand_offered(rule, course.id)
            revision = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else -1
            api.switch_on(rule, actor_id=request.user.pk, seen_revision=revision)
            leave_word(request, "good", _("Switched on. Awards appear in the list within minutes."))
    except Exception as error:
        leave_word(request, "bad", refusal(error))
    return goto("instructor-rule", course, rule.uuid)
