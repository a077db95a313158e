"""The plan of a fault run, without the run."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

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
    last = {(one.learner, one.course): one.last for one in plan.completions(1)}
    passed = Counter(learner for (learner, _course), news in last.items() if news.is_passing)
    right = plan.expected(1)
    by_slug = Counter(slug for _learner, slug in right)

    assert by_slug["most"] == sum(times >= 3 for times in passed.values())
    assert by_slug["f4"] == 1 + sum(
        news.is_passing for (_learner, course), news in last.items() if course == plan.NEVER_LOST
    )
    assert {learner for learner, slug in right if slug == "both"} == {
        learner for learner, slug in right if slug == "f1" and (learner, "f4") in right
    }
    graded = {
        learner for (learner, course), news in last.items() if course == plan.GRADED and news.is_passing
    }
    assert {learner for learner, slug in right if slug == "f3"} < graded


def test_passes_are_lost_and_won_again_except_where_an_award_is_kept() -> None:
    lost: Counter[str] = Counter()
    regained: Counter[str] = Counter()
    for one in plan.completions(1):
        passes = [news.is_passing for news in sorted(one.news, key=lambda news: news.at)]
        turned = [later for former, later in pairwise(passes) if former and not later]
        lost[one.course] += bool(turned) and not passes[-1]
        regained[one.course] += bool(turned) and passes[-1]

    assert (lost[plan.NEVER_LOST], regained[plan.NEVER_LOST]) == (0, 0)
    assert all(lost[course] > 20 and regained[course] > 10 for course in plan.COURSES[:3])
    assert {one.on_loss for one in plan.definitions()} == {"keep", "review", "revoke"}


def test_a_file_awards_who_would_not_be_and_completes_more() -> None:
    learner = plan.by_file(1)

    assert {(learner, "f1"), (learner, "f4"), (learner, "both")} <= plan.expected(1)
    assert not any(
        news.is_passing
        for one in plan.completions(1)
        if (one.learner, one.course) == (learner, plan.NEVER_LOST)
        for news in one.news
    )


RIGHT = Counter(
    expected=2,
    awards=3,
    standing=2,
    noted_once=3,
    documents_expected=4,
    valid=4,
    revoked=1,
    revoked_documents=2,
    refused=2,
)


def test_right_counts_have_no_faults() -> None:
    assert faults_of(RIGHT) == []


@pytest.mark.parametrize(
    "change",
    [
        *({"lost": 1}, {"wrong": 1}, {"double": 1}, {"awards": 1}, {"standing": 1}),
        *({"valid": -1}, {"noted_once": -1}, {"refused": -1}, {"undecided": 1}),
    ],
)
def test_wrong_counts_are_named(change: dict[str, int]) -> None:
    counts = RIGHT.copy()
    counts.update(change)

    assert faults_of(counts)
