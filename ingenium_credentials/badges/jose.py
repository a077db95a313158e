"""Securing around: VC-JWT as Open Badges 3.0 prescribes it (section JSON Web Token Proof Format).

A token is a compact JWS with the credential's members and the claims that repeat some of
them. Hidden here: all that JOSE allows and credentials must not use, and the older form
in which the credential stands in a claim `vc`. Whose key it is, the caller finds out.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

from attrs import frozen

from .errors import MalformedCredential, ProofError, UnsupportedProof, UnusableKey, WorkLimitExceeded
from .jsonld import parse
from .keys import Signer
from .moments import format_moment, parse_moment
from .multibase import base64url_decode, base64url_encode
from .public_keys import Algorithm, PublicKey

__all__ = ["MAX_BYTES", "Token", "check", "decode", "secure"]

MAX_BYTES = 3_000_000
"""Of a token; its payload is held to the limits of JSON documents besides."""

_HEADER_BYTES = 16_384
_ALGORITHMS = {"ES256": Algorithm.P256, "RS256": Algorithm.RSA, "EdDSA": Algorithm.ED25519}
_ISSUED = {Algorithm.P256: "ES256", Algorithm.RSA: "RS256"}
"""EdDSA is checked only: Open Badges 3.0 asks for the two others."""
_UNKNOWN = frozenset({"Ed25519", "ES384", "ES512", "ES256K", "PS256", "PS384", "PS512", "RS384", "RS512"})
"""Sound algorithms that are not known here; any other name is an attack or an error."""
_HEADER = frozenset({"alg", "kid", "jwk", "typ", "cty"})
_PLAIN_TYPES = ("vc+jwt", "vp+jwt")
"""W3C VC-JOSE-COSE: the claims need not be there, and speak of the token only."""
_CLAIMS = frozenset({"iss", "sub", "jti", "nbf", "exp", "iat", "aud", "nonce"})
_REQUIRED = ("iss", "sub", "jti", "nbf")
_OWN_MEMBERS = frozenset({"@context", "type", "issuer", "credentialSubject"})
_ID_CHARS = 2000


@frozen
class Token:
    """A well-formed token of which nothing has been checked yet."""

    header: dict[str, Any]
    payload: dict[str, Any]
    signing_input: bytes
    signature: bytes

    @property
    def kid(self) -> str | None:
        """The address of the key, if the header names one."""
        return self.header.get("kid")

    @property
    def jwk(self) -> PublicKey | None:
        """The key in the header, if any: it says nothing about who issued."""
        return PublicKey.from_jwk(self.header["jwk"]) if "jwk" in self.header else None

    @property
    def claims(self) -> dict[str, Any]:
        """The registered claims, without the credential."""
        return {name: value for name, value in self.payload.items() if name in _CLAIMS}

    @property
    def not_before(self) -> dt.datetime | None:
        """When the token itself begins to count; raises `ProofError`."""
        return _moment(self.payload.get("nbf"))

    @property
    def expires(self) -> dt.datetime | None:
        """When the token itself ceases to count; raises `ProofError`."""
        return _moment(self.payload.get("exp"))

    @property
    def credential(self) -> dict[str, Any]:
        """The credential's own members only; raises `MalformedCredential`."""
        if "vp" in self.payload:
            raise UnsupportedProof("A presentation in a claim vp is not known here.")
        if "vc" not in self.payload:
            return {name: value for name, value in self.payload.items() if name not in _CLAIMS}
        credential = self.payload["vc"]
        if not isinstance(credential, dict) or _OWN_MEMBERS & self.payload.keys():
            raise MalformedCredential("The token holds a credential twice, or none.")
        return _filled(credential, self.claims)


def secure(document: Mapping[str, Any], *, signer: Signer, key_id: str) -> bytes:
    """Sign a credential as a compact JWS (ES256 or RS256, as the key demands).

    `key_id` is the address of the public JWK. Raises `UnusableKey` for other kinds of
    keys, and `MalformedCredential` for a document that the claims cannot be drawn from.
    """
    algorithm = _ISSUED.get(signer.public_key.algorithm)
    if algorithm is None:
        raise UnusableKey("A JWT is signed with a P-256 or an RSA key only.")
    if (_CLAIMS | {"vc", "vp"}) & document.keys():
        raise MalformedCredential("The credential has members of the same name as a claim.")
    header = {"alg": algorithm, "typ": "JWT", "kid": key_id}
    signing_input = _part(header) + b"." + _part({**_expected_claims(document), **document})
    return signing_input + b"." + base64url_encode(signer.sign(signing_input)).encode()


def decode(token: bytes) -> Token:
    """Read a compact JWS strictly, without checking it.

    Raises `ProofError` for an algorithm or header that must never be used,
    `UnsupportedProof` for one not known here, and `MalformedCredential` for the rest.
    """
    if len(token) > MAX_BYTES:
        raise WorkLimitExceeded("The token is larger than any credential is.")
    parts = token.split(b".", 3)
    if len(parts) != 3 or not all(parts) or not token.isascii():
        raise MalformedCredential("The token does not have three parts.")
    header, payload, signature = (base64url_decode(part.decode("ascii")) for part in parts)
    return Token(
        header=_sound_header(parse(header, max_bytes=_HEADER_BYTES)),
        payload=parse(payload),
        signing_input=parts[0] + b"." + parts[1],
        signature=signature,
    )


