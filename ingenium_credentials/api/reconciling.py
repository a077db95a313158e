"""Compare the LMS with the ledger, and the ledger with itself; mend what may be mended.

Mending goes through the same verbs as everything else, so that it makes no second kind of
award. What a person must decide (an award whose condition is not met any more) is only
ever reported.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from enum import Enum
from typing import Any

from attrs import evolve, frozen
from django.db.models import Count, QuerySet

from .. import lms, rules
from ..models import Award, AwardRule, AwardRuleCourse, CourseResult
from .awarding import evaluate, rules_for
from .facts import known
from .issuing import issue
from .recording import reconsider_results, record_certificate, record_grade, record_passing

__all__ = ["Difference", "Kind", "Reconciliation", "reconcile"]

_EVENT = "reconcile"
_CHUNK = 500


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
    """The award stands and its condition is not met any more. Only reported."""


@frozen(kw_only=True)
class Difference:
    """One line of the table. Learners appear by their user id only."""

    kind: Kind
    learner_id: int | None
    subject: str
    """A course key, or a definition's slug."""
    detail: str = ""
    mended: bool = False


@frozen(kw_only=True)
class Reconciliation:
    """What was found, and whether it was mended."""

    differences: tuple[Difference, ...]
    dry_run: bool

    @property
    def open(self) -> tuple[Difference, ...]:
        """What still differs."""
        return tuple(difference for difference in self.differences if not difference.mended)

    def count(self, kind: Kind) -> int:
        """How many differences of that kind were found."""
        return sum(difference.kind is kind for difference in self.differences)


def reconcile(
    *, course_id: str | None = None, since: dt.datetime | None = None, dry_run: bool = True
) -> Reconciliation:
    """Find what differs, in one course or in all that rules name; mend it unless `dry_run`.

    `since` leaves out what has not changed after that moment.
    """
    found = [
        *_compare_with_lms(course_id, since, dry_run=dry_run),
        *_compare_results(_results(course_id, since), dry_run=dry_run),
        *_compare_awards(_awards(course_id, since), dry_run=dry_run),
    ]
    return Reconciliation(differences=tuple(found), dry_run=dry_run)


def _results(course_id: str | None, since: dt.datetime | None) -> QuerySet[CourseResult]:
    rows = CourseResult.objects.all()
    if course_id is not None:
        rows = rows.filter(course_id=course_id)
    return rows if since is None else rows.filter(changed_at__gte=since)


def _awards(course_id: str | None, since: dt.datetime | None) -> QuerySet[Award]:
    rows = Award.objects.all()
    if course_id is not None:
        rows = rows.filter(rule__courses__course_id=course_id)
    return rows if since is None else rows.filter(awarded_at__gte=since)


def _compare_with_lms(
    course_id: str | None, since: dt.datetime | None, *, dry_run: bool
) -> Iterator[Difference]:
    named = AwardRuleCourse.objects.filter(rule__enabled=True).values_list("course_id", flat=True).distinct()
    for course in [course_id] if course_id is not None else sorted(named):
        for fact in lms.facts_of_course(course, since):
            known = CourseResult.objects.filter(learner_id=fact.learner_id, course_id=fact.course_id).first()
            detail = _unheard(fact, known)
            if not detail:
                continue
            if not dry_run:
                _hear(fact, known)
            yield Difference(
                kind=Kind.UNHEARD,
                learner_id=fact.learner_id,
                subject=fact.course_id,
                detail=detail,
                mended=not dry_run,
            )


def _unheard(fact: lms.CourseFact, known: CourseResult | None) -> str:
    """What of the fact the ledger does not know; empty when it knows all."""
    if fact.certificate_at is not None:
        status = known.certificate_status if known else ""
        return f"certificate {fact.certificate_status}" if fact.certificate_status != status else ""
    passing = known.is_passing if known else False
    if fact.is_passing is not None and fact.is_passing != passing:
        return "passing" if fact.is_passing else "not passing"
    return "" if known is not None and known.grade is not None else "grade"


