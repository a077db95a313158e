from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingenium_credentials.badges import vocabularies
from ingenium_credentials.badges.data import ConceptData
from ingenium_credentials.badges.errors import UnknownCode

CHECKOUT = Path(__file__).parents[2]
DATA = Path(os.environ.get("INGENIUM_CONFORMANCE_DATA") or CHECKOUT.parent / "shared" / "data")
ALLIANCE_LANGUAGES = {"es", "ro", "it", "de", "bg", "en", "ga", "fi", "el", "fr", "sv"}
ELSEWHERE = {"http://data.europa.eu/snb/supervision-verification/df2880c5cb"}
"""Seen in use by others than the publisher; the notes of the list say where."""
EVERY_CONCEPT = [
    (scheme, entry) for scheme in vocabularies.SCHEMES for entry in vocabularies.vocabulary(scheme).entries
]


@pytest.fixture(scope="module")
def published() -> dict[str, tuple[str, str]]:
    """IRI to scheme and English label, as the Commission's lists have them."""
    folder = DATA / "elm" / "vocabularies"
    if not folder.is_dir():
        pytest.skip("the published lists are not here; INGENIUM_CONFORMANCE_DATA names their folder")
    found = {}
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                found[row["id"]] = (row["inScheme"], row["label_en"])
    return found


def test_every_concept_is_in_the_published_list_with_that_label(
    published: dict[str, tuple[str, str]],
) -> None:
    for scheme, entry in EVERY_CONCEPT:
        listed = vocabularies.vocabulary(scheme)
        if entry.concept.iri in ELSEWHERE:
            assert entry.concept.iri.rpartition("/")[2] in listed.notes
            continue
        iri, label = published[entry.concept.iri]
        assert iri == listed.iri
        # Some languages are listed without a name.
        assert entry.concept.labels["en"] == (label or entry.concept.labels["en"]) != ""


@pytest.mark.parametrize("scheme", sorted(set(vocabularies.SCHEMES) - {"language", "file-type", "country"}))
def test_list_is_whole(published: dict[str, tuple[str, str]], scheme: str) -> None:
    listed = vocabularies.vocabulary(scheme)

    assert {concept.iri for concept in listed.concepts} - ELSEWHERE == {
        iri for iri, (of, _label) in published.items() if of == listed.iri
    }


@pytest.mark.parametrize("scheme", vocabularies.SCHEMES)
def test_version_date_and_source_of_each_list_are_recorded(scheme: str) -> None:
    listed = vocabularies.vocabulary(scheme)

    assert listed.date in {"2023-09-12", "2025"}
    assert listed.version
    assert "https://" in listed.source
    assert listed.iri.startswith("http://")


def test_every_code_and_iri_names_one_concept() -> None:
    for scheme, entry in EVERY_CONCEPT:
        for name in (*entry.codes, entry.concept.iri):
            assert vocabularies.find(scheme, name) == entry.concept


@pytest.mark.parametrize("country", ["ES", "RO", "IT", "DE", "BG", "IE", "FI", "GR", "EL", "FR", "SE"])
def test_countries_and_levels_have_names_in_all_languages_of_the_alliance(country: str) -> None:
    assert set(vocabularies.find("country", country).labels) == ALLIANCE_LANGUAGES


@pytest.mark.parametrize("tag", sorted(ALLIANCE_LANGUAGES))
def test_languages_of_the_alliance_are_named_in_all_of_them(tag: str) -> None:
    assert set(vocabularies.find("language", tag).labels) == ALLIANCE_LANGUAGES


def test_all_languages_of_iso_639_1_are_there() -> None:
    codes = [entry.codes[0] for entry in vocabularies.vocabulary("language").entries]

    assert len(codes) == 183
    assert all(len(code) == 2 for code in codes)


def test_fields_of_all_three_levels_are_there() -> None:
    codes = [entry.codes[0] for entry in vocabularies.vocabulary("isced-f").entries]

    assert [sum(len(code) == length for code in codes) for length in (2, 3, 4)] == [12, 58, 150]


@pytest.mark.parametrize(
    ("scheme", "wrong", "code"),
    [
        ("isced-f", "0699", "06"),
        ("isced-f", "computer", "0611"),
        ("mode", "Onlin", "online"),
        ("mode", "on site presence", "presential"),
        ("country", "Germany", "DE"),
        ("country", "gr", "GR"),
        ("language", "ENGLISH", "en"),
        ("assessment", "exam", "written-examination"),
        ("supervision-verification", "supervised with id", "supervised-with-id-verification"),
        ("accreditation", "institutional QA", "institutional-quality-assurance"),
        ("eqf", "http://data.europa.eu/snb/eqf/level 6", "6"),
    ],
)
def test_wrong_code_is_refused_with_the_nearest_right_ones(scheme: str, wrong: str, code: str) -> None:
    concept = vocabularies.find(scheme, code)

    with pytest.raises(UnknownCode) as refusal:
        vocabularies.find(scheme, wrong)

    assert concept.iri in refusal.value.nearest
    assert concept.labels["en"] in str(refusal.value)


@pytest.mark.parametrize(
    ("scheme", "retired", "instead"),
    [
        ("country", "YU", {"SRB", "MNE", "HRV", "SVN"}),
        ("country", "http://publications.europa.eu/resource/authority/country/CSK", {"CZE", "SVK"}),
        ("language", "iw", {"he"}),
        ("language", "mo", {"ro"}),
    ],
)
def test_retired_code_is_refused_with_what_replaces_it(scheme: str, retired: str, instead: set[str]) -> None:
    with pytest.raises(UnknownCode, match="retired") as refusal:
        vocabularies.find(scheme, retired)

    assert set(refusal.value.nearest) == {vocabularies.find(scheme, code).iri for code in instead}


def test_concept_of_another_list_is_refused_and_that_list_named() -> None:
    with pytest.raises(UnknownCode, match="it is in 'Modes of learning and assessment'"):
        vocabularies.find("assessment", vocabularies.find("mode", "online").iri)


def test_of_a_short_list_everything_is_named_when_nothing_is_near() -> None:
    with pytest.raises(UnknownCode, match=r"holds 1 \(Level 1\), 2 .* 8 \(Level 8\)"):
        vocabularies.find("eqf", "9")


def test_unknown_list_is_refused() -> None:
    with pytest.raises(UnknownCode, match="modes") as refusal:
        vocabularies.find("modes", "online")

    assert "mode" in refusal.value.nearest


@settings(max_examples=30)
@given(st.sampled_from(EVERY_CONCEPT))
def test_every_label_finds_its_own_concept_first(pair: tuple[str, vocabularies.Entry]) -> None:
    scheme, entry = pair
    label = entry.concept.labels["en"]
    first = vocabularies.nearest(scheme, label)[0]

    # Some fields bear the same name at two levels, as their list has it.
    assert first.labels["en"] == label


@settings(max_examples=30)
@given(st.sampled_from(vocabularies.SCHEMES), st.text(max_size=40))
def test_any_text_is_found_exactly_or_refused(scheme: str, text: str) -> None:
    codes = {code for entry in vocabularies.vocabulary(scheme).entries for code in entry.codes}

    if text in codes:
        assert isinstance(vocabularies.find(scheme, text), ConceptData)
    else:
        with pytest.raises(UnknownCode):
            vocabularies.find(scheme, text)
