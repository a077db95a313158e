"""What others issue, checked by us: accepted as it is, refused once anything is changed."""

from __future__ import annotations

import base64
import copy
import json
from typing import Any

import pytest

from ingenium_credentials.badges import ob3

from .issuers import (
    CONTEXTS,
    LASTING,
    did_document_with,
    found_wrong,
    made_by_openbadgeslib,
    moment,
    named,
    verify_here,
)
from .peers import Peer

PEER = "did:web:peer.example:issuers:1"
PEER_URL = "https://peer.example/issuers/1/did.json"
AWKWARD = 'Ελένη Щърбова \U0001f469\U0001f3fd\u200d\U0001f393 "\\\t\u0085\u2028\u007f'


def issued_by_node(node: Peer, **more: Any) -> dict[str, Any]:
    answer = node.ask(
        "issue.mjs",
        **{"task": "credential", "document": ob3.render(LASTING), "documents": CONTEXTS}
        | {"now": moment(), "created": "2026-01-15T09:00:00Z"}
        | more,
    )
    assert "error" not in answer, answer["error"]
    return answer


@pytest.mark.parametrize("did", [None, PEER], ids=["did:key", "did:web"])
@pytest.mark.parametrize("curve", ["Ed25519", "P-256", "P-384"])
def test_a_credential_by_digitalbazaar_is_valid_here(node: Peer, curve: str, did: str | None) -> None:
    answer = issued_by_node(node, curve=curve, did=did)
    report = verify_here(answer["document"], {PEER_URL: answer["didDocument"]})
    assert report.verdict == "valid", found_wrong(report)


@pytest.mark.parametrize("curve", ["Ed25519", "P-256", "P-384"])
def test_a_changed_credential_by_digitalbazaar_fails_at_its_proof(node: Peer, curve: str) -> None:
    document = issued_by_node(node, curve=curve)["document"]
    document["credentialSubject"]["achievement"]["description"] += " "
    report = verify_here(document, {})
    assert report.verdict == "not valid"
    assert "proof" in found_wrong(report)


@pytest.mark.parametrize("curve", ["Ed25519", "P-384"])
def test_awkward_letters_signed_by_digitalbazaar_are_valid_here(node: Peer, curve: str) -> None:
    answer = issued_by_node(node, document=ob3.render(named(AWKWARD)), curve=curve)
    report = verify_here(answer["document"], {})
    assert report.verdict == "valid", found_wrong(report)
    assert report.document is not None
    assert report.document["credentialSubject"]["name"] == AWKWARD


def test_another_issuers_key_does_not_do(node: Peer) -> None:
    answer = issued_by_node(node, did=PEER)
    stranger = issued_by_node(node, did=PEER)
    report = verify_here(answer["document"], {PEER_URL: stranger["didDocument"]})
    assert report.verdict == "not valid"


@pytest.mark.parametrize("alg", ["RS256", "ES256"])
def test_a_jwt_by_jose_is_valid_here(node: Peer, alg: str) -> None:
    answer = issued_by_node(node, task="jwt", alg=alg, did=PEER)
    report = verify_here(answer["token"], {PEER_URL: answer["didDocument"]})
    assert report.verdict == "valid", found_wrong(report)


@pytest.mark.parametrize("alg", ["RS256", "ES256"])
def test_a_changed_jwt_by_jose_fails_here(node: Peer, alg: str) -> None:
    answer = issued_by_node(node, task="jwt", alg=alg, did=PEER)
    header, payload, signature = answer["token"].split(".")
    changed = json.loads(base64.urlsafe_b64decode(payload + "=="))
    changed["name"] += "!"
    payload = base64.urlsafe_b64encode(json.dumps(changed).encode()).rstrip(b"=").decode()
    report = verify_here(f"{header}.{payload}.{signature}", {PEER_URL: answer["didDocument"]})
    assert report.verdict == "not valid"


@pytest.mark.parametrize("did", [None, PEER], ids=["did:key", "did:web"])
def test_a_proof_by_openbadgeslib_holds_here(openbadgeslib: Peer, did: str | None) -> None:
    answer = made_by_openbadgeslib(openbadgeslib, did=did)
    report = verify_here(answer["credential"], {PEER_URL: did_document_with(PEER, answer["jwk"])})
    assert report.verdict == "valid", found_wrong(report)


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
def test_a_jwt_by_openbadgeslib_holds_here(openbadgeslib: Peer, algorithm: str) -> None:
    answer = made_by_openbadgeslib(openbadgeslib, algorithm=algorithm, jwt=True, did=PEER)
    report = verify_here(answer["credential"], {PEER_URL: did_document_with(PEER, answer["jwk"])})
    assert report.verdict == "valid", found_wrong(report)


def test_a_changed_badge_by_openbadgeslib_fails_here(openbadgeslib: Peer) -> None:
    document = json.loads(made_by_openbadgeslib(openbadgeslib)["credential"])
    changed = copy.deepcopy(document)
    changed["issuer"]["name"] = "Πανεπιστήμιο Κρητης"
    assert "proof" not in found_wrong(verify_here(document, {}))
    assert "proof" in found_wrong(verify_here(changed, {}))
