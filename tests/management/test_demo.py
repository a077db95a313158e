from __future__ import annotations

import base64
import hashlib
import json
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from ingenium_credentials import api
from ingenium_credentials.badges.verifier import verify
from ingenium_credentials.demo import alliance, handing_over, steps
from ingenium_credentials.models import (
    Achievement,
    Award,
    Credential,
    Organisation,
    OrganisationIdentifier,
    OrganisationName,
)

ROOT = Path(__file__).parent.parent.parent
WRITTEN = {
    "badge.png",
    "badge.svg",
    "credential.json",
    "credential.jwt",
    "credential.elm.jsonld",
    "did-tuiasi.json",
    "did-urn.json",
    "did.json",
    "diploma.pdf",
    "elm-unsigned.json",
    "report.json",
    "status-list.json",
    "trust.json",
    "whole",
}
WHOLE = {"credential.json", "credential.elm.jsonld", "did.json", "mandate.pdf", "status-list.json"}
PART, LARGER = "coastal-data", "coastal-planning"


def award_of(definition: str, username: str = steps.USERNAME) -> Award:
    learner = get_user_model().objects.get(username=username)
    return Award.objects.filter(learner_id=learner.pk, definition=definition).latest("occasion")


@pytest.fixture
def demonstration_site(settings: Any, tmp_path: Path) -> None:
    settings.INGENIUM_DEMONSTRATION = True
    settings.INGENIUM_BASE_URL = "http://localhost:8000"
    settings.INGENIUM_KEYS_DIR = str(tmp_path / "keys")
    settings.INGENIUM_FORMATS = ["ob3", "ob3-jwt", "elm"]
    settings.INGENIUM_SEAL_ANCHORS_DIR = str(tmp_path / "anchors")


def _run(output: Path) -> str:
    out = StringIO()
    call_command("ingenium_demo", output=output, stdout=out)
    return out.getvalue()


