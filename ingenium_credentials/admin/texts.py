"""Judge what an officer typed into a JSON field: texts per language, concepts, outcomes.

Pure functions: a value goes in, the value comes out or `ValidationError` with a sentence
that says what to write instead.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from ..badges import vocabularies
from ..badges.data import ConceptData
from ..badges.errors import UnknownCode

__all__ = [
    *("activities", "concept", "entitlements", "evidence", "fields", "language_map", "language_tags"),
    *("levels", "one_name", "outcomes", "tags"),
]

_TAG = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_LONGEST_TEXT = 10_000
_ESCO = "http://data.europa.eu/esco/skill/"
_SKILL = re.compile(re.escape(_ESCO) + r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_LEVELS = range(1, 9)


def language_map(value: Any, *, required: bool = True) -> dict[str, str]:
    """Texts by language tag, such as {"en": "Title", "el": "Τίτλος"}; raises `ValidationError`."""
    if value in (None, "", {}) and not required:
        return {}
    if not isinstance(value, dict) or not value:
        raise ValidationError(_('Write a text for each language: {"en": "…", "fr": "…"}.'))
    for tag, text in value.items():
        _demand_tag(tag)
        _demand_text(text, tag)
    return value


def language_tags(value: Any) -> list[str]:
    """A list of language tags, such as ["en", "fr"]; raises `ValidationError`."""
    found = _list(value, _('Write a list of language tags: ["en", "fr"].'))
    for tag in found:
        _demand_tag(tag)
    return found


def tags(value: Any) -> list[str]:
    """A list of words; raises `ValidationError`."""
    found = _list(value, _('Write a list of words: ["coast", "data"].'))
    for word in found:
        _demand_text(word, "")
    return found


def concept(value: Any, scheme: str) -> dict[str, Any] | None:
    """A concept of the published list `scheme`, or None; raises `ValidationError`.

    A code alone, such as "online", becomes the concept with the labels of the list. A wrong
    or retired one is refused with the nearest right ones.
    """
    if value in (None, "", {}):
        return None
    if isinstance(value, str):
        found = _listed(scheme, value)
        return {"iri": found.iri, "labels": dict(found.labels)}
    if not isinstance(value, dict) or set(value) != {"iri", "labels"}:
        raise ValidationError(_('Write a code, or {"iri": "http://…", "labels": {"en": "…"}}.'))
    _demand_iri(value["iri"], "")
    language_map(value["labels"])
    _listed(scheme, value["iri"])
    return value


def one_name(value: str) -> str:
    """A name that the formats take in one language only; raises `ValidationError`."""
    if value.lstrip().startswith(("{", "[")):
        raise ValidationError(_("This name is taken in one language: write the name itself, without tags."))
    return value


def outcomes(value: Any) -> list[dict[str, Any]]:
    """Learning outcomes, each with texts and perhaps an ESCO skill; raises `ValidationError`.

    `kind` is knowledge or skill, `reuse` how far beyond one occupation it is of use.
    """
    form = _(
        'Write a list of {"texts": {"en": "…"}, "esco": "", "esco_labels": {}, "kind": "", "reuse": ""}.'
    )
    found = _objects(value, form, needed={"texts"}, allowed={"esco", "esco_labels", "kind", "reuse"})
    return [_present({**entry, **_outcome(entry)}) for entry in found]


def _outcome(entry: dict[str, Any]) -> dict[str, Any]:
    if entry.get("esco"):
        _demand_iri(entry["esco"], _ESCO)
        if not _SKILL.fullmatch(entry["esco"]):
            raise ValidationError(_("The address of an ESCO skill ends with its number of 36 signs."))
    return {
        "texts": language_map(entry["texts"]),
        "esco_labels": language_map(entry.get("esco_labels"), required=False),
        "kind": concept(entry.get("kind"), "skill-type"),
        "reuse": concept(entry.get("reuse"), "skill-reuse-level"),
    }


def activities(value: Any) -> list[dict[str, Any]]:
    """What a learner takes part in; raises `ValidationError`.

    `directed_by` holds short names of organisations.
    """
    form = _(
        'Write a list of {"titles": {"en": "…"}, "kind": "", "mode": "", "languages": [], "hours": 1, '
        '"started": "2026-01-31", "ended": "2026-01-31", "directed_by": []}.'
    )
    allowed = {"kind", "mode", "languages", "hours", "started", "ended", "directed_by"}
    found = _objects(value, form, needed={"titles"}, allowed=allowed)
    return [_present({**entry, **_activity(entry, form)}) for entry in found]


def _activity(entry: dict[str, Any], form: str) -> dict[str, Any]:
    hours, days = entry.get("hours"), [_day(entry.get(name)) for name in ("started", "ended")]
    if hours is not None and (isinstance(hours, bool) or not isinstance(hours, int) or hours < 0):
        raise ValidationError(_("Hours are a whole number."))
    if all(days) and days[0] > days[1]:
        raise ValidationError(_("An activity ends before it begins."))
    directing = _list(entry.get("directed_by"), form)
    if not all(isinstance(slug, str) and slug for slug in directing):
        raise ValidationError(form)
    return {
        "titles": language_map(entry["titles"]),
        "kind": concept(entry.get("kind"), "learning-activity"),
        "mode": concept(entry.get("mode"), "mode"),
        "languages": language_tags(entry.get("languages")),
    }


def entitlements(value: Any) -> list[dict[str, Any]]:
    """What the holder may do with the credential; raises `ValidationError`."""
    form = _('Write a list of {"titles": {"en": "…"}, "kind": "learning-opportunity", "status": "actual"}.')
    found = _objects(value, form, needed={"titles", "kind", "status"}, allowed=set())
    for entry in found:
        if not entry["kind"] or not entry["status"]:
            raise ValidationError(form)
    return [
        {
            "titles": language_map(entry["titles"]),
            "kind": concept(entry["kind"], "entitlement"),
            "status": concept(entry["status"], "entitlement-status"),
        }
        for entry in found
    ]


def evidence(value: Any) -> list[dict[str, Any]]:
    """What supports an award: addresses with titles and descriptions; raises `ValidationError`."""
    form = _('Write a list of {"url": "https://…", "titles": {"en": "…"}, "descriptions": {}}.')
    found = _objects(value, form, needed={"url"}, allowed={"titles", "descriptions"})
    for entry in found:
        _demand_iri(entry["url"], "https://")
        for name in ("titles", "descriptions"):
            language_map(entry.get(name), required=False)
    return found


def fields(value: Any) -> list[str]:
    """Codes of ISCED-F, such as ["05", "0613"]; raises `ValidationError`."""
    found = _list(value, _('Write a list of codes of ISCED-F: ["05", "0613"].'))
    for code in found:
        _listed("isced-f", code if isinstance(code, str) else str(code))
    return [str(code) for code in found]


def levels(value: Any) -> list[int]:
    """EQF levels, such as [6, 7]; raises `ValidationError`."""
    form = _("Write a list of EQF levels, 1 to 8: [6, 7].")
    found = _list(value, form)
    if not all(isinstance(level, int) and level in _LEVELS for level in found):
        raise ValidationError(form)
    return found


def _listed(scheme: str, code: str) -> ConceptData:
    try:
        return vocabularies.find(scheme, code)
    except UnknownCode as error:
        raise ValidationError(str(error)) from error


def _objects(value: Any, form: str, *, needed: set[str], allowed: set[str]) -> list[dict[str, Any]]:
    """A list of objects with these members and no others."""
    found = _list(value, form)
    for entry in found:
        if not isinstance(entry, dict) or not needed <= set(entry) <= needed | allowed:
            raise ValidationError(form)
    return found


def _present(members: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value not in (None, "", [], {})}


def _day(value: Any) -> Any:
    if value in (None, ""):
        return None
    try:
        return dt.date.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise ValidationError(
            _("%(day)s is not a day. Write it so: 2026-01-31."), params={"day": str(value)[:40]}
        ) from error


def _list(value: Any, form: str) -> list[Any]:
    if value in (None, "", []):
        return []
    if not isinstance(value, list):
        raise ValidationError(form)
    return value


def _demand_tag(tag: Any) -> None:
    if not isinstance(tag, str) or not _TAG.fullmatch(tag):
        raise ValidationError(
            _("%(tag)r is not a language tag. Write small letters: en, el, pt-BR."), params={"tag": tag}
        )


def _demand_text(text: Any, tag: str) -> None:
    if isinstance(text, list | dict):
        raise ValidationError(_("Each language takes one text, not several (%(tag)s)."), params={"tag": tag})
    if not isinstance(text, str) or not text.strip():
        raise ValidationError(_("A text is missing or is not a text (%(tag)s)."), params={"tag": tag})
    if len(text) > _LONGEST_TEXT:
        raise ValidationError(_("A text is longer than 10,000 letters (%(tag)s)."), params={"tag": tag})
    # They cannot be seen, and other software canonicalises them differently.
    if any(unicodedata.category(letter) in ("Cc", "Cs") and letter != "\n" for letter in text):
        raise ValidationError(_("A text has control characters (%(tag)s)."), params={"tag": tag})


def _demand_iri(iri: Any, base: str) -> None:
    parts = urlsplit(iri) if isinstance(iri, str) else None
    if parts is None or parts.scheme not in ("http", "https") or not parts.netloc or re.search(r"\s", iri):
        raise ValidationError(_("An address must begin with http:// or https:// and have no spaces."))
    if not iri.startswith(base):
        raise ValidationError(_("The address must begin with %(base)s"), params={"base": base})
