"""Build the test vectors: `python -m tests.vectors.build`.

`valid/` holds what must be found valid, `spoiled/` what must not: each file is a valid one
with the fault that its name says. `tests/badges/test_verifier.py` states which check stops
it. `addresses/` holds what stands at the https addresses, under names that quote them.
"""

from __future__ import annotations

import datetime as dt
import json
from base64 import b64decode
from copy import deepcopy
from pathlib import Path
from typing import Any
from urllib.parse import quote

from attrs import evolve

from ingenium_credentials.badges import baking, ob3
from ingenium_credentials.badges.data import MandateData, StatusData
from ingenium_credentials.badges.endorsement import attach, of_achievement, of_award
from ingenium_credentials.badges.multibase import base64url_encode
from tests.badges.examples import ACHIEVEMENT, AWARD, CRETE, ISSUER, NOW, OVIEDO, SMALL_AWARD

from . import issuers
from .issuers import (
    GUEST,
    HOLDER,
    KEY_ADDRESS,
    LISTS,
    OTHER,
    STRANGER,
    signed,
    token,
    written,
)

FOLDER = Path(__file__).parent
AGREEMENT = MandateData(reference="Agreement 2026/01", valid_from=dt.date(2026, 1, 1), digests=("ab" * 32,))
SECOND = evolve(CRETE, id=STRANGER)
BY_MANDATE = evolve(AWARD, issuer=evolve(AWARD.issuer, mandate=AGREEMENT))
JOINT = evolve(AWARD, achievement=evolve(ACHIEVEMENT, awarding_bodies=(OVIEDO, SECOND)))
CHALLENGE, DOMAIN = "b1b5c4f0-7f0e-4f0c-9d0e-6d3f3a1c2b4d", "https://employer.example"

PNG = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="
)
SVG = b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"><rect/></svg>\n'
BOMB = b'<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>\n'

Document = dict[str, Any]


def badge(*, listed: str = "clear", index: int = 7, purpose: str = "revocation", **changes: Any) -> Document:
    """A small badge, not yet signed."""
    status = StatusData(list_url=f"{LISTS}/{listed}", index=index, purpose=purpose)
    return ob3.render(evolve(SMALL_AWARD, status=status, **changes))


def plain() -> Document:
    """A credential of the W3C data model that is no badge."""
    return {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiableCredential"],
        "issuer": ISSUER,
        "validFrom": "2026-01-15T09:00:00Z",
        "credentialSubject": {"id": HOLDER, "name": "Ana"},
    }


def endorsement(*, about: str) -> Document:
    """A stranger's endorsement, signed."""
    document = {
        "@context": list(ob3.CONTEXTS),
        "id": "https://stranger.example/endorsements/1",
        "type": ["VerifiableCredential", "EndorsementCredential"],
        "name": "Endorsement",
        "issuer": {"id": STRANGER, "type": ["Profile"], "name": "Stranger"},
        "validFrom": "2026-01-15T09:00:00Z",
        "credentialSubject": {"id": about, "type": ["EndorsementSubject"], "endorsementComment": "Good."},
    }
    return signed(document, signer=OTHER, method=f"{STRANGER}#key-1")


def joint_badge() -> Document:
    """The badge with everything that two universities award, yet unsigned by the second."""
    return with_list(ob3.render(JOINT))


def joint_endorsement(badge: Document, *, once: bool = False) -> Document:
    """The second university's word that it awards too: this award, or its version once for all."""
    if once:
        unsigned = of_achievement(badge, JOINT.achievement, SECOND, now=NOW)
    else:
        unsigned = of_award(badge, JOINT, SECOND, now=NOW)
    return signed(unsigned, signer=OTHER, method=f"{STRANGER}#key-1")


def presentation(*credentials: Document, **members: Any) -> Document:
    """A presentation, not yet signed."""
    return {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiablePresentation"],
        **members,
        "verifiableCredential": list(credentials),
    }


def presented(document: Document, **changes: Any) -> bytes:
    """A presentation signed by its holder for the verifier of the tests."""
    options = {"purpose": "authentication", "challenge": CHALLENGE, "domain": DOMAIN} | changes
    return written(signed(document, signer=GUEST, method=f"{HOLDER}#key-1", **options))


def with_change(document: Document, *path: str | int, value: Any) -> Document:
    """A copy in which one place says something else; None removes it."""
    changed = deepcopy(document)
    place: Any = changed
    for step in path[:-1]:
        place = place[step]
    if value is None:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return changed


