"""Which definitions the instructors of a course may award, and what their rules may name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from opaque_keys import InvalidKeyError
from opaque_keys.edx.keys import CourseKey

from .. import coursework, lms, rules
from ..models import Achievement, AwardRule, OfferedCourse
from . import auditing, fetching
from .concerning import is_concerned
from .errors import NotAllowed

__all__ = [
    "condition_warnings",
    "define_offered_course",
    "demand_offered",
    "later_runs",
    "offered_definitions",
    "rules_of_course",
]


def define_offered_course(offered: OfferedCourse, *, actor_id: int | None = None) -> OfferedCourse:
    """Say which definitions, by slug, the instructors of a course may use; its results are recorded then.

    Raises `NotAllowed` for a course key that is none and for a definition that does not
    exist, and Django's `ValidationError` for a value that its field does not take.
    """
    try:
        offered.course_id = str(CourseKey.from_string(offered.course_id))
    except InvalidKeyError as error:
        raise NotAllowed(
            _("%(course)r is not a course key. It looks like course-v1:UNIVERSITY+COURSE+RUN.")
            % {"course": offered.course_id}
        ) from error
    offered.clean_fields()
    offered.definitions = _known(offered.definitions)
    with transaction.atomic():
        if not is_concerned(offered.course_id):
            fetching.ask([offered.course_id])
        offered.save()
        auditing.note("course-offered", offered, actor_id=actor_id)
    return offered


def offered_definitions(course_id: str) -> list[Achievement]:
    """The active versions of what instructors of the course may award, by title's slug."""
    active = Achievement.objects.filter(state=Achievement.State.ACTIVE, slug__in=_offered(course_id))
    return list(active.select_related("issuer").defer("image_svg", "image_png").order_by("slug"))


def rules_of_course(course_id: str) -> QuerySet[AwardRule]:
    """The rules that the staff of the course keep: offered there, and naming it.

    A registrar's rule may name a course without its staff having a say in it, nor a look at it:
    it tells of other courses.
    """
    return AwardRule.objects.filter(achievement__slug__in=_offered(course_id), courses__course_id=course_id)


def demand_offered(rule: AwardRule, course_id: str) -> None:
    """Refuse, with `NotAllowed`, a rule that instructors of the course may not write.

    Its definition must be offered in their course, which the condition must name: nobody sets
    the bar for learners of other courses alone. It may name only courses and definitions that
    are offered together with that definition, somewhere in the alliance.
    """
    definition = rule.achievement.slug
    if definition not in _offered(course_id):
        raise NotAllowed(
            _("%(definition)s is not offered in this course. An alliance officer can offer it.")
            % {"definition": definition}
        )
    together = [row for row in OfferedCourse.objects.all() if definition in row.definitions]
    courses = {row.course_id for row in together}
    definitions = {slug for row in together for slug in row.definitions}
    strange = [
        *sorted(rules.courses_of(rule.condition) - courses),
        *sorted(rules.definitions_of(rule.condition) - definitions),
    ]
    if strange:
        raise NotAllowed(
            _(
                "The condition names %(names)s, not offered together with %(definition)s. Leave it out, or "
                "ask an alliance officer to offer it."
            )
            % {"names": ", ".join(strange), "definition": definition}
        )
    if course_id not in rules.courses_of(rule.condition):
        raise NotAllowed(_("The condition does not name this course."))


def condition_warnings(condition: object, achievement: Achievement) -> list[str]:
    """What a person should look at in a condition that awards that definition.

    Parts that are never or always met, courses that do not exist, parts that a course has not.
    Only warnings, as a course may be made after its rule. Raises `rules.ConditionError`.
    """
    ects, universities = _figures(rules.courses_of(condition), rules.definitions_of(condition))
    faults = rules.faults(
        condition,
        ects=ects,
        universities=universities,
        courses_count_twice=achievement.counts_courses_twice,
    )
    return [*map(str, faults), *_condition_warnings(condition)]


def _figures(courses: Iterable[str], definitions: Iterable[str]) -> tuple[dict[str, Decimal], dict[str, str]]:
    """The credits of courses and definitions, and the universities of courses, as far as known.

    Of a definition's versions the most credits, as earlier awards of it count, too.
    """
    offered = OfferedCourse.objects.filter(course_id__in=list(courses))
    rows = list(offered.values_list("course_id", "ects", "organisation__slug"))
    ects = {course: figure for course, figure, _slug in rows if figure is not None}
    versions = Achievement.objects.filter(slug__in=list(definitions)).order_by("ects")
    ects |= {slug: figure for slug, figure in versions.values_list("slug", "ects") if figure is not None}
    return ects, {course: slug for course, _figure, slug in rows if slug}


def _condition_warnings(condition: object) -> list[str]:
    missing = [
        _("The course %(course)s does not exist. Correct its key, unless it is still to be made.")
        % {"course": course_id}
        for course_id in sorted(rules.courses_of(condition))
        if lms.course_exists(course_id) is False
    ]
    return [*missing, *_missing_parts(rules.parse(condition).leaves)]


def _missing_parts(leaves: Iterable[rules.Leaf]) -> Iterator[str]:
    """A block that was taken out of its course is in no learner's way to be met any more."""
    names: dict[str, dict[str, str]] = {}
    for leaf in leaves:
        if leaf.block:
            names.setdefault(leaf.course, {})[leaf.block] = leaf.name or leaf.block
    for course_id, blocks in sorted(names.items()):
        for block in coursework.blocks_gone(course_id, blocks):
            yield _(
                "“%(part)s” is not in the course %(course)s any more, so that nobody can newly reach it. "
                "Choose another part, or take the requirement out."
            ) % {"part": blocks[block], "course": course_id}


def later_runs(condition: object) -> list[str]:
    """The later runs of the courses that a condition names, as far as it does not name them itself.

    Nothing is wrong with it: it goes on to award for the run that it names. Raises
    `rules.ConditionError`.
    """
    named = rules.courses_of(condition)
    return sorted({run for course_id in named for run in lms.course_runs(course_id)} - named)


def _offered(course_id: str) -> Sequence[str]:
    found = OfferedCourse.objects.filter(course_id=course_id).values_list("definitions", flat=True).first()
    return found or ()


def _known(definitions: object) -> list[str]:
    if not isinstance(definitions, list) or not all(isinstance(slug, str) for slug in definitions):
        raise NotAllowed(_('Write a list of definitions by their short names: ["ecosystems"].'))
    known = set(Achievement.objects.filter(slug__in=definitions).values_list("slug", flat=True))
    if unknown := sorted(set(definitions) - known):
        raise NotAllowed(
            _("There is no definition %(slug)s. Define it first, or correct the name.") % {"slug": unknown[0]}
        )
    return sorted(known)
