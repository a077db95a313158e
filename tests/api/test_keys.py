from __future__ import annotations

import datetime as dt
import json
import stat
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from ingenium_credentials import api
from ingenium_credentials.api import keys
from ingenium_credentials.badges.did import did_web_url, find_method
from ingenium_credentials.badges.errors import UnusableKey
from ingenium_credentials.badges.keys import generate_key_file, open_signer
from ingenium_credentials.badges.public_keys import Algorithm, PublicKey
from ingenium_credentials.models import AuditEntry, Issuer, Organisation, SigningKey, StatusList

pytestmark = pytest.mark.django_db


@pytest.fixture
def keys_dir(settings: Any, tmp_path: Path) -> Path:
    folder = tmp_path / "keys"
    settings.INGENIUM_KEYS_DIR = str(folder)
    return folder


@pytest.fixture
def issuer() -> Issuer:
    """An issuer that has no key yet."""
    organisation = Organisation.objects.create(slug="uoc", country="GR")
    return Issuer.objects.create(slug="uoc", organisation=organisation, did=keys.default_did("uoc"))


def _path(key: SigningKey) -> Path:
    return Path(key.uri.removeprefix("file:"))


def test_a_new_key_is_private_to_its_owner(keys_dir: Path, issuer: Issuer) -> None:
    key = keys.create_key(issuer, use="proof")

    assert stat.S_IMODE(keys_dir.stat().st_mode) == 0o700
    assert stat.S_IMODE(_path(key).stat().st_mode) == 0o600
    assert _path(key).parent == keys_dir


@pytest.mark.parametrize(
    ("use", "algorithm", "expected"),
    [
        ("proof", None, "Ed25519"),
        ("proof", Algorithm.P384, "P-384"),
        ("jwt", None, "RSA"),
        ("jwt", Algorithm.P256, "P-256"),
    ],
)
def test_a_new_key_is_of_the_kind_its_use_needs(
    keys_dir: Path, issuer: Issuer, use: str, algorithm: Algorithm | None, expected: str
) -> None:
    key = keys.create_key(issuer, use=use, algorithm=algorithm)

    assert key.algorithm == expected
    assert open_signer(key.uri).public_key == PublicKey.from_jwk(key.public_jwk)


def test_the_row_holds_no_private_part(keys_dir: Path, issuer: Issuer) -> None:
    key = keys.create_key(issuer, use="jwt")

    key.full_clean()
    assert set(key.public_jwk) == {"kty", "n", "e"}


