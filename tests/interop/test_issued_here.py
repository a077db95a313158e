"""What we issue, checked by others: they accept it, and refuse it once anything is changed."""

from __future__ import annotations

import base64
import copy
import json
from typing import Any

import pytest

from ingenium_credentials.badges import ob3

from .issuers import LASTING, OurIssuer, found_wrong, moment, named, verify_here, with_status
from .peers import Peer

CURVES = ["Ed25519", "P-256", "P-384"]
JWT_KEYS = {"RSA": "RS256", "P-256": "ES256"}
NAMES = {
    "Greek": "Ελένη Παπαδάκη-Ὀδυσσέως",
    "Cyrillic": "Йоана Щърбова",
    "combining marks": "Zoe\u0308 Nun\u0303e\u0301z",
    "emoji": "Ana \U0001f469\U0001f3fd\u200d\U0001f393\U0001f1ea\U0001f1fa",
    "characters that others take for line ends": "Ana\u0085María\u2028José\u2029",
    "characters that canonical form escapes": 'Ana "la \\ gata"\tde\r\nOviedo\u007f',
    "edges of Unicode": "\u00a0\ufeff\ufffd\U0001f600\U0010fffd",
}


def ask_node(node: Peer, issuer: OurIssuer, document: dict[str, Any], **more: Any) -> dict[str, Any]:
    documents = issuer.documents | more
    return node.ask("verify.mjs", task="credential", document=document, documents=documents, now=moment())


def ask_openbadgeslib(peer: Peer, issuer: OurIssuer, credential: Any) -> dict[str, Any]:
    text = credential if isinstance(credential, str) else json.dumps(credential)
    documents = {url: json.dumps(value) for url, value in issuer.published.items()}
    return peer.ask(
        "openbadges_peer.py", task="verify", credential=text, issuer=issuer.did, documents=documents
    )


def tampered(document: dict[str, Any]) -> dict[str, Any]:
    changed = copy.deepcopy(document)
    changed["credentialSubject"]["achievement"]["name"] += "!"
    return changed


@pytest.mark.parametrize("curve", CURVES)
def test_digitalbazaar_accepts_our_proof_by_our_did_document(
    node: Peer, issuer: OurIssuer, curve: str
) -> None:
    answer = ask_node(node, issuer, issuer.issue(key=curve))
    assert answer["verified"], answer["error"]


@pytest.mark.parametrize("curve", CURVES)
def test_digitalbazaar_refuses_our_document_once_it_is_changed(
    node: Peer, issuer: OurIssuer, curve: str
) -> None:
    changed = tampered(issuer.issue(key=curve))
    answer = ask_node(node, issuer, changed)
    assert not answer["verified"]
    assert "Invalid signature" in answer["error"]
    assert "proof" in found_wrong(verify_here(changed, issuer.published))


@pytest.mark.parametrize("script", NAMES)
def test_everybody_reads_the_same_letters(
    node: Peer, openbadgeslib: Peer, issuer: OurIssuer, script: str
) -> None:
    document = issuer.issue(named(NAMES[script]))
    assert verify_here(document, issuer.published).verdict == "valid"
    answer = ask_node(node, issuer, document)
    assert answer["verified"], answer["error"]
    # openbadgeslib canonicalises with PyLD, which does not escape DEL as RDFC-1.0 wants it.
    answer = ask_openbadgeslib(openbadgeslib, issuer, document)
    assert answer["verified"] is ("\u007f" not in NAMES[script]), answer.get("error")


def test_openbadgeslib_accepts_our_proof(openbadgeslib: Peer, issuer: OurIssuer) -> None:
    answer = ask_openbadgeslib(openbadgeslib, issuer, issuer.issue())
    assert answer == {
        "verified": True,
        "id": LASTING.id,
        "recipient": LASTING.recipient.id,
        "name": "Data ethics",
    }


def test_openbadgeslib_refuses_our_document_once_it_is_changed(
    openbadgeslib: Peer, issuer: OurIssuer
) -> None:
    assert not ask_openbadgeslib(openbadgeslib, issuer, tampered(issuer.issue()))["verified"]


@pytest.mark.parametrize("key", JWT_KEYS)
def test_jose_accepts_our_jwt_and_finds_the_credential_in_it(node: Peer, issuer: OurIssuer, key: str) -> None:
    answer = ask_jose(node, issuer, issuer.issue_jwt(key=key), JWT_KEYS[key])
    assert answer["verified"], answer.get("error")
    assert answer["header"]["alg"] == JWT_KEYS[key]
    claims = answer["payload"]
    badge = ob3.render(LASTING)
    assert {name: claims[name] for name in badge} == badge
    assert {claims["iss"], claims["sub"], claims["jti"]} == {issuer.did, LASTING.recipient.id, LASTING.id}


def ask_jose(node: Peer, issuer: OurIssuer, token: str, algorithm: str) -> dict[str, Any]:
    return node.ask(
        "verify.mjs",
        task="jwt",
        token=token,
        algorithms=[algorithm],
        documents=issuer.documents,
        now=moment(),
    )


@pytest.mark.parametrize("key", JWT_KEYS)
def test_jose_refuses_our_jwt_once_it_is_changed(node: Peer, issuer: OurIssuer, key: str) -> None:
    header, payload, signature = issuer.issue_jwt(key=key).split(".")
    changed = json.loads(base64.urlsafe_b64decode(payload + "=="))
    changed["name"] += "!"
    payload = base64.urlsafe_b64encode(json.dumps(changed).encode()).rstrip(b"=").decode()
    answer = ask_jose(node, issuer, f"{header}.{payload}.{signature}", JWT_KEYS[key])
    assert not answer["verified"]
    assert "signature verification failed" in answer["error"]


@pytest.mark.parametrize("key", JWT_KEYS)
def test_openbadgeslib_accepts_our_jwt(openbadgeslib: Peer, issuer: OurIssuer, key: str) -> None:
    answer = ask_openbadgeslib(openbadgeslib, issuer, issuer.issue_jwt(key=key))
    assert answer["verified"], answer["error"]
    assert answer["id"] == LASTING.id


def test_a_badge_with_a_status_needs_its_list_at_the_peer_too(node: Peer, issuer: OurIssuer) -> None:
    document = issuer.issue(with_status("https://credentials.example/status/1", 7))
    answer = ask_node(node, issuer, document)
    assert not answer["verified"]
    assert "Could not load" in answer["error"]
