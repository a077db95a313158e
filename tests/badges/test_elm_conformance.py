"""Documents against the Commission's own shapes, and our tables against its context."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from ingenium_credentials import demo
from ingenium_credentials.badges import edc, elm, elm_rules
from ingenium_credentials.badges.data import (
    AwardData,
    ConceptData,
    IssuerData,
    OutcomeData,
    QualityAssuranceData,
)
from ingenium_credentials.badges.elm import Profile
from ingenium_credentials.badges.elm_terms import CONTEXTS, DEFINED, REQUIRED, TERMS, Kind
from ingenium_credentials.badges.errors import UndefinedTerm, UnwritableRecord
from ingenium_credentials.badges.jsonld import to_quads
from ingenium_credentials.badges.report import Outcome
from ingenium_credentials.badges.sealable import MAX_VALUES

from . import shapes
from .elm_examples import (
    AWARD_EXTRAS,
    BY_MANDATE,
    EXTRAS,
    PERSON,
    PLAIN,
    PNG,
    RICH,
    document,
    with_achievement,
)
from .examples import ALLIANCE

TITLES = {
    "en": "Data ethics",
    "fr": "Éthique des données",
    "el": "Ηθική των δεδομένων",
    "bg": "Етика на данните",
    "ga": "Eitic sonraí",
}
VC = "https://www.w3.org/2018/credentials#"

pytestmark = pytest.mark.conformance


@pytest.fixture(autouse=True)
def _data() -> None:
    shapes.demand_data()


CASES = [
    ("plain", PLAIN, Profile.GENERIC),
    ("rich", RICH, Profile.GENERIC),
    ("rich-accredited", RICH, Profile.ACCREDITED),
    ("mandate", BY_MANDATE, Profile.GENERIC),
    ("mandate-profile", BY_MANDATE, Profile.MANDATED),
]


@pytest.mark.parametrize(("award", "profile"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_document_meets_the_shapes_of_its_profile(award: AwardData, profile: Profile) -> None:
    assert shapes.violations(document(award, profile=profile), profile) == set()


@settings(max_examples=12)
@given(
    languages=st.lists(st.sampled_from(sorted(TITLES)), unique=True, min_size=1),
    kept=st.sets(st.sampled_from(sorted(EXTRAS))),
    said=st.sets(st.sampled_from(sorted(AWARD_EXTRAS))),
    known=st.sets(st.sampled_from(sorted(PERSON))),
    in_alliance=st.booleans(),
)
def test_whatever_is_left_out_the_document_meets_the_shapes(
    languages: list[str], kept: set[str], said: set[str], known: set[str], in_alliance: bool
) -> None:
    award = with_achievement(PLAIN, names=TITLES, **{name: EXTRAS[name] for name in kept})
    award = evolve(
        award,
        issuer=IssuerData(organisation=award.issuer.organisation, alliance=ALLIANCE if in_alliance else None),
        recipient=evolve(award.recipient, **{name: PERSON[name] for name in known}),
        **{name: AWARD_EXTRAS[name] for name in said},
    )

    assert shapes.violations(document(award, languages)) == set()


OFFER = json.loads((Path(demo.__file__).parent / "offer.json").read_bytes())
PART, WHOLE = OFFER["achievement"], OFFER["whole"]["achievement"]


def _outcome(said: dict[str, Any]) -> OutcomeData:
    members: dict[str, Any] = dict(said)
    members |= {name: ConceptData(**said[name]) for name in ("kind", "reuse") if name in said}
    return OutcomeData(**members)


@pytest.mark.parametrize(
    ("definition", "languages"),
    [
        *((PART, languages) for languages in (["en"], ["fr"], ["el", "fr"], ["en", "fr", "el"])),
        *((WHOLE, languages) for languages in (["en"], ["el"], ["en", "el"])),
    ],
    ids=lambda value: value["slug"] if isinstance(value, dict) else "-".join(value),
)
def test_each_definition_of_the_demonstration_meets_the_shapes(
    definition: dict[str, Any], languages: list[str]
) -> None:
    concepts = ("isced_f", "mode", "assessment", "supervision")
    texts = ("names", "descriptions", "criteria", "prerequisites", "stackability", "further_information")
    award = with_achievement(
        PLAIN,
        **{name: definition[name] for name in (*texts, "eqf_level", "hours") if name in definition},
        **{name: ConceptData(**definition[name]) for name in concepts if name in definition},
        outcomes=tuple(map(_outcome, definition["outcomes"])),
        languages=tuple(definition["languages"]),
        quality_assurance=QualityAssuranceData(
            kind=ConceptData(**definition["quality_kind"]),
            agency=definition["quality_agency"],
            agency_country="GR",
        ),
    )

    assert shapes.violations(document(evolve(award, demonstration=True), languages)) == set()


@pytest.mark.parametrize("award", [PLAIN, RICH, BY_MANDATE], ids=["plain", "rich", "mandate"])
def test_unsigned_document_lacks_what_is_added_at_sealing_and_nothing_else(award: AwardData) -> None:
    draft = elm.unsigned(award, images={"en": PNG})

    assert shapes.violations(draft) == {"issuer", "eidasLegalIdentifier", "issued"}
    elm_rules.check(draft, draft=True)


@pytest.mark.parametrize("name", ["micro", "joint-microcredential"])
def test_examples_of_others_conform_by_the_same_means(name: str) -> None:
    example = json.loads((shapes.DATA / "examples" / f"{name}.jsonld").read_bytes())
    assert edc.conforms(edc.Opened(example)).outcome is Outcome.PASSED

    assert shapes.violations(example) == set()


def test_shapes_conform_on_an_empty_graph_so_we_look_for_the_credential() -> None:
    import rdflib

    assert shapes.faults(rdflib.Graph()) == set()
    with pytest.raises(AssertionError):
        shapes.violations({"@context": list(CONTEXTS), "id": "urn:a:1", "type": "Person"})


def _spoiled(path: str, value: Any) -> dict[str, Any]:
    """`RICH` with something else, or nothing, at a path: wherever the object there is repeated."""
    spoiled = document()
    found: Any = spoiled
    *way, last = path.split(".")
    for step in way:
        found = found[int(step)] if step.isdigit() else found[step]
    for node in [node for node in _objects(spoiled) if node.get("id") == found["id"]]:
        node.pop(last, None)
        if value is not None:
            node[last] = value
    return spoiled


CLAIM = "credentialSubject.hasClaim.0"
BOTH_REFUSE = [
    ("issuer.eIDASIdentifier", None),
    ("issuer.location", None),
    ("validFrom", None),
    ("displayParameter.individualDisplay.0.displayDetail.0.image", None),
    ("credentialSubject.hasClaim", None),
    ("credentialSubject.fullName", {"en": "Eleni Papadaki", "el": "Ελένη Παπαδάκη"}),
    (f"{CLAIM}.title", {"en": ["One", "Two"]}),
    (f"{CLAIM}.awardedBy.awardingBody", None),
    (f"{CLAIM}.provenBy.0.grade", None),
    (f"{CLAIM}.specifiedBy.accreditation.0.dcType", None),
]


@pytest.mark.parametrize(("path", "value"), BOTH_REFUSE)
def test_what_the_shapes_refuse_our_rules_refuse(path: str, value: Any) -> None:
    spoiled = _spoiled(path, value)

    with pytest.raises(UnwritableRecord):
        elm_rules.check(spoiled)
    assert shapes.violations(spoiled)


@pytest.mark.parametrize(
    ("path", "value"),
    [("award", "x"), (f"{CLAIM}.titel", {"en": "x"}), ("credentialSubject.type", "Learner")],
)
def test_what_json_ld_would_drop_both_refuse(path: str, value: Any) -> None:
    spoiled = _spoiled(path, value)

    with pytest.raises(UndefinedTerm):
        shapes.graph_of(spoiled)
    with pytest.raises(UnwritableRecord):
        elm_rules.check(spoiled)


def test_members_of_the_status_entry_are_all_that_no_context_defines() -> None:
    with pytest.raises(UndefinedTerm):
        to_quads(document(), contexts=shapes.contexts(), max_values=MAX_VALUES)

    assert len(shapes.graph_of(document())) > 400


def test_kinds_of_members_are_those_of_the_contexts() -> None:
    for name, kind in TERMS.items():
        definition = _definitions()[name]
        has_languages = definition.get("@container") == "@language"
        assert has_languages == (kind in (Kind.TEXTS, Kind.LISTS, Kind.ONE)), name
        datatype = definition.get("@type", "").removeprefix("xsd:").rsplit("#", 1)[-1]
        assert datatype == DATATYPES.get(kind, datatype), name


DATATYPES = {
    Kind.NODE: "@id",
    Kind.MOMENT: "dateTime",
    Kind.DURATION: "duration",
    Kind.ADDRESS: "anyURI",
    Kind.NUMBER: "positiveInteger",
    Kind.FLAG: "boolean",
}


def _definitions() -> dict[str, Any]:
    """Each term's definition, with the terms that data model 1.1 has inside a credential."""
    first, second = (shapes.contexts().document(url)["@context"] for url in CONTEXTS)
    found = {**first["VerifiableCredential"]["@context"], **second}
    return {
        name: value if isinstance(value, dict) else {"@id": value}
        for name, value in found.items()
        if name not in ("@version", "@protected")
    }


