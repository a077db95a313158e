"""One piece of news of a learner in a course, and how it merges into what is known.

Events arrive repeatedly, late and in any order. Each facet of a result (passing, grade,
certificate, enrolment) carries the stamp of the newest news of it; older or equal news never
overwrites. What has a beginning (passing, the certificate) carries the stamps that tell since
when, too. Pure: what merging changes comes out as a value, nobody writes here.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any, Protocol

from attrs import Attribute, field, frozen
from opaque_keys import InvalidKeyError
from opaque_keys.edx.keys import CourseKey

from ..badges.errors import MalformedCredential
from ..badges.names import clean_name
from ..rules import CERTIFICATE_ISSUED

__all__ = [
    "CertificateNews",
    "EnrolmentNews",
    "GradeNews",
    "News",
    "PassingNews",
    "State",
    "distrusted",
    "is_from_the_future",
    "merge",
    "stamp",
]

Changes = dict[str, Any]

_MAX_KEY = 255
_MAX_WORD = 63
_EVENT_ID = re.compile(r"[!-~]{1,45}")
_GRADE_STEP = Decimal("0.0001")
_OF_CERTIFICATE = "0 "
"""Sorts before every year: a certificate's grade counts until the gradebook has spoken."""
_MOST_KEPT = 32
"""Of the times that it was said to be so: the oldest half and the newest. A course may say it daily."""
_CLOCKS_DIFFER = dt.timedelta(minutes=5)


class State(Protocol):
    """What is known already; a `CourseResult` row."""

    is_passing: bool
    passing_since: dt.datetime | None
    passing_stamp: str
    passing_turn: list[str]
    grade: Decimal | None
    grade_stamp: str
    mode: str
    printed_name: str
    certificate_status: str
    certificate_since: dt.datetime | None
    certificate_stamp: str
    certificate_turn: list[str]
    is_enrolled: bool | None
    enrolled_mode: str
    enrolment_stamp: str


