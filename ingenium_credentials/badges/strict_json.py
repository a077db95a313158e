"""JSON as credentials use it: read strictly, measured before anything costly happens.

Hides the ways in which two JSON readers can see different documents: repeated members,
numbers that no other reader holds, characters that are none. `measure` is also the one
place where the limits of a document stand.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NoReturn

from .errors import MalformedCredential, WorkLimitExceeded

__all__ = ["MAX_BYTES", "MAX_DEPTH", "MAX_VALUES", "check_text", "leaves", "measure", "parse"]

MAX_BYTES = 2_000_000
"""Badges carry their image inside, as a data URI."""

MAX_DEPTH = 40
MAX_VALUES = 2_000
"""Objects, arrays and leaves together, outside `@context`."""

COMMAS_PER_VALUE = 10
"""Seen before parsing: more than all values have between them, with room for long texts."""

MAX_CONTEXT_VALUES = 600
"""All that is written under `@context`, in the whole document."""

MAX_CONTEXTS = 64
"""Objects with an `@context` of their own: embedded credentials have one each."""

_SAFE_INTEGER = 2**53
_SMALLEST = 1e-6
_KEYWORDS = {
    *("@base", "@container", "@context", "@direction", "@graph", "@id", "@included", "@index", "@json"),
    *("@language", "@list", "@nest", "@none", "@prefix", "@propagate", "@protected", "@reverse", "@set"),
    *("@type", "@value", "@version", "@vocab"),
}
_LIKE_KEYWORD = re.compile(r"@[a-zA-Z]+")

# Signed text must canonicalise alike everywhere: open-badges-3.md, section 4.2, and RFC 8259, section 8.2.
_REFUSED_CHARACTERS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def parse(data: bytes | str, *, max_bytes: int = MAX_BYTES, max_values: int = MAX_VALUES) -> dict[str, Any]:
    """Read a JSON object so that no other reader can see a different one.

    Raises `MalformedCredential` for anything but one UTF-8 JSON object without repeated
    members, and `WorkLimitExceeded` above the limits of this module. `max_values` may be
    more than they say where nothing costlier than reading follows.
    """
    text = _decoded(data, max_bytes, COMMAS_PER_VALUE * max_values)
    try:
        value = json.loads(text, object_pairs_hook=_members, parse_constant=_not_a_number)
    except RecursionError as error:
        raise WorkLimitExceeded("The document is nested more deeply than any credential.") from error
    except ValueError as error:
        raise MalformedCredential("The document is not well-formed JSON.") from error
    if not isinstance(value, dict):
        raise MalformedCredential("The document is not a JSON object.")
    measure(value, max_values=max_values)
    return value


def measure(document: Mapping[str, Any], *, max_values: int = MAX_VALUES) -> int:
    """The number of leaves of a document, once it is known to be safe to work on.

    A leaf is a text, number, truth value, null, empty array or empty object outside
    `@context`. Raises as `parse` does, for documents that were not parsed from bytes.
    """
    return _Measure(max_values).value(dict(document), 1)


def leaves(value: Any) -> int:
    """The number of leaves of a plain JSON value, `@context` not set apart."""
    if isinstance(value, dict) and value:
        return sum(map(leaves, value.values()))
    if isinstance(value, list) and value:
        return sum(map(leaves, value))
    return 1


def check_text(text: str) -> None:
    """Refuse characters that implementations of the canonical form disagree about."""
    # What is refused is never printable, and asking that first is twice as quick.
    if not text.isprintable() and _REFUSED_CHARACTERS.search(text):
        raise MalformedCredential("A text contains a control character or something that is no character.")


def _decoded(data: bytes | str, max_bytes: int, max_commas: int) -> str:
    if len(data) > max_bytes:
        raise WorkLimitExceeded(f"The document is larger than {max_bytes:,} bytes.")
    try:
        text = data if isinstance(data, str) else data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise MalformedCredential("The document is not UTF-8 text.") from error
    if text.count(",") > max_commas:
        raise WorkLimitExceeded("The document has more members than any genuine credential.")
    return text


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise MalformedCredential("The document says two things about the same member.")
    return members


def _not_a_number(name: str) -> NoReturn:
    raise MalformedCredential(f"The document contains {name}, which JSON does not have.")


class _Measure:
    """One walk over a document, counting down what it may still contain."""

    def __init__(self, max_values: int) -> None:
        self._values = max_values
        self._context_values = MAX_CONTEXT_VALUES
        self._contexts = MAX_CONTEXTS

    def value(self, value: Any, depth: int) -> int:
        self._values -= 1
        if self._values < 0 or depth > MAX_DEPTH:
            raise WorkLimitExceeded("The document has more members or levels than any genuine credential.")
        if isinstance(value, str):
            check_text(value)
            return 1
        if isinstance(value, dict):
            return self._object(value, depth)
        if isinstance(value, list):
            return sum(self.value(item, depth + 1) for item in value) if value else 1
        _check_scalar(value)
        return 1

    def _object(self, members: dict[Any, Any], depth: int) -> int:
        count = 0
        for key, value in members.items():
            if not isinstance(key, str):
                raise MalformedCredential("The document has a member whose name is not a text.")
            check_text(key)
            if key == "@context":
                self._contexts -= 1
                self._context(value, depth + 1)
            else:
                count += self.value(value, depth + 1)
        return count or 1

    def _context(self, value: Any, depth: int) -> None:
        self._context_values -= 1
        if self._context_values < 0 or self._contexts < 0 or depth > MAX_DEPTH:
            raise WorkLimitExceeded("The document brings more vocabulary of its own than any credential.")
        if isinstance(value, str):
            _check_context_text(value)
        elif isinstance(value, dict):
            self._context_object(value, depth)
        elif isinstance(value, list):
            for item in value:
                self._context(item, depth + 1)
        else:
            _check_scalar(value)

    def _context_object(self, members: dict[Any, Any], depth: int) -> None:
        for key, value in members.items():
            if not isinstance(key, str) or key == "@import":
                raise MalformedCredential("A context of the document has a member that is not allowed here.")
            _check_context_text(key)
            self._context(value, depth + 1)


def _check_context_text(text: str) -> None:
    check_text(text)
    # Processors ignore what only looks like a keyword, and what is ignored is not signed.
    if _LIKE_KEYWORD.fullmatch(text) and text not in _KEYWORDS:
        raise MalformedCredential("A context of the document uses a keyword that JSON-LD does not have.")


def _check_scalar(value: Any) -> None:
    if value is None or isinstance(value, bool):
        return
    if not isinstance(value, int | float):
        raise MalformedCredential("The document contains a value that JSON does not have.")
    if not _is_portable(value):
        raise MalformedCredential(
            "The document contains a number that others would sign differently; it must be written as text."
        )


def _is_portable(number: int | float) -> bool:
    """Whether JSON readers everywhere hold this number and write it alike as xsd:double."""
    if isinstance(number, int):
        return -_SAFE_INTEGER <= number <= _SAFE_INTEGER
    if not math.isfinite(number) or abs(number) > _SAFE_INTEGER:
        return False
    if number.is_integer():
        return str(number) != "-0.0"
    digits = Decimal(number).as_tuple().digits
    # xsd:double keeps 16 digits: none may get lost, and the 17th must not be a tie that
    # one implementation rounds up and the next rounds to even.
    is_tie = len(digits) == 17 and digits[-1] == 5
    return abs(number) >= _SMALLEST and float(f"{number:.15E}") == number and not is_tie
