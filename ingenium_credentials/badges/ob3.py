"""An award as an Open Badges 3.0 credential: the document, before it is signed.

Hides how the elements of the Council Recommendation 2022/C 243/02, Annex I, are spread
over the members that Open Badges has. Where two ways exist, this is the one taken:

- One language. Open Badges has plain strings and its schema refuses language maps, so
  `name` and `description` are in the preferred language. `criteria.narrative` says
  everything in every language that the definition has (see `narrative`).
- The learner's name stands where readers look for it: as an unhashed `identifier` of
  type `name`, once per script, and as `credentialSubject.name`. The e-mail is only there
  as a salted hash.
- The universities of a joint award are alignments, so that who has not signed can be found.
- The agreements by which somebody signs for others are evidence, named by their hash.
- The credentials that a larger one is made of are evidence, and their achievements related.
- A fact with a published concept (ESCO, EQF, ISCED-F, European Learning Model) is an
  alignment; what has no address of its own is in the narrative.
- No `credentialSchema`: its type would need a third context that many verifiers do not
  know, and the schema of a badge is known from its type.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from . import mandate, narrative
from .data import (
    AchievementData,
    AwardData,
    ConceptData,
    EvidenceData,
    IdentifierData,
    ImageData,
    OrganisationData,
    PartData,
    RecipientData,
    StatusData,
    preferred,
)
from .moments import format_moment

__all__ = ["AWARDING_BODY", "CONTEXTS", "FINAL_GRADE", "SUPERVISION", "profile", "render"]

CONTEXTS = (
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
)
"""The contexts of an issued badge, in the order that both specifications demand."""

AWARDING_BODY = "European Learning Model: awarding body"
"""The framework of the alignments that name the universities of a joint award."""

FINAL_GRADE = "Final grade"
"""What a badge calls the result of the whole; Open Badges has one language for it."""

_EQF = "http://data.europa.eu/snb/eqf/"
SUPERVISION = "European Learning Model: supervision and identity verification"
"""The framework of the alignment that says how this very learner was supervised."""


def render(award: AwardData) -> dict[str, Any]:
    """The unsigned `OpenBadgeCredential` that states `award`.

    Sets are arrays even with one member, nothing is null or empty, moments are in UTC and
    whole seconds. Source: Open Badges 3.0, AchievementCredential.
    """
    achievement = award.achievement
    name = narrative.marked(preferred(achievement.names), demonstration=award.demonstration)
    return _present(
        {
            "@context": list(CONTEXTS),
            "id": award.id,
            "type": ["VerifiableCredential", "OpenBadgeCredential"],
            "name": name,
            "description": preferred(achievement.descriptions),
            "credentialSubject": _present(
                {
                    "id": award.recipient.id,
                    "type": ["AchievementSubject"],
                    "name": award.recipient.name,
                    "identifier": _identifiers(award.recipient),
                    "creditsEarned": _number(achievement.ects),
                    "achievement": _present(
                        {
                            "id": achievement.id,
                            "type": ["Achievement"],
                            "achievementType": achievement.kind,
                            "name": name,
                            "description": preferred(achievement.descriptions),
                            "criteria": _present(
                                {"id": achievement.url, "narrative": narrative.render(award)}
                            ),
                            "image": _image(achievement.image),
                            "creator": _creator(award),
                            "creditsAvailable": _number(achievement.ects),
                            "fieldOfStudy": _label(achievement.isced_f),
                            "inLanguage": _only(achievement.languages),
                            "alignment": _alignments(award),
                            "resultDescription": _result_descriptions(award),
                            "related": [_related(part) for part in award.parts],
                            "tag": list(achievement.tags),
                            "version": achievement.version,
                        }
                    ),
                    "result": _results(award),
                }
            ),
            "issuer": profile(award.issuer.organisation, parent=award.issuer.alliance),
            "awardedDate": format_moment(award.awarded_at),
            "validFrom": format_moment(award.valid_from),
            "validUntil": format_moment(award.valid_until) if award.valid_until else None,
            "credentialStatus": _status(award.status),
            "evidence": _evidence(award),
        }
    )


def _evidence(award: AwardData) -> list[dict[str, Any]]:
    shown = [*map(_shown, award.evidence), *map(_part, award.parts)]
    return [*shown, *mandate.evidence(award.issuer.mandate)]


def _shown(evidence: EvidenceData) -> dict[str, Any]:
    return _present(
        {
            "id": evidence.url,
            "type": ["Evidence"],
            "name": preferred(evidence.titles),
            "description": preferred(evidence.descriptions),
        }
    )


def _part(part: PartData) -> dict[str, Any]:
    """A credential that this one is made of; Open Badges has no other member for one."""
    name = preferred(part.achievement.names)
    return {"id": part.id, "type": ["Evidence"], "name": name, "genre": part.achievement.kind}


def _related(part: PartData) -> dict[str, Any]:
    return {"id": part.achievement.id, "type": ["Related"], "version": part.achievement.version}


def _identifiers(recipient: RecipientData) -> list[dict[str, Any]]:
    """The learner: hashed e-mail for matching, then the name in each script."""
    entries = [_identity("name", name) for name in (recipient.name, recipient.latin_name) if name]
    if recipient.email_hash:
        entries.append(
            _present(
                {
                    "type": "IdentityObject",
                    "hashed": True,
                    "identityHash": recipient.email_hash,
                    "identityType": "emailAddress",
                    "salt": recipient.email_salt,
                }
            )
        )
    return entries


def _identity(identity_type: str, value: str) -> dict[str, Any]:
    return {"type": "IdentityObject", "hashed": False, "identityHash": value, "identityType": identity_type}


def profile(organisation: OrganisationData, *, parent: OrganisationData | None = None) -> dict[str, Any]:
    """The `Profile` of an organisation, as issuer, creator or endorser."""
    return _present(
        {
            "id": organisation.id,
            "type": ["Profile"],
            "name": preferred(organisation.names),
            "url": organisation.url,
            "image": _image(organisation.image),
            "address": _address(organisation.country),
            "otherIdentifier": [_identifier(entry) for entry in organisation.identifiers],
            "parentOrg": profile(parent) if parent and parent.id != organisation.id else None,
        }
    )


def _creator(award: AwardData) -> dict[str, Any] | None:
    """The first awarding body, where that is not the issuer; the narrative names them all."""
    bodies = award.achievement.awarding_bodies
    if not bodies or bodies[0].id == award.issuer.organisation.id:
        return None
    return profile(bodies[0], parent=award.issuer.alliance)


def _identifier(entry: IdentifierData) -> dict[str, Any]:
    return {"type": "IdentifierEntry", "identifier": entry.value, "identifierType": f"ext:{entry.scheme}"}


def _address(country: str) -> dict[str, Any] | None:
    return {"type": ["Address"], "addressCountryCode": country} if country else None


def _image(image: ImageData | None) -> dict[str, Any] | None:
    return _present({"id": image.id, "type": "Image", "caption": image.caption}) if image else None


def _alignments(award: AwardData) -> list[dict[str, Any]]:
    """What corresponds to a node of a published vocabulary."""
    achievement = award.achievement
    assurance = achievement.quality_assurance
    eqf = achievement.eqf_level
    level = ConceptData(iri=f"{_EQF}{eqf}", labels={"en": f"EQF level {eqf}"}) if eqf else None
    concepts = (
        (level, "European Qualifications Framework"),
        (achievement.isced_f, "ISCED-F 2013"),
        (achievement.mode, "European Learning Model: form of participation"),
        (achievement.assessment, "European Learning Model: type of assessment"),
        (award.supervision, SUPERVISION),
        (achievement.supervision, f"{SUPERVISION}, as planned"),
        (assurance.kind if assurance else None, "European Learning Model: type of quality assurance"),
    )
    outcomes = [
        _alignment(ConceptData(iri=outcome.esco, labels=outcome.esco_labels or outcome.texts), "ESCO")
        | {"targetType": "ceasn:Competency"}
        for outcome in achievement.outcomes
        if outcome.esco
    ]
    return [*outcomes, *_bodies(achievement)] + [
        _alignment(concept, framework) for concept, framework in concepts if concept
    ]


def _bodies(achievement: AchievementData) -> list[dict[str, Any]]:
    """All that award, where they are several: Open Badges has no member for more than one."""
    bodies = achievement.awarding_bodies if len(achievement.awarding_bodies) > 1 else ()
    return [_alignment(ConceptData(iri=body.id, labels=body.names), AWARDING_BODY) for body in bodies]


def _alignment(concept: ConceptData, framework: str) -> dict[str, Any]:
    return {
        "type": ["Alignment"],
        "targetName": preferred(concept.labels) or concept.iri,
        "targetUrl": concept.iri,
        "targetFramework": framework,
    }


def _result_descriptions(award: AwardData) -> list[dict[str, Any]]:
    if award.grade is None:
        return []
    return [
        {
            "id": _grade_id(award.achievement),
            "type": ["ResultDescription"],
            "name": FINAL_GRADE,
            "resultType": "Percent",
            "valueMin": "0",
            "valueMax": "100",
        }
    ]


def _results(award: AwardData) -> list[dict[str, Any]]:
    if award.grade is None:
        return []
    value = narrative.percent(award.grade)
    return [{"type": ["Result"], "resultDescription": _grade_id(award.achievement), "value": value}]


def _grade_id(achievement: AchievementData) -> str:
    return f"{achievement.id}#grade"


def _status(status: StatusData | None) -> dict[str, Any] | None:
    """One object, not an array: the schema of Open Badges 3.0 refuses arrays here."""
    if status is None:
        return None
    return {
        "id": f"{status.list_url}#{status.index}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": status.purpose,
        "statusListIndex": str(status.index),
        "statusListCredential": status.list_url,
    }


def _label(concept: ConceptData | None) -> str | None:
    return preferred(concept.labels) if concept else None


def _only(languages: tuple[str, ...]) -> str | None:
    """`inLanguage` holds one language; several are in the narrative."""
    return languages[0] if len(languages) == 1 else None


def _number(value: Decimal | None) -> int | float | None:
    """A JSON number that every JSON-LD processor writes alike: whole ones as integers."""
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)


def _present(members: dict[str, Any]) -> dict[str, Any]:
    """Without members that say nothing: Open Badges forbids nulls and empty sets."""
    return {name: value for name, value in members.items() if value not in (None, "", [], {})}
