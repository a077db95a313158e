"""The headers of a JAdES seal: what each member must be (ETSI TS 119 182-1, clause 5).

`write` makes ours, `read` judges a stranger's. Hidden here: which members JOSE allows
and a seal must not have, and the rules about `crit`. The facts of a header that was read
are in a `Header`; nothing of it is proven before the signature is.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

from attrs import frozen

from .certificates import MAX_CHAIN, Certificate
from .errors import MalformedCredential, ProofError, UnsupportedProof
from .moments import parse_moment
from .multibase import base64url_decode, base64url_encode
from .public_keys import Algorithm
from .strict_json import parse

__all__ = ["Header", "algorithm_of", "base64_decode", "read", "token_values", "write"]

_MAX_BYTES = 400_000
"""Ten certificates and a time-stamp over the content fit into it."""

_WRITTEN: Mapping[Algorithm, str] = {
    Algorithm.RSA: "RS256",
    Algorithm.P256: "ES256",
    Algorithm.P384: "ES384",
}
_ALGORITHMS: Mapping[str, Algorithm] = {
    **{name: algorithm for algorithm, name in _WRITTEN.items()},
    "PS256": Algorithm.RSA,
}
_UNKNOWN = frozenset({"EdDSA", "Ed25519", "ES512", "ES256K", "PS384", "PS512", "RS384", "RS512"})
"""Sound algorithms that are not known here; any other name is an attack or an error."""
_REFERENCES = ("x5t#S256", "x5t#o", "sigX5ts")
_MUST_BE_CRITICAL = frozenset(
    {"sigT", "x5t#o", "sigX5ts", "srCms", "sigPl", "srAts", "adoTst", "sigPId", "sigD", "b64"}
)
_MUST_NOT_BE_CRITICAL = frozenset(
    {"alg", "jku", "jwk", "kid", "x5u", "x5c", "x5t", "x5t#S256", "typ", "cty", "crit", "iat"}
)
_HEEDED = frozenset({"b64", "sigT", "adoTst"})
"""Critical members whose meaning is carried out here."""
_STRANGERS_CHOICE = frozenset({"jku", "jwk", "x5u"})
"""Keys and addresses that whoever sealed could put there: never looked at."""
_TYPES = ("jose+json", "application/jose+json")
_MAX_TOKENS = 5
SIG_T_UNTIL = dt.datetime(2025, 5, 15, tzinfo=dt.UTC)
"""From here on the signing time is `iat` and nothing else."""


@frozen
class Header:
    """The protected header of one seal, which obeys the rules."""

    algorithm: str
    chain: tuple[Certificate, ...]
    signed_at: dt.datetime
    content_time_stamps: tuple[bytes, ...] = ()
    """Tokens of `adoTst`, over the payload."""

    @property
    def certificate(self) -> Certificate:
        """The one that the seal was made with."""
        return self.chain[0]


def algorithm_of(name: str) -> Algorithm:
    """The kind of key that goes with the name of a JOSE algorithm in a header that was read."""
    return _ALGORITHMS[name]


def write(chain: tuple[Certificate, ...], algorithm: Algorithm, signed_at: dt.datetime) -> str:
    """The protected header of a new seal, base64url encoded."""
    leaf = chain[0]
    members = {
        "alg": _WRITTEN[algorithm],
        "typ": "jose+json",
        "cty": "octet-stream",
        "b64": False,
        "x5t#S256": base64url_encode(leaf.fingerprint),
        # Base64 here and in kid, base64url everywhere else: RFC 7515, section 4.1.6, and JAdES.
        "x5c": [base64.b64encode(certificate.der).decode() for certificate in chain],
        "kid": base64.b64encode(leaf.issuer_serial).decode(),
        "iat": int(signed_at.timestamp()),
        "crit": ["b64"],
    }
    return base64url_encode(json.dumps(members, separators=(",", ":")).encode())


def read(protected: str) -> Header:
    """Read a protected header; raises `ProofError`, `UnsupportedProof` or `MalformedCredential`."""
    members = parse(base64url_decode(protected), max_bytes=_MAX_BYTES)
    algorithm = _algorithm(members.get("alg"))
    if _STRANGERS_CHOICE & members.keys():
        raise ProofError("The header of the seal brings a key, or an address of one.")
    _demand_critical(members)
    _demand_kind(members)
    chain = _chain(members)
    return Header(
        algorithm=algorithm,
        chain=chain,
        signed_at=_signing_time(members),
        content_time_stamps=token_values(members["adoTst"]) if "adoTst" in members else (),
    )


def token_values(container: object) -> tuple[bytes, ...]:
    """The DER tokens of a time-stamp container; raises `MalformedCredential` or `UnsupportedProof`."""
    tokens = container.get("tstTokens") if isinstance(container, dict) else None
    if not isinstance(tokens, list) or not 0 < len(tokens) <= _MAX_TOKENS:
        raise MalformedCredential("A time-stamp of the seal holds no tokens, or too many.")
    found = []
    for token in tokens:
        if not isinstance(token, dict) or not isinstance(token.get("val"), str):
            raise MalformedCredential("A time-stamp of the seal holds something that is no token.")
        if token.keys() - {"val"}:
            raise UnsupportedProof("A time-stamp of the seal is of a kind that is not known here.")
        found.append(base64_decode(token["val"]))
    return tuple(found)


def base64_decode(text: object) -> bytes:
    """Read base64 with padding, strictly; raises `MalformedCredential`."""
    try:
        data = base64.b64decode(text, validate=True) if isinstance(text, str) else b""
    except (binascii.Error, ValueError) as error:
        raise MalformedCredential("A text of the seal is not base64.") from error
    if not data or base64.b64encode(data).decode() != text:
        raise MalformedCredential("A text of the seal is not base64.")
    return data


def _algorithm(name: object) -> str:
    if not isinstance(name, str) or name not in _UNKNOWN | _ALGORITHMS.keys():
        raise ProofError("The seal is not made with a public key.")
    if name in _UNKNOWN:
        raise UnsupportedProof("The seal is made with an algorithm that is not known here.")
    return name


def _demand_critical(members: Mapping[str, Any]) -> None:
    critical = members.get("crit", [])
    if "crit" in members and not _is_list_of_names(critical):
        raise ProofError("The header of the seal has a list crit that is not one of names, or empty.")
    names = set(critical)
    if len(names) != len(critical) or not names <= members.keys():
        raise ProofError("The list crit of the seal names a member twice, or one that is not there.")
    if names & _MUST_NOT_BE_CRITICAL:
        raise ProofError("The list crit of the seal names a member that must not be in it.")
    if _MUST_BE_CRITICAL & members.keys() - names:
        raise ProofError("The list crit of the seal lacks a member that must be in it.")
    if names - _HEEDED - set(_REFERENCES):
        raise UnsupportedProof("The seal has a critical member that is not known here.")


def _is_list_of_names(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(name, str) for name in value)


def _demand_kind(members: Mapping[str, Any]) -> None:
    if members.get("b64", True) is not False:
        raise UnsupportedProof("The seal is not over the text as it stands (b64 is not false).")
    if members.get("typ", _TYPES[0]) not in _TYPES:
        raise ProofError("The seal says that it is something else (typ).")
    if not isinstance(members.get("cty", ""), str):
        raise ProofError("The seal does not say of what kind its content is (cty).")


def _chain(members: Mapping[str, Any]) -> tuple[Certificate, ...]:
    """The certificates of the header, with the first bound to the seal."""
    references = [name for name in _REFERENCES if name in members]
    if len(references) != 1:
        raise ProofError("The seal must name its certificate by exactly one digest.")
    if references != ["x5t#S256"]:
        raise UnsupportedProof("The seal names its certificate by a digest that is not known here.")
    encoded = members.get("x5c")
    if encoded is None:
        raise UnsupportedProof("The seal does not bring its certificate.")
    if not isinstance(encoded, list) or not 0 < len(encoded) <= MAX_CHAIN:
        raise MalformedCredential("The seal brings no certificates, or too many.")
    chain = tuple(Certificate.from_der(base64_decode(text)) for text in encoded)
    leaf = chain[0]
    if members["x5t#S256"] != base64url_encode(leaf.fingerprint):
        raise ProofError("The certificate is not the one that the seal names (x5t#S256).")
    if "kid" in members and members["kid"] != base64.b64encode(leaf.issuer_serial).decode():
        raise ProofError("The certificate is not the one that the seal names (kid).")
    return chain


def _signing_time(members: Mapping[str, Any]) -> dt.datetime:
    if ("iat" in members) == ("sigT" in members):
        raise ProofError("The seal must say when it was made by exactly one of iat and sigT.")
    if "sigT" in members:
        moment = parse_moment(members["sigT"])
        if moment >= SIG_T_UNTIL:
            raise ProofError("The seal says by sigT when it was made, which since 2025-05-15 only iat may.")
        return moment
    seconds = members["iat"]
    if type(seconds) is not int or not 0 <= seconds < 2**33:
        raise ProofError("The seal says when it was made, but not in whole seconds since 1970.")
    return dt.datetime.fromtimestamp(seconds, dt.UTC)
