from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from ingenium_credentials import api, tasks
from ingenium_credentials.api import sealing
from ingenium_credentials.badges import seal
from ingenium_credentials.badges.errors import NotResolved, UnusableKey
from ingenium_credentials.badges.report import Outcome
from ingenium_credentials.badges.sealed import decode
from ingenium_credentials.models import (
    Achievement,
    Award,
    Credential,
    Issuer,
    Mandate,
    Organisation,
    SealingCertificate,
)
from tests.badges.authorities import (
    NOW,
    YEAR,
    Authority,
    Holder,
    TimeStampAuthority,
    name,
    root,
    time_stamping,
)
from tests.seals import CRETE, CRETE_ID, enter_certificate, key_file

from .conftest import EARNED_AT

ROUEN, ROUEN_ID = "University of Rouen Normandy", "VATFR-19761904100017"


@pytest.fixture
def achievement(achievement: Achievement) -> Achievement:
    """The definition, with an agency that the European Learning Model can name."""
    achievement.quality_agency, achievement.quality_agency_country = "Hellenic Authority (example)", "GR"
    return api.define(achievement)


@pytest.fixture
def partner(db: None) -> Organisation:
    row = Organisation.objects.create(slug="urn", abbreviation="URN", country="FR")
    row.names.create(language="en", value=ROUEN, verified=True)
    return row


def _issue(achievement: Achievement, learner: Any) -> Award:
    award = api.award(learner_id=learner.pk, achievement=achievement, awarded_at=EARNED_AT)
    api.issue([award.pk])
    award.refresh_from_db()
    return award


def _edc(award: Award) -> Credential:
    found: Credential = award.credentials.get(format="elm")
    return found


def _document(award: Award) -> dict[str, Any]:
    return decode(bytes(_edc(award).body)).document


@pytest.mark.usefixtures("sealing_certificate")
class TestIssuing:
    def test_one_record_makes_two_credentials_with_one_place_in_one_list(
        self, achievement: Achievement, learner: Any
    ) -> None:
        award = _issue(achievement, learner)

        badge = json.loads(bytes(award.credentials.get(format="ob3").body))
        edc = _document(award)
        same = ("id", "statusPurpose", "statusListIndex", "statusListCredential")
        assert all(badge["credentialStatus"][key] == edc["credentialStatus"][key] for key in same)
        assert (badge["validFrom"], badge["issuer"]["id"]) == (edc["validFrom"], edc["issuer"]["id"])
        assert edc["id"] == f"urn:credential:{award.uuid}"

    def test_verifies_and_one_revocation_ends_both(self, achievement: Achievement, learner: Any) -> None:
        award = _issue(achievement, learner)
        bodies = [bytes(found.body) for found in award.credentials.all()]
        assert [api.verify(body).verdict for body in bodies] == ["valid", "valid"]

        api.revoke(award.uuid, reason="A mistake")

        for body in bodies:
            report = api.verify(body)
            assert report.verdict == "not valid"
            assert [check.id for check in report.checks if check.outcome is Outcome.FAILED] == ["status"]

    def test_says_what_the_certificate_says_of_the_issuer(
        self, achievement: Achievement, learner: Any
    ) -> None:
        issuer = _document(_issue(achievement, learner))["issuer"]

        assert issuer["legalName"]["en"] == CRETE
        assert issuer["eIDASIdentifier"]["notation"] == CRETE_ID

    def test_pictures_are_drawn_once_for_all_learners(
        self, achievement: Achievement, learner: Any, admin_user: Any
    ) -> None:
        admin_user.first_name, admin_user.last_name = "Aoife", "Byrne"
        admin_user.save()
        from ingenium_credentials.models import AchievementPicture

        _issue(achievement, learner)
        drawn = list(AchievementPicture.objects.values_list("pk", flat=True))
        _issue(achievement, admin_user)

        assert len(drawn) == len(achievement.names)
        assert list(AchievementPicture.objects.values_list("pk", flat=True)) == drawn

    def test_an_expired_or_retired_certificate_stops_the_whole_award(
        self, achievement: Achievement, learner: Any, sealing_certificate: SealingCertificate
    ) -> None:
        api.retire_certificate(sealing_certificate)

        award = _issue(achievement, learner)

        assert award.state == Award.State.PENDING
        assert "no sealing certificate in force" in award.last_problem
        assert not award.credentials.exists()

    def test_a_changed_name_of_the_issuer_is_refused(
        self, achievement: Achievement, learner: Any, university: Organisation
    ) -> None:
        university.names.filter(language="en").update(value="Another University")

        award = _issue(achievement, learner)

        assert award.state == Award.State.PENDING
        assert not award.credentials.exists()


