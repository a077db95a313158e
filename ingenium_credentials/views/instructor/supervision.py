"""How a rule makes sure who was examined: the published concepts, and words for each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from ...badges import vocabularies
from ...badges.data import ConceptData
from ..facts import concept as name_of

__all__ = ["choices", "key_of", "label"]

_SCHEME = "supervision-verification"

Concept = Mapping[str, Any]
"""As a rule keeps it: `iri` and `labels`."""


def choices(present: Concept | None) -> dict[str, Concept]:
    """What can be chosen, by key: the published list, and what the rule has now if it is another."""
    listed: list[Concept] = [
        {"iri": concept.iri, "labels": dict(concept.labels)}
        for concept in vocabularies.vocabulary(_SCHEME).concepts
    ]
    found = {key_of(concept): concept for concept in listed}
    # As the rule has it, so that saving anything else does not rewrite it.
    return found | ({key_of(present): present} if present else {})


def key_of(concept: Concept | None) -> str:
    """What stands for a concept in a form; empty for none."""
    return str(concept.get("iri") or "other") if concept else ""


def label(concept: Concept | None) -> str:
    """The concept in the reader's language."""
    if not concept:
        return _("Nothing is said")
    labels = concept.get("labels")
    return name_of(ConceptData(iri=key_of(concept), labels=labels if isinstance(labels, dict) else {})).value
