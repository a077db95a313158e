"""Who signs in the test vectors, and what stands at their addresses.

Every key comes from a fixed seed, so that the files can be built again byte for byte. None
of them guards anything.
"""

from __future__ import annotations

import datetime as dt
import gzip
import json
from typing import Any

from attrs import frozen
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from ingenium_credentials.badges import jose, proof, status_list
from ingenium_credentials.badges.did import MethodData, did_document
from ingenium_credentials.badges.keys import SoftwareSigner
from ingenium_credentials.badges.multibase import base64url_encode
from ingenium_credentials.badges.public_keys import PublicKey
from tests.badges.examples import AWARDED_AT, DID_URL, ISSUER, NOW, ORIGIN

STRANGER = "did:web:stranger.example"
HOLDER = "did:web:holder.example"
LISTS = f"{ORIGIN}/status"
KEY_ADDRESS = f"{ORIGIN}/issuers/oviedo/keys/token"
FOREIGN_KEY_ADDRESS = "https://stranger.example/keys/token"
RETIRED_AT = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
LATER = RETIRED_AT + dt.timedelta(days=30)


@frozen
class SteadySigner:
    """A P-256 key that signs the same bytes alike each time (RFC 6979)."""

    key: ec.EllipticCurvePrivateKey

    @property
    def public_key(self) -> PublicKey:
        return PublicKey.of(self.key.public_key())

    def sign(self, data: bytes) -> bytes:
        signature = self.key.sign(data, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))
        r, s = decode_dss_signature(signature)
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def _ed25519(number: int) -> SoftwareSigner:
    return SoftwareSigner.of(ed25519.Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32))


KEY, RETIRED, LOST, OTHER, GUEST = (_ed25519(number) for number in range(1, 6))
"""Of the issuer: in force, retired, compromised. Of a stranger. Of a learner."""

TOKEN_KEY = SteadySigner(ec.derive_private_key(0x1111_2222_3333_4444, ec.SECP256R1()))
OTHER_TOKEN_KEY = SteadySigner(ec.derive_private_key(0x5555_6666_7777_8888, ec.SECP256R1()))

Signer = SoftwareSigner | SteadySigner


def signed(
    document: dict[str, Any],
    *,
    signer: Signer = KEY,
    method: str = f"{ISSUER}#key-1",
    created: dt.datetime = AWARDED_AT,
    **options: Any,
) -> dict[str, Any]:
    """The document with one proof more."""
    return proof.secure(document, signer=signer, verification_method=method, created=created, **options)


def written(document: dict[str, Any]) -> bytes:
    """The document as the bytes of a file."""
    return json.dumps(document, ensure_ascii=False, indent=1).encode() + b"\n"


def token(document: dict[str, Any], *, signer: Signer = TOKEN_KEY, key_id: str = "") -> bytes:
    """The document as a JWT."""
    return jose.secure(document, signer=signer, key_id=key_id or f"{ISSUER}#token-jwk")


def status_list_of(name: str, **changes: Any) -> dict[str, Any]:
    """A list of the issuer, not yet signed."""
    asked: dict[str, Any] = {
        "url": f"{LISTS}/{name}",
        "issuer_id": ISSUER,
        "valid_from": AWARDED_AT,
        "valid_until": NOW + dt.timedelta(days=7),
        "revoked": [],
        "ttl_ms": 300_000,
    }
    return status_list.render(**(asked | changes))


def _methods() -> list[MethodData]:
    keys: dict[str, Signer] = {
        "key-1": KEY,
        "retired": RETIRED,
        "lost": LOST,
        "guest": GUEST,
        "token": TOKEN_KEY,
    }
    ends: dict[str, dict[str, Any]] = {"retired": {"expires": RETIRED_AT}, "lost": {"revoked": RETIRED_AT}}
    return [
        MethodData(id=f"{ISSUER}#{name}", public_key=signer.public_key, **ends.get(name, {}))
        for name, signer in keys.items()
    ]


def _did_documents() -> dict[str, dict[str, Any]]:
    own = did_document(ISSUER, _methods())
    # Listed, but not to issue with.
    own["assertionMethod"] = [
        f"{ISSUER}#{name}" for name in ("key-1", "retired", "lost", "token", "token-jwk")
    ]
    documents = {DID_URL: own}
    others: dict[str, dict[str, Signer]] = {
        STRANGER: {"key-1": OTHER, "token": OTHER_TOKEN_KEY},
        HOLDER: {"key-1": GUEST},
    }
    for did, signers in others.items():
        methods = [MethodData(id=f"{did}#{name}", public_key=key.public_key) for name, key in signers.items()]
        documents[f"https://{did.removeprefix('did:web:')}/.well-known/did.json"] = did_document(did, methods)
    return documents


def _lists() -> dict[str, dict[str, Any]]:
    tampered = signed(status_list_of("tampered"))
    tampered["credentialSubject"] |= {"encodedList": status_list.encode([1])}
    bomb = status_list_of("bomb")
    bomb["credentialSubject"] |= {
        "encodedList": "u" + base64url_encode(gzip.compress(bytes(status_list.MAX_BYTES + 1), mtime=0))
    }
    foreign = status_list_of("foreign", issuer_id=STRANGER)
    no_list = {**status_list_of("no-list"), "type": ["VerifiableCredential"]}
    lists = {
        "clear": signed(status_list_of("clear")),
        "revoked": signed(status_list_of("revoked", revoked=[7])),
        "suspended": signed(status_list_of("suspended", revoked=[7], purpose="suspension")),
        "stale": signed(status_list_of("stale", valid_until=RETIRED_AT)),
        "tampered": tampered,
        "bomb": signed(bomb),
        "foreign": signed(foreign, signer=OTHER, method=f"{STRANGER}#key-1"),
        "elsewhere": signed(status_list_of("clear")),
        "no-list": signed(no_list),
        "unknown-proof": signed(status_list_of("unknown-proof")),
    }
    lists["unknown-proof"]["proof"][0]["cryptosuite"] = "ecdsa-sd-2023"
    return {f"{LISTS}/{name}": document for name, document in lists.items()}


def addresses() -> dict[str, bytes]:
    """What stands at each https address that the vectors name."""
    keys = {KEY_ADDRESS: TOKEN_KEY, FOREIGN_KEY_ADDRESS: OTHER_TOKEN_KEY}
    documents = _did_documents() | _lists() | {url: dict(key.public_key.jwk) for url, key in keys.items()}
    return {url: written(document) for url, document in documents.items()}
