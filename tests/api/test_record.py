from __future__ import annotations

import hashlib
from decimal import Decimal
from typing import Any

import attrs
import pytest

from ingenium_credentials import api
from ingenium_credentials.badges.data import IssuerMode
from ingenium_credentials.models import Achievement, Award, Issuer, Organisation, OrganisationName
from tests.api.conftest import EARNED_AT

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
    ("verified", "size", "damaged", "told"),
    [
        (True, 100, False, True),
        (False, 100, False, False),
        (True, 40_000, False, False),
        (True, 100, True, False),
    ],
)
def test_a_logo_is_told_only_when_verified_whole_and_small(
    issuer: Issuer, verified: bool, size: int, damaged: bool, told: bool
) -> None:
    logo = b"\x89PNG" + b"x" * size
    organisation = issuer.organisation
    organisation.logo, organisation.logo_media_type = logo, "image/png"
    organisation.logo_sha256 = hashlib.sha256(logo + b"!" * damaged).hexdigest()
    organisation.logo_verified = verified

    image = api.issuer_data(issuer).organisation.image

    assert (image is not None) is told
    assert image is None or image.id.startswith("data:image/png;base64,")


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
