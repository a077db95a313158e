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
from typing import TypeVar

from attrs import evolve, frozen
from django.db.models import Count, Model, Q, QuerySet
from django.utils import timezone

from .. import rules
from ..models import Award, AwardRule, AwardRuleCourse, CourseResult, Reconciliation
from .awarding import evaluate, rules_at_work, rules_for
from .comparing import differing, without_result
from .concerning import is_concerned
from .deciding import follow
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
"""Of these the LMS sends no event, so that the row of the result does not change with them."""

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
    WITHDRAWN = "withdrawn"
    """The award stands, its condition is not met any more, and the rule does not let it stand."""


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
    yield from _compare_results(seen(_pages(_results(run))), dry_run=dry_run)
    for rule in rules_at_work(run.course_id):
        for page in without_result(rule):
            yield from _compare_others(rule, list(seen(page)), dry_run=dry_run)
    yield from _not_issued(seen(_pages(_pending(run))), dry_run=dry_run)
    yield from _double(run)


def _courses() -> list[str]:
    named = AwardRuleCourse.objects.filter(rule__enabled=True)
    return sorted(named.values_list("course_id", flat=True).distinct())


def _results(run: Reconciliation) -> QuerySet[CourseResult]:
    rows = CourseResult.objects.all()
    if run.course_id:
        rows = rows.filter(course_id=run.course_id)
    if run.since is None:
        return rows
    return rows.filter(Q(changed_at__gte=run.since) | Q(course_id__in=_untold_courses()))


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
    for result in results:
        difference = _difference(result)
        if difference is None:
            continue
        if not dry_run:
            reconsider_results([result.pk])
            evaluate([result.pk])
            result.refresh_from_db()
        yield evolve(difference, mended=not dry_run and _difference(result) is None)


def _compare_others(rule: AwardRule, learner_ids: Sequence[int], *, dry_run: bool) -> Iterator[Difference]:
    """Those whom no result leads to: approved, in a cohort, or holding what is asked for, say."""
    for difference in list(_compare_awards(rule, learner_ids)):
        learner_id = difference.learner_id or 0
        if not dry_run:
            follow(rule.pk, learner_id)
        mended = not dry_run and next(_compare_awards(rule, [learner_id]), None) is None
        yield evolve(difference, mended=mended)


def _difference(result: CourseResult) -> Difference | None:
    if result.dirty:
        return Difference(
            kind=Kind.WAITING,
            learner_id=result.learner_id,
            subject=result.course_id,
            detail=result.last_problem,
        )
    for rule in rules_for(result.course_id):
        for difference in _compare_awards(rule, [result.learner_id]):
            return difference
    return None


def _compare_awards(rule: AwardRule, learner_ids: Sequence[int]) -> Iterator[Difference]:
    """Whether the awards that the rule asks for are there, and none that it does not."""
    for learner_id, is_missing in differing(rule, learner_ids):
        yield Difference(
            kind=Kind.MISSING if is_missing else Kind.WITHDRAWN,
            learner_id=learner_id,
            subject=rule.achievement.slug,
            detail=rule.name,
        )


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
