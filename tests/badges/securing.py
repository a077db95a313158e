"""How the tests of this folder secure documents, with keys that are the same in every run."""

from __future__ import annotations

import datetime as dt
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from ingenium_credentials.badges import proof
from ingenium_credentials.badges.keys import SoftwareSigner
from tests.badges.documents import WORKED, Document
from tests.badges.examples import NOW

CREATED = dt.datetime(2026, 1, 15, 9, 0, tzinfo=dt.UTC)
METHOD = WORKED["issuer"]["id"] + "#z6MkehRgf7yJbgaGfYsdoAsKdBPE3dj2CYhowQdcjqSJgvVd"

ED25519 = SoftwareSigner.of(ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
OTHER = SoftwareSigner.of(ed25519.Ed25519PrivateKey.from_private_bytes(bytes(32)))
P256 = SoftwareSigner.of(ec.derive_private_key(7, ec.SECP256R1()))
P384 = SoftwareSigner.of(ec.derive_private_key(7, ec.SECP384R1()))
SIGNERS = {"eddsa-rdfc-2022": ED25519, "ecdsa-rdfc-2019 P-256": P256, "ecdsa-rdfc-2019 P-384": P384}


def secured(document: Document = WORKED, signer: SoftwareSigner = ED25519, **options: Any) -> Document:
    settings = {"verification_method": METHOD, "created": CREATED, **options}
    return proof.secure(document, signer=signer, **settings)


def check(document: Document, signer: SoftwareSigner = ED25519, *, number: int = -1, **options: Any) -> None:
    settings = {"purpose": "assertionMethod", "now": NOW, **options}
    proof.check(document, document["proof"][number], signer.public_key, **settings)


def with_proof(document: Document, **members: Any) -> Document:
    """A secured document whose proof says something else; None takes a member away."""
    changed = {**document["proof"][0], **members}
    return {**document, "proof": [{name: value for name, value in changed.items() if value is not None}]}
