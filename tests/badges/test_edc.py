from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from ingenium_credentials.badges import seal, timestamps
from ingenium_credentials.badges.__main__ import main
from ingenium_credentials.badges.chains import Anchor, Purpose
from ingenium_credentials.badges.errors import NotResolved
from ingenium_credentials.badges.report import Check, Outcome, Report
from ingenium_credentials.badges.trust import write_trust
from ingenium_credentials.badges.verifier import verify

from .authorities import NOW, YEAR, Authority, Holder, TimeStampAuthority, name, pem, root, time_stamping
from .cpu import cpu_seconds
from .sealing import IDENTIFIER, UNIVERSITY, document, forged, organisation, text

pytestmark = pytest.mark.disable_socket

PARTNER, PARTNER_ID = "Πανεπιστήμιο Δοκιμής", "VATEL-2"


def edc(*, joint: bool = False, **changes: Any) -> dict[str, Any]:
    partner = [organisation(2, PARTNER, PARTNER_ID, "GRC")] if joint else []
    bodies = [organisation(1, UNIVERSITY, IDENTIFIER), *partner]
    claim = {
        "type": "LearningAchievement",
        "title": {"en": "Coasts", "el": "Ακτές"},
        "awardedBy": {"awardingBody": bodies},
    }
    subject = {"id": "urn:epass:person:1", "type": "Person", "fullName": {"el": "Ελένη"}, "hasClaim": [claim]}
    return document(**{"credentialSubject": subject, **changes})


@pytest.fixture(scope="module")
def authority() -> Authority:
    return root()


@pytest.fixture(scope="module")
def holder(authority: Authority) -> Holder:
    return authority.issue(name(UNIVERSITY, IDENTIFIER))


@pytest.fixture(scope="module")
def partner(authority: Authority) -> Holder:
    return authority.issue(name(PARTNER, PARTNER_ID, "GR"))


def nothing(_url: str) -> bytes:
    raise NotResolved("not here")


def judged(data: bytes, *anchors: Anchor, now: dt.datetime = NOW) -> Report:
    return verify(data, resolve=nothing, now=now, anchors=anchors)


def found(report: Report, check_id: str) -> list[Check]:
    return [check for check in report.checks if check.id == check_id]


def sealed(holder: Holder, **changes: Any) -> bytes:
    return seal.secure(text(edc(**changes)), sealer=holder.sealer, now=NOW)


class TestASealedCredential:
    def test_is_valid_when_its_seal_leads_to_an_anchor(self, authority: Authority, holder: Holder) -> None:
        report = judged(sealed(holder), authority.anchor())

        (check,) = found(report, "seal")
        assert (report.verdict, report.format, report.carrier) == ("valid", "elm", "json")
        assert check.message == f"Sealed by {UNIVERSITY} ({IDENTIFIER}, RO): an advanced seal."
        at = NOW.astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        assert check.detail.startswith(f"issuer; level B-B; sealed {at}.")
        assert report.document == edc()

    def test_is_called_qualified_only_if_the_anchor_is(self, authority: Authority, holder: Holder) -> None:
        (check,) = found(judged(sealed(holder), authority.anchor(qualified=True)), "seal")

        assert check.message.endswith("a qualified seal.")

    @pytest.mark.parametrize("anchored", [False, True])
    def test_without_a_fitting_anchor_it_could_not_be_checked(self, holder: Holder, anchored: bool) -> None:
        report = judged(sealed(holder), *([root("Other").anchor()] if anchored else []))

        (check,) = found(report, "seal")
        assert report.verdict == "could not be checked"
        assert UNIVERSITY in check.message

    def test_names_every_seal(self, authority: Authority, holder: Holder, partner: Holder) -> None:
        both = seal.add(sealed(holder, joint=True), sealer=partner.sealer, now=NOW)

        report = judged(both, authority.anchor())

        assert [PARTNER in check.message for check in found(report, "seal")] == [False, True]
        assert [check.detail.split(";")[0] for check in found(report, "seal")] == ["issuer", "awarding body"]
        assert report.verdict == "valid"

    def test_one_seal_of_nobody_known_keeps_the_whole_from_being_valid(
        self, authority: Authority, holder: Holder
    ) -> None:
        stranger = root("Stranger").issue(name(PARTNER, PARTNER_ID, "GR"))
        both = seal.add(sealed(holder, joint=True), sealer=stranger.sealer, now=NOW)

        assert judged(both, authority.anchor()).verdict == "could not be checked"

    def test_names_the_time_stamp(self, authority: Authority, holder: Holder, tmp_path: Path) -> None:
        service = TimeStampAuthority.make(tmp_path, time_stamping(authority))

        def token(data: bytes) -> bytes:
            asked = timestamps.request(data)
            return timestamps.token_of(service.answer(asked), asked=asked)

        later = NOW + dt.timedelta(minutes=4)
        stamped = seal.timestamp(sealed(holder), token, now=later)

        report = judged(stamped, authority.anchor(), authority.anchor(Purpose.TIME_STAMP), now=later)
        assert "level B-T; time-stamped 20" in found(report, "seal")[0].detail
        without = judged(stamped, authority.anchor(), now=later)
        assert without.verdict == "valid"
        assert "time-stamp is of an authority that is not trusted here" in found(without, "seal")[0].detail

    def test_never_hides_that_nobody_asked_whether_the_certificate_was_revoked(
        self, authority: Authority, holder: Holder
    ) -> None:
        for anchor in (authority.anchor(), authority.anchor(qualified=True)):
            (check,) = found(judged(sealed(holder), anchor), "seal")
            assert "Whether the certificate was revoked was not looked at." in check.detail


