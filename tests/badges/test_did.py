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
    find_jwk,
    find_method,
    jwk_method_id,
)
from ingenium_credentials.badges.errors import (
    CannotCheck,
    CredentialError,
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


@pytest.fixture
def document(ed25519_signer: SoftwareSigner) -> Document:
    """What an issuer with one Ed25519 key publishes."""
    return did_document(DID, [MethodData(id=METHOD, public_key=ed25519_signer.public_key)])


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


# Retrieving a verification method


def test_a_published_key_is_found(document: Document, ed25519_signer: SoftwareSigner) -> None:
    assert find(document) == MethodData(id=METHOD, controller=DID, public_key=ed25519_signer.public_key)


def test_an_embedded_method_is_found_under_its_purpose_only(document: Document) -> None:
    entry = document.pop("verificationMethod")[0]
    document |= {"assertionMethod": [entry], "authentication": []}

    assert find(document).id == METHOD
    with pytest.raises(ProofError, match="purpose"):
        find(document, purpose="authentication")


def test_relative_ids_are_fragments_of_their_document(document: Document) -> None:
    document["verificationMethod"][0]["id"] = "#key-1"
    document["assertionMethod"] = "#key-1"

    assert find(document).id == METHOD


def test_an_https_controller_document_is_read(document: Document) -> None:
    url = "https://ingenium.example/keys"
    moved = json.loads(json.dumps(document).replace(DID, url))

    method = find_method(f"{url}#key-1", resolve=folder({url: moved}))

    assert method.controller == url


@pytest.mark.parametrize("kind", ["Multikey", "Ed25519VerificationKey2020"])
def test_older_types_of_multikeys_are_read(document: Document, kind: str) -> None:
    document["verificationMethod"][0]["type"] = kind

    assert find(document).public_key.algorithm is Algorithm.ED25519


@pytest.mark.parametrize("kind", ["JsonWebKey", "JsonWebKey2020"])
def test_older_types_of_jwks_are_read(document: Document, signer: SoftwareSigner, kind: str) -> None:
    entry = {"id": METHOD, "type": kind, "controller": DID, "publicKeyJwk": signer.public_key.jwk}
    document["verificationMethod"] = [entry]

    assert find(document).public_key == signer.public_key


@pytest.mark.parametrize(
    "method_id", ["", DID, f"{DID}#", "#key-1", f"{DID}#key-1#key-1", f"{DID}#key-2", f"{DID}#" + "a" * 3000]
)
def test_a_method_that_is_not_there_is_refused(document: Document, method_id: str) -> None:
    with pytest.raises((ProofError, CannotCheck)):
        find(document, method_id)


@pytest.mark.parametrize(
    "method_id", ["did:example:1#a", "http://ingenium.example/#a", "urn:x#a", "file:/etc/passwd#a"]
)
def test_other_kinds_of_addresses_are_not_followed(method_id: str) -> None:
    with pytest.raises(NotResolved):
        find_method(method_id, resolve=no_network)


@pytest.mark.parametrize(
    "other", ["did:web:ingenium.example", "DID:web:ingenium.example:issuers:alliance", None, [DID]]
)
def test_a_document_about_another_is_refused(document: Document, other: object) -> None:
    document["id"] = other

    with pytest.raises(ProofError, match="another id"):
        find(document)


@pytest.mark.parametrize("controller", ["did:web:other.example", None, [DID], "", "#"])
def test_a_key_that_somebody_else_controls_is_refused(document: Document, controller: object) -> None:
    document["verificationMethod"][0]["controller"] = controller

    with pytest.raises(ProofError, match="controlled"):
        find(document)


@pytest.mark.parametrize(
    "listed", [[], ["did:web:other.example#key-1"], [None], {}, None, 5, [[METHOD]], f"{METHOD}x"]
)
def test_a_key_that_is_not_listed_for_the_purpose_is_refused(document: Document, listed: object) -> None:
    document["assertionMethod"] = listed

    with pytest.raises(ProofError, match="purpose"):
        find(document)


def test_two_methods_of_one_id_are_refused(document: Document) -> None:
    document["assertionMethod"] = [document["verificationMethod"][0]]

    with pytest.raises(ProofError, match="two keys"):
        find(document)


def test_more_methods_than_any_issuer_has_are_refused(document: Document) -> None:
    document["verificationMethod"] *= 101

    with pytest.raises(ProofError, match="more keys"):
        find(document)


@pytest.mark.parametrize(
    "member", ["secretKeyMultibase", "privateKeyMultibase", "privateKeyJwk", "privateKeyBase58"]
)
def test_a_published_secret_spoils_the_key(document: Document, member: str) -> None:
    document["verificationMethod"][0][member] = "z"

    with pytest.raises(UnusableKey):
        find(document)


def test_a_private_jwk_spoils_the_key(document: Document, p256_signer: SoftwareSigner) -> None:
    entry = document["verificationMethod"][0]
    del entry["publicKeyMultibase"]
    entry |= {"type": "JsonWebKey", "publicKeyJwk": {**p256_signer.public_key.jwk, "d": "AQ"}}

    with pytest.raises(UnusableKey, match="private"):
        find(document)


def test_a_key_in_two_forms_or_none_is_refused(document: Document, ed25519_signer: SoftwareSigner) -> None:
    entry = document["verificationMethod"][0]
    entry["publicKeyJwk"] = ed25519_signer.public_key.jwk
    with pytest.raises(ProofError, match="one form"):
        find(document)

    del entry["publicKeyJwk"], entry["publicKeyMultibase"]
    with pytest.raises(ProofError, match="one form"):
        find(document)


def test_a_key_of_another_kind_than_its_type_is_refused(
    document: Document, p256_signer: SoftwareSigner
) -> None:
    entry = document["verificationMethod"][0]
    entry |= {"type": "Ed25519VerificationKey2020", "publicKeyMultibase": p256_signer.public_key.multikey}

    with pytest.raises(ProofError, match="another kind"):
        find(document)


@pytest.mark.parametrize(
    "change",
    [
        {"type": "JsonWebKey"},
        {"type": "Ed25519VerificationKey2018"},
        {"type": None},
        {"type": ["Multikey"]},
        {"publicKeyMultibase": 5},
    ],
)
def test_a_key_in_an_unknown_form_proves_nothing_either_way(document: Document, change: Document) -> None:
    document["verificationMethod"][0] |= change

    with pytest.raises(UnsupportedProof):
        find(document)


@pytest.mark.parametrize("member", ["expires", "revoked"])
@pytest.mark.parametrize("moment", ["", "yesterday", None, 0, "2026-11-23", "2026-13-01T00:00:00Z"])
def test_a_moment_that_cannot_be_read_spoils_the_key(document: Document, member: str, moment: object) -> None:
    document["verificationMethod"][0][member] = moment

    with pytest.raises(ProofError, match=member):
        find(document)


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"null", b'{"id":1,"id":2}', b"\xff", b"[" * 100_000])
def test_a_document_that_is_no_json_object_is_refused(data: bytes) -> None:
    with pytest.raises(CredentialError):
        find_method(METHOD, resolve=lambda _url: data)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 5)
    | st.sampled_from([DID, METHOD, "#key-1", "Multikey", "z6Mk"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "id",
                    "type",
                    "controller",
                    "verificationMethod",
                    "assertionMethod",
                    "publicKeyMultibase",
                    "publicKeyJwk",
                ]
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=12,
)


@given(JSON)
def test_any_document_ends_in_an_error_of_ours(document: object) -> None:
    with pytest.raises(CredentialError):
        find(document)


# JWKs by address


def test_a_jwk_may_stand_at_an_address_of_its_own(p256_signer: SoftwareSigner) -> None:
    url = "https://ingenium.example/key.json"

    assert find_jwk(url, resolve=folder({url: p256_signer.public_key.jwk})) == p256_signer.public_key


@pytest.mark.parametrize(
    "url",
    ["", "http://ingenium.example/key", "https://ingenium.example/key#1", METHOD, "https://" + "a" * 2000],
)
def test_a_jwk_at_another_kind_of_address_is_refused(url: str) -> None:
    with pytest.raises(ProofError):
        find_jwk(url, resolve=no_network)