def _hear(fact: lms.CourseFact, known: CourseResult | None) -> None:
    whom: dict[str, Any] = {
        "learner_id": fact.learner_id,
        "course_id": fact.course_id,
        "event_id": _EVENT,
    }
    if fact.certificate_at is not None:
        record_certificate(
            **whom,
            status=fact.certificate_status,
            mode=fact.mode,
            printed_name=fact.printed_name,
            grade=None,
            at=fact.certificate_at,
        )
    if fact.grade_at is not None and fact.grade is not None:
        record_grade(**whom, grade=fact.grade, at=fact.grade_at)
    if fact.grade_at is not None and fact.is_passing is not None:
        # The first pass is the evidence, unless the ledger has heard of a failure since.
        first = fact.passed_at if fact.is_passing and not (known and known.passing_stamp) else None
        record_passing(**whom, is_passing=fact.is_passing, at=first or fact.grade_at)


def _compare_results(results: QuerySet[CourseResult], *, dry_run: bool) -> Iterator[Difference]:
    for result in results.order_by("pk").iterator(chunk_size=_CHUNK):
        difference = _waiting(result) or _missing(result)
        if difference is None:
            continue
        if not dry_run:
            reconsider_results([result.pk])
            evaluate([result.pk])
            result.refresh_from_db()
        yield evolve(difference, mended=not dry_run and not result.dirty)


def _waiting(result: CourseResult) -> Difference | None:
    if not result.dirty:
        return None
    return Difference(
        kind=Kind.WAITING,
        learner_id=result.learner_id,
        subject=result.course_id,
        detail=result.last_problem,
    )


def _missing(result: CourseResult) -> Difference | None:
    for rule in rules_for(result.course_id):
        if _is_met(rule, result.learner_id) and not _has_been_awarded(rule, result.learner_id):
            return Difference(
                kind=Kind.MISSING,
                learner_id=result.learner_id,
                subject=rule.achievement.slug,
                detail=rule.name,
            )
    return None


def _is_met(rule: AwardRule, learner_id: int) -> bool:
    try:
        return rules.explain(rule.condition, known(learner_id, rule.condition, rule=rule)).met is True
    except rules.ConditionError:
        return False


def _has_been_awarded(rule: AwardRule, learner_id: int) -> bool:
    """Whether there is an award, even a revoked one: only new evidence makes another."""
    return Award.objects.filter(learner_id=learner_id, definition=rule.achievement.slug).exists()


def _compare_awards(awards: QuerySet[Award], *, dry_run: bool) -> Iterator[Difference]:
    yield from _not_issued(awards, dry_run=dry_run)
    yield from _double(awards)
    yield from _withdrawn(awards)


def _not_issued(awards: QuerySet[Award], *, dry_run: bool) -> Iterator[Difference]:
    for award in awards.filter(state=Award.State.PENDING).order_by("pk").iterator(chunk_size=_CHUNK):
        issued = [] if dry_run else issue([award.pk])
        yield Difference(
            kind=Kind.NOT_ISSUED,
            learner_id=award.learner_id,
            subject=award.definition,
            detail=award.last_problem,
            mended=bool(issued),
        )


def _double(awards: QuerySet[Award]) -> Iterator[Difference]:
    standing = awards.exclude(state=Award.State.REVOKED).filter(learner_id__isnull=False)
    counted = (
        standing.values("learner_id", "definition").annotate(times=Count("pk", distinct=True)).order_by()
    )
    for row in counted.filter(times__gt=1):
        yield Difference(
            kind=Kind.DOUBLE,
            learner_id=row["learner_id"],
            subject=row["definition"],
            detail=f"{row['times']} standing awards",
        )


def _withdrawn(awards: QuerySet[Award]) -> Iterator[Difference]:
    by_rule = awards.exclude(state=Award.State.REVOKED).filter(rule__isnull=False, learner_id__isnull=False)
    for award in by_rule.select_related("rule").order_by("pk").iterator(chunk_size=_CHUNK):
        if award.rule is None or award.learner_id is None or _is_met(award.rule, award.learner_id):
            continue
        yield Difference(
            kind=Kind.WITHDRAWN, learner_id=award.learner_id, subject=award.definition, detail=award.rule.name
        )
