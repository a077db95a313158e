"""The door to the LMS's courses: their staff, their parts, and how far learners are in them.

Stands beside `lms` and keeps its habit: imports of the platform are inside functions, and
outside an LMS nothing is known. Keys are texts on both sides. Facts of learners are read
for many at a time, in a constant number of queries per course.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, TypeVar

from attrs import frozen

from .lms import is_platform

__all__ = [
    "CoursePart",
    "Reached",
    "blocks_gone",
    "categories_of_course",
    "category_grades",
    "cohorts_of",
    "cohorts_of_course",
    "completed_blocks",
    "count_enrolled",
    "course_structure",
    "courses_of_staff",
    "enrolled_after",
    "enrolments",
    "modes_of_course",
    "subsection_grades",
]

logger = logging.getLogger(__name__)

_Told = TypeVar("_Told")
_STAFF_ROLES = ("staff", "instructor")
_STEP = Decimal("0.0001")


@frozen(kw_only=True)
class CoursePart:
    """A part of a course that people know by its name."""

    kind: str
    """`section`, `subsection` or `unit`."""
    key: str
    """The usage key."""
    name: str
    within: tuple[str, ...] = ()
    """The names of what it stands in, the section first."""


@frozen(kw_only=True)
class Reached:
    """How far a learner is in one part."""

    value: Decimal
    """Share of the maximum; of what is completed, 1 is all."""
    at: dt.datetime | None


Parts = dict[int, dict[str, Reached]]
"""By learner, then by part."""


def courses_of_staff(user: Any) -> list[str] | None:
    """The keys of the courses that the person is staff of; None: of all."""
    if user.is_superuser or (is_platform() and user.is_staff):
        return None
    if not is_platform():
        return None if user.has_perm("ingenium_credentials.change_awardrule") else []
    from common.djangoapps.student.models import CourseAccessRole

    roles = CourseAccessRole.objects.filter(user_id=user.pk, role__in=_STAFF_ROLES)
    return sorted({str(key) for key in roles.values_list("course_id", flat=True) if key})


def enrolments(course_id: str, learner_ids: Sequence[int]) -> dict[int, str]:
    """The mode of each of these learners who is enrolled now; nothing outside an LMS."""
    if not is_platform():
        return {}
    from common.djangoapps.student.models import CourseEnrollment
    from opaque_keys.edx.keys import CourseKey

    rows = CourseEnrollment.objects.filter(
        course_id=CourseKey.from_string(course_id), user_id__in=learner_ids, is_active=True
    )
    return {learner_id: mode or "" for learner_id, mode in rows.values_list("user_id", "mode")}


def enrolled_after(course_ids: Iterable[str], after: int, most: int) -> list[int]:
    """Who has ever enrolled in one of the courses, in order of their ids; nobody outside an LMS."""
    if not is_platform():
        return []
    ids = _enrolments(course_ids).filter(user_id__gt=after).order_by("user_id")
    return list(ids.values_list("user_id", flat=True).distinct()[:most])


def count_enrolled(course_ids: Iterable[str]) -> int:
    """How many have ever enrolled in one of the courses; 0 outside an LMS."""
    return _enrolments(course_ids).values("user_id").distinct().count() if is_platform() else 0


def _enrolments(course_ids: Iterable[str]) -> Any:
    from common.djangoapps.student.models import CourseEnrollment
    from opaque_keys.edx.keys import CourseKey

    return CourseEnrollment.objects.filter(
        course_id__in=[CourseKey.from_string(course_id) for course_id in sorted(course_ids)]
    )


def cohorts_of(course_id: str, learner_ids: Sequence[int]) -> dict[int, frozenset[str]] | None:
    """The names of the cohorts of each learner who is in one; None outside an LMS."""
    if not is_platform():
        return None
    from opaque_keys.edx.keys import CourseKey
    from openedx.core.djangoapps.course_groups.models import CohortMembership

    rows = CohortMembership.objects.filter(
        course_id=CourseKey.from_string(course_id), user_id__in=learner_ids
    )
    return {
        learner_id: frozenset({name})
        for learner_id, name in rows.values_list("user_id", "course_user_group__name")
    }


def subsection_grades(course_id: str, learner_ids: Sequence[int], blocks: Iterable[str]) -> Parts:
    """The grades in these subsections, a teacher's override in place of what was reached."""
    if not is_platform():
        return {}
    from lms.djangoapps.grades.models import PersistentSubsectionGrade
    from opaque_keys.edx.keys import CourseKey

    rows = PersistentSubsectionGrade.objects.filter(
        course_id=CourseKey.from_string(course_id),
        user_id__in=learner_ids,
        usage_key__in=_usage_keys(blocks),
    )
    found: Parts = {}
    for row in rows.select_related("override"):
        found.setdefault(row.user_id, {})[str(row.full_usage_key)] = Reached(
            value=_share_of(row), at=row.modified
        )
    return found


