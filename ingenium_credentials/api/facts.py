"""What is known of learners, read for a condition: from our rows and, in an LMS, from it.

Only what the condition names is read, and for many learners in a constant number of
queries per chunk, so that 100,000 of them can stream through.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import islice
from typing import Any

from attrs import evolve, frozen
from django.db.models import Q
from django.utils import timezone

from .. import coursework, lms, rules
from ..models import Achievement, Approval, Award, AwardRule, CourseResult, OfferedCourse, PartResult
from . import parts
from .states import COUNTING

__all__ = ["known", "known_of", "standing_awards"]

_CHUNK = 1000
_OF_KIND = {
    PartResult.Kind.CATEGORY: "categories",
    PartResult.Kind.SUBSECTION: "subsections",
    PartResult.Kind.BLOCK: "blocks",
}
_PARTS_ASKED = {
    "category_grade": PartResult.Kind.CATEGORY,
    "subsection_grade": PartResult.Kind.SUBSECTION,
    "block_completed": PartResult.Kind.BLOCK,
}
"""The requirements that ask for something in a part of a course, and of which kind that is."""

Condition = rules.Rule | object


def known(
    learner_id: int,
    condition: Condition,
    *,
    rule: AwardRule | None = None,
    courses_count_twice: bool | None = None,
    noting: bool = False,
) -> rules.Known:
    """Everything known of the learner that the condition asks for.

    `rule` tells whose approvals count and, unless `courses_count_twice` does, whether a
    course may count twice. `noting` keeps what the LMS says of parts of courses, so that it
    is remembered since when it has been so. Raises `rules.ConditionError`.
    """
    found = known_of(
        [learner_id], condition, rule=rule, courses_count_twice=courses_count_twice, noting=noting
    )
    return next(found)[1]


def known_of(
    learner_ids: Iterable[int],
    condition: Condition,
    *,
    rule: AwardRule | None = None,
    courses_count_twice: bool | None = None,
    noting: bool = False,
) -> Iterator[tuple[int, rules.Known]]:
    """The same for many learners, in the order given, a chunk at a time."""
    parsed = condition if isinstance(condition, rules.Rule) else rules.parse(condition)
    if courses_count_twice is None:
        courses_count_twice = rule is not None and rule.achievement.counts_courses_twice
    reader = _Reader(parsed, rule, courses_count_twice, _offered(parsed), noting)
    ids = iter(learner_ids)
    while chunk := list(islice(ids, _CHUNK)):
        yield from reader.read(chunk)


def standing_awards(learner_id: int, slugs: Iterable[str]) -> list[Award]:
    """The learner's awards of these definitions that count now."""
    wanted = sorted(slugs)
    if not wanted:
        return []
    # A correction under way comes second: what stands already counts.
    awards = _standing([learner_id], wanted).order_by("-occasion")
    return [award for _slug, award in sorted({award.definition: award for award in awards}.items())]


def _standing(learner_ids: Sequence[int], slugs: Iterable[str], states: Sequence[str] = COUNTING) -> Any:
    awards = Award.objects.filter(learner_id__in=learner_ids, definition__in=list(slugs), state__in=states)
    # Neither a correction that waits for its signature, nor what is held under review, counts.
    awards = awards.exclude(state=Award.State.PENDING, supersedes__isnull=False)
    awards = awards.exclude(Q(state=Award.State.PENDING) & ~Q(review_reason=""))
    return awards.filter(Q(valid_until=None) | Q(valid_until__gt=timezone.now()))


def _offered(parsed: rules.Rule) -> dict[str, dict[str, Any]]:
    if not parsed.asks_for("ects", "universities"):
        return {}
    rows = OfferedCourse.objects.filter(course_id__in=parsed.courses)
    return {
        course_id: {"ects": ects, "university": slug or ""}
        for course_id, ects, slug in rows.values_list("course_id", "ects", "organisation__slug")
    }


