"""Compare the LMS with the ledger, and the ledger with itself; mend what was missed.

Mending goes through the same verbs as everything else, so that it makes no second kind of
award. Differences are handed out one by one and only counted here: however many rows
there are, memory stays the same.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from enum import Enum
from itertools import chain, islice
from typing import Any, TypeVar

from attrs import evolve, frozen
from django.db.models import Count, Exists, Model, OuterRef, Q, QuerySet
from django.utils import timezone

from .. import rules
from ..models import Award, AwardRule, AwardRuleCourse, CourseResult, Reconciliation
from .audience import without_result
from .awarding import evaluate, rules_at_work, rules_for, rules_with_parts
from .concerning import is_concerned
from .deciding import follow
from .foreseeing import Verdict, foresee
from .hearing import Unheard, hear, unheard
from .issuing import issue
from .recording import reconsider_results
from .states import STANDING, issuable

__all__ = ["Difference", "Kind", "reconcile", "reconcile_nightly"]

_CHUNK = 500
_OVERLAP = dt.timedelta(hours=1)
"""A transaction that was open when the last comparison began has committed by then."""
_ALL_EVERY = dt.timedelta(days=7)
"""A bulk update leaves a row's moment as it was: only a comparison of everything finds it."""
_UNTOLD = frozenset({"block_completed", "category_grade", "cohort", "subsection_grade"})
"""Of these the LMS sends no event that is sure to come: the result's row may stay as it was."""

_Row = TypeVar("_Row", bound=Model)
_Thing = TypeVar("_Thing")
Progress = Callable[[int], object]


class Kind(Enum):
    """What differs; the value is what an operator reads."""

    UNHEARD = "not heard"
    """The LMS says something that the ledger does not know."""
    WAITING = "not evaluated"
    """News that has been waiting; the detail says why, if known."""
    MISSING = "missing"
    """A condition is met and there is no award."""
    NOT_ISSUED = "not issued"
    """An award without its credentials; the detail says why, if known."""
    DOUBLE = "double"
    """More than one standing award of one definition. Only reported."""
    REGAINED = "met again"
    """The award is under review for the loss of a condition that is met again."""
    WITHDRAWN = "withdrawn"
    """The award stands, its condition is not met any more, and the rule does not let it stand."""


_DIFFERS = {
    Verdict.EARN: Kind.MISSING,
    Verdict.RENEW: Kind.MISSING,
    Verdict.LOSE: Kind.WITHDRAWN,
    Verdict.REGAIN: Kind.REGAINED,
}


@frozen(kw_only=True)
class Difference:
    """One line of the table. Learners appear by their user id only."""

    kind: Kind
    learner_id: int | None
    subject: str
    """A course key, or a definition's slug."""
    detail: str = ""
    mended: bool = False


def reconcile(
    *,
    course_id: str | None = None,
    since: dt.datetime | None = None,
    dry_run: bool = False,
    report: Callable[[Difference], object] = lambda _difference: None,
    progress: Progress = lambda _looked_at: None,
) -> Reconciliation:
    """Find what differs, in one course or in all that rules name; mend it unless `dry_run`.

    `since` leaves out what has not changed after that moment, where changes are told of. `report` gets every
    difference when it is found, `progress` the number of rows looked at so far. What
    comes back holds the counts; a dry run's is not stored.
    """
    run = Reconciliation(started_at=timezone.now(), course_id=course_id or "", since=since)
    return _run(run, dry_run=dry_run, report=report, progress=progress)


def reconcile_nightly() -> Reconciliation:
    """Mend what has changed since the last nightly comparison that was finished.

    Once a week, and when there was none yet, everything is compared.
    """
    now = timezone.now()
    finished = Reconciliation.objects.filter(nightly=True, finished_at__isnull=False)
    last, last_of_all = finished.first(), finished.filter(since=None).first()
    since = None
    if last is not None and last_of_all is not None and now - last_of_all.started_at < _ALL_EVERY:
        since = min(last.started_at, now) - _OVERLAP
    return _run(Reconciliation(started_at=now, since=since, nightly=True), dry_run=False)