@pytest.mark.usefixtures("sealing_certificate")
class TestSeveralUniversities:
    @pytest.fixture
    def joint(self, achievement: Achievement, university: Organisation, partner: Organisation) -> Achievement:
        achievement.endorsement_form = Achievement.EndorsementForm.NONE
        return api.define(achievement, awarding_bodies=[university, partner])

    def _mandate(self, partner: Organisation, issuer: Issuer) -> None:
        api.define_mandate(
            Mandate(
                organisation=partner,
                issuer=issuer,
                reference="Agreement 2026/01",
                document_sha256="cd" * 32,
                valid_from=dt.date(2026, 1, 1),
            )
        )

    def test_who_does_not_seal_must_have_given_a_mandate(
        self, joint: Achievement, learner: Any, partner: Organisation, issuer: Issuer
    ) -> None:
        award = _issue(joint, learner)
        assert "may not sign for URN" in award.last_problem

        self._mandate(partner, issuer)
        Award.objects.update(next_attempt_at=None)
        api.issue([award.pk])

        (evidence,) = _document(award)["evidence"]
        assert "Agreement 2026/01" in evidence["evidenceStatement"]

    def test_badge_and_european_credential_rest_on_the_mandate_of_the_day_of_the_award(
        self, joint: Achievement, learner: Any, partner: Organisation, issuer: Issuer
    ) -> None:
        day = EARNED_AT.date()
        for reference, begin, end in (
            ("Agreement that was", dt.date(2025, 1, 1), day),
            ("Agreement that is", day + dt.timedelta(days=1), None),
        ):
            api.define_mandate(
                Mandate(
                    organisation=partner,
                    issuer=issuer,
                    reference=reference,
                    document_sha256="cd" * 32,
                    valid_from=begin,
                    valid_until=end,
                )
            )

        documents = [bytes(row.body).decode() for row in _issue(joint, learner).credentials.all()]

        assert len(documents) == 2
        assert not any("Agreement that is" in text for text in documents)
        assert "Agreement that was" in _document(Award.objects.get())["evidence"][0]["evidenceStatement"]

    def test_who_has_a_certificate_seals_the_same_text(
        self,
        joint: Achievement,
        learner: Any,
        partner: Organisation,
        issuer: Issuer,
        seal_authority: Authority,
        tmp_path: Path,
    ) -> None:
        own = Issuer.objects.create(
            slug="urn", organisation=partner, did="did:web:example.org:ingenium:issuers:urn"
        )
        enter_certificate(own, seal_authority.issue(name(ROUEN, ROUEN_ID, "FR")), tmp_path)
        self._mandate(partner, issuer)

        award = _issue(joint, learner)

        findings = seal.check(bytes(_edc(award).body), anchors=api.anchors(), now=timezone.now())
        assert [(one.organisation, one.is_issuer) for one in findings] == [(CRETE, True), (ROUEN, False)]
        assert "evidence" not in _document(award)

    def test_an_office_cites_the_mandate_of_whoever_seals_beside_it(
        self,
        joint: Achievement,
        learner: Any,
        university: Organisation,
        partner: Organisation,
        issuer: Issuer,
        seal_authority: Authority,
        tmp_path: Path,
    ) -> None:
        own = Issuer.objects.create(
            slug="urn", organisation=partner, did="did:web:example.org:ingenium:issuers:urn"
        )
        enter_certificate(own, seal_authority.issue(name(ROUEN, ROUEN_ID, "FR")), tmp_path)
        issuer.mode = Issuer.Mode.MANDATE
        api.define_issuer(issuer)
        joint = api.define(Achievement.objects.get(pk=joint.pk), awarding_bodies=[partner])
        assert [need.what for need in api.needed(joint) if "mandate" in need.what] == [
            "URN has given uoc no mandate that is in force."
        ]
        self._mandate(partner, issuer)

        award = _issue(joint, learner)

        assert (award.state, award.last_problem) == (Award.State.ISSUED, "")
        (evidence,) = _document(award)["evidence"]
        assert "Agreement 2026/01" in evidence["evidenceStatement"]
        report = api.verify(bytes(_edc(award).body))
        assert [check.id for check in report.checks].count("seal") == 2
        # Its own seal is there: nobody's signature is missing.
        assert "mandate" not in [check.id for check in report.checks]


