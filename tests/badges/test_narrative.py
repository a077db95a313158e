from __future__ import annotations

import pytest
from attrs import evolve

from ingenium_credentials.badges import elm_words, narrative, narrative_words
from ingenium_credentials.badges.data import AwardData, ConceptData

from .elm_examples import BY_MANDATE, RICH
from .examples import AWARD, achievement_with

ALLIANCE = ("en", "es", "ro", "it", "de", "bg", "ga", "fi", "el", "fr", "sv")
ENGLISH = narrative_words.labels("en")


@pytest.mark.parametrize("language", ALLIANCE)
def test_each_language_of_the_alliance_has_every_word(language: str) -> None:
    words = narrative_words.labels(language)

    assert words.keys() == ENGLISH.keys()
    assert all(word and word == word.strip() for word in words.values())
    if language != "en":
        assert [key for key, word in words.items() if word == ENGLISH[key]] == []


def test_no_language_has_the_words_of_another() -> None:
    seen: dict[tuple[str, str], set[str]] = {}
    for language in ALLIANCE:
        for key, word in narrative_words.labels(language).items():
            seen.setdefault((key, word), set()).add(language)

    shared = {key: languages for (key, _word), languages in seen.items() if len(languages) > 1}
    assert shared == {"hours": {"it", "ro"}, "level": {"de", "fr"}}


@pytest.mark.parametrize("language", ALLIANCE)
def test_what_both_formats_say_is_said_alike(language: str) -> None:
    words = narrative_words.labels(language)

    assert words["demonstration"] == elm_words.words("demonstration", [language])[language]
    assert words["planned"] == elm_words.words("planned-supervision", [language])[language]
    assert words["further"] == elm_words.words("further", [language])[language]


@pytest.mark.parametrize("language", ALLIANCE[1:])
@pytest.mark.parametrize("award", [RICH, BY_MANDATE], ids=["rich", "by mandate"])
def test_no_english_label_stands_around_texts_in_another_language(award: AwardData, language: str) -> None:
    text = narrative.render(_only_in(language, evolve(award, demonstration=True)))

    labels = [ENGLISH["demonstration"], *(f"**{word}**" for word in ENGLISH.values())]
    labels += [f"- {word}: " for word in ENGLISH.values()]
    assert [label for label in labels if label in text] == []
    assert text.startswith(narrative_words.labels(language)["demonstration"])


def _only_in(language: str, award: AwardData) -> AwardData:
    return evolve(award, achievement=evolve(award.achievement, names={language: "A name"}))


def test_a_greek_section_is_greek() -> None:
    text = narrative.render(achievement_with(names={"el": "Ηθική"}, criteria={"el": "Κριτήρια"}))

    assert "- Φόρτος εργασίας: 7.5 ECTS, 190 ώρες" in text
    assert "- Επίπεδο: EQF 6" in text
    assert "ισχύει έως 2029-12-31" in text
    assert "**Μαθησιακά αποτελέσματα**" in text


@pytest.mark.parametrize("tag", ["el-GR", "EL"])
def test_a_region_has_the_words_of_its_language(tag: str) -> None:
    assert narrative_words.labels(tag) == narrative_words.labels("el")


@pytest.mark.parametrize("tag", ["mt", "", "elx"])
def test_another_language_has_the_english_words(tag: str) -> None:
    assert narrative_words.labels(tag) == ENGLISH


def test_every_language_of_the_definition_has_a_section() -> None:
    names = {language: f"Name ({language})" for language in ALLIANCE}
    text = narrative.render(evolve(AWARD, achievement=evolve(AWARD.achievement, names=names)))

    titles = [line.removeprefix("## ") for line in text.splitlines() if line.startswith("## ")]
    assert titles == list(names.values())
    assert [
        language for language in ALLIANCE if narrative_words.labels(language)["workload"] not in text
    ] == []


def test_a_concept_that_no_list_names_in_the_language_is_called_what_the_record_calls_it() -> None:
    mode = ConceptData(
        iri="http://data.europa.eu/snb/learning-assessment/920fbb3cbe",
        labels={"en": "Online"},
        names={"el": "Διαδικτυακά", "en": "On the web"},
    )
    text = narrative.render(achievement_with(names={"en": "Ethics", "el": "Ηθική"}, mode=mode))

    assert "- Form of participation: Online\n" in text
    assert "- Μορφή συμμετοχής: Διαδικτυακά\n" in text


def test_languages_and_cycles_are_words_of_the_language() -> None:
    text = narrative.render(achievement_with(names={"el": "Ηθική"}, languages=("en", "xx"), cycle="first"))

    assert "- Γλώσσα διδασκαλίας: Αγγλικά, xx\n" in text
    assert "- Επίπεδο: EQF 6, QF-EHEA: πρώτος κύκλος\n" in text
