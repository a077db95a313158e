"""Baking: a credential inside a picture (Open Badges 3.0, section Document Formats).

PNG carries it in a text chunk, SVG in an element; nothing else of the picture changes, to
the byte. Hidden here: the structure of both formats and what hostile pictures do with it.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from typing import Any, Literal

from attrs import define, field, frozen
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser, ParseError

from .errors import MalformedCredential, WorkLimitExceeded

__all__ = ["MAX_BYTES", "bake_png", "bake_svg", "carrier", "unbake_png", "unbake_svg"]

MAX_BYTES = 16 * 2**20
"""Of a picture with its credential."""

_PNG = b"\x89PNG\r\n\x1a\n"
_KEYWORD = b"openbadgecredential"
_OLD_KEYWORD = b"openbadges"
_TEXT_CHUNKS = (b"iTXt", b"tEXt", b"zTXt")
_MAX_CHUNKS = 20_000

_NAMESPACE = "https://purl.imsglobal.org/ob/v3p0"
_OLD_NAMESPACE = "http://openbadges.org"
_PREFIX = "openbadges"
_ELEMENT = f"{{{_NAMESPACE}}}credential"
_SVG = "{http://www.w3.org/2000/svg}svg"
_MAX_ELEMENTS = 50_000
_TAG = re.compile(rb"""<(?:[^"'>]++|"[^"]*"|'[^']*')*>""")
_DECLARED = re.compile(rb"""(?:\xef\xbb\xbf)?<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_NOT_IN_XML = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")
"""What XML 1.0 cannot hold, and the carriage return, which it would change."""

_JWT = re.compile(rb"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*")

_OLD_BADGE = "The picture is an Open Badges 2 image; such badges are not read here."
_NO_CREDENTIAL = "The picture holds no credential. Some programs remove it; ask for the original file."
_TWO_CREDENTIALS = "The picture holds more than one credential."

Carrier = Literal["png", "svg", "json", "jwt"]


def carrier(data: bytes) -> Carrier | None:
    """What the bytes seem to be; None if nothing that can carry a credential."""
    if data.startswith(_PNG):
        return "png"
    text = data.removeprefix(b"\xef\xbb\xbf").strip()
    if text.startswith(b"<"):
        return "svg"
    if text.startswith((b"{", b"[")):
        return "json"
    return "jwt" if _JWT.fullmatch(text) else None


def _demand_size(picture: bytes) -> None:
    if len(picture) > MAX_BYTES:
        raise WorkLimitExceeded("The picture is larger than any badge is.")


def _demand_credential(credential: bytes) -> str:
    """The credential as text, if it is one that a picture can carry."""
    if carrier(credential) not in ("json", "jwt"):
        raise MalformedCredential("What is to be baked is neither JSON nor a JWT.")
    try:
        return credential.decode("utf-8")
    except UnicodeDecodeError as error:
        raise MalformedCredential("The credential is not UTF-8 text.") from error


@frozen
class _Chunk:
    kind: bytes
    data: bytes
    start: int
    end: int

    @property
    def keyword(self) -> bytes:
        """The keyword of a text chunk; empty for any other."""
        return self.data[:80].partition(b"\0")[0] if self.kind in _TEXT_CHUNKS else b""


def bake_png(png: bytes, credential: bytes) -> bytes:
    """The picture with the credential inside, in place of any that it held.

    Raises `MalformedCredential` or `WorkLimitExceeded`.
    """
    _demand_credential(credential)
    chunks = list(_chunks(png))
    kept = [png[chunk.start : chunk.end] for chunk in chunks if chunk.keyword != _KEYWORD]
    # The first chunk is the header of the picture; the text goes right behind it, so
    # before the first IDAT as the specification asks.
    baked = [_PNG, kept[0], _text_chunk(credential), *kept[1:], png[chunks[-1].end :]]
    return b"".join(baked)


def unbake_png(png: bytes) -> bytes:
    """The one credential in the picture; raises `MalformedCredential` or `WorkLimitExceeded`."""
    texts = [chunk for chunk in _chunks(png) if chunk.keyword in (_KEYWORD, _OLD_KEYWORD)]
    current = [chunk for chunk in texts if chunk.keyword == _KEYWORD]
    if not current:
        raise MalformedCredential(_OLD_BADGE if texts else _NO_CREDENTIAL)
    if len(current) > 1:
        raise MalformedCredential(_TWO_CREDENTIALS)
    return _chunk_text(current[0])


def _chunks(png: bytes) -> Iterator[_Chunk]:
    """All chunks, from IHDR to IEND."""
    _demand_size(png)
    if not png.startswith(_PNG):
        raise MalformedCredential("The file is not a PNG picture.")
    start, kinds = len(_PNG), set[bytes]()
    for _count in range(_MAX_CHUNKS):
        chunk = _chunk(png, start)
        if (chunk.kind == b"IHDR") != (not kinds):
            raise MalformedCredential("The PNG picture does not begin with its one header.")
        kinds.add(chunk.kind)
        yield chunk
        if chunk.kind == b"IEND":
            break
        start = chunk.end
    else:
        raise WorkLimitExceeded("The PNG picture has more chunks than any badge has.")
    if b"IDAT" not in kinds:
        raise MalformedCredential("The PNG picture has no image in it.")


def _chunk(png: bytes, start: int) -> _Chunk:
    length = int.from_bytes(png[start : start + 4], "big")
    end = start + 12 + length
    if end > len(png):
        raise MalformedCredential("The PNG picture is cut off.")
    kind, data = png[start + 4 : start + 8], png[start + 8 : end - 4]
    if zlib.crc32(data, zlib.crc32(kind)) != int.from_bytes(png[end - 4 : end], "big"):
        raise MalformedCredential("The PNG picture is damaged: a checksum does not fit.")
    return _Chunk(kind, data, start, end)


def _text_chunk(credential: bytes) -> bytes:
    # Not compressed, no language, no translated keyword.
    body = b"iTXt" + _KEYWORD + bytes(5) + credential
    return (len(body) - 4).to_bytes(4, "big") + body + zlib.crc32(body).to_bytes(4, "big")


def _chunk_text(chunk: _Chunk) -> bytes:
    rest = chunk.data[len(_KEYWORD) + 1 :]
    parts = rest[2:].split(b"\0", 2)
    if chunk.kind != b"iTXt" or len(parts) != 3:
        raise MalformedCredential("The credential in the picture stands in a wrong kind of chunk.")
    # Refused and never inflated: Open Badges 3.0 forbids compression here.
    if rest[:2] != b"\0\0":
        raise MalformedCredential("The credential in the picture is compressed, which is not allowed.")
    return parts[2]


@define
class _Found:
    """A credential element: where it stands and what it holds."""

    start: int
    verify: str | None
    end: int = 0
    texts: list[str] = field(factory=list)


class _Reader:
    """Receives the events of one SVG picture; keeps the root and the credentials."""

    def __init__(self, svg: bytes) -> None:
        self.found: list[_Found] = []
        self.prefixes: dict[str | None, str] = {}
        self.root = -1
        self.is_old = False
        self._elements = 0
        self._open: _Found | None = None
        self._svg = svg
        # Entities and everything external are refused; a bare DOCTYPE passes.
        self._parser = DefusedXMLParser(target=self, encoding="utf-8")

    def read(self) -> None:
        try:
            self._parser.feed(self._svg)
            self._parser.close()
        except DefusedXmlException as error:
            raise MalformedCredential(
                "The SVG picture declares entities or refers to other files."
            ) from error
        except (ParseError, ValueError, LookupError) as error:
            raise MalformedCredential("The SVG picture is not well-formed XML.") from error

    def start_ns(self, prefix: str, uri: str) -> None:
        self.is_old |= uri == _OLD_NAMESPACE
        if self.root < 0:
            self.prefixes[prefix] = uri

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._elements += 1
        if self._elements > _MAX_ELEMENTS:
            raise WorkLimitExceeded("The SVG picture has more elements than any badge has.")
        if self._open is not None:
            raise MalformedCredential("The credential in the picture has elements inside.")
        if self.root < 0:
            self.root = self._position
            if tag != _SVG:
                raise MalformedCredential("The file is not an SVG picture.")
        if tag == _ELEMENT:
            self._open = _Found(self._position, attributes.get("verify"))
            self.found.append(self._open)

    def data(self, text: str) -> None:
        if self._open is not None:
            self._open.texts.append(text)

    def end(self, _tag: str) -> None:
        if self._open is None:
            return
        end = _tag_end(self._svg, self._open.start)
        is_empty = self._svg[end - 2 : end] == b"/>"
        self._open.end = end if is_empty else _tag_end(self._svg, self._position)
        self._open = None

    def close(self) -> None:
        """Nothing is left to do: the parser wants the method."""

    @property
    def _position(self) -> int:
        parser: Any = self._parser.parser
        return int(parser.CurrentByteIndex)


def _tag_end(svg: bytes, start: int) -> int:
    match = _TAG.match(svg, start)
    if match is None:
        raise MalformedCredential("The SVG picture is not well-formed XML.")
    return match.end()


def _read_svg(svg: bytes) -> _Reader:
    _demand_size(svg)
    _demand_utf8(svg)
    reader = _Reader(svg)
    reader.read()
    return reader


def _demand_utf8(svg: bytes) -> None:
    # ASCII is the same in all that may be declared, but for UTF-16, which is no XML here.
    declared = _DECLARED.match(svg)
    if declared and declared[1].lower() != b"utf-8" and not svg.isascii():
        raise MalformedCredential("The SVG picture is not written in UTF-8.")


def bake_svg(svg: bytes, credential: bytes) -> bytes:
    """The picture with the credential inside, in place of any that it held.

    Raises `MalformedCredential` or `WorkLimitExceeded`.
    """
    element = _element(_demand_credential(credential).strip())
    reader = _read_svg(svg)
    bound = reader.prefixes.get(_PREFIX)
    if bound not in (None, _NAMESPACE):
        raise MalformedCredential(_OLD_BADGE)
    content = _tag_end(svg, reader.root)
    if svg[content - 2 : content] == b"/>":
        raise MalformedCredential("The SVG picture is empty.")
    declaration = b"" if bound else f' xmlns:{_PREFIX}="{_NAMESPACE}"'.encode()
    rest, start = [], content
    for found in reader.found:
        rest.append(svg[start : found.start])
        start = found.end
    baked = b"".join([svg[: content - 1], declaration, b">", element, *rest, svg[start:]])
    _demand_utf8(baked)
    return baked


def unbake_svg(svg: bytes) -> bytes:
    """The one credential in the picture; raises `MalformedCredential` or `WorkLimitExceeded`."""
    reader = _read_svg(svg)
    if not reader.found:
        raise MalformedCredential(_OLD_BADGE if reader.is_old else _NO_CREDENTIAL)
    if len(reader.found) > 1:
        raise MalformedCredential(_TWO_CREDENTIALS)
    found = reader.found[0]
    text = "".join(found.texts).strip()
    if found.verify is not None and text:
        raise MalformedCredential(_TWO_CREDENTIALS)
    credential = text if found.verify is None else found.verify.strip()
    if not credential:
        raise MalformedCredential(_NO_CREDENTIAL)
    return credential.encode("utf-8")


def _element(credential: str) -> bytes:
    if _NOT_IN_XML.search(credential):
        raise MalformedCredential("The credential has characters that an SVG picture cannot hold.")
    if carrier(credential.encode()) == "jwt":
        return f'<{_PREFIX}:credential verify="{credential}"></{_PREFIX}:credential>'.encode()
    safe = credential.replace("]]>", "]]]]><![CDATA[>")
    return f"<{_PREFIX}:credential><![CDATA[{safe}]]></{_PREFIX}:credential>".encode()
