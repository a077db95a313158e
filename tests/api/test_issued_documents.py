# long: one subject; one definition with everything is issued in many ways
"""What the site itself has issued: the facts of Annex I in both documents, and the Commission's shapes."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingenium_credentials import api
from ingenium_credentials.badges import elm
from ingenium_credentials.badges.elm import Profile
from ingenium_credentials.badges.sealed import decode
from ingenium_credentials.demo import alliance as demo
from ingenium_credentials.demo.authorities import open_authority
from ingenium_credentials.models import (
    Accreditation,
    Achievement,
    Award,
    Issuer,
    Mandate,
    Organisation,
)
from tests.annex import concept
from tests.badges import shapes
from tests.badges.authorities import Authority, name
from tests.badges.test_facts import SAME, TOLD, told
from tests.seals import enter_certificate

from .conftest import EARNED_AT

SKILL = "http://data.europa.eu/esco/skill/4707da90-9cfc-46ca-8de0-38a0b7bfb137"
PDF = b"%PDF-1.7\n% agreement of an example\n"
SUPERVISED = concept("supervision-verification/70be69aaf9", "Supervised with ID Verification")
INSTITUTIONAL = concept("accreditation/bb4618238e", "Institutional Quality Assurance")

OPTIONAL: dict[str, Any] = {
    "outcomes": [
        {
            "texts": {"en": "Weighs what a chart shows."},
            "esco": SKILL,
            "esco_labels": {"en": "think analytically"},
            "kind": concept("skill-type/skill", "skill"),
            "reuse": concept("skill-reuse-level/cross-sector", "cross-sector skills and competences"),
        }
    ],
    "hours": 75,
    "cycle": "first",
    "opportunity": concept("learning-opportunity/05053c1cbe", "Course"),
    "setting": concept("learning-setting/6fd4685715", "formal learning"),
    "is_partial": True,
    "isced_f": concept("isced-f/0521", "Environmental sciences"),
    "supervision": concept("supervision-verification/c598449d64", "Unsupervised without ID Verification"),
    "grading_scheme": {"en": "0 to 100, pass at 50"},
    "activities": [
        {
            "titles": {"en": "Course at the coast"},
            "kind": concept("learning-activity/bf2e3a7bae", "e-learning coursework"),
            "mode": concept("learning-assessment/920fbb3cbe", "Online"),
            "languages": ["en"],
            "hours": 75,
            "started": "2025-09-15",
            "ended": "2025-12-15",
            "directed_by": ["uoc"],
        }
    ],
    "entitlements": [
        {
            "titles": {"en": "Recognition of 3 ECTS"},
            "kind": concept("entitlement/64aad92881", "learning opportunity"),
            "status": concept("entitlement-status/b7015a8a8c", "actual"),
        }
    ],
    "prerequisites": {"en": "None."},
    "stackability": {"en": "Counts towards a minor."},
    "further_information": {"en": "Ask the office."},
    "quality_decision": concept("accreditation-decision/c_0ab66479", "positive"),
    "quality_decided_on": "2024-07-27",
    "validity_days": 1000,
}
"""What a definition may leave out, each with a value."""


@pytest.fixture
def achievement(achievement: Achievement) -> Achievement:
    """With an agency that the European Learning Model can name."""
    achievement.quality_agency, achievement.quality_agency_country = "Hellenic Authority (example)", "GR"
    return api.define(achievement)


def _with(achievement: Achievement, **changes: Any) -> Achievement:
    for field, value in changes.items():
        setattr(achievement, field, value)
    return api.define(achievement)


def _issue(achievement: Achievement, learner: Any, **said: Any) -> Award:
    award = api.award(
        learner_id=learner.pk,
        achievement=achievement,
        awarded_at=EARNED_AT,
        grade=Decimal("0.875"),
        circumstances=api.Circumstances(**said),
    )
    api.issue([award.pk])
    award.refresh_from_db()
    assert award.state == Award.State.ISSUED, award.last_problem
    return award


def _edc(award: Award) -> dict[str, Any]:
    return decode(bytes(award.credentials.get(format="elm").body)).document


def _badge(award: Award) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(bytes(award.credentials.get(format="ob3").body))
    return found


def _profile(document: dict[str, Any]) -> Profile:
    (found,) = (one for one in Profile if document["credentialSchema"][0]["id"] == one.shapes)
    return found


def _accredit(organisation: Organisation, **changes: Any) -> Accreditation:
    fields = {
        "kind": INSTITUTIONAL,
        "agency": "Hellenic Authority (example)",
        "agency_country": "GR",
        "reference": "2024/1",
        "valid_until": dt.date(2029, 12, 31),
        "limit_fields": ["05"],
        "limit_levels": [6, 7],
        "verified": True,
        **changes,
    }
    row: Accreditation = organisation.accreditations.create(**fields)
    return row


WORK = {
    "url": "https://works.example/1",
    "titles": {"en": "Report"},
    "descriptions": {"en": "Written alone."},
}


@pytest.mark.usefixtures("sealing_certificate")
class TestFacts:
    @pytest.fixture
    def award(self, achievement: Achievement, learner: Any) -> Award:
        return _issue(_with(achievement, **OPTIONAL), learner, supervision=SUPERVISED, evidence=[WORK])

    def test_every_element_of_annex_i_is_in_both_documents_that_were_issued(self, award: Award) -> None:
        record, edc, badge = api.award_data(award), _edc(award), _badge(award)
        countries = {"GRC": "GR"}

        for element in SAME:
            if element.number == "3":
                place = edc["issuer"]["location"][0]["address"][0]["countryCode"]["id"][-3:]
                said = [element.record(record), countries[place], element.badge(badge)]
            else:
                said = [element.record(record), element.digital(edc), element.badge(badge)]
            assert said[0] == said[1] == said[2], (element.number, element.field, said)
            assert said[0] or element.number in ("status",), element.field
        for _number, field, texts, digital in TOLD:
            assert digital(edc) == texts(record), field
            assert told(texts)(record, badge), field

    def test_what_truly_happened_is_told_apart_from_the_plan(self, award: Award) -> None:
        (assessment,) = _edc(award)["credentialSubject"]["hasClaim"][0]["provenBy"]

        assert assessment["idVerification"]["id"] == SUPERVISED["iri"]
        assert assessment["specifiedBy"]["gradingScheme"]["title"] == {"en": "0 to 100, pass at 50"}
        assert assessment["grade"]["noteLiteral"]["en"] == "87.5 %"

    def test_where_nobody_has_said_how_it_was_supervised_nothing_is_said_to_have_happened(
        self, achievement: Achievement, learner: Any
    ) -> None:
        award = _issue(_with(achievement, supervision=OPTIONAL["supervision"]), learner)

        edc, badge = json.dumps(_edc(award)), _badge(award)
        frameworks = [
            entry["targetFramework"] for entry in badge["credentialSubject"]["achievement"]["alignment"]
        ]
        assert "idVerification" not in edc
        assert "as planned" in edc
        assert [one for one in frameworks if "supervision" in one] == [
            "European Learning Model: supervision and identity verification, as planned"
        ]


@pytest.mark.usefixtures("sealing_certificate")
class TestProfiles:
    def _profile(self, achievement: Achievement, learner: Any, **changes: Any) -> Profile:
        definition = _with(achievement, isced_f=OPTIONAL["isced_f"], **changes)
        return _profile(_edc(_issue(definition, learner)))

    def test_accredited_where_a_verified_accreditation_covers_the_offer(
        self, achievement: Achievement, learner: Any, university: Organisation
    ) -> None:
        _accredit(university)

        assert self._profile(achievement, learner) is Profile.ACCREDITED

    @pytest.mark.parametrize(
        "changes",
        [
            {"verified": False},
            {"limit_fields": ["06"]},
            {"limit_levels": [7]},
            {"valid_until": dt.date(2026, 1, 14)},
            {"decided_on": dt.date(2026, 1, 16)},
        ],
    )
    def test_generic_where_it_does_not(
        self, achievement: Achievement, learner: Any, university: Organisation, changes: dict[str, Any]
    ) -> None:
        _accredit(university, **changes)

        assert self._profile(achievement, learner) is Profile.GENERIC

    def test_generic_for_a_part_of_a_larger_qualification(
        self, achievement: Achievement, learner: Any, university: Organisation
    ) -> None:
        _accredit(university)

        assert self._profile(achievement, learner, is_partial=True) is Profile.GENERIC


class TestLegalPersonOfTheAlliance:
    """The alliance's legal person seals and signs; the universities award."""

    @pytest.fixture
    def office(
        self,
        db: None,
        alliance: Organisation,
        seal_authority: Authority,
        settings: Any,
        tmp_path: Path,
        trusting_site: None,
    ) -> Issuer:
        settings.INGENIUM_FORMATS = ["ob3", "elm"]
        settings.INGENIUM_KEYS_DIR = str(tmp_path / "keys")
        legal = Organisation.objects.create(
            slug="egtc", kind=Organisation.Kind.LEGAL_ENTITY, abbreviation="EGTC", country="RO"
        )
        legal.names.create(language="en", value="INGENIUM EGTC (example)", verified=True)
        row = api.define_issuer(
            Issuer(slug="egtc", organisation=legal, alliance=alliance, mode=Issuer.Mode.MANDATE)
        )
        api.provide_keys(row)
        held = seal_authority.issue(name("INGENIUM EGTC (example)", "VATRO-00000000", "RO"))
        enter_certificate(row, held, tmp_path)
        return row

    @pytest.fixture
    def joint(self, achievement: Achievement, office: Issuer, university: Organisation) -> Achievement:
        rouen = Organisation.objects.create(slug="urn", abbreviation="URN", country="FR")
        rouen.names.create(language="en", value="University of Rouen", verified=True)
        for organisation in (university, rouen):
            api.define_mandate(
                Mandate(
                    organisation=organisation,
                    issuer=office,
                    reference="Agreement 2026/01",
                    document=PDF,
                    document_sha256=hashlib.sha256(PDF).hexdigest(),
                    valid_from=dt.date(2026, 1, 1),
                )
            )
        achievement.issuer = office
        achievement.endorsement_form = Achievement.EndorsementForm.NONE
        return api.define(achievement, awarding_bodies=[university, rouen])

    def test_both_credentials_verify_and_cite_the_mandate(self, joint: Achievement, learner: Any) -> None:
        award = _issue(joint, learner)

        edc, badge = _edc(award), _badge(award)
        (evidence,) = edc["evidence"]
        claim = edc["credentialSubject"]["hasClaim"][0]
        narrative = badge["credentialSubject"]["achievement"]["criteria"]["narrative"]
        assert [api.verify(bytes(row.body)).verdict for row in award.credentials.all()] == ["valid"] * 2
        assert edc["issuer"]["legalName"] == {"en": "INGENIUM EGTC (example)"}
        assert [body["legalName"]["en"] for body in claim["awardedBy"]["awardingBody"]] == [
            "University of Crete",
            "University of Rouen",
        ]
        assert "Agreement 2026/01" in evidence["evidenceStatement"]
        assert len(evidence["embeddedEvidence"]) == 1
        assert "INGENIUM EGTC (example) (Agreement 2026/01)" in narrative
        assert _profile(edc) is Profile.MANDATED

    @pytest.mark.conformance
    def test_meets_the_shapes(self, joint: Achievement, learner: Any) -> None:
        shapes.demand_data()

        assert shapes.violations(_edc(_issue(joint, learner)), Profile.MANDATED) == set()


