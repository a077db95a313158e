"""Credentials attached inside a PDF document, found without drawing the document.

Only documents are taken whose whole structure can be read without guessing, as diplomas are
written: one revision with one plain table of objects, none of them hidden in a compressed
stream. Every file that such a document attaches is judged, so that a reader cannot show one
that was passed over; any other document could not be checked. Hidden here: the syntax of PDF
(ISO 32000-1, sections 7.3, 7.5 and 7.11), as far as that takes it.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Mapping, Sequence

from attrs import frozen

from .errors import MalformedCredential, UnsupportedProof, WorkLimitExceeded

__all__ = ["MAX_ATTACHMENTS", "attached"]

MAX_ATTACHMENTS = 8
_MAX_BYTES = 5_000_000
"""Of one attached file; no European credential is larger."""

_MAX_OBJECTS = 20_000
_MAX_SYNTAX = 1_000_000
"""Bytes of all that is no content of a stream."""
_END = re.compile(rb"startxref\s+([0-9]{1,10})\s+%%EOF\s*\Z")
_TABLE = re.compile(rb"xref\s+0 ([0-9]{1,6})\s+")
_ENTRY = re.compile(rb"([0-9]{10}) ([0-9]{5}) ([fn])(?: \r| \n|\r\n)")
_NOT_IN_TRAILER = {b"/Prev", b"/XRefStm", b"/Encrypt", b"/EF"}
_TOKEN = re.compile(rb"[ \t\r\n]+|<<|>>|[\[\]]|<[0-9A-Fa-f]*>|/[^\x00\s/()<>\[\]{}%]*|[-+.0-9A-Za-z]+")
_PARENTHESIS = re.compile(rb"[()]|\\.", re.DOTALL)
_ESCAPED = re.compile(rb"#(?:3[0-9]|4[1-9A-Fa-f]|5[0-9Aa]|6[1-9A-Fa-f]|7[0-9Aa])")
"""In a name, what nobody needs but who hides it."""
_STREAM = re.compile(rb"\r?\n")
_FILE_KEYS = {b"/F", b"/UF", b"/DOS", b"/Mac", b"/Unix"}
_ENCODED = {b"/Filter", b"/FFilter", b"/DecodeParms", b"/FDecodeParms", b"/DP", b"/F", b"/Length", b"/DL"}

_NONE = "The PDF holds no credential. Printing or converting removes it; ask for the original file."
_OTHERWISE = (
    "The PDF is not built as diplomas are: it was changed, or saved by another program. Ask for the original"
    " file."
)


@frozen
class _Object:
    """One indirect object of the document."""

    tokens: tuple[bytes, ...]
    """All of it, but the content of a stream and white space."""
    content: bytes | None


def attached(pdf: bytes) -> list[bytes]:
    """Each file that the document attaches, in the order of its objects.

    Raises `MalformedCredential` for a document without any or with one that is no credential,
    `UnsupportedProof` for one that is built in another way, and `WorkLimitExceeded`.
    """
    objects = _objects(pdf)
    numbers = sorted({number for one in objects.values() for number in _attached_by(one.tokens)})
    if not numbers:
        raise MalformedCredential(_NONE)
    if len(numbers) > MAX_ATTACHMENTS:
        raise WorkLimitExceeded("The PDF holds more files than any diploma does.")
    return [_file(objects.get(number)) for number in numbers]


def _objects(pdf: bytes) -> dict[int, _Object]:
    """All objects by number; each byte between the first of them and the table belongs to one."""
    table, places = _table(pdf)
    ends = [*sorted(places)[1:], table]
    read, found = 0, {}
    for place, end in zip(sorted(places), ends, strict=True):
        tokens, at = _tokens(pdf, place, end, until=(b"stream", b"endobj"))
        read += at - place
        if read > _MAX_SYNTAX:
            raise WorkLimitExceeded("The PDF holds more than any diploma does.")
        number = str(places[place]).encode()
        if tokens[:3] != (number, b"0", b"obj") or b"/ObjStm" in tokens:
            raise UnsupportedProof(_OTHERWISE)
        found[places[place]] = _object(pdf, tokens, at, end)
    return found


def _table(pdf: bytes) -> tuple[int, Mapping[int, int]]:
    """Where the table of objects stands, and the numbers of the objects by their places."""
    end = _END.search(pdf, max(0, len(pdf) - 100))
    table = int(end[1]) if end else len(pdf)
    head = _TABLE.match(pdf, table)
    if end is None or head is None or not 1 < int(head[1]) <= _MAX_OBJECTS:
        raise UnsupportedProof(_OTHERWISE)
    places, at = {}, head.end()
    for number in range(int(head[1])):
        entry = _ENTRY.match(pdf, at)
        # Nothing was ever deleted, and nothing written anew.
        if entry is None or (entry[3] == b"f") != (number == 0) or (number and int(entry[2])):
            raise UnsupportedProof(_OTHERWISE)
        at = entry.end()
        if number:
            places[int(entry[1])] = number
    trailer, _at = _tokens(pdf, at, end.start())
    if trailer[:2] != (b"trailer", b"<<") or _NOT_IN_TRAILER & set(trailer):
        raise UnsupportedProof(_OTHERWISE)
    if len(places) != int(head[1]) - 1 or max(places) >= table:
        raise UnsupportedProof(_OTHERWISE)
    return table, places


def _object(pdf: bytes, tokens: tuple[bytes, ...], at: int, end: int) -> _Object:
    content = None
    if tokens[-1] == b"stream":
        begin = _STREAM.match(pdf, at)
        if begin is None:
            raise UnsupportedProof(_OTHERWISE)
        at = begin.end() + _length(tokens)
        content = pdf[begin.end() : at]
        closing, at = _tokens(pdf, at, end, until=(b"endobj",))
        if closing != (b"endstream", b"endobj"):
            raise UnsupportedProof(_OTHERWISE)
    if _tokens(pdf, at, end)[0] or tokens[-1] not in (b"stream", b"endobj"):
        raise UnsupportedProof(_OTHERWISE)
    return _Object(tokens, content)


def _length(tokens: tuple[bytes, ...]) -> int:
    """How long the content is, as it stands there; not where another object says it."""
    at = tokens.index(b"/Length") if tokens.count(b"/Length") == 1 else len(tokens)
    size, after = (*tokens[at + 1 : at + 3], b"", b"")[:2]
    if not size.isdigit() or len(size) > 8 or not after.startswith((b"/", b">>")):
        raise UnsupportedProof(_OTHERWISE)
    return int(size)


def _tokens(pdf: bytes, at: int, end: int, *, until: tuple[bytes, ...] = ()) -> tuple[tuple[bytes, ...], int]:
    """The words from one place to another, or to one of `until`; and where that ended."""
    found: list[bytes] = []
    while at < end and not (found and found[-1] in until):
        if len(found) > _MAX_SYNTAX // 4:
            raise WorkLimitExceeded("The PDF holds more than any diploma does.")
        begin, at = at, _after_token(pdf, at, end)
        token = pdf[begin:at]
        if token.startswith(b"/") and _ESCAPED.search(token):
            raise UnsupportedProof(_OTHERWISE)
        if not token.isspace():
            found.append(token)
    return tuple(found), at


def _after_token(pdf: bytes, at: int, end: int) -> int:
    if pdf[at : at + 1] == b"(":
        return _after_text(pdf, at, end)
    match = _TOKEN.match(pdf, at, end)
    if match is None:
        raise UnsupportedProof(_OTHERWISE)
    return match.end()


def _after_text(pdf: bytes, at: int, end: int) -> int:
    """Where the text in parentheses ends, which may hold pairs of them."""
    depth = 0
    while match := _PARENTHESIS.search(pdf, at, end):
        at = match.end()
        depth += {b"(": 1, b")": -1}.get(match[0], 0)
        if not depth:
            return at
    raise UnsupportedProof(_OTHERWISE)


def _attached_by(tokens: Sequence[bytes]) -> Iterator[int]:
    """The numbers of the objects that the words name as attached files."""
    for at, token in enumerate(tokens):
        if token != b"/EF":
            continue
        rest = tokens[at + 1 : at + 2 + 4 * len(_FILE_KEYS) + 1]
        if rest[:1] != (b"<<",) or b">>" not in rest:
            raise UnsupportedProof(_OTHERWISE)
        yield from _references(rest[1 : rest.index(b">>")])


def _references(words: Sequence[bytes]) -> Iterator[int]:
    for at in range(0, len(words), 4):
        key, number, *rest = [*words[at : at + 4], b"", b""]
        if key not in _FILE_KEYS or not number.isdigit() or rest[:2] != [b"0", b"R"]:
            raise UnsupportedProof(_OTHERWISE)
        yield int(number)


def _file(found: _Object | None) -> bytes:
    if found is None or found.content is None:
        raise UnsupportedProof(_OTHERWISE)
    words = found.tokens
    said = sorted(word for word in words if word in _ENCODED)
    if said == [b"/Length"]:
        content = found.content
    elif said == [b"/Filter", b"/Length"] and words[words.index(b"/Filter") + 1] == b"/FlateDecode":
        content = _inflated(found.content)
    else:
        raise UnsupportedProof(_OTHERWISE)
    if not content.lstrip().startswith((b"{", b"eyJ")):
        raise MalformedCredential("The PDF holds a file that is no credential.")
    return content


def _inflated(data: bytes) -> bytes:
    opened = zlib.decompressobj()
    try:
        content = opened.decompress(data, _MAX_BYTES)
    except zlib.error as error:
        raise MalformedCredential("A file inside the PDF cannot be unpacked.") from error
    if opened.unconsumed_tail:
        raise WorkLimitExceeded("A file inside the PDF is larger than any credential is.")
    if not opened.eof or opened.unused_data:
        raise MalformedCredential("A file inside the PDF cannot be unpacked.")
    return content
