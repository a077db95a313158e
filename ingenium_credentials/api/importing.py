"""Awards from a file: checked as a whole, shown, then granted to everybody in it or to nobody.

What is kept of a file is who is to be awarded, by user id, and its hash; neither the file
nor an address in it. Every award ends in the same verb as all others.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from attrs import evolve, frozen
from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from .. import lms
from ..badges import vocabularies
from ..badges.errors import UnknownCode
from ..models import Achievement, Award, AwardImport, CourseResult
from . import auditing, deciding, occasions, tables
from .awarding import Circumstances, demand_earned_again
from .errors import NotAllowed, NotReady
from .states import STANDING

__all__ = ["Checked", "Fault", "apply_import", "check_import", "import_sample"]

_COLUMNS = ("username", "email", "earned_on", "grade", "supervision", "reason")
_NAMES = {
    "user name": "username",
    "learner": "username",
    "e-mail": "email",
    "mail": "email",
    "date": "earned_on",
}
_MOST_FAULTS = 200
_LONGEST_REASON = 255


@frozen(kw_only=True)
class Fault:
    """One thing that is wrong with a file. It never repeats an address."""

    row: int
    """As a spreadsheet numbers it; 0: the whole file."""
    column: str
    """The name of the column, or its letter; may be empty."""
    kind: str
    """A word for programs, such as `learner` or `date`."""
    message: str
    """What is wrong, and what to do about it."""


@frozen(kw_only=True)
class Checked:
    """What a file would do: a row to be applied, or its faults."""

    row: AwardImport | None
    faults: tuple[Fault, ...] = ()
    encoding: str = ""
    """What the text was taken to be written in; empty for XLSX and for what cannot be read."""
    separator: str = ""


@frozen(kw_only=True)
class _Line:
    """One row of the file, as far as it was understood."""

    row: int
    name: str
    awarded_at: dt.datetime
    grade: Decimal | None
    supervision: Mapping[str, Any] | None
    reason: str
    learner_id: int = 0


def import_sample(course_id: str) -> bytes:
    """A CSV file with the heading and two invented learners, as European spreadsheets open it."""
    written = io.StringIO()
    table = csv.writer(written, delimiter=";")
    table.writerow(_COLUMNS)
    table.writerow(("learner1", "", "2026-06-30", "0.85", "", _("Passed the course before it moved here")))
    table.writerow(("", "learner2@example.org", "2026-06-30", "92 %", "", _("Examined orally")))
    return written.getvalue().encode("utf-8-sig")


def check_import(
    data: bytes, filename: str, course_id: str, achievement: Achievement, *, actor_id: int | None
) -> Checked:
    """Say what a file would do, and award nobody yet.

    Learners must be in the course; an empty `course_id` is for registrars, and any account
    will do. `filename` is for people only: what the file is, its bytes say.
    """
    try:
        table = tables.read_table(data)
        faults: list[Fault] = []
        lines = _lines(table, faults)
    except tables.Unreadable as error:
        fault = Fault(row=error.row, column=error.column, kind=error.kind, message=str(error))
        return Checked(row=None, faults=(fault,))
    lines = _with_learners(lines, course_id, faults)
    _find_doubles(lines, faults)
    _find_awarded(lines, achievement, faults)
    seen = Checked(row=None, encoding=table.encoding, separator=table.separator)
    if faults:
        faults.sort(key=lambda fault: (fault.row, fault.column))
        return evolve(seen, faults=tuple(faults[:_MOST_FAULTS]))
    row = AwardImport.objects.create(
        course_id=course_id,
        achievement=achievement,
        rows=[_kept(line) for line in lines],
        sha256=hashlib.sha256(data).hexdigest(),
        at=timezone.now(),
        actor_id=actor_id,
    )
    return evolve(seen, row=row)


def apply_import(row: AwardImport, *, actor_id: int | None) -> AwardImport:
    """Award everybody in a checked file, or nobody: one transaction. Twice changes nothing.

    Raises `NotAllowed` or `NotReady`, with the row, for what has changed since it was checked.
    """
    with transaction.atomic():
        stored = AwardImport.objects.select_for_update().select_related("achievement__issuer").get(pk=row.pk)
        if stored.state == AwardImport.State.CHECKED:
            for kept in stored.rows:
                _award(stored, kept, actor_id)
            stored.state, stored.applied_at = AwardImport.State.APPLIED, timezone.now()
            stored.save(update_fields=["state", "applied_at"])
            auditing.note("import-applied", stored, actor_id=actor_id)
    row.refresh_from_db()
    return row


def _award(row: AwardImport, kept: Mapping[str, Any], actor_id: int | None) -> Award:
    try:
        return deciding.award_by_hand(
            row.achievement,
            kept["learner"],
            awarded_at=dt.datetime.fromisoformat(kept["awarded_at"]),
            reason=kept["reason"],
            actor_id=actor_id,
            grade=Decimal(kept["grade"]) if kept["grade"] is not None else None,
            circumstances=Circumstances(supervision=kept["supervision"], given_in=row.course_id),
        )
    except (NotAllowed, NotReady) as error:
        said = _("Nobody was awarded. Row %(row)d: %(problem)s") % {"row": kept["row"], "problem": error}
        raise type(error)(said) from error


def _kept(line: _Line) -> dict[str, Any]:
    return {
        "row": line.row,
        "learner": line.learner_id,
        "awarded_at": line.awarded_at.isoformat(),
        "grade": str(line.grade) if line.grade is not None else None,
        "supervision": line.supervision,
        "reason": line.reason,
    }


class _Wrong(Exception):
    """A cell does not say what its column needs; the message says what to write."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


