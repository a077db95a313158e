"""The anchors of an operator as a file: whom to trust for seals and for time-stamps.

A JSON object with a list `anchors`; each has `certificate` (base64 of DER), `purpose`
(`seal` or `time-stamp`) and `qualified`. It is read as strictly as a credential, because
a slip in it would make strangers trusted. A plain PEM file is taken too.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable

from .certificates import Certificate, read_certificates
from .chains import Anchor, Purpose
from .errors import MalformedCredential
from .strict_json import parse

__all__ = ["read_trust", "write_trust"]

_MEMBERS = {"certificate", "purpose", "qualified"}


def read_trust(data: bytes) -> tuple[Anchor, ...]:
    """The anchors of a trust file; raises `MalformedCredential` or `WorkLimitExceeded`.

    Certificates in PEM form are trusted for seals and time-stamps alike, and not as qualified.
    """
    if not data.lstrip().startswith(b"{"):
        found = read_certificates(data)
        return tuple(Anchor(certificate, purpose) for certificate in found for purpose in Purpose)
    document = parse(data)
    entries = document.get("anchors")
    if document.keys() != {"anchors"} or not isinstance(entries, list):
        raise MalformedCredential("A trust file has one member, the list anchors.")
    return tuple(map(_anchor, entries))


def write_trust(anchors: Iterable[Anchor]) -> bytes:
    """A trust file that `read_trust` reads as the same anchors."""
    entries = [
        {
            "certificate": base64.b64encode(anchor.certificate.der).decode(),
            "purpose": anchor.purpose.value,
            "qualified": anchor.qualified,
        }
        for anchor in anchors
    ]
    return json.dumps({"anchors": entries}, indent=2).encode() + b"\n"


def _anchor(entry: object) -> Anchor:
    if not isinstance(entry, dict) or entry.keys() != _MEMBERS:
        raise MalformedCredential("An anchor has a certificate, a purpose, and whether it is qualified.")
    encoded, qualified = entry["certificate"], entry["qualified"]
    if not isinstance(encoded, str) or not isinstance(qualified, bool):
        raise MalformedCredential("The certificate of an anchor is a text, and qualified true or false.")
    try:
        der, purpose = base64.b64decode(encoded, validate=True), Purpose(entry["purpose"])
    except (binascii.Error, ValueError) as error:
        raise MalformedCredential("An anchor has a purpose or a certificate that cannot be read.") from error
    return Anchor(Certificate.from_der(der), purpose, qualified)
