"""Is a document shaped like a credential, a badge or a presentation?

Hides the member rules of the W3C data model (2.0, and 1.1 for reading) and those that
Open Badges 3.0 adds for its own types only. Nothing here is about trust: a conformant
document may be unsigned. The rule broken first is the one that is named.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from attrs import frozen

from .errors import MalformedCredential
from .moments import parse_moment

__all__ = ["V1", "V2", "Shape", "examine", "members", "types_of"]

V2 = "https://www.w3.org/ns/credentials/v2"
V1 = "https://www.w3.org/2018/credentials/v1"

_BADGES = frozenset({"OpenBadgeCredential", "AchievementCredential"})
_BADGE_CONTEXT = re.compile(r"https://purl\.imsglobal\.org/spec/ob/v3p0/context(-3\.[0-9]\.[0-9])*\.json")
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+")
_TYPED = ("credentialStatus", "credentialSchema", "refreshService", "termsOfUse", "evidence")
_NEED_ID = {2: ("credentialSchema",), 1: ("credentialStatus", "credentialSchema", "refreshService")}


@frozen(kw_only=True)
class Shape:
    """What a conformant document says about itself; none of it is proven yet."""

    format: str
    """`ob3`, `vc` or `vp`."""
    version: int
    """1 or 2: the version of the W3C data model."""
    types: frozenset[str]
    issuer: str = ""
    """Identifier of the issuer; of the holder, if named, for a presentation."""
    valid_from: dt.datetime | None = None
    valid_until: dt.datetime | None = None
    notes: tuple[str, ...] = ()
    """What was seen and deliberately not followed, as sentences."""


def examine(document: Mapping[str, Any]) -> Shape:
    """The shape of a document without its proof; raises `MalformedCredential`.

    Sources: Verifiable Credentials Data Model 2.0 and 1.1, section Basic Concepts; Open
    Badges 3.0, AchievementCredential and EndorsementCredential.
    """
    version = _version(document)
    types = types_of(document)
    if "VerifiablePresentation" in types:
        return _presentation(document, version, types)
    _demand("VerifiableCredential" in types, "The document is not a verifiable credential by its type.")
    starts, ends = _credential(document, version)
    if types & _BADGES:
        _badge(document)
    if "EndorsementCredential" in types:
        _endorsement(document)
    return Shape(
        format="ob3" if types & _BADGES else "vc",
        version=version,
        types=types,
        issuer=_issuer(document),
        valid_from=max(starts, default=None),
        valid_until=min(ends, default=None),
        notes=_notes(document),
    )


def types_of(value: Mapping[str, Any]) -> frozenset[str]:
    """The values of `type`, written as one text or as an array; raises `MalformedCredential`."""
    types = members(value, "type")
    _demand(
        bool(types) and all(isinstance(name, str) and name for name in types), "A type is missing or empty."
    )
    return frozenset(types)


def members(value: Mapping[str, Any], name: str) -> list[Any]:
    """A member that may be absent, one value or an array, as a list."""
    found = value.get(name)
    if found is None:
        return []
    return found if isinstance(found, list) else [found]


def _version(document: Mapping[str, Any]) -> int:
    contexts = document.get("@context")
    if not isinstance(contexts, list) or not contexts:
        raise MalformedCredential(
            "The @context is not an array that begins with the W3C credentials context."
        )
    _demand(all(isinstance(item, str | dict) for item in contexts), "A member of @context is no context.")
    if contexts[0] in (V2, V1):
        return 2 if contexts[0] == V2 else 1
    raise MalformedCredential("The first @context is not the W3C credentials context.")


def _credential(document: Mapping[str, Any], version: int) -> tuple[list[dt.datetime], list[dt.datetime]]:
    """Members of every credential; the moments from which and until which it holds."""
    if "id" in document:
        _demand_url(document["id"], "id")
    _demand_text(document, "name")
    _demand_text(document, "description")
    _issuer(document)
    _subjects(document)
    for name in _TYPED:
        _typed(document, name, need_id=name in _NEED_ID[version])
    _related(document)
    old = [name for name in ("issuanceDate", "expirationDate") if name in document]
    if version == 2:
        _demand(not old, "A date of the older data model stands in a credential of version 2.0.")
    else:
        _demand("issuanceDate" in document, "The date of issue (issuanceDate) is missing.")
    starts, ends = (
        _moments(document, "validFrom", "issuanceDate"),
        _moments(document, "validUntil", "expirationDate"),
    )
    _demand(
        not starts or not ends or max(starts) <= min(ends),
        "The credential ends before it begins to be valid.",
    )
    return starts, ends


def _moments(document: Mapping[str, Any], *names: str) -> list[dt.datetime]:
    found = []
    for name in names:
        if name in document:
            try:
                found.append(parse_moment(document[name]))
            except MalformedCredential as error:
                raise MalformedCredential(f"{name}: {error}") from error
    return found


def _issuer(document: Mapping[str, Any]) -> str:
    return _agent(document.get("issuer"), "issuer")


def _agent(value: object, name: str) -> str:
    identifier = value.get("id") if isinstance(value, dict) else value
    _demand_url(identifier, name)
    return str(identifier)


def _subjects(document: Mapping[str, Any]) -> None:
    subjects = members(document, "credentialSubject")
    _demand(
        bool(subjects) and all(isinstance(subject, dict) and subject for subject in subjects),
        "The credential says nothing about anybody: credentialSubject is missing or empty.",
    )
    for subject in subjects:
        if "id" in subject:
            _demand_url(subject["id"], "credentialSubject.id")


def _typed(document: Mapping[str, Any], name: str, *, need_id: bool) -> None:
    for value in members(document, name):
        _demand(isinstance(value, dict), f"A value of {name} is not an object.")
        types_of(value)
        if need_id or "id" in value:
            _demand_url(value.get("id"), f"{name}.id")


def _related(document: Mapping[str, Any]) -> None:
    resources = members(document, "relatedResource")
    _demand(all(isinstance(item, dict) for item in resources), "A related resource is not an object.")
    ids = [item.get("id") for item in resources]
    for identifier in ids:
        _demand_url(identifier, "relatedResource.id")
    _demand(len(set(ids)) == len(ids), "A related resource is named twice.")
    _demand(
        all("digestSRI" in item or "digestMultibase" in item for item in resources),
        "A related resource has no digest.",
    )


def _badge(document: Mapping[str, Any]) -> None:
    contexts = document["@context"]
    _demand(
        len(contexts) > 1 and isinstance(contexts[1], str) and bool(_BADGE_CONTEXT.fullmatch(contexts[1])),
        "The second @context is not that of Open Badges 3.0.",
    )
    _demand_url(document.get("id"), "id")
    if "issuanceDate" not in document:
        _demand("validFrom" in document, "The badge does not say from when it is valid (validFrom).")
    _moments(document, "awardedDate")
    issuer = document["issuer"]
    _demand(isinstance(issuer, str) or "Profile" in types_of(issuer), "The issuer is not a Profile.")
    subject = document["credentialSubject"]
    if not isinstance(subject, dict):
        raise MalformedCredential("A badge has exactly one credentialSubject.")
    _demand("AchievementSubject" in types_of(subject), "The credentialSubject is not an AchievementSubject.")
    _recipient(subject)
    _achievement(subject.get("achievement"))


def _recipient(subject: Mapping[str, Any]) -> None:
    identities = members(subject, "identifier")
    _demand(
        bool(identities) or "id" in subject, "The badge does not say whose it is: no id and no identifier."
    )
    for identity in identities:
        _demand(
            isinstance(identity, dict)
            and "IdentityObject" in types_of(identity)
            and isinstance(identity.get("hashed"), bool)
            and isinstance(identity.get("identityHash"), str)
            and isinstance(identity.get("identityType"), str),
            "An identifier of the recipient is not a complete IdentityObject.",
        )


def _achievement(achievement: object) -> None:
    if not isinstance(achievement, dict) or "Achievement" not in types_of(achievement):
        raise MalformedCredential("The badge does not say what was achieved: no Achievement.")
    _demand_url(achievement.get("id"), "achievement.id")
    for name in ("name", "description"):
        _demand(isinstance(achievement.get(name), str), f"The achievement has no {name}.")
    criteria = achievement.get("criteria")
    _demand(
        isinstance(criteria, dict) and bool(criteria.get("id") or criteria.get("narrative")),
        "The achievement has no criteria.",
    )


def _endorsement(document: Mapping[str, Any]) -> None:
    _demand_url(document.get("id"), "id")
    _demand(isinstance(document.get("name"), str), "The endorsement has no name.")
    subject = document["credentialSubject"]
    if not isinstance(subject, dict):
        raise MalformedCredential("An endorsement has exactly one credentialSubject.")
    _demand("EndorsementSubject" in types_of(subject), "The credentialSubject is not an EndorsementSubject.")
    _demand_url(subject.get("id"), "credentialSubject.id")


def _presentation(document: Mapping[str, Any], version: int, types: frozenset[str]) -> Shape:
    if "id" in document:
        _demand_url(document["id"], "id")
    holder = _agent(document["holder"], "holder") if "holder" in document else ""
    _typed(document, "termsOfUse", need_id=False)
    # Version 1.1 let a JWT stand as a text among the credentials.
    kinds = dict if version == 2 else dict | str
    _demand(
        all(isinstance(item, kinds) for item in members(document, "verifiableCredential")),
        "Something in the presentation is not a credential.",
    )
    return Shape(format="vp", version=version, types=types, issuer=holder, notes=_notes(document))


def _notes(document: Mapping[str, Any]) -> tuple[str, ...]:
    sentences = {
        "credentialSchema": "A schema is named; it is optional and was not applied.",
        "refreshService": "An address for a newer version is named; it was not asked.",
        "termsOfUse": "Terms of use are attached; they were not judged.",
    }
    return tuple(sentence for name, sentence in sentences.items() if name in document)


def _demand_text(document: Mapping[str, Any], name: str) -> None:
    """A text, or texts with their language (data model 2.0, Language and Base Direction)."""
    for value in members(document, name):
        text = value.get("@value") if isinstance(value, dict) else value
        rest = value.keys() - {"@value", "@language", "@direction"} if isinstance(value, dict) else ()
        _demand(isinstance(text, str) and not rest, f"The {name} of the credential is not a text.")


def _demand_url(value: object, name: str) -> None:
    _demand(
        isinstance(value, str) and bool(_URL.fullmatch(value)), f"The {name} is missing or no absolute URL."
    )


def _demand(condition: bool, message: str) -> None:
    if not condition:
        raise MalformedCredential(message)
