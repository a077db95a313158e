"""The learner looks at the name before it is signed, where the rule asks for it.

Until the date the learner may confirm the name or write it otherwise. The same name in
another spelling is taken at the learner's word; another name is held for a person to look
at. After the date the name is signed as it stands.
"""

from __future__ import annotations

from difflib import SequenceMatcher

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from ..badges.names import latin_name as transcribed
from ..models import Award
from . import correcting, queueing, reviewing
from .errors import NotAllowed
from .states import State, Which, locked

__all__ = ["OTHER_NAME", "awaits_confirmation", "confirm_name"]

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
        known = row.recipient_latin_name or row.recipient_name
        changes = correcting.names(name or row.recipient_name, latin_name)
        if not latin_name.strip() and not name.strip():
            changes["recipient_latin_name"] = row.recipient_latin_name
        stays = all(getattr(row, field) == value for field, value in changes.items())
        changes["confirmed_at"] = timezone.now()
        if not stays:
            changes["name_source"] = "learner"
        correcting.amend(
            row,
            changes,
            action="name-confirmed" if stays else "name-stated",
            actor_id=learner_id,
            reason="",
        )
        if not stays and not _is_spelling(row, known):
            return reviewing.open_review(row, OTHER_NAME)
        queueing.queue(queueing.ISSUE, [row.pk])
    return row


def _is_spelling(row: Award, known: str) -> bool:
    """Whether both forms of the new name could be the known one, written otherwise."""
    forms = (transcribed(row.recipient_name) or row.recipient_name, row.recipient_latin_name)
    return all(_alike(form, known) for form in forms if form)


def _alike(one: str, other: str) -> bool:
    first, second = (" ".join(sorted(name.casefold().split())) for name in (one, other))
    return SequenceMatcher(None, first, second, autojunk=False).ratio() >= _ALIKE