MANDATE = {
    "type": "Evidence",
    "dcType": {"id": "http://data.europa.eu/snb/evidence-type/c_18016257", "type": "Concept"},
    "embeddedEvidence": [{"content": "JVBERi0="}],
}


class TestWhoAwards:
    def test_nothing_is_said_where_all_have_sealed(
        self, authority: Authority, holder: Holder, partner: Holder
    ) -> None:
        both = seal.add(sealed(holder, joint=True), sealer=partner.sealer, now=NOW)

        assert not found(judged(both, authority.anchor()), "mandate")
        assert not found(judged(sealed(holder), authority.anchor()), "mandate")

    def test_a_seal_that_somebody_took_off_is_missed(
        self, authority: Authority, holder: Holder, partner: Holder
    ) -> None:
        both = json.loads(seal.add(sealed(holder, joint=True), sealer=partner.sealer, now=NOW))
        stripped = text({**both, "signatures": both["signatures"][:1]})

        report = judged(stripped, authority.anchor())

        (check,) = found(report, "mandate")
        assert report.verdict == check.outcome.value == "could not be checked"
        assert check.message.startswith("Awarded by 1 of 2 universities")

    def test_a_mandate_stands_for_those_who_have_not(self, authority: Authority, holder: Holder) -> None:
        report = judged(sealed(holder, joint=True, evidence=[MANDATE]), authority.anchor())

        (check,) = found(report, "mandate")
        assert (report.verdict, check.outcome) == ("valid", Outcome.PASSED)
        assert "1 of 2" in check.message


@pytest.mark.parametrize(
    "grade", [{"secretGrade": "10"}, {"en": "10", "thesis": ["x"]}, {"en": {"secretGrade": "10"}}]
)
def test_a_member_that_nobody_defined_is_not_taken_for_a_language(
    authority: Authority, holder: Holder, grade: dict[str, Any]
) -> None:
    report = judged(sealed(holder, grade=grade), authority.anchor())

    (check,) = found(report, "conformance")
    assert (check.outcome, report.verdict) == (Outcome.NOT_CHECKED, "could not be checked")


def test_more_signatures_than_any_genuine_file_has_are_not_checked(
    authority: Authority, holder: Holder, tmp_path: Path
) -> None:
    # The authority has a clock of its own.
    now = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=1)
    service = TimeStampAuthority.make(tmp_path, time_stamping(authority))

    def token(data: bytes) -> bytes:
        asked = timestamps.request(data)
        return timestamps.token_of(service.answer(asked), asked=asked)

    outer = json.loads(seal.timestamp(sealed(holder), token, now=now))
    (component,) = outer["signatures"][0]["header"]["etsiU"]
    outer["signatures"][0]["header"]["etsiU"] = [component] * 20
    outer["signatures"] *= 16
    data = text(outer)

    anchors = (authority.anchor(), authority.anchor(Purpose.TIME_STAMP))
    report = judged(data, *anchors, now=now)

    assert report.verdict == "not valid"
    assert "more to check than any genuine one" in str(report.checks)
    assert cpu_seconds(lambda: judged(data, *anchors, now=now)) < 0.1


