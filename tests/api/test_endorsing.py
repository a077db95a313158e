from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.utils import timezone

from ingenium_credentials import api
from ingenium_credentials.api.keys import default_did, signer_for
from ingenium_credentials.badges import endorsement, proof
from ingenium_credentials.badges.keys import generate_key_file
from ingenium_credentials.badges.public_keys import Algorithm
from ingenium_credentials.badges.report import Outcome
from ingenium_credentials.models import Achievement, Award, Endorsement, Issuer, Mandate, Organisation

from .conftest import EARNED_AT

DIGEST = "ab" * 32


def _organisation(slug: str, name: str, country: str) -> Organisation:
    row = Organisation.objects.create(slug=slug, abbreviation=slug.upper(), country=country)
    row.names.create(language="en", value=name, verified=True)
    return row


def _sign_for_itself(organisation: Organisation, folder: Path) -> Issuer:
    row = Issuer.objects.create(
        slug=organisation.slug, organisation=organisation, did=default_did(organisation.slug)
    )
    path = folder / f"{organisation.slug}-private" / "key.pem"
    generate_key_file(path, Algorithm.ED25519)
    api.create_key(row, use="proof", uri=f"file:{path}")
    return row


@pytest.fixture
def partners(db: None) -> list[Organisation]:
    """Two further universities, without keys."""
    return [
        _organisation("urn", "University of Rouen", "FR"),
        _organisation("uvt", "University of the West", "RO"),
    ]


@pytest.fixture
def joint(achievement: Achievement, university: Organisation, partners: list[Organisation]) -> Achievement:
    """The definition, awarded by three universities."""
    return api.define(achievement, awarding_bodies=[university, *partners])


@pytest.fixture
def signing(partners: list[Organisation], tmp_path: Path) -> list[Issuer]:
    """The further universities with keys of their own."""
    return [_sign_for_itself(partner, tmp_path) for partner in partners]


@pytest.fixture
def second_learner(db: None) -> Any:
    """Somebody else."""
    return get_user_model().objects.create_user(
        "aoife", "aoife@example.org", "secret", first_name="Aoife", last_name="Byrne"
    )


def _issued(joint: Achievement, learner: Any, **fields: Any) -> Award:
    award = api.award(learner_id=learner.pk, achievement=joint, awarded_at=EARNED_AT, **fields)
    api.issue([award.pk])
    award.refresh_from_db()
    return award


def _badge(award: Award) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(bytes(award.credentials.get(format="ob3").body))
    return found


def _mandate(organisation: Organisation, issuer: Issuer, **fields: Any) -> Mandate:
    members = {
        "reference": "Agreement 2026/01",
        "document_sha256": DIGEST,
        "valid_from": dt.date(2026, 1, 1),
        **fields,
    }
    return api.define_mandate(Mandate(organisation=organisation, issuer=issuer, **members))


