"""Data Integrity proofs: secure a document inside itself, and check what others secured.

Hides the cryptosuites, which are plain values in one table, and how a proof's options
and its document become the bytes that are signed. A caller finds and judges the key; a
proof that passes here says "these statements were signed by that key" and no more.
Sources: VC Data Integrity 1.0, section 4; the EdDSA and ECDSA cryptosuites 1.0.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from attrs import field, frozen

from .errors import CredentialError, MalformedCredential, ProofError, UnsupportedProof, UnusableKey
from .jsonld import PINNED_CONTEXTS, Contexts, canonical
from .keys import Algorithm, PublicKey, Signer
from .moments import format_moment, parse_moment
from .multibase import base58_encode, multibase_decode
from .rdfc import Budget
from .strict_json import measure

__all__ = ["SUITES", "DocumentHashes", "Suite", "check", "previous_proofs", "proofs_of", "secure"]


@frozen
class Suite:
    """One way of proving: which key, and which hash for canonical form and digest."""

    type: str
    cryptosuite: str | None
    algorithm: Algorithm
    hash_name: str
    signature_bytes: int
    is_issued: bool = True
    """False for what is only checked, because it is in the wild."""


SUITES: tuple[Suite, ...] = (
    Suite("DataIntegrityProof", "eddsa-rdfc-2022", Algorithm.ED25519, "sha256", 64),
    Suite("DataIntegrityProof", "ecdsa-rdfc-2019", Algorithm.P256, "sha256", 64),
    Suite("DataIntegrityProof", "ecdsa-rdfc-2019", Algorithm.P384, "sha384", 96),
    Suite("Ed25519Signature2020", None, Algorithm.ED25519, "sha256", 64, is_issued=False),
)
"""Every way known here; the first that fits a key is the one that it issues with."""


@frozen
class DocumentHashes:
    """Hashes of one document for its several proofs: each computed once, whatever came of it.

    Without it, a stranger's document with many proofs would be canonicalised as many times.
    """

    document: Mapping[str, Any]
    contexts: Contexts = PINNED_CONTEXTS
    budget: Budget | None = None
    """Shared with other documents; None gives each canonical form a budget of its own."""
    _found: dict[tuple[str, tuple[str, ...]], bytes | CredentialError] = field(factory=dict, init=False)

    def signed_bytes(self, proof: Mapping[str, Any], suite: Suite) -> bytes:
        """What the signature of `proof` is made over."""
        options = {name: value for name, value in proof.items() if name != "proofValue"}
        options["@context"] = _context_of(self.document)
        # The hash of the options comes first (EdDSA cryptosuites, section 3.2.4).
        return self._digest(options, suite) + self._without_proofs(proof, suite)

    def _without_proofs(self, proof: Mapping[str, Any], suite: Suite) -> bytes:
        """Hash of the document, with those of its proofs only that `proof` builds on."""
        previous = previous_proofs(self.document, proof)
        key = (suite.hash_name, tuple(sorted(other["id"] for other in previous)))
        if key not in self._found:
            unsecured = {name: value for name, value in self.document.items() if name != "proof"}
            self._found[key] = self._outcome(unsecured | ({"proof": previous} if previous else {}), suite)
        found = self._found[key]
        if isinstance(found, CredentialError):
            raise found
        return found

    def _outcome(self, document: Mapping[str, Any], suite: Suite) -> bytes | CredentialError:
        try:
            return self._digest(document, suite)
        except CredentialError as error:
            return error

    def _digest(self, document: Mapping[str, Any], suite: Suite) -> bytes:
        content = canonical(document, contexts=self.contexts, hash_name=suite.hash_name, budget=self.budget)
        return hashlib.new(suite.hash_name, content).digest()


def secure(
    document: Mapping[str, Any],
    *,
    signer: Signer,
    verification_method: str,
    created: dt.datetime,
    purpose: str = "assertionMethod",
    challenge: str | None = None,
    domain: str | Sequence[str] | None = None,
    expires: dt.datetime | None = None,
    previous_proof: str | Sequence[str] | None = None,
    proof_id: str | None = None,
    contexts: Contexts = PINNED_CONTEXTS,
) -> dict[str, Any]:
    """Return the document with one proof more; `proof` is always an array.

    The suite follows the signer's key. Proofs that are there already stay: they make a
    proof set, or a chain if `previous_proof` names the `id` of some of them, which are
    then signed too. Raises what `jsonld.to_quads` raises, `UnusableKey` for a key that no
    suite issues with, `ProofError` for a previous proof that is not there.
    """
    suite = _issuing_suite(signer.public_key)
    options = {
        "id": proof_id,
        "type": suite.type,
        "cryptosuite": suite.cryptosuite,
        "created": format_moment(created),
        "expires": expires and format_moment(expires),
        "verificationMethod": verification_method,
        "proofPurpose": purpose,
        "challenge": challenge,
        "domain": _plain(domain),
        "previousProof": _plain(previous_proof),
    }
    proof = {name: value for name, value in options.items() if value is not None}
    existing = proofs_of(document) if "proof" in document else []
    if proof_id is not None and any(other.get("id") == proof_id for other in existing):
        raise ProofError("The document has a proof with this identifier already.")
    signature = signer.sign(DocumentHashes(document, contexts).signed_bytes(proof, suite))
    return {**document, "proof": [*existing, {**proof, "proofValue": "z" + base58_encode(signature)}]}


def check(
    document: Mapping[str, Any],
    proof: Mapping[str, Any],
    public_key: PublicKey,
    *,
    contexts: Contexts = PINNED_CONTEXTS,
    purpose: str,
    now: dt.datetime,
    challenge: str | None = None,
    domain: str | Sequence[str] | None = None,
    hashes: DocumentHashes | None = None,
) -> None:
    """Return if `proof`, which is one of the document's, was made with this key; else raise.

    `challenge` and `domain` are compared when given: a verifier that asked for a
    presentation must give both. Previous proofs of a chain are covered by the signature
    but not checked themselves. `hashes`, of this document under these contexts, saves work
    when it has several proofs and was read by `jsonld.parse`. Raises `UnsupportedProof` for
    an unknown suite, `ProofError` for a proof that does not hold, and what
    `jsonld.to_quads` raises.
    """
    # 1. Limits, before anything is computed; once is enough for several proofs.
    if hashes is None:
        measure(document)
    # 2. What kind of proof it is, and whether it was made for this use and is of this time.
    suites = _suites_named_by(proof)
    _check_use(proof, purpose=purpose, challenge=challenge, domain=domain)
    _check_times(proof, now)
    # 3. The shape of the signature, for a key of the kind that the proof names.
    suite = _suite_for(suites, public_key)
    signature = _signature(proof, suite)
    # 4. The contexts under which the proof was made are those of the document.
    _check_context(document, proof)
    # 5. Only now the costly part: canonical forms, then the signature.
    hashes = hashes or DocumentHashes(document, contexts)
    public_key.verify(signature, hashes.signed_bytes(proof, suite))


def proofs_of(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The proofs of a document, one or several; raises `MalformedCredential` for none.

    No two of them may have the same `id`.
    """
    proofs = document.get("proof")
    proofs = proofs if isinstance(proofs, list) else [proofs]
    if not proofs or not all(isinstance(proof, dict) for proof in proofs):
        raise MalformedCredential("The document has no proof, or something else in its place.")
    names = [proof["id"] for proof in proofs if "id" in proof]
    if not all(isinstance(name, str) for name in names) or len(set(names)) != len(names):
        raise MalformedCredential("The proofs of the document cannot be told apart by their identifiers.")
    return proofs


