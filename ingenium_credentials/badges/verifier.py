"""Judge a credential that anyone may have handed us.

`verify` is the whole surface. It reads nothing but its arguments, never raises for what
the bytes contain, and does a bounded amount of work. The modules below it raise; here
their errors become checks.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from attrs import define, evolve, field, frozen

from . import baking, edc, endorsement, jose, jsonld, pdf, proving, standing
from .chains import Anchor
from .conformance import Shape, examine, members
from .errors import CredentialError, MalformedCredential, UnsupportedProof, WorkLimitExceeded
from .jsonld import PINNED_CONTEXTS, Contexts
from .means import Means, Resolve
from .proving import Expected
from .report import Check, Outcome, Report, failed, not_checked, of_error, passed, worst

__all__ = ["MAX_BYTES", "MAX_PARTS", "verify"]

MAX_BYTES = baking.MAX_BYTES
"""The largest input that is looked at: a baked picture may be large, its text not."""

MAX_PARTS = 16
"""The most credentials in a presentation, and the most endorsements of a credential."""

_MAX_DEPTH = 4
_ENVELOPES = ("data:application/vc+jwt,", "data:application/vp+jwt,")
_NOTHING_ASKED = Expected()


def verify(
    data: bytes,
    *,
    resolve: Resolve,
    now: dt.datetime,
    contexts: Contexts = PINNED_CONTEXTS,
    challenge: str | None = None,
    domain: str | None = None,
    anchors: Sequence[Anchor] = (),
) -> Report:
    """Report, check by check, whether `data` is a credential that holds at `now`.

    `data` is a JSON document, a compact JWS, a PNG or SVG picture with one inside, or a PDF
    with credentials attached; a credential, a badge, an EDC or a presentation. `resolve`
    turns the https addresses of DID documents and status lists into bytes; whatever it
    raises makes a check that could not be made. `challenge` and `domain` are what the
    caller asked the presenter to sign.
    `anchors` are the certificates that the seals of European credentials must lead to;
    without them no such seal is more than a signature by somebody.
    """
    # The order is that of Open Badges 3.0, section Verification:
    #
    #   1. Carrier: what kind of file it is, and the text inside.
    #   2. Syntax: strict JSON, or a compact JWS with strict JSON inside.
    #   3. Conformance: the members that the data model and Open Badges demand.
    #   4. Proof: one whose signature fits, by a key in force, that is the issuer's own.
    #   5. Period: it has begun and has not ended.
    #   6. Status: the issuer has neither revoked nor suspended it.
    #   7. What it contains: credentials presented and endorsements, each by these steps.
    if now.utcoffset() is None:
        raise ValueError("`now` must be an aware moment.")
    means = Means(resolver=resolve, now=now, contexts=contexts, anchors=anchors)
    try:
        return _judge(data, means, Expected(challenge=challenge, domain=domain), depth=1)
    except Exception as error:
        # A fault of this program; the caller still gets a report, and it is not green.
        kind = type(error).__name__
        return Report(checks=(not_checked("internal", "The check ended in a fault of this program.", kind),))


@define
class _Draft:
    """A report in the making."""

    checks: list[Check] = field(factory=list)
    carrier: str = ""
    format: str = ""
    document: dict[str, Any] | None = None
    shape: Shape | None = None
    is_proven: bool = False
    parts: list[Report] = field(factory=list)

    def report(self) -> Report:
        return Report(
            checks=tuple(self.checks),
            document=self.document if self.is_proven else None,
            carrier=self.carrier,
            format=self.format,
            parts=tuple(self.parts),
        )


def _judge(data: object, means: Means, expected: Expected, *, depth: int) -> Report:
    """Steps 1 to 7."""
    if isinstance(data, bytes) and data.startswith(b"%PDF-"):
        return _judge_pdf(data, means, expected, depth=depth)
    draft = _establish(data, means, expected)
    if draft.document is None or draft.shape is None:
        return draft.report()
    # 6. Status. Addresses in a document that nobody is shown to have signed are not asked.
    if draft.shape.format != "vp":
        draft.checks.append(_status(draft, means))
    # 7. What it contains.
    draft.checks += _contents(draft, means, depth=depth)
    return draft.report()


def _judge_pdf(data: bytes, means: Means, expected: Expected, *, depth: int) -> Report:
    """The report on the credentials attached inside a PDF: all of them count."""
    draft = _Draft(carrier="pdf", format="pdf")
    try:
        means.spend()
        if len(data) > MAX_BYTES:
            raise WorkLimitExceeded("The file is larger than any credential is.")
        found = pdf.attached(data)
    except CredentialError as error:
        draft.checks.append(of_error("carrier", error))
        return draft.report()
    draft.checks.append(
        passed("carrier", _CARRIERS["pdf"], "The pages are for people; only what is inside is signed.")
    )
    draft.checks.append(
        _check_parts("credentials", "credential", list(map(_Part, found)), draft, means, depth=depth)
    )
    draft.document = next((part.document for part in draft.parts if part.document), None)
    draft.is_proven = draft.document is not None
    return draft.report()


def _establish(data: object, means: Means, expected: Expected) -> _Draft:
    """Steps 1 to 5, which need nothing but the document and the issuer's keys."""
    draft = _Draft()
    step = "carrier"
    try:
        means.spend()
        # 1. Carrier.
        text = _unpack(data, draft)
        # 2. Syntax.
        step = "syntax"
        european = edc.open_file(text) if isinstance(text, bytes) else None
        if european is not None:
            return _establish_european(european, draft, means)
        document, token = _read(text, draft)
        # 3. Conformance.
        step = "conformance"
        draft.shape = examine(document)
    except CredentialError as error:
        draft.checks.append(of_error(step, error))
        return draft
    draft.format = draft.shape.format + ("-jwt" if token else "")
    draft.checks.append(_conforms(draft.shape))
    draft.document = document
    # 4. Proof.
    checks, draft.is_proven = proving.prove(document, token, draft.shape, means=means, expected=expected)
    draft.checks += checks
    # 5. Period.
    if draft.shape.format != "vp":
        draft.checks += standing.check_period(draft.shape, means.now)
    return draft


