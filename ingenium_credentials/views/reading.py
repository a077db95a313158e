"""What a signed document says, for a page: read from it alone, whoever issued it.

Call it with a document only whose proof has passed. It may still hold anything in any
place: what is not of the expected kind is left out, and no address in it is followed.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from .. import concepts
from ..badges import edc_facts
from ..badges.data import ConceptData, LanguageMap
from ..badges.errors import CredentialError
from ..badges.moments import parse_moment
from ..badges.ob3 import AWARDING_BODY, FINAL_GRADE
from . import wording
from .facts import Fact, Facts, Outcome, Party, Text, concept, level, rows, say, sections, workload

__all__ = ["of_document"]

_LONGEST = 4000
_MOST = 50
_SNB = "http://data.europa.eu/snb/"
_EQF = f"{_SNB}eqf/"
_PLANNED = ", as planned"
_LABELS = {
    "eqf": gettext_lazy("Level"),
    "isced-f": gettext_lazy("Field of study"),
    "learning-assessment": gettext_lazy("Form of participation"),
    "assessment": gettext_lazy("Assessment"),
    "supervision-verification": gettext_lazy("Supervision and identity check"),
    "accreditation": gettext_lazy("Quality assurance"),
    _PLANNED: gettext_lazy("Supervision and identity check, as planned"),
}
"""What a concept says, by the European vocabulary that it is from."""
_ESCO = "http://data.europa.eu/esco/"
_DEMONSTRATION = "DEMONSTRATION"


def of_document(document: Mapping[str, Any]) -> Facts:
    """The facts of a verified credential: an Open Badge, or another one as far as it has a title."""
    if "EuropeanDigitalCredential" in _list(document.get("type")):
        return _of_european(document)
    subject = _object(document.get("credentialSubject"))
    achievement = _object(subject.get("achievement"))
    issuer = _object(document.get("issuer"))
    name = _text(document.get("name")) or _text(achievement.get("name"))
    names = _holder_names(subject)
    return Facts(
        title=Text(name or _("Untitled credential")),
        kind=wording.kind(_text(achievement.get("achievementType")) or _("Credential")),
        description=Text(_text(achievement.get("description")) or _text(document.get("description"))),
        holder=names[0] if names else "",
        holder_latin=names[1] if len(names) > 1 else "",
        issuer=_party(issuer, document.get("issuer")),
        alliance=_party(_object(issuer.get("parentOrg")), issuer.get("parentOrg")),
        awarding=tuple(_awarding(achievement)),
        awarded_at=_moment(document, "awardedDate", "validFrom", "issuanceDate"),
        valid_until=_moment(document, "validUntil", "expirationDate"),
        table=tuple(_table(subject, achievement)),
        outcomes=tuple(_outcomes(achievement)),
        narrative=_text(_object(achievement.get("criteria")).get("narrative"), 50_000),
        tags=tuple(filter(None, map(_text, _list(achievement.get("tag"))))),
        technical=tuple(_technical(document, subject, achievement)),
        demonstration=name.startswith(_DEMONSTRATION),
    )


def _of_european(document: Mapping[str, Any]) -> Facts:
    """As far as an EDC says it simply, in the language that suits the reader."""
    found = edc_facts.summary(document)
    holders = list(dict.fromkeys(text for text in found.holder.values() if text))
    return Facts(
        title=say(found.title) or Text(_("Untitled credential")),
        kind=wording.kind(_("European Digital Credential")),
        description=say(found.description),
        holder=holders[0] if holders else "",
        holder_latin=holders[1] if len(holders) > 1 else "",
        issuer=Party(name=say(found.issuer)) if found.issuer else None,
        awarding=tuple(Party(name=say(names)) for names in found.awarding),
        awarded_at=found.awarded_at or _moment(document, "validFrom", "issuanceDate"),
        valid_until=_moment(document, "validUntil", "expirationDate"),
        table=tuple(_european_table(found)),
        outcomes=tuple(Outcome(text=say(entry.texts), esco=entry.esco) for entry in found.outcomes),
        sections=sections(
            criteria=found.criteria,
            prerequisites=found.prerequisites,
            stackability=found.stackability,
            further=found.further,
        ),
        technical=tuple(_technical(document, {}, {})),
        demonstration=say(found.title).value.startswith(_DEMONSTRATION),
    )


def _european_table(found: edc_facts.Summary) -> Iterator[Fact]:
    """In the order of our own records, so that both pages read alike."""
    assessments = found.assessments
    ects = next((credit.points for credit in found.credits if credit.is_ects), None)
    yield from rows((_("Workload"), workload(ects, found.hours)))
    for credit in found.credits:
        if not credit.is_ects:
            parts = (number_format(credit.points.normalize()), concept(credit.framework).value)
            yield Fact(label=_("Credits"), text=Text(" ".join(filter(None, parts))))
    yield from level(found.eqf_level)
    yield from rows(
        (_("Assessment"), _joined(concept(entry.kind) or say(entry.title) for entry in assessments)),
        (_("Supervision and identity check, as planned"), _planned(found.planned_supervision)),
        (_("Form of participation"), _joined(map(concept, found.modes))),
        (_("Field of study"), _joined(map(concept, found.fields))),
        (_("Language of instruction"), _joined(map(concept, found.languages))),
    )
    for assurance in found.assurances:
        text = _joined((concept(assurance.kind), say(assurance.agency)))
        if text or assurance.report_url:
            yield Fact(label=_("Quality assurance"), text=text or Text(_("Report")), url=assurance.report_url)
    happened = (concept(entry.supervision) for entry in assessments)
    yield from rows((_("Supervision and identity check"), _joined(happened)))
    yield from _grades(assessments)


def _planned(texts: LanguageMap) -> Text:
    """A note of free text; where it is a label of the list, in the reader's language."""
    said = say(texts)
    return _worded("supervision-verification", said.value) if said.language == "en" else said


