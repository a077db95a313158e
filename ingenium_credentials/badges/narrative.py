"""What an award says, as Markdown for people, in every language of its definition.

Hides the wording. Open Badges has one string for criteria; all elements of Annex I that
have no member of their own are told there, a section per language, so that nothing is
lost on a reader who sees only this text.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

from . import vocabularies
from .data import (
    AchievementData,
    AwardData,
    ConceptData,
    IssuerData,
    IssuerMode,
    LanguageMap,
    QualityAssuranceData,
    preferred,
)
from .elm_words import words
from .errors import UnknownCode
from .narrative_words import labels

__all__ = ["marked", "percent", "render"]

_MARK = "DEMONSTRATION"


def marked(name: str, *, demonstration: bool) -> str:
    """`name`, with the mark of a demonstration in front where it is one."""
    return f"{_MARK} — {name}" if demonstration else name


def percent(share: Decimal) -> str:
    """A share of 0 to 1 as percent with at most two decimals: `87`, `87.5`."""
    value = (share * 100).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
    return format(value, "f").rstrip("0").rstrip(".")


def render(award: AwardData) -> str:
    """Criteria and facts of `award` as Markdown, the preferred language first."""
    names = award.achievement.names
    first = next((tag for tag, name in names.items() if name == preferred(names)), "en")
    others = [tag for tag, name in names.items() if name and tag != first]
    if not others:
        return _section(award, first)
    descriptions = award.achievement.descriptions
    parts = [f"## {names[first]}", _section(award, first)]
    for tag in others:
        # The first language has its description in `achievement.description`.
        parts += [f"## {names[tag]}", descriptions.get(tag, ""), _section(award, tag)]
    return _joined(parts)


def _section(award: AwardData, language: str) -> str:
    words = labels(language)
    achievement = award.achievement
    blocks = [
        words["demonstration"] if award.demonstration else "",
        _text(achievement.criteria, language),
        _titled(
            words["outcomes"], _bullets(_text(outcome.texts, language) for outcome in achievement.outcomes)
        ),
        _titled(words["parts"], _bullets(_text(part.achievement.names, language) for part in award.parts)),
        _titled(
            words["entitlements"],
            _bullets(_text(entry.titles, language) for entry in achievement.entitlements),
        ),
        _bullets(f"{words[key]}: {value}" for key, value in _facts(award, language, words).items() if value),
        _titled(words["prerequisites"], _text(achievement.prerequisites, language)),
        _titled(words["stackability"], _text(achievement.stackability, language)),
        _titled(words["further"], _text(achievement.further_information, language)),
    ]
    return _joined(blocks)


def _joined(blocks: Iterable[str]) -> str:
    return "\n\n".join(block for block in blocks if block)


def _facts(award: AwardData, language: str, words: dict[str, str]) -> dict[str, str]:
    """The facts of Annex I, by the key of their label, in the order of the annex."""
    achievement = award.achievement
    return {
        "bodies": ", ".join(_text(body.names, language) for body in achievement.awarding_bodies),
        "mandate": _mandate(award.issuer, language),
        "workload": _workload(achievement, words),
        "level": _level(achievement, language),
        "field": _label(achievement.isced_f, language),
        "languages": ", ".join(_spoken(tag, language) for tag in achievement.languages),
        "assessment": _label(achievement.assessment, language),
        "mode": _label(achievement.mode, language),
        "grading": _text(achievement.grading_scheme, language),
        "supervision": _label(award.supervision, language),
        "planned": _label(achievement.supervision, language),
        "assurance": _assurance(achievement.quality_assurance, language, words),
    }


def _mandate(issuer: IssuerData, language: str) -> str:
    """Who signs for the awarding bodies, and by which agreement."""
    mandate = issuer.mandate
    if mandate is None and issuer.mode is not IssuerMode.MANDATE:
        return ""
    name = _text(issuer.organisation.names, language)
    return f"{name} ({mandate.reference})" if mandate else name


def _level(achievement: AchievementData, language: str) -> str:
    cycle = preferred(words(achievement.cycle, ("en", language)), language) if achievement.cycle else ""
    parts = (
        f"EQF {achievement.eqf_level}" if achievement.eqf_level else "",
        f"QF-EHEA: {cycle}" if cycle else "",
    )
    return ", ".join(part for part in parts if part)


def _workload(achievement: AchievementData, words: dict[str, str]) -> str:
    parts = []
    if achievement.ects is not None:
        parts.append(f"{format(achievement.ects.normalize(), 'f')} ECTS")
    if achievement.hours is not None:
        parts.append(f"{achievement.hours} {words['hours']}")
    return ", ".join(parts)


def _assurance(assurance: QualityAssuranceData | None, language: str, words: dict[str, str]) -> str:
    if assurance is None:
        return ""
    until = f"{words['until']} {assurance.valid_until.isoformat()}" if assurance.valid_until else ""
    parts = (
        _label(assurance.kind, language),
        assurance.agency,
        assurance.reference,
        assurance.report_url,
        until,
    )
    return ", ".join(part for part in parts if part)


def _label(concept: ConceptData | None, language: str) -> str:
    return _text(concept.told, language) if concept else ""


def _spoken(tag: str, language: str) -> str:
    """The name of a language of instruction; its tag where the published list has none."""
    try:
        return _text(vocabularies.find("language", tag.partition("-")[0]).labels, language)
    except UnknownCode:
        return tag


def _text(texts: LanguageMap, language: str) -> str:
    return preferred(texts, language)


def _titled(title: str, body: str) -> str:
    return f"**{title}**\n\n{body}" if body else ""


def _bullets(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines if line)