class TestSpoiled:
    @pytest.mark.parametrize(
        "spoil",
        [
            lambda outer: {**outer, "payload": json.dumps(json.loads(outer["payload"]), indent=2)},
            lambda outer: {**outer, "payload": json.loads(outer["payload"])},
            lambda outer: {**outer, "payload": outer["payload"].replace("Ελένη", "Μαρία")},
            lambda outer: {**outer, "signatures": []},
            lambda outer: {**outer, "signatures": [{**outer["signatures"][0], "protected": "e30"}]},
        ],
        ids=["re-indented", "unpacked", "another name", "no seal", "empty header"],
    )
    def test_seals_do_not_hold(self, authority: Authority, holder: Holder, spoil: Any) -> None:
        outer = spoil(json.loads(sealed(holder)))

        report = judged(text(outer), authority.anchor())

        assert report.verdict == "not valid"
        assert [check.outcome for check in found(report, "seal")] == [Outcome.FAILED]
        assert report.document is None

    @pytest.mark.parametrize(
        "changes",
        [
            {"displayParameter": None},
            {"credentialSubject": {"id": "urn:epass:person:1", "type": "Person", "hasClaim": []}},
            {
                "credentialSubject": {
                    "id": "urn:epass:person:1",
                    "hasClaim": [{"type": "LearningAchievement", "title": {"en": "A"}, "awardedBy": {}}],
                }
            },
            {"credentialSubject": {"id": "urn:epass:person:1", "hasClaim": [{"type": "Praise"}]}},
            {"issuanceDate": "2026-01-01"},
            {"proof": {"type": "DataIntegrityProof"}},
            {"@context": ["https://www.w3.org/ns/credentials/v2"]},
        ],
    )
    def test_form_is_named(self, authority: Authority, holder: Holder, changes: dict[str, Any]) -> None:
        report = judged(forged(holder, text(edc(**changes)).decode()), authority.anchor())

        assert [check.outcome for check in found(report, "conformance")] == [Outcome.FAILED]

    def test_another_issuer_than_the_one_sealing_fails(self, authority: Authority, partner: Holder) -> None:
        report = judged(forged(partner, text(edc()).decode()), authority.anchor())

        assert [check.outcome for check in found(report, "seal")] == [Outcome.FAILED]

    def test_six_megabytes_are_too_many(self, authority: Authority) -> None:
        report = judged(b'{"payload": "' + b"x" * 6_000_000 + b'", "signatures": []}', authority.anchor())

        assert report.verdict == "not valid"
        assert [check.id for check in report.checks if check.outcome is Outcome.FAILED] == ["syntax"]

    def test_an_expired_one_fails(self, authority: Authority, holder: Holder) -> None:
        end = (NOW + dt.timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
        expiring = sealed(holder, validUntil=end, expirationDate=end)
        report = judged(expiring, authority.anchor(), now=NOW + dt.timedelta(days=2))

        assert [check.outcome for check in found(report, "valid-until")] == [Outcome.FAILED]

    def test_after_the_certificate_a_seal_without_time_stamp_could_not_be_checked(
        self, authority: Authority, holder: Holder
    ) -> None:
        assert (
            judged(sealed(holder), authority.anchor(), now=NOW + 2 * YEAR).verdict == "could not be checked"
        )

    def test_a_status_list_out_of_reach_could_not_be_checked(
        self, authority: Authority, holder: Holder
    ) -> None:
        status = {
            "id": "https://example.org/status#1",
            "type": ["BitstringStatusListEntry", "CredentialStatus"],
            "statusPurpose": "revocation",
            "statusListIndex": "1",
            "statusListCredential": "https://example.org/status",
        }
        report = judged(sealed(holder, credentialStatus=status), authority.anchor())

        assert [check.outcome for check in found(report, "status")] == [Outcome.NOT_CHECKED]


def test_a_text_without_seals_is_in_form_and_proves_nothing() -> None:
    report = judged(text(edc(issued=None, issuanceDate=None)))

    assert report.verdict == "could not be checked"
    assert found(report, "conformance")[0].outcome is Outcome.PASSED
    assert report.document is None


@pytest.mark.parametrize(
    "changes",
    [
        {"colour": "red"},
        {"evidence": [{"id": "urn:epass:evidence:1", "type": "Evidence", "verdict": {"en": "excellent"}}]},
        {"credentialSubject": {**edc()["credentialSubject"], "hasclaim": []}},
    ],
)
def test_a_member_that_no_context_defines_leaves_the_answer_open(
    authority: Authority, holder: Holder, changes: dict[str, Any]
) -> None:
    report = judged(sealed(holder, **changes), authority.anchor())

    (check,) = found(report, "conformance")
    assert report.verdict == "could not be checked"
    assert check.outcome is Outcome.NOT_CHECKED
    assert check.detail in ("colour", "verdict", "hasclaim")


@pytest.mark.parametrize("status", [None, {"id": "https://example.org/status#1", "type": "CredentialStatus"}])
def test_the_commissions_status_is_not_taken_for_a_yes(
    authority: Authority, holder: Holder, status: dict[str, str] | None
) -> None:
    report = judged(sealed(holder, credentialStatus=status), authority.anchor())

    assert report.verdict == ("could not be checked" if status else "valid")


class TestAnchors:
    @pytest.fixture
    def files(self, tmp_path: Path, authority: Authority, holder: Holder) -> dict[str, Path]:
        contents = {
            "edc": sealed(holder),
            "pem": pem(authority.certificate),
            "trust": write_trust([authority.anchor()]),
        }
        paths = {}
        for key, content in contents.items():
            paths[key] = tmp_path / key
            paths[key].write_bytes(content)
        return paths

    @pytest.mark.parametrize("kind", ["pem", "trust"])
    def test_are_handed_to_the_command(
        self, files: dict[str, Path], kind: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        now = ["--now", NOW.isoformat()]

        assert main(["verify", str(files["edc"]), "--anchor", str(files[kind]), *now]) == 0
        assert {"  For: Coasts", "  To: Ελένη", f"  By: {UNIVERSITY}"} <= set(
            capsys.readouterr().out.splitlines()
        )

    def test_are_needed(self, files: dict[str, Path]) -> None:
        assert main(["verify", str(files["edc"]), "--now", NOW.isoformat()]) == 2

    def test_that_are_none_are_a_wrong_command(self, files: dict[str, Path], tmp_path: Path) -> None:
        (tmp_path / "anchors").write_bytes(b"nothing")

        with pytest.raises(SystemExit):
            main(["verify", str(files["edc"]), "--anchor", str(tmp_path / "anchors")])
