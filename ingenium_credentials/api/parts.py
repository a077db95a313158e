"""Since when a part of a course has sufficed, from every report of it, in whatever order they come.

The LMS says how far a learner is in a part, and not since when that has been enough: its
own date moves with every regrade. So what was seen there is kept, as are the reports of
imports. How much is enough is the rule's to say, so that the values are kept and not a verdict.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from ..models import PartResult
from ..rules import Part

__all__ = ["Key", "note_seen", "part_of", "report"]

Key = tuple[int, str, str]
"""A learner, a `PartResult.Kind` and the part's key; the course is known."""
Reports = Sequence[tuple[dt.datetime, Decimal]]

_KEPT = 64
"""Reports of one part: the oldest half, with its beginning, and the newest."""
_CLOCKS_DIFFER = dt.timedelta(minutes=5)
_STEP = Decimal("0.0001")
_TICK = dt.timedelta(microseconds=1)


def part_of(row: PartResult) -> Part:
    """What the row says, for a condition to be held against."""
    return Part(value=row.value, at=row.at, reports=tuple(_reports(row) if row.reports else ()))


def report(row: PartResult, at: dt.datetime, value: Decimal) -> bool:
    """Add a report to the row, which is not saved; whether that changes anything.

    The same reports in any order, however often, make the same row: of one moment the
    higher value counts, and the newest moment is what is so now.
    """
    return _join(row, _reports(row), at, value)


def note_seen(
    course_id: str,
    seen: Mapping[Key, Part],
    enough: Mapping[tuple[str, str], Decimal],
    known: Mapping[Key, PartResult],
) -> dict[Key, PartResult]:
    """Keep what the LMS says now where it differs from what was seen last; returns all the rows.

    `enough` is the least that a rule asks of each part: what never was enough is not kept.
    """
    now = timezone.now()
    seen = {**_forgotten(enough, known), **seen}
    new = {
        key: _begun(course_id, key, part, now)
        for key, part in seen.items()
        if key not in known and part.value >= enough.get(key[1:], Decimal(0))
    }
    # Whoever is first is right: the others saw the same.
    PartResult.objects.bulk_create(new.values(), ignore_conflicts=True)
    changed = {
        row.pk: seen[key] for key, row in known.items() if key in seen and _differs(row, seen[key], now)
    }
    return {**known, **new, **(_noted(changed, now) if changed else {})}


def _forgotten(enough: Mapping[tuple[str, str], Decimal], known: Mapping[Key, PartResult]) -> dict[Key, Part]:
    """Where the LMS has a table, what it does not say any more was reset; a category is worked out."""
    nothing = Part(value=Decimal(0))
    return {key: nothing for key in known if key[1] != PartResult.Kind.CATEGORY and key[1:] in enough}


def _begun(course_id: str, key: Key, part: Part, now: dt.datetime) -> PartResult:
    learner_id, kind, name = key
    row = PartResult(learner_id=learner_id, course_id=course_id, kind=kind, key=name, seen=True)
    _note(row, part, now)
    return row


def _differs(row: PartResult, part: Part, now: dt.datetime) -> bool:
    return row.value != part.value or row.at > now + _CLOCKS_DIFFER


def _noted(changed: Mapping[int, Part], now: dt.datetime) -> dict[Key, PartResult]:
    with transaction.atomic():
        found = PartResult.objects.select_for_update().filter(pk__in=list(changed)).order_by("pk")
        rows = [row for row in found if _note(row, changed[row.pk], now)]
        PartResult.objects.bulk_update(rows, ["value", "at", "reports"])
    return {(row.learner_id, row.kind, row.key): row for row in rows}


def _note(row: PartResult, part: Part, now: dt.datetime) -> bool:
    """Add what is so now, since the LMS's own moment if that is news; what a wrong clock has left goes."""
    known = [(at, value) for at, value in _reports(row) if at <= now + _CLOCKS_DIFFER]
    at = min(part.at or now, now)
    if known and at <= known[-1][0]:
        at = max(now, known[-1][0] + _TICK)
    return _join(row, known, at, part.value)


def _join(row: PartResult, known: Reports, at: dt.datetime, value: Decimal) -> bool:
    joined = dict(known)
    joined[at] = max(joined.get(at, value), value).quantize(_STEP)
    reports = sorted(joined.items())
    if len(reports) > _KEPT:
        reports = reports[: _KEPT // 2] + reports[-_KEPT // 2 :]
    if reports == _reports(row):
        return False
    row.reports = [[_text(moment), str(share)] for moment, share in reports]
    row.at, row.value = reports[-1]
    return True


def _reports(row: PartResult) -> list[tuple[dt.datetime, Decimal]]:
    if row.reports:
        return [(dt.datetime.fromisoformat(at), Decimal(value)) for at, value in row.reports]
    # A row from before reports were kept has one, which is itself; a new one has none.
    return [(row.at, row.value)] if row.pk else []


def _text(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).isoformat(timespec="microseconds")
