"""The document of an award, and the picture of a definition, in any language of the alliance.

Hides which facts stand where, how they are said in a language, and that a definition is
drawn once for each language. The document is made anew for each reader and kept nowhere.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Any, TypeVar

from attrs import evolve
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from .. import branding, concepts
from ..artwork import badge_svg
from ..badges import vocabularies
from ..badges.data import (
    AchievementData,
    AwardData,
    ConceptData,
    IssuerMode,
    LanguageMap,
    QualityAssuranceData,
    preferred,
)
from ..badges.errors import UnknownCode
from ..conf import conf
from ..document import (
    Attachment,
    DocumentData,
    Party,
    Row,
    Section,
    Words,
    document_pdf,
    document_png,
    fingerprint,
)
from ..models import Achievement, AchievementPicture, Award, Organisation
from ..typesetting import Undrawable, initials, labels
from . import pictures
from .branding import ALLIANCE_BOX, EMBLEM_BOX, emblem_of, logo_box, mark_of
from .errors import NotReady
from .languages import told_languages
from .record import (
    achievement_data,
    award_data,
    awarding_bodies,
    common,
    issuer_data,
    organisation_data,
)

__all__ = ["document", "document_data", "document_fingerprint", "document_image", "document_images"]

Labels = dict[str, Any]
Drawn = TypeVar("Drawn")
_ATTACHED = (("ob3", "credential.json"), ("elm", "credential.elm.jsonld"))


def document(award: Award, language: str) -> bytes:
    """The document as PDF, with the signed credential inside; raises `NotReady`.

    The same award, language and logos give the same bytes.
    """
    return _drawn(document_pdf, document_data(award, language))


def document_fingerprint(award: Award, language: str) -> str:
    """A hash that changes when the document does, without making it; raises `NotReady`."""
    return _drawn(fingerprint, document_data(award, language))


def _drawn(make: Callable[[DocumentData], Drawn], data: DocumentData) -> Drawn:
    try:
        return make(data)
    except Undrawable as error:
        raise NotReady(_("The document has no letters for this name; the other files have it.")) from error


def document_data(award: Award, language: str) -> DocumentData:
    """What the document of an issued award says; raises `NotReady`."""
    shared, words = common(award.achievement_id, award.issuer_id), dict(labels(language))
    record = award_data(award, shared)
    achievement = record.achievement
    return DocumentData(
        holder=record.recipient.name,
        holder_latin=record.recipient.latin_name,
        highlights=tuple(_highlights(achievement, record, words)),
        rows=tuple(_rows(achievement, record, language, words)),
        sections=tuple(_sections(achievement, language, words)),
        technical=(
            Row(words["credential"], Words(record.id)),
            Row(words["issuer"], Words(record.issuer.organisation.id)),
        ),
        address=record.id,
        made_at=award.issued_at or award.awarded_at,
        attachments=tuple(_attachments(award, words)),
        **_definition(shared.achievement, achievement, language, words),
    )


def document_image(achievement: Achievement, language: str) -> bytes:
    """The first page as PNG without a holder: drawn once for each version and language."""
    kept = AchievementPicture.objects.filter(achievement=achievement, language=language).first()
    if kept is not None:
        return bytes(kept.png)
    png = document_png(_image_data(achievement, language))
    try:
        with transaction.atomic():
            AchievementPicture.objects.create(
                achievement=achievement, language=language, png=png, sha256=hashlib.sha256(png).hexdigest()
            )
    except IntegrityError:
        # Drawn by somebody else in this moment: theirs counts.
        return bytes(AchievementPicture.objects.get(achievement=achievement, language=language).png)
    return png


def document_images(achievement: Achievement) -> dict[str, bytes]:
    """The picture in each language that the definition is told in: the complete ones."""
    told = told_languages(achievement)
    return {tag: document_image(achievement, tag) for tag in told if achievement.names.get(tag)}


def _image_data(achievement: Achievement, language: str) -> DocumentData:
    data, words = achievement_data(achievement), dict(labels(language))
    shown = tuple(_rows(data, None, language, words))
    wanted = {words[name] for name in ("workload", "level", "participation", "assessment")}
    return DocumentData(
        highlights=tuple(row for row in shown if row.label in wanted),
        address=data.url,
        **_definition(achievement, data, language, words),
    )


def _definition(
    row: Achievement, achievement: AchievementData, language: str, words: Labels
) -> dict[str, Any]:
    """What the document of an award and the picture of its definition have in common."""
    issuer, record = row.issuer, issuer_data(row.issuer)
    shown = branding.appearing(record.mode, issuer=issuer.organisation, awarding=awarding_bodies(row))
    signer = None
    if record.mode is IssuerMode.MANDATE or len(shown) > 1:
        label = "signed_by_mandate" if record.mode is IssuerMode.MANDATE else "signed_by"
        signer = Row(words[label], _said(record.organisation.names, language))
    return {
        "language": language,
        "labels": words,
        "title": _said(achievement.names, language),
        "kind": words["kind" if achievement.kind == "MicroCredential" else "other_kind"],
        "awarding": tuple(_party(body, language, logo_box(len(shown))) for body in shown),
        "alliance": _party(issuer.alliance, language, ALLIANCE_BOX) if issuer.alliance else None,
        "signer": signer,
        "badge_svg": badge_svg(pictures.badge(row, language)),
        "emblem": emblem_of((issuer.alliance, *shown), language, EMBLEM_BOX),
        "primary": conf.BRAND_PRIMARY,
        "accent": conf.BRAND_ACCENT,
        "ink": conf.BRAND_INK,
        "demonstration": conf.DEMONSTRATION,
    }


def _party(organisation: Organisation, language: str, box: tuple[float, float]) -> Party:
    data = organisation_data(organisation)
    return Party(
        name=_said(data.names, language),
        place=_coded("country", data.country, language),
        initials=initials(preferred(data.names, language)),
        mark=mark_of(organisation, language, box),
    )


def _attachments(award: Award, words: Labels) -> Iterator[Attachment]:
    stored = {credential.format: credential for credential in award.credentials.all()}
    for form, name in _ATTACHED:
        if form in stored:
            found = stored[form]
            yield Attachment(name, found.media_type, bytes(found.body), words["attachment"])


def _highlights(achievement: AchievementData, record: AwardData, words: Labels) -> Iterator[Row]:
    yield Row(words["awarded_on"], Words(_day(record.awarded_at, words)))
    yield from _present(words["workload"], Words(_workload(achievement, words)))
    yield from _present(words["level"], Words(_level(achievement)))
    yield from _present(words["grade"], Words(_grade(record, words)))
    if record.valid_until:
        yield Row(words["valid_until"], Words(_day(record.valid_until, words)))


def _rows(
    achievement: AchievementData, record: AwardData | None, language: str, words: Labels
) -> Iterator[Row]:
    """The elements of Annex I that fit in a line."""
    if record is not None:
        yield Row(words["awarded_on"], Words(_day(record.awarded_at, words)))
        place = _coded("country", record.issuer.organisation.country, language)
        yield from _present(words["country"], Words(place))
    # What happened, if somebody has said so: the picture of a definition and the plan say nothing of it.
    supervision = record.supervision if record else None
    yield from _present(words["workload"], Words(_workload(achievement, words)))
    yield from _present(words["level"], Words(_level(achievement)))
    for name, scheme, concept in (
        ("assessment", "assessment", achievement.assessment),
        ("supervision", "supervision-verification", supervision),
        ("participation", "mode", achievement.mode),
        ("field", "isced-f", achievement.isced_f),
    ):
        yield from _present(words[name], _concept(scheme, concept, language))
    taught = ", ".join(_coded("language", tag, language) for tag in achievement.languages)
    yield from _present(words["languages"], Words(taught))
    yield from _present(words["quality"], _quality(achievement.quality_assurance, language, words))
    if record is not None:
        yield from _present(words["grade"], Words(_grade(record, words)))


def _sections(achievement: AchievementData, language: str, words: Labels) -> Iterator[Section]:
    outcomes = tuple(_said(outcome.texts, language) for outcome in achievement.outcomes)
    if outcomes:
        yield Section(words["outcomes"], outcomes, True)
    for name, texts in (
        ("description", achievement.descriptions),
        ("criteria", achievement.criteria),
        ("prerequisites", achievement.prerequisites),
        ("stackability", achievement.stackability),
        ("further", achievement.further_information),
    ):
        found = _said(texts, language)
        if found.text:
            yield Section(words[name], (found,))


def _present(label: str, value: Words) -> Sequence[Row]:
    return (Row(label, value),) if value.text else ()


def _said(texts: LanguageMap, language: str) -> Words:
    """The text in the language, else in another one that is then named."""
    text = preferred(texts, language, language.partition("-")[0])
    tag = next((tag for tag, value in texts.items() if value == text), "")
    return Words(text, "" if tag == language else tag)


def _concept(scheme: str, concept: ConceptData | None, language: str) -> Words:
    """The definition's label in the language, the published one, or ours; else another, else the code."""
    if concept is None:
        return Words("")
    known = evolve(concept, labels={**_labels_of(scheme, concept.iri), **concept.labels})
    name = concepts.name(known, language)
    return Words(name) if name else _said(known.labels, language) if known.labels else Words(concept.iri)


