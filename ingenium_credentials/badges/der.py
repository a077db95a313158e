"""DER, as far as certificates and time-stamps need it: read strictly, written shortly.

Each value has one encoding and each encoding one value: indefinite or padded lengths,
tags above 30 and anything after the end are refused, so that what was checked is what
every other reader sees. Hidden here: tags, lengths and the arithmetic of identifiers.
"""

from __future__ import annotations

import datetime as dt
import re

from attrs import define, field, frozen

from .errors import MalformedCredential, WorkLimitExceeded

__all__ = [
    *("BOOLEAN", "INTEGER", "OBJECT_ID", "OCTETS", "SEQUENCE", "SET", "TIME", "Fields", "Value"),
    *("encode", "integer", "object_id", "read", "sequence"),
]

BOOLEAN, INTEGER, OCTETS, OBJECT_ID, TIME, SEQUENCE, SET = 0x01, 0x02, 0x04, 0x06, 0x18, 0x30, 0x31

_MAX_PARTS = 500
"""More than any structure has that is opened here."""

_MAX_INTEGER_BYTES = 64
_TIME = re.compile(rb"([0-9]{14})(?:\.([0-9]{0,8}[1-9]))?Z")


@frozen
class Value:
    """One value: its tag, what it holds, and how the whole of it is written."""

    tag: int
    content: bytes = field(repr=False)
    encoded: bytes = field(repr=False)

    def parts(self) -> list[Value]:
        """The values inside; raises `MalformedCredential` or `WorkLimitExceeded`."""
        if not self.tag & 0x20:
            raise MalformedCredential("A DER value that should hold others does not.")
        found: list[Value] = []
        position = 0
        while position < len(self.content):
            if len(found) == _MAX_PARTS:
                raise WorkLimitExceeded("A DER value holds more parts than any genuine one.")
            value = _read_at(self.content, position)
            found.append(value)
            position += len(value.encoded)
        return found

    def only(self) -> Value:
        """The one value inside; raises `MalformedCredential`."""
        parts = self.parts()
        if len(parts) != 1:
            raise MalformedCredential("A DER value should hold exactly one other.")
        return parts[0]

    def integer(self) -> int:
        """A whole number; raises `MalformedCredential`."""
        self._demand(INTEGER)
        padded = self.content[:1] in (b"\0", b"\xff") and len(self.content) > 1
        if not 0 < len(self.content) <= _MAX_INTEGER_BYTES:
            raise MalformedCredential("A DER number is empty or longer than any genuine one.")
        if padded and (self.content[0] ^ self.content[1]) < 0x80:
            raise MalformedCredential("A DER number is not written in its shortest form.")
        return int.from_bytes(self.content, "big", signed=True)

    def object_id(self) -> str:
        """An object identifier in dotted form; raises `MalformedCredential`."""
        self._demand(OBJECT_ID)
        if not 0 < len(self.content) <= _MAX_INTEGER_BYTES or self.content[-1] & 0x80:
            raise MalformedCredential("A DER object identifier is not well formed.")
        arcs, arc, begins = [], 0, True
        for byte in self.content:
            if begins and byte == 0x80:
                raise MalformedCredential("A DER object identifier is not written in its shortest form.")
            arc = arc << 7 | byte & 0x7F
            begins = not byte & 0x80
            if begins:
                arcs.append(arc)
                arc = 0
        first = min(arcs[0] // 40, 2)
        return ".".join(map(str, [first, arcs[0] - 40 * first, *arcs[1:]]))

    def moment(self) -> dt.datetime:
        """A GeneralizedTime, in UTC; raises `MalformedCredential`."""
        self._demand(TIME)
        match = _TIME.fullmatch(self.content)
        if match is None:
            raise MalformedCredential("A DER time is not written as date, time and Z.")
        fraction = (match[2] or b"").decode()[:6].ljust(6, "0")
        try:
            moment = dt.datetime.strptime(match[1].decode(), "%Y%m%d%H%M%S")
        except ValueError as error:
            raise MalformedCredential("A DER time does not exist in the calendar.") from error
        return moment.replace(microsecond=int(fraction), tzinfo=dt.UTC)

    def octets(self) -> bytes:
        """The bytes of an OCTET STRING; raises `MalformedCredential`."""
        self._demand(OCTETS)
        return self.content

    def _demand(self, tag: int) -> None:
        if self.tag != tag:
            raise MalformedCredential("A DER value is of another kind than its place demands.")


@define
class Fields:
    """The members of a SEQUENCE, taken one after the other."""

    _rest: list[Value]

    @classmethod
    def of(cls, value: Value, tag: int = SEQUENCE) -> Fields:
        """The members of `value`; raises `MalformedCredential` if its tag is another."""
        value._demand(tag)
        return cls(value.parts())

    def take(self, tag: int | None = None) -> Value:
        """The next member, of this tag if one is given; raises `MalformedCredential`."""
        if not self._rest or tag not in (None, self._rest[0].tag):
            raise MalformedCredential("A DER sequence lacks a member, or has another in its place.")
        return self._rest.pop(0)

    def maybe(self, tag: int) -> Value | None:
        """The next member if it is of this tag."""
        return self._rest.pop(0) if self._rest and self._rest[0].tag == tag else None

    def end(self) -> None:
        """Return if no member is left; else raise `MalformedCredential`."""
        if self._rest:
            raise MalformedCredential("A DER sequence has a member too many.")


def read(data: bytes) -> Value:
    """The one value that `data` is the encoding of; raises `MalformedCredential`."""
    value = _read_at(data, 0)
    if len(value.encoded) != len(data):
        raise MalformedCredential("Something follows the end of a DER value.")
    return value


def encode(tag: int, content: bytes) -> bytes:
    """Write one value."""
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content


def sequence(*parts: bytes) -> bytes:
    """Write a SEQUENCE of encoded values."""
    return encode(SEQUENCE, b"".join(parts))


def integer(value: int) -> bytes:
    """Write a whole number that is not negative."""
    return encode(INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def object_id(dotted: str) -> bytes:
    """Write an object identifier."""
    first, second, *rest = map(int, dotted.split("."))
    return encode(OBJECT_ID, b"".join(map(_base128, [40 * first + second, *rest])))


def _base128(arc: int) -> bytes:
    groups = [arc & 0x7F]
    while arc := arc >> 7:
        groups.append(arc & 0x7F | 0x80)
    return bytes(reversed(groups))


def _read_at(data: bytes, start: int) -> Value:
    head = data[start : start + 2]
    if len(head) < 2 or head[0] & 0x1F == 0x1F:
        raise MalformedCredential("A DER value ends too early or has an impossible tag.")
    begin, size = start + 2, head[1]
    if size & 0x80:
        begin, size = _long_length(data, begin, size & 0x7F)
    if begin + size > len(data):
        raise MalformedCredential("A DER value ends too early.")
    return Value(head[0], data[begin : begin + size], data[start : begin + size])


def _long_length(data: bytes, start: int, count: int) -> tuple[int, int]:
    length = data[start : start + count]
    if not 1 <= count <= 4 or len(length) < count or length[0] == 0:
        raise MalformedCredential("A DER length is indefinite, too long or cut off.")
    size = int.from_bytes(length, "big")
    if size < 0x80:
        raise MalformedCredential("A DER length is not written in its shortest form.")
    return start + count, size
