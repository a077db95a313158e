"""Who signed a document: its proofs, each with the key that made it.

Hides the search through several proofs (a proof set, a chain, a token with proofs
inside): one that passes whole is enough, and what became of the others is told beside
it. A proof passes whole if its key was found and is in force, the signature fits, the
key belongs to the issuer, and it answers what the verifier asked for.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from attrs import define, field, frozen

from . import jose, ownership, plain_form
from . import proof as data_integrity
from .conformance import Shape
from .did import MethodData, find_method
from .errors import CredentialError, MalformedCredential, ProofError, UnsupportedProof, WorkLimitExceeded
from .means import Means
from .moments import parse_moment
from .report import Check, Outcome, failed, not_checked, of_error, passed, worst

__all__ = ["MAX_PROOFS", "Expected", "prove"]

MAX_PROOFS = 8
"""The most proofs that one document may carry."""

_PREFERENCE = (Outcome.PASSED, Outcome.NOT_CHECKED, Outcome.FAILED)


@frozen
class Expected:
    """What a verifier asked the presenter to sign."""

    challenge: str | None = None
    domain: str | None = None


def prove(
    document: Mapping[str, Any],
    token: jose.Token | None,
    shape: Shape,
    *,
    means: Means,
    expected: Expected,
) -> tuple[list[Check], bool]:
    """The checks on the proof that serves best, and whether it passed whole."""
    if token is None and "proof" not in document:
        return _unsigned(shape, expected), False
    case = _Case(document=document, shape=shape, means=means, expected=expected)
    findings = [_Finding("token", case.token_checks(token))] if token else []
    try:
        proofs = data_integrity.proofs_of(document) if "proof" in document else []
        if len(proofs) > MAX_PROOFS:
            raise ProofError("The document has more proofs than any genuine one has.")
    except CredentialError as error:
        return [of_error("proof", error)], False
    findings += [_Finding(_name(item), case.proof_checks(item)) for item in proofs]
    findings.sort(key=lambda finding: _PREFERENCE.index(finding.outcome))
    return findings[0].beside(findings[1:]), findings[0].outcome is Outcome.PASSED


def _unsigned(shape: Shape, expected: Expected) -> list[Check]:
    if shape.format != "vp":
        return [failed("proof", "The credential is not signed.")]
    if expected != Expected():
        return [failed("proof", "A signed presentation was asked for, and this one is not signed.")]
    return []


@frozen
class _Finding:
    """What came of one proof."""

    name: str
    checks: tuple[Check, ...]

    @property
    def outcome(self) -> Outcome:
        return worst(check.outcome for check in self.checks)

    def beside(self, others: Sequence[_Finding]) -> list[Check]:
        """The checks, with what came of the other proofs told at the one on the signature."""
        told = " ".join(f"Another proof ({other.name}): {other.summary()}" for other in others)
        return [
            Check(check.id, check.outcome, check.message, told) if check.id == "proof" and told else check
            for check in self.checks
        ]

    def summary(self) -> str:
        gravest = next(check for check in self.checks if check.outcome is self.outcome)
        return f"{self.outcome.value}. {gravest.message}"


@define(kw_only=True)
class _Case:
    """One document whose proofs are judged."""

    document: Mapping[str, Any]
    shape: Shape
    means: Means
    expected: Expected
    hashes: data_integrity.DocumentHashes = field(init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        self.hashes = data_integrity.DocumentHashes(self.document, self.means.contexts, self.means.budget)

    @property
    def purpose(self) -> str:
        return "authentication" if self.shape.format == "vp" else "assertionMethod"

    def token_checks(self, token: jose.Token) -> tuple[Check, ...]:
        """A JWT: its key, its signature and claims, and whose key it is."""
        try:
            self.means.spend()
            found = ownership.key_of_token(token, self.shape, purpose=self.purpose, means=self.means)
        except CredentialError as error:
            return _without_key(error)
        made_at = _token_moment(token, self.shape.valid_from)
        try:
            jose.check(token, found.public_key)
            _demand_current(token, self.means.now)
            signature = passed("proof", "The signature fits the document.")
        except CredentialError as error:
            signature = of_error("proof", error)
        in_force = (_in_force(found.method, made_at, self.means.now),) if found.method else ()
        asked = self._asked(token.claims.get("nonce"), token.claims.get("aud"))
        return (*in_force, signature, found.owner, *asked)

    def proof_checks(self, item: Mapping[str, Any]) -> tuple[Check, ...]:
        """An embedded proof: its key, its signature, its predecessors, and whose key it is."""
        try:
            # Before anybody is asked for a key: is it a kind of proof that can be checked here.
            _demand_known(item)
        except CredentialError as error:
            return (of_error("proof", error),)
        try:
            method = self._method(item)
        except CredentialError as error:
            return _without_key(error)
        in_force = _in_force(method, _created(item), self.means.now)
        signature = self._signature(item, method)
        owner = ownership.check_controller(method.controller, self.shape)
        return (in_force, signature, owner, *self._asked(item.get("challenge"), item.get("domain")))

    def _method(self, item: Mapping[str, Any]) -> MethodData:
        self.means.spend()
        named = item.get("verificationMethod")
        if not isinstance(named, str):
            raise MalformedCredential("The proof does not name the key that it was made with.")
        return find_method(named, purpose=self.purpose, resolve=self.means.resolve)

    def _signature(self, item: Mapping[str, Any], method: MethodData) -> Check:
        try:
            self._check_signature(item, method)
            self._check_previous(item)
            plain_form.demand(self.document, self.means.contexts)
        except WorkLimitExceeded as error:
            # Costly once is costly again: the next proof or part is not even tried.
            self.means.exhaust()
            return of_error("proof", error)
        except CredentialError as error:
            return of_error("proof", error)
        return passed("proof", "The signature fits the document.")

    def _check_signature(self, item: Mapping[str, Any], method: MethodData) -> None:
        data_integrity.check(
            self.document,
            item,
            method.public_key,
            contexts=self.means.contexts,
            purpose=self.purpose,
            now=self.means.now,
            hashes=self.hashes,
        )

    def _check_previous(self, item: Mapping[str, Any]) -> None:
        """Each proof that this one builds on must hold too, whoever made it.

        A circle cannot be signed, and every signature is checked before what it builds on.
        """
        for previous in data_integrity.previous_proofs(self.document, item):
            _demand_known(previous)
            method = self._method(previous)
            if _in_force(method, _created(previous), self.means.now).outcome is not Outcome.PASSED:
                raise ProofError("The proof builds on one whose key was not in force.")
            self._check_signature(previous, method)
            self._check_previous(previous)

    def _asked(self, challenge: object, domain: object) -> list[Check]:
        """Challenge and domain: as asked for, and not left unasked in a presentation."""
        pairs = (
            ("challenge", self.expected.challenge, challenge),
            ("domain", self.expected.domain, domain),
        )
        checks = []
        for name, wanted, given in pairs:
            if wanted is not None and given in (wanted, [wanted]):
                checks.append(passed(name, f"The proof answers the {name} that was asked for."))
            elif wanted is not None:
                checks.append(failed(name, f"The proof does not answer the {name} that was asked for."))
            elif given is not None and self.shape.format == "vp":
                # Somebody asked for it, and it may have been somebody else, some other time.
                checks.append(not_checked(name, f"The {name} to compare with was not given."))
        return checks


def _without_key(error: CredentialError) -> tuple[Check, ...]:
    return of_error("key", error), not_checked("proof", "The signature could not be checked without a key.")


def _demand_known(item: Mapping[str, Any]) -> None:
    kind = (item.get("type"), item.get("cryptosuite"))
    if kind not in [(suite.type, suite.cryptosuite) for suite in data_integrity.SUITES]:
        raise UnsupportedProof(f"The proof is of a kind that is not known here ({_name(item)}).")


def _name(item: Mapping[str, Any]) -> str:
    name = item.get("cryptosuite", item.get("type"))
    return name[:60] if isinstance(name, str) else "of no type"


def _created(item: Mapping[str, Any]) -> dt.datetime | None:
    try:
        return parse_moment(item["created"])
    except (KeyError, MalformedCredential):
        # Malformed is reported where the proof is checked.
        return None


def _token_moment(token: jose.Token, valid_from: dt.datetime | None) -> dt.datetime | None:
    """When a token was made; Open Badges has no claim for it, so its first day stands in."""
    issued_at = token.claims.get("iat")
    if type(issued_at) is not int:
        return valid_from
    try:
        return dt.datetime.fromtimestamp(issued_at, dt.UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _demand_current(token: jose.Token, now: dt.datetime) -> None:
    """A token of the W3C kind has a life of its own, beside that of the credential."""
    if token.header.get("typ", "JWT") == "JWT":
        return
    begin, end = token.not_before, token.expires
    if (begin is not None and begin > now) or (end is not None and end < now):
        raise ProofError("The token around the credential is not current.")


def _in_force(method: MethodData, made_at: dt.datetime | None, now: dt.datetime) -> Check:
    if method.revoked is not None and method.revoked <= now:
        # Whoever has the key can write any date into a proof.
        return failed("key", "The key was found compromised; nothing that it signed can be relied on.")
    if method.expires is not None and method.expires <= now:
        return _retired(method.expires, made_at)
    if method.valid_from is not None and made_at is not None and made_at < method.valid_from:
        return failed("key", "The proof is older than the key that it was made with.")
    return passed("key", "The key is in force.", method.id)


def _retired(expires: dt.datetime, made_at: dt.datetime | None) -> Check:
    if made_at is None:
        return not_checked("key", "The key is retired, and the proof does not say when it was made.")
    if made_at >= expires:
        return failed("key", "The key had been retired before the date of the signature.")
    return passed("key", "The key is retired by now; it was in force on the date of the signature.")
