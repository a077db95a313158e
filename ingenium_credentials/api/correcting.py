"""Correct what an award says: a new credential in the place of the old one.

Nothing that was signed is edited. What is not signed yet is corrected where it stands.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

from attrs import frozen
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..badges.data import preferred
from ..badges.errors import MalformedCredential
from ..badges.names import clean_name, is_latin
from ..badges.names import latin_name as transcribed
from ..models import Award
from . import auditing, superseding
from .errors import NotAllowed
from .states import State, Which, demand_reason

__all__ = ["NAME_SOURCES", "CorrectionPreview", "correct_grade", "correct_name", "preview_correction"]

NAME_SOURCES = {
    "document": gettext_lazy("an identity document that was seen"),
    "register": gettext_lazy("the university’s register of students"),
    "learner": gettext_lazy("the learner’s own statement"),
}
"""Whom an officer may rely on for a name; awards know `profile` and `certificate`, too."""


@frozen(kw_only=True)
class CorrectionPreview:
    """What a correction would do, without doing it."""

    award: UUID
    """The award that would be corrected: the newest of those that replace each other."""
    achievement: str
    before: tuple[str, str, Decimal | None]
    """Name, name in Latin script, grade as a share of the maximum."""
    after: tuple[str, str, Decimal | None]
    formats: tuple[str, ...]
    """The credentials that would be replaced; none when nothing was signed yet."""
    wholes: int
    """Awards that are built on this one, and would come under review."""
    seen: str
    """A token of what was looked at: the verbs refuse it when the award has changed since."""

    @property
    def changes(self) -> bool:
        """False when it says so already."""
        return self.before != self.after


def preview_correction(
    award: Which, *, name: str | None = None, latin_name: str = "", grade: Decimal | None = None
) -> CorrectionPreview:
    """What `correct_name` (with a name) or `correct_grade` (without) would do; raises as they do."""
    with transaction.atomic():
        row = superseding.newest(award)
        changes = names(name, latin_name) if name is not None else _grade(row, grade)
        _demand_correctable(row)
    before = (row.recipient_name, row.recipient_latin_name, row.grade)
    return CorrectionPreview(
        award=row.uuid,
        achievement=preferred(row.achievement.names),
        before=before,
        after=(
            changes.get("recipient_name", before[0]),
            changes.get("recipient_latin_name", before[1]),
            changes.get("grade", before[2]),
        ),
        formats=tuple(row.credentials.order_by("format").values_list("format", flat=True)),
        wholes=row.wholes.filter(state__in=(State.PENDING, State.ISSUED)).count(),
        seen=superseding.look_of(row),
    )


def correct_name(
    award: Which,
    name: str,
    latin_name: str = "",
    *,
    source: str,
    reason: str,
    actor_id: int | None = None,
    seen: str = "",
) -> Award:
    """Write the learner's name anew; returns the award that will say so, pending.

    Without `latin_name` it is transcribed. `source` is one of `NAME_SOURCES`. Saying what
    it says already changes nothing. Raises `NotAllowed` for a name that cannot be printed,
    an unknown source, no reason, for an award that does not stand, and with the `seen` of a
    preview when the award has changed since.
    """
    if source not in NAME_SOURCES:
        raise NotAllowed(_("The source of a name is one of: %(known)s.") % {"known": ", ".join(NAME_SOURCES)})
    changes = names(name, latin_name)
    return _correct(award, changes, {"name_source": source}, reason=reason, actor_id=actor_id, seen=seen)


def correct_grade(
    award: Which, grade: Decimal | None, *, reason: str, actor_id: int | None = None, seen: str = ""
) -> Award:
    """Write the grade anew, a share of the maximum; None leaves it out. As `correct_name` else.

    Raises `NotAllowed`, too, where the definition does not show a grade.
    """
    with transaction.atomic():
        changes = _grade(superseding.newest(award), grade)
        return _correct(award, changes, {}, reason=reason, actor_id=actor_id, seen=seen)


def _correct(
    award: Which,
    changes: dict[str, Any],
    beside: dict[str, Any],
    *,
    reason: str,
    actor_id: int | None,
    seen: str,
) -> Award:
    reason = demand_reason(reason)
    with transaction.atomic():
        row = superseding.newest(award)
        superseding.demand_unchanged(row, seen)
        if all(getattr(row, field) == value for field, value in changes.items()):
            return row
        if row.state == State.PENDING:
            return amend(row, changes | beside, action="corrected", actor_id=actor_id, reason=reason)
        _demand_correctable(row)
        return superseding.replace(
            row, action="corrected", actor_id=actor_id, reason=reason, **(changes | beside)
        )


def _demand_correctable(row: Award) -> None:
    if row.state == State.EXPIRED:
        raise NotAllowed(_("The award has expired. Renew it; the new one can be corrected."))
    if row.state != State.PENDING:
        superseding.demand_replaceable(row)


def amend(row: Award, changes: dict[str, Any], *, action: str, actor_id: int | None, reason: str) -> Award:
    """Change a locked award that is not signed yet."""
    for field, value in changes.items():
        setattr(row, field, value)
    row.save(update_fields=list(changes))
    auditing.note(action, row, actor_id=actor_id, reason=reason)
    return row


def names(name: str, latin: str) -> dict[str, Any]:
    """The fields of an award that hold these names; raises `NotAllowed` for what cannot be printed."""
    try:
        cleaned = clean_name(name)
        latin = clean_name(latin) if latin.strip() else transcribed(cleaned)
    except MalformedCredential as error:
        raise NotAllowed(_("The name holds no letters that can be printed.")) from error
    if latin and not is_latin(latin):
        raise NotAllowed(_("The name in Latin script must be in Latin letters, as on a passport."))
    return {"recipient_name": cleaned, "recipient_latin_name": "" if latin == cleaned else latin}


def _grade(row: Award, grade: Decimal | None) -> dict[str, Any]:
    if not row.achievement.shows_grade:
        raise NotAllowed(_("This definition does not show a grade."))
    if grade is not None and not 0 <= grade <= 1:
        raise NotAllowed(_("A grade is a share of the maximum, from 0 to 1."))
    return {"grade": grade.quantize(Decimal("0.0001")) if grade is not None else None}