def _coded(scheme: str, code: str, language: str) -> str:
    return preferred(_labels_of(scheme, code), language) or code


def _labels_of(scheme: str, code: str) -> LanguageMap:
    try:
        return vocabularies.find(scheme, code).labels
    except UnknownCode:
        return {}


def _workload(achievement: AchievementData, words: Labels) -> str:
    ects = f"{_number(achievement.ects, words)} ECTS" if achievement.ects is not None else ""
    hours = words["hours"].replace("{n}", str(achievement.hours)) if achievement.hours else ""
    return " · ".join(filter(None, (ects, hours)))


def _level(achievement: AchievementData) -> str:
    return f"EQF {achievement.eqf_level}" if achievement.eqf_level else ""


def _grade(record: AwardData, words: Labels) -> str:
    return f"{_number(record.grade * 100, words)} %" if record.grade is not None else ""


def _quality(assurance: QualityAssuranceData | None, language: str, words: Labels) -> Words:
    if assurance is None:
        return Words("")
    kind = _concept("accreditation", assurance.kind, language)
    day = _day(assurance.valid_until, words) if assurance.valid_until else ""
    until = words["quality_until"].replace("{day}", day) if day else ""
    parts = (kind.text, assurance.agency, assurance.reference, until)
    return Words(", ".join(filter(None, parts)), kind.language)


def _number(value: Decimal, words: Labels) -> str:
    # As a decimal: an unsaved row may still hold the text of a form or a file.
    return f"{Decimal(value).normalize():f}".replace(".", words["decimal"])


def _day(moment: dt.date, words: Labels) -> str:
    day = words["date"].replace("{month}", words["months"][moment.month - 1])
    return str(day.replace("{day}", str(moment.day)).replace("{year}", str(moment.year)))
