"""Moments as the documents write them: XSD dateTimeStamp, with a zone and to the second."""

from __future__ import annotations

import datetime as dt
import re

from .errors import MalformedCredential

__all__ = ["format_moment", "parse_moment"]

# ASCII digits only: \d would also take other scripts' digits.
_STAMP = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,12})?(Z|[+-][0-9]{2}:[0-9]{2})"
)


def parse_moment(text: object) -> dt.datetime:
    """Read a moment that names its zone offset, as UTC; raises `MalformedCredential`.

    Digits beyond the microsecond are dropped.
    """
    if not isinstance(text, str) or not _STAMP.fullmatch(text):
        raise MalformedCredential("A date is not written as date, time and zone offset.")
    try:
        return dt.datetime.fromisoformat(text).astimezone(dt.UTC)
    except (ValueError, OverflowError) as error:
        raise MalformedCredential("A date does not exist in the calendar.") from error


def format_moment(moment: dt.datetime) -> str:
    """Write an aware moment in UTC, to the second, with `Z`."""
    if moment.utcoffset() is None:
        raise ValueError("A moment without a zone cannot be written.")
    return moment.astimezone(dt.UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"
