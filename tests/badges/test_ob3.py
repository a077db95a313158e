from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft201909Validator

from ingenium_credentials.badges import ob3
from ingenium_credentials.badges.data import AwardData, IssuerData, IssuerMode

from .elm_examples import BY_MANDATE, PARTS, RICH
from .examples import ALLIANCE, AWARD, CRETE, EMAIL, OVIEDO, SALT, SMALL_AWARD, achievement_with

CHECKOUT = Path(__file__).parents[2]
DATA = Path(os.environ.get("INGENIUM_CONFORMANCE_DATA") or CHECKOUT.parent / "shared" / "data")


@pytest.fixture(scope="module")
def schema() -> Draft201909Validator:
    path = DATA / "ob3" / "schemas" / "achievementcredential.json"
    if not path.exists():
        pytest.skip("the 1EdTech schema is not here; INGENIUM_CONFORMANCE_DATA names its folder")
    return Draft201909Validator(
        json.loads(path.read_bytes()), format_checker=Draft201909Validator.FORMAT_CHECKER
    )


def subject(award: AwardData = AWARD) -> Any:
    return ob3.render(award)["credentialSubject"]


MANDATE = evolve(AWARD, issuer=IssuerData(organisation=ALLIANCE, mode=IssuerMode.MANDATE, alliance=ALLIANCE))


@pytest.mark.parametrize(
    "award",
    [AWARD, SMALL_AWARD, MANDATE, evolve(AWARD, demonstration=True), achievement_with(languages=("fr",))],
    ids=["full", "small", "mandate", "demonstration", "one-language"],
)
def test_published_schema_accepts_what_we_render(schema: Draft201909Validator, award: AwardData) -> None:
    document = json.loads(json.dumps(ob3.render(award)))

    assert [error.message for error in schema.iter_errors(document)] == []


def test_published_schema_is_really_applied(schema: Draft201909Validator) -> None:
    document = ob3.render(AWARD)
    document["validFrom"] = "2026-01-15T09:00:00"

    assert not schema.is_valid(document)


def test_members_stand_in_the_order_of_the_specification() -> None:
    assert list(ob3.render(AWARD)) == [
        "@context",
        "id",
        "type",
        "name",
        "description",
        "credentialSubject",
        "issuer",
        "awardedDate",
        "validFrom",
        "validUntil",
        "credentialStatus",
    ]


def test_name_is_in_the_clear_in_both_places_readers_expect() -> None:
    identities = subject()["identifier"]

    assert subject()["name"] == "Ελένη Παπαδάκη"
    assert [
        entry["identityHash"]
        for entry in identities
        if entry["identityType"] == "name" and entry["hashed"] is False
    ] == ["Ελένη Παπαδάκη", "Eleni Papadaki"]


def test_email_is_only_there_as_a_salted_hash() -> None:
    text = json.dumps(ob3.render(AWARD))
    hashed = [entry for entry in subject()["identifier"] if entry["identityType"] == "emailAddress"]

    assert EMAIL not in text
    assert hashed == [
        {
            "type": "IdentityObject",
            "hashed": True,
            "identityHash": "sha256$" + hashlib.sha256((EMAIL + SALT).encode()).hexdigest(),
            "identityType": "emailAddress",
            "salt": SALT,
        }
    ]


def test_recipient_without_email_has_no_hash() -> None:
    assert [entry["identityType"] for entry in subject(SMALL_AWARD)["identifier"]] == ["name"]


def test_subject_id_is_the_one_of_the_award() -> None:
    assert subject()["id"] == AWARD.recipient.id


