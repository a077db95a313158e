from __future__ import annotations

import base64
import datetime as dt
from decimal import Decimal
from typing import Any

import attrs
import pytest

from ingenium_credentials import api
from ingenium_credentials.badges.data import IssuerMode
from ingenium_credentials.models import (
    Achievement,
    Award,
    BrandAsset,
    Issuer,
    Organisation,
    OrganisationName,
)
from tests.api.conftest import EARNED_AT
from tests.api.test_branding import asset
from tests.diplomas import LOGO

pytestmark = pytest.mark.django_db


def test_the_record_says_what_was_frozen(award: Award) -> None:
    record = api.award_data(award)

    assert record.id == f"https://ingenium.example/ingenium/credentials/{award.uuid}"
    assert record.recipient.id == f"urn:uuid:{award.recipient_uuid}"
    assert (record.recipient.name, record.recipient.latin_name) == ("Ελένη Παπαδάκη", "Eleni Papadaki")
    assert record.awarded_at == record.valid_from == EARNED_AT
    assert record.status is not None
    assert (record.status.list_url, record.status.index) == (
        api.url_of(award.status_list),
        award.status_index,
    )
    assert not record.demonstration


def test_no_number_account_or_address_of_the_learner_is_in_the_record(award: Award, learner: Any) -> None:
    told = str(attrs.asdict(api.award_data(award)))

    assert "eleni" not in told.replace(f"{award.uuid}", "")
    assert "example.org" not in told


def test_only_verified_facts_of_an_organisation_are_told(university: Organisation) -> None:
    told = api.organisation_data(university)

    assert told.names == {"el": "Πανεπιστήμιο Κρήτης", "en": "University of Crete"}
    assert [(entry.scheme, entry.value) for entry in told.identifiers] == [
        ("ROR", "https://ror.org/00dr28g20")
    ]
    assert told.url == told.id == "https://www.uoc.gr/"


def test_a_home_page_that_nobody_verified_is_not_told(university: Organisation) -> None:
    university.homepage_verified = False

    told = api.organisation_data(university)

    assert (told.url, told.id) == ("", f"urn:uuid:{university.uuid}")


def test_an_issuer_is_known_by_its_did_everywhere(issuer: Issuer, university: Organisation) -> None:
    told = api.issuer_data(issuer)

    assert told.organisation.id == api.organisation_data(university).id == issuer.did
    assert told.alliance is not None
    assert told.alliance.names == {"en": "INGENIUM European University"}


def test_who_signs_by_mandate_is_not_mistaken_for_the_university(issuer: Issuer) -> None:
    issuer.mode = Issuer.Mode.MANDATE
    issuer.save()

    assert api.issuer_data(issuer).mode is IssuerMode.MANDATE
    assert api.organisation_data(issuer.organisation).id != issuer.did


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, True),
        ({"verified": False}, False),
        ({"licence": ""}, False),
        ({"valid_until": dt.date(2020, 1, 1)}, False),
        ({"sha256": "0" * 64}, False),
        ({"role": "emblem", "statement": {"en": "Co-funded"}}, False),
    ],
)
def test_a_logo_is_told_only_while_it_is_in_force(
    issuer: Issuer, university: Organisation, changes: dict[str, Any], told: bool
) -> None:
    row = api.define_asset(asset(university))
    BrandAsset.objects.filter(pk=row.pk).update(**changes)

    image = api.issuer_data(issuer).organisation.image

    assert (image is not None) is told
    if image is not None:
        assert base64.b64decode(image.id.removeprefix("data:image/svg+xml;base64,")) == LOGO
        assert image.caption == "Logo of the University of Crete"


def test_a_logo_that_would_be_most_of_the_document_is_left_out_for_a_smaller_one(
    issuer: Issuer, university: Organisation
) -> None:
    large = LOGO.replace(b"</svg>", b" " * 40_000 + b"</svg>")
    api.define_asset(asset(university, content=large, position=1))
    assert api.issuer_data(issuer).organisation.image is None

    api.define_asset(asset(university, position=2))

    assert api.issuer_data(issuer).organisation.image is not None


def test_an_awarding_body_without_a_verified_name_stops_the_record(award: Award) -> None:
    OrganisationName.objects.filter(organisation__slug="uoc").update(verified=False)

    with pytest.raises(api.NotReady, match="uoc"):
        api.award_data(award)


def test_a_definition_is_told_with_all_its_elements(achievement: Achievement) -> None:
    concept = {"iri": "http://data.europa.eu/snb/isced-f/0521", "labels": {"en": "Environmental sciences"}}
    achievement.isced_f = achievement.mode = achievement.quality_kind = concept
    achievement.quality_agency = "HAHE"
    achievement.outcomes = [{"texts": {"en": "Names species."}, "esco": "http://data.europa.eu/esco/skill/x"}]
    achievement.save()
    achievement.refresh_from_db()

    told = api.achievement_data(achievement)

    assert told.id == told.url == f"https://ingenium.example/ingenium/achievements/{achievement.uuid}/"
    assert (told.ects, told.eqf_level, told.version) == (Decimal("3.00"), 6, "1")
    assert told.isced_f is not None
    assert told.isced_f.labels == {"en": "Environmental sciences"}
    assert told.quality_assurance is not None
    assert told.quality_assurance.agency == "HAHE"
    assert told.outcomes[0].esco == "http://data.europa.eu/esco/skill/x"
    assert [body.names["en"] for body in told.awarding_bodies] == ["University of Crete"]


def test_a_definition_without_quality_assurance_says_nothing_of_it(achievement: Achievement) -> None:
    achievement.quality_kind = None
    achievement.quality_agency = achievement.quality_agency_country = ""

    assert api.achievement_data(achievement).quality_assurance is None


@pytest.mark.parametrize(
    "members",
    [
        {"names": {}},
        {"names": []},
        {"isced_f": {"labels": {}}},
        {"isced_f": "0521"},
        {"outcomes": [{"esco": "x"}]},
        {"outcomes": ["text"]},
        {"languages": 3},
    ],
)
def test_a_definition_that_is_not_well_formed_is_refused_by_name(
    achievement: Achievement, members: dict[str, Any]
) -> None:
    for name, value in members.items():
        setattr(achievement, name, value)

    with pytest.raises(api.NotReady, match="ecosystems v1"):
        api.achievement_data(achievement)


def test_without_an_address_of_the_site_nothing_is_told(award: Award, settings: Any) -> None:
    settings.INGENIUM_BASE_URL = ""

    with pytest.raises(api.NotReady, match="INGENIUM_BASE_URL"):
        api.award_data(award)


def test_a_demonstration_is_marked(award: Award, settings: Any) -> None:
    settings.INGENIUM_DEMONSTRATION = True

    assert api.award_data(award).demonstration
