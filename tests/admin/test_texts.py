from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from ingenium_credentials.admin import texts

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(value=json_values)
def test_any_json_is_judged_without_another_error(value: Any) -> None:
    for judge in (texts.language_map, texts.concept, texts.outcomes, texts.tags, texts.language_tags):
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