@pytest.mark.parametrize(
    ("framework", "url"),
    [
        ("European Qualifications Framework", "http://data.europa.eu/snb/eqf/6"),
        ("ISCED-F 2013", "http://data.europa.eu/snb/isced-f/0612"),
        ("ESCO", "http://data.europa.eu/esco/skill/9b9de2a3-d8af-4a7b-933a-a8334ce2ef5d"),
        (
            "European Learning Model: form of participation",
            "http://data.europa.eu/snb/learning-assessment/920fbb3cbe",
        ),
        ("European Learning Model: type of assessment", "http://data.europa.eu/snb/assessment/2939dae15f"),
        (
            "European Learning Model: supervision and identity verification, as planned",
            "http://data.europa.eu/snb/supervision-verification/c598449d64",
        ),
        (
            "European Learning Model: type of quality assurance",
            "http://data.europa.eu/snb/accreditation/bb4618238e",
        ),
    ],
)
def test_published_concepts_are_alignments(framework: str, url: str) -> None:
    alignments = subject()["achievement"]["alignment"]

    assert (framework, url) in [(entry["targetFramework"], entry["targetUrl"]) for entry in alignments]


@pytest.mark.parametrize(
    "fact",
    [
        "Pass both assignments.",
        "Réussir les deux travaux.",
        "Juger de l’usage des données.",
        "Write a data protection assessment.",
        "Awarded by: University of Oviedo, University of Crete",
        "Workload: 7.5 ECTS, 190 hours",
        "Charge de travail: 7.5 ECTS, 190 heures",
        "Level: EQF 6",
        "Language of instruction: English, Spanish",
        "Langue d’enseignement: anglais, espagnol",
        "Forme de participation: En ligne",
        "Quality assurance: Institutional Quality Assurance, Example agency, QA-1",
        "https://agency.example/reports/1, valid until 2029-12-31",
        "**Prerequisites**\n\nNone.",
        "Counts towards the minor in digital society.",
        "Ask the office.",
    ],
)
def test_every_element_of_annex_i_is_told_in_the_narrative(fact: str) -> None:
    assert fact in subject()["achievement"]["criteria"]["narrative"]


def test_preferred_language_comes_first_and_is_the_name() -> None:
    document = ob3.render(AWARD)
    narrative = subject()["achievement"]["criteria"]["narrative"]

    assert document["name"] == "Data ethics"
    assert narrative.startswith("## Data ethics\n")
    assert narrative.index("## Data ethics") < narrative.index("## Éthique des données")


def test_definition_in_a_language_without_labels_keeps_its_own_texts() -> None:
    award = achievement_with(
        names={"mt": "Etika"}, descriptions={"mt": "Deskrizzjoni"}, criteria={"mt": "Kriterji"}
    )

    assert ob3.render(award)["name"] == "Etika"
    assert subject(award)["achievement"]["criteria"]["narrative"].startswith("Kriterji")


def test_joint_award_names_the_alliance_and_the_first_awarding_body() -> None:
    document = ob3.render(
        evolve(AWARD, achievement=evolve(AWARD.achievement, awarding_bodies=(CRETE, OVIEDO)))
    )

    assert document["issuer"]["parentOrg"]["id"] == ALLIANCE.id
    assert document["credentialSubject"]["achievement"]["creator"]["id"] == CRETE.id


def test_mandate_says_who_issued_for_whom() -> None:
    narrative = subject(MANDATE)["achievement"]["criteria"]["narrative"]

    assert "Awarded by: University of Oviedo, University of Crete" in narrative
    assert "Issued on their behalf by: INGENIUM European University" in narrative


def test_alliance_is_not_its_own_parent() -> None:
    assert "parentOrg" not in ob3.render(MANDATE)["issuer"]


def test_demonstration_is_marked_in_both_names_and_in_the_narrative() -> None:
    document = ob3.render(evolve(AWARD, demonstration=True))
    achievement = document["credentialSubject"]["achievement"]

    assert document["name"] == "DEMONSTRATION — Data ethics"
    assert achievement["name"] == "DEMONSTRATION — Data ethics"
    assert "This document is a demonstration." in achievement["criteria"]["narrative"]
    assert "Ce document est une démonstration." in achievement["criteria"]["narrative"]


