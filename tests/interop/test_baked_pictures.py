"""Pictures with a badge inside: baked by us and read by openbadgeslib, and the other way round."""

from __future__ import annotations

import base64
import io
import json

import pytest
from PIL import Image

from ingenium_credentials.badges import baking

from .issuers import (
    OurIssuer,
    did_document_with,
    found_wrong,
    made_by_openbadgeslib,
    verify_here,
)
from .peers import Peer

PEER = "did:web:peer.example:issuers:1"
PEER_URL = "https://peer.example/issuers/1/did.json"


def picture(carrier: str) -> bytes:
    if carrier == "svg":
        return (
            b'<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><rect width="8" height="8"/></svg>'
        )
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8), "navy").save(buffer, "PNG")
    return buffer.getvalue()


@pytest.mark.parametrize("form", ["proof", "jwt"])
@pytest.mark.parametrize("carrier", ["png", "svg"])
def test_openbadgeslib_finds_our_badge_in_our_picture(
    openbadgeslib: Peer, issuer: OurIssuer, carrier: str, form: str
) -> None:
    badge = json.dumps(issuer.issue(), ensure_ascii=False) if form == "proof" else issuer.issue_jwt()
    bake = baking.bake_svg if carrier == "svg" else baking.bake_png
    baked = base64.b64encode(bake(picture(carrier), badge.encode())).decode()
    answer = openbadgeslib.ask("openbadges_peer.py", task="extract", carrier=carrier, picture=baked)
    assert answer["verified"], answer.get("error")
    assert answer["credential"] == badge


@pytest.mark.parametrize("jwt", [False, True], ids=["proof", "jwt"])
@pytest.mark.parametrize("carrier", ["png", "svg"])
def test_a_picture_by_openbadgeslib_holds_here(openbadgeslib: Peer, carrier: str, jwt: bool) -> None:
    answer = made_by_openbadgeslib(
        openbadgeslib,
        "bake",
        algorithm="ES256" if jwt else "EdDSA",
        jwt=jwt,
        did=PEER,
        carrier=carrier,
        picture=base64.b64encode(picture(carrier)).decode(),
    )
    baked = base64.b64decode(answer["picture"])
    report = verify_here(baked, {PEER_URL: did_document_with(PEER, answer["jwk"])})
    assert report.carrier == carrier
    assert report.verdict == "valid", found_wrong(report)
