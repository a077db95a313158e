"""The requirements that the rule editor offers: their fields, and how each is read and shown.

A field's text is what stands in the form; its value is what stands in the condition. What a
condition means is known to `rules` alone.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from attrs import frozen
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from opaque_keys import InvalidKeyError
from opaque_keys.edx.keys import CourseKey, UsageKey

from ...rules import MAX_LIST

__all__ = ["GROUPS", "LEAVES", "MODES", "Codec", "Field", "FieldError", "Leaf"]

_LONGEST = 1000
_LONGEST_LABEL = 255
MODES = ("verified", "honor", "audit", "professional", "no-id-professional", "credit", "masters")
"""Enrolment modes of the platform, offered for ticking."""


class FieldError(Exception):
    """What is entered cannot be taken; the message says what can, to whoever entered it."""


@frozen
class Codec:
    """How a field's texts become a value, and a value becomes texts again."""

    read: Callable[[Sequence[str]], object]
    """Raises `FieldError`; None for nothing entered."""
    show: Callable[[object], list[str]]


@frozen
class Field:
    """One entry of a requirement."""

    name: str
    """The member of the condition."""
    label: Any
    """In words, translated when it is shown; so is the hint."""
    codec: Codec
    widget: str
    """`text`, `name`, `percent`, `number`, `moment`, `lines`, `course`, `definition`, `definitions`, and
    those whose choices are the course's: `subsection`, `unit`, `category`, `cohorts`, `modes`."""
    required: bool = False
    hint: Any = ""


@frozen
class Leaf:
    """A kind of requirement."""

    label: Any
    fields: tuple[Field, ...] = ()


def _one(texts: Sequence[str]) -> str:
    text = texts[0].strip() if texts else ""
    if len(text) > _LONGEST:
        raise FieldError(_("This is too long."))
    return text


def _text(texts: Sequence[str]) -> object:
    return _one(texts) or None


def _label(texts: Sequence[str]) -> object:
    text = _one(texts)
    if len(text) > _LONGEST_LABEL:
        raise FieldError(_("This is too long."))
    return text or None


def _course(texts: Sequence[str]) -> object:
    text = _one(texts)
    return _course_key(text) if text else None


def _course_key(text: str) -> str:
    try:
        return str(CourseKey.from_string(text))
    except InvalidKeyError as error:
        raise FieldError(
            _("“%(text)s” is not a course id. One looks like course-v1:UOC+MED101+2026.") % {"text": text}
        ) from error


def _block(texts: Sequence[str]) -> object:
    text = _one(texts)
    if not text:
        return None
    try:
        return str(UsageKey.from_string(text))
    except InvalidKeyError as error:
        raise FieldError(
            _("“%(text)s” is not the id of a part of a course. Copy it from Studio (Staff debug info).")
            % {"text": text}
        ) from error


def _number_of(text: str) -> Decimal:
    try:
        number = Decimal(text.replace(",", "."))
    except InvalidOperation as error:
        raise FieldError(_("“%(text)s” is not a number.") % {"text": text}) from error
    if not number.is_finite():
        raise FieldError(_("“%(text)s” is not a number.") % {"text": text})
    return number


def _percent(texts: Sequence[str]) -> object:
    text = _one(texts).removesuffix("%").strip()
    if not text:
        return None
    number = _number_of(text)
    if not 0 <= number <= 100:
        raise FieldError(_("Enter a number from 0 to 100."))
    return float(round(number / 100, 4))


def _number(texts: Sequence[str]) -> object:
    text = _one(texts)
    if not text:
        return None
    number = _number_of(text)
    if not 0 < number <= 10_000:
        raise FieldError(_("Enter a number above 0."))
    return int(number) if number == int(number) else float(number)


def _count(texts: Sequence[str]) -> object:
    value = _number(texts)
    if isinstance(value, float):
        raise FieldError(_("Enter a whole number."))
    return value


def _moment(texts: Sequence[str]) -> object:
    text = _one(texts)
    if not text:
        return None
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError as error:
        raise FieldError(_("Enter a day and a time, such as 2026-09-01T08:00.")) from error
    aware = moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    return aware.astimezone(dt.UTC).isoformat()