def _worded(scheme: str, label: str) -> Text:
    """A published English label in the reader's language; other words as they are."""
    return Text(concepts.worded(scheme, label, get_language() or "en") or label)


def _grades(assessments: Sequence[edc_facts.Assessment]) -> Iterator[Fact]:
    """The only grade is the final one; of several, each is that of its own assessment."""
    graded = [entry for entry in assessments if entry.grade]
    for entry in graded:
        title = say(entry.title).value if len(graded) > 1 else _("Final grade")
        yield Fact(label=title or _("Result"), text=say(entry.grade))


def _joined(texts: Iterable[Text]) -> Text:
    """Each once; the language only where it is that of all."""
    found = list(dict.fromkeys(filter(None, texts)))
    languages = {text.language for text in found}
    return Text(", ".join(text.value for text in found), languages.pop() if len(languages) == 1 else "")


def _holder_names(subject: Mapping[str, Any]) -> list[str]:
    """The name as it stands on the subject, then the other ones among its identifiers."""
    identifiers = (_object(entry) for entry in _list(subject.get("identifier")))
    named = (
        _text(entry.get("identityHash"))
        for entry in identifiers
        if entry.get("hashed") is False and _text(entry.get("identityType")).lower() in ("name", "ext:name")
    )
    return list(dict.fromkeys(filter(None, (_text(subject.get("name")), *named))))


def _party(profile: Mapping[str, Any], bare: object = None) -> Party | None:
    name = _text(profile.get("name")) or _text(profile.get("id")) or _text(bare)
    if not name:
        return None
    address = _object(profile.get("address"))
    identifiers = (_object(entry) for entry in _list(profile.get("otherIdentifier")))
    return Party(
        name=Text(name),
        country=wording.country(_text(address.get("addressCountryCode"))),
        url=_https(profile.get("url")),
        identifiers=tuple(filter(None, map(_identifier, identifiers))),
    )


def _identifier(entry: Mapping[str, Any]) -> str:
    kind = _text(entry.get("identifierType")).removeprefix("ext:")
    return " ".join(filter(None, (kind, _text(entry.get("identifier")))))


def _table(subject: Mapping[str, Any], achievement: Mapping[str, Any]) -> Iterator[Fact]:
    earned, available = _number(subject.get("creditsEarned")), _number(achievement.get("creditsAvailable"))
    field = _text(achievement.get("fieldOfStudy"))
    yield from rows(
        (_("Credits"), Text(earned or available)),
        (_("Field of study"), _worded("isced-f", field)),
        (_("Language of instruction"), Text(_spoken(achievement.get("inLanguage")))),
    )
    for result in map(_object, _list(subject.get("result"))[:_MOST]):
        if value := _text(result.get("value")):
            yield _result(achievement, result, value)
    for alignment in map(_object, _list(achievement.get("alignment"))[:_MOST]):
        name = _text(alignment.get("targetName"))
        if name and name != field and not _is_outcome(alignment) and not _is_body(alignment):
            yield _aligned(alignment)


