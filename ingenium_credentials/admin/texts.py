"""Judge what an officer typed into a JSON field: texts per language, concepts, outcomes.

Pure functions: a value goes in, the value comes out or `ValidationError` with a sentence
that says what to write instead.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

__all__ = ["concept", "language_map", "language_tags", "outcomes", "tags"]

_TAG = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_LONGEST_TEXT = 10_000
_ESCO = "http://data.europa.eu/esco/skill/"


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


def concept(value: Any) -> dict[str, Any] | None:
    """A code of a published vocabulary with its labels, or None; raises `ValidationError`."""
    if value in (None, "", {}):
        return None
    if not isinstance(value, dict) or set(value) != {"iri", "labels"}:
        raise ValidationError(_('Write {"iri": "http://…", "labels": {"en": "…"}}.'))
    _demand_iri(value["iri"], "")
    language_map(value["labels"])
    return value


def outcomes(value: Any) -> list[dict[str, Any]]:
    """Learning outcomes, each with texts and perhaps an ESCO skill; raises `ValidationError`."""
    form = _('Write a list of {"texts": {"en": "…"}, "esco": ""}.')
    found = _list(value, form)
    for outcome in found:
        if not isinstance(outcome, dict) or not {"texts"} <= set(outcome) <= {"texts", "esco"}:
            raise ValidationError(form)
        language_map(outcome["texts"])
        if outcome.get("esco"):
            _demand_iri(outcome["esco"], _ESCO)
    return found


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
