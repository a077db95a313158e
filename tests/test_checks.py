from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
from django.core.checks import CheckMessage, Error, Warning, run_checks
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.utils import timezone

from ingenium_credentials import api
from ingenium_credentials.badges import contexts
from ingenium_credentials.badges.keys import generate_key_file
from ingenium_credentials.badges.public_keys import Algorithm
from ingenium_credentials.checks import (
    FORMATS,
    PROBLEMS,
    check_contexts,
    check_issuers,
    check_settings,
)
from ingenium_credentials.models import Issuer, SealingCertificate, SigningKey
from ingenium_credentials.settings.common import FILTER_STEPS


def _ids(found: list[CheckMessage]) -> list[str]:
    return [str(message.id) for message in found]


def _database() -> list[CheckMessage]:
    return check_issuers(databases=["default"])


@pytest.fixture
def own_key(issuer: Issuer, tmp_path: Path) -> SigningKey:
    """A key whose file a test may spoil."""
    generate_key_file(tmp_path / "private" / "own.pem", Algorithm.ED25519)
    return api.create_key(issuer, use="proof", uri=f"file:{tmp_path / 'private' / 'own.pem'}")


def _path(key: SigningKey) -> Path:
    return Path(key.uri.removeprefix("file:"))


def test_the_tests_project_has_nothing_wrong() -> None:
    assert run_checks(tags=["ingenium"]) == []


@pytest.mark.parametrize("check_id", PROBLEMS)
def test_every_check_says_what_to_do(check_id: str) -> None:
    problem = PROBLEMS[check_id]
    level = Error if check_id.startswith("ingenium.E") else Warning

    assert problem.level is level
    assert problem.hint.endswith((".", "}", "700 {value}", "30/min.", "ISSUER"))
    assert {
        name for _text, name, _spec, _conversion in Formatter().parse(problem.message) if name == ""
    } == set()


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("BASE_URL", "", "ingenium.E001"),
        ("BASE_URL", "http://learn.example", "ingenium.E002"),
        ("BASE_URL", "learn.example", "ingenium.E002"),
        ("BASE_URL", "ftp://learn.example", "ingenium.E002"),
        ("BASE_URL", "http://localhost.example", "ingenium.E002"),
        ("BASE_URL", "https://learn.example/path", "ingenium.E003"),
        ("BASE_URL", "https://learn.example?x=1", "ingenium.E003"),
        ("BASE_URL", "https://user@learn.example", "ingenium.E003"),
        ("BASE_URL", "https://Learn.Example", "ingenium.E003"),
        ("BASE_URL", "https://", "ingenium.E002"),
        ("BASE_URL", "http://localhost:8000/path", "ingenium.E003"),
        ("FORMATS", ["ob3", "ob9"], "ingenium.E004"),
        ("FORMATS", "ob9", "ingenium.E004"),
        ("FORMATS", [], "ingenium.E005"),
        ("STATUS_LIST_LENGTH", 1024, "ingenium.E006"),
        ("STATUS_LIST_LENGTH", "many", "ingenium.E006"),
        ("STATUS_LIST_LENGTH", 131_073, "ingenium.E007"),
        ("BRAND_PRIMARY", "blue", "ingenium.E008"),
        ("BRAND_ACCENT", "#fff", "ingenium.E008"),
        ("BRAND_INK", "#12345g", "ingenium.E008"),
        ("VERIFY_RATE", "often", "ingenium.E009"),
        ("VERIFY_RATE", "30", "ingenium.E009"),
        ("VERIFY_RATE", "0/min", "ingenium.E009"),
        ("VERIFY_RATE", "30/fortnight", "ingenium.E009"),
        ("PUBLIC_RATE", "600", "ingenium.E009"),
        ("RETENTION_DAYS", 0, "ingenium.E010"),
        ("VERIFY_MAX_BYTES", 0, "ingenium.E010"),
        ("ISSUE_BATCH", "500", "ingenium.E010"),
        ("SWEEP_SECONDS", -1, "ingenium.E010"),
        ("RECONCILE_HOUR", 24, "ingenium.E016"),
        ("RECONCILE_HOUR", "three", "ingenium.E016"),
        ("RESOLVE_TIMEOUT_SECONDS", None, "ingenium.E010"),
        ("KEYS_DIR", "", "ingenium.E013"),
        ("KEYS_DIR", "keys", "ingenium.E015"),
        ("KEYS_DIR", __file__, "ingenium.E015"),
        ("DEMONSTRATION", True, "ingenium.W001"),
        ("STATUS_LIST_TTL_SECONDS", 7 * 86_400, "ingenium.W002"),
        ("BRAND_INK", "#aaaaaa", "ingenium.W003"),
        ("TSA_URL", "http://tsa.example/", "ingenium.E030"),
        ("SEAL_ANCHORS_DIR", "/nowhere", "ingenium.E031"),
    ],
)
def test_a_wrong_setting_is_named(settings: Any, name: str, value: object, expected: str) -> None:
    setattr(settings, f"INGENIUM_{name}", value)

    found = check_settings()

    assert _ids(found) == [expected]
    assert name in found[0].msg


