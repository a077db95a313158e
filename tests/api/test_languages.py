from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingenium_credentials import api
from ingenium_credentials.models import Achievement, Award
from tests.api.conftest import EARNED_AT

TEXTS = st.dictionaries(st.sampled_from(["en", "el", "fr"]), st.sampled_from(["", " ", "Text"]))


def of(**fields: Any) -> Achievement:
    return Achievement(slug="x", **{"names": {"en": "Title", "fr": "Titre"}, **fields})


def test_the_figure_is_the_share_of_the_texts_that_any_language_has() -> None:
    row = of(
        descriptions={"en": "About", "fr": "Sur"},
        criteria={"en": "Pass", "fr": " "},
        outcomes=[{"texts": {"en": "One", "fr": "Un"}}, {"texts": {"en": "Two"}}],
    )

    english, french = api.contents(row)

    assert (english.language, english.share, english.missing) == ("en", 100, ())
    assert (french.language, french.share, french.missing) == ("fr", 60, ("criteria", "learning outcome 2"))
    assert str(french) == "fr: 60 % (criteria, learning outcome 2)"
    assert api.complete_languages(row) == ("en",)


def test_a_text_that_is_in_no_language_is_missed_in_none() -> None:
    assert api.complete_languages(of()) == ("en", "fr")


@pytest.mark.parametrize("wrong", [None, [], "text", 3, [3], [{"texts": 3}], [{}]])
def test_what_is_not_well_formed_counts_as_not_there(wrong: Any) -> None:
    assert api.complete_languages(of(outcomes=wrong, criteria=wrong)) == ("en", "fr")


@pytest.mark.parametrize(
    ("fields", "missing"),
    [
        ({"activities": [{"titles": {"en": "Lecture"}}]}, "learning activity 1"),
        ({"entitlements": [{"titles": {"en": "Practise"}}]}, "entitlement 1"),
        ({"grading_scheme": {"en": "0 to 100"}}, "grading scheme"),
        ({"prerequisites": {"en": "None"}}, "prerequisites"),
        ({"stackability": {"en": "None"}}, "stackability"),
        ({"further_information": {"en": "None"}}, "further information"),
    ],
)
def test_each_text_of_a_definition_counts(fields: dict[str, Any], missing: str) -> None:
    (french,) = (found for found in api.contents(of(**fields)) if found.language == "fr")

    assert french.missing == (missing,)


@given(names=TEXTS, descriptions=TEXTS, criteria=TEXTS, outcome=TEXTS)
def test_a_language_is_complete_exactly_when_its_figure_is_100(
    names: dict[str, str], descriptions: dict[str, str], criteria: dict[str, str], outcome: dict[str, str]
) -> None:
    row = of(names=names, descriptions=descriptions, criteria=criteria, outcomes=[{"texts": outcome}])

    for found in api.contents(row):
        assert (found.share == 100) == (not found.missing) == (found.language in api.complete_languages(row))
        assert 0 < found.share <= 100


@pytest.mark.django_db
def test_what_is_half_translated_is_in_no_document(achievement: Achievement, learner: Any) -> None:
    """The title is there in French, the criteria are not: nothing French is signed."""
    achievement.names = achievement.names | {"fr": "Écosystèmes"}
    api.define(achievement)

    award = api.award(learner_id=learner.pk, achievement=achievement, awarded_at=EARNED_AT)
    api.issue([award.pk])

    record = api.award_data(Award.objects.get(pk=award.pk)).achievement
    assert set(record.names) == set(record.criteria) == set(record.outcomes[0].texts) == {"en", "el"}
    assert set(api.document_images(achievement)) == {"en", "el"}
    badge = json.loads(bytes(award.credentials.get(format="ob3").body))
    assert "Μεσογειακά" in badge["credentialSubject"]["achievement"]["criteria"]["narrative"]
    assert "Écosystèmes" not in json.dumps(badge, ensure_ascii=False)


@pytest.mark.django_db
def test_what_is_complete_in_no_language_cannot_be_activated(achievement: Achievement) -> None:
    draft = api.new_version(achievement)
    draft.names, draft.criteria = {"en": "Title"}, {"el": "Κριτήρια"}
    api.define(draft)

    with pytest.raises(api.NotAllowed, match="in no language") as refused:
        api.activate(draft)

    assert "en: 75 % (criteria)" in str(refused.value)
    assert draft.state == Achievement.State.DRAFT


@pytest.mark.django_db
def test_a_version_from_before_is_told_as_it_was(achievement: Achievement) -> None:
    Achievement.objects.filter(pk=achievement.pk).update(names={"en": "Title"}, criteria={"el": "Κριτήρια"})
    achievement.refresh_from_db()

    told = api.achievement_data(achievement)

    assert (told.names, told.criteria) == ({"en": "Title"}, {"el": "Κριτήρια"})
