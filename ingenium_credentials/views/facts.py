"""What a page says of a credential, in the reader's language, whatever it was read from.

`of_award` reads our own record, which has every language; `of_document` (in `reading`)
reads a signed document that anybody may have issued. One template shows both.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from decimal import Decimal

from attrs import field, frozen
from django.utils.formats import date_format, number_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from .. import concepts
from ..badges.data import (
    AchievementData,
    AwardData,
    ConceptData,
    IssuerMode,
    LanguageMap,
    OrganisationData,
    QualityAssuranceData,
)
from . import wording

__all__ = [
    "Fact",
    "Facts",
    "Outcome",
    "Party",
    "Section",
    "Text",
    "concept",
    "level",
    "of_achievement",
    "of_award",
    "rows",
    "say",
    "sections",
    "workload",
]


@frozen
class Text:
    """Words and the language they are in, so that they are read out as such."""

    value: str
    language: str = ""
    """BCP 47 tag; empty when it is the page's or not known."""

    def __bool__(self) -> bool:
        return bool(self.value)


@frozen(kw_only=True)
class Party:
    """A university, or the alliance."""

    name: Text
    country: str = ""
    url: str = ""
    identifiers: tuple[str, ...] = ()


@frozen(kw_only=True)
class Fact:
    """One line of the table of facts."""

    label: str
    text: Text
    hint: str = ""
    url: str = ""


@frozen(kw_only=True)
class Outcome:
    """What a holder can do, with the ESCO skill it stands for."""

    text: Text
    esco: str = ""


@frozen(kw_only=True)
class Section:
    """A longer text under a heading."""

    heading: str
    text: Text