def test_grade_is_a_percentage_with_its_scale() -> None:
    achievement = subject()["achievement"]
    [result] = subject()["result"]
    [scale] = achievement["resultDescription"]

    assert result == {"type": ["Result"], "resultDescription": scale["id"], "value": "87.5"}
    assert (scale["resultType"], scale["valueMin"], scale["valueMax"]) == ("Percent", "0", "100")


def test_hidden_grade_leaves_no_trace() -> None:
    text = json.dumps(ob3.render(evolve(AWARD, grade=None)))

    assert "resultDescription" not in text
    assert "87.5" not in text


@pytest.mark.parametrize(
    ("ects", "written"), [(Decimal("5.00"), "5"), (Decimal("7.50"), "7.5"), (Decimal("1E+1"), "10")]
)
def test_credits_are_numbers_that_all_processors_write_alike(ects: Decimal, written: str) -> None:
    document = subject(achievement_with(ects=ects))

    assert json.dumps(document["creditsEarned"]) == written
    assert json.dumps(document["achievement"]["creditsAvailable"]) == written


def test_status_is_one_entry_with_texts_only() -> None:
    assert ob3.render(AWARD)["credentialStatus"] == {
        "id": "https://credentials.example/status/7b6ddf2e#94567",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": "94567",
        "statusListCredential": "https://credentials.example/status/7b6ddf2e",
    }


def test_moments_are_whole_seconds_in_utc() -> None:
    late = evolve(AWARD, valid_from=dt.datetime(2026, 1, 15, 9, 0, 0, 987_654, tzinfo=dt.UTC))

    assert ob3.render(late)["validFrom"] == "2026-01-15T09:00:00Z"


def empties(value: object) -> list[object]:
    if isinstance(value, dict):
        return [found for part in value.values() for found in empties(part)] if value else [value]
    if isinstance(value, list):
        return [found for part in value for found in empties(part)] if value else [value]
    return [value] if value is None or value == "" else []


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "url": st.just(""),
            "image": st.none(),
            "awarding_bodies": st.just(()),
            "outcomes": st.just(()),
            "languages": st.just(()),
            "ects": st.none() | st.decimals(min_value=0, max_value=240, places=2),
            "hours": st.none() | st.integers(1, 9000),
            "eqf_level": st.none() | st.integers(1, 8),
            "isced_f": st.none(),
            "quality_assurance": st.none(),
            "tags": st.just(()),
        },
    )
)
def test_nothing_is_null_or_empty_whatever_is_missing(changes: dict[str, Any]) -> None:
    document = ob3.render(achievement_with(**changes))

    assert empties(document) == []


def test_a_larger_badge_links_the_badges_and_definitions_it_is_made_of() -> None:
    badge = ob3.render(RICH)

    assert [entry["id"] for entry in badge["evidence"][1:]] == [part.id for part in PARTS]
    assert {entry["genre"] for entry in badge["evidence"][1:]} == {"MicroCredential"}
    assert badge["credentialSubject"]["achievement"]["related"] == [
        {"id": part.achievement.id, "type": ["Related"], "version": part.achievement.version}
        for part in PARTS
    ]
    assert "**Made of**" in badge["credentialSubject"]["achievement"]["criteria"]["narrative"]


def test_what_happened_and_what_was_planned_are_told_apart() -> None:
    planned = "European Learning Model: supervision and identity verification, as planned"

    def told(award: AwardData) -> list[str]:
        alignments = subject(award)["achievement"]["alignment"]
        return [entry["targetFramework"] for entry in alignments if "supervision" in entry["targetFramework"]]

    assert told(RICH) == [planned.removesuffix(", as planned"), planned]
    assert told(evolve(RICH, supervision=None)) == [planned]


def test_evidence_is_described() -> None:
    (first, *_parts) = ob3.render(RICH)["evidence"]

    assert (first["name"], first["description"]) == ("Report", "Written alone, in May.")


def test_who_signs_for_the_universities_names_the_agreement() -> None:
    narrative = subject(BY_MANDATE)["achievement"]["criteria"]["narrative"]

    assert "Issued on their behalf by: INGENIUM EGTC (agreement 2026/01)" in narrative
