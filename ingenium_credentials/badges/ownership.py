"""Whose key is it: what binds a key to the issuer that a document names.

Hides the three ways in which a token can name its key (a method of a DID document, the
address of a JWK, a JWK in its header). A key that a token brings along itself proves that
somebody signed, and nothing about who.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from attrs import frozen

from . import jose, jsonld
from .conformance import Shape, members
from .did import MethodData, did_key, did_web_url, find_jwk, find_method
from .errors import CannotCheck, CredentialError, ProofError, UnusableKey
from .means import Means
from .public_keys import PublicKey
from .report import Check, failed, not_checked, passed

__all__ = ["FoundKey", "check_controller", "key_of_token"]

_MAX_METHODS = 20


@frozen(kw_only=True)
class FoundKey:
    """The key that a token names, and what is known of its owner."""

    public_key: PublicKey
    owner: Check
    method: MethodData | None = None
    """The entry in a DID document, if the key was found in one."""


def check_controller(controller: str, shape: Shape) -> Check:
    """Is the one who controls the key the one whom the document names as signing."""
    name = _role(shape.format == "vp")
    if shape.format == "vp" and not shape.issuer:
        return passed(name, "The presentation names no holder besides the one who signed it.", controller)
    if controller == shape.issuer:
        return passed(name, f"The key belongs to the {name} that the document names.", controller)
    return failed(name, f"The document was signed by somebody else than the {name} it names.", controller)


def key_of_token(token: jose.Token, shape: Shape, *, purpose: str, means: Means) -> FoundKey:
    """Find the key of a token; raises `CredentialError` when there is none."""
    carried = token.jwk
    if token.kid is None:
        if carried is None:
            raise ProofError("The token names no key.")
        return _carried(carried, shape, purpose=purpose, means=means)
    found = _named(token.kid, shape, purpose=purpose, means=means)
    if carried is not None and carried != found.public_key:
        raise ProofError("The token carries another key than the one that it names.")
    return found


def _named(key_id: str, shape: Shape, *, purpose: str, means: Means) -> FoundKey:
    if "#" in key_id:
        method = find_method(key_id, purpose=purpose, resolve=means.resolve)
        owner = check_controller(method.controller, shape)
        return FoundKey(public_key=method.public_key, method=method, owner=owner)
    return FoundKey(public_key=find_jwk(key_id, resolve=means.resolve), owner=_at_home(key_id, shape))


def _at_home(url: str, shape: Shape) -> Check:
    """Does the issuer rule over the address that the key stands at."""
    name = _role(shape.format == "vp")
    try:
        home = did_web_url(shape.issuer) if shape.issuer.startswith("did:web:") else shape.issuer
        here, there = urlsplit(url), urlsplit(home)
    except (CredentialError, ValueError):
        return _unbound(name)
    # Issuers who share a host have a folder each; the folder of the host's own is everything.
    folder = there.path.removesuffix("did.json").removesuffix("/.well-known/")
    is_below = not shape.issuer.startswith("did:web:") or here.path.startswith(folder)
    is_below = is_below and not {".", ".."} & set(unquote(here.path).split("/"))
    if (here.scheme, here.netloc) == ("https", there.netloc) == (there.scheme, there.netloc) and is_below:
        return passed(name, f"The key is published by the {name} that the document names.", url)
    return _unbound(name)


def _carried(public_key: PublicKey, shape: Shape, *, purpose: str, means: Means) -> FoundKey:
    """A key out of the header counts if the issuer's own document has the same one."""
    name = _role(shape.format == "vp")
    if shape.issuer.startswith("did:key:"):
        is_same = _did_key(public_key) == shape.issuer
        owner = check_controller(shape.issuer, shape) if is_same else _unbound(name)
        return FoundKey(public_key=public_key, owner=owner)
    try:
        for method in _methods(shape.issuer, purpose=purpose, means=means):
            if method.public_key == public_key:
                owner = check_controller(method.controller, shape)
                return FoundKey(public_key=public_key, method=method, owner=owner)
    except CannotCheck as error:
        message = f"The signature fits a key that the token brings along; whether it is the {name}'s is open."
        return FoundKey(public_key=public_key, owner=not_checked(name, message, str(error)))
    except CredentialError:
        return FoundKey(public_key=public_key, owner=_unbound(name))
    return FoundKey(public_key=public_key, owner=_unbound(name))


def _methods(issuer: str, *, purpose: str, means: Means) -> Iterator[MethodData]:
    """The keys in the issuer's document, those left out that cannot be read here."""
    address = did_web_url(issuer) if issuer.startswith("did:web:") else issuer
    if not address.startswith("https://"):
        return
    document = jsonld.parse(means.resolve(address))
    entries = members(document, purpose)
    ids = [entry.get("id") if isinstance(entry, dict) else entry for entry in entries]
    for method_id in [item for item in ids if isinstance(item, str)][:_MAX_METHODS]:
        absolute = issuer + method_id if method_id.startswith("#") else method_id
        if absolute.partition("#")[0] != issuer:
            continue
        try:
            yield find_method(absolute, purpose=purpose, resolve=means.resolve)
        except CredentialError:
            continue


def _did_key(public_key: PublicKey) -> str:
    try:
        return did_key(public_key)
    except UnusableKey:
        return ""


def _role(is_presentation: bool) -> str:
    return "holder" if is_presentation else "issuer"


def _unbound(name: str) -> Check:
    return failed(name, f"The signature fits its key, but nothing binds the key to the {name}.")
