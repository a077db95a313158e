"""Rows that name learners inside JSON: trials of rules, and files of awards that were read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import models
from django.db.models.functions import Cast

from ..models import AwardImport, Simulation

__all__ = ["imports_of", "remove", "simulations_of"]


def simulations_of(learner_id: int) -> Iterator[Simulation]:
    """Trials of a rule whose outcome names the learner."""
    return (row for row in _candidates(Simulation, "outcome", learner_id) if _names(row.outcome, learner_id))


def imports_of(learner_id: int) -> Iterator[tuple[AwardImport, list[Any]]]:
    """Imports that name the learner, each with the rows that do."""
    for row in _candidates(AwardImport, "rows", learner_id):
        found = [line for line in row.rows if _names(line, learner_id)]
        if found:
            yield row, found


def remove(learner_id: int) -> None:
    """Have nobody named so: trials go whole, since they can be made again; imports lose the rows."""
    for simulation in list(simulations_of(learner_id)):
        simulation.delete()
    named = [row.pk for row, _found in imports_of(learner_id)]
    # Locked, for one of them may be applied in this moment.
    for row in AwardImport.objects.select_for_update().filter(pk__in=named).order_by("pk"):
        row.rows = [line for line in row.rows if not _names(line, learner_id)]
        row.save(update_fields=["rows"])


def _candidates(model: Any, column: str, learner_id: int) -> Iterator[Any]:
    """Rows in whose JSON the number stands as text; the database looks, so that few are read."""
    text = Cast(column, models.TextField())
    rows = model.objects.annotate(json_text=text).filter(json_text__contains=str(learner_id))
    return iter(rows.order_by("pk").iterator(chunk_size=100))


def _names(value: Any, learner_id: int) -> bool:
    """Whether the number stands anywhere in it. Too often is possible, too seldom is not."""
    if isinstance(value, dict):
        return any(_names(part, learner_id) for part in (*value.keys(), *value.values()))
    if isinstance(value, list):
        return any(_names(part, learner_id) for part in value)
    return str(value) == str(learner_id)
