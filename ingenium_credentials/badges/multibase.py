"""Bytes as text, strictly: base58btc and base64url without padding.

Each text stands for one byte string and each byte string for one text: what another
decoder would read leniently (padding, white space, stray bits) is refused here, so that
a signature cannot be written in two ways. The modules that meet such text limit its
length through `max_chars`, because base58 costs the square of it.
"""

from __future__ import annotations

import base64
import binascii
import re

from .errors import MalformedCredential

__all__ = ["base58_decode", "base58_encode", "base64url_decode", "base64url_encode", "multibase_decode"]

_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_VALUES = {letter: value for value, letter in enumerate(_ALPHABET)}
_BASE64URL = re.compile(r"[A-Za-z0-9_-]*")


def base58_encode(data: bytes) -> str:
    """Write bytes as base58btc, without the multibase letter."""
    number = int.from_bytes(data, "big")
    letters: list[str] = []
    while number:
        number, rest = divmod(number, 58)
        letters.append(_ALPHABET[rest])
    zeros = len(data) - len(data.lstrip(b"\0"))
    return "1" * zeros + "".join(reversed(letters))


def base58_decode(text: str, *, max_chars: int = 256) -> bytes:
    """Read base58btc text; raises `MalformedCredential`."""
    if len(text) > max_chars:
        raise MalformedCredential("A base58 text is longer than any key or signature is.")
    number = 0
    for letter in text:
        value = _VALUES.get(letter)
        if value is None:
            raise MalformedCredential("A base58 text has a letter outside its alphabet.")
        number = number * 58 + value
    zeros = len(text) - len(text.lstrip("1"))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big")


def base64url_encode(data: bytes) -> str:
    """Write bytes as base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def base64url_decode(text: str) -> bytes:
    """Read base64url without padding; raises `MalformedCredential`.

    Unused bits at the end must be zero (RFC 4648, section 3.5).
    """
    if not _BASE64URL.fullmatch(text):
        raise MalformedCredential("A base64url text has a letter outside its alphabet.")
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError) as error:
        raise MalformedCredential("A base64url text has an impossible length.") from error
    if base64url_encode(data) != text:
        raise MalformedCredential("A base64url text has stray bits at its end.")
    return data


def multibase_decode(text: str, *, max_chars: int = 256) -> bytes:
    """Read base58btc text that begins with the multibase letter `z`; raises `MalformedCredential`."""
    if not text.startswith("z"):
        raise MalformedCredential("A multibase text does not begin with z (base58btc).")
    return base58_decode(text[1:], max_chars=max_chars)