@pytest.mark.conformance
@pytest.mark.usefixtures("sealing_certificate")
class TestShapes:
    @pytest.fixture(autouse=True)
    def _data(self) -> None:
        shapes.demand_data()

    @settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        kept=st.sets(st.sampled_from(sorted(OPTIONAL))),
        is_supervised=st.booleans(),
        has_work=st.booleans(),
        is_accredited=st.booleans(),
    )
    def test_whatever_the_rows_leave_out_what_is_issued_meets_the_shapes(
        self,
        achievement: Achievement,
        learner: Any,
        university: Organisation,
        kept: set[str],
        is_supervised: bool,
        has_work: bool,
        is_accredited: bool,
    ) -> None:
        university.accreditations.all().delete()
        if is_accredited:
            _accredit(university)
        version = api.new_version(achievement)
        api.define(_with(version, **{field: OPTIONAL[field] for field in kept}))
        Award.objects.update(learner_id=None)
        award = _issue(
            api.activate(version),
            learner,
            supervision=SUPERVISED if is_supervised else None,
            evidence=[WORK] if has_work else [],
        )

        document = _edc(award)
        assert shapes.violations(document, _profile(document)) == set()

    def test_a_stack_up_to_a_doctorate_meets_the_shapes_and_links_its_parts(
        self, achievement: Achievement, learner: Any, issuer: Issuer, university: Organisation
    ) -> None:
        made: list[Award] = []
        for level in range(4, 9):
            definition = Achievement(
                slug=f"level-{level}",
                issuer=issuer,
                **{
                    field: getattr(achievement, field)
                    for field in (
                        *("names", "descriptions", "criteria", "outcomes", "ects", "assessment", "mode"),
                        *("quality_kind", "quality_agency", "quality_agency_country"),
                    )
                },
                eqf_level=level,
            )
            api.activate(api.define(definition, awarding_bodies=[university]))
            made.append(_issue(definition, learner, parts=made[-2:]))

        whole = _edc(made[-1])
        claim = whole["credentialSubject"]["hasClaim"][0]
        badge = _badge(made[-1])
        addresses = [api.credential_url(part) for part in made[-3:-1]]
        assert claim["specifiedBy"]["eqfLevel"]["id"].endswith("/8")
        assert [part["identifier"][0]["notation"] for part in claim["hasPart"]] == addresses
        assert [entry["id"] for entry in badge["evidence"]] == addresses
        assert len(badge["credentialSubject"]["achievement"]["related"]) == 2
        assert shapes.violations(whole) == set()
        assert {api.verify(bytes(row.body)).verdict for row in made[-1].credentials.all()} == {"valid"}


