from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from ingenium_credentials import api
from ingenium_credentials.models import Achievement, AuditEntry, Issuer, Organisation
from tests.annex import concept

pytestmark = pytest.mark.django_db
YESTERDAY = dt.timedelta(days=-1)


@pytest.fixture
def draft(achievement: Achievement) -> Achievement:
    """A complete version that is not active yet."""
    return api.new_version(achievement)


def lacking(achievement: Achievement) -> list[int]:
    return [found.element for found in api.missing(achievement)]


def test_a_complete_definition_lacks_nothing(draft: Achievement) -> None:
    assert api.missing(draft) == []
    assert api.completeness(draft) == 100
    assert api.activate(draft).state == Achievement.State.ACTIVE


@pytest.mark.parametrize(
    ("element", "changes"),
    [
        (2, {"names": {}}),
        (2, {"names": {"en": "  "}}),
        (6, {"outcomes": []}),
        (6, {"outcomes": [{"texts": {}}]}),
        (6, {"outcomes": "none"}),
        (6, {"isced_f": concept("isced-f/9876", "Nothing")}),
        (7, {"ects": None, "hours": None}),
        (7, {"ects": "0", "hours": 0}),
        (8, {"eqf_level": None}),
        (8, {"eqf_level": 9}),
        (9, {"assessment": None}),
        (9, {"assessment": {}}),
        (9, {"assessment": concept("assessment/ffffffffff", "Invented")}),
        (9, {"assessment": concept("assessment/7331eb4762", "Attendance")}),
        (9, {"supervision": concept("learning-assessment/920fbb3cbe", "Online")}),
        (10, {"mode": None}),
        (10, {"mode": concept("assessment/6e6cb2cc78", "Written examination")}),
        (11, {"quality_kind": None}),
        (11, {"quality_kind": concept("accreditation/0", "Invented")}),
    ],
)
def test_each_element_is_demanded_by_number_reason_and_place(
    draft: Achievement, element: int, changes: dict[str, Any]
) -> None:
    for name, value in changes.items():
        setattr(draft, name, value)

    (found,) = api.missing(draft)

    assert found.element == element
    assert found.name
    assert found.why.endswith(".")
    assert "“" in found.where
    assert api.completeness(draft) == 91


def test_hours_do_where_there_are_no_credits(draft: Achievement) -> None:
    draft.ects, draft.hours = None, 75

    assert lacking(draft) == []


def test_quality_assurance_that_has_ended_is_missing(draft: Achievement) -> None:
    draft.quality_until = timezone.now().date()
    assert lacking(draft) == []

    draft.quality_until += YESTERDAY
    assert lacking(draft) == [11]


def test_the_country_of_the_issuer_is_demanded_and_has_to_exist(
    draft: Achievement, university: Organisation
) -> None:
    for code in ("", "XX"):
        university.country = code
        university.save()
        assert lacking(Achievement.objects.get(pk=draft.pk)) == [3]


def test_an_office_without_a_country_signs_for_universities_that_have_one(
    draft: Achievement, alliance: Organisation, university: Organisation
) -> None:
    draft.issuer = Issuer.objects.create(
        slug="office", organisation=alliance, did="did:web:office.example", mode=Issuer.Mode.MANDATE
    )
    assert lacking(draft) == []

    university.country = ""
    university.save()
    assert lacking(draft) == [3]


def test_awarding_bodies_are_demanded_with_a_verified_name(
    draft: Achievement, university: Organisation
) -> None:
    university.names.update(verified=False)
    assert lacking(draft) == [4]

    draft.awarding.all().delete()
    assert lacking(draft) == [4]


def test_a_badge_of_another_kind_promises_none_of_it(draft: Achievement) -> None:
    draft.kind, draft.ects, draft.assessment = "Badge", None, None

    assert api.missing(draft) == []
    assert api.completeness(draft) == 100


def test_activation_is_refused_with_every_element_named(draft: Achievement) -> None:
    api.define(draft)
    Achievement.objects.filter(pk=draft.pk).update(eqf_level=None, mode=None)

    with pytest.raises(api.NotAllowed, match=r"(?s)2022/C 243/02.*\n8\. Level.*EQF level.*\n10\. Form"):
        api.activate(draft)

    draft.refresh_from_db()
    assert draft.state == Achievement.State.DRAFT
    assert not AuditEntry.objects.filter(action="achievement-activated", subject_id=draft.uuid).exists()


def test_an_active_definition_cannot_lose_an_element(achievement: Achievement) -> None:
    achievement.eqf_level = None

    with pytest.raises(api.NotAllowed, match="Level"):
        api.define(achievement)

    achievement.refresh_from_db()
    assert achievement.eqf_level == 6


def test_a_draft_may_be_saved_while_it_is_not_complete(draft: Achievement) -> None:
    draft.eqf_level = None

    api.define(draft)

    assert lacking(Achievement.objects.get(pk=draft.pk)) == [8]
