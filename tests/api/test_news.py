from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterable
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingenium_credentials.api.news import (
    _MOST_KEPT,
    CertificateNews,
    EnrolmentNews,
    GradeNews,
    News,
    PassingNews,
    merge,
    stamp,
)

COURSE = "course-v1:UOC+MED101+2026"
START = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)


def _source(minute: int) -> dict[str, Any]:
    return {
        "learner_id": 7,
        "course_id": COURSE,
        "at": START + dt.timedelta(minutes=minute),
        "event_id": f"event-{minute}",
    }


def _passing(minute: int, is_passing: bool) -> PassingNews:
    return PassingNews(**_source(minute), is_passing=is_passing)


def _grade(minute: int, percent: int) -> GradeNews:
    return GradeNews(**_source(minute), grade=percent / 100)


def _certificate(minute: int, status: str, percent: int) -> CertificateNews:
    return CertificateNews(
        **_source(minute), status=status, mode="honor", printed_name=f"Name {minute}", grade=f"0.{percent:02}"
    )


def _enrolment(minute: int, is_enrolled: bool, mode: str) -> EnrolmentNews:
    return EnrolmentNews(**_source(minute), is_enrolled=is_enrolled, mode=mode)


def _nothing() -> SimpleNamespace:
    return SimpleNamespace(
        is_passing=False,
        passing_since=None,
        passing_stamp="",
        passing_turn=[],
        grade=None,
        grade_stamp="",
        mode="",
        printed_name="",
        certificate_status="",
        certificate_since=None,
        certificate_stamp="",
        certificate_turn=[],
        is_enrolled=None,
        enrolled_mode="",
        enrolment_stamp="",
    )


def _told(*news: News) -> SimpleNamespace:
    state = _nothing()
    for piece in news:
        vars(state).update(merge(state, piece))
    return state


_STATUSES = st.sampled_from(["downloadable", "unavailable", "generating"])
_KINDS = (
    lambda minute: st.booleans().map(lambda value: _passing(minute, value)),
    lambda minute: st.integers(0, 100).map(lambda value: _grade(minute, value)),
    lambda minute: st.builds(_certificate, st.just(minute), _STATUSES, st.integers(0, 99)),
    lambda minute: st.builds(_enrolment, st.just(minute), st.booleans(), st.sampled_from(["audit", "honor"])),
)
_HISTORIES = st.lists(st.sampled_from(_KINDS), min_size=1, max_size=8).flatmap(
    lambda kinds: st.tuples(*[kind(minute) for minute, kind in enumerate(kinds)])
)


@st.composite
def _shuffled(draw: Any) -> tuple[list[News], list[News]]:
    """A history in order, and the same as it may arrive: in any order, some of it twice."""
    history = list(draw(_HISTORIES))
    again = draw(st.lists(st.sampled_from(history), max_size=4))
    return history, draw(st.permutations(history + again))


@given(_shuffled())
def test_any_order_and_repetition_ends_the_same(histories: tuple[list[News], list[News]]) -> None:
    in_order, as_it_came = histories

    assert vars(_told(*as_it_came)) == vars(_told(*in_order))


_TURNS = st.lists(st.booleans(), min_size=1, max_size=_MOST_KEPT).map(
    lambda said: [_passing(minute, one) for minute, one in enumerate(said)]
)


@given(_TURNS, st.randoms(use_true_random=False))
def test_since_when_is_the_first_pass_after_the_last_failure_in_any_order(
    history: list[News], chance: random.Random
) -> None:
    """As many as are kept, which drawn histories of all kinds never reach."""
    as_it_came = chance.sample(history, len(history))

    assert _told(*as_it_came).passing_since == _first_after_the_last_failure(history)


@given(_TURNS, st.randoms(use_true_random=False))
def test_a_row_from_before_the_turns_were_kept_goes_on_as_it_stood(
    history: list[News], chance: random.Random
) -> None:
    """What it knows is when it turned, and its newest news; later news is exact again in any order."""
    before = _told(*history)
    before.passing_turn = []
    later = [_passing(minute, chance.random() < 0.7) for minute in range(100, 106)]

    one, other = (_copy(before) for _time in range(2))
    for state, news in ((one, later), (other, chance.sample(later, len(later)))):
        for piece in news:
            vars(state).update(merge(state, piece))

    assert vars(one) == vars(other)
    assert one.passing_since == _first_after_the_last_failure([*history, *later])


def _copy(state: SimpleNamespace) -> SimpleNamespace:
    return SimpleNamespace(**vars(state))


def _first_after_the_last_failure(history: Iterable[News]) -> dt.datetime | None:
    since = None
    for news in history:
        if isinstance(news, PassingNews):
            since = (since or news.at) if news.is_passing else None
    return since