@frozen
class _Reader:
    """What is read for one condition, whoever the learners are."""

    rule: rules.Rule
    row: AwardRule | None
    courses_count_twice: bool
    offered: Mapping[str, Mapping[str, Any]]
    noting: bool

    def read(self, learner_ids: Sequence[int]) -> Iterator[tuple[int, rules.Known]]:
        """What is known of each of these learners."""
        courses = self._courses(learner_ids)
        held = self._held(learner_ids)
        approvals = self._approvals(learner_ids)
        for learner_id in learner_ids:
            approved, approved_at = approvals.get(learner_id, (None, None))
            yield (
                learner_id,
                rules.Known(
                    courses=courses.get(learner_id, {}),
                    held=held.get(learner_id, {}),
                    approved=approved,
                    approved_at=approved_at,
                    courses_count_twice=self.courses_count_twice,
                ),
            )

    def _courses(self, learner_ids: Sequence[int]) -> dict[int, dict[str, rules.Facts]]:
        if not self.rule.courses:
            return {}
        told: dict[tuple[int, str], dict[str, Any]] = {}
        parts = self._rows_of_parts(learner_ids)
        for news in (
            self._results(learner_ids),
            _reported(row for row in parts if not row.seen),
            self._told_by_lms(learner_ids, [row for row in parts if row.seen]),
        ):
            for key, members in news:
                _add(told.setdefault(key, dict(_NO_PARTS)), members)
        found: dict[int, dict[str, rules.Facts]] = defaultdict(dict)
        for (learner_id, course_id), members in told.items():
            # A certificate's mode is what it was earned in; events of passing carry none.
            members["mode"] = members.get("mode") or members.get("enrolled_mode", "")
            found[learner_id][course_id] = rules.Facts(**members, **self.offered.get(course_id, {}))
        return found

    def _results(self, learner_ids: Sequence[int]) -> Iterator[tuple[tuple[int, str], dict[str, Any]]]:
        rows = CourseResult.objects.filter(learner_id__in=learner_ids, course_id__in=self.rule.courses)
        for learner_id, course_id, *values in rows.values_list("learner_id", "course_id", *_OF_RESULT):
            yield (learner_id, course_id), dict(zip(_OF_RESULT, values, strict=True))

    def _rows_of_parts(self, learner_ids: Sequence[int]) -> list[PartResult]:
        if not self.rule.asks_for(*_PARTS_ASKED):
            return []
        rows = PartResult.objects.filter(learner_id__in=learner_ids, course_id__in=self.rule.courses)
        return list(rows)

    def _told_by_lms(
        self, learner_ids: Sequence[int], seen: Sequence[PartResult]
    ) -> Iterator[tuple[tuple[int, str], dict[str, Any]]]:
        """What the LMS says itself: the newest there is, so it comes last."""
        for course_id in sorted(self.rule.courses) if lms.is_platform() else ():
            leaves = [leaf for leaf in self.rule.leaves if leaf.course == course_id]
            before = {(row.learner_id, row.kind, row.key): row for row in seen if row.course_id == course_id}
            parts = _parts_in_lms(course_id, learner_ids, leaves, before, noting=self.noting)
            for learner_id, members in _ask_lms(course_id, learner_ids, leaves):
                yield (learner_id, course_id), members
            for (learner_id, kind, key), part in parts.items():
                yield (learner_id, course_id), {_OF_KIND[PartResult.Kind(kind)]: {key: part}}

    def _held(self, learner_ids: Sequence[int]) -> dict[int, dict[str, rules.Held]]:
        if not self.rule.definitions:
            return {}
        rows = list(
            _standing(learner_ids, self.rule.definitions, (*COUNTING, Award.State.REVIEW))
            # A correction under way comes second: what stands already counts.
            .order_by("-occasion")
            .values_list(*_OF_AWARD)
        )
        universities = _universities({row[-2] for row in rows})
        found: dict[int, dict[str, rules.Held]] = defaultdict(dict)
        for learner_id, definition, state, reason, awarded_at, courses, achievement_id, ects in rows:
            found[learner_id][definition] = rules.Held(
                definition=definition,
                awarded_at=awarded_at,
                courses=frozenset(courses or ()),
                ects=ects,
                universities=universities.get(achievement_id, frozenset()),
                is_certain=state != Award.State.REVIEW and not reason,
            )
        return found

    def _approvals(self, learner_ids: Sequence[int]) -> dict[int, tuple[bool, Any]]:
        if self.row is None or self.row.pk is None or not self.rule.asks_for("manual_approval"):
            return {}
        rows = Approval.objects.filter(rule=self.row, learner_id__in=learner_ids)
        return {row.learner_id: (row.approved, row.at) for row in rows}


_OF_RESULT = (
    "is_passing",
    "passing_since",
    "grade",
    "mode",
    "certificate_status",
    "certificate_since",
    "is_enrolled",
    "enrolled_mode",
)
_OF_AWARD = (
    "learner_id",
    "definition",
    "state",
    "review_reason",
    "awarded_at",
    "courses",
    "achievement_id",
    "achievement__ects",
)
_NO_PARTS: dict[str, Any] = {"categories": {}, "subsections": {}, "blocks": {}}