@pytest.mark.usefixtures("signing")
class TestEachAwardIsSigned:
    def test_every_further_university_signs_with_its_own_key(
        self, joint: Achievement, learner: Any, signing: list[Issuer]
    ) -> None:
        badge = _badge(_issued(joint, learner))

        assert [entry["issuer"]["id"] for entry in badge["endorsement"]] == [one.did for one in signing]
        assert {entry["credentialSubject"]["id"] for entry in badge["endorsement"]} == {badge["id"]}
        for entry, one in zip(badge["endorsement"], signing, strict=True):
            assert entry["proof"][0]["verificationMethod"] == one.keys.get().method_id
        assert "endorsementJwt" not in json.dumps(badge)

    @pytest.mark.parametrize("name", ["ob3", "ob3-jwt"])
    def test_verifies_as_awarded_by_three_of_three(self, joint: Achievement, learner: Any, name: str) -> None:
        report = api.verify(bytes(_issued(joint, learner).credentials.get(format=name).body))

        (found,) = (check for check in report.checks if check.id == "endorsements")
        assert report.verdict == "valid"
        assert found.detail == "Awarded by 3 of 3 universities."

    def test_fails_when_the_key_of_one_of_them_was_compromised(
        self, joint: Achievement, learner: Any, signing: list[Issuer]
    ) -> None:
        award = _issued(joint, learner)
        api.mark_compromised(signing[0].keys.get())

        report = api.verify(bytes(award.credentials.get(format="ob3").body))

        (found,) = (check for check in report.checks if check.id == "endorsements")
        assert report.verdict == "not valid"
        assert found.detail == "Signed by 2 of 3 universities."

    def test_a_university_that_is_named_and_has_not_signed_is_missed(
        self, joint: Achievement, learner: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        attach = endorsement.attach

        def without_the_last(badge: dict[str, Any], *, to_award: Any, to_achievement: Any) -> dict[str, Any]:
            return attach(badge, to_award=to_award[:-1], to_achievement=to_achievement)

        monkeypatch.setattr(endorsement, "attach", without_the_last)
        report = api.verify(bytes(_issued(joint, learner).credentials.get(format="ob3").body))

        (found,) = (check for check in report.checks if check.id == "endorsements")
        assert report.verdict == "could not be checked"
        assert (found.message, found.detail) == (
            "Not every university that is named has signed.",
            "Signed by 2 of 3 universities.",
        )

    def test_an_endorsement_cannot_be_moved_to_another_award(
        self, joint: Achievement, learner: Any, second_learner: Any
    ) -> None:
        first, second = _badge(_issued(joint, learner)), _badge(_issued(joint, second_learner))
        second["endorsement"] = first["endorsement"]

        assert api.verify(json.dumps(second).encode()).verdict == "not valid"

    def test_an_endorsement_does_not_fit_what_the_issuer_signs_later_under_the_same_id(
        self, joint: Achievement, learner: Any, issuer: Issuer
    ) -> None:
        badge = _badge(_issued(joint, learner))
        badge["credentialSubject"]["achievement"]["name"] = "Doctorate"

        report = api.verify(_signed_again(badge, issuer))

        (found,) = (check for check in report.checks if check.id == "endorsements")
        assert report.verdict == "not valid"
        assert (found.message, found.detail) == (
            "A university has signed something else than what this badge says.",
            "Signed by 1 of 3 universities.",
        )


def _signed_again(badge: dict[str, Any], issuer: Issuer) -> bytes:
    unsigned = {name: value for name, value in badge.items() if name != "proof"}
    now = timezone.now()
    signer, key = signer_for(issuer, "proof", now)
    signed = proof.secure(unsigned, signer=signer, verification_method=key.method_id, created=now)
    return json.dumps(signed).encode()


@pytest.mark.usefixtures("signing")
class TestTheVersionIsSigned:
    def test_does_not_fit_another_title(self, joint: Achievement, learner: Any, issuer: Issuer) -> None:
        joint.endorsement_form = Achievement.EndorsementForm.VERSION
        api.define(joint)
        badge = _badge(_issued(joint, learner))
        badge["credentialSubject"]["achievement"]["name"] = "Doctorate"

        assert api.verify(_signed_again(badge, issuer)).verdict == "not valid"

    def test_is_signed_anew_where_it_did_not_say_what(
        self, joint: Achievement, learner: Any, second_learner: Any
    ) -> None:
        joint.endorsement_form = Achievement.EndorsementForm.VERSION
        api.define(joint)
        _issued(joint, learner)
        for row in Endorsement.objects.all():
            del row.document["credentialSubject"]["digestMultibase"]
            row.save()

        report = api.verify(bytes(_issued(joint, second_learner).credentials.get(format="ob3").body))

        assert report.verdict == "valid"

    def test_once_for_all_its_awards(
        self, joint: Achievement, learner: Any, second_learner: Any, signing: list[Issuer]
    ) -> None:
        joint.endorsement_form = Achievement.EndorsementForm.VERSION
        api.define(joint)

        badges = [_badge(_issued(joint, who)) for who in (learner, second_learner)]

        signed = [badge["credentialSubject"]["achievement"]["endorsement"] for badge in badges]
        assert signed[0] == signed[1]
        assert "endorsement" not in badges[0]
        assert Endorsement.objects.count() == len(signing)

    def test_says_so(self, joint: Achievement, learner: Any) -> None:
        joint.endorsement_form = Achievement.EndorsementForm.VERSION
        api.define(joint)

        report = api.verify(bytes(_issued(joint, learner).credentials.get(format="ob3").body))

        (found,) = (check for check in report.checks if check.id == "endorsements")
        assert report.verdict == "valid"
        assert found.detail == (
            "Awarded by 3 of 3 universities. Some signed the definition, once for all its awards."
        )

    def test_is_signed_anew_when_its_key_was_compromised(
        self, joint: Achievement, learner: Any, second_learner: Any, signing: list[Issuer], tmp_path: Path
    ) -> None:
        joint.endorsement_form = Achievement.EndorsementForm.VERSION
        api.define(joint)
        _issued(joint, learner)
        api.mark_compromised(signing[0].keys.get())
        generate_key_file(tmp_path / "new" / "key.pem", Algorithm.ED25519)
        key = api.create_key(signing[0], use="proof", uri=f"file:{tmp_path / 'new' / 'key.pem'}")

        second = _badge(_issued(joint, second_learner))

        (first, _other) = second["credentialSubject"]["achievement"]["endorsement"]
        assert first["proof"][0]["verificationMethod"] == key.method_id


class TestWhoSignsForWhom:
    def test_a_university_without_a_key_stops_the_award(self, joint: Achievement, learner: Any) -> None:
        award = _issued(joint, learner)

        assert award.state == Award.State.PENDING
        assert award.last_problem.startswith("URN awards too, but is no issuer")
        assert not award.credentials.exists()

    def test_without_endorsements_each_must_have_given_a_mandate(
        self, joint: Achievement, learner: Any, issuer: Issuer, partners: list[Organisation]
    ) -> None:
        joint.endorsement_form = Achievement.EndorsementForm.NONE
        api.define(joint)
        _mandate(partners[0], issuer)

        award = _issued(joint, learner)

        assert award.last_problem == "uoc may not sign for UVT: no mandate is in force on 2026-01-15."

        _mandate(partners[1], issuer)
        Award.objects.update(next_attempt_at=None)
        assert api.issue([award.pk]) == [award.uuid]

    @pytest.mark.parametrize(
        "period",
        [
            {"valid_from": dt.date(2026, 1, 16)},
            {"valid_from": dt.date(2025, 1, 1), "valid_until": dt.date(2026, 1, 14)},
        ],
    )
    def test_a_mandate_of_another_time_is_none(
        self,
        joint: Achievement,
        learner: Any,
        issuer: Issuer,
        partners: list[Organisation],
        period: dict[str, dt.date],
    ) -> None:
        joint.endorsement_form = Achievement.EndorsementForm.NONE
        api.define(joint)
        for partner in partners:
            _mandate(partner, issuer, **period)

        assert "URN, UVT" in _issued(joint, learner).last_problem

    @pytest.mark.parametrize(
        ("fields", "sentence"),
        [
            ({"document_sha256": "no hash"}, "64 hexadecimal digits"),
            ({"reference": "  "}, "must name the agreement"),
            ({"valid_until": dt.date(2025, 12, 31)}, "ends before it begins"),
        ],
    )
    def test_a_mandate_that_proves_nothing_is_refused(
        self, issuer: Issuer, partners: list[Organisation], fields: dict[str, Any], sentence: str
    ) -> None:
        with pytest.raises(api.NotAllowed, match=sentence):
            _mandate(partners[0], issuer, **fields)

        assert not Mandate.objects.exists()

    def test_nobody_gives_a_mandate_to_itself(self, issuer: Issuer, university: Organisation) -> None:
        with pytest.raises(api.NotAllowed, match="of their own"):
            _mandate(university, issuer)

    @pytest.mark.parametrize(
        "period",
        [{"issuer_from": dt.date(2026, 1, 16)}, {"issuer_until": dt.date(2026, 1, 14)}],
    )
    def test_an_issuer_outside_its_time_does_not_sign(
        self, achievement: Achievement, learner: Any, period: dict[str, dt.date]
    ) -> None:
        for name, day in period.items():
            setattr(achievement, name, day)
        api.define(achievement)

        assert "does not issue" in _issued(achievement, learner).last_problem


class TestOneSignsForAll:
    @pytest.fixture
    def by_mandate(
        self, joint: Achievement, learner: Any, issuer: Issuer, partners: list[Organisation]
    ) -> Award:
        """Issued by the first university for all three."""
        joint.endorsement_form = Achievement.EndorsementForm.NONE
        api.define(joint)
        for number, partner in enumerate(partners):
            fields = {"document_sha256": f"{number}b" * 32, "reference": f"2026/{number}"}
            _mandate(partner, issuer, **fields)
        return _issued(joint, learner)

    @pytest.mark.parametrize("name", ["ob3", "ob3-jwt"])
    def test_the_report_says_who_has_signed_and_names_the_agreements(
        self, by_mandate: Award, name: str
    ) -> None:
        report = api.verify(bytes(by_mandate.credentials.get(format=name).body))

        (found,) = (check for check in report.checks if check.id == "mandate")
        assert (report.verdict, found.outcome) == ("valid", Outcome.PASSED)
        assert found.message == ("Awarded by 1 of 3 universities by their own signature; issued by mandate.")
        assert found.detail == " ".join(
            f"SHA-256 of the agreement: {digest * 32}. It is not inside." for digest in ("0b", "1b")
        )
        assert not [check for check in report.checks if check.id == "endorsements"]

    def test_so_does_the_command_line(
        self, by_mandate: Award, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        file = tmp_path / "credential.json"
        file.write_bytes(bytes(by_mandate.credentials.get(format="ob3").body))

        with pytest.raises(SystemExit, match="0"):
            call_command("ingenium_verify", str(file))

        said = capsys.readouterr().out
        assert "Awarded by 1 of 3 universities by their own signature; issued by mandate." in said
        assert "SHA-256 of the agreement: " + "0b" * 32 in said
        assert "3 of 3" not in said

    def test_an_issuer_that_names_no_agreement_is_not_believed(
        self, by_mandate: Award, issuer: Issuer
    ) -> None:
        badge = _badge(by_mandate)
        del badge["evidence"], badge["proof"]
        now = timezone.now()
        signer, key = signer_for(issuer, "proof", now)
        signed = proof.secure(badge, signer=signer, verification_method=key.method_id, created=now)

        report = api.verify(json.dumps(signed).encode())

        (found,) = (check for check in report.checks if check.id == "mandate")
        assert report.verdict == "could not be checked"
        assert found.message == (
            "Awarded by 1 of 3 universities by their own signature; "
            "for the others there is the issuer's word alone."
        )

    def test_a_university_that_signs_for_itself_alone_needs_none(
        self, achievement: Achievement, learner: Any
    ) -> None:
        report = api.verify(bytes(_issued(achievement, learner).credentials.get(format="ob3").body))

        assert report.verdict == "valid"
        assert not [check for check in report.checks if check.id == "mandate"]


def test_mandates_are_cited_together(issuer: Issuer, partners: list[Organisation]) -> None:
    found = [
        _mandate(partners[0], issuer, statements={"en": "Sealed for Rouen."}),
        _mandate(partners[1], issuer, reference="2026/02", valid_until=dt.date(2027, 1, 1)),
    ]

    data = api.mandate_data(found)

    assert data is not None
    assert (data.reference, data.statement) == ("Agreement 2026/01; 2026/02", "Sealed for Rouen.")
    assert data.valid_until == dt.date(2027, 1, 1)