def _lines(table: tables.Table, faults: list[Fault]) -> list[_Line]:
    columns = _heading(table)
    if len(table.rows) < 2:
        raise tables.Unreadable(
            _("There is no learner in the file. Write one in each row below the heading.")
        )
    lines = (
        _line(dict(zip(columns, cells, strict=False)), len(cells) > len(columns), number, faults)
        for cells, number in zip(table.rows[1:], table.numbers[1:], strict=True)
    )
    return [line for line in lines if line is not None]


def _heading(table: tables.Table) -> list[str]:
    names = [_NAMES.get(name.lower(), name.lower()) for name in table.rows[0]]
    while names and not names[-1]:
        names.pop()
    needed = {"earned_on", "reason"} | ({"username"} if "email" not in names else set())
    for name in (*names, *sorted(needed)):
        if name not in _COLUMNS or name not in names or names.count(name) > 1:
            raise tables.Unreadable(
                _("The heading %(name)s is unknown, missing or there twice. The headings are: %(names)s.")
                % {"name": name or "–", "names": ", ".join(_COLUMNS)},
                row=table.numbers[0],
                column=name,
                kind="heading",
            )
    return names


def _line(cells: Mapping[str, str], is_long: bool, row: int, faults: list[Fault]) -> _Line | None:
    found: dict[str, Any] = {}
    wrong = len(faults)
    if is_long:
        message = _("This row has more cells than the heading. Put texts with separators in quotation marks.")
        faults.append(Fault(row=row, column="", kind="columns", message=message))
    for name, column, read in _READ:
        try:
            found[name] = read(cells.get(column, ""))
        except _Wrong as error:
            faults.append(Fault(row=row, column=column, kind=error.kind, message=str(error)))
    name = cells.get("username", "") or cells.get("email", "")
    if not name:
        message = _("No learner is named. Write a username or an e-mail address.")
        faults.append(Fault(row=row, column="username", kind="learner", message=message))
    return _Line(row=row, name=name, **found) if len(faults) == wrong else None


