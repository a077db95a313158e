"""did:key and did:web: names of issuers, their documents, and the keys inside.

`did_document` writes what an issuer publishes; `find_method` reads what a stranger
published (Controlled Identifiers 1.0, section Retrieve Verification Method). Hidden
here: the escaping rules of did:web and the older forms of verification methods.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from urllib.parse import quote, unquote, unquote_to_bytes, urlsplit

from attrs import frozen

from . import jsonld
from .errors import MalformedCredential, NotResolved, ProofError, UnsupportedProof, UnusableKey
from .moments import format_moment, parse_moment
from .public_keys import Algorithm, PublicKey

__all__ = [
    "MethodData",
    "did_document",
    "did_key",
    "did_web",
    "did_web_url",
    "find_jwk",
    "find_method",
    "jwk_method_id",
]

Resolve = Callable[[str], bytes]

_DID_KEY, _DID_WEB = "did:key:", "did:web:"
_DID_CHARS = 1000
_SEGMENT = re.compile(r"(?:[A-Za-z0-9._-]|%[0-9A-Fa-f]{2})+")
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"(?P<host>{_LABEL}(?:\.{_LABEL})*)(?::(?P<port>[1-9][0-9]{{0,4}}))?")
_LOOPBACK = ("localhost", "127.0.0.1")
_METHODS_MAX = 100
_RELATIONSHIPS = ("assertionMethod", "authentication", "capabilityInvocation", "capabilityDelegation")
_SECRET_MEMBERS = ("secretKeyMultibase", "privateKeyMultibase", "privateKeyJwk", "privateKeyBase58")


@frozen(kw_only=True)
class MethodData:
    """A verification method: a key, whose it is, and from when till when it counts.

    A verifier judges the moments; nothing here compares them with a clock. Documents
    have no standard member for `valid_from`: it is known for our own keys only.
    """

    id: str
    public_key: PublicKey
    controller: str = ""
    valid_from: dt.datetime | None = None
    expires: dt.datetime | None = None
    """When the key was retired; what it signed before stays good."""
    revoked: dt.datetime | None = None
    """When the key was found compromised; nothing that it signed can be believed."""


def did_key(public_key: PublicKey) -> str:
    """The DID that is the key itself; raises `UnusableKey` for RSA."""
    return _DID_KEY + public_key.multikey


def did_web(url: str) -> str:
    """The did:web name of an https address; raises `MalformedCredential`.

    For development, http is taken for the loopback host; the name stands for https
    nevertheless, as every did:web name does.
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError as error:
        raise MalformedCredential("The address of an issuer is not well formed.") from error
    if parts.scheme != "https" and not (parts.scheme == "http" and host in _LOOPBACK):
        raise MalformedCredential("The address of an issuer must begin with https.")
    if parts.query or parts.fragment or "@" in parts.netloc:
        raise MalformedCredential("The address of an issuer must be host and path only.")
    path = parts.path.removeprefix("/").removesuffix("/")
    segments = [unquote(segment) for segment in path.split("/")] if path else []
    did = _DID_WEB + ":".join(_did_escaped(text) for text in (parts.netloc.lower(), *segments))
    did_web_url(did)
    return did


def did_web_url(did: str) -> str:
    """The https address of a did:web document; raises `MalformedCredential`.

    A private or loopback host passes: whether to ask it is for the resolver to say.
    """
    if not did.startswith(_DID_WEB) or len(did) > _DID_CHARS:
        raise MalformedCredential("A did:web name is missing or too long.")
    segments = did.removeprefix(_DID_WEB).split(":")
    if not all(_SEGMENT.fullmatch(segment) for segment in segments):
        raise MalformedCredential("A did:web name has an empty segment or a letter it may not have.")
    # Decoded once: what is still escaped then (%253A) was escaped twice, and no host has it.
    authority = _HOST.fullmatch(unquote(segments[0]).lower())
    if authority is None or int(authority["port"] or 1) > 65_535:
        raise MalformedCredential("A did:web name does not begin with a host name.")
    path = "/".join(_url_escaped(segment) for segment in segments[1:]) or ".well-known"
    return f"https://{authority[0]}/{path}/did.json"


