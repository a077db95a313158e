"""The rule editor's tree: what a form holds, what its buttons do, and the condition it becomes."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
from django.http import QueryDict
from django.utils import translation
from django.utils.translation import trans_real
from hypothesis import given
from hypothesis import strategies as st

from ingenium_credentials import rules
from ingenium_credentials.views.instructor import shown, tree
from ingenium_credentials.views.instructor.grammar import GROUPS, LEAVES
from ingenium_credentials.views.instructor.nodes import Node
from ingenium_credentials.views.instructor.phrases import sentence
from ingenium_credentials.views.instructor.shown import Options
from ingenium_credentials.views.pages import Problem

COURSE, OTHER = "course-v1:UOC+MED101+2026", "course-v1:HIS+AI+2026"
BLOCK = "block-v1:UOC+MED101+2026+type@vertical+block@unit1"
OPTIONS = Options(
    courses=[(COURSE, "Mediterranean"), (OTHER, OTHER)], definitions=[("ethics", "Data ethics")]
)


def passed(course: str = COURSE, **more: Any) -> dict[str, Any]:
    return {"kind": "course_passed", "course": course, **more}


EVERY_KIND: list[dict[str, Any]] = [
    passed(min_grade=0.825, modes=["verified", "honor"]),
    {"kind": "certificate_issued", "course": COURSE},
    {"kind": "category_grade", "course": COURSE, "category": "Homework", "min_grade": 0.5},
    {"kind": "subsection_grade", "course": COURSE, "block": BLOCK, "min_grade": 0.5},
    {"kind": "block_completed", "course": COURSE, "block": BLOCK},
    {"kind": "enrolled", "course": COURSE, "modes": ["verified"]},
    {"kind": "cohort", "course": COURSE, "cohorts": ["A", "B"]},
    {"kind": "time_window", "course": COURSE, "from": "2026-09-01T00:00:00+00:00"},
    {"kind": "credential_held", "definition": "ethics"},
    {"kind": "ects", "least": 5, "courses": [COURSE, OTHER]},
    {"kind": "universities", "least": 2, "courses": [COURSE], "definitions": ["ethics"]},
    {"kind": "manual_approval"},
]


def form_of(node: Node, path: str = "n") -> list[tuple[str, str]]:
    """What a browser sends for the tree."""
    fields = [(f"{path}-kind", node.kind)]
    fields += [(f"{path}-{name}", text) for name, texts in node.texts.items() for text in texts]
    if node.is_group:
        fields.append((f"{path}-count", str(len(node.children))))
    for place, child in enumerate(node.children):
        fields += form_of(child, f"{path}.{place}")
    return fields


def sent(node: Node, **more: str) -> QueryDict:
    return QueryDict(urlencode([*form_of(node), *more.items()]))


def test_the_editor_offers_every_kind_of_requirement_that_rules_know() -> None:
    assert set(LEAVES) == {leaf["kind"] for leaf in EVERY_KIND}
    for leaf in EVERY_KIND:
        assert rules.courses_of({"version": 1, **leaf}) is not None


conditions = st.recursive(
    st.sampled_from(EVERY_KIND),
    lambda nodes: st.one_of(
        st.lists(nodes, min_size=2, max_size=3).map(lambda parts: {"all": parts}),
        st.lists(nodes, min_size=1, max_size=3).map(lambda parts: {"any": parts}),
        st.lists(nodes, min_size=2, max_size=3).map(lambda parts: {"at_least": 2, "of": parts}),
    ),
    max_leaves=6,
)


@given(conditions)
def test_a_condition_survives_the_way_through_the_form(body: dict[str, Any]) -> None:
    condition = {"version": 1, **body}

    read = tree.read(sent(tree.of_condition(condition)))

    assert tree.condition_of(read) == condition
    assert "…" not in sentence(read, OPTIONS)


@given(conditions, st.sampled_from(["up", "down", "remove", "add", "group"]), st.integers(0, 3))
def test_buttons_keep_what_they_do_not_remove(body: dict[str, Any], verb: str, place: int) -> None:
    root = tree.of_condition({"version": 1, **body})
    before = sum(1 for _node in root.walk())
    path = f"n.{place}" if verb in ("up", "down", "remove") else "n"
    removed = sum(1 for _node in root.children[place].walk()) if place < len(root.children) else 0

    tree.act(root, f"{verb}:{path}", sent(root, **{"n-new": "course_passed"}))

    expected = {"add": before + 1, "group": before + 1, "remove": before - removed}.get(verb, before)
    assert sum(1 for _node in root.walk()) == expected


def test_up_and_down_move_one_place() -> None:
    root = tree.of_condition({"version": 1, "all": [passed(), passed(OTHER), {"kind": "manual_approval"}]})

    tree.act(root, "up:n.1", sent(root))
    tree.act(root, "down:n.1", sent(root))

    assert [child.texts.get("course") for child in root.children] == [[OTHER], None, [COURSE]]


@pytest.mark.parametrize(
    "action", ["", "add:", "add:x", "remove:n", "up:n.9", "up:n.0", "down:n.0", "fly:n.0"]
)
def test_a_button_of_another_tree_does_nothing(action: str) -> None:
    root = tree.of_condition({"version": 1, "all": [passed()]})

    tree.act(root, action, sent(root, **{"n-new": "no such kind"}))

    assert tree.condition_of(root) == {"version": 1, **passed()}


@pytest.mark.parametrize(
    ("leaf", "texts", "field"),
    [
        ("course_passed", {"course": [""]}, "course"),
        ("course_passed", {"course": ["no key"]}, "course"),
        ("course_passed", {"course": [COURSE], "min_grade": ["101"]}, "min_grade"),
        ("course_passed", {"course": [COURSE], "min_grade": ["NaN"]}, "min_grade"),
        ("course_passed", {"course": [COURSE], "min_grade": ["eighty"]}, "min_grade"),
        ("category_grade", {"course": [COURSE], "category": ["Homework"]}, "min_grade"),
        ("block_completed", {"course": [COURSE], "block": ["unit one"]}, "block"),
        ("enrolled", {"course": [COURSE]}, "modes"),
        ("cohort", {"course": [COURSE], "cohorts": [" \n "]}, "cohorts"),
        ("time_window", {"course": [COURSE]}, "from"),
        ("time_window", {"course": [COURSE], "from": ["soon"]}, "from"),
        ("credential_held", {}, "definition"),
        ("ects", {"least": ["0"], "courses": [COURSE]}, "least"),
        ("ects", {"least": ["5"]}, "courses"),
        ("ects", {"least": ["5"], "courses": ["x" * 2000]}, "courses"),
        ("universities", {"least": ["1.5"], "courses": [COURSE]}, "least"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(leaf: str, texts: dict[str, list[str]], field: str) -> None:
    node = Node(leaf, texts)
    root = Node("all", children=[node])

    assert tree.condition_of(root) is None
    assert node.errors[field]
    shown_row = next(
        row for row in shown.show(root, OPTIONS).children[0].rows if row.id.endswith(f"-{field}")
    )
    assert shown_row.error == node.errors[field]


def test_a_group_says_what_it_lacks() -> None:
    empty = Node("all")
    too_many = Node("at_least", {"least": ["3"]}, [tree.of_condition({"version": 1, **passed()}).children[0]])

    assert tree.condition_of(empty) is None
    assert empty.errors[""]
    assert tree.condition_of(too_many) is None
    assert too_many.errors["least"]


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"n-kind": "course_passed"},
        {"n-kind": "all", "n-count": "1", "n.0-kind": "unheard_of"},
        {"n-kind": "all", "n-count": "99999999999"},
        {"n-kind": "all", "n-count": "-1"},
        {"n-kind": "all", "n-count": "201"},
        {"n-kind": "all", "n-count": "1", "n.0-folded": "[]"},
        {"n-kind": "all", "n-count": "1", "n.0-folded": "[" * 100_000},
        {"n-kind": "all", "n-count": "1", "n.0-folded": '["exec",{},[]]'},
        {"n-kind": "all", "n-count": "1", "n.0-folded": '["course_passed",{"course":[1]},[]]'},
        {"n-kind": "all", "n-count": "1", "n.0-folded": '["course_passed",{},[["any",{},[]]]]'},
        {
            f"n{'.0' * depth}-{name}": value
            for depth in range(12)
            for name, value in {"kind": "all", "count": "1"}.items()
        },
    ],
)
def test_a_form_that_is_none_is_refused(fields: dict[str, str]) -> None:
    with pytest.raises(Problem) as refused:
        tree.read(QueryDict(urlencode(fields)))

    assert refused.value.status == 400


def test_no_more_is_added_than_fits() -> None:
    root = Node("all", children=[Node("manual_approval") for _node in range(rules.MAX_LEAVES - 1)])

    for _once in range(2):
        tree.act(root, "add:n", sent(root, **{"n-new": "manual_approval"}))

    assert len(root.children) == rules.MAX_LEAVES
    assert root.errors[""]
    whole = {"version": 1, "all": [{"kind": "manual_approval"}] * rules.MAX_LEAVES}
    assert len(rules.parse(whole).leaves) == rules.MAX_LEAVES


def test_no_level_is_added_that_rules_do_not_know() -> None:
    root = Node("all")
    for depth in range(rules.MAX_DEPTH):
        tree.act(root, "group:n" + ".0" * depth, sent(root))
    deepest = "n" + ".0" * (rules.MAX_DEPTH - 2)
    tree.act(root, f"add:{deepest}", sent(root, **{f"{deepest}-new": "manual_approval"}))

    assert root.depth == rules.MAX_DEPTH
    for node in root.walk():
        node.errors.clear()
    condition = tree.condition_of(root)
    assert condition is not None
    assert rules.parse(condition).leaves


def test_what_is_not_offered_any_more_stays_in_the_form() -> None:
    gone = "course-v1:OLD+GONE+2020"
    row = shown.show(tree.of_condition({"version": 1, **passed(gone)}), OPTIONS).children[0].rows[0]

    assert [choice.value for choice in row.choices if choice.chosen] == [gone]


def test_the_sentence_says_the_whole_rule() -> None:
    condition = {
        "version": 1,
        "all": [
            passed(min_grade=0.8, modes=["verified"]),
            {"at_least": 2, "of": [passed(OTHER), {"kind": "credential_held", "definition": "ethics"}]},
        ],
    }

    assert sentence(tree.of_condition(condition), OPTIONS) == (
        "A learner earns it who passes “Mediterranean” with at least 80 % as verified and "
        f"(does at least 2 of these 2: passes “{OTHER}”; holds the credential “Data ethics”)."
    )


@pytest.mark.parametrize("kind", ["block_completed", "subsection_grade"])
def test_a_part_of_a_course_is_called_by_its_name(kind: str) -> None:
    leaf = {"kind": kind, "course": COURSE, "block": BLOCK, "min_grade": 0.5}
    leaf = {name: value for name, value in leaf.items() if name in {"kind", *rules.KINDS[kind].required}}

    assert "unit1 of" in sentence(tree.of_condition({"version": 1, **leaf}), OPTIONS)
    assert "“The project” of" in sentence(
        tree.of_condition({"version": 1, **leaf, "name": "The project"}), OPTIONS
    )


def test_quotation_marks_are_those_of_the_reader_s_language(monkeypatch: pytest.MonkeyPatch) -> None:
    with translation.override("fr"):
        catalog = trans_real.catalog()._catalog._catalogs[0]  # type: ignore[attr-defined]
        monkeypatch.setitem(catalog, "quotation marks\x04“%(text)s”", "«\u00a0%(text)s\u00a0»")
        condition = {"version": 1, "all": [passed(), {"kind": "ects", "least": 5, "definitions": ["ethics"]}]}

        said = sentence(tree.of_condition(condition), OPTIONS)

    assert "«\u00a0Mediterranean\u00a0»" in said
    assert "«\u00a0Data ethics\u00a0»" in said
    assert "“" not in said


def test_the_sentence_of_what_is_not_written_yet_has_gaps() -> None:
    assert "…" in sentence(Node("all", children=[Node("course_passed")]), OPTIONS)
    assert "Nobody" in sentence(Node("all"), OPTIONS)
    for kind in [*LEAVES, *GROUPS]:
        assert sentence(Node("any", children=[Node(kind), Node("manual_approval")]), OPTIONS)
