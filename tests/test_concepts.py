"""What readers call the concepts of the European lists, in their own language."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path

import pytest

from ingenium_credentials import concepts
from ingenium_credentials.badges import vocabularies
from ingenium_credentials.badges.data import ConceptData
from tests.badges.test_vocabularies import ALLIANCE_LANGUAGES

SUPERVISED = vocabularies.find("supervision-verification", "supervised-with-id-verification")
EVERY_LABEL = [
    (scheme, concept.labels["en"])
    for scheme in concepts.LISTS
    for concept in vocabularies.vocabulary(scheme).concepts
]


def marked() -> Counter[tuple[str, str]]:
    """Context and label of everything that translators are given."""
    tree = ast.parse(Path(concepts.__file__).read_text(encoding="utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    given = [call.args for call in calls if getattr(call.func, "id", "") == "pgettext_lazy"]
    return Counter(tuple(ast.literal_eval(argument) for argument in pair) for pair in given)


def test_translators_are_given_each_label_of_each_list_once_and_no_other() -> None:
    given = marked()

    assert set(given.values()) == {1}
    # The lists of fields name many fields twice: on two levels.
    assert sorted(label for _context, label in given) == sorted(label for _scheme, label in set(EVERY_LABEL))


def test_what_is_not_translated_here_has_published_labels_or_no_reader() -> None:
    unread = {"encoding", "evidence-type", "file-type", "skill-reuse-level", "skill-type"}
    others = set(vocabularies.SCHEMES) - set(concepts.LISTS) - unread

    assert others == {"country", "eqf", "language"}


@pytest.mark.parametrize("language", ["bg", "el"])
def test_no_label_stands_in_english_on_a_page_in_another_alphabet(language: str) -> None:
    english = {
        label for scheme, label in EVERY_LABEL if concepts.worded(scheme, label, language) in ("", label)
    }

    assert english - {"MOOC"} == set()


@pytest.mark.parametrize("language", sorted(ALLIANCE_LANGUAGES))
def test_a_concept_is_named_in_every_language_of_the_alliance(language: str) -> None:
    assert concepts.name(SUPERVISED, language) == (
        concepts.worded("supervision-verification", SUPERVISED.labels["en"], language)
    )


def test_a_label_that_the_concept_has_itself_goes_first() -> None:
    own = ConceptData(iri=SUPERVISED.iri, labels={**SUPERVISED.labels, "fr": "Surveillée"})

    assert concepts.name(own, "fr") == concepts.name(own, "fr-CA") == "Surveillée"
    assert "fr" not in concepts.names(own, ["fr", "el"])


def test_other_english_words_than_those_of_the_list_are_not_translated() -> None:
    own = ConceptData(iri=SUPERVISED.iri, labels={"en": "Watched by two people"})

    assert concepts.name(own, "el") == ""
    assert concepts.names(own, ["el"]) == {}


def test_a_language_without_our_words_and_a_concept_of_nobody_have_no_name() -> None:
    assert concepts.name(SUPERVISED, "tr") == ""
    assert concepts.name(ConceptData(iri="https://lists.example/1", labels={"en": "Online"}), "el") == ""
    assert concepts.worded("mode", "Underwater", "el") == ""
    assert concepts.worded("no-list", "Online", "el") == ""