def _share_of(row: Any) -> Decimal:
    override = getattr(row, "override", None)
    earned = getattr(override, "earned_graded_override", None)
    possible = getattr(override, "possible_graded_override", None)
    earned = row.earned_graded if earned is None else earned
    possible = row.possible_graded if possible is None else possible
    return (Decimal(str(earned)) / Decimal(str(possible))).quantize(_STEP) if possible else Decimal(0)


def category_grades(course_id: str, learner_ids: Sequence[int]) -> Parts:
    """The grade of each learner in each category of the grading policy.

    The platform keeps no table of them: it works them out from its stored grades.
    """
    if not is_platform():
        return {}
    from django.contrib.auth import get_user_model
    from lms.djangoapps.grades.api import CourseGradeFactory
    from opaque_keys.edx.keys import CourseKey

    users = get_user_model()._default_manager.filter(pk__in=learner_ids)
    grades = CourseGradeFactory().iter(users, course_key=CourseKey.from_string(course_id))
    return {
        user.pk: {
            entry["category"]: Reached(value=Decimal(str(entry["percent"])).quantize(_STEP), at=None)
            for entry in grade.summary.get("section_breakdown", ())
            # One for each category, beside those of the single assignments.
            if entry.get("prominent")
        }
        for user, grade, error in grades
        if grade is not None and not error
    }


def completed_blocks(course_id: str, learner_ids: Sequence[int], blocks: Iterable[str]) -> Parts:
    """What of these units or subsections is completed, as a share of what can be completed in each.

    The platform's completion service notes the smallest parts only: a unit is completed
    when everything in it is.
    """
    wanted = list(blocks)
    if not is_platform() or not wanted:
        return {}
    from completion.models import BlockCompletion
    from opaque_keys.edx.keys import CourseKey

    key = CourseKey.from_string(course_id)
    below = _completable_below(key, wanted)
    rows = BlockCompletion.objects.filter(
        context_key=key, user_id__in=learner_ids, block_key__in=set().union(*below.values())
    )
    done: dict[int, dict[Any, dt.datetime]] = {}
    for learner_id, block_key, completion, at in rows.values_list(
        "user_id", "block_key", "completion", "modified"
    ):
        if completion >= 1:
            done.setdefault(learner_id, {})[block_key.map_into_course(key)] = at
    return {learner_id: dict(_completed(below, mine)) for learner_id, mine in done.items()}


def _completed(
    below: Mapping[str, set[Any]], mine: Mapping[Any, dt.datetime]
) -> Iterator[tuple[str, Reached]]:
    for block, parts in below.items():
        moments = [mine[part] for part in parts if part in mine]
        if moments:
            share = (Decimal(len(moments)) / len(parts)).quantize(_STEP)
            # All but one of very many is not yet all.
            value = share if len(moments) == len(parts) else min(share, 1 - _STEP)
            yield block, Reached(value=value, at=max(moments))


def _completable_below(key: Any, blocks: Iterable[str]) -> dict[str, set[Any]]:
    from openedx.core.djangoapps.content.block_structure.api import (
        get_course_in_cache,
    )

    structure = get_course_in_cache(key)
    return {
        block: {part for part in _below(structure, usage) if _is_completable(part)}
        for block, usage in zip(blocks, _usage_keys(blocks), strict=True)
    }


