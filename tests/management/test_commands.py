from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from ingenium_credentials import api
from ingenium_credentials.badges.errors import UnusableKey
from ingenium_credentials.badges.keys import generate_key_file
from ingenium_credentials.badges.public_keys import Algorithm
from ingenium_credentials.models import (
    Achievement,
    AuditEntry,
    Award,
    AwardRule,
    Issuer,
    SigningKey,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def keys_dir(settings: Any, tmp_path: Path) -> Path:
    settings.INGENIUM_KEYS_DIR = str(tmp_path / "keys")
    return tmp_path / "keys"


@pytest.fixture
def keyless(issuer: Issuer) -> Issuer:
    """An issuer without any key."""
    issuer.keys.all().delete()
    return issuer


@pytest.fixture
def award(achievement: Achievement, learner: Any) -> Award:
    row = api.award(learner_id=learner.pk, achievement=achievement, awarded_at=timezone.now())
    api.issue([row.pk])
    row.refresh_from_db()
    return row


def _run(command: str, *arguments: str) -> str:
    out = StringIO()
    call_command(command, *arguments, stdout=out)
    return out.getvalue()


class TestKeys:
    def test_create_makes_a_key_for_each_use(self, keys_dir: Path, keyless: Issuer) -> None:
        printed = _run("ingenium_keys", "create", "uoc")

        assert "uoc#key-1  proof  Ed25519  signs" in printed
        assert "uoc#key-2  jwt  RSA  signs" in printed
        assert f"file:{keys_dir}/" in printed

    def test_create_makes_no_second_key(self, issuer: Issuer) -> None:
        with pytest.raises(CommandError, match="ingenium_keys rotate uoc"):
            _run("ingenium_keys", "create", "uoc")

        assert SigningKey.objects.count() == 2

    def test_create_takes_a_key_that_exists(self, keyless: Issuer, tmp_path: Path) -> None:
        generate_key_file(tmp_path / "private" / "k.pem", Algorithm.P384)
        uri = f"file:{tmp_path / 'private' / 'k.pem'}"

        printed = _run("ingenium_keys", "create", "uoc", "--use", "proof", "--uri", uri)

        assert "P-384" in printed
        assert uri in printed

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            (("create", "nobody"), "does not exist"),
            (("create", "uoc", "--uri", "env:KEY"), "--use"),
            (("create", "uoc", "--algorithm", "RSA"), "--use"),
            (("create", "uoc", "--use", "jwt", "--algorithm", "Ed25519"), "not Ed25519"),
            (("create", "uoc", "--use", "proof", "--uri", "file:/gone.pem"), "cannot be read"),
            (("create", "uoc", "--use", "proof", "--uri", "https://x"), "file:, env: or pkcs11:"),
            (("create", "uoc", "--use", "proof", "--algorithm", "DSA"), "invalid"),
            (("retire", "uoc#key-9"), "no key"),
            (("retire", "uoc"), "no key"),
            (("compromised", ""), "no key"),
            (("melt", "uoc"), "invalid choice"),
        ],
    )
    def test_what_cannot_be_done_is_said(
        self, keyless: Issuer, arguments: tuple[str, ...], words: str
    ) -> None:
        with pytest.raises(CommandError, match=words):
            _run("ingenium_keys", *arguments)

        assert not SigningKey.objects.exists()

    def test_rotate_retires_the_old_keys(self, keys_dir: Path, issuer: Issuer) -> None:
        _run("ingenium_keys", "rotate", "uoc")

        states = _run("ingenium_keys", "list", "uoc")
        assert states.count("retired") == 2
        assert states.count("signs") == 2

    def test_rotate_one_use_leaves_the_other(self, keys_dir: Path, issuer: Issuer) -> None:
        _run("ingenium_keys", "rotate", "uoc", "--use", "proof", "--algorithm", "P-256")

        lines = _run("ingenium_keys", "list")
        assert "uoc#key-2  jwt  P-256  signs" in lines
        assert "uoc#key-3  proof  P-256  signs" in lines

    @pytest.mark.parametrize("name", ["uoc#key-1", "did:web:ingenium.example:ingenium:issuers:uoc#key-1"])
    def test_a_key_is_retired_by_either_name(self, issuer: Issuer, name: str) -> None:
        assert "retired" in _run("ingenium_keys", "retire", name)

    def test_a_compromised_key_signs_no_more(self, issuer: Issuer) -> None:
        _run("ingenium_keys", "compromised", "uoc#key-1", "--reason", "stolen")

        assert AuditEntry.objects.get(action="key-compromised").reason == "stolen"
        with pytest.raises(UnusableKey):
            api.signer_for(issuer, "proof")

    def test_no_private_key_is_printed(self, keys_dir: Path, keyless: Issuer) -> None:
        printed = _run("ingenium_keys", "create", "uoc")

        for path in keys_dir.iterdir():
            assert path.read_text().splitlines()[1] not in printed