def _universities(achievement_ids: Iterable[int]) -> dict[int, frozenset[str]]:
    """Who awards these versions: the awarding bodies, or the issuer where none are named."""
    found: dict[int, set[str]] = defaultdict(set)
    rows = Achievement.objects.filter(pk__in=list(achievement_ids))
    for pk, body, issuer in rows.values_list("pk", "awarding_bodies__slug", "issuer__organisation__slug"):
        found[pk].add(body or issuer)
    return {pk: frozenset(slugs) for pk, slugs in found.items()}


def _add(members: dict[str, Any], further: Mapping[str, Any]) -> None:
    for name, value in further.items():
        members[name] = {**members[name], **value} if name in _NO_PARTS else value


def _ask_lms(
    course_id: str, learner_ids: Sequence[int], leaves: Sequence[rules.Leaf]
) -> Iterator[tuple[int, dict[str, Any]]]:
    """What the LMS knows of each learner in one course, as far as these requirements ask."""
    kinds = {leaf.kind for leaf in leaves}
    modes = coursework.enrolments(course_id, learner_ids) if any(leaf.modes for leaf in leaves) else None
    cohorts = coursework.cohorts_of(course_id, learner_ids) if "cohort" in kinds else None
    for learner_id in learner_ids:
        members: dict[str, Any] = {}
        if modes is not None:
            members |= {
                "is_enrolled": learner_id in modes,
                "enrolled_mode": modes.get(learner_id, ""),
            }
        if cohorts is not None:
            members["cohorts"] = cohorts.get(learner_id, frozenset())
        if members:
            yield learner_id, members


def _reported(rows: Iterable[PartResult]) -> Iterator[tuple[tuple[int, str], dict[str, Any]]]:
    for row in rows:
        members = {_OF_KIND[PartResult.Kind(row.kind)]: {row.key: parts.part_of(row)}}
        yield (row.learner_id, row.course_id), members


def _parts_in_lms(
    course_id: str,
    learner_ids: Sequence[int],
    leaves: Sequence[rules.Leaf],
    before: Mapping[parts.Key, PartResult],
    *,
    noting: bool,
) -> dict[parts.Key, rules.Part]:
    """How far each learner is in the parts that are asked for, and since when, as far as that was seen."""
    enough = _enough(leaves)
    if not enough:
        return {}
    told = dict(_grades_in_lms(course_id, learner_ids, enough))
    known = parts.note_seen(course_id, told, enough, before) if noting else before
    # Seen for the first time, it has been so since now, unless the LMS knows better.
    return {
        key: evolve(
            part,
            at=part.at or timezone.now(),
            reports=parts.part_of(known[key]).reports if key in known else (),
        )
        for key, part in told.items()
    }


def _enough(leaves: Sequence[rules.Leaf]) -> dict[tuple[str, str], Decimal]:
    """The least that is asked of each part, by kind and key."""
    found: dict[tuple[str, str], Decimal] = {}
    for leaf in leaves:
        if (kind := _PARTS_ASKED.get(leaf.kind)) is not None:
            part = (str(kind), leaf.category or leaf.block)
            least = Decimal(1) if kind == PartResult.Kind.BLOCK else leaf.min_grade or Decimal(0)
            found[part] = min(found.get(part, least), least)
    return found


def _grades_in_lms(
    course_id: str, learner_ids: Sequence[int], asked: Iterable[tuple[str, str]]
) -> Iterator[tuple[parts.Key, rules.Part]]:
    keys: dict[str, list[str]] = defaultdict(list)
    for kind, key in asked:
        keys[kind].append(key)
    for kind, ask in _ASK.items():
        for learner_id, found in ask(course_id, learner_ids, keys[kind]).items() if keys[kind] else ():
            for key in found.keys() & set(keys[kind]):
                yield (learner_id, str(kind), key), rules.Part(value=found[key].value, at=found[key].at)


_ASK: dict[str, Callable[[str, Sequence[int], Sequence[str]], coursework.Parts]] = {
    PartResult.Kind.CATEGORY: lambda course, learners, _keys: coursework.category_grades(course, learners),
    PartResult.Kind.SUBSECTION: coursework.subsection_grades,
    PartResult.Kind.BLOCK: coursework.completed_blocks,
}