def _run(
    run: Reconciliation,
    *,
    dry_run: bool,
    report: Callable[[Difference], object] = lambda _difference: None,
    progress: Progress = lambda _looked_at: None,
) -> Reconciliation:
    if not dry_run:
        run.save()
    for difference in _differences(run, progress, dry_run=dry_run):
        kind = difference.kind.value
        run.found[kind] = run.found.get(kind, 0) + 1
        if not difference.mended:
            run.left[kind] = run.left.get(kind, 0) + 1
        report(difference)
    run.finished_at = timezone.now()
    if not dry_run:
        run.save()
    return run


def _differences(run: Reconciliation, progress: Progress, *, dry_run: bool) -> Iterator[Difference]:
    def seen(things: Iterable[_Thing]) -> Iterator[_Thing]:
        for thing in things:
            run.looked_at += 1
            progress(run.looked_at)
            yield thing

    for course in filter(is_concerned, [run.course_id] if run.course_id else _courses()):
        yield from _compare_with_lms(seen(unheard(course, run.since)), dry_run=dry_run)
    for results in _results(run):
        yield from _compare_results(seen(_pages(results)), dry_run=dry_run)
    for rule in rules_at_work(run.course_id):
        # Whenever they were approved, say: a rule does not say since when it is on.
        others = seen(chain.from_iterable(without_result(rule)))
        yield from _compare_rule(rule, others, dry_run=dry_run)
    for rule in rules_with_parts(run.course_id):
        yield from _compare_rule(rule, seen(_holders_of_parts(rule, run)), dry_run=dry_run)
    yield from _not_issued(seen(_pages(_pending(run))), dry_run=dry_run)
    yield from _double(run)


def _courses() -> list[str]:
    named = AwardRuleCourse.objects.filter(rule__enabled=True)
    return sorted(named.values_list("course_id", flat=True).distinct())


def _results(run: Reconciliation) -> Iterator[QuerySet[CourseResult]]:
    """The results to be compared, course by course."""
    rows = CourseResult.objects.all()
    if run.course_id:
        rows = rows.filter(course_id=run.course_id)
    if run.since is not None:
        rows = rows.filter(Q(changed_at__gte=run.since) | Q(course_id__in=_untold_courses()))
    for course_id in list(rows.order_by("course_id").values_list("course_id", flat=True).distinct()):
        yield rows.filter(course_id=course_id)


def _holders_of_parts(rule: AwardRule, run: Reconciliation) -> Iterator[int]:
    """Who has, or had, a credential that the rule names, but for those who were compared already."""
    named = rule.parts.values("definition")
    awards = Award.objects.filter(definition__in=named, learner_id__isnull=False)
    if run.since is None:
        of_rule = rule.courses.filter(course_id=run.course_id) if run.course_id else rule.courses.all()
        courses = of_rule.values("course_id")
        compared = CourseResult.objects.filter(learner_id=OuterRef("learner_id"), course_id__in=courses)
        awards = awards.filter(~Exists(compared))
    last = 0
    ids: Any = awards.order_by("learner_id").values_list("learner_id", flat=True).distinct()
    while page := list(ids.filter(learner_id__gt=last)[:_CHUNK]):
        yield from page
        last = page[-1]


def _untold_courses() -> set[str]:
    """The courses of which a rule asks what changes without an event."""
    courses: set[str] = set()
    for condition in AwardRule.objects.filter(enabled=True).values_list("condition", flat=True):
        with suppress(rules.ConditionError):
            leaves = rules.parse(condition).leaves
            courses |= {leaf.course for leaf in leaves if leaf.kind in _UNTOLD}
    return courses


def _pending(run: Reconciliation) -> QuerySet[Award]:
    return _of_course(Award.objects.filter(issuable(timezone.now())), run.course_id)


def _of_course(awards: QuerySet[Award], course_id: str) -> QuerySet[Award]:
    return awards.filter(rule__courses__course_id=course_id) if course_id else awards


