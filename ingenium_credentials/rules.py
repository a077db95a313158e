"""A rule's condition, and why a learner does or does not meet it.

A condition is a JSON tree with a version at its root, for example

    {"version": 1, "all": [
        {"kind": "course_passed", "course": "course-v1:UOC+MED+2026", "min_grade": 0.8},
        {"kind": "certificate_issued", "course": "course-v1:HIS+AI+2026", "modes": ["verified"]}]}

What is not known here is refused and never skipped: a condition that nobody understands
must not be met. Pure: facts go in, an explanation comes out; no queries, no clock.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal

from attrs import field, frozen
from django.utils.translation import gettext as _
from opaque_keys import InvalidKeyError
from opaque_keys.edx.keys import CourseKey

__all__ = [
    "CERTIFICATE_ISSUED",
    "VERSION",
    "ConditionError",
    "Explanation",
    "Facts",
    "Line",
    "courses_of",
    "definitions_of",
    "explain",
]

VERSION = 1
CERTIFICATE_ISSUED = "downloadable"
"""The one certificate status in which the learner holds the certificate."""
_MAX_DEPTH = 8
_MAX_LEAVES = 200
_LEAF_MEMBERS = frozenset({"kind", "course", "min_grade", "modes"})


class ConditionError(Exception):
    """A condition is not one that this version understands; the message says why."""


@frozen(kw_only=True)
class Facts:
    """What is known of one learner in one course. An empty text or None is 'not known'."""

    is_passing: bool = False
    passing_since: dt.datetime | None = None
    grade: Decimal | None = None
    """Share of the maximum, 0 to 1."""
    mode: str = ""
    certificate_status: str = ""
    certificate_since: dt.datetime | None = None


@frozen(kw_only=True)
class Line:
    """One requirement of a condition, and whether the learner meets it."""

    met: bool | None
    """None when what is known does not tell."""
    course: str
    message: str
    """A sentence for a person, in the active language."""
    earned_at: dt.datetime | None = None


@frozen(kw_only=True)
class Explanation:
    """Whether a condition is met, why, and since when."""

    lines: tuple[Line, ...] = field()

    @property
    def met(self) -> bool | None:
        """True if every line is met, False if one is not, else None: it cannot be told."""
        verdicts = {line.met for line in self.lines}
        if False in verdicts:
            return False
        return True if verdicts == {True} else None

    @property
    def earned_at(self) -> dt.datetime | None:
        """When the last of the requirements was met; None unless all are and have a date."""
        moments = [line.earned_at for line in self.lines if line.earned_at is not None]
        return max(moments) if self.met and len(moments) == len(self.lines) else None


def explain(condition: object, results: Mapping[str, Facts]) -> Explanation:
    """Hold a learner's results, by course key, against a condition; raises `ConditionError`."""
    leaves = tuple(_leaves(condition))
    return Explanation(lines=tuple(_explain_leaf(leaf, results.get(leaf.course)) for leaf in leaves))


def courses_of(condition: object) -> set[str]:
    """The course keys that a condition names; raises `ConditionError`."""
    return {leaf.course for leaf in _leaves(condition)}


def definitions_of(condition: object) -> set[str]:
    """The definitions, by slug, that a condition names; raises `ConditionError`."""
    list(_leaves(condition))
    return set()


@frozen(kw_only=True)
class _Leaf:
    """One requirement: something about one course."""

    kind: str
    course: str
    min_grade: Decimal | None
    modes: tuple[str, ...]


def _leaves(condition: object) -> Iterator[_Leaf]:
    if not isinstance(condition, Mapping):
        raise ConditionError(_("A condition must be a JSON object."))
    version = condition.get("version")
    if isinstance(version, bool) or version != VERSION:
        raise ConditionError(_("A condition must say its version, which is 1."))
    leaves = list(_walk({name: value for name, value in condition.items() if name != "version"}, 1))
    if len(leaves) > _MAX_LEAVES:
        raise ConditionError(_("A condition has more than %(most)d requirements.") % {"most": _MAX_LEAVES})
    yield from leaves


