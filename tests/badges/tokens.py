"""A credential, its claims, and tokens of whatever a stranger might sign."""

from __future__ import annotations

import json
from typing import Any

from ingenium_credentials.badges import jose
from ingenium_credentials.badges.keys import Algorithm, SoftwareSigner
from ingenium_credentials.badges.multibase import base64url_encode

KID = "did:web:ingenium.example#key-1-jwk"
CREDENTIAL: dict[str, Any] = {
    "@context": ["https://www.w3.org/ns/credentials/v2"],
    "id": "urn:uuid:7a4c1f2e-0f5b-4a56-8a9e-2f6f6f1d0001",
    "type": ["VerifiableCredential", "OpenBadgeCredential"],
    "issuer": {"id": "did:web:ingenium.example", "type": ["Profile"], "name": "INGENIUM"},
    "validFrom": "2026-01-15T09:00:00.750Z",
    "validUntil": "2027-01-15T10:00:00+01:00",
    "credentialSubject": {"id": "urn:uuid:1", "type": ["AchievementSubject"], "name": "Ελένη"},
}
CLAIMS = {
    "iss": "did:web:ingenium.example",
    "sub": "urn:uuid:1",
    "jti": "urn:uuid:7a4c1f2e-0f5b-4a56-8a9e-2f6f6f1d0001",
    "nbf": 1768467600,
    "exp": 1800003600,
}
OLD: dict[str, Any] = {
    "@context": ["https://www.w3.org/2018/credentials/v1"],
    "id": CREDENTIAL["id"],
    "type": ["VerifiableCredential", "OpenBadgeCredential"],
    "issuer": "did:web:ingenium.example",
    "issuanceDate": "2026-01-15T09:00:00Z",
    "expirationDate": "2027-01-15T09:00:00Z",
    "credentialSubject": {"id": "urn:uuid:1", "type": "AchievementSubject"},
}
NAMES = {Algorithm.P256: "ES256", Algorithm.RSA: "RS256", Algorithm.ED25519: "EdDSA"}


def part(value: object) -> bytes:
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64url_encode(data).encode()


def token(signer: SoftwareSigner, payload: object, **header: object) -> bytes:
    """A compact JWS of whatever a stranger might sign."""
    head = {"alg": NAMES.get(signer.public_key.algorithm, "ES384"), "typ": "JWT", "kid": KID, **header}
    signing_input = (
        part({name: value for name, value in head.items() if value is not None}) + b"." + part(payload)
    )
    return signing_input + b"." + part(signer.sign(signing_input))


def checked(data: bytes, signer: SoftwareSigner) -> dict[str, Any]:
    return jose.check(jose.decode(data), signer.public_key)
