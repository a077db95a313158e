"""The pinned contexts: their bytes, and how a build gets them."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_socket import disable_socket, enable_socket

from ingenium_credentials.badges import contexts as pinned
from ingenium_credentials.badges import jsonld
from ingenium_credentials.badges.errors import MalformedCredential, UnknownContext
from ingenium_credentials.badges.jsonld import PINNED, Contexts, pinned_context, verify_pins

ROOT = Path(__file__).parents[2]
V2 = "https://www.w3.org/ns/credentials/v2"
MINE = "https://ex.example/context"
MINE_BYTES = b'{"@context": {"mine": "https://ex.example/mine"}}'


@pytest.fixture
def no_sockets() -> Iterator[None]:
    disable_socket(allow_unix_socket=False)
    yield
    enable_socket()


def test_every_pinned_file_is_there_with_its_bytes() -> None:
    assert verify_pins() == []


@pytest.mark.parametrize("url", PINNED)
@pytest.mark.usefixtures("no_sockets")
def test_a_pinned_context_is_read_without_network(url: str) -> None:
    assert "@context" in pinned_context(url)
    assert url in Contexts()


def test_the_contexts_of_an_issued_badge_have_the_published_hashes() -> None:
    assert PINNED[V2].sha256 == "59955ced6697d61e03f2b2556febe5308ab16842846f5b586d7f1f7adec92734"
    current = PINNED["https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"]
    assert current.sha256 == "3d34f4d4ef1bce691106e63798beb5e7b862ba841423f5ee1e53ab7ddf3bca84"


def test_a_copy_handed_out_can_be_changed_without_effect_on_others() -> None:
    pinned_context(V2)["@context"].clear()

    assert pinned_context(V2)["@context"]


@pytest.mark.parametrize("url", ["https://evil.example/", V2 + "/", V2.upper(), "", "credentials-v2.json"])
def test_any_other_address_is_unknown_and_never_asked(url: str) -> None:
    with pytest.raises(UnknownContext):
        pinned_context(url)


def test_a_missing_and_an_altered_file_are_named(tmp_path: Path) -> None:
    for pin in PINNED.values():
        (tmp_path / pin.file).write_bytes(pinned.read(pin))
    (tmp_path / PINNED[V2].file).unlink()
    altered = PINNED["https://w3id.org/security/multikey/v1"]
    (tmp_path / altered.file).write_bytes(pinned.read(altered) + b"\n")

    missing, changed = pinned.problems(tmp_path)

    assert V2 in missing
    assert "missing" in missing
    assert altered.file in changed


def test_an_altered_file_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = {V2: pinned.Pin(PINNED[V2].file, "0" * 64)}
    monkeypatch.setattr(pinned, "PINNED", wrong)

    with pytest.raises(UnknownContext, match="not installed intact"):
        Contexts().document(V2)


def test_a_context_handed_in_is_known_beside_the_pinned_ones() -> None:
    contexts = Contexts({MINE: MINE_BYTES})
    document = {"@context": [V2, MINE], "id": "urn:ex:1", "mine": "x"}

    assert b"<https://ex.example/mine>" in jsonld.canonical(document, contexts=contexts)
    with pytest.raises(UnknownContext):
        jsonld.canonical(document)


@pytest.mark.parametrize("url", [V2, *pinned.KNOWN_HASHES])
def test_a_well_known_context_is_accepted_with_its_own_bytes_only(url: str) -> None:
    with pytest.raises(MalformedCredential, match="other bytes"):
        Contexts({url: MINE_BYTES})


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"\xff", b"[" * 100_000])
def test_what_is_no_context_cannot_be_handed_in(content: bytes) -> None:
    with pytest.raises(MalformedCredential):
        Contexts({MINE: content})


def test_the_table_names_no_hash_twice_and_every_hash_is_one() -> None:
    hashes = [pin.sha256 for pin in PINNED.values()] + [
        sha for known in pinned.KNOWN_HASHES.values() for sha in known
    ]

    assert len(set(hashes)) == len(hashes)
    assert all(len(bytes.fromhex(sha)) == hashlib.sha256().digest_size for sha in hashes)


def test_the_build_reads_the_table_without_any_other_package() -> None:
    source = (
        "import runpy, sys, json; before = set(sys.modules); "
        f"table = runpy.run_path({str(ROOT / 'ingenium_credentials/badges/contexts/__init__.py')!r}); "
        "new = {name.partition('.')[0] for name in set(sys.modules) - before}; "
        "print(json.dumps([len(table['PINNED']), sorted(new - set(sys.stdlib_module_names))]))"
    )

    finished = subprocess.run(
        [sys.executable, "-I", "-c", source], capture_output=True, check=True, text=True
    )

    assert json.loads(finished.stdout) == [len(PINNED), []]