def _establish_european(opened: edc.Opened, draft: _Draft, means: Means) -> _Draft:
    """Steps 3 to 5 for an EDC, whose proof is the seals around its text."""
    draft.checks.append(passed("syntax", "The text can be read without ambiguity."))
    draft.format = "elm"
    try:
        # 3. Conformance.
        draft.shape = edc.examine(opened, now=means.now)
    except CredentialError as error:
        draft.checks.append(of_error("conformance", error))
        return draft
    draft.checks.append(edc.conforms(opened))
    draft.document = opened.document
    # 4. Proof: each seal, and whom its certificate names.
    checks, draft.is_proven = edc.judge_seals(opened, anchors=means.anchors, now=means.now, spend=means.spend)
    draft.checks += checks
    # 5. Period.
    draft.checks += standing.check_period(draft.shape, means.now)
    return draft


def _unpack(data: object, draft: _Draft) -> bytes | dict[str, Any]:
    if isinstance(data, dict):
        return data
    if isinstance(data, str):
        data = data.encode("utf-8", "surrogatepass")
    if not isinstance(data, bytes):
        raise MalformedCredential("Something that should be a credential is none.")
    if len(data) > MAX_BYTES:
        raise WorkLimitExceeded("The file is larger than any credential is.")
    if not data.strip():
        raise MalformedCredential("The file is empty.")
    carrier = baking.carrier(data)
    if carrier is None:
        raise MalformedCredential("The file is no credential: neither JSON, JWT, PNG, SVG nor PDF.")
    draft.carrier = carrier
    unbake = {"png": baking.unbake_png, "svg": baking.unbake_svg}.get(carrier)
    text = unbake(data) if unbake else data
    draft.checks.append(passed("carrier", _CARRIERS[carrier]))
    return text


_CARRIERS = {
    "png": "The file is a PNG picture with a credential inside.",
    "svg": "The file is an SVG picture with a credential inside.",
    "pdf": "The file is a PDF document with a credential inside.",
    "json": "The file is a JSON document.",
    "jwt": "The file is a JSON Web Token.",
}


def _read(text: bytes | dict[str, Any], draft: _Draft) -> tuple[dict[str, Any], jose.Token | None]:
    """The document, and the token that it came in, if any."""
    document, token = _parse(text)
    if isinstance(text, bytes):
        draft.checks.append(passed("syntax", "The text can be read without ambiguity."))
    return document, token


def _parse(text: bytes | dict[str, Any]) -> tuple[dict[str, Any], jose.Token | None]:
    if isinstance(text, bytes) and baking.carrier(text) == "jwt":
        token = jose.decode(text.strip())
        return token.credential, token
    document = jsonld.parse(text) if isinstance(text, bytes) else text
    enveloped = _enveloped(document)
    if enveloped is not None:
        token = jose.decode(enveloped)
        return token.credential, token
    return document, None


def _enveloped(document: Mapping[str, Any]) -> bytes | None:
    """The token in an enveloped credential or presentation (data model 2.0, Enveloped …)."""
    kinds = {"EnvelopedVerifiableCredential", "EnvelopedVerifiablePresentation"}
    if not kinds & frozenset(name for name in members(document, "type") if isinstance(name, str)):
        return None
    address = document.get("id")
    for start in _ENVELOPES:
        if isinstance(address, str) and address.startswith(start):
            return address.removeprefix(start).encode("utf-8", "surrogatepass")
    raise UnsupportedProof("The credential is enveloped in a way that is not known here.")


def _conforms(shape: Shape) -> Check:
    kind = {"ob3": "an Open Badge 3.0", "vp": "a verifiable presentation"}.get(
        shape.format, "a verifiable credential"
    )
    return passed("conformance", f"The document is built like {kind}.", " ".join(shape.notes))


