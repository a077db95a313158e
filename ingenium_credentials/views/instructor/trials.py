"""Trials: who would earn it by a rule, before the rule is switched on.

A trial reads and awards nothing. Names are looked up when the page is drawn; the stored
outcome knows people by number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from attrs import evolve, frozen
from django.db.models import QuerySet
from django.http import HttpRequest, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from ... import api, lms, rules
from ...models import Achievement, AwardRule, CourseResult, Simulation
from ...rules.grammar import Group as Conditions
from ...rules.grammar import Leaf
from ..facts import say
from . import options, phrases
from .shown import Options
from .staff import Course, goto, leave_word, nothing_here, refusal, show, staff_only
from .standing import utc
from .tree import Node, of_condition

__all__ = [
    "Summary",
    "begin",
    "cancel_trial",
    "condition_of_trial",
    "newest_valid",
    "of_rule",
    "people",
    "progress",
    "summary",
    "trial_page",
    "try_rule",
]

State = Simulation.State
_LOOKED_AT = 20
_SHOWN = 50
"""People named in each list; the others are counted."""
_OUTCOMES = {
    "earn": gettext_lazy("Would earn it"),
    "near": gettext_lazy("Just miss it"),
    "not": gettext_lazy("Do not meet it"),
    "unknown": gettext_lazy("Cannot be told yet"),
    "revoked": gettext_lazy("Had it revoked or erased, and are not given it anew"),
    "has": gettext_lazy("Have it already"),
}
_GRADES = frozenset({"course_passed", "certificate_issued", "category_grade", "subsection_grade"})


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
    new = int(counts_of(trial).get("earn", 0))
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


def condition_of_trial(course: Course, definition: str, uuid: str) -> object:
    """The condition of a trial of the definition here, to go on editing it; None for any other."""
    try:
        found = Simulation.objects.filter(uuid=UUID(uuid), course_id=course.id)
    except ValueError:
        return None
    trial = found.filter(achievement__slug=definition).first()
    return trial.condition if trial else None


def begin(
    request: HttpRequest, course: Course, achievement: Achievement, condition: object, rule: AwardRule | None
) -> HttpResponseBase:
    """Start a trial and go to its page."""
    trial = api.start_simulation(course.id, achievement, condition, actor_id=request.user.pk, rule=rule)
    return goto("instructor-trial", course, trial.uuid)


@staff_only("POST")
def try_rule(request: HttpRequest, course: Course, uuid: UUID) -> HttpResponseBase:
    """Try the rule as it is stored."""
    rule = course.rule(uuid)
    try:
        return begin(request, course, rule.achievement, rule.condition, rule)
    except Exception as error:
        leave_word(request, "bad", refusal(error))
        return goto("instructor-rule", course, uuid)


@staff_only("POST")
def cancel_trial(request: HttpRequest, course: Course, uuid: UUID) -> HttpResponseBase:
    """Stop a running trial; what it has found stays."""
    api.cancel_simulation(_trial(course, uuid), actor_id=request.user.pk)
    return goto("instructor-trial", course, uuid)


@staff_only("GET", "HEAD")
def progress(request: HttpRequest, course: Course, uuid: UUID) -> HttpResponseBase:
    """How far it is, for the script that moves the bar."""
    trial = _trial(course, uuid)
    body = {"state": trial.state, "done": trial.done, "total": trial.total, "words": _how_far(trial)}
    response = JsonResponse(body)
    response["Cache-Control"] = "private, no-store"
    return response


@staff_only("GET", "HEAD")
def trial_page(request: HttpRequest, course: Course, uuid: UUID) -> HttpResponseBase:
    """The bar while it runs; then who would earn it, who just misses, and why."""
    trial = _trial(course, uuid)
    named = options.of(course, trial.achievement.slug)
    context = {
        "tab": "rules",
        "trial": trial,
        "rule": trial.rule,
        "title": say(trial.achievement.names),
        "sentence": phrases.sentence(of_condition(trial.condition), named),
        "asked_at": utc(trial.asked_at),
        "how_far": _how_far(trial),
        "counts": counts_of(trial),
        "is_other": trial.rule is not None and trial.condition != trial.rule.condition,
        "groups": [] if trial.state == State.RUNNING else _groups(course, trial),
        "near": [] if trial.state == State.RUNNING else _near(course, trial, _phrases(trial, named)),
    }
    return show(request, course, "trial.html", context)


def _trial(course: Course, uuid: UUID) -> Simulation:
    found = Simulation.objects.filter(uuid=uuid, course_id=course.id)
    slugs = [row.slug for row in course.definitions]
    trial = found.filter(achievement__slug__in=slugs).select_related("achievement", "rule").first()
    if trial is None:
        raise nothing_here()
    return trial


def _how_far(trial: Simulation) -> str:
    return ngettext(
        "%(done)d of %(total)d learner looked at", "%(done)d of %(total)d learners looked at", trial.total
    ) % {"done": trial.done, "total": trial.total}


def counts_of(trial: Simulation) -> Mapping[str, int]:
    """How many would earn it, have it, just miss it, and so on."""
    counts: Mapping[str, int] = (trial.outcome or {}).get("counts", {})
    return counts


@frozen(kw_only=True)
class Person:
    """A learner in the outcome, with what is missing."""

    learner_id: int
    name: str
    username: str
    reasons: tuple[str, ...] = ()


@frozen(kw_only=True)
class Group:
    """Learners of whom the same would become."""

    title: str
    people: list[Person]
    others: int
    """How many more there are, those of other courses included: only our own learners are named."""


def _groups(course: Course, trial: Simulation) -> list[Group]:
    learners, counts = (trial.outcome or {}).get("learners", {}), counts_of(trial)
    groups = []
    for verdict, title in _OUTCOMES.items():
        if verdict in learners and counts.get(verdict):
            found = _people(course, learners[verdict])
            groups.append(Group(title=str(title), people=found, others=counts[verdict] - len(found)))
    return groups


def _people(course: Course, ids: Sequence[int]) -> list[Person]:
    here = CourseResult.objects.filter(course_id=course.id, learner_id__in=ids)
    known = set(here.values_list("learner_id", flat=True))
    shown = [learner_id for learner_id in ids if learner_id in known][:_SHOWN]
    accounts = lms.accounts(shown)
    return [_person(learner_id, accounts.get(learner_id)) for learner_id in shown]


def _person(learner_id: int, account: lms.Account | None) -> Person:
    return Person(
        learner_id=learner_id,
        name=(account.name or account.username) if account else _("a former account"),
        username=account.username if account else "",
    )


def _near(course: Course, trial: Simulation, phrases_by_path: Mapping[str, str]) -> Group | None:
    count = counts_of(trial).get("near", 0)
    if not count:
        return None
    found = (trial.outcome or {}).get("near", [])
    reasons = {near["learner"]: tuple(_reasons(near["reasons"], phrases_by_path)) for near in found}
    missing = [evolve(one, reasons=reasons[one.learner_id]) for one in _people(course, list(reasons))]
    return Group(title=str(_OUTCOMES["near"]), people=missing, others=count - len(missing))


def _reasons(reasons: Sequence[Mapping[str, Any]], phrases_by_path: Mapping[str, str]) -> list[str]:
    return [
        _("missing: %(requirement)s") % {"requirement": phrases_by_path.get(reason["path"], reason["kind"])}
        + _figures(reason)
        for reason in reasons
    ]


def _figures(reason: Mapping[str, Any]) -> str:
    have, need = reason.get("have"), reason.get("need")
    if have is None or need is None:
        return ""
    if reason["kind"] in _GRADES:
        have, need = _percent(have), _percent(need)
    return " " + _("(has %(have)s, needs %(need)s)") % {"have": have, "need": need}


def _percent(text: str) -> str:
    try:
        return f"{(Decimal(text) * 100).normalize():f} %"
    except InvalidOperation:
        return text


def _phrases(trial: Simulation, named: Options) -> dict[str, str]:
    """Each requirement and each group of them in words, by its path in the condition."""
    root, shown = rules.parse(trial.condition).root, of_condition(trial.condition)
    # The editor has a group around everything.
    pairs = _side_by_side(root, shown.children[0] if isinstance(root, Leaf) else shown)
    return {node.path: phrases.requirement(words, named) for node, words in pairs}


def _side_by_side(node: Conditions | Leaf, shown: Node) -> Iterator[tuple[Conditions | Leaf, Node]]:
    yield node, shown
    for child, words in zip([] if isinstance(node, Leaf) else node.children, shown.children, strict=True):
        yield from _side_by_side(child, words)


@staff_only("POST")
def people(request: HttpRequest, course: Course, uuid: UUID) -> HttpResponseBase:
    """Everybody of this course with what would become of them, as of now, as CSV."""
    trial = _trial(course, uuid)
    named = _phrases(trial, options.of(course, trial.achievement.slug))
    api.note_people_export(trial, actor_id=request.user.pk)
    response = StreamingHttpResponse(api.csv_of(_rows(trial, named)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="trial.csv"'
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _rows(trial: Simulation, named: Mapping[str, str]) -> Iterator[tuple[str, ...]]:
    yield _("username"), _("name"), _("outcome"), _("missing")
    for chunk in api.people_of_simulation(trial):
        accounts = lms.accounts([learner_id for learner_id, _verdict, _lacking in chunk])
        for learner_id, verdict, lacking in chunk:
            person = _person(learner_id, accounts.get(learner_id))
            word = str(_OUTCOMES.get(verdict, verdict))
            yield person.username, person.name, word, "; ".join(_reasons(lacking, named))
