"""Which JSON-LD contexts are known, and the SHA-256 of their bytes.

Hides where the files come from: `setup.py` copies them out of a registry package at
build time (see `SOURCE_PACKAGE`) and they are never committed. This module imports
nothing but the standard library, so that a build can read the table before anything
else of the package is installed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

__all__ = ["FOLDER", "KNOWN_HASHES", "PINNED", "SOURCE_FOLDER", "SOURCE_PACKAGE", "Pin", "problems", "read"]


class Pin(NamedTuple):
    """A file of this folder and what its bytes must hash to."""

    file: str
    sha256: str


FOLDER = Path(__file__).parent
"""Where the files lie once the package is built or installed for development."""

SOURCE_PACKAGE = "openbadgeslib"
"""The registry package, named with its version in `[build-system] requires`."""

SOURCE_FOLDER = "ob3/contexts"
"""The folder of `SOURCE_PACKAGE` that holds the files, under the same names."""

PINNED: Mapping[str, Pin] = MappingProxyType(
    {
        "https://www.w3.org/ns/credentials/v2": Pin(
            "credentials-v2.json", "59955ced6697d61e03f2b2556febe5308ab16842846f5b586d7f1f7adec92734"
        ),
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json": Pin(
            "ob-v3p0-context-3.0.3.json", "3d34f4d4ef1bce691106e63798beb5e7b862ba841423f5ee1e53ab7ddf3bca84"
        ),
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.2.json": Pin(
            "ob-v3p0-context-3.0.2.json", "00666ad080ba407687ed1846b7f5e7495f5019042b202a727de47c48a1755c53"
        ),
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.1.json": Pin(
            "ob-v3p0-context-3.0.1.json", "5f3d9dd6288ef437ff8286cf95ffbff609c748a66f24a1e9450c45ca64be1571"
        ),
        "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json": Pin(
            "ob-v3p0-extensions.json", "87c06c81bc2317663bf288d740d94fddd2818c4342b186270ff6371dfaa63f93"
        ),
        "https://w3id.org/security/data-integrity/v2": Pin(
            "security-data-integrity-v2.json",
            "67f21e6e33a6c14e5ccfd2fc7865f7474fb71a04af7e94136cb399dfac8ae8f4",
        ),
        "https://w3id.org/security/multikey/v1": Pin(
            "security-multikey-v1.json", "ba2c182de2d92f7e47184bcca8fcf0beaee6d3986c527bf664c195bbc7c58597"
        ),
    }
)
"""Context URL to file: what the package brings along.

The unversioned `context.json` of Open Badges is left out on purpose: it redefines
protected terms of credentials/v2, so no document can use the two together.
"""

KNOWN_HASHES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "https://www.w3.org/2018/credentials/v1": frozenset(
            {"ab4ddd9a531758807a79a5b450510d61ae8d147eab966cc9a200c07095b0cdcc"}
        ),
        # ELM 3.2, as published on 2023-09-12 and used in production since.
        "http://data.europa.eu/snb/model/context/edc-ap": frozenset(
            {"fde0b3fd92e98a8870c173fb98baff361be6dd07e44653a9a5ac6c0fe626b411"}
        ),
        "https://w3id.org/security/suites/ed25519-2020/v1": frozenset(
            {"b9e1ab971fd8bf2c7553e0c4a9438e0b9450afde1ea1ca5b2492368b9f549588"}
        ),
        "https://w3id.org/security/data-integrity/v1": frozenset(
            {"b5d829bd09aa7c42abc6efa0c8ed7635313b5487f37ccfce3ecd149ca9418554"}
        ),
        "https://www.w3.org/ns/did/v1": frozenset(
            {"adefa50311393eb1bd788a38ac9fe2696c65367928f6996812cd54577394f4da"}
        ),
        "https://www.w3.org/ns/credentials/status/v1": frozenset(
            {"fda5add353231e6a6884a46b12e6c75464281900cb348284d9c360f62381d9f7"}
        ),
        # The publisher's own bytes of two pinned files: other white space, same content.
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.1.json": frozenset(
            {"d582f3564282fb3b709136d28412e78e70b678b4dbc2f0221f67d84932748355"}
        ),
        "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json": frozenset(
            {"146f85aa16effd7ca1da8056eb443f53ce1eca8a34186cb062832c0a97d889c3"}
        ),
    }
)
"""Contexts that a caller may hand in, accepted under these URLs with these bytes only."""


def read(pin: Pin, folder: Path = FOLDER) -> bytes:
    """The bytes of a pinned file; `ValueError` if they are not the pinned ones.

    A missing file raises `FileNotFoundError`.
    """
    content = (folder / pin.file).read_bytes()
    if hashlib.sha256(content).hexdigest() != pin.sha256:
        raise ValueError(f"{pin.file} does not have the SHA-256 that is pinned for it")
    return content


def problems(folder: Path = FOLDER) -> list[str]:
    """One sentence for each pinned file that is missing or has other bytes."""
    found = []
    for url, pin in PINNED.items():
        try:
            read(pin, folder)
        except FileNotFoundError:
            found.append(f"The context {url} is missing: {pin.file} was not copied at build time.")
        except (OSError, ValueError) as error:
            found.append(f"The context {url} cannot be used: {error}.")
    return found
