from __future__ import annotations

import datetime as dt
import gzip
import time
import tracemalloc
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingenium_credentials.badges.errors import CredentialError, StatusError
from ingenium_credentials.badges.multibase import base64url_decode, base64url_encode
from ingenium_credentials.badges.status_list import (
    MAX_BYTES,
    MIN_LENGTH,
    bit,
    decode,
    encode,
    entry_of,
    render,
)

LIST = "https://ingenium.example/ingenium/status/7"
ENTRY: dict[str, Any] = {
    "id": f"{LIST}#94567",
    "type": "BitstringStatusListEntry",
    "statusPurpose": "revocation",
    "statusListIndex": "94567",
    "statusListCredential": LIST,
}


def written(bits: bytes) -> str:
    return "u" + base64url_encode(gzip.compress(bits, mtime=0))


@settings(max_examples=30)
@given(st.sets(st.integers(0, MIN_LENGTH - 1), max_size=50))
def test_a_list_reads_back_as_the_same_indices(indices: set[int]) -> None:
    bits = decode(encode(indices))

    assert {index for index in indices if bit(bits, index)} == indices
    assert sum(byte.bit_count() for byte in bits) == len(indices)


@settings(max_examples=10)
@given(st.binary(min_size=1, max_size=64))
def test_a_bit_string_survives_being_written_anew(pattern: bytes) -> None:
    bits = (pattern * MIN_LENGTH)[: MIN_LENGTH // 8]
    indices = [index for index in range(MIN_LENGTH) if bits[index >> 3] >> (7 - (index & 7)) & 1]

    assert decode(encode(indices)) == bits


def test_index_0_is_the_left_most_bit() -> None:
    bits = decode(encode([0, 94567]))

    assert bits[0] == 0x80
    assert bits[11820] == 0x01


def test_the_same_indices_give_the_same_text() -> None:
    assert encode([5, 3, 5]) == encode(iter([3, 5]))
    assert base64url_decode(encode([])[1:])[4:8] == bytes(4), "the time in the gzip header"


def test_the_example_of_the_specification_is_read() -> None:
    """Bitstring Status List 1.0, the list credential shown there: nothing is set."""
    text = "uH4sIAAAAAAAAA-3BMQEAAADCoPVPbQwfoAAAAAAAAAAAAAAAAAAAAIC3AYbSVKsAQAAA"

    assert decode(text) == bytes(MIN_LENGTH // 8)


@pytest.mark.parametrize("length", [0, -8, MIN_LENGTH - 8, MIN_LENGTH + 1, 8 * MAX_BYTES + 8])
def test_a_list_of_a_wrong_length_is_not_made(length: int) -> None:
    with pytest.raises(StatusError):
        encode([], length)


@pytest.mark.parametrize("index", [-1, MIN_LENGTH, 2**70])
def test_an_index_outside_the_list_is_refused(index: int) -> None:
    with pytest.raises(StatusError):
        encode([index])
    with pytest.raises(StatusError):
        bit(bytes(MIN_LENGTH // 8), index)


def test_a_longer_list_has_more_entries() -> None:
    assert bit(decode(encode([2 * MIN_LENGTH - 1], 2 * MIN_LENGTH)), 2 * MIN_LENGTH - 1)


SOUND = encode([94567])
COMPRESSED = base64url_decode(SOUND[1:])


@pytest.mark.parametrize(
    "text",
    [
        None,
        5,
        ["u"],
        "",
        "u",
        SOUND[1:],
        "z" + SOUND[1:],
        SOUND + "=",
        SOUND[:-1] + "\n",
        SOUND[:-4],
        "u" + base64url_encode(COMPRESSED[:-1]),
        "u" + base64url_encode(COMPRESSED + b"\0"),
        "u" + base64url_encode(COMPRESSED + COMPRESSED),
        "u" + base64url_encode(COMPRESSED[:-8] + bytes(8)),
        "u" + base64url_encode(b"\x78\x9c" + COMPRESSED[2:]),
        written(b""),
        written(bytes(MIN_LENGTH // 8 - 1)),
    ],
    ids=lambda text: repr(text)[:12],
)
def test_a_spoiled_list_is_an_error(text: object) -> None:
    with pytest.raises(StatusError):
        decode(text)


@settings(max_examples=60)
@given(st.integers(0, len(COMPRESSED) * 8 - 1))
def test_a_damaged_list_is_an_error_or_the_same(position: int) -> None:
    """The checksum of gzip finds every changed bit but those of its own header."""
    damaged = bytearray(COMPRESSED)
    damaged[position // 8] ^= 1 << position % 8

    with suppress(StatusError):
        assert decode("u" + base64url_encode(bytes(damaged))) == decode(SOUND)


def test_a_zip_bomb_ends_early_and_small() -> None:
    bomb = written(bytes(100 * 2**20))
    tracemalloc.start()
    begun = time.process_time()

    with pytest.raises(StatusError, match="larger"):
        decode(bomb)

    seconds, (_now, peak) = time.process_time() - begun, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert seconds < 1
    assert peak < 4 * MAX_BYTES


def test_a_text_larger_than_any_list_is_not_even_read() -> None:
    with pytest.raises(StatusError, match="larger"):
        decode("u" + "A" * 2 * MAX_BYTES)


def test_a_caller_may_allow_less() -> None:
    with pytest.raises(StatusError, match="larger"):
        decode(encode([], 2 * MIN_LENGTH), max_bytes=MIN_LENGTH // 8)


def test_a_list_is_a_credential_to_be_signed(now: dt.datetime) -> None:
    document = render(
        url=LIST,
        issuer_id="did:web:ingenium.example",
        valid_from=now,
        valid_until=now + dt.timedelta(days=7),
        revoked=[94567],
        ttl_ms=300_000,
    )

    assert document == {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "id": LIST,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": "did:web:ingenium.example",
        "validFrom": "2026-11-23T09:00:00Z",
        "validUntil": "2026-11-30T09:00:00Z",
        "credentialSubject": {
            "id": f"{LIST}#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "encodedList": encode([94567]),
            "ttl": 300_000,
        },
    }


def test_an_entry_names_list_index_and_purpose() -> None:
    assert entry_of(ENTRY) == (LIST, 94567, "revocation")
    assert entry_of({**ENTRY, "type": ["BitstringStatusListEntry"], "statusListIndex": "0"})[1] == 0


@pytest.mark.parametrize(
    "change",
    [
        {"type": "StatusList2021Entry"},
        {"type": None},
        {"type": ["BitstringStatusListEntry", "Other"]},
        {"statusPurpose": ""},
        {"statusPurpose": None},
        {"statusPurpose": ["revocation"]},
        {"statusListIndex": 94567},
        {"statusListIndex": ""},
        {"statusListIndex": "-1"},
        {"statusListIndex": "+1"},
        {"statusListIndex": "007"},
        {"statusListIndex": "1e3"},
        {"statusListIndex": " 1"},
        {"statusListIndex": "1\n"},
        {"statusListIndex": "٣"},
        {"statusListIndex": "9" * 5000},
        {"statusListIndex": None},
        {"statusListCredential": None},
        {"statusListCredential": ""},
        {"statusListCredential": "/status/7"},
        {"statusListCredential": "file:///etc/passwd"},
        {"statusListCredential": "https://"},
        {"statusListCredential": "https://["},
        {"statusListCredential": f"{LIST}#list"},
        {"statusListCredential": f"{LIST} x"},
        {"statusListCredential": f"{LIST}\n"},
        {"statusListCredential": f"{LIST}/é"},
        {"statusListCredential": LIST + "a" * 3000},
        {"id": LIST},
    ],
    ids=lambda change: str(change)[:60],
)
def test_a_spoiled_entry_is_an_error(change: dict[str, object]) -> None:
    with pytest.raises(StatusError):
        entry_of({**ENTRY, **change})


@given(
    st.dictionaries(
        st.sampled_from(sorted(ENTRY)), st.none() | st.integers() | st.text() | st.lists(st.text())
    )
)
def test_any_entry_is_read_or_an_error_of_ours(entry: dict[str, object]) -> None:
    with suppress(CredentialError):
        entry_of({**ENTRY, **entry})
