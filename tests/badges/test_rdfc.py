"""Canonical form: the same as an independent implementation's, and never at any price."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingenium_credentials.badges.errors import MalformedCredential, WorkLimitExceeded
from ingenium_credentials.badges.rdfc import RDF_LANG_STRING, Budget, Quad, Term, canonicalize
from tests.badges.cpu import cpu_seconds

P = Term("iri", "urn:ex:p")
Q = Term("iri", "urn:ex:q")


def blank(name: object) -> Term:
    return Term("blank", f"n{name}")


def literal(text: str) -> Term:
    return Term("literal", text)


def oracle(quads: Iterable[Quad], hash_name: str) -> bytes:
    """Canonical form by pyoxigraph, which shares no code with ours."""
    dataset = ox.Dataset(
        ox.Quad(
            _resource(quad.subject),
            ox.NamedNode(quad.predicate.value),
            _term(quad.object),
            _resource(quad.graph) if quad.graph else ox.DefaultGraph(),
        )
        for quad in quads
    )
    algorithms = {
        "sha256": ox.CanonicalizationAlgorithm.RDFC_1_0_SHA_256,
        "sha384": ox.CanonicalizationAlgorithm.RDFC_1_0_SHA_384,
    }
    dataset.canonicalize(algorithms[hash_name])
    lines = [ox.serialize([quad], format=ox.RdfFormat.N_QUADS) or b"" for quad in dataset]
    return "".join(sorted(line.decode() for line in lines)).encode()


def _resource(term: Term) -> ox.NamedNode | ox.BlankNode:
    return ox.BlankNode(term.value) if term.kind == "blank" else ox.NamedNode(term.value)


def _term(term: Term) -> ox.NamedNode | ox.BlankNode | ox.Literal:
    if term.kind != "literal":
        return _resource(term)
    if term.language:
        return ox.Literal(term.value, language=term.language)
    return ox.Literal(term.value, datatype=ox.NamedNode(term.datatype))


def relabelled(quads: list[Quad], chance: random.Random) -> list[Quad]:
    """The same dataset with other labels, in another order, some quads said twice."""
    names: dict[str, str] = {}

    def other(term: Term | None) -> Term | None:
        if term is None or term.kind != "blank":
            return term
        return Term("blank", names.setdefault(term.value, f"x{chance.random()}"))

    changed = [Quad(*(other(term) for term in quad)) for quad in quads]  # type: ignore[arg-type]
    changed += chance.sample(changed, len(changed) // 2)
    chance.shuffle(changed)
    return changed


iris = st.sampled_from(["urn:ex:a", "urn:ex:b", "https://ex.example/ä", "urn:ex:"]).map(
    lambda value: Term("iri", value)
)
blanks = st.integers(0, 4).map(blank)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
literals = st.one_of(
    texts.map(literal),
    texts.map(lambda text: Term("literal", text, "urn:ex:type")),
    st.builds(
        lambda text, tag: Term("literal", text, RDF_LANG_STRING, tag), texts, st.sampled_from(["en", "el-cy"])
    ),
)
quads_of_all_kinds = st.builds(
    Quad,
    st.one_of(iris, blanks),
    st.sampled_from([P, Q]),
    st.one_of(iris, blanks, literals),
    st.one_of(st.none(), iris, blanks),
)
datasets = st.lists(quads_of_all_kinds, max_size=9)


@pytest.mark.parametrize("hash_name", ["sha256", "sha384"])
@given(quads=datasets)
@settings(max_examples=150, deadline=None)
def test_canonical_form_is_that_of_an_independent_implementation(quads: list[Quad], hash_name: str) -> None:
    try:
        ours = canonicalize(quads, hash_name=hash_name)
    except WorkLimitExceeded:
        return

    assert ours == oracle(quads, hash_name)


@given(quads=datasets, seed=st.integers(0, 99))
@settings(max_examples=100, deadline=None)
def test_labels_order_and_repetition_make_no_difference(quads: list[Quad], seed: int) -> None:
    try:
        ours = canonicalize(quads)
    except WorkLimitExceeded:
        return

    assert canonicalize(relabelled(quads, random.Random(seed))) == ours


def test_equal_quads_count_once_but_equal_looking_ones_count_each() -> None:
    once = [Quad(blank(1), P, literal("x")), Quad(blank(2), P, literal("y"))]
    linked = [Quad(blank(1), P, blank(2)), Quad(blank(1), P, blank(3)), Quad(blank(4), P, blank(5))]

    assert canonicalize([*once, *once]) == canonicalize(once)
    assert canonicalize(linked) == oracle(linked, "sha256")


def test_a_graph_named_by_a_blank_node_is_one_neighbour_however_often_it_is_mentioned() -> None:
    quads = [
        Quad(blank(label), Term("iri", f"urn:ex:p{number}"), literal("x"), blank(f"g{label}"))
        for label in range(2)
        for number in range(12)
    ]

    assert canonicalize(quads) == oracle(quads, "sha256")


@pytest.mark.parametrize(
    ("character", "escaped"),
    [
        ("\x00", "\\u0000"),
        ("\x07", "\\u0007"),
        ("\b", "\\b"),
        ("\t", "\\t"),
        ("\n", "\\n"),
        ("\x0b", "\\u000B"),
        ("\f", "\\f"),
        ("\r", "\\r"),
        ("\x1f", "\\u001F"),
        ('"', '\\"'),
        ("\\", "\\\\"),
        ("\x7f", "\\u007F"),
        ("\x85", "\x85"),
        ("\u2028", "\u2028"),
        ("𝔘", "𝔘"),
    ],
)
def test_characters_are_escaped_as_canonical_n_quads_prescribe(character: str, escaped: str) -> None:
    written = canonicalize([Quad(P, P, literal(character))])

    assert written == f'<urn:ex:p> <urn:ex:p> "{escaped}" .\n'.encode()


def test_lines_are_in_code_point_order_and_not_in_utf_16_order() -> None:
    written = canonicalize([Quad(P, P, literal("\U0001f600")), Quad(P, P, literal("\ufb00"))]).decode()

    assert written.index("\ufb00") < written.index("\U0001f600")


@pytest.mark.parametrize(
    "term",
    [
        Term("iri", "urn:x> <urn:y"),
        Term("iri", "urn:x y"),
        Term("iri", "urn:\ud800"),
        Term("literal", "\ud800"),
        Term("literal", "x", "urn:not an iri"),
        Term("literal", "x", RDF_LANG_STRING, "not a tag"),
        Term("literal", "x", RDF_LANG_STRING, "en\n"),
    ],
)
def test_a_term_that_n_quads_cannot_hold_is_refused(term: Term) -> None:
    with pytest.raises(MalformedCredential):
        canonicalize([Quad(P, P, term)])


@pytest.mark.parametrize("quad", [Quad(literal("x"), P, P), Quad(P, blank(1), P), Quad(P, literal("x"), P)])
def test_a_quad_that_rdf_does_not_allow_is_refused(quad: Quad) -> None:
    with pytest.raises(MalformedCredential):
        canonicalize([quad])


def test_an_unknown_hash_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="sha256"):
        canonicalize([], hash_name="md5")


def _clique(size: int) -> list[Quad]:
    return [Quad(blank(a), P, blank(b)) for a in range(size) for b in range(size) if a != b]


def _cycle(size: int) -> list[Quad]:
    return [Quad(blank(a), P, blank((a + 1) % size)) for a in range(size)]


def _torus(size: int) -> list[Quad]:
    places = [(a, b) for a in range(size) for b in range(size)]
    right = [Quad(blank(f"{a}-{b}"), P, blank(f"{(a + 1) % size}-{b}")) for a, b in places]
    return right + [Quad(blank(f"{a}-{b}"), P, blank(f"{a}-{(b + 1) % size}")) for a, b in places]


def _random_graph(size: int) -> list[Quad]:
    chance = random.Random(size)
    return [Quad(blank(a), P, blank(chance.randrange(size))) for a in range(size) for _ in range(3)]


HOSTILE: dict[str, Callable[[], list[Quad]]] = {
    "clique of 7": lambda: _clique(7),
    "clique of 8": lambda: _clique(8),
    "clique of 30": lambda: _clique(30),
    "clique of 100": lambda: _clique(100),
    "cycle of 100": lambda: _cycle(100),
    "cycle of 3000": lambda: _cycle(3000),
    "torus of 4 by 4": lambda: _torus(4),
    "torus of 40 by 40": lambda: _torus(40),
    "random of 300": lambda: _random_graph(300),
    "random of 2000": lambda: _random_graph(2000),
    "star of 9000": lambda: [Quad(P, Q, blank(a)) for a in range(9000)],
    "alike of 9000": lambda: [Quad(blank(a), P, literal("x")) for a in range(9000)],
    "pairs of 5000": lambda: [Quad(blank(a), P, blank(f"of{a}")) for a in range(5000)],
    "megabytes": lambda: [Quad(blank(a), P, literal("x" * 1_000_000)) for a in range(50)],
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_graph_is_refused_within_a_tenth_of_a_second(name: str) -> None:
    quads = HOSTILE[name]()

    def refuse() -> None:
        with pytest.raises(WorkLimitExceeded):
            canonicalize(quads)

    assert cpu_seconds(refuse) < 0.1


def test_a_long_chain_of_alike_nodes_never_exhausts_the_stack() -> None:
    with pytest.raises(WorkLimitExceeded):
        canonicalize(_cycle(900), max_work=10_000_000)


def test_graphs_of_the_size_of_genuine_credentials_pass() -> None:
    results = [
        quad
        for number in range(60)
        for quad in (
            Quad(P, Q, blank(number)),
            Quad(blank(number), P, literal(f"result {number}")),
            Quad(blank(number), Q, blank(f"criteria{number}")),
            Quad(blank(f"criteria{number}"), P, literal("alike everywhere")),
            Quad(blank(f"criteria{number}"), Q, literal(str(number % 7))),
        )
    ]

    assert canonicalize(results).count(b"\n") == len(results)
    assert canonicalize(results) == oracle(results, "sha256")


def test_datasets_on_one_budget_get_what_the_others_left() -> None:
    budget = Budget(500)
    before = budget.left
    small = [Quad(blank(0), P, literal("a"))]

    canonicalize(small, budget=budget)

    assert 0 < budget.left < before
    with pytest.raises(WorkLimitExceeded):
        canonicalize(_cycle(60), budget=budget)
    with pytest.raises(WorkLimitExceeded):
        canonicalize(small, budget=budget)


def test_one_dataset_may_not_use_up_a_large_budget() -> None:
    budget = Budget(1_000_000)

    with pytest.raises(WorkLimitExceeded):
        canonicalize(_cycle(60), max_work=500, budget=budget)

    assert budget.left >= 999_500
