"""Whom a condition can concern: everybody of whom something is known that it asks for.

Most have a result in one of its courses. Others do not: who was told of in parts of a course
only, holds a credential that it names, was approved, or is in a cohort or enrolled, of
which the LMS tells only when asked. Learners come in order of their ids, a page at a time:
however many there are, it takes the same few queries per page.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from heapq import merge
from itertools import groupby, islice
from typing import Any

from attrs import frozen
from django.db.models import QuerySet

from .. import coursework, rules
from ..models import Approval, Award, AwardRule, CourseResult, PartResult
from .states import STANDING

__all__ = ["Audience", "without_result"]

_PAGE = 1000
_PARTS = ("block_completed", "category_grade", "subsection_grade")
_ASKED_OF_LMS = (*_PARTS, "cohort", "enrolled")


@frozen
class Audience:
    """The learners of a condition in these courses."""

    condition: rules.Rule
    courses: frozenset[str]
    rule: AwardRule | None = None
    """Whose approvals lead to learners."""

    def page(self, after: int, size: int) -> list[int]:
        """The next learners, each once; fewer than `size` when these are the last."""
        return self._page(after, size, [self._results(), *self._others()])

    def count(self) -> int:
        """How many there are; of those whom only the LMS knows, at least."""
        first, *further = [rows.values_list("learner_id") for rows in (self._results(), *self._others())]
        known = first.distinct().union(*further).count() if further else first.distinct().count()
        return max(known, coursework.count_enrolled(self.courses) if self._asks_lms else 0)

    def without_result(self) -> Iterator[list[int]]:
        """Those whom neither a result nor a credential that is asked for leads to, page by page.

        Also whoever has an award by the rule, and no result any more.
        """
        after = 0
        while page := self._page(after, _PAGE, [*self._told(), *self._made()]):
            after = page[-1]
            found = self._results().filter(learner_id__in=page)
            if others := sorted(set(page) - set(found.values_list("learner_id", flat=True))):
                yield others

    def _page(self, after: int, size: int, groups: Iterable[QuerySet[Any]]) -> list[int]:
        found = [_ids(rows.filter(learner_id__gt=after), size) for rows in groups]
        if self._asks_lms:
            found.append(coursework.enrolled_after(self.courses, after, size))
        return list(islice((learner_id for learner_id, _same in groupby(merge(*found))), size))

    @property
    def _asks_lms(self) -> bool:
        return self.condition.asks_for(*_ASKED_OF_LMS)

    def _results(self) -> QuerySet[CourseResult]:
        return CourseResult.objects.filter(course_id__in=sorted(self.courses)).order_by()

    def _others(self) -> Iterator[QuerySet[Any]]:
        yield from self._told()
        if self.condition.definitions:
            yield Award.objects.filter(
                definition__in=sorted(self.condition.definitions), learner_id__isnull=False
            ).order_by()

    def _told(self) -> Iterator[QuerySet[Any]]:
        if self.condition.asks_for(*_PARTS):
            yield PartResult.objects.filter(course_id__in=sorted(self.courses))
        if self.rule is not None and self.condition.asks_for("manual_approval"):
            yield Approval.objects.filter(rule=self.rule)

    def _made(self) -> Iterator[QuerySet[Award]]:
        if self.rule is not None:
            yield Award.objects.filter(rule=self.rule, state__in=STANDING, learner_id__isnull=False)


def without_result(rule: AwardRule) -> Iterator[list[int]]:
    """The same of a rule; a condition that is not understood concerns nobody."""
    try:
        parsed = rules.parse(rule.condition)
    except rules.ConditionError:
        return
    yield from Audience(parsed, frozenset(parsed.courses), rule).without_result()


def _ids(rows: QuerySet[Any], size: int) -> list[int]:
    return list(rows.order_by("learner_id").values_list("learner_id", flat=True).distinct()[:size])
