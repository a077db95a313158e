from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingenium_credentials.badges.errors import CredentialError, MalformedCredential
from ingenium_credentials.badges.multibase import (
    base58_decode,
    base58_encode,
    base64url_decode,
    base64url_encode,
    multibase_decode,
)


@given(st.binary(max_size=120))
def test_base58_text_reads_back_as_the_same_bytes(data: bytes) -> None:
    assert base58_decode(base58_encode(data)) == data


@given(st.binary(max_size=300))
def test_base64url_text_reads_back_as_the_same_bytes(data: bytes) -> None:
    assert base64url_decode(base64url_encode(data)) == data


@given(st.text(max_size=40))
def test_a_text_is_read_in_one_way_or_refused(text: str) -> None:
    for decode, encode in ((base58_decode, base58_encode), (base64url_decode, base64url_encode)):
        try:
            data = decode(text)
        except CredentialError:
            continue
        assert encode(data) == text


def test_leading_zero_bytes_are_ones() -> None:
    assert base58_encode(b"\0\0\x28\x7f\xb4\xcd") == "11233QC4"
    assert base58_decode("11233QC4") == b"\0\0\x28\x7f\xb4\xcd"


@pytest.mark.parametrize("text", ["0", "O", "I", "l", "a b", "1\n", "é", "-"])
def test_letters_outside_base58_are_refused(text: str) -> None:
    with pytest.raises(MalformedCredential):
        base58_decode(text)


def test_an_overlong_text_is_refused_before_it_is_read() -> None:
    begun = time.process_time()

    with pytest.raises(MalformedCredential):
        base58_decode("z" * 5_000_000)

    assert time.process_time() - begun < 0.1


@pytest.mark.parametrize(
    "text",
    ["YQ==", "YQ=", "Y", "YR", "YWI+", "YWI/", "YW Jj", "YWJj\n", " YWJj", "YWé"],
    ids=[
        "padded",
        "half padded",
        "too short",
        "stray bits",
        "plus",
        "slash",
        "space",
        "line end",
        "lead",
        "é",
    ],
)
def test_lenient_base64_is_refused(text: str) -> None:
    with pytest.raises(MalformedCredential):
        base64url_decode(text)


@pytest.mark.parametrize("text", ["", "uYQ", "mYQ", "Z11"])
def test_other_multibases_are_refused(text: str) -> None:
    with pytest.raises(MalformedCredential):
        multibase_decode(text)