@pytest.mark.conformance
@pytest.mark.django_db
def test_definitions_of_the_demonstration_meet_the_shapes_as_issued(
    settings: Any, tmp_path: Path, learner: Any
) -> None:
    shapes.demand_data()
    settings.INGENIUM_DEMONSTRATION = True
    settings.INGENIUM_KEYS_DIR = str(tmp_path / "keys")
    settings.INGENIUM_FORMATS = ["ob3", "elm"]
    (tmp_path / "keys").mkdir(mode=0o700)
    demo.load()
    authority = open_authority(tmp_path / "keys" / "authority")
    definitions = list(Achievement.objects.filter(state=Achievement.State.ACTIVE))
    for issuer in {one.pk: one for row in definitions for one in demo.issuers(row)}.values():
        demo.make_keys(issuer)
        demo.make_seals(issuer, authority)

    for definition in definitions:
        document = _edc(_issue(definition, learner))
        assert shapes.violations(document, _profile(document)) == set(), definition
    assert definitions


def test_the_most_telling_profile_is_chosen_from_the_record() -> None:
    from tests.badges.elm_examples import BY_MANDATE, PLAIN, RICH

    assert [elm.profile_of(award) for award in (PLAIN, RICH, BY_MANDATE)] == [
        Profile.GENERIC,
        Profile.GENERIC,
        Profile.MANDATED,
    ]
