from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingenium_credentials.badges.did import (
    MethodData,
    did_document,
    find_jwk,
    find_method,
)
from ingenium_credentials.badges.errors import (
    CannotCheck,
    CredentialError,
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
