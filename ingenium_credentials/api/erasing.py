"""Erase what identifies a learner: at the holder's wish, by an officer, or as an account ends.

Names, grade, evidence, the hash of the e-mail address, the stored documents and the letters
go. What the issuer must be able to answer for stays, and names nobody: that something was
awarded on a day, its place in the status list, and a salted digest by which a document that
somebody still holds is recognised. Erasure is not revocation: such a document stays valid.

Who erases a credential is not awarded it again by the next event or the nightly
reconciliation. When an account ends, its number stays in the rows: it names nobody then.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID, uuid4

from attrs import frozen
from django.db import models, transaction
from django.utils import timezone

from ..badges.data import LanguageMap
from ..models import (
    Approval,
    AuditEntry,
    Award,
    CourseResult,
    Credential,
    Letter,
    PartResult,
)
from . import auditing, inbox, mentions, objecting
from .digesting import digests_of, salt

__all__ = [
    "ErasurePreview",
    "ToErase",
    "erase_award",
    "erase_learner",
    "forget_learner",
    "preview_award_erasure",
    "preview_learner_erasure",
]

_EMPTY: dict[str, Any] = {
    "recipient_name": "",
    "recipient_latin_name": "",
    "name_source": "",
    "email_hash": "",
    "email_salt": "",
    "grade": None,
    "courses": [],
    "supervision": None,
    "evidence": [],
    "review_reason": "",
    "review_due_at": None,
    "revocation_reason": "",
    "confirmation_due_at": None,
    "confirmed_at": None,
    "shared_at": None,
    "last_problem": "",
    "next_attempt_at": None,
}
"""What an erased award says of a person: nothing."""


@frozen(kw_only=True)
class ToErase:
    """One award in a preview."""

    uuid: UUID
    names: LanguageMap
    """Titles by language."""
    state: str
    formats: tuple[str, ...]
    """The stored documents that would go."""


@frozen(kw_only=True)
class ErasurePreview:
    """What an erasure would take, without taking it."""

    awards: tuple[ToErase, ...]
    letters: int
    approvals: int
    results: int = 0
    """Results in courses and their parts."""

    @property
    def changes(self) -> bool:
        """False when there is nothing to erase."""
        return bool(self.awards or self.results or self.approvals)


def preview_award_erasure(uuid: UUID | str) -> ErasurePreview:
    """What `erase_award` would take; raises `Award.DoesNotExist`."""
    awards = _not_erased(_chain(Award.objects.get(uuid=uuid)))
    return _preview(awards, Approval.objects.filter(_approvals_for(awards)))


def preview_learner_erasure(learner_id: int) -> ErasurePreview:
    """What `erase_learner` would take."""
    awards = _not_erased(Award.objects.filter(learner_id=learner_id))
    results = sum(model.objects.filter(learner_id=learner_id).count() for model in (CourseResult, PartResult))
    return _preview(awards, Approval.objects.filter(learner_id=learner_id), results)


def erase_award(uuid: UUID | str, *, actor_id: int | None = None, by_holder: bool = False) -> int:
    """Erase one award with what it corrects and what corrects it; returns how many rows of awards.

    There is no way back. Twice changes nothing. Raises `Award.DoesNotExist`. The holder's own
    id is not kept as the actor's.
    """
    with transaction.atomic():
        awards = _locked(_chain(Award.objects.get(uuid=uuid)))
        Approval.objects.filter(_approvals_for(awards)).delete()
        return _erase_all(awards, actor_id=actor_id, by_holder=by_holder)


def erase_learner(learner_id: int, *, actor_id: int | None = None, by_holder: bool = False) -> int:
    """Erase everything that is held on the learner; returns how many awards. Twice changes nothing.

    What the LMS tells of the learner afterwards is recorded anew.
    """
    with transaction.atomic():
        # First, as whoever takes it in begins with it, too.
        inbox.drop(learner_id)
        awards = _locked(Award.objects.filter(learner_id=learner_id))
        count = _erase_all(awards, actor_id=actor_id, by_holder=by_holder)
        for model in (Approval, CourseResult, PartResult):
            model.objects.filter(learner_id=learner_id).delete()
        mentions.remove(learner_id)
    return count


def forget_learner(learner_id: int, *, in_lms: bool = False) -> int:
    """The account ends: drop the learner's personal data; returns how many awards it changed.

    Twice changes nothing. `in_lms`: the transaction is the LMS's, which must never wait for a
    row of ours; that the account ends is kept in the inbox, and followed once the LMS has
    committed.
    """
    if in_lms:
        inbox.append_farewell(learner_id)
        return 0
    with transaction.atomic():
        inbox.drop(learner_id)
        results = CourseResult.objects.filter(learner_id=learner_id)
        awards = _locked(Award.objects.filter(learner_id=learner_id))
        _locked(Letter.objects.filter(award__in=awards))
        _locked(results)
        results.update(printed_name="", dirty=False, next_attempt_at=None, last_problem="")
        Approval.objects.filter(learner_id=learner_id).update(reason="")
        mentions.remove(learner_id)
        # An account that has ended is nobody any more; its number may stay.
        return sum(
            _erase(award, learner_id=award.learner_id, actor_id=None, reason="account") for award in awards
        )


def _erase_all(awards: list[Award], *, actor_id: int | None, by_holder: bool) -> int:
    reason = "holder" if by_holder else "officer"
    actor_id = None if by_holder else actor_id
    for award in awards:
        _unlink_actor(award)
        if award.learner_id is not None:
            objecting.object_to(award.learner_id, award.definition)
    return sum(_erase(award, learner_id=None, actor_id=actor_id, reason=reason) for award in awards)


def _erase(award: Award, *, learner_id: int | None, actor_id: int | None, reason: str) -> bool:
    """Whether it changed; an award that was erased as its account ended only loses its number."""
    if award.state == Award.State.ERASED:
        return bool(
            Award.objects.filter(pk=award.pk).exclude(learner_id=learner_id).update(learner_id=learner_id)
        )
    new_salt = salt()
    digests = digests_of(award, new_salt)
    Award.objects.filter(pk=award.pk).update(
        state=Award.State.ERASED,
        erased_at=timezone.now(),
        learner_id=learner_id,
        recipient_uuid=uuid4(),
        digest_salt=new_salt if digests else "",
        digests=digests,
        **_EMPTY,
    )
    Letter.objects.filter(award=award).delete()
    Credential.objects.filter(award=award).delete()
    # By what it was built on, or what was built on it, it could still be told whose it was.
    award.parts.clear()
    award.wholes.clear()
    award.overseen_by.all().delete()
    auditing.note("erased", award, actor_id=actor_id, reason=reason)
    return True


def _unlink_actor(award: Award) -> None:
    """What holders did to their own awards stays in the log; that it was they goes."""
    if award.learner_id is None:
        return
    # Past the guard against changes, which is for everybody else.
    entries: models.QuerySet[AuditEntry] = models.QuerySet(AuditEntry)
    own = entries.filter(subject_id=str(award.uuid), actor_id=award.learner_id)
    own.update(actor_id=None)


def _chain(award: Award) -> models.QuerySet[Award]:
    """The award with all that it corrects and that corrects it: they name the same person."""
    known = {award.pk}
    while True:
        found = set(
            Award.objects.filter(
                models.Q(pk__in=known) | models.Q(supersedes__in=known) | models.Q(superseded_by__in=known)
            ).values_list("pk", flat=True)
        )
        if found <= known:
            return Award.objects.filter(pk__in=known)
        known |= found


def _not_erased(awards: models.QuerySet[Award]) -> list[Award]:
    return list(awards.exclude(state=Award.State.ERASED).select_related("achievement"))


def _approvals_for(awards: Iterable[Award]) -> models.Q:
    wanted = models.Q(pk__in=())
    for award in awards:
        if award.rule_id is not None and award.learner_id is not None:
            wanted |= models.Q(rule=award.rule_id, learner_id=award.learner_id)
    return wanted


def _preview(awards: list[Award], approvals: models.QuerySet[Approval], results: int = 0) -> ErasurePreview:
    return ErasurePreview(
        awards=tuple(
            ToErase(
                uuid=award.uuid,
                names=award.achievement.names,
                state=award.state,
                formats=tuple(award.credentials.order_by("format").values_list("format", flat=True)),
            )
            for award in awards
        ),
        letters=Letter.objects.filter(award__in=awards).count(),
        approvals=approvals.count(),
        results=results,
    )


def _locked(rows: models.QuerySet[Any]) -> list[Any]:
    # The newest first: whoever issues a correction has it, and then wants what it corrects.
    return list(rows.select_for_update().order_by("-pk"))