class TestAward:
    def test_awards_and_issues(
        self, achievement: Achievement, learner: Any, django_capture_on_commit_callbacks: Any
    ) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            _run("ingenium_award", str(learner.pk), "ecosystems", "--reason", "Recognised learning")

        award = Award.objects.get()
        assert award.state == "issued"
        assert AuditEntry.objects.get(action="awarded").reason == "Recognised learning"

    def test_twice_is_one_award(self, achievement: Achievement, learner: Any) -> None:
        first = _run("ingenium_award", str(learner.pk), "ecosystems", "--reason", "x")
        second = _run("ingenium_award", str(learner.pk), "ecosystems", "--reason", "x")

        assert first == second
        assert Award.objects.count() == 1

    def test_an_unknown_definition_is_named(self, achievement: Achievement, learner: Any) -> None:
        with pytest.raises(CommandError, match="no active version of nothing"):
            _run("ingenium_award", str(learner.pk), "nothing", "--reason", "x")

    def test_an_unknown_learner_is_refused(self, achievement: Achievement) -> None:
        with pytest.raises(CommandError):
            _run("ingenium_award", "999999", "ecosystems", "--reason", "x")

        assert not Award.objects.exists()


class TestRevoke:
    def test_says_first_what_would_happen(self, award: Award) -> None:
        printed = _run("ingenium_revoke", str(award.uuid), "--reason", "A mistake")

        award.refresh_from_db()
        assert award.state == "issued"
        assert "Would revoke: Mediterranean ecosystems (ob3, ob3-jwt)." in printed
        assert "repeat the command with --yes" in printed

    def test_revokes_when_told(self, award: Award) -> None:
        printed = _run("ingenium_revoke", str(award.uuid), "--reason", "A mistake", "--yes")

        award.refresh_from_db()
        assert (award.state, award.revocation_reason) == ("revoked", "A mistake")
        assert "Revoked: Mediterranean ecosystems" in printed

    def test_twice_changes_nothing(self, award: Award) -> None:
        _run("ingenium_revoke", str(award.uuid), "--reason", "First", "--yes")

        printed = _run("ingenium_revoke", str(award.uuid), "--reason", "Second", "--yes")

        award.refresh_from_db()
        assert award.revocation_reason == "First"
        assert "revoked already" in printed

    @pytest.mark.parametrize("reason", ["", "  "])
    def test_needs_a_reason(self, award: Award, reason: str) -> None:
        with pytest.raises(CommandError, match="needs a reason"):
            _run("ingenium_revoke", str(award.uuid), "--reason", reason, "--yes")

    def test_an_unknown_award_is_named(self, award: Award) -> None:
        with pytest.raises(CommandError):
            _run("ingenium_revoke", str(uuid4()), "--reason", "x")


