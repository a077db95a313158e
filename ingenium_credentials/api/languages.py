"""In which languages a definition is complete: only those are signed.

A reader who finds the title in their language and the outcomes in another one does not
know what was proven. So a language counts when every text that the definition has in any
language is there in it; one that is half translated waits, and is named.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from attrs import frozen
from django.utils.translation import gettext as _

from ..models import Achievement
from .errors import NotAllowed

__all__ = ["Content", "complete_languages", "contents", "demand_language", "told_languages"]


@frozen(kw_only=True)
class Content:
    """How much of a definition is there in one language."""

    language: str
    """BCP 47 tag."""
    share: int
    """Of the texts that the definition has in any language, in per cent, rounded down."""
    missing: tuple[str, ...]
    """The texts that are not there, as the editor calls them."""

    def __str__(self) -> str:
        lacking = ", ".join(self.missing)
        return f"{self.language}: {self.share} %" + (f" ({lacking})" if lacking else "")


def contents(achievement: Achievement) -> list[Content]:
    """Each language that the definition has a text in, in the order in which they appear."""
    texts = [(name, _languages(value)) for name, value in _texts(achievement)]
    texts = [(name, tags) for name, tags in texts if tags]
    return [
        Content(
            language=tag,
            share=100 * sum(tag in tags for _name, tags in texts) // len(texts),
            missing=tuple(name for name, tags in texts if tag not in tags),
        )
        for tag in dict.fromkeys(tag for _name, tags in texts for tag in tags)
    ]


def complete_languages(achievement: Achievement) -> tuple[str, ...]:
    """The languages that lack no text, in the order of the title; what is signed is in these."""
    return tuple(found.language for found in contents(achievement) if not found.missing)


def told_languages(achievement: Achievement) -> tuple[str, ...]:
    """The languages that documents are in: the complete ones.

    A version that was activated before completeness was demanded, and frozen since, may have
    none; it is told as it was, in all of its languages.
    """
    return complete_languages(achievement) or tuple(found.language for found in contents(achievement))


def demand_language(achievement: Achievement) -> None:
    """Refuse, with `NotAllowed`, while no language is complete; the message names what each lacks."""
    found = contents(achievement)
    if found and all(content.missing for content in found):
        head = _("%(version)s is complete in no language, and only complete languages are signed.")
        raise NotAllowed("\n".join((head % {"version": achievement}, *map(str, found))))


def _texts(achievement: Achievement) -> Iterator[tuple[str, Any]]:
    """Every text that readers see, whatever its languages: what it is called, and its map."""
    yield _("title"), achievement.names
    yield _("description"), achievement.descriptions
    yield _("criteria"), achievement.criteria
    yield from _listed(_("learning outcome %(number)d"), achievement.outcomes, "texts")
    yield from _listed(_("learning activity %(number)d"), achievement.activities, "titles")
    yield from _listed(_("entitlement %(number)d"), achievement.entitlements, "titles")
    yield _("grading scheme"), achievement.grading_scheme
    yield _("prerequisites"), achievement.prerequisites
    yield _("stackability"), achievement.stackability
    yield _("further information"), achievement.further_information


def _listed(name: str, rows: Any, member: str) -> Iterator[tuple[str, Any]]:
    for number, row in enumerate(rows if isinstance(rows, list) else [], start=1):
        yield name % {"number": number}, row.get(member) if isinstance(row, Mapping) else None


def _languages(texts: Any) -> tuple[str, ...]:
    if not isinstance(texts, Mapping):
        return ()
    return tuple(str(tag) for tag, text in texts.items() if str(text or "").strip())