@pytest.mark.parametrize(
    "url",
    [
        "https://learn.example",
        "https://learn.example/",
        "https://learn.example:8443",
        "http://localhost:8000",
    ],
)
def test_a_sound_address_is_taken(settings: Any, url: str) -> None:
    settings.INGENIUM_BASE_URL = url

    assert check_settings() == []


def test_what_is_missing_does_not_matter_while_the_plugin_is_off(settings: Any) -> None:
    settings.INGENIUM_ENABLED = False
    settings.INGENIUM_BASE_URL = settings.INGENIUM_KEYS_DIR = ""
    settings.OPEN_EDX_FILTERS_CONFIG = {}

    assert check_settings() == []


def test_a_key_folder_that_others_may_enter_is_named(settings: Any, tmp_path: Path) -> None:
    tmp_path.chmod(0o750)
    settings.INGENIUM_KEYS_DIR = str(tmp_path)

    assert _ids(check_settings()) == ["ingenium.E014"]


@pytest.mark.parametrize("entry", [None, {"pipeline": []}, ["other.Step"], "other.Step"])
def test_a_missing_filter_step_is_named(settings: Any, entry: object) -> None:
    settings.OPEN_EDX_FILTERS_CONFIG = dict.fromkeys(FILTER_STEPS, entry) if entry else {}

    assert _ids(check_settings()) == ["ingenium.W004"]


@pytest.mark.parametrize("form", [lambda step: {"pipeline": [step]}, lambda step: [step], lambda step: step])
def test_a_filter_step_is_found_in_every_form(settings: Any, form: Any) -> None:
    settings.OPEN_EDX_FILTERS_CONFIG = {name: form(step) for name, step in FILTER_STEPS.items()}

    assert check_settings() == []


def test_the_formats_known_to_the_checks_are_those_that_are_issued() -> None:
    assert set(FORMATS) == set(api.FORMATS)


def test_a_changed_context_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    url, pin = next(iter(contexts.PINNED.items()))
    monkeypatch.setattr(contexts, "PINNED", {url: pin._replace(sha256="0" * 64)})

    found = check_contexts()

    assert _ids(found) == ["ingenium.E011"]
    assert url in found[0].msg


def test_a_missing_context_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    url, pin = next(iter(contexts.PINNED.items()))
    monkeypatch.setattr(contexts, "PINNED", {url: pin._replace(file="gone.json")})

    assert _ids(check_contexts()) == ["ingenium.E011"]


def test_a_context_folder_that_is_gone_is_named(settings: Any, tmp_path: Path) -> None:
    settings.INGENIUM_CONTEXTS_DIR = str(tmp_path / "gone")

    assert _ids(check_contexts()) == ["ingenium.E012"]


def test_a_context_file_of_no_use_is_named(settings: Any, tmp_path: Path) -> None:
    (tmp_path / "strange.json").write_text('{"@context": {}}')
    settings.INGENIUM_CONTEXTS_DIR = str(tmp_path)

    found = check_contexts()

    assert _ids(found) == ["ingenium.E012"]
    assert "strange.json" in found[0].msg


