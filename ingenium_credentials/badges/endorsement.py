"""Further awarding bodies of a badge: Open Badges has one issuer, so the others endorse.

Each signs an `EndorsementCredential` with its own key, about this award or, in the
cheaper form, about one version of the achievement. They are embedded with their own
proofs: a reference to a signed token would leave the badge's own proof without them.
Each holds a digest of what it awards; without one it would fit whatever else the issuer signs
under the same id. Hidden here: the form of such an endorsement, what its digest is made over,
and how it is told from a stranger's praise.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from attrs import frozen

from . import mandate, ob3, rdfc
from .conformance import members
from .data import AchievementData, AwardData, OrganisationData, preferred
from .errors import CredentialError
from .jsonld import PINNED_CONTEXTS, Contexts, canonical
from .moments import format_moment
from .multibase import base64url_encode
from .report import Check, Report

__all__ = ["NAME", "Tally", "attach", "by_mandate", "is_of_version", "of_achievement", "of_award", "tally"]

NAME = "Joint award"
"""The name of an endorsement by which a university says that it awards too."""

_SHA256 = b"\x12\x20"
_OF_OTHERS = ("endorsement", "endorsementJwt")
_OF_VERSION = (
    *("id", "type", "achievementType", "name", "description", "version"),
    *("creditsAvailable", "fieldOfStudy", "inLanguage", "tag"),
)

Document = dict[str, Any]


@frozen
class Tally:
    """How many of the awarding bodies that a badge names have signed it, and what they signed."""

    signed: int
    named: int
    each_award: bool
    """Whether all of them signed this very award, and not its definition once for all."""
    is_unbound: bool = False
    """Whether one has signed without saying what; it is not counted."""
    is_contradicted: bool = False
    """Whether one has signed something else than what the badge says; it is not counted."""

    @property
    def is_complete(self) -> bool:
        """Whether nobody's signature is missing."""
        return self.signed == self.named

    @property
    def sentence(self) -> str:
        """For a person."""
        verb = "Awarded" if self.is_complete else "Signed"
        if self.each_award:
            return f"{verb} by {self.signed} of {self.named} universities."
        what = "Some signed the definition, once for all its awards."
        return f"{verb} by {self.signed} of {self.named} universities. {what}"


def of_award(badge: Document, award: AwardData, endorser: OrganisationData, *, now: dt.datetime) -> Document:
    """The unsigned word of `endorser`, whose id is its DID, that it gives this award too.

    `badge` is the award as it will be signed, yet without endorsements.
    """
    title = preferred(award.achievement.names)
    day = award.awarded_at.date().isoformat()
    comment = f"{preferred(endorser.names)} awards “{title}” to the holder of this credential, as of {day}."
    subject = _subject(award.id, comment, of=_award_in(badge))
    return _render(subject, endorser, since=award.valid_from, until=award.valid_until, now=now)


def of_achievement(
    badge: Document, achievement: AchievementData, endorser: OrganisationData, *, now: dt.datetime
) -> Document:
    """The unsigned word of `endorser` that it awards whatever is awarded under this version.

    `badge` is any award of it: what differs from one award to the next is not in the digest.
    """
    title = f"“{preferred(achievement.names)}”, version {achievement.version}"
    comment = f"{preferred(endorser.names)} awards {title}, together with the issuer of each credential."
    subject = _subject(achievement.id, comment, of=_version_in(badge))
    return _render(subject, endorser, since=now, until=None, now=now)


def is_of_version(signed: Document, badge: Document) -> bool:
    """Whether a signed endorsement of a version still says what this badge of that version says."""
    return bool(signed["credentialSubject"].get("digestMultibase") == _digest(_version_in(badge)))


def _subject(about: str, comment: str, *, of: Document) -> Document:
    return {
        "id": about,
        "type": ["EndorsementSubject"],
        "endorsementComment": comment,
        "digestMultibase": _digest(of),
    }


def _render(
    subject: Document,
    endorser: OrganisationData,
    *,
    since: dt.datetime,
    until: dt.datetime | None,
    now: dt.datetime,
) -> Document:
    document = {
        "@context": list(ob3.CONTEXTS),
        "id": f"{subject['id']}#awarded-by-{endorser.id.rpartition(':')[2]}",
        "type": ["VerifiableCredential", "EndorsementCredential"],
        "name": NAME,
        "issuer": ob3.profile(endorser),
        "validFrom": format_moment(min(since, now)),
        "credentialSubject": subject,
    }
    return {**document, "validUntil": format_moment(until)} if until else document


def _award_in(badge: Mapping[str, Any]) -> Document:
    """All that a badge says, but for its proofs and what others say about it."""
    subject = _object(badge.get("credentialSubject"))
    bare = {
        name: value for name, value in _object(subject.get("achievement")).items() if name not in _OF_OTHERS
    }
    award = {name: value for name, value in badge.items() if name not in ("proof", *_OF_OTHERS)}
    return {**award, "credentialSubject": {**subject, "achievement": bare}}