def _learner(_news: object, _attribute: Attribute[int], value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 2**63:
        raise ValueError("The learner must be a user id.")


def _moment(_news: object, _attribute: Attribute[dt.datetime], value: object) -> None:
    if not isinstance(value, dt.datetime) or value.utcoffset() is None:
        raise ValueError("The time of an event must name its zone.")


def _event_id(_news: object, _attribute: Attribute[str], value: object) -> None:
    if not isinstance(value, str) or not _EVENT_ID.fullmatch(value):
        raise ValueError("An event must have an id.")


def _word(_news: object, _attribute: Attribute[str], value: object) -> None:
    if not isinstance(value, str) or len(value) > _MAX_WORD:
        raise ValueError("A status or mode must be a word.")


def _some_word(news: object, attribute: Attribute[str], value: object) -> None:
    _word(news, attribute, value)
    if not value:
        raise ValueError("A status must be a word.")


def _boolean(_news: object, _attribute: Attribute[bool], value: object) -> None:
    if not isinstance(value, bool):
        raise ValueError("Passing or being enrolled is either true or false.")


def _course_key(value: object) -> str:
    try:
        text = str(value if isinstance(value, CourseKey) else CourseKey.from_string(_text(value)))
    except InvalidKeyError as error:
        raise ValueError("The course has no valid key.") from error
    if len(text) > _MAX_KEY:
        raise ValueError("The course key is too long.")
    return text


def _share(value: object) -> Decimal:
    """A grade as a share of the maximum, to four digits."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        raise ValueError("A grade must be a number.")
    try:
        grade = Decimal(str(value))
    except InvalidOperation as error:
        raise ValueError("A grade must be a number.") from error
    if not grade.is_finite() or not 0 <= grade <= 9:
        raise ValueError("A grade must be a share of the maximum.")
    return grade.quantize(_GRADE_STEP)


def _optional_share(value: object) -> Decimal | None:
    # The certificate's grade is free text in the LMS, and often empty.
    try:
        return _share(value)
    except ValueError:
        return None


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _name(value: object) -> str:
    # A name that cannot be printed is as good as none.
    try:
        return clean_name(_text(value))
    except MalformedCredential:
        return ""


@frozen(kw_only=True)
class _Source:
    """Whom and which course the news is of, and which event brought it."""

    learner_id: int = field(validator=_learner)
    course_id: str = field(converter=_course_key)
    at: dt.datetime = field(validator=_moment)
    event_id: str = field(validator=_event_id)

    @property
    def stamp(self) -> str:
        """Sorts by time, then by event."""
        return stamp(self.at, self.event_id)


@frozen(kw_only=True)
class PassingNews(_Source):
    """Whether the learner passes the course."""

    is_passing: bool = field(validator=_boolean)


@frozen(kw_only=True)
class GradeNews(_Source):
    """The learner's grade, a share of the maximum."""

    grade: Decimal = field(converter=_share)


@frozen(kw_only=True)
class CertificateNews(_Source):
    """What became of the learner's certificate. Whatever else is unusable in it is left out."""

    status: str = field(validator=_some_word)
    mode: str = field(default="", converter=_text, validator=_word)
    printed_name: str = field(default="", converter=_name)
    grade: Decimal | None = field(default=None, converter=_optional_share)


@frozen(kw_only=True)
class EnrolmentNews(_Source):
    """Whether the learner is enrolled, and in which mode."""

    is_enrolled: bool = field(validator=_boolean)
    mode: str = field(default="", converter=_text, validator=_word)


News = PassingNews | GradeNews | CertificateNews | EnrolmentNews


def stamp(at: dt.datetime, event_id: str) -> str:
    """A text that sorts by time to the microsecond, then by event id."""
    moment = at.astimezone(dt.UTC).replace(tzinfo=None)
    return f"{moment.isoformat(timespec='microseconds')}Z {event_id}"


def _moment_of(stamp_text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(stamp_text.partition(" ")[0])


def is_from_the_future(stamp_text: str, now: dt.datetime) -> bool:
    """Whether a clock was wrong when this was stamped: by more than clocks differ anyway."""
    return stamp_text.removeprefix(_OF_CERTIFICATE) > stamp(now + _CLOCKS_DIFFER, "")


def distrusted(state: State, news: News, now: dt.datetime) -> Changes:
    """What to forget before merging: the same facet, if it is stamped in the future and the news is not.

    A clock that was ahead and was put right would else keep all later news out until its
    own moment has come.
    """
    blank = _BLANK[type(news)]
    known: str = getattr(state, next(iter(blank)))
    if is_from_the_future(known, now) and not is_from_the_future(news.stamp, now):
        return dict(blank)
    return {}


def merge(state: State, news: News) -> Changes:
    """What the news changes: field names and new values; empty when it is none.

    Whatever the order in which a set of news is merged, and however often, every field
    ends the same, for two pieces with one stamp are one piece. The one exception is a
    failure that is heard late, in the middle of more passes than are kept
    (`_MOST_KEPT`): `passing_since`, or `certificate_since`, may then be a later pass than the first after it.
    """
    changes = _MERGE[type(news)](state, news)
    return {name: value for name, value in changes.items() if getattr(state, name) != value}


def _merge_passing(state: State, news: PassingNews) -> Changes:
    known = state.passing_turn or _turn(state.is_passing, state.passing_since, state.passing_stamp)
    turn = _turned(known, news.stamp, news.is_passing)
    return {
        "passing_turn": turn,
        "passing_stamp": turn[-1],
        "is_passing": len(turn) > 1,
        "passing_since": _since(turn),
    }


def _merge_grade(state: State, news: GradeNews) -> Changes:
    return _newer_grade(state, news.stamp, news.grade)


def _merge_certificate(state: State, news: CertificateNews) -> Changes:
    was_issued = state.certificate_status == CERTIFICATE_ISSUED
    known = state.certificate_turn or _turn(was_issued, state.certificate_since, state.certificate_stamp)
    turn = _turned(known, news.stamp, news.status == CERTIFICATE_ISSUED)
    changes: Changes = {"certificate_turn": turn, "certificate_since": _since(turn)}
    if news.stamp > state.certificate_stamp:
        changes["certificate_stamp"] = news.stamp
        changes["certificate_status"] = news.status
        changes["mode"] = news.mode
        changes["printed_name"] = news.printed_name
    if news.grade is not None:
        changes |= _newer_grade(state, _OF_CERTIFICATE + news.stamp, news.grade)
    return changes


def _merge_enrolment(state: State, news: EnrolmentNews) -> Changes:
    if news.stamp <= state.enrolment_stamp:
        return {}
    mode = news.mode if news.is_enrolled else ""
    return {"enrolment_stamp": news.stamp, "is_enrolled": news.is_enrolled, "enrolled_mode": mode}


def _newer_grade(state: State, grade_stamp: str, grade: Decimal) -> Changes:
    return {"grade_stamp": grade_stamp, "grade": grade} if grade_stamp > state.grade_stamp else {}


def _turned(turn: list[str], news_stamp: str, is_so: bool) -> list[str]:
    """The stamp of the newest 'no', if any, and those of each 'yes' after it, in order.

    That is the least from which one can tell since when it is so, whatever comes late.
    """
    no, *yes = turn
    if is_so:
        yes = sorted({*yes, news_stamp})
    no = no if is_so else max(no, news_stamp)
    yes = [one for one in yes if one > no]
    if len(yes) > _MOST_KEPT:
        yes = yes[: _MOST_KEPT // 2] + yes[-(_MOST_KEPT // 2) :]
    return [no, *yes]


def _turn(is_so: bool, since: dt.datetime | None, newest: str) -> list[str]:
    """The same of a row that was written without it."""
    if not is_so:
        return [newest]
    first = stamp(since, "") if since is not None else ""
    return ["", *sorted({first, newest} - {""})]


def _since(turn: list[str]) -> dt.datetime | None:
    return _moment_of(turn[1]) if len(turn) > 1 else None


_MERGE: dict[type, Callable[[Any, Any], Changes]] = {
    PassingNews: _merge_passing,
    GradeNews: _merge_grade,
    CertificateNews: _merge_certificate,
    EnrolmentNews: _merge_enrolment,
}
_BLANK: dict[type, Changes] = {
    PassingNews: {"passing_stamp": "", "is_passing": False, "passing_since": None, "passing_turn": []},
    GradeNews: {"grade_stamp": "", "grade": None},
    CertificateNews: {
        "certificate_stamp": "",
        "certificate_status": "",
        "certificate_since": None,
        "certificate_turn": [],
    },
    EnrolmentNews: {"enrolment_stamp": "", "is_enrolled": None, "enrolled_mode": ""},
}
"""Each facet as it is before anything was heard; its stamp stands first."""