def previous_proofs(document: Mapping[str, Any], proof: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The proofs that `proof` builds on, empty outside a chain; `ProofError` if one is missing."""
    names = proof.get("previousProof", [])
    names = names if isinstance(names, list) else [names]
    if not all(isinstance(name, str) for name in names):
        raise MalformedCredential("The proof names a previous proof in a form that is not known.")
    if not names:
        return []
    others = proofs_of(document) if "proof" in document else []
    by_name = {other["id"]: other for other in others if "id" in other}
    if proof.get("id") in names or not set(names) <= by_name.keys():
        raise ProofError("The proof builds on a previous proof that the document does not have.")
    return [by_name[name] for name in names]


def _issuing_suite(public_key: PublicKey) -> Suite:
    for suite in SUITES:
        if suite.is_issued and suite.algorithm is public_key.algorithm:
            return suite
    raise UnusableKey("No Data Integrity proof can be made with a key of this kind.")


def _suites_named_by(proof: Mapping[str, Any]) -> list[Suite]:
    kind, name = proof.get("type"), proof.get("cryptosuite")
    if not isinstance(kind, str) or not isinstance(name, str | None):
        raise MalformedCredential("The proof does not say of what type it is.")
    suites = [suite for suite in SUITES if (suite.type, suite.cryptosuite) == (kind, name)]
    if not suites:
        raise UnsupportedProof(f"The proof is of a kind that is not known here ({(name or kind)[:60]}).")
    return suites


def _suite_for(suites: list[Suite], public_key: PublicKey) -> Suite:
    for suite in suites:
        if suite.algorithm is public_key.algorithm:
            return suite
    raise ProofError("The key is not of the kind that the proof was made with.")


def _check_use(
    proof: Mapping[str, Any], *, purpose: str, challenge: str | None, domain: str | Sequence[str] | None
) -> None:
    if proof.get("proofPurpose") != purpose:
        raise ProofError(f"The proof was made for another purpose than {purpose}.")
    if not isinstance(proof.get("verificationMethod"), str):
        raise MalformedCredential("The proof does not name the key that it was made with.")
    if challenge is not None and proof.get("challenge") != challenge:
        raise ProofError("The proof does not answer the challenge that was set.")
    if domain is not None and _as_set(proof.get("domain")) != _as_set(domain):
        raise ProofError("The proof was made for another domain.")


def _check_times(proof: Mapping[str, Any], now: dt.datetime) -> None:
    if "created" in proof:
        parse_moment(proof["created"])
    if "expires" in proof and parse_moment(proof["expires"]) <= now:
        raise ProofError("The proof has expired.")


def _signature(proof: Mapping[str, Any], suite: Suite) -> bytes:
    value = proof.get("proofValue")
    if not isinstance(value, str):
        raise MalformedCredential("The proof has no proof value.")
    signature = multibase_decode(value)
    if len(signature) != suite.signature_bytes:
        raise ProofError("The proof value is not a signature of the kind that the proof names.")
    return signature


def _check_context(document: Mapping[str, Any], proof: Mapping[str, Any]) -> None:
    if "@context" not in proof:
        return
    own, shared = (_as_list(context) for context in (proof["@context"], _context_of(document)))
    if shared[: len(own)] != own:
        raise ProofError("The proof was made under other contexts than those of the document.")


def _context_of(document: Mapping[str, Any]) -> Any:
    if "@context" not in document:
        raise MalformedCredential("The document has no context, so its members have no meaning.")
    return document["@context"]


def _plain(value: str | Sequence[str] | None) -> str | list[str] | None:
    return value if value is None or isinstance(value, str) else list(value)


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _as_set(value: Any) -> frozenset[str]:
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, list | tuple) or not all(isinstance(item, str) for item in values):
        raise ProofError("The proof does not say for which domain it was made.")
    return frozenset(values)
