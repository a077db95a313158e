"""Further awarding bodies of a badge: Open Badges has one issuer, so the others endorse.

Each signs an `EndorsementCredential` with its own key, about this award or, in the
cheaper form, about one version of the achievement. They are embedded with their own
proofs: a reference to a signed token would leave the badge's own proof without them.
Hidden here: the form of such an endorsement, and how it is told from a stranger's praise.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from attrs import frozen

from . import mandate, ob3
from .conformance import members
from .data import AchievementData, AwardData, OrganisationData, preferred
from .moments import format_moment
from .report import Check, Report

__all__ = ["NAME", "Tally", "attach", "by_mandate", "of_achievement", "of_award", "tally"]

NAME = "Joint award"
"""The name of an endorsement by which a university says that it awards too."""

Document = dict[str, Any]


@frozen
class Tally:
    """How many of the awarding bodies that a badge names have signed it, and what they signed."""

    signed: int
    named: int
    each_award: bool
    """Whether all of them signed this very award, and not its definition once for all."""

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


def of_award(award: AwardData, endorser: OrganisationData, *, now: dt.datetime) -> Document:
    """The unsigned word of `endorser`, whose id is its DID, that it gives this award too."""
    title = preferred(award.achievement.names)
    day = award.awarded_at.date().isoformat()
    comment = f"{preferred(endorser.names)} awards “{title}” to the holder of this credential, as of {day}."
    return _render(award.id, endorser, comment, since=award.valid_from, until=award.valid_until, now=now)


def of_achievement(achievement: AchievementData, endorser: OrganisationData, *, now: dt.datetime) -> Document:
    """The unsigned word of `endorser` that it awards whatever is awarded under this version."""
    title = f"“{preferred(achievement.names)}”, version {achievement.version}"
    comment = f"{preferred(endorser.names)} awards {title}, together with the issuer of each credential."
    return _render(achievement.id, endorser, comment, since=now, until=None, now=now)


def _render(
    about: str,
    endorser: OrganisationData,
    comment: str,
    *,
    since: dt.datetime,
    until: dt.datetime | None,
    now: dt.datetime,
) -> Document:
    document = {
        "@context": list(ob3.CONTEXTS),
        "id": f"{about}#awarded-by-{endorser.id.rpartition(':')[2]}",
        "type": ["VerifiableCredential", "EndorsementCredential"],
        "name": NAME,
        "issuer": ob3.profile(endorser),
        "validFrom": format_moment(min(since, now)),
        "credentialSubject": {"id": about, "type": ["EndorsementSubject"], "endorsementComment": comment},
    }
    return {**document, "validUntil": format_moment(until)} if until else document


def attach(badge: Document, *, to_award: Sequence[Document], to_achievement: Sequence[Document]) -> Document:
    """The unsigned badge with signed endorsements at the places that they are about."""
    subject = badge["credentialSubject"]
    if to_achievement:
        achievement = {**subject["achievement"], "endorsement": list(to_achievement)}
        badge = {**badge, "credentialSubject": {**subject, "achievement": achievement}}
    return {**badge, "endorsement": list(to_award)} if to_award else badge


def tally(document: Mapping[str, Any], parts: Sequence[Report]) -> Tally | None:
    """Who awarded a badge whose own proof holds, given the reports on what is inside it.

    Out of those that it names as awarding bodies; a badge without such a list (ours before
    we wrote one, or a stranger's) names its issuer or creator and who endorses it. None
    where nobody but the issuer says that they award: then it signs for all by mandate.
    """
    endorsements = [entry for entry in _endorsements(document) if entry.get("name") == NAME]
    if not endorsements:
        return None
    achievement = _object(_object(document.get("credentialSubject")).get("achievement"))
    first = _id(achievement.get("creator")) or _id(document.get("issuer"))
    sound = {_id(part.document.get("issuer")) for part in parts if part.document and part.verdict == "valid"}
    sound.add(_id(document.get("issuer")))
    named = _named(achievement) or {first, *(_id(entry.get("issuer")) for entry in endorsements)}
    once = [
        entry
        for entry in endorsements
        if _object(entry.get("credentialSubject")).get("id") != document.get("id")
    ]
    return Tally(signed=len(named & sound), named=len(named), each_award=not once)


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


def _endorsements(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    subject = _object(document.get("credentialSubject"))
    for place in (document, _object(subject.get("achievement"))):
        yield from filter(None, map(_object, members(place, "endorsement")))


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _id(value: object) -> str:
    found = _object(value).get("id") if isinstance(value, dict) else value
    return found if isinstance(found, str) else ""