def _status(draft: _Draft, means: Means) -> Check:
    document, shape = draft.document or {}, draft.shape
    if shape is None or not draft.is_proven:
        return not_checked("status", "The status was not asked for, since the proof did not pass.")

    def establish(url: str) -> Report:
        # Badges presented together often share a list.
        if url not in means.lists:
            means.lists[url] = _establish(means.resolve(url), means, _NOTHING_ASKED).report()
        return means.lists[url]

    return standing.check_status(document, shape.issuer, establish=establish)


def _contents(draft: _Draft, means: Means, *, depth: int) -> list[Check]:
    document, shape = draft.document or {}, draft.shape
    if shape is None or (shape.format == "vc" and "EndorsementCredential" not in shape.types):
        return []
    if shape.format == "vp":
        found = [_Part(value) for value in members(document, "verifiableCredential")]
        return [_check_parts("credentials", "credential", found, draft, means, depth=depth)]
    found = list(_endorsements(document))
    if not found:
        # 8. Who awards it, where nobody but the issuer has signed.
        by_mandate = endorsement.by_mandate(document) if draft.is_proven else None
        return [by_mandate] if by_mandate else []
    check = _check_parts("endorsements", "endorsement", found, draft, means, depth=depth)
    # 8. Who awards it: the universities that have signed it, beside the issuer.
    tally = _tally(document, found, draft, means) if draft.is_proven else None
    return [_tallied(check, tally) if tally else check]


def _tally(
    document: Mapping[str, Any], found: Sequence[_Part], draft: _Draft, means: Means
) -> endorsement.Tally | None:
    # Without reports there were too many to look at any.
    judged = zip((part.value for part in found), draft.parts, strict=False)
    return endorsement.tally(document, judged, contexts=means.contexts, budget=means.budget)


def _tallied(check: Check, tally: endorsement.Tally) -> Check:
    """A university that is named and has not signed: nothing is forged, and nothing shows its word."""
    if check.outcome is not Outcome.FAILED and tally.is_contradicted:
        message = "A university has signed something else than what this badge says."
        return failed(check.id, message, tally.sentence)
    if tally.is_complete or check.outcome is not Outcome.PASSED:
        return evolve(check, detail=tally.sentence)
    if tally.is_unbound:
        return not_checked(check.id, "A university has signed without saying what it awards.", tally.sentence)
    return not_checked(check.id, "Not every university that is named has signed.", tally.sentence)


@frozen
class _Part:
    """A credential inside another document."""

    value: object
    about: str | None = None
    """For an endorsement: the id of the object that it is attached to."""


def _check_parts(
    check_id: str, noun: str, found: list[_Part], draft: _Draft, means: Means, *, depth: int
) -> Check:
    if not found:
        return failed(check_id, f"There is no {noun} inside.")
    if len(found) > MAX_PARTS:
        return failed(check_id, f"There are more {check_id} inside than are checked at once ({MAX_PARTS}).")
    if depth >= _MAX_DEPTH:
        return failed(check_id, f"The {check_id} are nested too deeply.")
    draft.parts += [_judge_part(part, means, depth=depth) for part in found]
    outcome = worst(_OUTCOMES[part.verdict] for part in draft.parts)
    return Check(check_id, outcome, _PARTS[outcome].format(count=len(found), noun=noun))


_OUTCOMES = {
    "valid": Outcome.PASSED,
    "not valid": Outcome.FAILED,
    "could not be checked": Outcome.NOT_CHECKED,
}
_PARTS = {
    Outcome.PASSED: "Every {noun} inside is valid ({count}).",
    Outcome.FAILED: "Not every {noun} inside is valid ({count}).",
    Outcome.NOT_CHECKED: "Not every {noun} inside could be checked ({count}).",
}


def _judge_part(part: _Part, means: Means, *, depth: int) -> Report:
    report = _judge(part.value, means, _NOTHING_ASKED, depth=depth + 1)
    if part.about is None:
        return report
    return evolve(report, checks=(*report.checks, _is_about(report, part.about)))


def _is_about(report: Report, about: str) -> Check:
    document = report.document or {}
    subject = document.get("credentialSubject")
    is_endorsement = "EndorsementCredential" in members(document, "type")
    if about and is_endorsement and isinstance(subject, dict) and subject.get("id") == about:
        return passed("endorses", "The endorsement is about what it is attached to.")
    return failed("endorses", "The endorsement is not shown to be about what it is attached to.")


def _endorsements(value: object) -> Iterator[_Part]:
    """Every endorsement in a badge, with the id of the object that it is attached to."""
    if isinstance(value, list):
        for item in value:
            yield from _endorsements(item)
    if not isinstance(value, dict):
        return
    about = value.get("id")
    for name, member in value.items():
        if name in ("endorsement", "endorsementJwt"):
            yield from (_Part(item, about if isinstance(about, str) else "") for item in members(value, name))
        elif name != "proof":
            yield from _endorsements(member)
