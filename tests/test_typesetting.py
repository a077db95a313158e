from __future__ import annotations

import json
import re
import unicodedata

import pytest
import typst

from ingenium_credentials import typesetting
from ingenium_credentials.typesetting import compiled, labels, languages, primary_language, showable

ALLIANCE = {"es", "ro", "it", "de", "bg", "en", "ga", "fi", "el", "fr", "sv"}


def test_there_are_words_in_every_language_of_the_alliance() -> None:
    assert set(languages()) == ALLIANCE


@pytest.mark.parametrize("language", sorted(ALLIANCE))
def test_each_language_has_every_word_and_every_place_for_a_value(language: str) -> None:
    english, words = labels("en"), labels(language)

    assert words.keys() == english.keys()
    assert len(words["months"]) == 12
    for name, text in english.items():
        if isinstance(text, str):
            assert words[name].strip() == words[name] != ""
            assert set(re.findall(r"{\w+}", words[name])) == set(re.findall(r"{\w+}", text)), name


def test_no_language_repeats_the_english_sentences() -> None:
    sentences = [name for name, text in labels("en").items() if isinstance(text, str) and len(text) > 20]

    for language in ALLIANCE - {"en"}:
        assert not [name for name in sentences if labels(language)[name] == labels("en")[name]]


def test_an_unknown_language_has_the_english_words() -> None:
    assert labels("pt-BR") == labels("en")
    assert labels("fr-CA") == labels("fr")
    assert primary_language("nonsense!") == "en"


@pytest.mark.parametrize("language", sorted(ALLIANCE))
def test_the_fonts_have_every_fixed_word(language: str) -> None:
    assert showable(json.dumps(labels(language), ensure_ascii=False).replace("\n", " "))


def test_the_fonts_have_what_is_said_to_be_showable() -> None:
    """An accessible PDF refuses any letter without a glyph, so compiling is the proof."""
    source = (
        b'#set document(title: "x")\n#set text(font: ("Libertinus Serif", "New Computer Modern"))\n'
        b"#for c in json(bytes(sys.inputs.all)) [#par(text(c))]"
    )
    letters = [chr(point) for point in range(0x20, 0x2300) if showable(chr(point))]
    shown = ["a" + letter if unicodedata.combining(letter) else letter for letter in letters]

    pdf = typst.compile(
        source,
        format="pdf",
        pdf_standards=["a-3a", "ua-1"],
        ignore_system_fonts=True,
        sys_inputs={"all": json.dumps(shown)},
    )

    assert isinstance(pdf, bytes)
    assert len(letters) > 1500


@pytest.mark.parametrize("text", ["漢字", "ქართული", "عربي", "😀", "\x00", "\u202e"])
def test_what_the_fonts_lack_is_not_showable(text: str) -> None:
    assert not showable(text)


@pytest.mark.parametrize("name", ["Ελένη Παπαδάκη", "Гергана Стоянова", "Ștefan Țepeș", "Ó Súilleabháin"])
def test_names_of_the_alliance_are_showable(name: str) -> None:
    assert showable(name)


def test_values_are_never_read_as_code() -> None:
    mark = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 4"><title>#panic()</title></svg>'
    values = {"format": "svg", "svg": mark, "bytes": []}

    assert compiled("mark.typ", values, form="png").startswith(b"\x89PNG")


def test_the_template_folder_has_the_templates() -> None:
    assert {path.name for path in typesetting.FOLDER.iterdir()} >= {"badge.typ", "document.typ", "mark.typ"}