class TestCertificates:
    def test_key_and_certificate_must_belong_together(
        self, issuer: Issuer, seal_holder: Holder, seal_authority: Authority, tmp_path: Path
    ) -> None:
        other = seal_authority.issue(name(CRETE, CRETE_ID, "GR"))

        with pytest.raises(UnusableKey, match="do not belong together"):
            api.define_certificate(
                issuer, uri=key_file(other, tmp_path / "seal"), chain=seal_holder.chain_pem.decode()
            )
        assert not SealingCertificate.objects.exists()

    @pytest.mark.parametrize(("title", "country"), [("University of Kreta", "GR"), (CRETE, "RO")])
    def test_it_must_be_of_the_issuers_organisation(
        self, issuer: Issuer, seal_authority: Authority, tmp_path: Path, title: str, country: str
    ) -> None:
        with pytest.raises(api.NotAllowed, match="not the verified name"):
            enter_certificate(issuer, seal_authority.issue(name(title, CRETE_ID, country)), tmp_path)

    def test_an_expired_one_is_refused(
        self, issuer: Issuer, seal_authority: Authority, tmp_path: Path
    ) -> None:
        expired = seal_authority.issue(name(CRETE, CRETE_ID, "GR"), begins=NOW - 2 * YEAR, ends=NOW - YEAR)

        with pytest.raises(UnusableKey, match="expired"):
            enter_certificate(issuer, expired, tmp_path)

    def test_pkcs12_needs_no_chain(
        self, issuer: Issuer, seal_holder: Holder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SEAL_PASSWORD", "secret")
        path = seal_holder.p12(tmp_path)

        row = api.define_certificate(issuer, uri=f"p12:{path}?password-source=env:SEAL_PASSWORD")

        assert (row.organisation_name, row.organisation_identifier) == (CRETE, CRETE_ID)

    def test_twice_is_once(self, issuer: Issuer, seal_holder: Holder, tmp_path: Path) -> None:
        assert enter_certificate(issuer, seal_holder, tmp_path) == enter_certificate(
            issuer, seal_holder, tmp_path
        )

    def test_a_key_file_that_was_exchanged_is_not_used(
        self, issuer: Issuer, seal_holder: Holder, seal_authority: Authority, tmp_path: Path
    ) -> None:
        row = enter_certificate(issuer, seal_holder, tmp_path)
        path = Path(row.uri.removeprefix("file:"))
        other = key_file(seal_authority.issue(name(CRETE, CRETE_ID, "GR")), tmp_path / "seal")
        path.write_bytes(Path(other.removeprefix("file:")).read_bytes())
        sealing._kept_sealer.cache_clear()

        with pytest.raises(UnusableKey):
            api.sealer_for(issuer, timezone.now())


@pytest.mark.usefixtures("sealing_certificate")
class TestTimeStamps:
    def _down(self, _query: bytes) -> bytes:
        raise NotResolved("The time-stamp authority did not answer in time.")

    @pytest.fixture
    def waiting(self, achievement: Achievement, learner: Any, settings: Any) -> Award:
        """Issued while the authority is down."""
        settings.INGENIUM_TSA_URL = "https://tsa.invalid/"
        award = _issue(achievement, learner)
        api.time_stamp([_edc(award).pk], ask=self._down)
        award.refresh_from_db()
        return award

    def _level(self, award: Award) -> str:
        (finding,) = seal.check(bytes(_edc(award).body), anchors=api.anchors(), now=timezone.now())
        return finding.level

    def test_without_an_authority_nothing_is_due(self, achievement: Achievement, learner: Any) -> None:
        assert _edc(_issue(achievement, learner)).time_stamp_due_at is None

    def test_while_the_authority_is_down_the_credential_is_sealed_and_says_so(self, waiting: Award) -> None:
        due = _edc(waiting).time_stamp_due_at

        assert waiting.state == Award.State.ISSUED
        assert waiting.last_problem == (
            "Sealed without a time-stamp as yet (level B-B): The time-stamp authority did not answer in time."
        )
        assert self._level(waiting) == "B-B"
        assert due is not None
        assert due > timezone.now()
        assert api.verify(bytes(_edc(waiting).body)).verdict == "valid"

    def test_afterwards_it_is_raised_and_nothing_else_changes(
        self, waiting: Award, time_service: TimeStampAuthority
    ) -> None:
        before = _edc(waiting)

        assert api.time_stamp([before.pk], ask=time_service.answer) == 1

        after = _edc(waiting)
        waiting.refresh_from_db()
        assert self._level(waiting) == "B-T"
        assert decode(bytes(after.body)).text == decode(bytes(before.body)).text
        assert (after.time_stamp_due_at, waiting.last_problem) == (None, "")
        assert after.sha256 != before.sha256

    def test_twice_changes_nothing(self, waiting: Award, time_service: TimeStampAuthority) -> None:
        api.time_stamp([_edc(waiting).pk], ask=time_service.answer)
        first = bytes(_edc(waiting).body)

        api.time_stamp([_edc(waiting).pk], ask=time_service.answer)

        assert bytes(_edc(waiting).body) == first

    def test_the_sweep_finds_what_is_due(self, waiting: Award, settings: Any) -> None:
        Credential.objects.filter(format="elm").update(time_stamp_due_at=timezone.now())

        assert tasks.sweep()["time_stamps"] == 1

    def test_a_token_of_a_stranger_is_refused(self, waiting: Award, tmp_path: Path) -> None:
        (tmp_path / "stranger").mkdir()
        stranger = TimeStampAuthority.make(tmp_path / "stranger", time_stamping(root("Stranger")))

        assert api.time_stamp([_edc(waiting).pk], ask=stranger.answer) == 0
        waiting.refresh_from_db()
        assert "not of an authority that is trusted" in waiting.last_problem

    @pytest.mark.parametrize("answer", [b"", b"<html>", b"\x30\x03\x02\x01\x02"])
    def test_an_answer_that_is_none_is_refused(self, waiting: Award, answer: bytes) -> None:
        assert api.time_stamp([_edc(waiting).pk], ask=lambda _query: answer) == 0
        assert self._level(waiting) == "B-B"


@pytest.mark.usefixtures("sealing_certificate")
def test_the_export_has_no_seal_and_verifies_as_nothing(achievement: Achievement, learner: Any) -> None:
    exported = api.unsigned_export(_issue(achievement, learner))

    document = json.loads(exported)
    report = api.verify(exported)
    assert "eIDASIdentifier" not in document["issuer"]
    assert not {"issued", "issuanceDate"} & document.keys()
    assert report.verdict == "could not be checked"
    assert [check.id for check in report.checks if check.outcome is not Outcome.PASSED] == ["seal", "status"]


def test_six_megabytes_are_refused_by_the_site(settings: Any, db: None) -> None:
    report = api.verify(b'{"payload": "' + b"x" * 6_000_000)

    assert [check.id for check in report.checks] == ["size"]