def _pages(rows: QuerySet[_Row]) -> Iterator[_Row]:
    """The rows in pages, each as it is then: MySQL's client would keep a whole answer in memory."""
    last = 0
    while page := list(rows.filter(pk__gt=last).order_by("pk")[:_CHUNK]):
        yield from page
        last = page[-1].pk


def _chunks(things: Iterable[_Thing]) -> Iterator[list[_Thing]]:
    left = iter(things)
    while chunk := list(islice(left, _CHUNK)):
        yield chunk


def _compare_with_lms(facts: Iterable[Unheard | None], *, dry_run: bool) -> Iterator[Difference]:
    for found in facts:
        if found is None:
            continue
        yield Difference(
            kind=Kind.UNHEARD,
            learner_id=found.fact.learner_id,
            subject=found.fact.course_id,
            detail=", ".join(found.details),
            mended=not dry_run and hear(found),
        )


def _compare_results(results: Iterable[CourseResult], *, dry_run: bool) -> Iterator[Difference]:
    for chunk in _chunks(results):
        found = _of_results(chunk, noting=not dry_run)
        for result in chunk:
            if (difference := found.get(result.learner_id)) is not None:
                yield evolve(difference, mended=not dry_run and _mend(result))


def _of_results(results: Sequence[CourseResult], *, noting: bool) -> dict[int, Difference]:
    """What differs for these results of one course, by learner: the first thing for each."""
    found = {
        result.learner_id: Difference(
            kind=Kind.WAITING,
            learner_id=result.learner_id,
            subject=result.course_id,
            detail=result.last_problem,
        )
        for result in results
        if result.dirty
    }
    for rule in rules_for(results[0].course_id) if results else ():
        learners = [result.learner_id for result in results if result.learner_id not in found]
        found |= _of_learners(rule, learners, noting=noting)
    return found


def _mend(result: CourseResult) -> bool:
    reconsider_results([result.pk])
    evaluate([result.pk])
    return not _of_results(list(CourseResult.objects.filter(pk=result.pk)), noting=True)


def _compare_rule(rule: AwardRule, learner_ids: Iterable[int], *, dry_run: bool) -> Iterator[Difference]:
    """Of learners whom no result leads to, or not this time."""
    for chunk in _chunks(learner_ids):
        for learner_id, difference in _of_learners(rule, chunk, noting=not dry_run).items():
            if not dry_run:
                follow(rule.pk, learner_id)
            mended = not dry_run and not _of_learners(rule, [learner_id], noting=True)
            yield evolve(difference, mended=mended)


def _of_learners(rule: AwardRule, learner_ids: Sequence[int], *, noting: bool) -> dict[int, Difference]:
    """Who has not the award that the rule asks for, or one that it does not."""
    return {
        learner_id: Difference(
            kind=_DIFFERS[verdict],
            learner_id=learner_id,
            subject=rule.achievement.slug,
            detail=rule.name,
        )
        for learner_id, verdict in foresee(rule, learner_ids, noting=noting)
        if verdict in _DIFFERS
    }


def _not_issued(awards: Iterable[Award], *, dry_run: bool) -> Iterator[Difference]:
    for award in awards:
        issued = [] if dry_run else issue([award.pk])
        yield Difference(
            kind=Kind.NOT_ISSUED,
            learner_id=award.learner_id,
            subject=award.definition,
            detail=award.last_problem,
            mended=bool(issued),
        )


def _double(run: Reconciliation) -> Iterator[Difference]:
    standing = Award.objects.filter(state__in=STANDING, learner_id__isnull=False)
    # A correction waits for its signature beside what it replaces.
    standing = standing.exclude(state=Award.State.PENDING, supersedes__isnull=False)
    counted = (
        _of_course(standing, run.course_id)
        .values("learner_id", "definition")
        .annotate(times=Count("pk", distinct=True))
        .filter(times__gt=1)
        .order_by("learner_id", "definition")
    )
    for row in counted:
        yield Difference(
            kind=Kind.DOUBLE,
            learner_id=row["learner_id"],
            subject=row["definition"],
            detail=f"{row['times']} standing awards",
        )
