from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingenium_credentials import api
from ingenium_credentials.api.history import difference
from ingenium_credentials.models import AwardRule

A, B, C = ({"kind": "course_passed", "course": f"course-v1:UOC+{name}+2026"} for name in "ABC")


def _edits(before: Any, after: Any) -> list[tuple[str, str]]:
    found = difference({"condition": before}, {"condition": after})
    return [(edit.kind, edit.path) for edit in found]


def test_a_figure_that_changed_is_named_by_its_node() -> None:
    (edit,) = difference(
        {"condition": {"version": 1, "all": [A, {**B, "min_grade": 0.6}]}},
        {"condition": {"version": 1, "all": [A, {**B, "min_grade": 0.8}]}},
    )

    assert (edit.kind, edit.path) == ("changed", "condition.all.1.min_grade")
    assert (edit.before, edit.after) == (0.6, 0.8)


def test_nodes_that_only_moved_along_are_not_reported() -> None:
    before, after = {"all": [A, B]}, {"all": [C, A, B]}

    assert _edits(before, after) == [("added", "condition.all.0")]
    assert _edits(after, before) == [("removed", "condition.all.0")]


def test_a_node_of_another_kind_takes_the_place_of_the_former() -> None:
    assert _edits({"all": [A, B]}, {"all": [A, {"kind": "manual_approval"}]}) == [
        ("changed", "condition.all.1")
    ]


def test_a_member_that_comes_or_goes_is_a_line() -> None:
    assert _edits(A, {**A, "modes": ["verified"]}) == [("added", "condition.modes")]
    assert _edits({**A, "modes": ["verified"]}, A) == [("removed", "condition.modes")]


def test_changes_inside_k_of_n_are_found() -> None:
    before = {"version": 1, "at_least": 1, "of": [A, {"any": [B, C]}]}
    after = {"version": 1, "at_least": 2, "of": [A, {"any": [B]}]}

    assert _edits(before, after) == [
        ("changed", "condition.at_least"),
        ("removed", "condition.of.1.any.1"),
    ]


TREES = st.recursive(
    st.sampled_from([A, B, C, {**A, "min_grade": 0.5}]),
    lambda nodes: (
        st.fixed_dictionaries({"all": st.lists(nodes, min_size=1, max_size=3)})
        | st.fixed_dictionaries({"any": st.lists(nodes, min_size=1, max_size=3)})
    ),
    max_leaves=6,
)


@given(TREES, TREES)
def test_there_is_a_difference_exactly_where_something_differs(before: Any, after: Any) -> None:
    assert (not _edits(before, after)) == (before == after)


@pytest.mark.django_db
def test_the_history_says_of_each_version_what_it_changed(rule: AwardRule) -> None:
    rule.name = "Passed well"
    api.define_rule(rule, actor_id=5, reason="Clearer")
    api.pause(rule)

    paused, renamed, first = api.history(rule)

    assert [edit.path for edit in paused.edits] == ["enabled"]
    assert [(edit.path, edit.before, edit.after) for edit in renamed.edits] == [
        ("name", "Passed", "Passed well")
    ]
    assert renamed.version.actor_id == 5
    assert first.edits == ()
