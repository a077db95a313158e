from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingenium_credentials import rules
from ingenium_credentials.api.nearness import distance, is_near, lacking, size

A, B, C = (f"course-v1:UOC+{name}+2026" for name in "ABC")


def _passed(course: str, **more: Any) -> dict[str, Any]:
    return {"kind": "course_passed", "course": course, **more}


def _explained(condition: dict[str, Any], **grades: str | None) -> rules.Explanation:
    """`grades` by letter of the course; None: passed, the grade is not known."""
    courses = {
        f"course-v1:UOC+{name}+2026": rules.Facts(is_passing=True, grade=Decimal(grade) if grade else None)
        for name, grade in grades.items()
    }
    return rules.explain({"version": 1, **condition}, rules.Known(courses=courses))


def test_what_is_met_is_no_way_off() -> None:
    assert distance(_explained(_passed(A), A="0.9")) == 0


def test_a_figure_counts_for_the_share_that_is_missing() -> None:
    assert distance(_explained(_passed(A, min_grade=0.8), A="0.6")) == pytest.approx(0.25)


def test_of_all_every_missing_one_counts() -> None:
    assert distance(_explained({"all": [_passed(A), _passed(B), _passed(C)]}, A=None)) == 2


def test_of_any_the_nearest_counts() -> None:
    condition = {"any": [_passed(A), _passed(B, min_grade=0.8)]}

    assert distance(_explained(condition, B="0.4")) == pytest.approx(0.5)


def test_of_k_of_n_the_nearest_that_are_missing_count() -> None:
    condition = {"at_least": 2, "of": [_passed(A), _passed(B, min_grade=0.8), _passed(C)]}

    assert distance(_explained(condition, A=None, B="0.6")) == pytest.approx(0.25)
    assert size(rules.parse({"version": 1, **condition}).root) == 2


@pytest.mark.parametrize(
    ("steps", "whole", "near"),
    [(0.25, 1, True), (0.3, 1, False), (1, 1, False), (1, 2, True), (1.1, 3, False), (2, 8, True)],
)
def test_near_is_one_requirement_of_several_or_a_quarter_of_the_way(
    steps: float, whole: float, near: bool
) -> None:
    assert is_near(steps, whole) is near


def test_what_is_lacking_is_named_where_it_matters() -> None:
    condition = {"all": [{"all": [_passed(A), _passed(B)]}, _passed(C)]}

    assert [leaf.path for leaf in lacking(_explained(condition, A=None))] == ["all.0.all.1", "all.1"]


def test_where_one_of_several_would_do_the_group_is_named_and_not_each_of_them() -> None:
    of = [_passed(A), _passed(B), _passed(C)]

    assert [one.path for one in lacking(_explained({"at_least": 2, "of": of}, A=None))] == [""]
    assert [one.path for one in lacking(_explained({"at_least": 3, "of": of}, A=None))] == ["of.1", "of.2"]
    assert [one.path for one in lacking(_explained({"all": [_passed(A), {"any": of[1:]}]}))] == [
        "all.0",
        "all.1",
    ]


TREES = st.recursive(
    st.sampled_from([_passed(A), _passed(B, min_grade=0.7), _passed(C)]),
    lambda nodes: (
        st.builds(lambda of: {"all": of}, st.lists(nodes, min_size=1, max_size=3))
        | st.builds(lambda of: {"any": of}, st.lists(nodes, min_size=1, max_size=3))
    ),
    max_leaves=6,
)


@given(TREES, st.dictionaries(st.sampled_from("ABC"), st.sampled_from(["0.3", "0.7", "0.9"])))
def test_the_way_is_gone_exactly_when_the_condition_is_met(condition: Any, grades: Any) -> None:
    found = _explained(condition, **grades)

    assert (distance(found) == 0) == (found.met is True)
    assert distance(found) <= size(found.node)
    assert bool(list(lacking(found))) == (found.met is not True)
