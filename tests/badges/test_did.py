from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingenium_credentials.badges.did import (
    MethodData,
    did_document,
    did_key,
    did_web,
    did_web_url,
    find_method,
    jwk_method_id,
)
from ingenium_credentials.badges.errors import (
    MalformedCredential,
    NotResolved,
    ProofError,
    UnsupportedProof,
    UnusableKey,
)
from ingenium_credentials.badges.keys import Algorithm, SoftwareSigner

DID = "did:web:ingenium.example:issuers:alliance"
URL = "https://ingenium.example/issuers/alliance/did.json"
METHOD = f"{DID}#key-1"

Document = dict[str, Any]
Resolve = Callable[[str], bytes]


def folder(documents: dict[str, object]) -> Resolve:
    """Documents by address, instead of the network."""

    def resolve(url: str) -> bytes:
        if url not in documents:
            raise NotResolved(f"Nothing is at {url}.")
        return json.dumps(documents[url]).encode()

    return resolve


def no_network(url: str) -> bytes:
    pytest.fail(f"the network was asked for {url}")


def find(document: object, method_id: str = METHOD, purpose: str = "assertionMethod") -> MethodData:
    return find_method(method_id, purpose=purpose, resolve=folder({URL: document}))


# did:key


@pytest.mark.parametrize("algorithm", [Algorithm.ED25519, Algorithm.P256, Algorithm.P384])
@pytest.mark.parametrize("purpose", ["assertionMethod", "authentication"])
def test_a_did_key_holds_its_key(
    signers: dict[Algorithm, SoftwareSigner], algorithm: Algorithm, purpose: str
) -> None:
    key = signers[algorithm].public_key
    did = did_key(key)

    method = find_method(f"{did}#{key.multikey}", purpose=purpose, resolve=no_network)

    assert (method.public_key, method.controller) == (key, did)


def test_rsa_has_no_did_key(rsa_signer: SoftwareSigner) -> None:
    with pytest.raises(UnusableKey):
        did_key(rsa_signer.public_key)


@pytest.mark.parametrize("purpose", ["keyAgreement", "", "id", "verificationMethod"])
def test_a_did_key_serves_no_other_purpose(ed25519_signer: SoftwareSigner, purpose: str) -> None:
    did = did_key(ed25519_signer.public_key)

    with pytest.raises(ProofError):
        find_method(f"{did}#{ed25519_signer.public_key.multikey}", purpose=purpose, resolve=no_network)


def test_a_did_key_names_its_own_key_only(
    ed25519_signer: SoftwareSigner, p256_signer: SoftwareSigner
) -> None:
    did = did_key(ed25519_signer.public_key)

    for method_id in (did, f"{did}#", f"{did}#key-1", f"{did}#{p256_signer.public_key.multikey}"):
        with pytest.raises(ProofError):
            find_method(method_id, resolve=no_network)


@pytest.mark.parametrize(
    "key", ["", "z", "z6Mk", "z" * 500, "u7QE", "z6MkjZRZv3aez3r18pB1RBFJR1kwUVJ5jHt92JmQwXbd5hw"]
)
def test_a_spoiled_did_key_is_refused(key: str) -> None:
    with pytest.raises((UnusableKey, UnsupportedProof)):
        find_method(f"did:key:{key}#{key or 'x'}", resolve=no_network)


# did:web


@pytest.mark.parametrize(
    ("did", "url"),
    [
        ("did:web:ingenium.example", "https://ingenium.example/.well-known/did.json"),
        ("did:web:ingenium.example%3A8443", "https://ingenium.example:8443/.well-known/did.json"),
        ("did:web:ingenium.example:a:b", "https://ingenium.example/a/b/did.json"),
        ("did:web:localhost%3a8000:a", "https://localhost:8000/a/did.json"),
        ("did:web:INGENIUM.Example:A", "https://ingenium.example/A/did.json"),
        ("did:web:192.0.2.7:a", "https://192.0.2.7/a/did.json"),
        ("did:web:ingenium.example:%CE%B1%20b", "https://ingenium.example/%CE%B1%20b/did.json"),
    ],
)
def test_a_did_web_names_an_address(did: str, url: str) -> None:
    assert did_web_url(did) == url


@pytest.mark.parametrize(
    "did",
    [
        "",
        "did:web:",
        "did:key:z6Mk",
        "DID:web:host",
        "did:web:host:",
        "did:web::a",
        "did:web:host::a",
        "did:web:host/a",
        "did:web:host?a",
        "did:web:host#a",
        "did:web:host a",
        "did:web:hösten",
        "did:web:host%",
        "did:web:host%3",
        "did:web:host%253A8443",
        "did:web:host%3A",
        "did:web:host%3A0",
        "did:web:host%3A65536",
        "did:web:host%3A80%3A80",
        "did:web:user%40host",
        "did:web:user%3Apass%40host",
        "did:web:host%2Fa",
        "did:web:host%3Fa",
        "did:web:host%00",
        "did:web:%5B%3A%3A1%5D",
        "did:web:-host",
        "did:web:host-",
        "did:web:.host",
        "did:web:host.",
        "did:web:host..example",
        f"did:web:{'a' * 64}",
        "did:web:host:.",
        "did:web:host:..",
        "did:web:host:%2E%2E",
        "did:web:host:%2e",
        "did:web:host:a%2Fb",
        "did:web:host:a%5Cb",
        "did:web:host:a%25b",
        "did:web:host:%252E%252E",
        "did:web:host:a%3Fb",
        "did:web:host:a%23b",
        "did:web:host:a%0Ab",
        "did:web:host:%FF",
        "did:web:host:" + "a" * 2000,
    ],
)
def test_a_did_web_that_leads_elsewhere_is_refused(did: str) -> None:
    with pytest.raises(MalformedCredential):
        did_web_url(did)