def _below(structure: Any, usage: Any) -> Iterator[Any]:
    children = list(structure.get_children(usage)) if usage in structure else []
    if not children:
        yield usage
    for child in children:
        yield from _below(structure, child)


def _is_completable(usage: Any) -> bool:
    from xblock.completable import XBlockCompletionMode
    from xblock.core import XBlock
    from xblock.plugin import PluginMissingError

    try:
        mode = XBlockCompletionMode.get_mode(XBlock.load_class(usage.block_type))
    except PluginMissingError:
        return False
    return bool(mode == XBlockCompletionMode.COMPLETABLE)


def course_structure(course_id: str) -> list[CoursePart] | None:
    """The sections of the course with what is in them, in order; None where nobody can tell."""
    return _told(course_id, _structure)


def _structure(key: Any) -> list[CoursePart]:
    from openedx.core.djangoapps.content.block_structure.api import (
        get_course_in_cache,
    )

    structure = get_course_in_cache(key)
    return list(_parts(structure, structure.root_block_usage_key, ("section", "subsection", "unit"), ()))


def _parts(
    structure: Any, parent: Any, kinds: Sequence[str], within: tuple[str, ...]
) -> Iterator[CoursePart]:
    for usage in structure.get_children(parent):
        name = str(structure.get_xblock_field(usage, "display_name", "") or usage)
        yield CoursePart(kind=kinds[0], key=str(usage), name=name, within=within)
        if len(kinds) > 1:
            yield from _parts(structure, usage, kinds[1:], (*within, name))


def blocks_gone(course_id: str, blocks: Iterable[str]) -> list[str]:
    """Which of these parts, of any size, the course does not have any more; none where nobody can tell."""
    wanted = list(blocks)
    return (_told(course_id, lambda key: _gone(key, wanted)) if wanted else None) or []


def _gone(key: Any, blocks: Sequence[str]) -> list[str]:
    from openedx.core.djangoapps.content.block_structure.api import (
        get_course_in_cache,
    )

    structure = get_course_in_cache(key)
    usages = zip(blocks, _usage_keys(blocks), strict=True)
    return [block for block, usage in usages if usage not in structure]


def categories_of_course(course_id: str) -> list[str] | None:
    """The assignment categories of the course's grading policy; None where nobody can tell."""
    return _told(course_id, _categories)


def _categories(key: Any) -> list[str]:
    from xmodule.modulestore.django import modulestore

    policy = modulestore().get_course(key, depth=0).grading_policy
    return list(dict.fromkeys(str(entry["type"]) for entry in policy["GRADER"]))


def cohorts_of_course(course_id: str) -> list[str] | None:
    """The names of the course's cohorts; None where nobody can tell."""
    return _told(course_id, _cohorts)


def _cohorts(key: Any) -> list[str]:
    from openedx.core.djangoapps.course_groups.models import CourseUserGroup

    rows = CourseUserGroup.objects.filter(course_id=key, group_type="cohort").order_by("name")
    return list(rows.values_list("name", flat=True))


def modes_of_course(course_id: str) -> list[tuple[str, str]] | None:
    """The modes in which one can be enrolled, each with its name for people; None where nobody can tell."""
    return _told(course_id, _modes)


def _modes(key: Any) -> list[tuple[str, str]]:
    from common.djangoapps.course_modes.models import CourseMode

    rows = CourseMode.objects.filter(course_id=key).order_by("mode_slug")
    return [(slug, name or slug) for slug, name in rows.values_list("mode_slug", "mode_display_name")]


def _told(course_id: str, read: Callable[[Any], _Told]) -> _Told | None:
    """What the platform says of a course; None outside of one, and where it fails: nobody's page must."""
    if not is_platform():
        return None
    from opaque_keys.edx.keys import CourseKey

    try:
        return read(CourseKey.from_string(course_id))
    except Exception as error:  # its stores raise much of their own, and a page can do without the answer
        logger.warning("The platform did not say what is in %s (%s).", course_id, type(error).__name__)
        return None


def _usage_keys(blocks: Iterable[str]) -> list[Any]:
    from opaque_keys.edx.keys import UsageKey

    return [UsageKey.from_string(block) for block in blocks]
