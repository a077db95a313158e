from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingenium_credentials.badges import der
from ingenium_credentials.badges.errors import CredentialError, MalformedCredential, WorkLimitExceeded

ARCS = st.tuples(st.integers(0, 2), st.integers(0, 39), *[st.integers(0, 2**40)] * 3)


@given(st.binary(max_size=70_000))
def test_what_was_written_is_read(content: bytes) -> None:
    encoded = der.encode(der.OCTETS, content)

    assert der.read(encoded).octets() == content
    assert der.read(der.sequence(encoded, encoded)).parts() == [der.read(encoded)] * 2


@given(st.integers(0, 2**200))
def test_a_number_comes_back(value: int) -> None:
    assert der.read(der.integer(value)).integer() == value


@given(ARCS)
def test_an_object_identifier_comes_back(arcs: tuple[int, ...]) -> None:
    dotted = ".".join(map(str, arcs))

    assert der.read(der.object_id(dotted)).object_id() == dotted


@pytest.mark.parametrize(
    ("encoded", "dotted"),
    [
        ("06092a864886f70d010702", "1.2.840.113549.1.7.2"),
        ("0603883703", "2.999.3"),
        ("0603550461", "2.5.4.97"),
    ],
)
def test_published_identifiers_are_read(encoded: str, dotted: str) -> None:
    value = der.read(bytes.fromhex(encoded))

    assert value.object_id() == dotted


@given(st.binary(max_size=40))
def test_any_bytes_are_one_value_or_none(data: bytes) -> None:
    try:
        value = der.read(data)
    except CredentialError:
        return
    assert value.encoded == data
    assert der.encode(value.tag, value.content) == data


@pytest.mark.parametrize(
    "encoded",
    [
        "",
        "02",
        "0201",
        "020101ff",
        "0280010000",
        "02810101",
        "0282000101",
        "0285000000000101",
        "1f0101",
        "30847fffffff",
    ],
)
def test_what_is_not_der_is_refused(encoded: str) -> None:
    with pytest.raises(MalformedCredential):
        der.read(bytes.fromhex(encoded))


@pytest.mark.parametrize("encoded", ["0200", "02020001", "0202ffff", "0241" + "01" * 65, "040101"])
def test_a_number_has_one_form(encoded: str) -> None:
    with pytest.raises(MalformedCredential):
        der.read(bytes.fromhex(encoded)).integer()


@pytest.mark.parametrize(
    "encoded", ["0600", "060180", "06028001", "06032a8001", "0641" + "01" * 65, "020101"]
)
def test_an_object_identifier_has_one_form(encoded: str) -> None:
    with pytest.raises(MalformedCredential):
        der.read(bytes.fromhex(encoded)).object_id()


def test_a_time_is_read_with_its_fraction() -> None:
    value = der.read(der.encode(der.TIME, b"20261123090000.25Z"))

    assert value.moment() == dt.datetime(2026, 11, 23, 9, 0, 0, 250_000, dt.UTC)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"20261123090000",
        b"202611230900Z",
        b"20261123090000.Z",
        b"20261123090000.50Z",
        b"20261323090000Z",
    ],
)
def test_a_time_has_one_form(text: bytes) -> None:
    with pytest.raises(MalformedCredential):
        der.read(der.encode(der.TIME, text)).moment()


def test_members_are_taken_in_order_and_to_the_end() -> None:
    fields = der.Fields.of(der.read(der.sequence(der.integer(1), der.encode(der.OCTETS, b"a"))))

    assert fields.maybe(der.OCTETS) is None
    with pytest.raises(MalformedCredential):
        fields.take(der.OCTETS)
    assert fields.take(der.INTEGER).integer() == 1
    with pytest.raises(MalformedCredential):
        fields.end()
    assert fields.take().octets() == b"a"
    fields.end()
    with pytest.raises(MalformedCredential):
        fields.take()


@pytest.mark.parametrize(
    "encoded", [der.integer(1), der.sequence(), der.sequence(der.integer(1), der.integer(2))]
)
def test_a_value_that_should_hold_one_other_must(encoded: bytes) -> None:
    with pytest.raises(MalformedCredential):
        der.read(encoded).only()


def test_more_parts_than_anything_has_are_not_read() -> None:
    with pytest.raises(WorkLimitExceeded):
        der.read(der.sequence(der.integer(1) * 501)).parts()