@pytest.mark.parametrize(
    ("url", "did"),
    [
        ("https://ingenium.example", "did:web:ingenium.example"),
        ("https://Ingenium.Example/", "did:web:ingenium.example"),
        ("https://ingenium.example:8443/a", "did:web:ingenium.example%3A8443:a"),
        ("https://ingenium.example/issuers/~alliance/", "did:web:ingenium.example:issuers:%7Ealliance"),
        ("http://localhost:8000/a", "did:web:localhost%3A8000:a"),
        ("http://127.0.0.1/a", "did:web:127.0.0.1:a"),
    ],
)
def test_an_address_has_a_did_web(url: str, did: str) -> None:
    assert did_web(url) == did


@pytest.mark.parametrize(
    "url",
    [
        "",
        "ingenium.example",
        "http://ingenium.example",
        "ftp://ingenium.example",
        "https://",
        "https://user@ingenium.example",
        "https://ingenium.example?a",
        "https://ingenium.example/a#b",
        "https://ingenium.example//a",
        "https://ingenium.example/a//b",
        "https://ingenium.example/../a",
        "https://ingenium.example/%2e%2e/a",
        "https://ingenium.example/a%2fb",
        "https://[::1]/a",
        "https://[",
        "https://ingenium.example:x/",
        "https://μάθηση.example/",
    ],
)
def test_an_address_that_no_did_web_can_name_is_refused(url: str) -> None:
    with pytest.raises(MalformedCredential):
        did_web(url)


PATHS = st.lists(
    st.text("abcXYZ019-._~ éα", min_size=1, max_size=8).filter(lambda s: s not in (".", "..")), max_size=4
)


@given(PATHS)
def test_a_did_web_leads_back_to_the_address_it_was_made_from(segments: list[str]) -> None:
    path = "".join(f"/{segment}" for segment in segments)

    did = did_web(f"https://ingenium.example{path}")

    assert did.isascii()
    assert did_web(did_web_url(did).removesuffix("/did.json")) in (did, f"{did}:.well-known")


@given(st.text(max_size=60))
def test_any_text_is_an_https_address_of_its_host_or_refused(text: str) -> None:
    with suppress(MalformedCredential):
        url = did_web_url(f"did:web:{text}")
        assert url.startswith("https://")
        assert url.isascii()


# Documents


def test_a_document_lists_every_key_in_the_forms_that_others_read(
    signers: dict[Algorithm, SoftwareSigner],
) -> None:
    keys = {f"{DID}#{name.value}": signer.public_key for name, signer in signers.items()}

    document = did_document(DID, [MethodData(id=name, public_key=key) for name, key in keys.items()])

    assert document["@context"][0] == "https://www.w3.org/ns/did/v1"  # type: ignore[index]
    forms = {entry["id"].removeprefix(DID): entry["type"] for entry in document["verificationMethod"]}  # type: ignore[attr-defined]
    assert forms == {
        "#Ed25519": "Multikey",
        "#P-256": "Multikey",
        "#P-256-jwk": "JsonWebKey",
        "#P-384": "Multikey",
        "#RSA": "JsonWebKey",
    }
    assert document["assertionMethod"] == document["authentication"] == [DID + name for name in forms]
    assert all(entry["controller"] == DID for entry in document["verificationMethod"])  # type: ignore[attr-defined]


def test_every_listed_key_is_found_again(signer: SoftwareSigner) -> None:
    key = signer.public_key
    document = did_document(DID, [MethodData(id=METHOD, public_key=key)])

    for method_id in document["assertionMethod"]:  # type: ignore[attr-defined]
        assert find(document, method_id).public_key == key
    if key.algorithm in (Algorithm.P256, Algorithm.RSA):
        assert find(document, jwk_method_id(METHOD, key)).public_key == key


def test_retired_and_compromised_keys_stay_with_their_moments(
    ed25519_signer: SoftwareSigner, now: dt.datetime
) -> None:
    key = ed25519_signer.public_key
    methods = [
        MethodData(id=f"{DID}#new", public_key=key, valid_from=now),
        MethodData(id=f"{DID}#retired", public_key=key, valid_from=now, expires=now),
        MethodData(id=f"{DID}#compromised", public_key=key, revoked=now),
    ]

    document = did_document(DID, methods)

    assert find(document, f"{DID}#new").expires is None
    assert find(document, f"{DID}#retired").expires == now
    assert find(document, f"{DID}#compromised").revoked == now
    assert "2026-11-23T09:00:00Z" in json.dumps(document)


def test_a_document_may_name_services(ed25519_signer: SoftwareSigner) -> None:
    service = {"id": f"{DID}#status", "type": "Status", "serviceEndpoint": "https://ingenium.example/"}

    assert did_document(DID, [], services=[service])["service"] == [service]


@pytest.mark.parametrize(
    "method_id", ["did:web:other.example#key-1", DID, f"{DID}#", f"{DID}#a#b", f"{DID}#a b", "#key-1x y"]
)
def test_a_key_of_another_did_is_not_published(ed25519_signer: SoftwareSigner, method_id: str) -> None:
    with pytest.raises(UnusableKey):
        did_document(DID, [MethodData(id=method_id, public_key=ed25519_signer.public_key)])


def test_two_keys_of_one_id_are_not_published(ed25519_signer: SoftwareSigner) -> None:
    method = MethodData(id=METHOD, public_key=ed25519_signer.public_key)

    with pytest.raises(UnusableKey):
        did_document(DID, [method, method])
