from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingenium_credentials.badges.errors import MalformedCredential
from ingenium_credentials.badges.moments import format_moment, parse_moment

MOMENTS = st.datetimes(min_value=dt.datetime(1900, 1, 1), timezones=st.just(dt.UTC))


@given(MOMENTS)
def test_a_written_moment_reads_back_to_the_second(moment: dt.datetime) -> None:
    assert parse_moment(format_moment(moment)) == moment.replace(microsecond=0)


def test_an_offset_is_honoured() -> None:
    assert parse_moment("2026-01-15T10:00:00.25+01:00") == dt.datetime(
        2026, 1, 15, 9, 0, 0, 250_000, tzinfo=dt.UTC
    )


@pytest.mark.parametrize(
    "text",
    [
        None,
        20260115,
        "",
        "2026-01-15",
        "2026-01-15T09:00:00",
        "2026-01-15 09:00:00Z",
        "2026-01-15T09:00:00z",
        "2026-02-30T09:00:00Z",
        "2026-01-15T25:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "2026-01-15T09:00:00+99:00",
        "20260115T090000Z",
        "٢٠٢٦-01-15T09:00:00Z",
        "2026-01-15T09:00:00Z\n",
    ],
)
def test_a_date_without_zone_or_calendar_is_refused(text: object) -> None:
    with pytest.raises(MalformedCredential):
        parse_moment(text)


def test_a_moment_without_zone_is_not_written() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        format_moment(dt.datetime(2026, 1, 15))