def test_a_key_that_exists_is_taken_by_its_address(
    issuer: Issuer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    public_key = generate_key_file(tmp_path / "private" / "k.pem", Algorithm.ED25519)
    monkeypatch.setenv("UOC_KEY", (tmp_path / "private" / "k.pem").read_text())

    key = keys.create_key(issuer, use="proof", uri="env:UOC_KEY")

    assert key.uri == "env:UOC_KEY"
    assert key.public_jwk == public_key.jwk


def test_one_key_is_not_taken_twice(issuer: Issuer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    generate_key_file(tmp_path / "private" / "k.pem", Algorithm.ED25519)
    uri = f"file:{tmp_path / 'private' / 'k.pem'}"
    keys.create_key(issuer, use="proof", uri=uri)

    with pytest.raises(UnusableKey, match="in use already"):
        keys.create_key(issuer, use="proof", uri=uri)


@pytest.mark.parametrize(
    ("use", "algorithm"),
    [("jwt", Algorithm.ED25519), ("proof", Algorithm.RSA), ("jwt", Algorithm.P384), ("wax", None)],
)
def test_a_key_of_the_wrong_kind_is_refused(
    keys_dir: Path, issuer: Issuer, use: str, algorithm: Algorithm | None
) -> None:
    with pytest.raises(UnusableKey):
        keys.create_key(issuer, use=use, algorithm=algorithm)

    assert not SigningKey.objects.exists()
    assert not keys_dir.exists()


def test_a_taken_key_of_the_wrong_kind_is_refused(issuer: Issuer, tmp_path: Path) -> None:
    generate_key_file(tmp_path / "private" / "k.pem", Algorithm.ED25519)

    with pytest.raises(UnusableKey, match="jwt"):
        keys.create_key(issuer, use="jwt", uri=f"file:{tmp_path / 'private' / 'k.pem'}")


def test_without_a_key_folder_the_message_says_what_to_set(settings: Any, issuer: Issuer) -> None:
    settings.INGENIUM_KEYS_DIR = ""

    with pytest.raises(UnusableKey, match="INGENIUM_KEYS_DIR"):
        keys.create_key(issuer, use="proof")


def test_rotation_retires_the_old_key_and_signs_with_the_new_one(keys_dir: Path, issuer: Issuer) -> None:
    old = keys.create_key(issuer, use="proof", algorithm=Algorithm.P256)
    jwt = keys.create_key(issuer, use="jwt")

    new = keys.rotate(issuer, "proof")

    old.refresh_from_db()
    jwt.refresh_from_db()
    signer, row = keys.signer_for(issuer, "proof")
    assert old.retired_at is not None
    assert jwt.retired_at is None
    assert new.algorithm == "P-256"
    assert row == new
    assert signer.public_key.jwk == new.public_jwk


def test_after_rotation_the_old_key_is_still_published(keys_dir: Path, issuer: Issuer) -> None:
    old = keys.create_key(issuer, use="proof")
    new = keys.rotate(issuer, "proof")

    for key in (old, new):
        method = find_method(key.method_id, resolve=lambda url: keys.did_document_bytes(issuer))
        assert method.public_key.jwk == key.public_jwk
        assert method.expires is None
        assert method.revoked is None


def test_a_compromised_key_is_published_as_revoked_and_signs_no_more(keys_dir: Path, issuer: Issuer) -> None:
    key = keys.create_key(issuer, use="proof")
    signed = StatusList.objects.create(issuer=issuer, length=131_072, capacity=65_536, stale=False)

    keys.mark_compromised(key, reason="laptop stolen")

    method = find_method(key.method_id, resolve=lambda url: keys.did_document_bytes(issuer))
    signed.refresh_from_db()
    assert method.revoked is not None
    assert signed.stale
    with pytest.raises(UnusableKey, match="no valid key"):
        keys.signer_for(issuer, "proof")


def test_retiring_or_revoking_twice_changes_nothing(keys_dir: Path, issuer: Issuer) -> None:
    key = keys.create_key(issuer, use="proof")

    first = (keys.retire(key).retired_at, keys.mark_compromised(key).compromised_at)
    second = (keys.retire(key).retired_at, keys.mark_compromised(key).compromised_at)

    assert first == second
    actions = AuditEntry.objects.order_by("id").values_list("action", flat=True)
    assert list(actions) == ["key-created", "key-retired", "key-compromised"]


def test_a_key_that_is_not_valid_yet_does_not_sign(keys_dir: Path, issuer: Issuer) -> None:
    now = keys.create_key(issuer, use="proof")
    later = keys.create_key(issuer, use="proof")
    SigningKey.objects.filter(pk=later.pk).update(valid_from=timezone.now() + dt.timedelta(days=1))

    assert keys.signer_for(issuer, "proof")[1] == now
    assert keys.signer_for(issuer, "proof", timezone.now() + dt.timedelta(days=2))[1] == later


def test_a_private_key_that_is_not_the_published_one_does_not_sign(keys_dir: Path, issuer: Issuer) -> None:
    key = keys.create_key(issuer, use="proof")
    _path(key).unlink()
    generate_key_file(_path(key), Algorithm.ED25519)

    with pytest.raises(UnusableKey, match="does not belong"):
        keys.signer_for(issuer, "proof")


def test_a_key_file_that_is_gone_is_named(keys_dir: Path, issuer: Issuer) -> None:
    key = keys.create_key(issuer, use="proof")
    _path(key).unlink()

    with pytest.raises(UnusableKey, match="cannot be read"):
        keys.signer_for(issuer, "proof")


def test_the_did_document_has_the_same_bytes_each_time(keys_dir: Path, issuer: Issuer) -> None:
    keys.create_key(issuer, use="proof")
    keys.create_key(issuer, use="jwt")

    first, second = keys.did_document_bytes(issuer), keys.did_document_bytes(issuer)

    assert first == second
    assert json.loads(first)["id"] == issuer.did
    assert b'"d"' not in first


def test_the_default_did_leads_to_the_site(settings: Any) -> None:
    settings.INGENIUM_BASE_URL = "http://localhost:8000"

    did = keys.default_did("uoc")

    assert did == "did:web:localhost%3A8000:ingenium:issuers:uoc"
    assert did_web_url(did) == "https://localhost:8000/ingenium/issuers/uoc/did.json"


def test_fragments_count_on_and_are_never_used_again(keys_dir: Path, issuer: Issuer) -> None:
    names = [keys.create_key(issuer, use="proof").fragment for _ in range(3)]
    SigningKey.objects.filter(fragment="key-2").delete()

    assert names == ["key-1", "key-2", "key-3"]
    assert keys.create_key(issuer, use="proof").fragment == "key-4"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "uri",
    [
        "pkcs11:object=a?module-path=/lib.so&pin-value=4711",
        "pkcs11:object=a?module-path=/lib.so&pin%2Dvalue=4711",
    ],
)
def test_an_address_that_tells_a_pin_is_not_stored(issuer: Issuer, uri: str) -> None:
    with pytest.raises(UnusableKey, match="pin-source") as refused:
        api.create_key(issuer, use="proof", uri=uri)
    with pytest.raises(UnusableKey, match="pin-source"):
        api.define_certificate(issuer, uri=uri)

    assert "4711" not in str(refused.value)
    assert not SigningKey.objects.exists()