def raw_token(header: Document, payload: Document, signer: Any = issuers.TOKEN_KEY) -> bytes:
    """A token with a header of our choice."""
    parts = b".".join(base64url_encode(json.dumps(part).encode()).encode() for part in (header, payload))
    return parts + b"." + base64url_encode(signer.sign(parts)).encode()


def token_payload(document: Document) -> Document:
    claims = {"iss": ISSUER, "sub": document["credentialSubject"]["id"], "jti": document["id"]}
    return {**document, **claims, "nbf": 1_768_467_600}


def valid() -> dict[str, bytes]:
    """What must be found valid, by file name."""
    document, joint = badge(), joint_badge()
    each, version = joint_endorsement(joint), joint_endorsement(joint, once=True)
    once = signed(document)
    unknown_proof = {**once["proof"][0], "cryptosuite": "ecdsa-sd-2023"}
    first = signed(document, signer=OTHER, method=f"{STRANGER}#key-1", proof_id="urn:uuid:first")
    own_key = {"alg": "ES256", "jwk": issuers.TOKEN_KEY.public_key.jwk}
    enveloped = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "id": "data:application/vc+jwt," + token(document).decode(),
        "type": "EnvelopedVerifiableCredential",
    }
    return {
        "badge.json": written(once),
        "badge-with-everything.json": written(signed(with_list(ob3.render(BY_MANDATE)))),
        "badge.jwt": token(document) + b"\n",
        "badge.png": baking.bake_png(PNG, written(once)),
        "badge.svg": baking.bake_svg(SVG, token(document)),
        "badge-p256.json": written(signed(document, signer=issuers.TOKEN_KEY, method=f"{ISSUER}#token")),
        "credential.json": written(signed(plain())),
        "endorsed.json": written(signed({**document, "endorsement": [endorsement(about=document["id"])]})),
        "joint.json": written(signed(attach(joint, to_award=[each], to_achievement=()))),
        "joint.jwt": token(attach(joint, to_award=[each], to_achievement=())),
        "joint-by-version.json": written(signed(attach(joint, to_award=(), to_achievement=[version]))),
        "proof-set.json": written({**once, "proof": [unknown_proof, *once["proof"]]}),
        "proof-chain.json": written(signed(first, previous_proof="urn:uuid:first")),
        "retired-key.json": written(signed(document, signer=issuers.RETIRED, method=f"{ISSUER}#retired")),
        "jwt-retired-key.jwt": raw_token(
            {"alg": "EdDSA", "kid": f"{ISSUER}#retired"}, token_payload(document), issuers.RETIRED
        ),
        "jwt-key-at-address.jwt": token(document, key_id=KEY_ADDRESS),
        "jwt-key-carried-and-listed.jwt": raw_token(own_key, token_payload(document)),
        "jwt-older-data-model.jwt": older_token(),
        "presentation.json": written(presentation(once, signed(plain()))),
        "presentation-enveloped.json": written(presentation(enveloped)),
        "presentation-signed.json": presented(presentation(once, holder=HOLDER)),
    }


def with_list(document: Document) -> Document:
    """The document with its status in the clear list."""
    entry = document["credentialStatus"] | {
        "id": f"{LISTS}/clear#94567",
        "statusListCredential": f"{LISTS}/clear",
    }
    return {**document, "credentialStatus": entry}


def older_token() -> bytes:
    """Data model 1.1: the credential stands in a claim of its own."""
    credential = {
        "@context": ["https://www.w3.org/2018/credentials/v1"],
        "type": ["VerifiableCredential"],
        "credentialSubject": {"id": HOLDER},
    }
    payload = {"iss": ISSUER, "sub": HOLDER, "nbf": 1_768_467_600, "vc": credential}
    return raw_token({"alg": "ES256", "kid": f"{ISSUER}#token-jwk"}, payload)


def files() -> dict[str, bytes]:
    """Every file of the folder, by its path in it."""
    from .spoiled import spoiled  # it builds on this module

    folders = {
        "valid": valid(),
        "spoiled": spoiled(),
        "addresses": {quote(url, safe=""): text for url, text in issuers.addresses().items()},
    }
    return {f"{folder}/{name}": text for folder, part in folders.items() for name, text in part.items()}


def main() -> None:
    """Write the files, and remove what is not built any more."""
    wanted = files()
    for path in (path for folder in ("valid", "spoiled", "addresses") for path in FOLDER.glob(f"{folder}/*")):
        if path.relative_to(FOLDER).as_posix() not in wanted:
            path.unlink()
    for name, text in wanted.items():
        (FOLDER / name).parent.mkdir(exist_ok=True)
        (FOLDER / name).write_bytes(text)


if __name__ == "__main__":
    main()
