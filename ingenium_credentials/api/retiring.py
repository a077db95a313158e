"""Forget a learner whose account ends.

What identifies the person goes: names, the hash of the e-mail address, the stored
documents. What the issuer must be able to show stays, under a number: that something was
awarded, when, and whether it was revoked. Documents in a wallet go on to verify.
"""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from ..models import Award, CourseResult, Credential
from . import auditing

__all__ = ["forget_learner"]

_REASON = "The account was retired before the credential was issued."


def forget_learner(learner_id: int) -> int:
    """Drop the learner's personal data; returns how many awards it changed. Twice changes nothing."""
    with transaction.atomic():
        CourseResult.objects.filter(learner_id=learner_id).update(
            printed_name="", dirty=False, next_attempt_at=None, last_problem=""
        )
        known = Award.objects.select_for_update().filter(learner_id=learner_id)
        awards = list(known.filter(~Q(recipient_name="") | ~Q(email_hash="") | Q(state=Award.State.PENDING)))
        for award in awards:
            _forget(award)
    return len(awards)


def _forget(award: Award) -> None:
    if award.state == Award.State.PENDING:
        award.state, award.revoked_at = Award.State.REVOKED, timezone.now()
        award.revocation_reason, award.next_attempt_at = _REASON, None
    award.recipient_name = award.recipient_latin_name = award.name_source = ""
    award.email_hash = award.email_salt = award.last_problem = ""
    award.shared_at = None
    award.save()
    Credential.objects.filter(award=award).delete()
    auditing.note("forgotten", award)
