"""The plan of a fault run, without the run."""

from __future__ import annotations

from collections import Counter

import pytest

from . import plan
from .run import faults_of


@pytest.mark.parametrize("seed", [0, 1, 4711])
def test_the_same_seed_is_the_same_plan(seed: int) -> None:
    assert plan.completions(seed) == plan.completions(seed)
    assert plan.kills(seed) == plan.kills(seed)
    assert plan.kills(seed) != plan.kills(seed + 1)


def test_every_learner_completes_every_course_once() -> None:
    found = Counter((one.learner, one.course) for one in plan.completions(1))

    assert len(found) == plan.COMPLETIONS == 2000
    assert set(found.values()) == {1}


def test_every_victim_is_killed_several_times() -> None:
    killed = Counter(name for kill in plan.kills(1) for name in kill.victims)

    assert set(killed) == set(plan.VICTIMS)
    assert min(killed.values()) >= 3


def test_some_news_comes_late_twice_or_without_an_event() -> None:
    news = [one.news for one in plan.completions(1)]

    assert any(list(one) != sorted(one, key=lambda piece: piece.at) for one in news)
    assert any(not piece.told for one in news for piece in one)
    assert any(len(one) > 3 for one in news)


def test_what_is_right_follows_from_how_each_course_ends() -> None:
    passed = Counter(one.learner for one in plan.completions(1) if one.is_passing)
    right = plan.expected(1)

    assert len(right) == sum(passed.values()) + sum(times >= 3 for times in passed.values())
    assert (next(learner for learner, times in passed.items() if times == 2), "most") not in right


RIGHT = Counter(expected=2, awards=2, issued=2, noted_once=2, documents_expected=4, documents=4, valid=4)


def test_right_counts_have_no_faults() -> None:
    assert faults_of(RIGHT) == []


@pytest.mark.parametrize(
    "change", [{"lost": 1}, {"wrong": 1}, {"double": 1}, {"awards": 1}, {"valid": -1}, {"noted_once": -1}]
)
def test_wrong_counts_are_named(change: dict[str, int]) -> None:
    counts = RIGHT.copy()
    counts.update(change)

    assert faults_of(counts)
