from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as property_settings
from hypothesis import strategies as st

from ingenium_credentials import api
from ingenium_credentials.badges.baking import bake_png, bake_svg
from ingenium_credentials.badges.contexts import KNOWN_HASHES
from ingenium_credentials.badges.contexts.further import read_folder
from ingenium_credentials.badges.report import Outcome, Report
from ingenium_credentials.models import Achievement, Award, SigningKey

pytestmark = pytest.mark.django_db


@pytest.fixture
def award(achievement: Achievement, learner: Any) -> Award:
    row = api.award(learner_id=learner.pk, achievement=achievement, awarded_at=timezone.now())
    api.issue([row.pk])
    row.refresh_from_db()
    return row


def _body(award: Award, name: str = "ob3") -> bytes:
    return bytes(award.credentials.get(format=name).body)


def _failed(report: Report) -> set[str]:
    return {check.id for check in report.checks if check.outcome is Outcome.FAILED}


@pytest.mark.parametrize("name", ["ob3", "ob3-jwt"])
def test_what_we_issued_is_valid_without_the_network(award: Award, name: str) -> None:
    assert api.verify(_body(award, name)).verdict == "valid"


def test_what_we_baked_is_valid(award: Award) -> None:
    definition = award.achievement

    assert api.verify(bake_png(bytes(definition.image_png), _body(award))).verdict == "valid"
    assert api.verify(bake_svg(bytes(definition.image_svg), _body(award))).verdict == "valid"


@pytest.mark.parametrize("name", ["ob3", "ob3-jwt"])
def test_after_revocation_it_is_not_valid(award: Award, name: str) -> None:
    api.revoke(award.uuid, reason="A mistake")

    report = api.verify(_body(award, name))

    assert report.verdict == "not valid"
    assert _failed(report) == {"status"}


def test_after_rotation_what_the_old_key_signed_is_valid(award: Award) -> None:
    for use in SigningKey.Use.values:
        api.rotate(award.issuer, use)

    assert api.verify(_body(award)).verdict == "valid"
    assert api.verify(_body(award, "ob3-jwt")).verdict == "valid"


def test_what_a_compromised_key_signed_is_not_valid(award: Award) -> None:
    key = award.credentials.get(format="ob3").signing_key
    assert key is not None
    api.rotate(award.issuer, key.use)
    api.mark_compromised(key)

    assert api.verify(_body(award)).verdict == "not valid"
    assert api.verify(_body(award, "ob3-jwt")).verdict == "valid"


def test_a_changed_name_is_not_valid(award: Award) -> None:
    changed = _body(award).replace("Ελένη".encode(), "Μαρία".encode())

    report = api.verify(changed)

    assert "proof" in _failed(report)
    assert report.document is None


def test_what_somebody_else_issued_could_not_be_checked(award: Award) -> None:
    document = json.loads(_body(award))
    document["proof"][0]["verificationMethod"] = "did:web:elsewhere.example#key-1"
    document["issuer"]["id"] = "did:web:elsewhere.example"

    assert api.verify(json.dumps(document).encode()).verdict == "could not be checked"


def test_too_large_a_file_is_refused_before_it_is_read(settings: Any) -> None:
    settings.INGENIUM_VERIFY_MAX_BYTES = 1000

    report = api.verify(b"x" * 1001)

    assert report.verdict == "not valid"
    assert _failed(report) == {"size"}


@given(data=st.binary(max_size=300))
@property_settings(
    max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
def test_any_bytes_give_a_report(data: bytes) -> None:
    assert api.verify(data).verdict != "valid"


def test_a_context_folder_that_is_gone_takes_nothing_away(
    settings: Any, award: Award, tmp_path: Path
) -> None:
    settings.INGENIUM_CONTEXTS_DIR = str(tmp_path / "gone")

    assert api.verify(_body(award)).verdict == "valid"


def test_a_further_context_is_known_by_its_index(settings: Any, award: Award, tmp_path: Path) -> None:
    (tmp_path / "own.json").write_text('{"@context": {"own": "https://own.example/terms#own"}}')
    (tmp_path / "index.json").write_text('{"https://own.example/v1": "own.json"}')
    settings.INGENIUM_CONTEXTS_DIR = str(tmp_path)
    document = json.loads(_body(award))
    document["@context"].append("https://own.example/v1")

    known = api.verify(json.dumps(document).encode())
    settings.INGENIUM_CONTEXTS_DIR = ""
    unknown = api.verify(json.dumps(document).encode())

    # The context defines a term that the document does not use: nothing that was signed differs.
    assert known.verdict == "valid"
    assert unknown.verdict == "could not be checked"


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"a.json": "{"}, "not JSON"),
        ({"a.json": "[]"}, "not a JSON-LD context"),
        ({"a.json": '{"@context": {}}'}, "none of the known"),
        ({"index.json": "["}, "index.json is not JSON"),
        ({"index.json": "[]"}, "must be an object"),
        ({"index.json": '{"https://own.example/v1": "gone.json"}'}, "not there"),
        ({"a.json": " " * 1_000_001}, "larger"),
        (
            {"a.json": '{"@context": {}}', "index.json": json.dumps({next(iter(KNOWN_HASHES)): "a.json"})},
            "not those that are known",
        ),
        (
            {
                "a.json": '{"@context": {}}',
                "index.json": '{"https://www.w3.org/ns/credentials/v2": "a.json"}',
            },
            "not those that are known",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_context_file_of_no_use_is_named_and_not_used(
    tmp_path: Path, files: dict[str, str], words: str
) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text)

    found = read_folder(tmp_path)

    assert found.contexts == {}
    assert words in " ".join(found.problems)
