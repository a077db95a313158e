"""PyLD used as its own manual shows it, with the proof steps that every contender takes.

No safe mode, no work limit, no escapes of RDFC-1.0: this is what many a project does, and
it is here to be compared with, not to be used.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from pyld import jsonld

from ingenium_credentials.badges.multibase import base58_encode, multibase_decode

from .shape import CONTEXTS, CREATED, METHOD, PRIVATE_KEY

_PUBLIC_KEY = PRIVATE_KEY.public_key()


def _load(url: str, _options: Any) -> dict[str, Any]:
    return {
        "contentType": "application/ld+json",
        "contextUrl": None,
        "documentUrl": url,
        "document": CONTEXTS[url],
    }


def _digest(document: dict[str, Any]) -> bytes:
    options = {"algorithm": "URDNA2015", "format": "application/n-quads", "documentLoader": _load}
    return hashlib.sha256(jsonld.normalize(document, options).encode()).digest()


def issue(document: dict[str, Any]) -> bytes:
    """Sign with eddsa-rdfc-2022 and write the bytes."""
    config = {
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-rdfc-2022",
        "created": CREATED.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "verificationMethod": METHOD,
        "proofPurpose": "assertionMethod",
    }
    signed_over = _digest({"@context": document["@context"], **config}) + _digest(document)
    config["proofValue"] = "z" + base58_encode(PRIVATE_KEY.sign(signed_over))
    return json.dumps({**document, "proof": [config]}, ensure_ascii=False).encode()


def verify(data: bytes) -> None:
    """Read the bytes and check the signature; nothing else is looked at."""
    document = json.loads(data)
    config = document.pop("proof")[0]
    signature = multibase_decode(config.pop("proofValue"), max_chars=200)
    _PUBLIC_KEY.verify(signature, _digest({"@context": document["@context"], **config}) + _digest(document))
