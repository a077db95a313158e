"""What a European Digital Credential says of a learner's achievement, whoever wrote it.

Reads the first claim alone, and of that what a page can show in a line. The document may
hold anything in any place: what is not of the expected kind, too long or beyond the first
fifty is left out, and no address in it is followed. Hidden here: which members of the
European Learning Model say each thing, and that many may stand at several places.
"""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from itertools import islice
from typing import Any

from attrs import frozen

from . import elm_terms, vocabularies
from .conformance import members
from .data import ConceptData, LanguageMap
from .elm_words import words
from .errors import MalformedCredential
from .moments import parse_moment

__all__ = ["Assessment", "Assurance", "Credit", "Outcome", "Summary", "claims", "summary"]

_MOST = 50
_LONGEST = 4000
_LONGEST_TAG = 35
"""BCP 47 recommends room for that many characters."""
_EQF = re.compile(r"http://data\.europa\.eu/snb/eqf/([1-8])")
_HOURS = re.compile(r"PT([0-9]{1,5})H(?:0+M)?(?:0+S)?")
_POINTS = re.compile(r"[0-9]{1,5}(?:\.[0-9]{1,4})?")
_ESCO = re.compile(re.escape(elm_terms.ESCO_SKILL) + r"[0-9a-f-]{36}")
_LISTS = (
    "assessment",
    "accreditation",
    "education-credit",
    "isced-f",
    "language",
    "mode",
    "supervision-verification",
)
"""The published lists whose labels help where a document has none for the reader."""

_Node = Mapping[str, Any]


@frozen(kw_only=True)
class Credit:
    """Points of a system of credits; None where the document does not name a system."""

    points: Decimal
    framework: ConceptData | None

    @property
    def is_ects(self) -> bool:
        """Whether they are points of the European Credit Transfer System."""
        ects = vocabularies.find("education-credit", elm_terms.ECTS)
        return self.framework is not None and self.framework.iri == ects.iri


@frozen(kw_only=True)
class Assessment:
    """How the learner was assessed, and with what result; any part may be empty."""

    title: LanguageMap
    kind: ConceptData | None
    grade: LanguageMap
    supervision: ConceptData | None


@frozen(kw_only=True)
class Outcome:
    """What the holder can do; `esco` is the address of an ESCO skill or empty."""

    texts: LanguageMap
    esco: str


@frozen(kw_only=True)
class Assurance:
    """By whom the quality was assured; `report_url` is an https address or empty."""

    kind: ConceptData | None
    agency: LanguageMap
    report_url: str


@frozen(kw_only=True)
class Summary:
    """What an EDC says, as far as it says it simply; texts are maps by language, perhaps empty."""

    title: LanguageMap
    description: LanguageMap
    holder: LanguageMap
    issuer: LanguageMap
    awarding: tuple[LanguageMap, ...]
    awarded_at: dt.datetime | None
    credits: tuple[Credit, ...]
    hours: int | None
    """Whole hours of learning; a duration in days or months is not said in hours."""
    eqf_level: int | None
    fields: tuple[ConceptData, ...]
    modes: tuple[ConceptData, ...]
    languages: tuple[ConceptData, ...]
    outcomes: tuple[Outcome, ...]
    assessments: tuple[Assessment, ...]
    planned_supervision: LanguageMap
    assurances: tuple[Assurance, ...]
    criteria: LanguageMap
    prerequisites: LanguageMap
    stackability: LanguageMap
    further: LanguageMap


def summary(document: _Node) -> Summary:
    """What is certified, to whom and by whom; never raises, whatever JSON the document is."""
    subject = _node(document, "credentialSubject")
    claim = next(claims(document), {})
    process, offer = _node(claim, "awardedBy"), _node(claim, "specifiedBy")
    activities = [claim, *_nodes(claim, "influencedBy")]
    specified = [offer, *(_node(activity, "specifiedBy") for activity in activities[1:])]
    return Summary(
        title=_texts(claim.get("title")),
        description=_texts(claim.get("description")),
        holder=_texts(subject.get("fullName")) or _composed(subject),
        issuer=_texts(_node(document, "issuer").get("legalName")),
        awarding=_some(_texts(body.get("legalName")) for body in _nodes(process, "awardingBody")),
        awarded_at=_moment(process.get("awardingDate")),
        credits=_credits(claim, "creditReceived") or _credits(offer, "creditPoint"),
        hours=_hours([claim.get("workload"), offer.get("volumeOfLearning")], activities[1:]),
        eqf_level=_level(offer),
        fields=_concepts([offer], "thematicArea"),
        modes=_concepts(specified, "mode"),
        languages=_concepts(specified, "language"),
        outcomes=tuple(_outcomes(offer)),
        assessments=tuple(map(_assessment, _nodes(claim, "provenBy"))),
        planned_supervision=_note(offer, "planned-supervision"),
        assurances=tuple(map(_assurance, _nodes(offer, "accreditation"))),
        criteria=_note(offer, "criteria"),
        prerequisites=_texts(_node(offer, "entryRequirement").get("noteLiteral")),
        stackability=_note(offer, "stackability"),
        further=_note(offer, "further"),
    )


def claims(document: _Node) -> Iterator[_Node]:
    """Everything that the document claims of those it is about."""
    for subject in members(document, "credentialSubject"):
        if isinstance(subject, dict):
            yield from (claim for claim in members(subject, "hasClaim") if isinstance(claim, dict))


