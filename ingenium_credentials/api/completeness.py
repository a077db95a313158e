"""Which of the eleven mandatory elements of 2022/C 243/02, Annex I, a definition lacks.

Hides what makes an element complete: that it is there, that its code is one of the
published list, that what it rests on (a verified name, quality assurance) still holds.
Two elements, the learner and the day, are of the award; the verbs that award demand them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from attrs import frozen
from django.utils import timezone
from django.utils.translation import gettext as _

from ..badges import vocabularies
from ..badges.errors import UnknownCode
from ..conf import conf
from ..models import Achievement, Issuer, Organisation
from .errors import NotAllowed

__all__ = ["ELEMENTS", "Missing", "completeness", "demand_complete", "is_gated", "missing"]

ELEMENTS = 11
GATED_KIND = "MicroCredential"
"""A badge of another kind, without ECTS, promises none of the elements."""
_ATTENDANCE = "http://data.europa.eu/snb/assessment/7331eb4762"
_LEVELS = range(1, 9)


@frozen(kw_only=True)
class Missing:
    """One element that a definition lacks, in the reader's language."""

    element: int
    """Its number, 1 to 11, in the order of Annex I."""
    name: str
    why: str
    """What goes wrong without it, or what is wrong with it."""
    where: str
    """Where to fill it in."""

    def __str__(self) -> str:
        return f"{self.element}. {self.name}: {self.why} {self.where}"


def is_gated(achievement: Achievement) -> bool:
    """Whether the definition promises the eleven elements."""
    return achievement.kind == GATED_KIND


def missing(achievement: Achievement) -> list[Missing]:
    """The elements that a micro-credential lacks, in the order of Annex I; [] for other kinds.

    One element may be named more than once when more than one thing is wrong with it.
    """
    if not is_gated(achievement):
        return []
    return [found for check in _CHECKS for found in check(achievement)]


def completeness(achievement: Achievement) -> int:
    """How many of the eleven elements are there, in per cent; 100 for other kinds."""
    lacking = {found.element for found in missing(achievement)}
    return round(100 * (ELEMENTS - len(lacking)) / ELEMENTS)


def demand_complete(achievement: Achievement) -> None:
    """Refuse, with `NotAllowed`, while an element is missing; the message names each."""
    found = missing(achievement)
    if found:
        head = _(
            "%(version)s lacks what every European micro-credential has to say (2022/C 243/02, Annex I)."
        )
        lines = (head % {"version": achievement}, *map(str, found))
        raise NotAllowed("\n".join(lines))


def _title(achievement: Achievement) -> Iterator[Missing]:
    if not _said(achievement.names):
        yield Missing(
            element=2,
            name=_("Title"),
            why=_("Nobody can name what was learnt."),
            where=_field(_("title")),
        )


def _country(achievement: Achievement) -> Iterator[Missing]:
    """The country of the issuer; of the universities where an office signs that has none."""
    issuer = achievement.issuer
    parties = [issuer.organisation]
    if issuer.mode == Issuer.Mode.MANDATE and not issuer.organisation.country:
        parties = _bodies(achievement) or parties
    for organisation in parties:
        problem = _country_problem(organisation.country)
        if problem:
            yield Missing(
                element=3,
                name=_("Country of the issuer"),
                why=problem,
                where=_of_organisation(organisation, _("country")),
            )


def _country_problem(code: str) -> str:
    if not code:
        return _("Readers have to know by which country’s rules it was awarded.")
    try:
        vocabularies.find("country", code)
    except UnknownCode as error:
        return str(error)
    return ""


def _awarding_bodies(achievement: Achievement) -> Iterator[Missing]:
    bodies = _bodies(achievement)
    name = _("Awarding bodies")
    if not bodies:
        why = _("A document that no university stands behind is worth nothing.")
        yield Missing(element=4, name=name, why=why, where=_field(_("awarding bodies")))
    for organisation in bodies:
        if not any(row.verified and row.value.strip() for row in organisation.names.all()):
            yield Missing(
                element=4,
                name=name,
                why=_("No name of %(organisation)s is verified, and nothing unverified is signed.")
                % {"organisation": organisation},
                where=_of_organisation(organisation, _("names")),
            )


def _outcomes(achievement: Achievement) -> Iterator[Missing]:
    outcomes = achievement.outcomes if isinstance(achievement.outcomes, list) else []
    if not outcomes or not all(isinstance(row, dict) and _said(row.get("texts")) for row in outcomes):
        yield Missing(
            element=6,
            name=_("Learning outcomes"),
            why=_("Employers and universities judge by what the holder can do."),
            where=_field(_("learning outcomes")),
        )


def _workload(achievement: Achievement) -> Iterator[Missing]:
    # As numbers: an unsaved row may hold the text of a form or a file.
    if float(achievement.ects or 0) <= 0 and int(achievement.hours or 0) <= 0:
        yield Missing(
            element=7,
            name=_("Workload"),
            why=_("Without ECTS credits or hours no university can count it."),
            where=_field(_("ECTS")),
        )


def _level(achievement: Achievement) -> Iterator[Missing]:
    if achievement.eqf_level not in _LEVELS:
        yield Missing(
            element=8,
            name=_("Level"),
            why=_("The level of the European Qualifications Framework, 1 to 8, makes it comparable."),
            where=_field(_("EQF level")),
        )


def _assessment(achievement: Achievement) -> Iterator[Missing]:
    why = _concept_problem("assessment", achievement.assessment) or (
        _("To have been there proves no learning outcome; name how it was assessed.")
        if _iri(achievement.assessment) == _ATTENDANCE
        else ""
    )
    if why:
        name = _("Kind of assessment")
        yield Missing(element=9, name=name, why=why, where=_field(_("kind of assessment")))


