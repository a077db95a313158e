"""Bitstring Status Lists (W3C, 1.0): one bit per award, the same bit for every format.

Hidden here: the order of the bits, the compression, and what keeps a hostile list from
filling the memory. A list that cannot be read is an error and never "not revoked".
"""

from __future__ import annotations

import datetime as dt
import gzip
import re
import zlib
from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from .errors import MalformedCredential, StatusError
from .moments import format_moment
from .multibase import base64url_decode, base64url_encode

__all__ = ["MAX_BYTES", "MIN_LENGTH", "bit", "decode", "encode", "entry_of", "render"]

MIN_LENGTH = 131_072
"""Entries that a list has at least, so that one cannot be told from many."""
MAX_BYTES = 4 * 2**20
"""Of a bit string: 33 million entries, more than any list that is worth asking for."""

_LEVEL = 6
_INDEX = re.compile(r"0|[1-9][0-9]{0,9}")
_URL_CHARS = 2000


def encode(indices: Iterable[int], length: int = MIN_LENGTH) -> str:
    """The `encodedList` of `length` entries in which the bits of `indices` are set.

    The same indices give the same text. Raises `StatusError` for a length below the
    minimum or no multiple of eight, and for an index outside the list.
    """
    if length < MIN_LENGTH or length % 8 or length > 8 * MAX_BYTES:
        raise StatusError("The length of a status list must be a multiple of 8 of at least 131072.")
    bits = bytearray(length // 8)
    for index in indices:
        if not 0 <= index < length:
            raise StatusError("An index lies outside the status list.")
        # Index 0 is the left-most bit of the first byte.
        bits[index >> 3] |= 0x80 >> (index & 7)
    return "u" + base64url_encode(gzip.compress(bytes(bits), compresslevel=_LEVEL, mtime=0))


def decode(encoded: object, *, max_bytes: int = MAX_BYTES) -> bytes:
    """The bit string of an `encodedList`; raises `StatusError`.

    Never holds more than `max_bytes` of it, whatever the compressed bytes claim.
    """
    if not isinstance(encoded, str) or not encoded.startswith("u"):
        raise StatusError("The status list is not a text that begins with u (base64url).")
    # Compression never adds more than a little, so a longer text is no list of that size.
    if len(encoded) > max_bytes * 3 // 2 + 1000:
        raise StatusError("The status list is larger than lists are allowed to be.")
    try:
        compressed = base64url_decode(encoded[1:])
    except MalformedCredential as error:
        raise StatusError("The status list is not written in base64url.") from error
    bits = _decompress(compressed, max_bytes)
    if len(bits) * 8 < MIN_LENGTH:
        raise StatusError("The status list has fewer than 131072 entries.")
    return bits


def _decompress(compressed: bytes, max_bytes: int) -> bytes:
    inflater = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)  # the gzip format and no other
    try:
        bits = inflater.decompress(compressed, max_bytes + 1)
    except zlib.error as error:
        raise StatusError("The status list is not compressed with gzip, or is damaged.") from error
    if len(bits) > max_bytes:
        raise StatusError("The status list is larger than lists are allowed to be.")
    if not inflater.eof:
        raise StatusError("The status list is cut off.")
    if inflater.unused_data:
        raise StatusError("Something follows the end of the status list.")
    return bits


def bit(bits: bytes, index: int) -> bool:
    """Whether the entry is set; raises `StatusError` for an index outside the list."""
    if not 0 <= index < 8 * len(bits):
        raise StatusError("The credential names an entry outside its status list.")
    return bool(bits[index >> 3] & (0x80 >> (index & 7)))


def render(
    *,
    url: str,
    issuer_id: str,
    valid_from: dt.datetime,
    valid_until: dt.datetime,
    revoked: Iterable[int],
    length: int = MIN_LENGTH,
    ttl_ms: int,
    purpose: str = "revocation",
) -> dict[str, object]:
    """The list as a credential that is yet to be signed, like any other."""
    return {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "id": url,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": issuer_id,
        "validFrom": format_moment(valid_from),
        "validUntil": format_moment(valid_until),
        "credentialSubject": {
            "id": f"{url}#list",
            "type": "BitstringStatusList",
            "statusPurpose": purpose,
            "encodedList": encode(revoked, length),
            "ttl": ttl_ms,
        },
    }


_TYPES = (
    "BitstringStatusListEntry",
    ["BitstringStatusListEntry"],
    # The European Learning Model demands a type of its own beside it.
    ["BitstringStatusListEntry", "CredentialStatus"],
)


def entry_of(status: Mapping[str, object]) -> tuple[str, int, str]:
    """Address of the list, index and purpose of a `BitstringStatusListEntry`.

    Raises `StatusError`. Whether the address may be asked is for the resolver to say.
    """
    if status.get("type") not in _TYPES:
        raise StatusError("The status of the credential is not a BitstringStatusListEntry.")
    index, purpose = status.get("statusListIndex"), status.get("statusPurpose")
    if not isinstance(index, str) or not _INDEX.fullmatch(index):
        raise StatusError("The index in a status list must be a text of decimal digits.")
    if not isinstance(purpose, str) or not purpose:
        raise StatusError("The status of the credential does not say what it is for.")
    url = _list_url(status.get("statusListCredential"))
    if status.get("id") == url:
        raise StatusError("The status entry has the address of its list for an id.")
    return url, int(index), purpose


def _list_url(url: object) -> str:
    if not isinstance(url, str) or len(url) > _URL_CHARS or not url.isascii() or not url.isprintable():
        raise StatusError("The address of the status list is missing or not well formed.")
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError as error:
        raise StatusError("The address of the status list is not well formed.") from error
    if parts.scheme not in ("https", "http") or not host or parts.fragment or " " in url:
        raise StatusError("The address of the status list must be absolute and without fragment.")
    return url