def _did_escaped(text: str) -> str:
    return "".join(
        chr(octet) if re.fullmatch(r"[A-Za-z0-9._-]", chr(octet)) else f"%{octet:02X}"
        for octet in text.encode("utf-8", "surrogatepass")
    )


def _url_escaped(segment: str) -> str:
    try:
        text = unquote_to_bytes(segment).decode("utf-8")
    except UnicodeDecodeError as error:
        raise MalformedCredential("A did:web name has a segment that is not UTF-8.") from error
    if text in (".", "..") or not text.isprintable() or set(text) & set("/\\%?#"):
        raise MalformedCredential("A did:web name has a segment that leads elsewhere.")
    return quote(text, safe="")


def jwk_method_id(method_id: str, public_key: PublicKey) -> str:
    """The id under which `did_document` lists the key as JWK, for the `kid` of a JWT."""
    return method_id if public_key.algorithm is Algorithm.RSA else f"{method_id}-jwk"


def did_document(
    did: str, methods: Sequence[MethodData], *, services: Sequence[Mapping[str, object]] = ()
) -> dict[str, object]:
    """The document that an issuer publishes under its DID.

    Keys appear as Multikey; those that can sign a JWT here (P-256, RSA) as JsonWebKey too,
    since JOSE software looks for one. Moments of a method are written as they are given: a
    key that is to verify what it once signed gets no `expires`, a compromised one `revoked`.
    Raises `UnusableKey` for a method id that is not one of this DID.
    """
    listed = [entry for method in methods for entry in _method_entries(did, method)]
    ids = [entry["id"] for entry in listed]
    if len(set(ids)) != len(ids):
        raise UnusableKey("Two keys of one DID document have the same id.")
    document: dict[str, object] = {
        "@context": [
            "https://www.w3.org/ns/did/v1",
            "https://w3id.org/security/multikey/v1",
            "https://w3id.org/security/jwk/v1",
        ],
        "id": did,
        "verificationMethod": listed,
        "assertionMethod": ids,
        "authentication": list(ids),
    }
    if services:
        document["service"] = [dict(service) for service in services]
    return document


def _method_entries(did: str, method: MethodData) -> Iterator[dict[str, object]]:
    if not re.fullmatch(r"#[A-Za-z0-9._-]+", method.id.removeprefix(did)):
        raise UnusableKey("The id of a key must be the DID, # and a name of letters and digits.")
    moments = {"expires": method.expires, "revoked": method.revoked}
    written = {name: format_moment(moment) for name, moment in moments.items() if moment is not None}
    public_key = method.public_key
    if public_key.algorithm is not Algorithm.RSA:
        key: dict[str, object] = {"publicKeyMultibase": public_key.multikey}
        yield {"id": method.id, "type": "Multikey", "controller": did, **key, **written}
    if public_key.algorithm in (Algorithm.RSA, Algorithm.P256):
        method_id = jwk_method_id(method.id, public_key)
        key = {"publicKeyJwk": public_key.jwk}
        yield {"id": method_id, "type": "JsonWebKey", "controller": did, **key, **written}


def find_method(method_id: str, *, purpose: str = "assertionMethod", resolve: Resolve) -> MethodData:
    """The key that `method_id` names, if its controller allows it for `purpose`.

    did:key needs no network; for did:web, and for https controller documents,
    `resolve` is asked for the bytes at an https address. Raises `ProofError` when the
    document does not vouch for the key, `UnusableKey` for an unsound key, and
    `CannotCheck` for DID methods and kinds of keys that are not known here.
    """
    # 1. The id is an address of a document and a fragment in it.
    document_id, mark, fragment = method_id.partition("#")
    if len(method_id) > 2 * _DID_CHARS or not (mark and fragment) or "#" in fragment:
        raise ProofError("The verification method does not name a key inside a document.")
    # 2. The document is about itself.
    document = _dereference(document_id, resolve)
    if document.get("id") != document_id:
        raise ProofError("The document of the issuer's key carries another id than its own address.")
    # 3. It has the method once, under this id and under its own control.
    entry = _entry(document, method_id)
    if entry.get("controller") != document_id:
        raise ProofError("The issuer's key is controlled by somebody else.")
    # 4. The relationship in use lists the method.
    if method_id not in _listed_ids(document, document_id, purpose):
        raise ProofError(f"The key is not meant for this purpose ({_shown(purpose)}).")
    return MethodData(
        id=method_id,
        controller=document_id,
        public_key=_entry_key(entry),
        expires=_moment(entry, "expires"),
        revoked=_moment(entry, "revoked"),
    )