@given(st.permutations([_passing(minute, minute != 50) for minute in range(100)]))
def test_more_passes_than_are_kept_stay_few_and_only_the_turn_may_be_late(history: list[News]) -> None:
    state = _told(*history)

    assert len(state.passing_turn) <= 1 + _MOST_KEPT
    assert (state.is_passing, state.passing_stamp) == (True, _passing(99, True).stamp)
    assert _passing(50, False).at < state.passing_since <= _passing(99 - _MOST_KEPT // 2 + 1, True).at


def test_the_same_passes_stay_few_whatever_was_heard() -> None:
    passes = [_passing(minute, True) for minute in range(100)]

    assert _told(*passes) == _told(*reversed(passes), *passes)


@given(_HISTORIES)
def test_in_order_since_when_is_the_first_pass_after_the_last_failure(history: tuple[News, ...]) -> None:
    # Each piece twice, as the platform does.
    twice = [news for news in history for _time in range(2)]

    assert _told(*twice).passing_since == _first_after_the_last_failure(history)


@given(_HISTORIES)
def test_news_that_is_known_changes_nothing(history: tuple[News, ...]) -> None:
    state = _told(*history)

    assert all(merge(state, news) == {} for news in history)


@given(_shuffled())
def test_the_newest_enrolment_counts(histories: tuple[list[News], list[News]]) -> None:
    in_order, as_it_came = histories
    enrolments = [news for news in in_order if isinstance(news, EnrolmentNews)]

    state = _told(*as_it_came)

    assert state.is_enrolled == (enrolments[-1].is_enrolled if enrolments else None)
    assert state.enrolled_mode == (enrolments[-1].mode if state.is_enrolled else "")


def test_a_learner_who_left_has_no_mode() -> None:
    state = _told(_enrolment(1, True, "verified"), _enrolment(2, False, "verified"))

    assert (state.is_enrolled, state.enrolled_mode) == (False, "")


def test_a_repeated_pass_keeps_its_first_date() -> None:
    assert _told(_passing(1, True), _passing(9, True)).passing_since == START + dt.timedelta(minutes=1)


def test_a_failure_heard_late_moves_the_turn_behind_it() -> None:
    state = _told(_passing(1, True), _passing(9, True), _passing(5, False))

    assert state.is_passing
    assert state.passing_since == START + dt.timedelta(minutes=9)


def test_a_failure_heard_late_leaves_the_first_pass_after_it() -> None:
    state = _told(_passing(3, True), _passing(5, True), _passing(9, True), _passing(4, False))

    assert state.passing_since == START + dt.timedelta(minutes=5)


def test_a_pass_heard_late_was_before_a_failure_that_is_known() -> None:
    state = _told(_passing(3, True), _passing(2, False), _passing(1, True))

    assert state.passing_since == START + dt.timedelta(minutes=3)


def test_a_certificate_counts_from_when_it_was_issued() -> None:
    state = _told(_certificate(1, "generating", 80), _certificate(2, "downloadable", 80))

    assert state.certificate_since == START + dt.timedelta(minutes=2)
    assert (
        _told(_certificate(2, "downloadable", 80), _certificate(3, "unavailable", 80)).certificate_since
        is None
    )


def test_the_gradebook_s_grade_beats_a_certificate_s_even_when_older() -> None:
    certificate_first = _told(_certificate(5, "downloadable", 50), _grade(1, 90))
    gradebook_first = _told(_grade(1, 90), _certificate(5, "downloadable", 50))

    assert certificate_first.grade == gradebook_first.grade == Decimal("0.9000")


def test_a_certificate_s_grade_counts_until_the_gradebook_speaks() -> None:
    assert _told(_certificate(5, "downloadable", 50)).grade == Decimal("0.5000")


@pytest.mark.parametrize("grade", ["", None, "A+", "nan", "1e9", object()])
def test_a_certificate_without_a_usable_grade_is_still_news(grade: object) -> None:
    news = CertificateNews(**_source(1), status="downloadable", mode=None, printed_name=None, grade=grade)

    assert (news.grade, news.mode, news.printed_name) == (None, "", "")


@pytest.mark.parametrize(
    ("printed", "kept"),
    [
        ("  Ελένη\u0000 Παπαδάκη ", "Ελένη Παπαδάκη"),
        ("Ele\u0301ne", "Eléne"),
        ("\u202e\u0007", ""),
        ("😀 Ана", "😀 Ана"),
    ],
)
def test_a_printed_name_is_kept_as_it_can_be_printed(printed: str, kept: str) -> None:
    assert CertificateNews(**_source(1), status="downloadable", printed_name=printed).printed_name == kept


def test_a_printed_name_of_300_characters_fits() -> None:
    news = CertificateNews(**_source(1), status="downloadable", printed_name="a" * 300)

    assert len(news.printed_name) <= 255


@pytest.mark.parametrize(
    "members",
    [
        {"learner_id": None},
        {"learner_id": True},
        {"learner_id": -1},
        {"learner_id": "7"},
        {"learner_id": 2**70},
        {"course_id": None},
        {"course_id": ""},
        {"course_id": "MED101"},
        {"course_id": f"course-v1:UOC+{'x' * 300}+2026"},
        {"at": None},
        {"at": "2026-06-01"},
        {"at": dt.datetime(2026, 6, 1)},
        {"event_id": ""},
        {"event_id": None},
        {"event_id": "two words"},
        {"event_id": "x" * 46},
        {"is_passing": None},
        {"is_passing": 1},
    ],
)
def test_news_that_cannot_be_so_is_refused(members: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"."):
        PassingNews(**({**_source(1), "is_passing": True} | members))


@pytest.mark.parametrize("grade", [None, True, "x", float("nan"), float("inf"), -0.1, 10])
def test_a_grade_that_cannot_be_so_is_refused(grade: object) -> None:
    with pytest.raises(ValueError, match=r"."):
        GradeNews(**_source(1), grade=grade)


@pytest.mark.parametrize("status", [None, "", 3, "x" * 64])
def test_a_status_that_cannot_be_so_is_refused(status: Any) -> None:
    with pytest.raises(ValueError, match=r"."):
        CertificateNews(**_source(1), status=status)


def test_stamps_sort_by_time_whatever_the_zone() -> None:
    zone = dt.timezone(dt.timedelta(hours=3))
    earlier = dt.datetime(2026, 6, 1, 12, 0, 0, 1, tzinfo=zone)
    later = dt.datetime(2026, 6, 1, 9, 0, 0, 2, tzinfo=dt.UTC)

    assert stamp(earlier, "z") < stamp(later, "a")
    assert stamp(earlier, "a") == "2026-06-01T09:00:00.000001Z a"
