"""A credential to be sealed, and seals of whatever a stranger might make."""

from __future__ import annotations

import base64
import json
from typing import Any

from ingenium_credentials.badges import seal
from ingenium_credentials.badges.moments import format_moment
from ingenium_credentials.badges.multibase import base64url_decode, base64url_encode

from .authorities import NOW, Holder

UNIVERSITY, IDENTIFIER = "Universitatea de Test din Iași", "VATRO-00000001"
COUNTRY = "http://publications.europa.eu/resource/authority/country/"


def organisation(number: int, name: str, identifier: str, country: str = "ROU") -> dict[str, Any]:
    legal = {"id": f"urn:epass:legalIdentifier:{number}", "type": "LegalIdentifier", "notation": identifier}
    described: dict[str, Any] = {
        "id": f"urn:epass:org:{number}",
        "type": "Organisation",
        "legalName": {"ro": name},
    }
    described["location"] = [{"address": [{"countryCode": {"id": COUNTRY + country, "type": "Concept"}}]}]
    if identifier:
        described["eIDASIdentifier"] = {**legal, "spatial": {"id": COUNTRY + country, "type": "Concept"}}
    return described


def document(**changes: Any) -> dict[str, Any]:
    """A credential of one issuer and two further awarding bodies; None takes a member away."""
    issuer = organisation(1, UNIVERSITY, IDENTIFIER)
    bodies = [issuer, organisation(2, "Πανεπιστήμιο Δοκιμής", "VATEL-2", "GRC"), organisation(3, "Third", "")]
    claim = {
        "type": "LearningAchievement",
        "title": {"en": "Ecosystems"},
        "awardedBy": {"awardingBody": bodies},
    }
    moment = format_moment(NOW)
    members = {
        "@context": [
            "https://www.w3.org/2018/credentials/v1",
            "http://data.europa.eu/snb/model/context/edc-ap",
        ],
        "id": "urn:credential:3f0b8f5e-6c1f-4a36-9a07-3a3f8f0e1a77",
        "type": ["VerifiableCredential", "EuropeanDigitalCredential"],
        "issuer": issuer,
        **{"issuanceDate": moment, "issued": moment, "validFrom": moment},
        "credentialProfiles": [{"id": "http://data.europa.eu/snb/credential/e34929035b"}],
        "credentialSchema": [{"id": "http://data.europa.eu/snb/model/ap/edc-generic-full"}],
        "displayParameter": {"id": "urn:epass:displayParameter:1"},
        "credentialSubject": {"id": "urn:epass:person:1", "type": "Person", "hasClaim": [claim]},
        **changes,
    }
    return {name: value for name, value in members.items() if value is not None}


def text(members: dict[str, Any], **options: Any) -> bytes:
    return json.dumps(members, ensure_ascii=False, **options).encode()


def parts(sealed: bytes, number: int = 0) -> tuple[dict[str, Any], dict[str, Any]]:
    """The file as JSON, and the protected header of one seal."""
    outer = json.loads(sealed)
    return outer, json.loads(base64url_decode(outer["signatures"][number]["protected"]))


def etsi_u(sealed: bytes, number: int = 0) -> list[dict[str, Any]]:
    components = json.loads(sealed)["signatures"][number]["header"]["etsiU"]
    return [json.loads(base64url_decode(component)) for component in components]


def forged(holder: Holder, payload: str | None = None, *, unsigned: Any = None, **header: Any) -> bytes:
    """A file whose signature holds over any header; None takes a member away."""
    payload = text(document()).decode() if payload is None else payload
    sealer = holder.sealer
    members = {
        "alg": {"RSA": "RS256", "P-256": "ES256", "P-384": "ES384"}[sealer.signer.public_key.algorithm.value],
        "typ": "jose+json",
        "cty": "octet-stream",
        "b64": False,
        "x5t#S256": base64url_encode(holder.certificate.fingerprint),
        "x5c": [base64.b64encode(one.der).decode() for one in sealer.chain],
        "kid": base64.b64encode(holder.certificate.issuer_serial).decode(),
        "iat": int(NOW.timestamp()),
        "crit": ["b64"],
        **header,
    }
    kept = {name: value for name, value in members.items() if value is not None}
    protected = base64url_encode(json.dumps(kept).encode())
    signature = sealer.signer.sign(f"{protected}.{payload}".encode())
    entry = {"protected": protected, "signature": base64url_encode(signature)}
    if unsigned is not None:
        entry["header"] = unsigned
    return text({"payload": payload, "signatures": [entry]})


def only(found: list[seal.SealFinding]) -> seal.SealFinding:
    (finding,) = found
    return finding