def find_jwk(url: str, *, resolve: Resolve) -> PublicKey:
    """The JWK that is published at an https address without fragment, as `kid` of a JWT.

    It says nothing about whose key it is: the caller must bind the address to the issuer.
    """
    if "#" in url or not url.startswith("https://") or len(url) > _DID_CHARS:
        raise ProofError("The address of the key is not an https address of a document.")
    return PublicKey.from_jwk(jsonld.parse(resolve(url)))


def _dereference(document_id: str, resolve: Resolve) -> dict[str, object]:
    if document_id.startswith(_DID_KEY):
        return _did_key_document(document_id)
    if document_id.startswith(_DID_WEB):
        return jsonld.parse(resolve(did_web_url(document_id)))
    if document_id.startswith("https://"):
        return jsonld.parse(resolve(document_id))
    raise NotResolved("The issuer's key has an address of a kind that is not known here.")


def _did_key_document(did: str) -> dict[str, object]:
    multikey = did.removeprefix(_DID_KEY)
    PublicKey.from_multikey(multikey)
    method_id = f"{did}#{multikey}"
    entry = {"id": method_id, "type": "Multikey", "controller": did, "publicKeyMultibase": multikey}
    return {"id": did, "verificationMethod": [entry], **{name: [method_id] for name in _RELATIONSHIPS}}


def _values(document: Mapping[str, object], member: str) -> list[object]:
    value = document.get(member, [])
    values = value if isinstance(value, list) else [value]
    if len(values) > _METHODS_MAX:
        raise ProofError("The document of the issuer's key lists more keys than any issuer has.")
    return values


def _absolute(value: object, document_id: str) -> object:
    """A method id; relative ones are fragments of the document they stand in."""
    return document_id + value if isinstance(value, str) and value.startswith("#") else value


def _entry(document: Mapping[str, object], method_id: str) -> Mapping[str, object]:
    document_id = method_id.partition("#")[0]
    found = [
        value
        for member in ("verificationMethod", *_RELATIONSHIPS)
        for value in _values(document, member)
        if isinstance(value, dict) and _absolute(value.get("id"), document_id) == method_id
    ]
    if not found:
        raise ProofError("The document of the issuer does not have this key.")
    if len(found) > 1:
        raise ProofError("The document of the issuer has two keys of this id.")
    return found[0]


def _listed_ids(document: Mapping[str, object], document_id: str, purpose: str) -> list[object]:
    if purpose not in _RELATIONSHIPS:
        raise ProofError(f"The purpose is not one that proofs have ({_shown(purpose)}).")
    listed = _values(document, purpose)
    return [_absolute(value.get("id") if isinstance(value, dict) else value, document_id) for value in listed]


def _entry_key(entry: Mapping[str, object]) -> PublicKey:
    if any(member in entry for member in _SECRET_MEMBERS):
        raise UnusableKey("The issuer's document gives a secret key away.")
    kind, multikey, jwk = entry.get("type"), entry.get("publicKeyMultibase"), entry.get("publicKeyJwk")
    if (multikey is None) == (jwk is None):
        raise ProofError("The issuer's key must be written in exactly one form.")
    if isinstance(multikey, str) and kind in ("Multikey", "Ed25519VerificationKey2020"):
        public_key = PublicKey.from_multikey(multikey)
        if kind != "Multikey" and public_key.algorithm is not Algorithm.ED25519:
            raise ProofError("The issuer's key is of another kind than its type says.")
        return public_key
    if isinstance(jwk, dict) and kind in ("JsonWebKey", "JsonWebKey2020"):
        return PublicKey.from_jwk(jwk)
    raise UnsupportedProof("The issuer's key is written in a form that is not known here.")


def _moment(entry: Mapping[str, object], member: str) -> dt.datetime | None:
    if member not in entry:
        return None
    try:
        return parse_moment(entry[member])
    except MalformedCredential as error:
        # Fail closed: a key that somebody tried to end must not live on by a typing error.
        raise ProofError(f"The issuer's key has a moment ({member}) that cannot be read.") from error


def _shown(text: object) -> str:
    return ascii(text)[:60]
