"""An issuer of ours: keys of every kind, what it signs, and what it publishes."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping
from typing import Any

from attrs import evolve, field, frozen
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from ingenium_credentials.badges import did as dids
from ingenium_credentials.badges import jose, ob3, proof
from ingenium_credentials.badges.contexts import PINNED, read
from ingenium_credentials.badges.data import AwardData, StatusData
from ingenium_credentials.badges.errors import NotResolved
from ingenium_credentials.badges.keys import SoftwareSigner
from ingenium_credentials.badges.report import Report
from ingenium_credentials.badges.verifier import verify
from tests.badges.examples import AWARDED_AT, DID_URL, ISSUER, NOW
from tests.vectors.build import BY_MANDATE

from .peers import Peer

CONTEXTS: Mapping[str, Any] = {url: json.loads(read(pin)) for url, pin in PINNED.items()}
"""The documents that both sides get: the pinned contexts, parsed."""

# openbadgeslib reads the clock of this machine, so the end lies far off.
LASTING = evolve(BY_MANDATE, status=None, valid_until=dt.datetime(2199, 1, 15, 9, tzinfo=dt.UTC))
"""An award with everything that a credential can say, but a status."""


def moment(value: dt.datetime = NOW) -> str:
    """A moment as the peers take it."""
    return value.strftime("%Y-%m-%dT%H:%M:%SZ")


def with_status(url: str, index: int) -> AwardData:
    """`LASTING` with a place in the status list at `url`."""
    return evolve(LASTING, status=StatusData(list_url=url, index=index))


def named(name: str, latin_name: str = "") -> AwardData:
    """`LASTING` for a learner of this name."""
    return evolve(LASTING, recipient=evolve(LASTING.recipient, name=name, latin_name=latin_name))


def resolver(published: Mapping[str, Any]) -> Callable[[str], bytes]:
    """A resolver that knows what it is given: address to JSON value, or to bytes."""

    def resolve(url: str) -> bytes:
        if url not in published:
            raise NotResolved(f"not published: {url}")
        value = published[url]
        return value if isinstance(value, bytes) else json.dumps(value).encode()

    return resolve


def verify_here(data: bytes | str | Mapping[str, Any], published: Mapping[str, Any], **more: Any) -> Report:
    """Our verifier on what a peer made; nothing is known to it but `published`."""
    if isinstance(data, Mapping):
        data = json.dumps(data, ensure_ascii=False)
    raw = data.encode() if isinstance(data, str) else data
    return verify(raw, resolve=resolver(published), now=more.pop("now", NOW), **more)


def found_wrong(report: Report) -> list[str]:
    """The ids of the checks that did not pass: empty for a valid credential."""
    return [check.id for check in report.checks if check.outcome.value != "passed"]


def did_document_with(did: str, jwk: Mapping[str, Any]) -> dict[str, Any]:
    """The DID document of a peer that has one key."""
    method = {"id": f"{did}#key-1", "type": "JsonWebKey", "controller": did, "publicKeyJwk": jwk}
    return {"id": did, "verificationMethod": [method], "assertionMethod": [method["id"]]}


def made_by_openbadgeslib(
    peer: Peer, task: str = "sign", *, algorithm: str = "EdDSA", jwt: bool = False, **more: Any
) -> dict[str, Any]:
    """A badge that openbadgeslib made and signed, with the key of a new issuer."""
    answer = peer.ask(
        "openbadges_peer.py",
        task=task,
        algorithm=algorithm,
        jwt=jwt,
        issuer="Πανεπιστήμιο Κρήτης",
        name="Ηθική των δεδομένων",
        recipient="urn:uuid:3f8a5c52-7a5e-4a53-8e2b-0d0f4b8b2d11",
        **more,
    )
    assert answer["verified"], answer.get("error")
    return answer


@frozen
class OurIssuer:
    """Signs with our library and publishes a DID document made by it."""

    signers: Mapping[str, SoftwareSigner]
    did: str = ISSUER
    document: Mapping[str, Any] = field(factory=dict)

    @classmethod
    def make(cls) -> OurIssuer:
        """One key for each way of securing that we issue."""
        keys = {
            "Ed25519": ed25519.Ed25519PrivateKey.generate(),
            "P-256": ec.generate_private_key(ec.SECP256R1()),
            "P-384": ec.generate_private_key(ec.SECP384R1()),
            "RSA": rsa.generate_private_key(65537, 2048),
        }
        signers = {name: SoftwareSigner.of(key) for name, key in keys.items()}
        methods = [
            dids.MethodData(id=f"{ISSUER}#{name}", public_key=signer.public_key)
            for name, signer in signers.items()
        ]
        return cls(signers, document=dids.did_document(ISSUER, methods))

    def sign(self, document: Mapping[str, Any], key: str = "Ed25519", **more: Any) -> dict[str, Any]:
        """The document with a proof made by the named key."""
        return proof.secure(
            document,
            signer=self.signers[key],
            verification_method=f"{self.did}#{key}",
            created=AWARDED_AT,
            **more,
        )

    def issue(self, award: AwardData = LASTING, key: str = "Ed25519") -> dict[str, Any]:
        """A badge with an embedded proof."""
        return self.sign(ob3.render(award), key)

    def issue_jwt(self, award: AwardData = LASTING, key: str = "RSA") -> str:
        """The same badge as a VC-JWT."""
        key_id = dids.jwk_method_id(f"{self.did}#{key}", self.signers[key].public_key)
        return jose.secure(ob3.render(award), signer=self.signers[key], key_id=key_id).decode()

    @property
    def documents(self) -> dict[str, Any]:
        """What a peer's loader is given: the contexts, and the DID document under the DID."""
        return {**CONTEXTS, self.did: self.document}

    @property
    def published(self) -> dict[str, Any]:
        """What stands at https addresses."""
        return {DID_URL: self.document}