def _version_in(badge: Mapping[str, Any]) -> Document:
    """What every award of a version says alike: what it is, and who awards it."""
    achievement = _object(_object(badge.get("credentialSubject")).get("achievement"))
    alike = {name: achievement[name] for name in _OF_VERSION if name in achievement}
    alignments = [
        entry
        for entry in map(_object, members(achievement, "alignment"))
        if entry.get("targetFramework") != ob3.SUPERVISION
    ]
    return {"@context": badge["@context"], **alike, **({"alignment": alignments} if alignments else {})}


def _digest(
    document: Document, contexts: Contexts = PINNED_CONTEXTS, budget: rdfc.Budget | None = None
) -> str:
    """The SHA-256 of the canonical form, as a multihash (data model 2.0, section digestMultibase)."""
    content = canonical(document, contexts=contexts, budget=budget)
    return "u" + base64url_encode(_SHA256 + hashlib.sha256(content).digest())


def attach(badge: Document, *, to_award: Sequence[Document], to_achievement: Sequence[Document]) -> Document:
    """The unsigned badge with signed endorsements at the places that they are about."""
    subject = badge["credentialSubject"]
    if to_achievement:
        achievement = {**subject["achievement"], "endorsement": list(to_achievement)}
        badge = {**badge, "credentialSubject": {**subject, "achievement": achievement}}
    return {**badge, "endorsement": list(to_award)} if to_award else badge


def tally(
    document: Mapping[str, Any],
    judged: Iterable[tuple[object, Report]],
    *,
    contexts: Contexts,
    budget: rdfc.Budget,
) -> Tally | None:
    """Who awarded a badge whose own proof holds, given what is inside it and the report on each.

    Out of those that it names as awarding bodies; a badge without such a list (ours before
    we wrote one, or a stranger's) names its issuer or creator and who endorses it. Only what
    hangs on the award or its achievement counts, and says by its digest what was signed. None
    where nobody but the issuer says that they award: then it signs for all by mandate.
    """
    valid = {id(value) for value, report in judged if report.verdict == "valid"}
    achievement = _object(_object(document.get("credentialSubject")).get("achievement"))
    each, once = _awarding(document), _awarding(achievement)
    if not each and not once:
        return None
    signed = [
        _Signed(_id(entry.get("issuer")), _said(entry), wanted)
        for entries, part in ((each, _award_in), (once, _version_in))
        for wanted in [_wanted(part(document), contexts, budget) if entries else ""]
        for entry in entries
        if id(entry) in valid
    ]
    issuer = _id(document.get("issuer"))
    first = _id(next(iter(members(achievement, "creator")), None)) or issuer
    named = _named(achievement) or {first, *(_id(entry.get("issuer")) for entry in (*each, *once))}
    others = [entry for entry in signed if entry.issuer in named - {issuer}]
    sound = {entry.issuer for entry in others if entry.is_bound}
    return Tally(
        signed=len(named & {issuer, *sound}),
        named=len(named),
        each_award=not once,
        is_unbound=any(not entry.said or not entry.wanted for entry in others),
        is_contradicted=any(entry.said and entry.wanted and not entry.is_bound for entry in others),
    )


@frozen
class _Signed:
    """A valid endorsement by which its issuer says that it awards."""

    issuer: str
    said: str
    """The digest that it holds; empty for none."""
    wanted: str
    """The digest of what the badge says; empty where none can be made."""

    @property
    def is_bound(self) -> bool:
        return bool(self.said) and self.said == self.wanted


def _said(entry: Mapping[str, Any]) -> str:
    said = _object(entry.get("credentialSubject")).get("digestMultibase")
    return said if isinstance(said, str) else ""


def _wanted(part: Document, contexts: Contexts, budget: rdfc.Budget) -> str:
    try:
        return _digest(part, contexts, budget)
    except CredentialError:
        # A token may say what no context defines; nobody can have made a digest of that.
        return ""


def by_mandate(document: Mapping[str, Any]) -> Check | None:
    """What is found of a badge without endorsements whose issuer signs for those that it names.

    None where it names nobody else, or does not say that they award.
    """
    achievement = _object(_object(document.get("credentialSubject")).get("achievement"))
    agreements = mandate.agreements(document)
    named = _named(achievement)
    if agreements and not named:
        named = {_id(achievement.get("creator"))} - {""}
    issuer = _id(document.get("issuer"))
    return mandate.check(signed=len(named & {issuer}), named=len(named), agreements=agreements)


def _named(achievement: Mapping[str, Any]) -> set[str]:
    """The ids of the awarding bodies that a badge lists."""
    entries = map(_object, members(achievement, "alignment"))
    found = (entry.get("targetUrl") for entry in entries if entry.get("targetFramework") == ob3.AWARDING_BODY)
    return {url for url in found if isinstance(url, str)}


def _awarding(place: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The endorsements of this very object by which somebody says that they award too."""
    return [entry for entry in map(_object, members(place, "endorsement")) if entry.get("name") == NAME]


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _id(value: object) -> str:
    found = _object(value).get("id") if isinstance(value, dict) else value
    return found if isinstance(found, str) else ""