def _participation(achievement: Achievement) -> Iterator[Missing]:
    why = _concept_problem("mode", achievement.mode)
    if why:
        name = _("Form of participation")
        yield Missing(element=10, name=name, why=why, where=_field(_("form of participation")))


def _quality(achievement: Achievement) -> Iterator[Missing]:
    name, field = _("Quality assurance"), _("kind of quality assurance")
    why = _concept_problem("accreditation", achievement.quality_kind)
    if why:
        yield Missing(element=11, name=name, why=why, where=_field(field))
    if not why and "elm" in conf.FORMATS:
        yield from _agency(achievement)
    until = achievement.quality_until
    if until and _day(until) < timezone.now().date():
        why = _("The quality assurance has ended on %(day)s.") % {"day": until}
        where = _field(_("quality assurance valid until"))
        yield Missing(element=11, name=name, why=why, where=where)


def _agency(achievement: Achievement) -> Iterator[Missing]:
    """Frozen with the version, and the European Learning Model knows no quality assurance without it."""
    for value, field in (
        (achievement.quality_agency.strip(), _("quality assurance agency")),
        (achievement.quality_agency_country, _("country of the agency")),
    ):
        if not value:
            why = _("A European Digital Credential has to name the agency and its country.")
            yield Missing(element=11, name=_("Quality assurance"), why=why, where=_field(field))


def _further_codes(achievement: Achievement) -> Iterator[Missing]:
    """Optional elements: nobody has to give them, but a wrong code spoils the document."""
    named = (
        (6, _("Field of study"), "isced-f", achievement.isced_f, _("field (ISCED-F)")),
        (
            9,
            _("Supervision and identity check"),
            "supervision-verification",
            achievement.supervision,
            _("supervision and identity check"),
        ),
        (7, _("Kind of offer"), "learning-opportunity", achievement.opportunity, _("kind of offer")),
        (7, _("Setting"), "learning-setting", achievement.setting, _("formal or non-formal learning")),
        (
            11,
            _("Decision of the agency"),
            "accreditation-decision",
            achievement.quality_decision,
            _("decision of the agency"),
        ),
        *_listed("skill-type", "kind", achievement.outcomes, _("learning outcomes"), 6),
        *_listed("skill-reuse-level", "reuse", achievement.outcomes, _("learning outcomes"), 6),
        *_listed("learning-activity", "kind", achievement.activities, _("learning activities"), 10),
        *_listed("mode", "mode", achievement.activities, _("learning activities"), 10),
        *_listed("entitlement", "kind", achievement.entitlements, _("entitlements"), 6),
        *_listed("entitlement-status", "status", achievement.entitlements, _("entitlements"), 6),
    )
    for element, name, scheme, value, field in named:
        why = _concept_problem(scheme, value) if value else ""
        if why:
            yield Missing(element=element, name=name, why=why, where=_field(field))


def _listed(
    scheme: str, member: str, rows: Any, field: str, element: int
) -> Iterator[tuple[int, str, str, Any, str]]:
    """The concepts in a list of objects, as rows of `_further_codes`."""
    for row in rows if isinstance(rows, list) else []:
        if isinstance(row, Mapping) and row.get(member):
            yield element, field.capitalize(), scheme, row[member], field


_CHECKS: tuple[Callable[[Achievement], Iterator[Missing]], ...] = (
    # 1, who the learner is: `api.award` demands a name.
    _title,
    _country,
    _awarding_bodies,
    # 5, the date of issue: an award has it always.
    _outcomes,
    _workload,
    _level,
    _assessment,
    _participation,
    _quality,
    _further_codes,
)


def _bodies(achievement: Achievement) -> list[Organisation]:
    if achievement.pk is None:
        return []
    rows = achievement.awarding.select_related("organisation").prefetch_related("organisation__names")
    return [row.organisation for row in rows.order_by("position", "pk")]


def _said(texts: Any) -> bool:
    return isinstance(texts, Mapping) and any(str(text or "").strip() for text in texts.values())


def _iri(concept: Any) -> str:
    return str(concept.get("iri", "")) if isinstance(concept, Mapping) else ""


def _concept_problem(scheme: str, concept: Any) -> str:
    """Why the concept does not do; empty when it does."""
    iri = _iri(concept)
    if not iri:
        return _REASONS.get(scheme, _no_code)()
    try:
        vocabularies.find(scheme, iri)
    except UnknownCode as error:
        return str(error)
    return ""


def _no_code() -> str:
    return _("This has no code of a published list.")


_REASONS: dict[str, Callable[[], str]] = {
    "assessment": lambda: _("Readers have to see how the learning outcomes were proven."),
    "mode": lambda: _("Readers have to see whether it was online, in person or both."),
    "accreditation": lambda: _("Trust across borders rests on somebody assuring the quality."),
    "isced-f": lambda: _("The field has no code."),
    "supervision-verification": lambda: _("The kind of supervision has no code."),
}


def _field(name: str) -> str:
    return _("Fill in “%(field)s” of the definition.") % {"field": name}


def _of_organisation(organisation: Organisation, name: str) -> str:
    return _("Fill in “%(field)s” of the organisation %(organisation)s.") % {
        "field": name,
        "organisation": organisation.slug,
    }


def _day(value: Any) -> dt.date:
    return value if isinstance(value, dt.date) else dt.date.fromisoformat(str(value))