class TestReconcile:
    @pytest.fixture
    def missed(self, rule: AwardRule, learner: Any, course_id: str) -> None:
        """A passing result that no task has evaluated."""
        api.record_passing(
            learner_id=learner.pk, course_id=course_id, is_passing=True, at=timezone.now(), event_id="1"
        )

    def _reconcile(self, *arguments: str) -> tuple[int, str]:
        out = StringIO()
        try:
            call_command("ingenium_reconcile", *arguments, stdout=out)
        except SystemExit as end:
            return int(end.code or 0), out.getvalue()
        return 0, out.getvalue()

    def test_mends(self, missed: None) -> None:
        status, printed = self._reconcile()

        assert (status, Award.objects.get().state) == (0, "issued")
        assert "2 differences, 0 open" in printed
        assert "0 differences" in _run("ingenium_reconcile")

    def test_only_prints_when_told(self, missed: None) -> None:
        status, printed = self._reconcile("--dry-run")

        assert status == 1
        assert not Award.objects.exists()
        assert "repeat without --dry-run" in printed

    def test_the_columns_of_the_table_are_aligned(self, missed: None, learner: Any) -> None:
        heading, row, *_rest = self._reconcile("--dry-run")[1].splitlines()

        assert heading.index("COURSE OR DEFINITION") == row.index("course-v1:")
        assert heading.index("MENDED") == row.index("no", 20)
        assert row.split()[:3] == ["not", "evaluated", str(learner.pk)]

    def test_json_is_an_object_per_line(self, missed: None, learner: Any) -> None:
        _status, printed = self._reconcile("--dry-run", "--json")
        row, counts = map(json.loads, printed.splitlines())

        assert (row["difference"], row["learner"], row["mended"]) == ("not evaluated", learner.pk, False)
        assert counts == {
            "looked_at": 1,
            "found": {"not evaluated": 1},
            "open": {"not evaluated": 1},
            "dry_run": True,
        }

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (("--course", "MED101"), "no course key"),
            (("--since", "yesterday"), "neither a day"),
            (("--since", "2999-01-01"), "in the future"),
        ],
    )
    def test_what_cannot_be_asked_is_said(self, db: None, arguments: tuple[str, ...], message: str) -> None:
        with pytest.raises(CommandError, match=message):
            _run("ingenium_reconcile", *arguments)

    def test_no_name_is_printed(self, missed: None, learner: Any) -> None:
        _status, printed = self._reconcile("--dry-run")

        assert "not evaluated" in printed
        assert "Ελένη" not in printed
        assert learner.email not in printed

    def test_looks_at_one_course_when_told(self, missed: None) -> None:
        assert "0 differences" in _run("ingenium_reconcile", "--course", "course-v1:OTHER+X+1")


class TestVerify:
    def _verify(self, *arguments: object) -> tuple[int, str]:
        out = StringIO()
        with pytest.raises(SystemExit) as end:
            call_command("ingenium_verify", *map(str, arguments), stdout=out)
        return int(end.value.code or 0), out.getvalue()

    @pytest.fixture
    def file(self, award: Award, tmp_path: Path) -> Path:
        path = tmp_path / "credential.json"
        path.write_bytes(bytes(award.credentials.get(format="ob3").body))
        return path

    def test_a_credential_of_ours_is_valid(self, file: Path) -> None:
        code, printed = self._verify(file)

        assert code == 0
        assert f"{file}: valid" in printed

    def test_a_revoked_one_is_not(self, file: Path, award: Award) -> None:
        api.revoke(award.uuid, reason="x")

        assert self._verify(file)[0] == 1

    def test_one_of_somebody_else_could_not_be_checked(self, file: Path, award: Award) -> None:
        file.write_text(file.read_text().replace("ingenium.example", "elsewhere.example"))

        assert self._verify(file)[0] == 2

    def test_the_worst_of_several_counts(self, file: Path, tmp_path: Path) -> None:
        broken = tmp_path / "broken.json"
        broken.write_text("{}")

        code, printed = self._verify(file, broken)

        assert code == 1
        assert f"{file}: valid" in printed
        assert f"{broken}: not valid" in printed

    def test_the_report_is_printed_as_json(self, file: Path) -> None:
        _code, printed = self._verify(file, "--json")

        assert json.loads(printed)["verdict"] == "valid"

    def test_several_reports_are_one_array(self, file: Path) -> None:
        copy = file.with_name("copy.json")
        copy.write_bytes(file.read_bytes())

        _code, printed = self._verify(file, copy, "--json")

        assert [report["verdict"] for report in json.loads(printed)] == ["valid", "valid"]

    def test_a_file_that_cannot_be_read_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(CommandError, match=r"gone\.json"):
            call_command("ingenium_verify", str(tmp_path / "gone.json"))
