"""Strict JSON: what two readers could understand differently is refused, and cheaply."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingenium_credentials.badges.errors import CredentialError, MalformedCredential, WorkLimitExceeded
from ingenium_credentials.badges.strict_json import MAX_DEPTH, MAX_VALUES, leaves, measure, parse
from tests.badges.cpu import cpu_seconds

json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


def test_a_plain_object_is_read_as_it_is() -> None:
    assert parse('{"a": [1, 2.5, true, null, "ä"]}'.encode()) == {"a": [1, 2.5, True, None, "ä"]}
    assert parse('{"a": "b"}') == {"a": "b"}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b'"text"',
        b"null",
        b"{",
        b"{} {}",
        b'{"a": 1, "a": 2}',
        b'{"a": {"b": 1, "b": 1}}',
        b'{"a": NaN}',
        b'{"a": -Infinity}',
        b'{"a": 1e999}',
        b'{"a": 9007199254740993}',
        b'{"a": 1e21}',
        b'{"a": 1e-7}',
        b'{"a": -0.0}',
        b'{"a": 0.30000000000000004}',
        b'{"a": 600000000000000.25}',
        b'{"a": ' + b"9" * 5000 + b"}",
        b'{"a": "\\ud800"}',
        b'{"\\ud800": "a"}',
        b'{"a": "\\u0000"}',
        b'{"a": "\\u001f"}',
        b'{"a": "\\uffff"}',
        b'{"a": "\x01"}',
        b'{"a": "\xff"}',
        b"\xef\xbb\xbf{}",
        '{"a": "b"}'.encode("utf-16"),
    ],
)
def test_malformed_json_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedCredential):
        parse(data)


@pytest.mark.parametrize(
    "number", [0, -1, 2**53, -(2**53), 0.5, 1e-6, 0.1, 123456.789, -2.25, 1e15, 4503599627370497.0]
)
def test_numbers_that_are_written_alike_everywhere_are_accepted(number: float) -> None:
    assert parse(json.dumps({"a": number})) == {"a": number}


@pytest.mark.parametrize("character", ["\t", "\n", "\r", "\x7f", "\x85", "\u2028", "\ufeff", "\U0001f600"])
def test_characters_that_all_implementations_agree_on_are_accepted(character: str) -> None:
    assert parse(json.dumps({"a": character})) == {"a": character}


def _deep(levels: int) -> dict[str, Any]:
    value: Any = "x"
    for _ in range(levels):
        value = {"a": value}
    assert isinstance(value, dict)
    return value


def test_depth_and_number_of_values_have_limits() -> None:
    assert measure(_deep(MAX_DEPTH - 1)) == 1
    assert measure({"a": ["x"] * (MAX_VALUES - 2)}) == MAX_VALUES - 2
    for document in (_deep(MAX_DEPTH), {"a": ["x"] * MAX_VALUES}):
        with pytest.raises(WorkLimitExceeded):
            measure(document)


@pytest.mark.parametrize(
    "context",
    [["urn:ex:c"] * 1000, {f"t{number}": "urn:ex:t" for number in range(1000)}],
    ids=["addresses", "terms"],
)
def test_contexts_have_limits_of_their_own(context: Any) -> None:
    with pytest.raises(WorkLimitExceeded):
        measure({"@context": context})


def test_many_objects_with_a_context_are_refused() -> None:
    with pytest.raises(WorkLimitExceeded):
        measure({"a": [{"@context": "urn:ex:c"}] * 100})


@pytest.mark.parametrize(
    "context",
    [{"@import": "urn:ex:c"}, {"@foo": "urn:ex:x"}, {"foo": "@bar"}, {"a": {"@context": {"@import": "x"}}}],
)
def test_contexts_that_import_or_invent_keywords_are_refused(context: Any) -> None:
    with pytest.raises(MalformedCredential):
        measure({"@context": context})


@pytest.mark.parametrize("value", [(1,), {1: 2}, b"x", {"a": {"b": object()}}, 1j])
def test_python_values_that_json_does_not_have_are_refused(value: Any) -> None:
    with pytest.raises(MalformedCredential):
        measure({"a": value})


@pytest.mark.parametrize(
    "text",
    [
        "[" * 1_000_000,
        '{"a":' * 300_000,
        '{"a":[' + "[]," * 600_000 + "[]]}",
        "{" + ",".join(f'"{number}":1' for number in range(150_000)) + "}",
        '{"a":"' + "x" * 3_000_000 + '"}',
    ],
    ids=["arrays", "objects", "broad", "members", "bytes"],
)
def test_bombs_are_refused_within_a_tenth_of_a_second(text: str) -> None:
    data = text.encode()

    def refuse() -> None:
        with pytest.raises(WorkLimitExceeded):
            parse(data)

    assert cpu_seconds(refuse) < 0.1


@given(value=json_values)
def test_anything_parses_to_itself_or_is_refused_by_our_own_error(value: Any) -> None:
    try:
        assert parse(json.dumps({"a": value})) == {"a": value}
    except CredentialError:
        return


@given(data=st.binary(max_size=30))
def test_any_bytes_parse_or_are_refused_by_our_own_error(data: bytes) -> None:
    try:
        assert isinstance(parse(data), dict)
    except CredentialError:
        return


@given(value=json_values)
def test_leaves_are_counted_alike_within_and_without_a_document(value: Any) -> None:
    try:
        assert measure({"a": value}) == leaves(value)
    except CredentialError:
        return
