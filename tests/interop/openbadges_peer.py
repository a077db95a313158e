"""Sign or check with openbadgeslib: one JSON request on standard input, one JSON answer.

Runs in an environment of its own, where nothing of ours is installed. Whatever the
library would download is looked up in the request's `documents` (URL to text).
"""

from __future__ import annotations

import base64
import datetime as dt
import json
import sys
from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from openbadgeslib import ob3  # type: ignore[import-not-found,unused-ignore]

KEYS: dict[str, Callable[[], Any]] = {
    "EdDSA": ed25519.Ed25519PrivateKey.generate,
    "ES256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "RS256": lambda: rsa.generate_private_key(65537, 2048),
}


def download_from(documents: dict[str, str]) -> Callable[[str], bytes]:
    """The library's way to the network, which here ends at the request."""

    def download(url: str) -> bytes:
        return documents[url].encode()

    return download


def verify(request: dict[str, Any]) -> dict[str, Any]:
    """Data Integrity or JWT, by the issuer's DID; the status too where it is asked for."""
    download = download_from(request["documents"])
    text, issuer = request["credential"], request["issuer"]
    make = ob3.OB3LdpVerifier if text.startswith("{") else ob3.OB3Verifier
    verifier = make.for_issuer_did(issuer, download=download)
    found = verifier.verify(text, check_status=request.get("status", False), download=download)
    return {"verified": True, "id": found.id, "recipient": found.recipient_id, "name": found.achievement.name}


def sign(request: dict[str, Any]) -> dict[str, Any]:
    """A small badge of the library's own making, signed with a key made here."""
    signer, badge, did, jwk = _made(request)
    signed = signer.sign(badge) if request["jwt"] else signer.sign_to_json(badge)
    return {"verified": True, "credential": signed, "did": did, "jwk": jwk}


def _made(request: dict[str, Any]) -> tuple[Any, Any, str, dict[str, Any]]:
    """Signer and badge, the issuer's DID and its public key."""
    algorithm = request["algorithm"]
    key = KEYS[algorithm]()
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    did = request.get("did") or ob3.did_key_from_pem(public)
    badge = ob3.OpenBadgeCredential(
        issuer=ob3.Issuer(id=did, name=request["issuer"]),
        recipient_id=request["recipient"],
        achievement=ob3.Achievement(
            id="https://peer.example/achievements/1",
            name=request["name"],
            description=request["name"],
            criteria_narrative=request["name"],
        ),
        issuance_date=dt.datetime(2026, 1, 15, 9, tzinfo=dt.UTC),
    )
    signer = ob3.OB3Signer(pem, algorithm) if request["jwt"] else _embedding_signer(pem, request, did)
    return signer, badge, did, ob3.OB3Signer(pem, algorithm)._public_jwk()


def _embedding_signer(pem: bytes, request: dict[str, Any], did: str) -> Any:
    method = f"{did}#key-1" if request.get("did") else None
    return ob3.OB3LdpSigner(pem, verification_method=method)


def decode_list(request: dict[str, Any]) -> dict[str, Any]:
    """The indices that are set in an `encodedList`, and its length in bits."""
    bits = ob3.decode_encoded_list(request["encoded"])
    return {"verified": True, "length": len(bits) * 8, "set": sorted(ob3.set_indices(bits))}


def extract(request: dict[str, Any]) -> dict[str, Any]:
    """The credential inside a baked picture."""
    read = getattr(ob3.OB3Verifier, f"extract_token_from_{request['carrier']}")
    return {"verified": True, "credential": read(base64.b64decode(request["picture"]))}


def bake(request: dict[str, Any]) -> dict[str, Any]:
    """A picture with a freshly signed badge inside."""
    embed = f"sign_into_{request['carrier']}"
    picture = base64.b64decode(request["picture"])
    signer, badge, did, jwk = _made(request)
    baked = getattr(signer, embed)(badge, picture)
    return {"verified": True, "picture": base64.b64encode(baked).decode(), "did": did, "jwk": jwk}


TASKS = {"verify": verify, "sign": sign, "decode_list": decode_list, "extract": extract, "bake": bake}


def main() -> None:
    """Answer the one request; a refusal is an answer."""
    request = json.load(sys.stdin)
    try:
        answer = TASKS[request["task"]](request)
    except Exception as error:  # whatever the library raises is its verdict
        answer = {"verified": False, "error": f"{type(error).__name__}: {error}"}
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