def test_defined_members_are_those_of_the_contexts() -> None:
    prefixes = {name for name, value in _definitions().items() if value.get("@id", "").startswith("http")}
    members = {name for name in _definitions() if not name[0].isupper()} - prefixes - {"id", "type"}

    assert members == DEFINED


def test_table_of_members_is_no_wider_than_what_is_written() -> None:
    written = set()
    for award, profile in ((RICH, Profile.GENERIC), (BY_MANDATE, Profile.MANDATED)):
        for node in _objects(document(award, profile=profile)):
            written |= set(node)

    assert set(TERMS) - written == set()


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _objects(item)


def test_members_that_each_class_must_have_are_those_of_the_shapes() -> None:
    import rdflib

    graph = shapes.shapes()
    names = {
        _iri(definition["@id"]): name for name, definition in _definitions().items() if "@id" in definition
    }
    for kind, members in REQUIRED.items():
        found = graph.subjects(rdflib.SH.targetClass, rdflib.URIRef(_iri(_definitions()[kind]["@id"])))
        demanded = {
            names[str(graph.value(rule, rdflib.SH.path))]
            for shape in found
            for rule in graph.objects(shape, rdflib.SH.property)
            if int(graph.value(rule, rdflib.SH.minCount) or 0) > 0
        }
        # Data model 1.1 demands the second moment of issue, the shapes do not.
        assert set(members) - {"issuanceDate"} == demanded, kind


def _iri(name: str) -> str:
    prefix, _, tail = name.partition(":")
    spaces = {**shapes.contexts().document(CONTEXTS[1])["@context"], "cred": VC}
    space = spaces.get(prefix, prefix)
    return f"{space}{tail}" if isinstance(space, str) and space != prefix else name