def _walk(node: object, depth: int) -> Iterator[_Leaf]:
    if depth > _MAX_DEPTH:
        raise ConditionError(_("A condition is nested more than %(most)d deep.") % {"most": _MAX_DEPTH})
    if not isinstance(node, Mapping):
        raise ConditionError(_("Each part of a condition must be a JSON object."))
    if "all" in node:
        yield from _walk_all(node, depth)
    else:
        yield _leaf(node)


def _walk_all(node: Mapping[str, object], depth: int) -> Iterator[_Leaf]:
    _demand_members(node, frozenset({"all"}))
    parts = node["all"]
    # 'All of nothing' would be met by everybody.
    if not isinstance(parts, list) or not parts:
        raise ConditionError(_("'all' needs a list that is not empty."))
    for part in parts:
        yield from _walk(part, depth + 1)


def _demand_members(node: Mapping[str, object], known: frozenset[str]) -> None:
    unknown = sorted(map(str, set(node) - known))
    if unknown:
        raise ConditionError(_("A condition does not know the member %(member)r.") % {"member": unknown[0]})


def _leaf(node: Mapping[str, object]) -> _Leaf:
    kind = node.get("kind")
    if not isinstance(kind, str) or kind not in _EXPLAIN:
        raise ConditionError(_("A condition of kind %(kind)r is not known.") % {"kind": kind})
    _demand_members(node, _LEAF_MEMBERS)
    return _Leaf(
        kind=kind,
        course=_course(node.get("course")),
        min_grade=_min_grade(node.get("min_grade")),
        modes=_modes(node.get("modes")),
    )


def _course(value: object) -> str:
    try:
        return str(CourseKey.from_string(value if isinstance(value, str) else ""))
    except InvalidKeyError as error:
        raise ConditionError(_("%(course)r is not a course key.") % {"course": value}) from error


def _min_grade(value: object) -> Decimal | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise ConditionError(_("The minimum grade must be a number from 0 to 1."))
    return Decimal(str(value))


def _modes(value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or not value or not all(isinstance(mode, str) and mode for mode in value):
        raise ConditionError(_("The modes must be a list of names that is not empty."))
    return tuple(value)


def _explain_leaf(leaf: _Leaf, facts: Facts | None) -> Line:
    facts = facts or Facts()
    met, message, earned_at = _EXPLAIN[leaf.kind](facts)
    for further, sentence in (_explain_grade(leaf, facts), _explain_mode(leaf, facts)):
        # The first requirement that is not met names the reason; a refusal beats a doubt.
        if met is not False and further is not True:
            met, message = further, sentence
    return Line(met=met, course=leaf.course, message=message, earned_at=earned_at if met else None)


def _explain_passed(facts: Facts) -> tuple[bool | None, str, dt.datetime | None]:
    if facts.is_passing:
        return True, _("The course is passed."), facts.passing_since
    return False, _("The course is not passed."), None


def _explain_certificate(facts: Facts) -> tuple[bool | None, str, dt.datetime | None]:
    if facts.certificate_status == CERTIFICATE_ISSUED:
        return True, _("The course certificate is issued."), facts.certificate_since
    return False, _("The course certificate is not issued."), None


def _explain_grade(leaf: _Leaf, facts: Facts) -> tuple[bool | None, str]:
    if leaf.min_grade is None:
        return True, ""
    if facts.grade is None:
        return None, _("The grade is not known yet.")
    if facts.grade >= leaf.min_grade:
        return True, ""
    return False, _("The grade is %(grade)s and must be at least %(least)s.") % {
        "grade": f"{facts.grade:.2%}",
        "least": f"{leaf.min_grade:.2%}",
    }


def _explain_mode(leaf: _Leaf, facts: Facts) -> tuple[bool | None, str]:
    if not leaf.modes:
        return True, ""
    if not facts.mode:
        return None, _("The enrolment mode is not known yet.")
    if facts.mode in leaf.modes:
        return True, ""
    return False, _("The enrolment mode is %(mode)s and must be one of: %(modes)s.") % {
        "mode": facts.mode,
        "modes": ", ".join(leaf.modes),
    }


_EXPLAIN: dict[str, Callable[[Facts], tuple[bool | None, str, dt.datetime | None]]] = {
    "course_passed": _explain_passed,
    "certificate_issued": _explain_certificate,
}
