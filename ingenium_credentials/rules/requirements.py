"""One requirement held against what is known: one function for each kind."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from .explanation import TIMELESS, Explanation
from .facts import Facts, Known, Part
from .grammar import Leaf
from .sums import ects, item_of, universities

__all__ = ["CERTIFICATE_ISSUED", "explain_leaf"]

CERTIFICATE_ISSUED = "downloadable"
"""The one certificate status in which the learner holds the certificate."""

_NOTHING = Facts(categories={}, subsections={}, blocks={})


def explain_leaf(leaf: Leaf, known: Known) -> Explanation:
    """Whether the learner meets one requirement."""
    return _EXPLAIN[leaf.kind](leaf, known)


def _facts(leaf: Leaf, known: Known) -> Facts:
    return known.courses.get(leaf.course, _NOTHING)


def _met(leaf: Leaf, since: dt.datetime | None, say: Callable[[], str], **figures: Any) -> Explanation:
    items = (leaf.item,) if leaf.item else ()
    return Explanation(node=leaf, met=True, since=since, say=say, items=items, **figures)


def _open(leaf: Leaf, met: bool | None, say: Callable[[], str], **figures: Any) -> Explanation:
    # What is not known may yet turn out to be met, and counts then.
    items = (leaf.item,) if leaf.item and met is None else ()
    return Explanation(node=leaf, met=met, since=None, say=say, items=items, **figures)


def _passed(leaf: Leaf, known: Known) -> Explanation:
    facts = _facts(leaf, known)
    if not facts.is_passing:
        return _open(leaf, False, _say_not_passed, have=facts.grade, need=leaf.min_grade)
    return _result(leaf, facts, facts.passing_since, _say_passed)


def _certificate(leaf: Leaf, known: Known) -> Explanation:
    facts = _facts(leaf, known)
    if facts.certificate_status != CERTIFICATE_ISSUED:
        return _open(leaf, False, _say_no_certificate, have=facts.grade, need=leaf.min_grade)
    return _result(leaf, facts, facts.certificate_since, _say_certificate)


def _result(leaf: Leaf, facts: Facts, since: dt.datetime | None, say: Callable[[], str]) -> Explanation:
    """Grade and mode on top; a refusal beats a doubt, and the first of equals is named."""
    of_grade, of_mode = _grade_suffices(leaf, facts), _mode_suffices(leaf, facts.mode)
    figures: dict[str, Any] = {"have": facts.grade, "need": leaf.min_grade}
    if of_grade is True and of_mode is True:
        return _met(leaf, since, say, **figures)
    if of_grade is False or of_mode is True or (of_grade is None and of_mode is None):
        return _open(leaf, of_grade, lambda: _say_grade(facts.grade, leaf.min_grade), **figures)
    return _mode_open(leaf, of_mode, facts.mode)


def _grade_suffices(leaf: Leaf, facts: Facts) -> bool | None:
    if leaf.min_grade is None:
        return True
    return None if facts.grade is None else facts.grade >= leaf.min_grade


def _mode_suffices(leaf: Leaf, mode: str) -> bool | None:
    if not leaf.modes:
        return True
    return mode in leaf.modes if mode else None


def _mode_open(leaf: Leaf, met: bool | None, mode: str) -> Explanation:
    modes = ", ".join(leaf.modes)
    return _open(leaf, met, lambda: _say_mode(mode, modes), have=mode or None, need=modes)


def _category(leaf: Leaf, known: Known) -> Explanation:
    parts = _facts(leaf, known).categories
    return _part_grade(leaf, parts is not None, (parts or {}).get(leaf.category))


def _subsection(leaf: Leaf, known: Known) -> Explanation:
    parts = _facts(leaf, known).subsections
    return _part_grade(leaf, parts is not None, (parts or {}).get(leaf.block))


def _part_grade(leaf: Leaf, told: bool, part: Part | None) -> Explanation:
    least = leaf.min_grade or Decimal(0)
    if part is None and not least:
        part = Part(value=Decimal(0))
    if part is None:
        return _open(leaf, False if told else None, lambda: _say_no_part_grade(_part(leaf)), need=least)
    figures: dict[str, Any] = {"have": part.value, "need": least}
    if part.value >= least:
        # 'At least nothing' is met by everybody and ever since, and `faults` warns of it.
        since = part.since(least) if least else TIMELESS
        return _met(leaf, since, lambda: _say_part_grade(_part(leaf), part.value), **figures)
    return _open(leaf, False, lambda: _say_too_low(_part(leaf), part.value, least), **figures)


def _block(leaf: Leaf, known: Known) -> Explanation:
    blocks = _facts(leaf, known).blocks
    if blocks is None:
        return _open(leaf, None, lambda: _say_block_unknown(_part(leaf)))
    part = blocks.get(leaf.block)
    if part is not None and part.value >= 1:
        return _met(leaf, part.since(Decimal(1)), lambda: _say_completed(_part(leaf)))
    return _open(leaf, False, lambda: _say_not_completed(_part(leaf)))


def _part(leaf: Leaf) -> str:
    """What people call the part of a course that is asked for; empty where nobody has said."""
    return leaf.name or leaf.category


def _enrolled(leaf: Leaf, known: Known) -> Explanation:
    facts = _facts(leaf, known)
    if facts.is_enrolled is False:
        return _open(leaf, False, _say_not_enrolled, need=", ".join(leaf.modes))
    suffices = _mode_suffices(leaf, facts.enrolled_mode)
    if facts.is_enrolled is None:
        return _open(leaf, None, _say_enrolment_unknown, need=", ".join(leaf.modes))
    if suffices is not True:
        return _mode_open(leaf, suffices, facts.enrolled_mode)
    return _met(leaf, TIMELESS, _say_enrolled, have=facts.enrolled_mode, need=", ".join(leaf.modes))


def _cohort(leaf: Leaf, known: Known) -> Explanation:
    mine, asked = _facts(leaf, known).cohorts, ", ".join(leaf.cohorts)
    if mine is None:
        return _open(leaf, None, _say_cohort_unknown, need=asked)
    have = ", ".join(sorted(mine)) or None
    if mine.intersection(leaf.cohorts):
        return _met(leaf, TIMELESS, _say_cohort, have=have, need=asked)
    return _open(leaf, False, lambda: _say_other_cohort(asked), have=have, need=asked)


def _window(leaf: Leaf, known: Known) -> Explanation:
    facts, asked = _facts(leaf, known), _period(leaf)
    if not facts.is_passing:
        return _open(leaf, False, _say_not_passed, need=asked)
    at = facts.passing_since
    if at is None:
        return _open(leaf, None, _say_pass_undated, need=asked)
    figures: dict[str, Any] = {"have": at.isoformat(), "need": asked}
    if (leaf.since is None or at >= leaf.since) and (leaf.until is None or at <= leaf.until):
        return _met(leaf, at, _say_in_time, **figures)
    return _open(leaf, False, _say_out_of_time, **figures)


def _period(leaf: Leaf) -> str:
    return "/".join(moment.isoformat() if moment else ".." for moment in (leaf.since, leaf.until))


def _credential(leaf: Leaf, known: Known) -> Explanation:
    held = known.held.get(leaf.definition)
    if held is None:
        return _open(leaf, False, _say_not_held, need=leaf.definition)
    figures = {"have": leaf.definition, "need": leaf.definition}
    if held.is_certain:
        found = _met(leaf, held.awarded_at, _say_held, **figures)
    else:
        found = _open(leaf, None, _say_under_review, **figures)
    found.items = (item_of(held),)
    return found


def _approval(leaf: Leaf, known: Known) -> Explanation:
    if known.approved:
        return _met(leaf, known.approved_at, _say_approved)
    return _open(leaf, known.approved, _say_waits if known.approved is None else _say_refused)


def _percent(share: Decimal | None) -> str:
    """As people write it where the reader is: “62,5 %”."""
    if share is None:
        return ""
    figure = f"{(share * 100).quantize(Decimal('0.01')):f}"
    return f"{number_format(figure.rstrip('0').rstrip('.'))}\u00a0%"


def _say_passed() -> str:
    return _("The course is passed.")


def _say_not_passed() -> str:
    return _("The course is not passed.")


def _say_certificate() -> str:
    return _("The course certificate is issued.")


def _say_no_certificate() -> str:
    return _("The course certificate is not issued.")


def _say_grade(grade: Decimal | None, least: Decimal | None) -> str:
    if grade is None:
        return _("The grade is not known yet.")
    return _("The grade is %(grade)s and must be at least %(least)s.") % {
        "grade": _percent(grade),
        "least": _percent(least),
    }


def _say_mode(mode: str, modes: str) -> str:
    if not mode:
        return _("The enrolment mode is not known yet.")
    return _("The enrolment mode is %(mode)s and must be one of: %(modes)s.") % {"mode": mode, "modes": modes}


def _say_part_grade(part: str, grade: Decimal) -> str:
    if part:
        return _("The grade in “%(part)s” is %(grade)s, which is enough.") % {
            "part": part,
            "grade": _percent(grade),
        }
    return _("The grade in this part is %(grade)s, which is enough.") % {"grade": _percent(grade)}


def _say_too_low(part: str, grade: Decimal, least: Decimal) -> str:
    if not part:
        return _say_grade(grade, least)
    return _("The grade in “%(part)s” is %(grade)s and must be at least %(least)s.") % {
        "part": part,
        "grade": _percent(grade),
        "least": _percent(least),
    }


def _say_no_part_grade(part: str) -> str:
    if part:
        return _("There is no grade in “%(part)s” yet.") % {"part": part}
    return _("There is no grade in this part of the course yet.")


def _say_block_unknown(part: str) -> str:
    if part:
        return _("It is not known whether “%(part)s” is completed.") % {"part": part}
    return _("It is not known whether this part of the course is completed.")


def _say_completed(part: str) -> str:
    if part:
        return _("“%(part)s” is completed.") % {"part": part}
    return _("This part of the course is completed.")


def _say_not_completed(part: str) -> str:
    if part:
        return _("“%(part)s” is not completed.") % {"part": part}
    return _("This part of the course is not completed.")


def _say_not_enrolled() -> str:
    return _("The learner is not enrolled in the course.")


def _say_enrolment_unknown() -> str:
    return _("It is not known whether the learner is enrolled in the course.")


def _say_enrolled() -> str:
    return _("The learner is enrolled in the mode that is asked for.")


def _say_cohort_unknown() -> str:
    return _("The cohort of the learner is not known.")


def _say_cohort() -> str:
    return _("The learner is in the cohort that is asked for.")


def _say_other_cohort(asked: str) -> str:
    return _("The learner must be in one of these cohorts: %(cohorts)s.") % {"cohorts": asked}


def _say_pass_undated() -> str:
    return _("It is not known when the course was passed.")


def _say_in_time() -> str:
    return _("The course was passed in the given period.")


def _say_out_of_time() -> str:
    return _("The course was not passed in the given period.")


def _say_held() -> str:
    return _("The credential that is asked for is held.")


def _say_under_review() -> str:
    return _("The credential that is asked for is under review.")


def _say_not_held() -> str:
    return _("The credential that is asked for is not held.")


def _say_approved() -> str:
    return _("A person has approved it.")


def _say_waits() -> str:
    return _("A person has to approve it and has not decided yet.")


def _say_refused() -> str:
    return _("A person has decided against it.")


_EXPLAIN: dict[str, Callable[[Leaf, Known], Explanation]] = {
    "course_passed": _passed,
    "certificate_issued": _certificate,
    "category_grade": _category,
    "subsection_grade": _subsection,
    "block_completed": _block,
    "enrolled": _enrolled,
    "cohort": _cohort,
    "time_window": _window,
    "credential_held": _credential,
    "ects": ects,
    "universities": universities,
    "manual_approval": _approval,
}
