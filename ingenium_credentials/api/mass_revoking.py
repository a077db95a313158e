"""Take many awards back: one person proposes and sees what it would do, a second one decides.

Nothing happens between the two but looking. Once approved, the proposal's row is the
outbox: awards are revoked one by one, and a sweep goes on where that was cut off.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from uuid import UUID

from attrs import frozen
from django.db import transaction
from django.db.models import Count, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from ..models import Award, Credential, MassRevocation
from . import auditing, overseeing, queueing, tables
from .errors import NotAllowed
from .revoking import revoke
from .states import State, demand_reason

__all__ = [
    "MassPreview",
    "awards_in",
    "carry_out",
    "concerned_by",
    "decide_mass_revocation",
    "preview_mass_revocation",
    "propose_mass_revocation",
]

_MOST_AWARDS = 10_000
_REVOCABLE = (State.PENDING, State.ISSUED, State.REVIEW, State.EXPIRED)


@frozen(kw_only=True)
class MassPreview:
    """What a proposal would do now, without doing it."""

    total: int
    by_state: Mapping[str, int]
    by_definition: Mapping[str, int]
    """Of those that would change only, as the next."""
    formats: Mapping[str, int]
    """How many signed documents of each format stop being valid."""
    wholes: int
    """Awards built on these, which would come under review."""
    seen: str
    """A token of which awards would change: approving refuses it when they are others by then."""

    @property
    def changes(self) -> int:
        """How many awards would be revoked."""
        return sum(self.by_definition.values())


def awards_in(data: bytes) -> list[str]:
    """The public ids in a file: CSV or XLSX with one in each row, such as an exported list of awards.

    Raises `NotAllowed`, with the row, for what is none.
    """
    try:
        table = tables.read_table(data)
    except tables.Unreadable as error:
        raise NotAllowed(str(error)) from error
    cells = [(place, cell) for row in table.rows[:2] for place, cell in enumerate(row)]
    column = next((place for place, cell in cells if _is_uuid(cell)), None)
    if column is None:
        raise NotAllowed(_("The file names no award. Write the public id of one in each row."))
    found = [row[column] if column < len(row) else "" for row in table.rows]
    begin = 0 if _is_uuid(found[0]) else 1
    for number, cell in zip(table.numbers[begin:], found[begin:], strict=True):
        if not _is_uuid(cell):
            raise NotAllowed(
                _("Row %(row)d has no public id of an award in column %(column)d.")
                % {"row": number, "column": column + 1}
            )
    return found[begin:]


def _is_uuid(cell: str) -> bool:
    try:
        return bool(UUID(cell))
    except ValueError:
        return False


def propose_mass_revocation(
    award_uuids: Iterable[UUID | str],
    reason: str,
    actor_id: int | None,
    *,
    course_id: str = "",
    dry_run: bool = False,
) -> MassRevocation:
    """Ask that these awards be revoked; no award is changed. With `dry_run` the proposal is not kept.

    With a course all of them must be its awards, and its staff decides. Raises `NotAllowed` for
    an unknown award, none or too many, without a reason unless it is a dry run, and without a
    person who asks.
    """
    reason = reason if dry_run else demand_reason(reason)
    if actor_id is None:
        raise NotAllowed(_("Many awards are revoked by two people: it must be known who proposes it."))
    row = MassRevocation(
        course_id=course_id,
        awards=_known(award_uuids, course_id),
        reason=reason,
        proposed_at=timezone.now(),
        proposed_by=actor_id,
    )
    if dry_run:
        return row
    with transaction.atomic():
        row.save(force_insert=True)
        auditing.note("mass-revocation-proposed", row, actor_id=actor_id, reason=reason)
    return row


def _known(award_uuids: Iterable[UUID | str], course_id: str) -> list[str]:
    wanted = sorted(set(map(_uuid, award_uuids)), key=str)
    if not wanted or len(wanted) > _MOST_AWARDS:
        raise NotAllowed(
            _("A proposal names at least one award, and at most %(most)d.") % {"most": _MOST_AWARDS}
        )
    known = set(_within(course_id).filter(uuid__in=wanted).values_list("uuid", flat=True))
    unknown = [uuid for uuid in wanted if uuid not in known]
    if unknown:
        raise NotAllowed(
            _("%(count)d awards do not exist, or not here; the first of them: %(uuid)s")
            % {"count": len(unknown), "uuid": unknown[0]}
        )
    return [str(uuid) for uuid in wanted]


def _within(course_id: str) -> QuerySet[Award]:
    return overseeing.awards_of_course(course_id) if course_id else Award.objects.all()


def _uuid(value: UUID | str) -> UUID:
    try:
        return value if isinstance(value, UUID) else UUID(value.strip())
    except ValueError as error:
        raise NotAllowed(
            _("%(value)r is not the public id of an award.") % {"value": str(value)[:50]}
        ) from error


def preview_mass_revocation(proposal: MassRevocation) -> MassPreview:
    """What approving the proposal would do as things are now."""
    awards = Award.objects.filter(uuid__in=proposal.awards)
    concerned = _concerned(proposal)
    wholes = Award.objects.filter(parts__in=concerned, state__in=(State.PENDING, State.ISSUED))
    return MassPreview(
        total=len(proposal.awards),
        by_state=_counted(awards, "state"),
        by_definition=_counted(concerned, "definition"),
        formats=_counted(Credential.objects.filter(award__in=concerned), "format"),
        wholes=wholes.exclude(pk__in=concerned).distinct().count(),
        seen=_look_of(concerned),
    )


def concerned_by(proposal: MassRevocation) -> QuerySet[Award]:
    """What would be revoked now, the newest first."""
    return _concerned(proposal).order_by("-awarded_at", "-pk")


def _look_of(concerned: QuerySet[Award]) -> str:
    uuids = concerned.order_by("uuid").values_list("uuid", flat=True)
    return hashlib.sha256("".join(map(str, uuids)).encode()).hexdigest()[:32]


def _concerned(proposal: MassRevocation) -> QuerySet[Award]:
    """What would be revoked now: the awards that are named, and what has replaced them since."""
    newest = {UUID(uuid) for uuid in proposal.awards}
    uuids = set(newest)
    while newest:
        newest = set(Award.objects.filter(supersedes__uuid__in=newest).values_list("uuid", flat=True))
        uuids |= newest
    return Award.objects.filter(uuid__in=uuids, state__in=_REVOCABLE)


def _counted(rows: QuerySet[Award] | QuerySet[Credential], field: str) -> dict[str, int]:
    counted = rows.order_by(field).values(field).annotate(times=Count("pk"))
    return {row[field]: row["times"] for row in counted}


def decide_mass_revocation(
    proposal: MassRevocation, approve: bool, actor_id: int | None, *, seen: str = ""
) -> MassRevocation:
    """Approve or reject; raises `NotAllowed` for whoever proposed it, and if it was decided already.

    Approving is refused, too, when an award is not the course's any more, and with the
    `seen` of a preview when other awards would be revoked by now.
    """
    with transaction.atomic():
        row = MassRevocation.objects.select_for_update().get(pk=proposal.pk)
        if row.decided_at is not None:
            raise NotAllowed(_("It was decided already."))
        if actor_id is None or actor_id == row.proposed_by:
            raise NotAllowed(_("A second person must decide: not the one who proposed it."))
        if approve:
            _demand_approvable(row, seen)
        row.decided_at, row.decided_by = timezone.now(), actor_id
        if not approve:
            row.state = MassRevocation.State.REJECTED
        row.save(update_fields=["decided_at", "decided_by", "state"])
        verdict = "approved" if approve else "rejected"
        auditing.note(f"mass-revocation-{verdict}", row, actor_id=actor_id, reason=row.reason)
        if approve:
            queueing.queue(queueing.REVOKE_MANY, row.pk)
    return row


def _demand_approvable(row: MassRevocation, seen: str) -> None:
    concerned = _concerned(row)
    if seen and seen != _look_of(concerned):
        raise NotAllowed(_("By now other awards would be revoked than you have seen. Look again."))
    mine = _within(row.course_id).values("pk")
    if row.course_id and concerned.exclude(pk__in=mine).exists():
        raise NotAllowed(_("Some of these awards are not of this course any more. Propose it anew."))


def carry_out(proposal_id: int) -> int:
    """Revoke what an approved proposal names, and what has replaced that; returns how many.

    Goes on where it was cut off.
    """
    row = MassRevocation.objects.get(pk=proposal_id)
    if row.decided_at is None or row.state != MassRevocation.State.PROPOSED:
        return 0
    count = 0
    for uuid in _concerned(row).order_by("pk").values_list("uuid", flat=True):
        count += _revoke_one(uuid, row)
    if not _concerned(row).exists():
        MassRevocation.objects.filter(pk=row.pk).update(state=MassRevocation.State.DONE)
    return count


def _revoke_one(uuid: UUID, proposal: MassRevocation) -> int:
    try:
        revoke(uuid, reason=proposal.reason, actor_id=proposal.decided_by)
    except NotAllowed:
        # Replaced in this moment: the proposal is not done, and the sweep takes its successor.
        return 0
    return 1
