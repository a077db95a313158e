from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from ingenium_credentials import api
from ingenium_credentials.models import Achievement, Award, BrandAsset, Issuer, Organisation
from tests.api.conftest import EARNED_AT
from tests.api.test_branding import YESTERDAY, asset
from tests.diplomas import LOGO

pytestmark = pytest.mark.django_db
TOMORROW = dt.timedelta(days=1)
STATEMENT = {"en": "Co-funded by the European Union", "el": "Με τη συγχρηματοδότηση της Ευρωπαϊκής Ένωσης"}


@pytest.fixture
def draft(achievement: Achievement) -> Achievement:
    return api.new_version(achievement)


def blocking(achievement: Achievement) -> list[str]:
    return [fault.text for fault in api.branding_faults(achievement) if fault.blocks]


def warnings(achievement: Achievement) -> list[str]:
    return [str(fault) for fault in api.branding_faults(achievement) if not fault.blocks]


def test_marks_in_order_let_a_definition_be_activated(
    draft: Achievement, university: Organisation, alliance: Organisation
) -> None:
    Organisation.objects.update(logo_required=True, emblem_required=True)
    api.define_asset(asset(university))
    api.define_asset(asset(alliance))
    api.define_asset(asset(alliance, role="emblem", statement=STATEMENT))

    assert api.branding_faults(draft) == []
    assert api.activate(draft).state == Achievement.State.ACTIVE


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"licence": ""}, "no licence"),
        ({"valid_until": YESTERDAY}, "ended on 2020-01-01"),
        ({"alt": {}}, "no alternative text"),
        ({"sha256": "0" * 64}, "hash"),
        ({"ground": "#00522e"}, "contrast"),
    ],
)
def test_a_verified_logo_that_may_not_be_shown_stops_activation(
    draft: Achievement, university: Organisation, changes: dict[str, Any], said: str
) -> None:
    row = api.define_asset(asset(university))
    BrandAsset.objects.filter(pk=row.pk).update(**changes)

    with pytest.raises(api.NotAllowed, match=said) as refused:
        api.activate(draft)

    assert "UoC" in str(refused.value)
    assert draft.state == Achievement.State.DRAFT


def test_an_old_logo_beside_one_in_force_is_only_said(draft: Achievement, university: Organisation) -> None:
    old = api.define_asset(asset(university))
    BrandAsset.objects.filter(pk=old.pk).update(valid_until=YESTERDAY)
    api.define_asset(asset(university, position=2))

    assert blocking(draft) == []
    assert "ended" in warnings(draft)[0]
    assert api.activate(draft).state == Achievement.State.ACTIVE


def test_a_logo_whose_time_has_not_come_is_only_said(draft: Achievement, university: Organisation) -> None:
    row = api.define_asset(asset(university))
    BrandAsset.objects.filter(pk=row.pk).update(valid_from=timezone.now().date() + TOMORROW)

    assert (blocking(draft), len(warnings(draft))) == ([], 1)


def test_a_text_that_lacks_one_language_is_only_said(draft: Achievement, university: Organisation) -> None:
    api.define_asset(asset(university, alt={"en": "Logo"}))

    assert blocking(draft) == []
    assert warnings(draft)[0].startswith("Warning: ")
    assert "in el" in warnings(draft)[0]


def test_a_logo_too_wide_for_its_place_or_too_large_to_sign_is_only_said(
    draft: Achievement, university: Organisation
) -> None:
    large = LOGO.replace(b"</svg>", b" " * 40_000 + b"</svg>")
    api.define_asset(asset(university, content=large, min_width_mm="40"))

    assert blocking(draft) == []
    assert ["34 × 15 mm" in text for text in warnings(draft)] == [True, False]
    assert "32 kB" in warnings(draft)[1]


def test_what_is_not_verified_is_no_fault_and_fulfils_no_demand(
    draft: Achievement, university: Organisation
) -> None:
    api.define_asset(asset(university, licence="", verified=False))
    assert api.branding_faults(draft) == []

    Organisation.objects.filter(pk=university.pk).update(logo_required=True)
    assert "demands its logo" in blocking(Achievement.objects.get(pk=draft.pk))[0]


def test_a_demanded_logo_that_does_not_fit_stops_activation(
    draft: Achievement, university: Organisation
) -> None:
    Organisation.objects.filter(pk=university.pk).update(logo_required=True)
    api.define_asset(asset(university, min_width_mm="40"))

    with pytest.raises(api.NotAllowed, match="34 × 15 mm"):
        api.activate(draft)


def test_without_the_emblem_of_the_funder_what_is_co_funded_cannot_be_activated(
    draft: Achievement, alliance: Organisation
) -> None:
    Organisation.objects.filter(pk=alliance.pk).update(emblem_required=True)

    with pytest.raises(api.NotAllowed, match="INGENIUM is co-funded"):
        api.activate(draft)


def test_weak_colours_stop_activation(draft: Achievement, settings: Any) -> None:
    settings.INGENIUM_BRAND_INK = "#aaaaaa"

    with pytest.raises(api.NotAllowed, match="contrast"):
        api.activate(draft)


def test_who_signs_in_its_own_name_has_to_award(draft: Achievement) -> None:
    other = Organisation.objects.create(slug="urn", country="FR")
    other.names.create(language="en", value="University of Rouen Normandy", verified=True)
    draft.awarding.update(organisation=other)

    with pytest.raises(api.NotAllowed, match="universities that award"):
        api.activate(draft)


def test_an_active_definition_cannot_lose_its_order(
    achievement: Achievement, university: Organisation
) -> None:
    Organisation.objects.filter(pk=university.pk).update(logo_required=True)

    with pytest.raises(api.NotAllowed, match="demands its logo"):
        api.define(Achievement.objects.get(pk=achievement.pk))


def _award(achievement: Achievement, learner: Any) -> Award:
    row = api.award(learner_id=learner.pk, achievement=achievement, awarded_at=EARNED_AT)
    api.issue([row.pk])
    row.refresh_from_db()
    return row


def test_a_logo_that_runs_out_is_left_out_and_stops_no_award(
    achievement: Achievement, university: Organisation, learner: Any
) -> None:
    row = api.define_asset(asset(university))
    BrandAsset.objects.filter(pk=row.pk).update(valid_until=YESTERDAY)

    award = _award(achievement, learner)

    assert award.state == Award.State.ISSUED
    assert api.award_data(award).issuer.organisation.image is None


def test_a_demanded_logo_that_runs_out_makes_awards_wait_until_it_is_renewed(
    achievement: Achievement, university: Organisation, learner: Any
) -> None:
    row = api.define_asset(asset(university))
    Organisation.objects.filter(pk=university.pk).update(logo_required=True)
    BrandAsset.objects.filter(pk=row.pk).update(valid_until=YESTERDAY)

    award = _award(achievement, learner)

    assert award.state == Award.State.PENDING
    assert "UoC demands its logo" in award.last_problem

    BrandAsset.objects.filter(pk=row.pk).update(valid_until=None)
    Award.objects.filter(pk=award.pk).update(next_attempt_at=None)
    api.issue([award.pk])
    award.refresh_from_db()
    assert award.state == Award.State.ISSUED


def test_a_definition_whose_signer_became_the_wrong_one_is_not_issued(
    achievement: Achievement, issuer: Issuer, learner: Any, alliance: Organisation
) -> None:
    Issuer.objects.filter(pk=issuer.pk).update(organisation=alliance)

    assert _award(Achievement.objects.get(pk=achievement.pk), learner).state == Award.State.PENDING
