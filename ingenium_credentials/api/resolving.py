"""Where the verifier's further documents come from: our own rows, or the guarded network.

DID documents of our issuers and our status lists are answered from the database. Anything
else is refused, unless the operator allows it; then `remote` fetches it.
"""

from __future__ import annotations

import re
import time
from urllib.parse import SplitResult, urlsplit
from uuid import UUID

from ..badges.did import did_web_url
from ..badges.errors import CredentialError, NotResolved
from ..badges.means import Resolve
from ..conf import conf
from ..models import Issuer, StatusList
from . import remote, status
from .keys import did_document_bytes

__all__ = ["own_document", "resolve", "resolver"]

_REMOTE_DOCUMENTS = 3
"""How many slow remote documents a verification waits for: a key, a status list, its key."""
_STATUS_PATH = re.compile(r"/ingenium/status/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")


def resolver() -> Resolve:
    """A `resolve` for one verification: its remote documents have a limit of time in common.

    Each single one has its own limit too. A document may name dozens of addresses; a
    verification must not wait for each of them.
    """
    deadline = time.monotonic() + _REMOTE_DOCUMENTS * conf.RESOLVE_TIMEOUT_SECONDS

    def resolve(url: str) -> bytes:
        own = own_document(url)
        if own is not None:
            return own
        if not conf.RESOLVE_REMOTE:
            raise NotResolved("The issuer is not one of this site's, and this site does not ask other sites.")
        left = deadline - time.monotonic()
        return remote.fetch(url, remote.Limits(seconds=min(conf.RESOLVE_TIMEOUT_SECONDS, left)))

    return resolve


def resolve(url: str) -> bytes:
    """The document at one address that a credential names; raises `NotResolved`."""
    return resolver()(url)


def own_document(url: str) -> bytes | None:
    """The bytes from the database, or None when the address is not one of ours.

    Raises `NotResolved` for an address on our site at which there is no such document.
    """
    try:
        parts = urlsplit(url)
        ours = _is_our_site(parts)
    except ValueError as error:
        raise NotResolved("An address is malformed.") from error
    match = _STATUS_PATH.fullmatch(parts.path)
    if ours and match is not None and not parts.query:
        return _status_list(UUID(match[1]))
    issuer = _issuer_at(url)
    if issuer is not None:
        return did_document_bytes(issuer)
    if ours:
        # Never over the network: it would ask ourselves, or whoever has taken our name.
        raise NotResolved("This site has no such document.")
    return None


def _is_our_site(parts: SplitResult) -> bool:
    # A did:web name always stands for https, on a demonstration's http site too; so the
    # scheme is not compared.
    own = urlsplit(conf.BASE_URL)
    return bool(own.hostname) and parts.scheme in ("http", "https") and _place(parts) == _place(own)


def _place(parts: SplitResult) -> tuple[str | None, int | None]:
    default = {"http": 80, "https": 443}.get(parts.scheme)
    return parts.hostname, parts.port if parts.port is not None else default


def _issuer_at(url: str) -> Issuer | None:
    """The issuer of ours whose DID document has this address, on whatever site that is."""
    return next((issuer for issuer in Issuer.objects.all() if _document_url(issuer) == url), None)


def _document_url(issuer: Issuer) -> str | None:
    try:
        return did_web_url(issuer.did)
    except CredentialError:
        return None


def _status_list(uuid: UUID) -> bytes:
    try:
        return status.status_document(uuid).body
    except StatusList.DoesNotExist as error:
        raise NotResolved("This site has no such status list.") from error
    except CredentialError as error:
        raise NotResolved("The status list is out of date and could not be signed anew.") from error
