"""The learner looks at the name before it is signed, where the rule asks for it.

Until the date the learner may confirm the name or write it otherwise. The same name in
another spelling is taken at the learner's word; another name is held for a person to look
at. After the date the name is signed as it stands.
"""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import Any

from attrs import frozen
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from ..badges.names import latin_name as transcribed
from ..models import Award
from . import correcting, queueing, reviewing
from .errors import NotAllowed
from .states import State, Which, locked

__all__ = ["OTHER_NAME", "NamePreview", "awaits_confirmation", "confirm_name", "preview_name"]

OTHER_NAME = gettext_noop(
    "The name differs from the one in the account. A person looks at it before it is signed."
)
_ALIKE = 0.75
"""Share of letters in common, from which two spellings may be of one name."""


def awaits_confirmation(award: Award) -> bool:
    """Whether the learner is asked for the name now."""
    due = award.confirmation_due_at
    asked = award.state == State.PENDING and award.confirmed_at is None and not award.review_reason
    return asked and due is not None and due > timezone.now()


@frozen(kw_only=True)
class NamePreview:
    """The name exactly as it would be signed."""

    name: str
    latin_name: str
    """In Latin letters; empty where the name is so already."""
    is_changed: bool
    is_other: bool
    """It is no spelling of the name in the account: a person would look at it first."""


def preview_name(award: Award, name: str = "", latin_name: str = "") -> NamePreview:
    """The name as it stands, or as the learner writes it; raises `NotAllowed` for no name."""
    known = (award.recipient_name, award.recipient_latin_name)
    wanted = known
    if name.strip() or latin_name.strip():
        fields = correcting.names(name if name.strip() else known[0], latin_name)
        wanted = (fields["recipient_name"], fields["recipient_latin_name"])
    return NamePreview(
        name=wanted[0],
        latin_name=wanted[1],
        is_changed=wanted != known,
        is_other=wanted != known and not _is_spelling(wanted, known[1] or known[0]),
    )


def confirm_name(award: Which, learner_id: int, name: str = "", latin_name: str = "") -> Award:
    """The learner confirms the name, or says how it is written; it is signed then.

    A name that is not a spelling of the one in the account is kept, and held under review.
    Raises `NotAllowed` for anybody else, when it is not asked, and for a name that cannot
    be printed.
    """
    with transaction.atomic():
        row = locked(award)
        if row.learner_id != learner_id or not awaits_confirmation(row):
            raise NotAllowed(_("The name of this credential is not to be confirmed, or not any more."))
        preview = preview_name(row, name, latin_name)
        changes: dict[str, Any] = {"confirmed_at": timezone.now()}
        if preview.is_changed:
            changes |= {
                "recipient_name": preview.name,
                "recipient_latin_name": preview.latin_name,
                "name_source": "learner",
            }
        action = "name-stated" if preview.is_changed else "name-confirmed"
        correcting.amend(row, changes, action=action, actor_id=learner_id, reason="")
        if preview.is_other:
            return reviewing.open_review(row, OTHER_NAME)
        queueing.queue(queueing.ISSUE, [row.pk])
    return row


def _is_spelling(wanted: tuple[str, str], known: str) -> bool:
    """Whether both forms could be the known name, written otherwise."""
    forms = (transcribed(wanted[0]) or wanted[0], wanted[1])
    return all(_alike(form, known) for form in forms if form)


def _alike(one: str, other: str) -> bool:
    first, second = (" ".join(sorted(name.casefold().split())) for name in (one, other))
    return SequenceMatcher(None, first, second, autojunk=False).ratio() >= _ALIKE
