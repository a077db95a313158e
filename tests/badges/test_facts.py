"""The elements of 2022/C 243/02, Annex I: where each lies in the record and in both documents.

One table. The facts are read back out of issued documents and must be those of the record.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any, NamedTuple

import pytest
from attrs import evolve

from ingenium_credentials.badges import ob3
from ingenium_credentials.badges.data import AwardData
from ingenium_credentials.badges.moments import format_moment

from .elm_examples import BY_MANDATE, PLAIN, RICH, document, with_achievement

Read = Callable[[Any], Any]


class Element(NamedTuple):
    """What is the same in all three places; `badge` and `digital` read whole documents."""

    number: str
    field: str
    record: Callable[[AwardData], Any]
    digital: Read
    badge: Read


def at(path: str) -> Read:
    """Reads a member of a document; None where it is missing. `*` stands for every item."""

    def read(node: Any) -> Any:
        for place, step in enumerate(path.split(".")):
            if step == "*":
                rest = path.split(".", place + 1)[place + 1 :]
                return [at(rest[0])(item) if rest else item for item in node or ()]
            if node is None:
                return None
            node = node[int(step)] if step.isdigit() else node.get(step)
        return node

    return read


CLAIM = "credentialSubject.hasClaim.0"
ACHIEVEMENT = "credentialSubject.achievement"


def aligned(framework: str) -> Read:
    """The concept that the badge aligns with in a framework."""

    def read(badge: Any) -> Any:
        alignments = at(f"{ACHIEVEMENT}.alignment")(badge) or ()
        found = [entry["targetUrl"] for entry in alignments if entry["targetFramework"] == framework]
        return found[0] if found else None

    return read


def told(texts: Callable[[AwardData], Iterable[str]]) -> Callable[[AwardData, Any], bool]:
    """Whether the narrative of the badge says all of these."""
    return lambda award, badge: all(
        text in at(f"{ACHIEVEMENT}.criteria.narrative")(badge) for text in texts(award)
    )


def alpha_2(iri: str | None) -> str | None:
    return {"ESP": "ES", "FIN": "FI"}[iri[-3:]] if iri else None


SAME = [
    Element(
        "1",
        "recipient.name",
        lambda award: award.recipient.name,
        lambda it: next(iter(it["credentialSubject"]["fullName"].values())),
        at("credentialSubject.name"),
    ),
    Element(
        "2",
        "achievement.names",
        lambda award: ("DEMONSTRATION — " if award.demonstration else "") + award.achievement.names["en"],
        at(f"{CLAIM}.specifiedBy.title.en"),
        at(f"{ACHIEVEMENT}.name"),
    ),
    Element(
        "3",
        "issuer.organisation.country",
        lambda award: award.issuer.organisation.country,
        lambda it: alpha_2(at("issuer.location.0.address.0.countryCode.id")(it)),
        at("issuer.address.addressCountryCode"),
    ),
    Element(
        "5 (award)",
        "awarded_at",
        lambda award: format_moment(award.awarded_at),
        at(f"{CLAIM}.awardedBy.awardingDate"),
        at("awardedDate"),
    ),
    Element(
        "5 (validity)",
        "valid_from, valid_until",
        lambda award: [
            format_moment(moment) for moment in (award.valid_from, award.valid_until) if moment is not None
        ],
        lambda it: [it[name] for name in ("validFrom", "validUntil") if name in it],
        lambda it: [it[name] for name in ("validFrom", "validUntil") if name in it],
    ),
    Element(
        "6 (skills)",
        "achievement.outcomes[].esco",
        lambda award: [outcome.esco for outcome in award.achievement.outcomes if outcome.esco],
        lambda it: [
            skill["id"]
            for outcome in at(f"{CLAIM}.specifiedBy.learningOutcome")(it) or ()
            for skill in outcome.get("relatedESCOSkill", ())
        ],
        lambda it: [
            entry["targetUrl"]
            for entry in at(f"{ACHIEVEMENT}.alignment")(it) or ()
            if entry["targetFramework"] == "ESCO"
        ],
    ),
    Element(
        "7 (ECTS)",
        "achievement.ects",
        lambda award: award.achievement.ects,
        lambda it: _decimal(
            at(f"{CLAIM}.creditReceived.0.point")(it) if at(f"{CLAIM}.creditReceived")(it) else None
        ),
        lambda it: _decimal(at("credentialSubject.creditsEarned")(it)),
    ),
    Element(
        "8",
        "achievement.eqf_level",
        lambda award: _level(award.achievement.eqf_level),
        at(f"{CLAIM}.specifiedBy.eqfLevel.id"),
        aligned("European Qualifications Framework"),
    ),
    Element(
        "9",
        "achievement.assessment",
        lambda award: _iri(award.achievement.assessment),
        lambda it: at("specifiedBy.dcType.id")(_first(at(f"{CLAIM}.provenBy")(it))),
        aligned("European Learning Model: type of assessment"),
    ),
    Element(
        "10",
        "achievement.mode",
        lambda award: _iri(award.achievement.mode),
        lambda it: at("id")(_first(at(f"{CLAIM}.specifiedBy.mode")(it))),
        aligned("European Learning Model: form of participation"),
    ),
    Element(
        "11",
        "achievement.quality_assurance",
        lambda award: _iri(award.achievement.quality_assurance and award.achievement.quality_assurance.kind),
        lambda it: at("dcType.id")(_first(at(f"{CLAIM}.specifiedBy.accreditation")(it))),
        aligned("European Learning Model: type of quality assurance"),
    ),
    Element(
        "b",
        "supervision",
        lambda award: _iri(award.supervision),
        lambda it: at("idVerification.id")(_first(at(f"{CLAIM}.provenBy")(it))),
        aligned("European Learning Model: supervision and identity verification"),
    ),
    Element(
        "field",
        "achievement.isced_f",
        lambda award: _iri(award.achievement.isced_f),
        lambda it: at("id")(_first(at(f"{CLAIM}.specifiedBy.thematicArea")(it))),
        aligned("ISCED-F 2013"),
    ),
    Element(
        "evidence",
        "evidence[].url, parts[].id",
        lambda award: [*(entry.url for entry in award.evidence), *(part.id for part in award.parts)],
        lambda it: [
            *(at(f"{CLAIM}.supplementaryDocument.*.contentURL")(it) or ()),
            *(at(f"{CLAIM}.hasPart.*.identifier.0.notation")(it) or ()),
        ],
        lambda it: at("evidence.*.id")(it) or [],
    ),
    Element(
        "status",
        "status",
        lambda award: award.status and f"{award.status.list_url}#{award.status.index}",
        at("credentialStatus.id"),
        at("credentialStatus.id"),
    ),
]

TOLD: list[tuple[str, str, Callable[[AwardData], list[str]], Callable[[Any], list[str]]]] = [
    (
        "4",
        "achievement.awarding_bodies",
        lambda award: [body.names["en"] for body in award.achievement.awarding_bodies],
        lambda it: at(f"{CLAIM}.awardedBy.awardingBody.*.legalName.en")(it),
    ),
    (
        "6",
        "achievement.outcomes",
        lambda award: [outcome.texts["en"] for outcome in award.achievement.outcomes],
        lambda it: at(f"{CLAIM}.specifiedBy.learningOutcome.*.title.en")(it) or [],
    ),
    (
        "7 (hours)",
        "achievement.hours",
        lambda award: [str(award.achievement.hours)] if award.achievement.hours else [],
        lambda it: [
            hours.removeprefix("PT").removesuffix("H")
            for hours in [at(f"{CLAIM}.specifiedBy.volumeOfLearning")(it)]
            if hours
        ],
    ),
    (
        "a",
        "achievement.prerequisites",
        lambda award: [award.achievement.prerequisites["en"]] if award.achievement.prerequisites else [],
        lambda it: [
            text for text in [at(f"{CLAIM}.specifiedBy.entryRequirement.noteLiteral.en")(it)] if text
        ],
    ),
    (
        "criteria, d and e",
        "achievement.criteria, .stackability, .further_information",
        lambda award: [
            texts["en"]
            for texts in (
                award.achievement.criteria,
                award.achievement.stackability,
                award.achievement.further_information,
            )
            if texts
        ],
        lambda it: [
            note["noteLiteral"]["en"]
            for note in at(f"{CLAIM}.specifiedBy.additionalNote")(it)
            if not note["subject"]["prefLabel"]["en"].startswith(("QF-EHEA", "Supervision"))
        ],
    ),
]

AWARDS = {
    "plain": PLAIN,
    "rich": RICH,
    "by-mandate": BY_MANDATE,
    "other": evolve(
        with_achievement(RICH, eqf_level=7, ects=Decimal(3), mode=None), supervision=None, demonstration=False
    ),
}


@pytest.mark.parametrize("award", AWARDS.values(), ids=AWARDS)
@pytest.mark.parametrize("element", SAME, ids=[f"{element.number} {element.field}" for element in SAME])
def test_both_documents_state_the_fact_of_the_record(award: AwardData, element: Element) -> None:
    fact = element.record(award)

    assert element.digital(document(award)) == fact
    assert element.badge(ob3.render(award)) == fact


@pytest.mark.parametrize("award", AWARDS.values(), ids=AWARDS)
@pytest.mark.parametrize(
    ("texts", "digital"), [row[2:] for row in TOLD], ids=[f"{row[0]} {row[1]}" for row in TOLD]
)
def test_what_the_badge_can_only_tell_both_documents_say(
    award: AwardData, texts: Callable[[AwardData], list[str]], digital: Callable[[Any], list[str]]
) -> None:
    assert digital(document(award)) == texts(award)
    assert told(texts)(award, ob3.render(award))


def test_grade_is_the_same_number() -> None:
    digital = at(f"{CLAIM}.provenBy.0.grade.noteLiteral.en")(document(RICH))

    assert digital == f"{ob3.render(RICH)['credentialSubject']['result'][0]['value']} %" == "87.5 %"


def test_all_eleven_elements_are_in_the_table() -> None:
    numbers = {row.number.split()[0] for row in SAME} | {row[0].split()[0] for row in TOLD}

    assert {str(number) for number in range(1, 12)} <= numbers


def _iri(concept: Any) -> str | None:
    return concept.iri if concept else None


def _level(level: int | None) -> str | None:
    return f"http://data.europa.eu/snb/eqf/{level}" if level else None


def _decimal(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def _first(nodes: Any) -> Any:
    return nodes[0] if nodes else None
