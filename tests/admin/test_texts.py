from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given, settings
from hypothesis import strategies as st

from ingenium_credentials.admin import texts

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None)
@given(value=json_values)
def test_any_json_is_judged_without_another_error(value: Any) -> None:
    concept = partial(texts.concept, scheme="mode")
    lists = (texts.activities, texts.entitlements, texts.evidence, texts.fields, texts.levels)
    for judge in (texts.language_map, concept, texts.outcomes, texts.tags, texts.language_tags, *lists):
        with suppress(ValidationError):
            judge(value)


@pytest.mark.parametrize(
    "value",
    [{"en": "Title"}, {"el": "Τίτλος", "pt-BR": "Título"}, {"zh-Hant": "標題"}],
)
def test_texts_by_language_are_taken(value: dict[str, str]) -> None:
    assert texts.language_map(value) == value


@pytest.mark.parametrize(
    "value",
    [{"en": "a\x00b"}, {"en": "\ud800"}, {"en": "  "}, {"EN": "Title"}, {"": "Title"}, {"en": "x" * 10_001}],
)
def test_texts_that_cannot_be_signed_or_shown_are_refused(value: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        texts.language_map(value)


def test_an_outcome_may_name_an_esco_skill_only() -> None:
    outcome = {"texts": {"en": "x"}, "esco": "https://example.org/skill/1"}

    with pytest.raises(ValidationError, match="must begin with"):
        texts.outcomes([outcome])


SKILL = "http://data.europa.eu/esco/skill/4707da90-9cfc-46ca-8de0-38a0b7bfb137"


def test_codes_become_concepts_with_the_labels_of_their_list() -> None:
    outcome = {
        "texts": {"en": "x"},
        "esco": SKILL,
        "esco_labels": {"en": "think analytically"},
        "kind": "skill",
    }

    (found,) = texts.outcomes([outcome])

    assert found["kind"] == {"iri": "http://data.europa.eu/snb/skill-type/skill", "labels": {"en": "skill"}}
    assert found["esco_labels"] == {"en": "think analytically"}


@pytest.mark.parametrize(
    ("judge", "value", "sentence"),
    [
        (texts.outcomes, [{"texts": {"en": "x"}, "esco": SKILL[:-1]}], "36 signs"),
        (texts.outcomes, [{"texts": {"en": "x"}, "kind": "skil"}], "Nearest: .*skill"),
        (texts.activities, [{"titles": {"en": "x"}, "kind": "elearning"}], "e-learning-coursework"),
        (texts.activities, [{"titles": {"en": "x"}, "started": "31.1.2026"}], "Write it so: 2026-01-31"),
        (
            texts.activities,
            [{"titles": {"en": "x"}, "started": "2026-02-01", "ended": "2026-01-01"}],
            "before",
        ),
        (texts.activities, [{"titles": {"en": "x"}, "hours": "4"}], "whole number"),
        (texts.activities, [{"titles": {"en": "x"}, "teacher": "Anna"}], "directed_by"),
        (texts.entitlements, [{"titles": {"en": "x"}, "kind": "job", "status": "actual"}], "is not in"),
        (texts.entitlements, [{"titles": {"en": "x"}, "kind": "", "status": "actual"}], "Write a list"),
        (texts.evidence, [{"url": "http://works.example/1"}], "must begin with"),
        (texts.fields, ["9876"], "is not in"),
        (texts.levels, [9], "1 to 8"),
        (texts.language_map, {"en": ["One", "Two"]}, "one text, not several"),
        (texts.one_name, '{"en": "Agency", "el": "Αρχή"}', "one language"),
    ],
)
def test_a_refusal_says_what_to_write(judge: Any, value: Any, sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        judge(value)