@pytest.mark.once
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("demonstration_site")
class TestDemonstration:
    def test_leads_from_events_to_a_credential_that_an_employer_has_checked(self, tmp_path: Path) -> None:
        printed = _run(tmp_path / "out")

        report = json.loads((tmp_path / "out" / "report.json").read_bytes())
        assert {path.name for path in (tmp_path / "out").iterdir()} == WRITTEN
        assert report["verdict"] == "valid"
        assert printed.count("✓") == len(steps.STEPS)
        assert f"{len(steps.STEPS)}/{len(steps.STEPS)}" in printed

    def test_names_the_learner_in_two_scripts_and_says_that_it_is_a_demonstration(
        self, tmp_path: Path
    ) -> None:
        _run(tmp_path / "out")

        text = (tmp_path / "out" / "credential.json").read_text()
        assert "Ελένη Παπαδάκη" in text
        assert "Eleni Papadaki" in text
        assert "DEMONSTRATION" in text
        assert steps.EMAIL not in text

    def test_a_second_run_makes_nothing_new(self, tmp_path: Path) -> None:
        _run(tmp_path / "out")
        first = (tmp_path / "out" / "credential.json").read_bytes()

        _run(tmp_path / "out")

        assert (tmp_path / "out" / "credential.json").read_bytes() == first
        assert Award.objects.count() == 4
        assert Credential.objects.count() == 12

    def test_after_a_revocation_it_is_earned_anew(self, tmp_path: Path) -> None:
        _run(tmp_path / "out")
        api.revoke(award_of(PART).uuid, reason="Tried in the administration")
        assert award_of(LARGER).state == Award.State.REVIEW

        _run(tmp_path / "out")

        for definition in (PART, LARGER):
            found = Award.objects.filter(learner_id=award_of(PART).learner_id, definition=definition)
            assert sorted(found.values_list("state", flat=True)) == ["issued", "revoked"]
        assert award_of(LARGER).parts.get() == award_of(PART)

    def test_the_larger_one_is_issued_by_mandate_and_names_its_part(self, tmp_path: Path) -> None:
        _run(tmp_path / "out")

        folder, part = tmp_path / "out" / "whole", api.credential_url(award_of(PART))
        assert {path.name for path in folder.iterdir()} == WHOLE
        agreement = (folder / "mandate.pdf").read_bytes()
        digest = hashlib.sha256(agreement).hexdigest()
        with pikepdf.open(folder / "mandate.pdf") as pdf:
            assert len(pdf.pages) == 1
        badge = json.loads((folder / "credential.json").read_bytes())
        assert part in {entry["id"] for entry in badge["evidence"]}
        text = (folder / "credential.elm.jsonld").read_text()
        assert part in text
        assert base64.b64encode(agreement).decode() in text
        for name in ("credential.json", "credential.elm.jsonld"):
            report = api.verify((folder / name).read_bytes())
            (found,) = (check for check in report.checks if check.id == "mandate")
            assert report.verdict == "valid"
            assert found.message == (
                "Awarded by 0 of 3 universities by their own signature; issued by mandate."
            )
            assert digest in found.detail

    def test_what_is_built_on_a_revoked_part_comes_under_review(self, tmp_path: Path) -> None:
        printed = _run(tmp_path / "out")

        assert "the larger one is under review" in printed
        assert award_of(PART, "demo2").state == Award.State.REVOKED
        assert award_of(LARGER, "demo2").state == Award.State.REVIEW
        assert award_of(LARGER).state == Award.State.ISSUED

    def test_one_course_is_not_enough(self, tmp_path: Path) -> None:
        lines = steps.run(steps.Demonstration(tmp_path / "out"))
        for _step in range(5):
            next(lines)

        assert not Award.objects.exists()

    def test_fails_when_the_credential_does_not_verify(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write = handing_over.write

        def spoil(path: Path, content: bytes) -> None:
            write(path, content.replace("Ελένη".encode(), "Μαρία".encode()))

        monkeypatch.setattr(steps, "write", spoil)

        with pytest.raises(CommandError, match="did not verify"):
            _run(tmp_path / "out")

    def test_one_revocation_ends_badge_and_european_credential(self, tmp_path: Path) -> None:
        demonstration = steps.Demonstration(tmp_path / "out")
        for _line in steps.run(demonstration):
            pass
        award = demonstration.award
        call_command("ingenium_revoke", str(award.uuid), reason="A mistake", yes=True, stdout=StringIO())
        (tmp_path / "out" / "status-list.json").write_bytes(api.status_document(award.status_list.uuid).body)

        for name in ("credential.json", "credential.elm.jsonld", "diploma.pdf"):
            command = [*steps._command(demonstration), str(tmp_path / "out" / name)]
            result = subprocess.run(command, capture_output=True, check=False)
            assert result.returncode == 1
            assert "revoked this credential" in result.stdout.decode()

    def test_all_three_universities_have_sealed_and_signed(self, tmp_path: Path) -> None:
        _run(tmp_path / "out")

        edc = api.verify((tmp_path / "out" / "credential.elm.jsonld").read_bytes())
        badge = api.verify((tmp_path / "out" / "credential.json").read_bytes())
        seals = [check for check in edc.checks if check.id == "seal"]
        assert (edc.verdict, badge.verdict) == ("valid", "valid")
        assert len(seals) == 3
        assert all("level B-T" in check.detail and "advanced" in check.message for check in seals)
        assert "Awarded by 3 of 3 universities." in [check.detail for check in badge.checks]

    def test_says_why_when_it_cannot_write(self, tmp_path: Path) -> None:
        (tmp_path / "out").write_text("a file in the way")

        with pytest.raises(CommandError, match="cannot be written"):
            _run(tmp_path / "out")

    def test_the_files_verify_without_the_site(self, tmp_path: Path) -> None:
        demonstration = steps.Demonstration(tmp_path / "out")
        for _line in steps.run(demonstration):
            pass
        award = demonstration.award

        published = {
            "https://localhost:8000/ingenium/issuers/uoc/did.json": "did.json",
            "https://localhost:8000/ingenium/issuers/urn/did.json": "did-urn.json",
            "https://localhost:8000/ingenium/issuers/tuiasi/did.json": "did-tuiasi.json",
            api.url_of(award.status_list): "status-list.json",
        }
        report = verify(
            (tmp_path / "out" / "badge.png").read_bytes(),
            resolve=lambda url: (tmp_path / "out" / published[url]).read_bytes(),
            now=timezone.now(),
        )

        assert report.verdict == "valid"


@pytest.mark.django_db
def test_only_a_demonstration_site_runs_it(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="INGENIUM_DEMONSTRATION"):
        _run(tmp_path / "out")

    assert not Organisation.objects.exists()


@pytest.mark.django_db
@pytest.mark.usefixtures("demonstration_site")
class TestAlliance:
    def test_has_ten_universities_in_ten_countries(self) -> None:
        alliance.load()

        universities = Organisation.objects.filter(kind="university")
        assert universities.count() == 10
        assert len(set(universities.values_list("country", flat=True))) == 10

    def test_what_nobody_confirmed_is_not_marked_as_verified(self) -> None:
        alliance.load()

        assert not OrganisationIdentifier.objects.filter(verified=True).exists()
        assert set(OrganisationName.objects.filter(verified=True).values_list("language", flat=True)) == {
            "en"
        }
        assert OrganisationName.objects.filter(verified=False).count() == 10

    def test_every_name_has_a_source(self) -> None:
        alliance.load()

        assert not OrganisationName.objects.filter(source="").exists()

    def test_agrees_with_the_facts_that_were_collected(self, settings: Any) -> None:
        data = Path(settings.INGENIUM_CONFORMANCE_DATA or "/nowhere", "members.json")
        if not data.exists():
            pytest.skip("the collected facts (INGENIUM_CONFORMANCE_DATA) are not here")
        alliance.load()

        for member in json.loads(data.read_text())["members"]:
            row = Organisation.objects.get(slug=member["key"])
            names = {name.value: name.verified for name in row.names.all()}
            assert row.country == member["country_iso2"]
            assert names[member["name_en"]] == member["verified"]["name_en"]["verified"]
            assert names[member["name_native"]] == member["verified"]["name_native"]["verified"]
            assert row.identifiers.filter(scheme="SCHAC", value=member["domain"]).exists()

    def test_the_micro_credential_has_every_element_in_three_languages(self) -> None:
        achievement = alliance.load()

        for texts in (
            achievement.names,
            achievement.descriptions,
            achievement.criteria,
            achievement.prerequisites,
            achievement.stackability,
            achievement.further_information,
            *(outcome["texts"] for outcome in achievement.outcomes),
        ):
            assert set(texts) == {"en", "fr", "el"}
        for concept in ("isced_f", "mode", "assessment", "supervision", "quality_kind"):
            assert getattr(achievement, concept)["iri"].startswith("http://data.europa.eu/snb/")
        assert achievement.hours is not None
        assert achievement.ects is not None
        assert 25 <= achievement.hours / achievement.ects <= 30
        assert achievement.awarding_bodies.count() == 3

    def test_loading_twice_changes_nothing(self) -> None:
        first = alliance.load()
        second = alliance.load()

        assert first == second
        assert Achievement.objects.count() == 1
        assert alliance.load_whole(first) == alliance.load_whole(first)
        assert Achievement.objects.count() == 2


@pytest.mark.packaging
def test_the_demo_project_runs_in_a_process_of_its_own(tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "INGENIUM_DEMO_DATA": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "settings.demo",
    }
    for arguments in (["migrate", "--verbosity", "0"], ["ingenium_demo", "--output", str(tmp_path / "out")]):
        result = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            check=False,
        )
        assert result.returncode == 0, result.stderr.decode()

    assert json.loads((tmp_path / "out" / "report.json").read_bytes())["verdict"] == "valid"
