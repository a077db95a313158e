"""Credentials attached inside a PDF document, found without reading the document itself.

Only embedded files are looked at, in every revision that the file still holds: what a
reader shows as the attachment and what is judged here cannot differ. Hidden here: the few
bytes of PDF syntax around such a file, and what hostile files do with them.
"""

from __future__ import annotations

import re
import zlib

from .errors import MalformedCredential, WorkLimitExceeded

__all__ = ["MAX_ATTACHMENTS", "attached"]

MAX_ATTACHMENTS = 8
_MAX_BYTES = 5_000_000
"""Of one attached file; no European credential is larger."""

_LARGEST_HEAD = 2_000
_KIND = re.compile(rb"/Type\s*/EmbeddedFile(?![A-Za-z0-9])")
_LENGTH = re.compile(rb"/Length\s+([0-9]{1,8})(?!\s+[0-9]+\s+R)(?![0-9])")
_FLATE = re.compile(rb"/Filter\s*\[?\s*/FlateDecode\s*\]?")
_BEGIN = re.compile(rb"stream(\r\n|\n)")
_NONE = "The PDF holds no credential. Printing or converting removes it; ask for the original file."


def attached(pdf: bytes) -> list[bytes]:
    """The JSON files and tokens inside; raises `MalformedCredential` or `WorkLimitExceeded`."""
    found: list[bytes] = []
    for number, match in enumerate(_KIND.finditer(pdf)):
        if number >= 4 * MAX_ATTACHMENTS:
            raise WorkLimitExceeded("The PDF holds more files than any diploma does.")
        content = _content(pdf, match.start())
        if content.lstrip().startswith(b"{"):
            found.append(content)
    if not found:
        raise MalformedCredential(_NONE)
    if len(found) > MAX_ATTACHMENTS:
        raise WorkLimitExceeded("The PDF holds more credentials than any diploma does.")
    return found


def _content(pdf: bytes, at: int) -> bytes:
    """The file whose dictionary is at that place."""
    begin = _BEGIN.search(pdf, at, at + _LARGEST_HEAD)
    start = pdf.rfind(b"obj", max(0, at - _LARGEST_HEAD), at)
    if begin is None or start < 0:
        raise MalformedCredential("A file inside the PDF is not well formed.")
    head = pdf[start : begin.start()]
    length = _LENGTH.search(head)
    if length is None:
        raise MalformedCredential("A file inside the PDF does not say how long it is.")
    data = pdf[begin.end() : begin.end() + int(length[1])]
    rest = pdf[begin.end() + int(length[1]) :][:20]
    if not rest.lstrip(b"\r\n ").startswith(b"endstream"):
        raise MalformedCredential("A file inside the PDF is longer or shorter than it says.")
    if b"/Filter" not in head:
        return data
    if not _FLATE.search(head):
        return b""
    return _inflated(data)


def _inflated(data: bytes) -> bytes:
    opened = zlib.decompressobj()
    try:
        content = opened.decompress(data, _MAX_BYTES)
    except zlib.error as error:
        raise MalformedCredential("A file inside the PDF cannot be unpacked.") from error
    if opened.unconsumed_tail:
        raise WorkLimitExceeded("A file inside the PDF is larger than any credential is.")
    return content