@frozen(kw_only=True)
class Facts:
    """Everything that a page shows of a credential or a definition."""

    title: Text
    kind: str = ""
    description: Text = Text("")
    holder: str = ""
    holder_latin: str = ""
    issuer: Party | None = None
    alliance: Party | None = None
    awarding: tuple[Party, ...] = ()
    by_mandate: bool = False
    awarded_at: dt.datetime | None = None
    valid_until: dt.datetime | None = None
    table: tuple[Fact, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    sections: tuple[Section, ...] = ()
    narrative: str = ""
    """Markdown as signed; only where it is not taken apart into the fields above."""
    tags: tuple[str, ...] = ()
    technical: tuple[Fact, ...] = field(default=())
    demonstration: bool = False


def say(texts: LanguageMap) -> Text:
    """The text that suits the reader best, with its language where that is another one."""
    active = get_language() or "en"
    for language in (active, active.partition("-")[0], "en", *texts):
        if texts.get(language):
            return Text(texts[language], "" if language == active else language)
    return Text("")


def of_award(award: AwardData) -> Facts:
    """The facts of an award of ours."""
    achievement, issuer = award.achievement, award.issuer
    grade = (
        Text(f"{number_format(award.grade * 100, 1).rstrip('0').rstrip('.,')} %") if award.grade else Text("")
    )
    return Facts(
        title=say(achievement.names),
        kind=wording.kind(achievement.kind),
        description=say(achievement.descriptions),
        holder=award.recipient.name,
        holder_latin=award.recipient.latin_name,
        issuer=_party(issuer.organisation),
        alliance=_party(issuer.alliance) if issuer.alliance else None,
        awarding=tuple(map(_party, achievement.awarding_bodies)),
        by_mandate=issuer.mode is IssuerMode.MANDATE,
        awarded_at=award.awarded_at,
        valid_until=award.valid_until,
        table=(*_table(achievement), *rows(*_happened(award), (_("Final grade"), grade))),
        outcomes=_outcomes(achievement),
        sections=sections(
            criteria=achievement.criteria,
            prerequisites=achievement.prerequisites,
            stackability=achievement.stackability,
            further=achievement.further_information,
        ),
        tags=achievement.tags,
        technical=_technical(award),
        demonstration=award.demonstration,
    )


def of_achievement(achievement: AchievementData, *, demonstration: bool) -> Facts:
    """The facts of a definition, which nobody holds."""
    return Facts(
        title=say(achievement.names),
        kind=wording.kind(achievement.kind),
        description=say(achievement.descriptions),
        awarding=tuple(map(_party, achievement.awarding_bodies)),
        table=_table(achievement),
        outcomes=_outcomes(achievement),
        sections=sections(
            criteria=achievement.criteria,
            prerequisites=achievement.prerequisites,
            stackability=achievement.stackability,
            further=achievement.further_information,
        ),
        tags=achievement.tags,
        technical=rows((_("Definition"), Text(achievement.id)), (_("Version"), Text(achievement.version))),
        demonstration=demonstration,
    )


def _party(organisation: OrganisationData) -> Party:
    return Party(
        name=say(organisation.names),
        country=wording.country(organisation.country),
        url=organisation.url if organisation.url.startswith("https://") else "",
        identifiers=tuple(f"{entry.scheme} {entry.value}" for entry in organisation.identifiers),
    )


def _outcomes(achievement: AchievementData) -> tuple[Outcome, ...]:
    return tuple(Outcome(text=say(outcome.texts), esco=outcome.esco) for outcome in achievement.outcomes)


def sections(
    *, criteria: LanguageMap, prerequisites: LanguageMap, stackability: LanguageMap, further: LanguageMap
) -> tuple[Section, ...]:
    """The longer texts under their headings, as far as there are any."""
    pairs = (
        (_("What was asked"), criteria),
        (_("Prerequisites"), prerequisites),
        (_("What it can count towards"), stackability),
        (_("Further information"), further),
    )
    return tuple(Section(heading=heading, text=say(texts)) for heading, texts in pairs if say(texts))


def _table(achievement: AchievementData) -> tuple[Fact, ...]:
    """The elements of Annex I that fit in a line, in the order in which employers ask."""
    return (
        *rows((_("Workload"), workload(achievement.ects, achievement.hours))),
        *level(achievement.eqf_level),
        *rows(
            (_("Assessment"), concept(achievement.assessment)),
            (_("Supervision and identity check, as planned"), concept(achievement.supervision)),
            (_("Form of participation"), concept(achievement.mode)),
            (_("Field of study"), concept(achievement.isced_f)),
            (_("Language of instruction"), Text(", ".join(map(wording.language, achievement.languages)))),
        ),
        *_quality(achievement.quality_assurance),
    )


def _happened(award: AwardData) -> tuple[tuple[str, Text], ...]:
    """What was said of this very award."""
    return ((_("Supervision and identity check"), concept(award.supervision)),)


def level(number: int | None) -> Iterator[Fact]:
    """The row for an EQF level of 1 to 8, or none."""
    if number:
        text = Text(_("EQF level %(number)d") % {"number": number})
        yield Fact(label=_("Level"), text=text, hint=wording.level(number))


def workload(ects: Decimal | None, hours: int | None) -> Text:
    """ECTS points and hours of learning, as far as they are known."""
    parts = []
    if ects is not None:
        parts.append(f"{number_format(ects.normalize())} ECTS")
    if hours is not None:
        parts.append(ngettext("%(hours)d hour", "%(hours)d hours", hours) % {"hours": hours})
    return Text(" · ".join(parts))


def _quality(assurance: QualityAssuranceData | None) -> Iterator[Fact]:
    if assurance is None:
        return
    kind = concept(assurance.kind)
    parts = [kind.value, assurance.agency, assurance.reference]
    if assurance.valid_until:
        parts.append(_("valid until %(day)s") % {"day": date_format(assurance.valid_until, _("j F Y"))})
    url = assurance.report_url if assurance.report_url.startswith("https://") else ""
    text = Text(", ".join(filter(None, parts)), kind.language)
    yield Fact(label=_("Quality assurance"), text=text or Text(_("Report")), url=url)


def _technical(award: AwardData) -> tuple[Fact, ...]:
    status = award.status
    entry = f"{status.list_url} #{status.index}" if status else ""
    hashed = _("A salted check value of it; the address itself is not in the document.")
    return rows(
        (_("Credential"), Text(award.id)),
        (_("Issuer"), Text(award.issuer.organisation.id)),
        (_("Recipient"), Text(award.recipient.id)),
        (_("E-mail address"), Text(hashed if award.recipient.email_hash else "")),
        (_("Definition"), Text(award.achievement.id)),
        (_("Version"), Text(award.achievement.version)),
        (_("Place in the status list"), Text(entry)),
    )


def concept(found: ConceptData | None) -> Text:
    """What a concept is called in the reader's language, else in another one, else its address."""
    if found is None:
        return Text("")
    return Text(concepts.name(found, get_language() or "en")) or say(found.labels) or Text(found.iri)


def rows(*pairs: tuple[str, Text]) -> tuple[Fact, ...]:
    """A row for each label that has something to say."""
    return tuple(_present(pairs))


def _present(pairs: Iterable[tuple[str, Text]]) -> Iterator[Fact]:
    for label, text in pairs:
        if text:
            yield Fact(label=label, text=text)