def _earned_at(text: str) -> dt.datetime:
    """A day, which begins at midnight UTC, or a moment with its zone."""
    try:
        day, moment = parse_date(text), parse_datetime(text)
    except ValueError:
        day = moment = None
    if day is not None:
        moment = dt.datetime.combine(day, dt.time(), dt.UTC)
    if moment is None or moment.tzinfo is None:
        raise _Wrong("date", _("This is no day. Write year, month, day: 2026-06-30."))
    if moment > timezone.now():
        raise _Wrong("future", _("This day is in the future. Award when it has come."))
    return moment


def _grade(text: str) -> Decimal | None:
    if not text:
        return None
    number = text.replace(",", ".").rstrip(" %\u00a0")
    try:
        grade = Decimal(number) / (100 if text.endswith("%") else 1)
    except InvalidOperation:
        grade = Decimal(-1)
    if not (grade.is_finite() and 0 <= grade <= 1):
        raise _Wrong("grade", _("A grade is a share of the maximum. Write 0.85 or 85 %."))
    return grade.quantize(Decimal("0.0001"))


def _supervision(text: str) -> Mapping[str, Any] | None:
    if not text:
        return None
    try:
        concept = vocabularies.find("supervision-verification", text)
    except UnknownCode as error:
        raise _Wrong("supervision", str(error)) from error
    return {"iri": concept.iri, "labels": dict(concept.labels)}


def _reason(text: str) -> str:
    if not text or len(text) > _LONGEST_REASON:
        raise _Wrong("reason", _("The reason is missing or too long. Say why in at most 255 letters."))
    return text


_READ: tuple[tuple[str, str, Callable[[str], Any]], ...] = (
    ("awarded_at", "earned_on", _earned_at),
    ("grade", "grade", _grade),
    ("supervision", "supervision", _supervision),
    ("reason", "reason", _reason),
)


def _with_learners(lines: Sequence[_Line], course_id: str, faults: list[Fault]) -> list[_Line]:
    """The lines whose learner was found. Of strangers to the course it is not said whether they exist."""
    accounts = lms.accounts_named(line.name for line in lines)
    members = _members(course_id, {pk for ids in accounts.values() for pk in ids})
    found = []
    for line in lines:
        ids = accounts.get(line.name, frozenset())
        ids = ids & members if course_id else ids
        if len(ids) == 1:
            found.append(evolve(line, learner_id=next(iter(ids))))
            continue
        message = (
            _("Several accounts have this address. Write the username instead.")
            if ids
            else _("Nobody in this course has this username or address. Correct it, or delete the row.")
        )
        column = "email" if "@" in line.name else "username"
        faults.append(Fault(row=line.row, column=column, kind="learner", message=message))
    return found


def _members(course_id: str, learner_ids: set[int]) -> frozenset[int]:
    if not course_id:
        return frozenset()
    results = CourseResult.objects.filter(course_id=course_id, learner_id__in=learner_ids)
    return frozenset(results.values_list("learner_id", flat=True)) | lms.enrolled(course_id, learner_ids)


def _find_doubles(lines: Sequence[_Line], faults: list[Fault]) -> None:
    first: dict[int, int] = {}
    for line in lines:
        before = first.setdefault(line.learner_id, line.row)
        if before != line.row:
            message = _("This learner is in row %(row)d already. Delete one of the two.") % {"row": before}
            faults.append(Fault(row=line.row, column="username", kind="double", message=message))


def _find_awarded(lines: Sequence[_Line], achievement: Achievement, faults: list[Fault]) -> None:
    awards = occasions.of_learners([line.learner_id for line in lines], achievement.slug)
    for line in lines:
        if message := _hindrance(awards.get(line.learner_id, ()), line.awarded_at):
            faults.append(Fault(row=line.row, column="username", kind="awarded", message=message))


def _hindrance(awards: Sequence[Award], awarded_at: dt.datetime) -> str:
    if any(award.state in STANDING for award in awards):
        return _("This learner has the credential already. Delete the row.")
    try:
        for latest in awards[-1:]:
            demand_earned_again(latest, awarded_at)
    except NotAllowed as error:
        return _("%(problem)s Write when it was earned anew.") % {"problem": error}
    return ""
