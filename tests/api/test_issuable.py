from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from ingenium_credentials import api
from ingenium_credentials.models import Achievement, Award, Issuer, Mandate, Organisation, SealingCertificate
from tests.annex import concept
from tests.badges.authorities import Authority, name
from tests.seals import enter_certificate

from .conftest import EARNED_AT

pytestmark = pytest.mark.django_db
Form = Achievement.EndorsementForm


@pytest.fixture
def partner(db: None) -> Organisation:
    row = Organisation.objects.create(slug="urn", abbreviation="URN", country="FR")
    row.names.create(language="en", value="University of Rouen", verified=True)
    return row


@pytest.fixture
def joint(achievement: Achievement, university: Organisation, partner: Organisation) -> Achievement:
    return api.define(achievement, awarding_bodies=[university, partner])


def blocking(achievement: Achievement) -> list[str]:
    return [str(need) for need in api.needed(achievement) if need.blocks]


def test_nothing_is_needed_where_the_issuer_can_sign(achievement: Achievement) -> None:
    assert blocking(achievement) == []


def test_an_issuer_without_a_key_is_named_with_the_command(achievement: Achievement, issuer: Issuer) -> None:
    issuer.keys.filter(use="jwt").update(retired_at=timezone.now())

    assert blocking(achievement) == [
        "The issuer uoc has no key for jwt. Run: manage.py ingenium_keys create uoc"
    ]


def test_a_sealing_certificate_is_needed_where_the_site_seals(
    achievement: Achievement, issuer: Issuer, settings: Any
) -> None:
    settings.INGENIUM_FORMATS = ["elm"]

    (need,) = blocking(achievement)

    assert need.startswith("The issuer uoc has no sealing certificate in force. Enter one")


@pytest.mark.usefixtures("sealing_certificate")
class TestSealing:
    def test_nothing_more_with_a_certificate(self, achievement: Achievement) -> None:
        assert blocking(achievement) == []

    def test_who_does_not_seal_must_have_given_a_mandate(
        self, joint: Achievement, partner: Organisation, issuer: Issuer
    ) -> None:
        joint.endorsement_form = Form.NONE
        assert blocking(joint) == [
            "URN has given uoc no mandate that is in force. Enter it under “mandates”."
        ]

        today = timezone.now().date()
        api.define_mandate(
            Mandate(
                organisation=partner,
                issuer=issuer,
                reference="1",
                document_sha256="ab" * 32,
                valid_from=today,
            )
        )
        assert blocking(joint) == []

    def test_who_has_a_certificate_needs_none(
        self, joint: Achievement, partner: Organisation, seal_authority: Authority, tmp_path: Path
    ) -> None:
        joint.endorsement_form = Form.VERSION
        own = Issuer.objects.create(slug="urn", organisation=partner, did="did:web:example.org:urn")
        enter_certificate(own, seal_authority.issue(name("University of Rouen", "VATFR-1", "FR")), tmp_path)

        assert blocking(joint) == [
            "The issuer urn has no key for proof. Run: manage.py ingenium_keys create urn"
        ]

    def test_each_organisation_needs_a_country(self, joint: Achievement, partner: Organisation) -> None:
        partner.country = ""
        partner.save()

        assert any("“country” of the organisation urn" in need for need in blocking(joint))

    def test_a_legal_identifier_that_nobody_verified_stops_the_award(
        self, achievement: Achievement, learner: Any, university: Organisation
    ) -> None:
        row = university.identifiers.create(scheme="VAT", value="EL090000000", verified=False)
        assert "VAT: EL090000000 of UoC is not verified" in blocking(achievement)[0]
        award = api.award(learner_id=learner.pk, achievement=achievement, awarded_at=EARNED_AT)

        assert api.issue([award.pk]) == []
        award.refresh_from_db()
        assert award.state == Award.State.PENDING
        assert "EL090000000 of UoC is not verified, and a European Digital Credential" in award.last_problem
        assert not award.credentials.exists()

        row.verified = True
        row.save()
        Award.objects.update(next_attempt_at=None)
        assert api.issue([award.pk]) == [award.uuid]

    def test_activation_asks_for_the_agency_and_its_country(self, achievement: Achievement) -> None:
        draft = api.new_version(achievement)
        draft.quality_agency_country = ""
        api.define(draft)

        with pytest.raises(api.NotAllowed, match=r"11\. Quality assurance.*“country of the agency”"):
            api.activate(draft)


def test_an_unverified_identifier_is_named_and_not_signed(
    achievement: Achievement, sealing_certificate: SealingCertificate
) -> None:
    notes = [str(need) for need in api.needed(achievement) if not need.blocks]

    assert notes == [
        "The identifier Erasmus: G KRITIS01 of UoC is not verified and will not be signed. "
        "Verify it in the organisation uoc, or remove it."
    ]


@pytest.mark.parametrize(
    ("changes", "element"),
    [
        ({"opportunity": concept("learning-opportunity/0", "Invented")}, 7),
        ({"setting": concept("learning-setting/0", "Invented")}, 7),
        ({"quality_decision": concept("accreditation-decision/0", "Invented")}, 11),
        ({"outcomes": [{"texts": {"en": "x"}, "kind": concept("skill-type/0", "Invented")}]}, 6),
        ({"activities": [{"titles": {"en": "x"}, "mode": concept("learning-assessment/0", "Invented")}]}, 10),
    ],
)
def test_a_wrong_code_anywhere_is_missed(
    achievement: Achievement, changes: dict[str, Any], element: int
) -> None:
    for field, value in changes.items():
        setattr(achievement, field, value)

    assert [found.element for found in api.missing(achievement)] == [element]


@pytest.mark.parametrize("moment", [dt.date(2026, 1, 31), dt.datetime(2026, 1, 31, 12), "2026-01-31"])
def test_a_bare_day_is_no_moment_of_an_award(achievement: Achievement, learner: Any, moment: Any) -> None:
    with pytest.raises(api.NotAllowed, match="day, time and zone"):
        api.award(learner_id=learner.pk, achievement=achievement, awarded_at=moment)