@pytest.mark.django_db
class TestRows:
    def test_a_sound_issuer_has_nothing_wrong(self, issuer: Issuer) -> None:
        assert _database() == []

    def test_rows_are_looked_at_only_when_the_database_is_asked_for(self, issuer: Issuer) -> None:
        issuer.keys.update(uri="env:GONE")

        assert run_checks(tags=["ingenium"]) == []
        assert "ingenium.E020" in _ids(run_checks(tags=["ingenium"], databases=["default"]))

    def test_manage_py_check_fails_when_a_key_cannot_be_read(self, issuer: Issuer) -> None:
        issuer.keys.update(uri="env:GONE")

        with pytest.raises(SystemCheckError, match=r"ingenium\.E020"):
            call_command("check", databases=["default"])

    def test_a_key_that_cannot_be_opened_is_named(self, own_key: SigningKey) -> None:
        _path(own_key).unlink()

        found = _database()

        assert _ids(found) == ["ingenium.E020"]
        assert own_key.method_id in found[0].msg

    def test_a_key_that_is_no_key_is_named(self, own_key: SigningKey) -> None:
        _path(own_key).write_text("no key")

        assert _ids(_database()) == ["ingenium.E020"]

    def test_a_key_file_that_others_may_read_is_named(self, own_key: SigningKey) -> None:
        _path(own_key).chmod(0o640)

        assert _ids(_database()) == ["ingenium.E021"]

    def test_a_private_key_that_is_not_the_published_one_is_named(self, own_key: SigningKey) -> None:
        _path(own_key).unlink()
        generate_key_file(_path(own_key), Algorithm.ED25519)

        assert _ids(_database()) == ["ingenium.E022"]

    def test_retired_and_compromised_keys_are_left_alone(self, issuer: Issuer, own_key: SigningKey) -> None:
        api.retire(own_key)
        _path(own_key).unlink()

        assert _database() == []

    @pytest.mark.parametrize(
        ("did", "expected"),
        [
            ("did:web:ingenium.example:ingenium:issuers:other", "ingenium.E023"),
            ("did:web:ingenium.example", "ingenium.E023"),
            ("did:web:old.example:ingenium:issuers:uoc", "ingenium.E023"),
            ("did:key:z6Mk", "ingenium.E024"),
            ("nonsense", "ingenium.E024"),
            ("did:web:uoc.example", "ingenium.W021"),
        ],
    )
    def test_a_did_that_does_not_match_the_site_is_named(
        self, issuer: Issuer, did: str, expected: str
    ) -> None:
        Issuer.objects.filter(pk=issuer.pk).update(did=did)

        found = _database()

        assert _ids(found) == [expected]
        assert did in found[0].msg

    def test_an_issuer_without_a_key_is_named(self, issuer: Issuer) -> None:
        now = timezone.now() - dt.timedelta(days=1)
        issuer.keys.update(retired_at=now)

        assert _ids(_database()) == ["ingenium.E025", "ingenium.E025"]

    def test_no_token_key_is_needed_where_no_tokens_are_issued(self, settings: Any, issuer: Issuer) -> None:
        settings.INGENIUM_FORMATS = ["ob3"]
        issuer.keys.filter(use="jwt").update(retired_at=timezone.now())

        assert _database() == []

    def test_a_site_without_an_active_issuer_is_warned(self, issuer: Issuer) -> None:
        Issuer.objects.update(active=False)

        assert _ids(_database()) == ["ingenium.W020"]

    def test_a_site_that_is_off_needs_no_issuer(self, settings: Any, db: None) -> None:
        settings.INGENIUM_ENABLED = False

        assert _database() == []


@pytest.fixture
def without_tables(transactional_db: None) -> Iterator[None]:
    """A database before its first migration of ours."""
    call_command("migrate", "ingenium_credentials", "zero", verbosity=0)
    yield
    call_command("migrate", "ingenium_credentials", verbosity=0)


@pytest.mark.xdist_group("migrations")
def test_before_the_first_migration_there_is_nothing_to_check(without_tables: None) -> None:
    assert _database() == []


class TestSeals:
    def test_an_anchor_that_cannot_be_read_is_named(self, settings: Any, tmp_path: Path) -> None:
        (tmp_path / "root.pem").write_text("no certificate")
        settings.INGENIUM_SEAL_ANCHORS_DIR = str(tmp_path)

        (found,) = check_settings()

        assert found.id == "ingenium.E031"
        assert "root.pem" in found.msg

    def test_an_issuer_needs_a_certificate_to_seal(self, settings: Any, issuer: Issuer) -> None:
        settings.INGENIUM_FORMATS = ["ob3", "elm"]

        assert "ingenium.E032" in _ids(_database())

    @pytest.mark.usefixtures("sealing_certificate")
    def test_one_in_force_is_enough(self) -> None:
        assert not {"ingenium.E032", "ingenium.E033", "ingenium.W030"} & set(_ids(_database()))

    def test_a_key_that_is_gone_is_named(self, sealing_certificate: SealingCertificate) -> None:
        Path(sealing_certificate.uri.removeprefix("file:")).unlink()

        assert "ingenium.E033" in _ids(_database())

    def test_another_certificate_than_the_entered_is_named(
        self, sealing_certificate: SealingCertificate
    ) -> None:
        SealingCertificate.objects.update(fingerprint="00" * 32)

        assert "ingenium.E033" in _ids(_database())

    @pytest.mark.usefixtures("sealing_certificate")
    def test_one_that_ends_soon_is_named(self) -> None:
        SealingCertificate.objects.update(valid_until=timezone.now() + dt.timedelta(days=30))

        assert "ingenium.W030" in _ids(_database())