def check(token: Token, public_key: PublicKey) -> dict[str, Any]:
    """The credential of a token that `public_key` signed; else raises `ProofError`.

    The claims must say what the credential says. Whether the key is the issuer's, and what
    the time is, are not looked at here.
    """
    if _ALGORITHMS[token.header["alg"]] is not public_key.algorithm:
        raise ProofError("The token names another algorithm than its key is made for.")
    public_key.verify(token.signature, token.signing_input)
    credential = token.credential
    _demand_claims(token, credential)
    return credential


def _part(value: Mapping[str, Any]) -> bytes:
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode("utf-8")
    except (TypeError, ValueError) as error:
        raise MalformedCredential("The credential has a value that JSON cannot hold.") from error
    return base64url_encode(text).encode("ascii")


def _sound_header(header: dict[str, Any]) -> dict[str, Any]:
    algorithm, kind = header.get("alg"), header.get("typ", "JWT")
    if not isinstance(algorithm, str) or algorithm not in _UNKNOWN | _ALGORITHMS.keys():
        raise ProofError("The token is not signed with a public key.")
    if algorithm in _UNKNOWN:
        raise UnsupportedProof("The token is signed with an algorithm that is not known here.")
    if not header.keys() <= _HEADER:
        # Above all `crit`, and addresses of keys (`jku`, `x5u`) that a stranger chose.
        raise ProofError("The header of the token has members that it must not have.")
    if kind not in ("JWT", *_PLAIN_TYPES) or header.get("cty", "vc") not in ("vc", "vp"):
        raise ProofError("The token is not made for credentials.")
    _demand_key(header)
    return header


def _demand_key(header: Mapping[str, Any]) -> None:
    key_id, jwk = header.get("kid"), header.get("jwk")
    if key_id is None and jwk is None:
        raise ProofError("The header of the token names no key.")
    if key_id is not None and not (isinstance(key_id, str) and 0 < len(key_id) <= _ID_CHARS):
        raise ProofError("The header of the token names its key in an impossible way.")
    if "jwk" in header:
        if not isinstance(jwk, dict):
            raise ProofError("The key in the header of the token is not a JWK.")
        PublicKey.from_jwk(jwk)


def _demand_claims(token: Token, credential: Mapping[str, Any]) -> None:
    """Each claim says what the credential says, and none is missing that must be there."""
    claims, expected = token.claims, _claims_of(credential)
    is_plain = token.header.get("typ") in _PLAIN_TYPES
    for name, own in expected.items():
        if is_plain and (name in ("nbf", "exp") or name not in claims):
            continue
        if not _same(claims.get(name), own):
            raise ProofError(f"The claim {name} says something else than the credential.")
    # VC 1.1 knows credentials and subjects without an id.
    required = () if is_plain else ("iss", "nbf") if "vc" in token.payload else _REQUIRED
    for name in required:
        if claims.get(name) is None:
            raise ProofError(f"The token lacks the claim {name}.")
    # Read here too, so that a moment that cannot be read is not passed over.
    _ = token.not_before, token.expires


def _same(claim: object, own: object) -> bool:
    return type(claim) is type(own) and claim == own


def _expected_claims(document: Mapping[str, Any]) -> dict[str, Any]:
    claims = _claims_of(document)
    lacking = [name for name in _REQUIRED if not isinstance(claims[name], str | int)]
    if lacking:
        raise MalformedCredential(f"The credential has nothing that the claim {lacking[0]} could repeat.")
    return {name: value for name, value in claims.items() if value is not None}


def _claims_of(document: Mapping[str, Any]) -> dict[str, Any]:
    """What the claims must be; None for what the document does not say."""
    begin = document.get("validFrom", document.get("issuanceDate"))
    end = document.get("validUntil", document.get("expirationDate"))
    return {
        "iss": _id(document.get("issuer", document.get("holder"))),
        "sub": _id(document.get("credentialSubject")),
        "jti": document.get("id"),
        "nbf": None if begin is None else _seconds(begin),
        "exp": None if end is None else _seconds(end),
    }


def _id(value: object) -> object:
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    return value.get("id") if isinstance(value, dict) else value


def _seconds(text: object) -> int:
    """Whole seconds since 1970: what is finer than a second has no place in a claim."""
    return int(parse_moment(text).replace(microsecond=0).timestamp())


def _moment(seconds: object) -> dt.datetime | None:
    if seconds is None:
        return None
    if type(seconds) is not int:
        raise ProofError("The token names a moment that is not in whole seconds.")
    try:
        return dt.datetime.fromtimestamp(seconds, dt.UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise ProofError("The token names a moment that is in no calendar.") from error


def _filled(credential: Mapping[str, Any], claims: Mapping[str, Any]) -> dict[str, Any]:
    """A VC 1.1 credential whose members may have moved into the claims (section 6.3.1 there)."""
    filled = dict(credential)
    moved = {"issuer": claims.get("iss"), "id": claims.get("jti")}
    moments = {"issuanceDate": _moment(claims.get("nbf")), "expirationDate": _moment(claims.get("exp"))}
    moved |= {name: format_moment(moment) for name, moment in moments.items() if moment is not None}
    for name, value in moved.items():
        if value is not None and name not in filled and not _has_newer(name, filled):
            filled[name] = value
    subject = filled.get("credentialSubject")
    if isinstance(subject, dict) and "id" not in subject and "sub" in claims:
        filled["credentialSubject"] = {"id": claims["sub"], **subject}
    return filled


def _has_newer(name: str, credential: Mapping[str, Any]) -> bool:
    return {"issuanceDate": "validFrom", "expirationDate": "validUntil"}.get(name) in credential