def _aligned(alignment: Mapping[str, Any]) -> Fact:
    target, name = _text(alignment.get("targetUrl")), _text(alignment.get("targetName"))
    found = re.fullmatch(re.escape(_EQF) + "([1-8])", target)
    if found and name == f"EQF level {found[1]}":
        return next(level(int(found[1])))
    hint = wording.level(int(found[1])) if found else ""
    scheme = target.removeprefix(_SNB).partition("/")[0] if target.startswith(_SNB) else ""
    if _text(alignment.get("targetFramework")).endswith(_PLANNED):
        # A plan is not what happened to this learner.
        scheme = _PLANNED
    label = str(_LABELS.get(scheme, "")) or _text(alignment.get("targetFramework")) or _("Corresponds to")
    said = concepts.name(ConceptData(iri=target, labels={"en": name}), get_language() or "en")
    return Fact(label=label, text=Text(said or name), hint=hint)


def _is_body(alignment: Mapping[str, Any]) -> bool:
    return alignment.get("targetFramework") == AWARDING_BODY


def _awarding(achievement: Mapping[str, Any]) -> Iterator[Party]:
    """Those of a joint award, else the one that made the achievement."""
    alignments = map(_object, _list(achievement.get("alignment"))[:_MOST])
    names = [_text(entry.get("targetName")) for entry in alignments if _is_body(entry)]
    creator = _party(_object(achievement.get("creator")))
    if names:
        yield from (Party(name=Text(name)) for name in names if name)
    elif creator:
        yield creator


def _is_outcome(alignment: Mapping[str, Any]) -> bool:
    return _text(alignment.get("targetUrl")).startswith(_ESCO)


def _outcomes(achievement: Mapping[str, Any]) -> Iterator[Outcome]:
    for alignment in map(_object, _list(achievement.get("alignment"))[:_MOST]):
        if _is_outcome(alignment):
            yield Outcome(
                text=Text(_text(alignment.get("targetName"))), esco=_text(alignment.get("targetUrl"))
            )


def _result(achievement: Mapping[str, Any], result: Mapping[str, Any], value: str) -> Fact:
    wanted = result.get("resultDescription")
    described = map(_object, _list(achievement.get("resultDescription"))[:_MOST])
    found = next((entry for entry in described if entry.get("id") == wanted), {})
    unit = " %" if found.get("resultType") == "Percent" else ""
    name = _text(found.get("name"))
    label = _("Final grade") if name == FINAL_GRADE else name or _("Result")
    return Fact(label=label, text=Text(f"{value}{unit}"))


def _technical(
    document: Mapping[str, Any], subject: Mapping[str, Any], achievement: Mapping[str, Any]
) -> Iterator[Fact]:
    status = _object(document.get("credentialStatus"))
    issuer = document.get("issuer")
    pairs = (
        (_("Credential"), document.get("id")),
        (_("Issuer"), _object(issuer).get("id") or issuer),
        (_("Recipient"), subject.get("id")),
        (_("Definition"), achievement.get("id")),
        (_("Version"), achievement.get("version")),
        (_("Place in the status list"), status.get("id")),
    )
    for label, value in pairs:
        if text := _text(value):
            yield Fact(label=label, text=Text(text))


def _spoken(value: object) -> str:
    return ", ".join(wording.language(tag) for tag in map(_text, _list(value)[:_MOST]) if tag)


def _moment(document: Mapping[str, Any], *names: str) -> dt.datetime | None:
    for name in names:
        try:
            return parse_moment(document[name])
        except (KeyError, CredentialError, TypeError, ValueError):
            continue
    return None


def _object(value: object) -> Mapping[str, Any]:
    """The object, or the first of several, or an empty one."""
    first = value[0] if isinstance(value, list) and value else value
    return first if isinstance(first, dict) else {}


def _list(value: object) -> Sequence[object]:
    if value is None:
        return ()
    return value if isinstance(value, list) else (value,)


def _text(value: object, longest: int = _LONGEST) -> str:
    return value[:longest].strip() if isinstance(value, str) else ""


def _number(value: object) -> str:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    # The document does not say of which kind its credits are, so neither do we.
    return f"{value:g}" if is_number else ""


def _https(value: object) -> str:
    address = _text(value)
    return address if address.startswith("https://") else ""