def _composed(person: _Node) -> LanguageMap:
    names = [_texts(person.get(name)) for name in ("givenName", "familyName")]
    return {"": " ".join(filter(None, (next(iter(texts.values()), "") for texts in names)))}


def _credits(node: _Node, name: str) -> tuple[Credit, ...]:
    found = []
    for entry in _nodes(node, name):
        points = _points(entry.get("point"))
        if points is not None:
            framework = next(iter(_concepts([entry], "framework")), None)
            found.append(Credit(points=points, framework=framework))
    return tuple(found)


def _points(value: object) -> Decimal | None:
    """The model wants a text; others write a number."""
    # Compared before it is written: Python refuses to write numbers of many thousand digits.
    is_number = isinstance(value, int | float) and 0 <= value < 100_000
    text = str(value) if is_number else value
    return Decimal(text) if isinstance(text, str) and _POINTS.fullmatch(text) else None


def _hours(said: Iterable[object], activities: list[_Node]) -> int | None:
    """As said of the whole, else of the only activity: several may overlap, so nothing is added up."""
    alone = activities if len(activities) == 1 else []
    within = [value for node in alone for value in (node.get("workload"), _volume(node))]
    texts = (value for value in (*said, *within) if isinstance(value, str))
    return next((int(found[1]) for found in map(_HOURS.fullmatch, texts) if found), None)


def _volume(activity: _Node) -> object:
    return _node(activity, "specifiedBy").get("volumeOfLearning")


def _level(offer: _Node) -> int | None:
    found = (_EQF.fullmatch(_address(entry.get("id"))) for entry in _nodes(offer, "eqfLevel"))
    return next((int(level[1]) for level in found if level), None)


def _outcomes(offer: _Node) -> Iterator[Outcome]:
    for entry in _nodes(offer, "learningOutcome"):
        skill = _address(_node(entry, "relatedESCOSkill").get("id"))
        if texts := _texts(entry.get("title")):
            yield Outcome(texts=texts, esco=skill if _ESCO.fullmatch(skill) else "")


def _assessment(node: _Node) -> Assessment:
    title = _texts(node.get("title"))
    return Assessment(
        # That an assessment is one says nothing.
        title={} if _is_word("assessment", title) else title,
        kind=next(iter(_concepts([_node(node, "specifiedBy")], "dcType")), None),
        grade=_texts(_node(node, "grade").get("noteLiteral")),
        supervision=next(iter(_concepts([node], "idVerification")), None),
    )


def _assurance(node: _Node) -> Assurance:
    url = _address(_node(node, "report").get("contentURL"))
    return Assurance(
        kind=next(iter(_concepts([node], "dcType")), None),
        agency=_texts(_node(node, "accreditingAgent").get("legalName")),
        report_url=url if url.startswith("https://") else "",
    )


def _note(offer: _Node, about: str) -> LanguageMap:
    """The note whose subject is that word of ours: the model has no member for it."""
    for note in _nodes(offer, "additionalNote"):
        if _is_word(about, _texts(_node(note, "subject").get("prefLabel"))):
            return _texts(note.get("noteLiteral"))
    return {}


def _is_word(key: str, texts: LanguageMap) -> bool:
    known = words(key, tuple(texts))
    return any(texts.get(tag) == word for tag, word in known.items())


def _concepts(nodes: Iterable[_Node], name: str) -> tuple[ConceptData, ...]:
    """Each once. Of a concept in a published list its labels count, whatever the document calls it."""
    found: dict[str, ConceptData] = {}
    for entry in (entry for node in nodes for entry in _nodes(node, name)):
        iri = _address(entry.get("id"))
        labels = _published().get(iri) or _texts(entry.get("prefLabel"))
        if iri or labels:
            key = iri or next(iter(labels.values()))
            found.setdefault(key, ConceptData(iri=iri, labels=labels))
    return tuple(islice(found.values(), _MOST))


@functools.cache
def _published() -> Mapping[str, LanguageMap]:
    listed = (vocabularies.vocabulary(name) for name in _LISTS)
    return {concept.iri: concept.labels for one in listed for concept in one.concepts}


def _texts(value: object) -> dict[str, str]:
    """A language map as far as it is one; the first text of several."""
    found = {}
    for tag, text in islice(value.items(), _MOST) if isinstance(value, dict) else ():
        first = text[0] if isinstance(text, list) and text else text
        if isinstance(first, str) and first.strip() and len(tag) <= _LONGEST_TAG:
            found[tag] = first[:_LONGEST].strip()
    return found


def _some(found: Iterable[LanguageMap]) -> tuple[LanguageMap, ...]:
    return tuple(filter(None, found))


def _moment(value: object) -> dt.datetime | None:
    try:
        return parse_moment(value)
    except MalformedCredential:
        return None


def _address(value: object) -> str:
    return value if isinstance(value, str) and len(value) <= _LONGEST else ""


def _nodes(node: _Node, name: str) -> list[_Node]:
    return [entry for entry in members(node, name)[:_MOST] if isinstance(entry, dict)]


def _node(node: _Node, name: str) -> _Node:
    """The first object, or an empty one."""
    return next(iter(_nodes(node, name)), {})
