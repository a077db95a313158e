"""Safe mode: every leaf of a document is in a statement, or the document is refused."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyld import jsonld as pyld

from ingenium_credentials.badges import ob3
from ingenium_credentials.badges.errors import (
    CredentialError,
    MalformedCredential,
    UndefinedTerm,
)
from ingenium_credentials.badges.jsonld import canonical, to_quads
from ingenium_credentials.badges.rdfc import Term
from tests.badges.documents import (
    EXTENSIONS,
    OB,
    V2,
    WORKED,
    XSD,
    Document,
    by_oxigraph,
    by_pyld,
    changed,
    objects,
    subject,
    with_term,
)
from tests.badges.examples import AWARD, SMALL_AWARD


def test_the_worked_vector_has_its_published_hash() -> None:
    written = canonical(WORKED)

    assert (
        hashlib.sha256(written).hexdigest()
        == "ae87b2d1770471bddfbdb03fa4443cf1c1e397dcba1666d85d3fa95ae9d5fce7"
    )
    assert written.count(b"\n") == len(to_quads(WORKED)) == 20


def test_the_proof_options_of_the_worked_vector_have_their_published_hash() -> None:
    issuer = WORKED["issuer"]["id"]
    options = {
        "@context": WORKED["@context"],
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-rdfc-2022",
        "created": "2026-01-15T09:00:00Z",
        "verificationMethod": f"{issuer}#{issuer.removeprefix('did:key:')}",
        "proofPurpose": "assertionMethod",
    }

    digest = hashlib.sha256(canonical(options)).hexdigest()

    assert digest == "f6edcb363131665dd5570a7f8eba2ef28a8e6b53f8d8166d7fdee0ae835352eb"


@pytest.mark.parametrize("document", [WORKED, ob3.render(AWARD), ob3.render(SMALL_AWARD)])
def test_independent_processors_agree_on_a_badge(document: Document) -> None:
    assert canonical(document) == by_pyld(document) == by_oxigraph(document)


def test_the_hash_name_reaches_the_order_of_blank_nodes() -> None:
    document = ob3.render(AWARD)

    assert canonical(document, hash_name="sha384") != canonical(document)


def test_the_document_is_left_as_it_was() -> None:
    document = copy.deepcopy(WORKED)

    canonical(document)

    assert document == WORKED


# 1. Every member is defined where it stands.


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d.update(undefined="x"),
        lambda d: d.update(undefined={}),
        lambda d: d.update(undefined=[]),
        lambda d: d.update(undefined=None),
        lambda d: d.update({"": "x"}),
        lambda d: d.update({"@foo": "x"}),
        lambda d: d.update({"urn:ex:with space": "x"}),
        lambda d: d.update({"_:blank": "x"}),
        lambda d: d.update(issuanceDate="2026-01-15T09:00:00Z"),
        lambda d: d["issuer"].update(undefined="x"),
        lambda d: subject(d)["achievement"]["criteria"].update(undefined="x"),
        # A term of one type's context does not reach into objects of another type.
        lambda d: d["issuer"].update(hashed=True),
        lambda d: subject(d)["achievement"]["criteria"].update(humanCode="x"),
        # Without its type, an object has none of that type's terms.
        lambda d: subject(d).pop("type"),
        lambda d: subject(d)["achievement"].pop("type"),
    ],
)
def test_a_member_that_no_context_defines_is_refused(change: Callable[[Document], object]) -> None:
    with pytest.raises(UndefinedTerm):
        to_quads(changed(change))


def test_a_term_that_a_context_switches_off_is_refused() -> None:
    with pytest.raises(UndefinedTerm):
        to_quads(with_term(None, "x"))


def test_a_term_is_defined_within_a_scoped_context_and_not_outside() -> None:
    scoped = {"@id": "urn:ex:extra", "@context": {"inner": "urn:ex:inner"}}

    assert objects(with_term(scoped, {"inner": "x"}), "urn:ex:inner") == [Term("literal", "x")]
    with pytest.raises(UndefinedTerm):
        to_quads({**with_term(scoped, {"inner": "x"}), "inner": "x"})


def test_a_nested_context_reaches_its_object_and_what_is_in_it() -> None:
    inner = {"@context": {"mine": "urn:ex:mine"}, "mine": "x", "name": "y"}

    assert objects(with_term("urn:ex:extra", inner), "urn:ex:mine") == [Term("literal", "x")]


def test_a_vocabulary_defines_every_member() -> None:
    document = {"@context": [V2, {"@vocab": "https://ex.example/#"}], "id": "urn:ex:1", "anything": "x"}

    assert objects(document, "https://ex.example/#anything") == [Term("literal", "x")]


# 2. Types, 3. identifiers.


@pytest.mark.parametrize(
    "name", ["Relative", "@json", "@foo", "_:blank", "urn:ex:with space", "1EdTechRevocationList"]
)
def test_a_type_that_is_not_absolute_is_refused(name: str) -> None:
    with pytest.raises(CredentialError):
        to_quads(changed(lambda d: d["type"].append(name)))


def test_a_type_of_the_extensions_needs_their_context() -> None:
    schema = {"credentialSchema": [{"id": "https://ex.example/s", "type": "1EdTechJsonSchemaValidator2019"}]}

    assert to_quads({**WORKED, **schema, "@context": [V2, OB, EXTENSIONS]})
    with pytest.raises(UndefinedTerm):
        to_quads({**WORKED, **schema})


NOT_ABSOLUTE = [
    "a/1",
    "",
    "#1",
    "//ex.example/",
    "_:blank",
    "@foo",
    "@type",
    "1ex:a",
    "https://ex.example/a b",
    "https://ex.example/\u00a0",
    "https://ex.example/\n",
    "https://ex.example/<",
    "https://ex.example/{x}",
    "https://ex.example/`",
    "https://ex.example/^",
    "https://ex.example/\\",
    'https://ex.example/"',
]


@pytest.mark.parametrize("identifier", NOT_ABSOLUTE)
def test_an_identifier_that_is_not_an_absolute_iri_is_refused(identifier: str) -> None:
    with pytest.raises(UndefinedTerm):
        to_quads(changed(lambda d: subject(d)["achievement"].update(id=identifier)))
    with pytest.raises(UndefinedTerm):
        to_quads(changed(lambda d: d.update(image=identifier)))


def test_a_base_in_the_document_does_not_make_identifiers_absolute() -> None:
    document = with_term("urn:ex:extra", "x", **{"@base": "https://ex.example/"})
    document["id"] = "relative"

    with pytest.raises(UndefinedTerm):
        to_quads(document)


@pytest.mark.parametrize(
    "change",
    [
        lambda d: subject(d)["achievement"].update(id="course-v1:edX+Demo+2024"),
        lambda d: subject(d)["achievement"].update(id="https://ex.example/ενα"),
        lambda d: subject(d)["achievement"].update(achievementType="ext:Something"),
        lambda d: d.update(image={"id": "data:image/png;base64,AAAA", "type": "Image"}),
        lambda d: subject(d).update(name="Ana"),
        lambda d: d.update(relatedResource=[{"id": "https://ex.example/r", "digestSRI": "sha384-x"}]),
        lambda d: d["issuer"].pop("type"),
    ],
)
def test_what_other_safe_modes_accept_is_accepted(change: Callable[[Document], object]) -> None:
    assert canonical(changed(change)) == by_pyld(changed(change))


# 4. No leaf is lost.


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d.update(name=None),
        lambda d: d.update(evidence=[]),
        lambda d: d.update(evidence=[None]),
        lambda d: d.update(evidence=[[]]),
        lambda d: d.update(name={"@value": None}),
        lambda d: d.update(name={"@language": "en"}),
        lambda d: d.update(name={"@value": "x", "@direction": "rtl"}),
        lambda d: d.update(name={"@value": "x", "@index": "y"}),
        lambda d: d.update(name={"@set": []}),
        lambda d: d.update(name={"@list": ["x"], "@index": "y"}),
        lambda d: d.update({"@index": "x"}),
        lambda d: d.update({"@embed": "@always"}),
        lambda d: d.update({"@graph": ["loose"]}),
        lambda d: d.update({"@graph": []}),
        lambda d: d.update({"@graph": [{"id": "urn:ex:alone"}]}),
        lambda d: d.update(proof={"id": "urn:ex:alone"}),
        lambda d: d.update(proof={}),
        lambda d: d.update(
            {"@included": [{"id": "urn:ex:alone", "@included": [{"id": "urn:ex:x", "name": "y"}]}]}
        ),
    ],
)
def test_a_value_that_json_ld_would_drop_is_refused(change: Callable[[Document], object]) -> None:
    with pytest.raises(UndefinedTerm):
        to_quads(changed(change))


@pytest.mark.parametrize("name", ["@type", "@id", "https://schema.org/name"])
def test_a_member_that_repeats_another_under_another_name_is_refused(name: str) -> None:
    values = {"@type": "OpenBadgeCredential", "@id": WORKED["id"], "https://schema.org/name": "x"}

    with pytest.raises(MalformedCredential):
        to_quads({**WORKED, "name": "x", name: values[name]})


def test_several_nests_are_no_repetition() -> None:
    document = with_term("@nest", {"name": "x"}, other="@nest")
    document["other"] = {"description": "y"}

    assert canonical(document) == by_pyld(document)


def test_an_index_map_is_refused_since_its_keys_are_not_signed() -> None:
    with pytest.raises(MalformedCredential):
        to_quads(with_term({"@id": "urn:ex:extra", "@container": "@index"}, {"key": "x"}))


# What the values become.


@pytest.mark.parametrize(
    ("definition", "value", "expected"),
    [
        ("urn:ex:e", "x", [Term("literal", "x")]),
        ("urn:ex:e", True, [Term("literal", "true", XSD + "boolean")]),
        ("urn:ex:e", 5, [Term("literal", "5", XSD + "integer")]),
        ("urn:ex:e", 5.0, [Term("literal", "5", XSD + "integer")]),
        ("urn:ex:e", -0.5, [Term("literal", "-5.0E-1", XSD + "double")]),
        ("urn:ex:e", 123456.789, [Term("literal", "1.23456789E5", XSD + "double")]),
        ({"@id": "urn:ex:e", "@type": XSD + "double"}, 5, [Term("literal", "5.0E0", XSD + "double")]),
        ({"@id": "urn:ex:e", "@type": XSD + "double"}, "5.0E0", [Term("literal", "5.0E0", XSD + "double")]),
        ({"@id": "urn:ex:e", "@type": "urn:ex:t"}, 7.5, [Term("literal", "7.5E0", "urn:ex:t")]),
        ({"@id": "urn:ex:e", "@type": "@id"}, "urn:ex:x", [Term("iri", "urn:ex:x")]),
        ({"@id": "urn:ex:e", "@type": "@vocab"}, "Profile", None),
        ({"@id": "urn:ex:e", "@type": "@json"}, {"b": [1.0, 1e-5, None, {}], "a": "ä\n"}, None),
        ({"@id": "urn:ex:e", "@container": "@list"}, [], [Term("iri", pyld.RDF_NIL)]),
        ({"@id": "urn:ex:e", "@container": "@list"}, ["x", ["y"], "x"], None),
        ({"@id": "urn:ex:e", "@container": "@language"}, {"en": "x", "el": ["y", "z"]}, None),
        ({"@id": "urn:ex:e", "@language": "fr"}, "x", None),
        ("urn:ex:e", {"@value": "x", "@language": "en"}, None),
        ("urn:ex:e", {"@value": "x", "@type": "urn:ex:t"}, [Term("literal", "x", "urn:ex:t")]),
        ("urn:ex:e", {"@set": ["x", "y"]}, [Term("literal", "x"), Term("literal", "y")]),
        ("urn:ex:e", {"@list": ["x", {"name": "y"}]}, None),
        ("@nest", {"name": "x"}, None),
        ({"@reverse": "urn:ex:e"}, {"id": "urn:ex:x", "name": "y"}, None),
        ("@included", {"id": "urn:ex:x", "name": "y"}, None),
        ({"@id": "urn:ex:e", "@container": "@graph"}, {"id": "urn:ex:x", "name": "y"}, None),
    ],
)
def test_values_become_the_terms_that_json_ld_prescribes(
    definition: Any, value: Any, expected: list[Term] | None
) -> None:
    document = with_term(definition, value)

    assert canonical(document) == by_pyld(document)
    assert expected is None or objects(document, "urn:ex:e") == expected


@pytest.mark.parametrize(
    ("definition", "value"),
    [
        ({"@id": "urn:ex:e", "@type": XSD + "double"}, "5"),
        ({"@id": "urn:ex:e", "@type": XSD + "double"}, "five"),
        ({"@id": "urn:ex:e", "@type": pyld.RDF_LANGSTRING}, "x"),
        ({"@id": "urn:ex:e", "@type": pyld.RDF_JSON_LITERAL}, "{}"),
        ("urn:ex:e", {"@value": "x", "@language": "not a tag"}),
        ("urn:ex:e", 1e-7),
        ("urn:ex:e", 2**53 + 1),
        ("urn:ex:e", float("nan")),
        ("urn:ex:e", "\x08"),
        ("urn:ex:e", "\ufffe"),
        ("urn:ex:e", "\ud800"),
        ("urn:ex:\ud800", "x"),
    ],
)
def test_values_that_canonicalise_differently_elsewhere_are_refused(definition: Any, value: Any) -> None:
    with pytest.raises(MalformedCredential):
        to_quads(with_term(definition, value))


# Properties.

NAMES = "id type name image criteria achievement hashed tag creditsEarned proof undefined"
KEYWORDS = "@id @type @value @language @list @set @graph @included @reverse @context @foo"
terms = st.sampled_from(f"{NAMES} {KEYWORDS}".split())
leaf_values = st.one_of(
    st.sampled_from(
        ["x", "urn:ex:1", "Profile", "Achievement", "AchievementSubject", "@id", "_:b", "", V2, OB, "en"]
    ),
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=3),
)
trees = st.recursive(
    leaf_values,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(terms, inner, max_size=4)),
    max_leaves=12,
)


@given(members=st.dictionaries(terms, trees, max_size=4), contexts=st.one_of(st.just([V2, OB]), trees))
@settings(max_examples=400, deadline=None)
def test_any_json_is_written_or_refused_by_our_own_error(members: Document, contexts: Any) -> None:
    try:
        assert canonical({**members, "@context": contexts})
    except CredentialError:
        return


badge_like = st.recursive(
    st.one_of(st.sampled_from(["x", "urn:ex:1", "ä"]), st.booleans(), st.integers(-9, 9), st.just(2.5)),
    lambda inner: st.fixed_dictionaries(
        {
            "type": st.sampled_from(
                ["Profile", "Achievement", "AchievementSubject", "IdentityObject", "Evidence"]
            )
        },
        optional={
            "id": st.sampled_from(["urn:ex:1", "urn:ex:2"]),
            "name": st.sampled_from(["x", "y"]),
            "alignment": st.lists(inner, min_size=1, max_size=3),
            "endorsement": inner,
            "narrative": inner,
            "result": inner,
            "tag": inner,
        },
    ),
    max_leaves=8,
)


@given(value=badge_like)
@settings(max_examples=150, deadline=None)
def test_whatever_passes_reads_alike_in_independent_processors(value: Any) -> None:
    document = {"@context": [V2, OB], "id": "urn:ex:document", "endorsement": value}
    try:
        written = canonical(document)
    except CredentialError:
        return

    assert written == by_pyld(document) == by_oxigraph(document)