def _show_moment(value: object) -> list[str]:
    try:
        moment = dt.datetime.fromisoformat(str(value))
    except ValueError:
        return [str(value)]
    return [moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M")]


def _words(texts: Sequence[str]) -> object:
    words = [word.strip() for text in texts for word in re.split(r"[\n,;]", text) if word.strip()]
    if len(words) > MAX_LIST or any(len(word) > _LONGEST for word in words):
        raise FieldError(_("At most %(most)d entries.") % {"most": MAX_LIST})
    return list(dict.fromkeys(words)) or None


def _lines(texts: Sequence[str]) -> object:
    """One in each line: a cohort's name may have a comma in it."""
    lines = [line.strip() for text in texts for line in text.splitlines() if line.strip()]
    if len(lines) > MAX_LIST or any(len(line) > _LONGEST_LABEL for line in lines):
        raise FieldError(_("At most %(most)d entries.") % {"most": MAX_LIST})
    return list(dict.fromkeys(lines)) or None


def _courses(texts: Sequence[str]) -> object:
    words = _words(texts)
    return [_course_key(word) for word in words] if isinstance(words, list) else None


def _show_percent(value: object) -> list[str]:
    share = Decimal(str(value)) * 100
    return [f"{share.normalize():f}"]


def _show_one(value: object) -> list[str]:
    return [str(value)]


def _show_lines(value: object) -> list[str]:
    return ["\n".join(map(str, value))] if isinstance(value, list) else [str(value)]


def _show_many(value: object) -> list[str]:
    return list(map(str, value)) if isinstance(value, list) else [str(value)]


COUNT = Codec(_count, _show_one)
"""A whole number above 0."""
_COURSE = Field("course", gettext_lazy("Course"), Codec(_course, _show_one), "course", required=True)
_MIN_GRADE = Field(
    "min_grade",
    gettext_lazy("Least grade in percent"),
    Codec(_percent, _show_percent),
    "percent",
    hint=gettext_lazy("Leave empty for the course’s own passing line."),
)
_LEAST_GRADE = Field(
    "min_grade",
    gettext_lazy("Least grade in percent"),
    Codec(_percent, _show_percent),
    "percent",
    required=True,
)
_MODES = Field(
    "modes",
    gettext_lazy("Enrolment modes that count"),
    Codec(_words, _show_many),
    "modes",
    hint=gettext_lazy("None ticked: all count."),
)
_BLOCK_HINT = gettext_lazy("Its id, such as block-v1:UOC+MED101+2026+type@vertical+block@unit1.")
_NAME = Field(
    "name",
    gettext_lazy("What people call it"),
    Codec(_label, _show_one),
    "name",
    hint=gettext_lazy("Learners read it in place of the id."),
)
_COURSES = Field(
    "courses",
    gettext_lazy("From these courses"),
    Codec(_courses, _show_lines),
    "lines",
    hint=gettext_lazy("One course id in each line."),
)
_DEFINITIONS = Field(
    "definitions",
    gettext_lazy("And from these credentials"),
    Codec(_words, _show_many),
    "definitions",
)

GROUPS = {
    "all": gettext_lazy("All of these"),
    "any": gettext_lazy("At least one of these"),
    "at_least": gettext_lazy("At least so many of these"),
}
"""Ways to join requirements."""

LEAVES: dict[str, Leaf] = {
    "course_passed": Leaf(gettext_lazy("Pass a course"), (_COURSE, _MIN_GRADE, _MODES)),
    "certificate_issued": Leaf(
        gettext_lazy("Have the certificate of a course"), (_COURSE, _MIN_GRADE, _MODES)
    ),
    "category_grade": Leaf(
        gettext_lazy("Reach a grade in an assignment category"),
        (
            _COURSE,
            Field(
                "category",
                gettext_lazy("Category"),
                Codec(_text, _show_one),
                "category",
                required=True,
                hint=gettext_lazy("As the course’s grading policy names it, such as Homework."),
            ),
            _LEAST_GRADE,
        ),
    ),
    "subsection_grade": Leaf(
        gettext_lazy("Reach a grade in a subsection"),
        (
            _COURSE,
            Field(
                "block", gettext_lazy("Subsection"), Codec(_block, _show_one), "subsection", True, _BLOCK_HINT
            ),
            _NAME,
            _LEAST_GRADE,
        ),
    ),
    "block_completed": Leaf(
        gettext_lazy("Complete a unit"),
        (
            _COURSE,
            Field(
                "block",
                gettext_lazy("Unit or subsection"),
                Codec(_block, _show_one),
                "unit",
                True,
                _BLOCK_HINT,
            ),
            _NAME,
        ),
    ),
    "enrolled": Leaf(
        gettext_lazy("Be enrolled in a mode"),
        (_COURSE, Field("modes", gettext_lazy("Modes"), Codec(_words, _show_many), "modes", required=True)),
    ),
    "cohort": Leaf(
        gettext_lazy("Belong to a cohort"),
        (
            _COURSE,
            Field(
                "cohorts",
                gettext_lazy("Cohorts"),
                Codec(_lines, _show_many),
                "cohorts",
                required=True,
                hint=gettext_lazy("One name in each line; one of them is enough."),
            ),
        ),
    ),
    "time_window": Leaf(
        gettext_lazy("Pass a course within a time"),
        (
            _COURSE,
            Field("from", gettext_lazy("From (UTC)"), Codec(_moment, _show_moment), "moment"),
            Field("until", gettext_lazy("Until (UTC)"), Codec(_moment, _show_moment), "moment"),
        ),
    ),
    "credential_held": Leaf(
        gettext_lazy("Hold another credential"),
        (
            Field(
                "definition",
                gettext_lazy("Credential"),
                Codec(_text, _show_one),
                "definition",
                required=True,
            ),
        ),
    ),
    "ects": Leaf(
        gettext_lazy("Collect ECTS"),
        (
            Field("least", gettext_lazy("Least sum"), Codec(_number, _show_one), "number", required=True),
            _COURSES,
            _DEFINITIONS,
        ),
    ),
    "universities": Leaf(
        gettext_lazy("Learn at several universities"),
        (
            Field("least", gettext_lazy("At least so many"), COUNT, "number", required=True),
            _COURSES,
            _DEFINITIONS,
        ),
    ),
    "manual_approval": Leaf(gettext_lazy("Be approved by a person")),
}
"""Kinds of requirements, in the order in which they are offered."""
