"""A salted digest of a signed document: proof that we issued it, once it is erased here.

Over what the document says, not over its bytes: a wallet may write it down otherwise, and
its signature holds all the same. The signature itself is not in it; the verifier has
judged it when it asks.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from ..badges import edc, jose, jsonld
from ..badges.errors import CredentialError
from ..conf import conf
from ..models import Award, Credential

__all__ = ["digests_of", "erased_award", "salt"]

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_SIGNATURES = frozenset({"proof"})


def salt() -> str:
    """A new salt, of 43 characters."""
    return secrets.token_urlsafe(32)


def digests_of(award: Award, new_salt: str) -> dict[str, str]:
    """Format to digest, of each document that is stored of the award."""
    found = {}
    for credential in award.credentials.order_by("format"):
        document = _document(credential)
        if document is not None:
            found[credential.format] = _digest(document, new_salt)
    return found


def erased_award(document: Mapping[str, Any]) -> Award | None:
    """The award of ours that this very document was of, if it was erased; else None."""
    uuid = _own_id(document.get("id"))
    if uuid is None:
        return None
    award = Award.objects.filter(uuid=uuid, state=Award.State.ERASED).first()
    if award is None or _digest(document, award.digest_salt) not in award.digests.values():
        return None
    return award


def _own_id(address: object) -> UUID | None:
    """The award's public id, from the badge's id or from the sealed credential's."""
    if not isinstance(address, str):
        return None
    for start in (f"{conf.BASE_URL}/ingenium/credentials/", "urn:credential:"):
        if address.startswith(start) and _UUID.fullmatch(address.removeprefix(start)):
            return UUID(address.removeprefix(start))
    return None


def _document(credential: Credential) -> Mapping[str, Any] | None:
    body = bytes(credential.body)
    try:
        if credential.format.endswith("-jwt"):
            return jose.decode(body).credential
        if credential.format == "elm":
            opened = edc.open_file(body)
            return opened.document if opened is not None else None
        return jsonld.parse(body)
    except CredentialError:
        # What cannot be read any more cannot be recognised later; it is erased all the same.
        return None


def _digest(document: Mapping[str, Any], used_salt: str) -> str:
    said = {name: value for name, value in document.items() if name not in _SIGNATURES}
    text = json.dumps(said, sort_keys=True, ensure_ascii=True, separators=(",", ":"), default=str)
    return hashlib.sha256((used_salt + text).encode()).hexdigest()
