"""Everything that is held on one learner, as JSON: what the right of access asks for.

Every column of every row, so that a new column is in it by itself. Rows that also name
others give only the part that is about this learner.
"""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.utils import timezone

from ..models import (
    Approval,
    AuditEntry,
    Award,
    AwardImport,
    CourseResult,
    Credential,
    IncomingNews,
    Letter,
    PartResult,
    Simulation,
)
from . import mentions
from .objecting import objections_of
from .record import credential_url

__all__ = ["HELD", "personal_data"]

Row = dict[str, Any]

HELD: tuple[type[models.Model], ...] = (
    IncomingNews,
    CourseResult,
    PartResult,
    Approval,
    Award,
    Credential,
    Letter,
    AuditEntry,
    Simulation,
    AwardImport,
)
"""The tables in which a learner can appear."""
_OF_LEARNER: tuple[type[models.Model], ...] = (IncomingNews, CourseResult, PartResult, Approval)
_MADE_UP_OF_OTHERS = frozenset({"outcome", "rows"})


def personal_data(learner_id: int) -> Row:
    """What is held, by table; values are JSON. Documents are text, or Base64 where they are not."""
    awards = list(Award.objects.filter(learner_id=learner_id).select_related("achievement"))
    return {
        "made_at": timezone.now().isoformat(),
        "learner_id": learner_id,
        **{_name(model): _rows(model, learner_id) for model in _OF_LEARNER},
        "award": [_award(award) for award in awards],
        "credential": [_row(row) for row in Credential.objects.filter(award__in=awards).order_by("pk")],
        "letter": [_row(row) for row in Letter.objects.filter(award__in=awards).order_by("pk")],
        "auditentry": [_row(row) for row in _entries(awards, learner_id)],
        "simulation": [_row(row) for row in mentions.simulations_of(learner_id)],
        "awardimport": [{**_row(row), "rows": found} for row, found in mentions.imports_of(learner_id)],
        "not_to_be_awarded_again": objections_of(learner_id),
    }


def _name(model: type[models.Model]) -> str:
    return str(model._meta.model_name)


def _rows(model: Any, learner_id: int) -> list[Row]:
    return [_row(row) for row in model.objects.filter(learner_id=learner_id).order_by("pk")]


def _award(award: Award) -> Row:
    return {
        **_row(award),
        "address": credential_url(award),
        "title": award.achievement.names,
        "parts": [str(uuid) for uuid in award.parts.values_list("uuid", flat=True)],
    }


def _entries(awards: list[Award], learner_id: int) -> Iterator[AuditEntry]:
    about = Q(subject_id__in=[str(award.uuid) for award in awards]) | Q(actor_id=learner_id)
    return AuditEntry.objects.filter(about).order_by("pk").iterator()


def _row(row: models.Model) -> Row:
    fields = (field for field in row._meta.concrete_fields if field.name not in _MADE_UP_OF_OTHERS)
    return {field.attname: _value(getattr(row, field.attname)) for field in fields}


def _value(value: Any) -> Any:
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()
    if isinstance(value, UUID | Decimal):
        return str(value)
    if isinstance(value, bytes | memoryview):
        return _text(bytes(value))
    return value


def _text(body: bytes) -> Any:
    try:
        return body.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(body).decode()}
