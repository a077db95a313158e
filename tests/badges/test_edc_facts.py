"""What is read from a European Digital Credential: all that ours say, and no harm from anybody's."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from ingenium_credentials.badges import vocabularies
from ingenium_credentials.badges.edc_facts import Summary, summary

from . import elm_examples
from .elm_examples import EXTRAS, PLAIN, RICH

ECTS = vocabularies.find("education-credit", "ECTS").iri


def edc(**claim: Any) -> dict[str, Any]:
    return {"credentialSubject": {"hasClaim": [{"title": {"en": "A"}, **claim}]}}


def test_a_published_concept_is_called_as_it_was_published() -> None:
    unsupervised = vocabularies.find("supervision-verification", "c598449d64")
    proof = {
        "idVerification": {"id": unsupervised.iri, "prefLabel": {"en": "Supervised with ID Verification"}}
    }

    (assessment,) = summary(edc(provenBy=[{"title": {"en": "Exam"}, **proof}])).assessments

    assert assessment.supervision is not None
    assert assessment.supervision.labels["en"] == unsupervised.labels["en"]


class TestOurs:
    @pytest.fixture
    def found(self) -> Summary:
        return summary(elm_examples.document())

    def test_workload(self, found: Summary) -> None:
        (credit,) = found.credits

        assert (credit.points, credit.is_ects, found.hours) == (Decimal("7.5"), True, 190)

    def test_level_field_and_mode(self, found: Summary) -> None:
        assert found.eqf_level == 6
        assert [field.iri for field in found.fields] == [EXTRAS["isced_f"].iri]
        assert [mode.iri for mode in found.modes] == [EXTRAS["mode"].iri]

    def test_languages_of_instruction_have_names_in_the_readers_language(self, found: Summary) -> None:
        assert [one.labels["de"] for one in found.languages] == ["Englisch", "Spanisch", "Portugiesisch"]

    def test_assessment_with_grade_and_supervision_as_it_happened(self, found: Summary) -> None:
        (assessment,) = found.assessments

        assert assessment.kind is not None
        assert assessment.supervision is not None
        assert assessment.kind.iri == EXTRAS["assessment"].iri
        assert assessment.grade == {"en": "87.5 %", "fr": "87.5 %"}
        assert assessment.supervision.labels["en"] == "Supervised with ID Verification"

    def test_supervision_as_planned_is_another_thing(self, found: Summary) -> None:
        assert found.planned_supervision["en"] == EXTRAS["supervision"].labels["en"]

    def test_outcomes_with_their_skills(self, found: Summary) -> None:
        expected = [(one.texts["en"], one.esco) for one in RICH.achievement.outcomes]

        assert [(one.texts["en"], one.esco) for one in found.outcomes] == expected

    def test_dates_quality_and_longer_texts(self, found: Summary) -> None:
        (assurance,) = found.assurances

        assert found.awarded_at == RICH.awarded_at
        assert (assurance.agency["en"], assurance.report_url) == (
            "Example agency",
            "https://agency.example/reports/1",
        )
        assert found.criteria["en"] == RICH.achievement.criteria["en"]
        texts = (found.prerequisites, found.stackability, found.further)
        names = ("prerequisites", "stackability", "further_information")
        assert [text["en"] for text in texts] == [EXTRAS[name]["en"] for name in names]

    def test_what_the_record_does_not_say_is_not_read(self) -> None:
        bare = summary(elm_examples.document(PLAIN))

        assert (bare.credits, bare.hours, bare.eqf_level, bare.assessments) == ((), None, None, ())
        assert not (*bare.fields, *bare.modes, *bare.languages, *bare.outcomes)


class TestOthers:
    def test_one_object_may_stand_for_a_list_and_a_number_for_a_text(self) -> None:
        credit = {"framework": {"id": ECTS}, "point": 3}

        found = summary(edc(specifiedBy={"creditPoint": credit, "mode": {"prefLabel": {"en": ["Online"]}}}))

        assert [(one.points, one.is_ects) for one in found.credits] == [(Decimal(3), True)]
        assert [one.labels for one in found.modes] == [{"en": "Online"}]

    def test_credits_received_count_more_than_those_on_offer(self) -> None:
        found = summary(edc(creditReceived=[{"point": "2"}], specifiedBy={"creditPoint": [{"point": "5"}]}))

        assert [(one.points, one.is_ects) for one in found.credits] == [(Decimal(2), False)]

    def test_form_language_and_hours_may_be_those_of_the_only_activity(self) -> None:
        english = vocabularies.find("language", "en").iri
        activity = {"workload": "PT20H", "specifiedBy": {"language": [{"id": english}]}}

        found = summary(edc(influencedBy=[activity]))

        assert (found.hours, [one.labels["fr"] for one in found.languages]) == (20, ["anglais"])
        assert summary(edc(influencedBy=[activity, activity])).hours is None

    @pytest.mark.parametrize("said", ["P3D", "PT90M", "PT1H30M", "PT999999H", "pt3h", 3, ["PT3H"], None])
    def test_a_duration_that_is_no_number_of_hours_is_left_out(self, said: object) -> None:
        assert summary(edc(specifiedBy={"volumeOfLearning": said})).hours is None

    @pytest.mark.parametrize(
        "said", ["-1", "1e9", "NaN", "3 ECTS", float("nan"), True, pytest.param(10**5000, id="huge"), [], {}]
    )
    def test_points_that_are_no_number_are_left_out(self, said: object) -> None:
        assert summary(edc(creditReceived=[{"point": said}])).credits == ()

    @pytest.mark.parametrize("address", ["javascript:alert(1)", "https://evil.example/", "", None, 5])
    def test_only_the_address_of_a_skill_is_one(self, address: object) -> None:
        outcome = {"title": {"en": "Do"}, "relatedESCOSkill": [{"id": address}]}

        assert [one.esco for one in summary(edc(specifiedBy={"learningOutcome": outcome})).outcomes] == [""]

    def test_huge_lists_and_texts_are_cut(self) -> None:
        outcomes = [{"title": {"en": "x" * 100_000}}] * 100_000

        found = summary(edc(specifiedBy={"learningOutcome": outcomes}))

        assert len(found.outcomes) == 50
        assert len(found.outcomes[0].texts["en"]) == 4000


SHAPES: list[Any] = [None, True, 7, -1.5, "", "text", "\ud800", [], {}, [[]], [None] * 60, [{}] * 60]
SHAPES += [
    {"en": 5},
    {"en": []},
    {"en": [[]]},
    {"id": []},
    [{"id": {"id": 1}, "title": "text"}],
    {"x" * 99: "y"},
]


@pytest.mark.parametrize("shape", SHAPES, ids=[str(number) for number in range(len(SHAPES))])
def test_anything_may_stand_anywhere(shape: Any) -> None:
    document = elm_examples.document()

    for name in set(_names(document)):
        assert isinstance(summary(_spoiled(document, name, shape)), Summary)


def _names(value: Any) -> Iterator[str]:
    for member in value if isinstance(value, list) else ():
        yield from _names(member)
    for name, member in value.items() if isinstance(value, dict) else ():
        yield name
        yield from _names(member)


def _spoiled(value: Any, name: str, shape: Any) -> Any:
    """The document with another value at every place of one member."""
    if isinstance(value, list):
        return [_spoiled(member, name, shape) for member in value]
    if isinstance(value, dict):
        return {
            key: copy.deepcopy(shape) if key == name else _spoiled(member, name, shape)
            for key, member in value.items()
        }
    return value
