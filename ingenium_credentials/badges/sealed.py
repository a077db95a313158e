"""How seals are laid out in a file: a JWS in general JSON form around an untouched text.

Reading is strict and proves nothing yet, but the header of every seal obeys the rules.
Hidden here: the members of the JWS, the place of time-stamps in `etsiU`, and what a
signature is over (RFC 7797: the text as it stands).
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

from attrs import evolve, field, frozen

from . import seal_header, sealable
from .errors import MalformedCredential, ProofError, WorkLimitExceeded
from .multibase import base64url_decode, base64url_encode
from .seal_header import Header
from .strict_json import parse

__all__ = ["MAX_BYTES", "Seal", "Sealed", "decode", "signing_input"]

MAX_BYTES = sealable.MAX_BYTES
"""Of a sealed credential."""

MAX_SEALS = 16
_MAX_COMPONENTS = 20


@frozen
class Seal:
    """One signature as it stands in the file."""

    protected: str
    signature: str
    components: tuple[Any, ...] = ()
    """The members of `etsiU`, in their order and as they are written."""
    header: Header = field(init=False)

    def __attrs_post_init__(self) -> None:
        """Read the header, which raises for one that breaks the rules."""
        object.__setattr__(self, "header", seal_header.read(self.protected))

    @property
    def imprinted(self) -> bytes:
        """What a time-stamp of the signature is over."""
        return self.signature.encode("ascii")

    @property
    def has_time_stamp(self) -> bool:
        """Whether there is a time-stamp of the signature, sound or not."""
        return any("sigTst" in component for component in self.opened())

    @property
    def work(self) -> int:
        """How many signatures are to be checked: its own, and those of time-stamps."""
        stamps = [component["sigTst"] for component in self.opened() if "sigTst" in component]
        tokens = sum(len(seal_header.token_values(stamp)) for stamp in stamps)
        return 1 + len(self.header.content_time_stamps) + tokens

    def opened(self) -> Iterator[dict[str, Any]]:
        """The members of `etsiU` as objects; raises `MalformedCredential`."""
        for component in self.components:
            opened = component
            if isinstance(component, str):
                opened = parse(base64url_decode(component), max_bytes=MAX_BYTES)
            if not isinstance(opened, dict) or len(opened) != 1:
                raise MalformedCredential("An unsigned member of the seal is not one object.")
            yield opened

    def time_stamped(self, token: bytes) -> Seal:
        """The same seal with a time-stamp token of its signature."""
        value: object = {"sigTst": {"tstTokens": [{"val": base64.b64encode(token).decode()}]}}
        if all(isinstance(component, str) for component in self.components):
            value = base64url_encode(json.dumps(value, separators=(",", ":")).encode())
        return evolve(self, components=(*self.components, value))

    def as_json(self) -> dict[str, Any]:
        """As it is written into the file."""
        unsigned = {"header": {"etsiU": list(self.components)}} if self.components else {}
        return {"protected": self.protected, **unsigned, "signature": self.signature}


@frozen
class Sealed:
    """A sealed credential that was read, and of which nothing has been checked yet."""

    text: str = field(repr=False)
    """The credential, to the letter."""
    seals: tuple[Seal, ...]

    @property
    def document(self) -> dict[str, Any]:
        """The credential; raises `MalformedCredential` or `WorkLimitExceeded`."""
        return sealable.read_document(self.text)

    def as_bytes(self) -> bytes:
        """The file."""
        members = {"payload": self.text, "signatures": [seal.as_json() for seal in self.seals]}
        data = json.dumps(members, ensure_ascii=False, separators=(",", ":")).encode()
        if len(data) > MAX_BYTES:
            raise WorkLimitExceeded(f"The sealed credential is larger than {MAX_BYTES:,} bytes.")
        return data


def decode(sealed: bytes) -> Sealed:
    """Read a sealed credential strictly, without checking it.

    Raises `ProofError` or `UnsupportedProof` for headers that break the rules, and
    `MalformedCredential` or `WorkLimitExceeded` for what is no sealed credential.
    """
    outer = parse(sealed, max_bytes=MAX_BYTES, max_values=sealable.MAX_VALUES)
    if outer.keys() != {"payload", "signatures"}:
        raise MalformedCredential("The file is not a sealed credential (a JWS in general JSON form).")
    text, signatures = outer["payload"], outer["signatures"]
    if not isinstance(text, str):
        raise ProofError("The sealed text has been unpacked: no seal can be checked any more.")
    if not isinstance(signatures, list) or not 0 < len(signatures) <= MAX_SEALS:
        raise MalformedCredential("The file has no seals, or too many.")
    return Sealed(text, tuple(map(_read_seal, signatures)))


def signing_input(protected: str, text: str) -> bytes:
    """What the signature of a seal is over."""
    return protected.encode("ascii") + b"." + text.encode("utf-8")


def _read_seal(value: object) -> Seal:
    if not isinstance(value, dict) or not {"protected", "signature"} <= value.keys():
        raise MalformedCredential("A seal lacks its header or its signature.")
    if value.keys() - {"protected", "signature", "header"}:
        raise MalformedCredential("A seal has a member that is not known here.")
    protected, signature = value["protected"], value["signature"]
    if not isinstance(protected, str) or not isinstance(signature, str):
        raise MalformedCredential("The header or the signature of a seal is not a text.")
    return Seal(protected, signature, _components(value["header"]) if "header" in value else ())


def _components(unsigned: object) -> tuple[Any, ...]:
    if not isinstance(unsigned, dict) or unsigned.keys() != {"etsiU"}:
        raise ProofError("A seal has an unsigned header with members that must be signed.")
    components = unsigned["etsiU"]
    if not isinstance(components, list) or not 0 < len(components) <= _MAX_COMPONENTS:
        raise MalformedCredential("The unsigned members of a seal are no list, none or too many.")
    if len({isinstance(component, str) for component in components}) != 1:
        raise MalformedCredential("The unsigned members of a seal are written in two ways.")
    return tuple(components)
