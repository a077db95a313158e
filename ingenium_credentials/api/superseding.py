"""One award in the place of another: the old one stands until the new one is signed.

The new award is pending like any other and is issued like any other. In the transaction in
which it is, the old one becomes superseded: nothing is lost when signing fails.
"""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from ..models import AuditEntry, Award, Letter
from . import announcing, occasions, overseeing
from .errors import NotAllowed, NotReady
from .mailing import queue_letter
from .reviewing import PART_SUPERSEDED, review_wholes
from .states import State, Which, locked, move

__all__ = [
    "demand_replaceable",
    "demand_unchanged",
    "is_renewal",
    "look_of",
    "newest",
    "replace",
    "take_over",
]

REPLACED = gettext_noop("It was replaced by a new credential.")
_ANEW = frozenset(
    {
        *("id", "uuid", "state", "occasion", "supersedes", "status_list", "status_index"),
        *("issued_at", "confirmation_due_at", "confirmed_at", "review_due_at", "review_reason"),
        *("revoked_at", "revocation_reason", "shared_at", "attempts", "next_attempt_at", "last_problem"),
        *("erased_at", "digest_salt", "digests"),
    }
)
"""Fields of a new award that do not come from the one that it replaces."""


def newest(award: Which) -> Award:
    """The award that has replaced this one by now, or is about to; else itself. Locked."""
    row = locked(award)
    while (successor := Award.objects.filter(supersedes=row).only("uuid").first()) is not None:
        row = locked(successor)
    return row


def look_of(row: Award) -> str:
    """A token of the award as it is now, for whoever looks at it before a deed; names nobody."""
    entries = AuditEntry.objects.filter(subject_kind="award", subject_id=str(row.uuid))
    last = entries.order_by("-pk").values_list("pk", flat=True).first()
    return f"{row.uuid}.{last or 0}"


def demand_unchanged(row: Award, seen: str) -> None:
    """Refuse, with `NotAllowed`, if the locked award has changed since that look; empty: nobody looked."""
    if seen and seen != look_of(row):
        raise NotAllowed(_("The award has changed since you looked at it. Look again before you decide."))


def demand_replaceable(row: Award) -> None:
    """Refuse, with `NotAllowed`, unless the award is issued or has expired."""
    if row.state not in (State.ISSUED, State.EXPIRED):
        raise NotAllowed(
            _("An award that is %(state)s cannot be replaced.") % {"state": State(row.state).label.lower()}
        )


def replace(old: Award, *, action: str, actor_id: int | None, reason: str, **changes: Any) -> Award:
    """A pending award that differs from a locked one by `changes`, to take its place.

    Raises `NotAllowed` unless the old one is issued, or expired.
    """
    demand_replaceable(old)
    fields = (field for field in Award._meta.concrete_fields if field.name not in _ANEW)
    copied = {field.attname: getattr(old, field.attname) for field in fields}
    new = Award(uuid=uuid4(), supersedes=old, **(copied | changes))
    last = occasions.latest(old.learner_id or 0, old.definition)
    new.occasion = (last or old).occasion + 1
    former = old.overseen_by.values_list("course_id", flat=True)
    return occasions.insert(
        new,
        parts=old.parts.all(),
        courses=overseeing.courses_of(new) if "courses" in changes else list(former),
        action=action,
        actor_id=actor_id,
        reason=reason,
    )


def take_over(new: Award) -> None:
    """The new award was signed in this transaction: the one that it replaces stands no more.

    Raises `NotReady` while the old one is under review, and `NotAllowed` if it was revoked.
    """
    if new.supersedes_id is None:
        return
    old = Award.objects.select_for_update().get(pk=new.supersedes_id)
    if old.state == State.REVIEW:
        raise NotReady(_("The award that it replaces is under review."))
    move(
        old,
        State.SUPERSEDED,
        action="superseded",
        actor_id=None,
        reason=str(new.uuid),
        revoked_at=timezone.now(),
        revocation_reason=REPLACED,
        next_attempt_at=None,
    )
    # Whoever has the address of the old one may see what it leads to.
    Award.objects.filter(pk=new.pk).update(shared_at=old.shared_at)
    review_wholes(old, PART_SUPERSEDED)
    for whole in old.wholes.filter(~Q(state=State.ERASED)):
        whole.parts.add(new)
    announcing.revoked_on_commit(old)


def is_renewal(new: Award) -> bool:
    """Whether the award replaces an older one because it was earned again, not corrected."""
    return new.supersedes is not None and new.awarded_at != new.supersedes.awarded_at


def letter_of(new: Award) -> str:
    """Which letter tells the learner of an award that was just signed."""
    corrects = new.supersedes_id is not None and not is_renewal(new)
    return Letter.Kind.CORRECTED if corrects else Letter.Kind.AWARDED


def tell(new: Award) -> None:
    """Tell the learner of an award that was just signed."""
    queue_letter(new, letter_of(new))
