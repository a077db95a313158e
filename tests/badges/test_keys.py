from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from ingenium_credentials.badges.errors import UnusableKey
from ingenium_credentials.badges.keys import Algorithm, SoftwareSigner, generate_key_file, open_signer
from ingenium_credentials.badges.multibase import base58_encode

PREFIX = {Algorithm.ED25519: b"\x80\x26", Algorithm.P256: b"\x86\x26", Algorithm.P384: b"\x87\x26"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A private folder, as `generate_key_file` asks for."""
    path = tmp_path / "keys"
    path.mkdir(mode=0o700)
    return path


def secret_multikey(prefix: bytes, body: bytes) -> str:
    return "z" + base58_encode(prefix + body)


def written(path: Path, data: bytes, mode: int = 0o600) -> Path:
    path.write_bytes(data)
    path.chmod(mode)
    return path


def pem(
    signer: SoftwareSigner,
    encryption: serialization.KeySerializationEncryption | None = None,
) -> bytes:
    return signer.key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        encryption or serialization.NoEncryption(),
    )


@pytest.mark.parametrize("algorithm", Algorithm)
def test_a_new_key_file_can_be_signed_with(folder: Path, algorithm: Algorithm) -> None:
    path = folder / "issuer.pem"

    public_key = generate_key_file(path, algorithm)

    opened = open_signer(f"file:{path}")
    assert opened.public_key == public_key
    assert public_key.algorithm is algorithm
    public_key.verify(opened.sign(b"data"), b"data")


def test_a_new_key_file_and_its_folder_are_private(tmp_path: Path) -> None:
    path = tmp_path / "new" / "issuer.pem"

    generate_key_file(path, Algorithm.ED25519)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_an_existing_key_file_is_never_overwritten(folder: Path) -> None:
    path = written(folder / "issuer.pem", b"precious")

    with pytest.raises(UnusableKey, match="not overwritten"):
        generate_key_file(path, Algorithm.ED25519)

    assert path.read_bytes() == b"precious"


def test_no_key_is_put_where_others_may_enter(tmp_path: Path) -> None:
    folder = tmp_path / "open"
    folder.mkdir()
    folder.chmod(0o750)

    with pytest.raises(UnusableKey, match="chmod 700"):
        generate_key_file(folder / "issuer.pem", Algorithm.ED25519)

    assert not list(folder.iterdir())


@pytest.mark.parametrize("name", ["file/issuer.pem", "file/deeper/issuer.pem", "\0"])
def test_a_key_file_that_cannot_be_written_is_told_of(folder: Path, name: str) -> None:
    written(folder / "file", b"")

    with pytest.raises(UnusableKey):
        generate_key_file(folder / name, Algorithm.ED25519)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o610, 0o644])
def test_a_key_file_that_others_may_touch_is_refused(
    folder: Path, ed25519_signer: SoftwareSigner, mode: int
) -> None:
    path = written(folder / "issuer.pem", pem(ed25519_signer), mode)

    with pytest.raises(UnusableKey, match="chmod 600"):
        open_signer(f"file:{path}")


def test_spaces_in_the_path_are_escaped(folder: Path, ed25519_signer: SoftwareSigner) -> None:
    path = written(folder / "my key.pem", pem(ed25519_signer))

    assert open_signer(f"file:{folder}/my%20key.pem").public_key == ed25519_signer.public_key
    assert open_signer(f"file://{path}").public_key == ed25519_signer.public_key


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "issuer.pem",
        "/keys/issuer.pem",
        "https://host/issuer.pem",
        "FILE:/keys/issuer.pem",
        "file:issuer.pem",
        "file:../issuer.pem",
        "file://host/issuer.pem",
        "file:/keys/issuer.pem?x=1",
        "file:/keys/issuer.pem#1",
        "file://[",
        "file:/no/such/file.pem",
        "file:/a%00b",
        "file:/",
        "env:",
        "env:INGENIUM_NO_SUCH_KEY",
        "env:A%00",
        "env:A\0",
    ],
)
def test_a_wrong_address_is_refused(uri: str) -> None:
    with pytest.raises(UnusableKey):
        open_signer(uri)


def test_a_pipe_in_place_of_a_key_does_not_hold_us(folder: Path) -> None:
    os.mkfifo(folder / "issuer.pem", 0o600)

    with pytest.raises(UnusableKey, match="regular"):
        open_signer(f"file:{folder}/issuer.pem")


@pytest.mark.parametrize(
    "data", [b"", b"no key", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"]
)
def test_a_file_without_a_key_is_refused(folder: Path, data: bytes) -> None:
    with pytest.raises(UnusableKey, match="PKCS #8"):
        open_signer(f"file:{written(folder / 'issuer.pem', data)}")


def test_a_huge_key_file_is_refused(folder: Path) -> None:
    with pytest.raises(UnusableKey, match="larger"):
        open_signer(f"file:{written(folder / 'issuer.pem', b'x' * 100_000)}")


def test_an_encrypted_key_is_refused(folder: Path, ed25519_signer: SoftwareSigner) -> None:
    encrypted = pem(ed25519_signer, serialization.BestAvailableEncryption(b"secret"))

    with pytest.raises(UnusableKey, match="encrypted"):
        open_signer(f"file:{written(folder / 'issuer.pem', encrypted)}")


def test_a_key_of_an_unknown_curve_is_refused(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256K1())
    data = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )

    with pytest.raises(UnusableKey, match="not known here"):
        open_signer(f"file:{written(folder / 'issuer.pem', data)}")


def test_the_environment_may_hold_a_pem(monkeypatch: pytest.MonkeyPatch, signer: SoftwareSigner) -> None:
    text = pem(signer).decode()
    for value in (text, text.replace("\n", "\\n"), f"\n{text}\n"):
        monkeypatch.setenv("ISSUER_KEY", value)

        opened = open_signer("env:ISSUER_KEY")

        signer.public_key.verify(opened.sign(b"data"), b"data")


@pytest.mark.parametrize("algorithm", PREFIX)
def test_the_environment_may_hold_a_secret_multikey(
    monkeypatch: pytest.MonkeyPatch, signers: dict[Algorithm, SoftwareSigner], algorithm: Algorithm
) -> None:
    key = signers[algorithm].key
    if isinstance(key, ed25519.Ed25519PrivateKey):
        body = key.private_bytes_raw()
    else:
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        body = key.private_numbers().private_value.to_bytes(key.key_size // 8, "big")
    monkeypatch.setenv("ISSUER_KEY", secret_multikey(PREFIX[algorithm], body))

    assert open_signer("env:ISSUER_KEY").public_key == signers[algorithm].public_key


def test_a_secret_multikey_may_have_its_public_half_appended(monkeypatch: pytest.MonkeyPatch) -> None:
    key = ed25519.Ed25519PrivateKey.generate()
    seed, public = key.private_bytes_raw(), key.public_key().public_bytes_raw()

    monkeypatch.setenv("ISSUER_KEY", secret_multikey(PREFIX[Algorithm.ED25519], seed + public))
    assert open_signer("env:ISSUER_KEY").public_key.key == key.public_key()

    monkeypatch.setenv("ISSUER_KEY", secret_multikey(PREFIX[Algorithm.ED25519], seed + bytes(32)))
    with pytest.raises(UnusableKey, match="halves"):
        open_signer("env:ISSUER_KEY")


@pytest.mark.parametrize(
    "value",
    [
        "z",
        "z0",
        "z" * 200,
        secret_multikey(PREFIX[Algorithm.ED25519], bytes(31)),
        secret_multikey(PREFIX[Algorithm.P256], bytes(32)),
        secret_multikey(PREFIX[Algorithm.P256], b"\xff" * 32),
        secret_multikey(PREFIX[Algorithm.P384], bytes(32)),
        secret_multikey(b"\xed\x01", b"\x01" * 32),
    ],
)
def test_a_spoiled_secret_is_refused_without_quoting_it(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("ISSUER_KEY", value)

    with pytest.raises(UnusableKey) as refusal:
        open_signer("env:ISSUER_KEY")

    assert len(value) < 3 or value not in str(refusal.value)


def test_a_signer_does_not_show_its_key(signer: SoftwareSigner) -> None:
    assert "PrivateKey" not in repr(signer)
