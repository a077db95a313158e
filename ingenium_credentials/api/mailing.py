"""Letters to learners: queued with the deed that they tell of, sent when the mail server answers.

The rows are the outbox. A letter is claimed, handed over, and marked as sent, each in a
transaction of its own: whoever dies in between leaves a letter that is sent again when the
claim has run out, under the same Message-ID. None is lost; a second copy is possible, a
second claim is not. Neither rows, nor logs, nor tasks hold an address or a name.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterator, Sequence
from smtplib import SMTPDataError, SMTPRecipientsRefused

from django.db import connection, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from .. import lms
from ..conf import conf
from ..models import AuditEntry, Award, Letter
from . import queueing
from .errors import DATABASE_GONE, next_attempt, problem_of
from .letters import compose

__all__ = [
    "MOST_ATTEMPTS",
    "can_be_told",
    "due_letters",
    "is_told",
    "queue_letter",
    "send_again",
    "send_letters",
    "told_of_review",
]

logger = logging.getLogger(__name__)

MOST_ATTEMPTS = 13
"""Some three days of a mail server that does not answer."""
_CLAIM = dt.timedelta(minutes=15)
"""Longer than any mail server takes to answer."""
_REPEATED = (Letter.Kind.REVIEW, Letter.Kind.REINSTATED)
_State = Award.State
_TRUE_IN: dict[str, frozenset[str]] = {
    Letter.Kind.AWARDED: frozenset({_State.ISSUED, _State.REVIEW, _State.EXPIRED}),
    Letter.Kind.CONFIRM: frozenset({_State.PENDING}),
    Letter.Kind.CORRECTED: frozenset({_State.ISSUED, _State.REVIEW}),
    Letter.Kind.REVIEW: frozenset({_State.REVIEW}),
    Letter.Kind.REINSTATED: frozenset({_State.ISSUED}),
    Letter.Kind.REVOKED: frozenset({_State.REVOKED}),
    Letter.Kind.EXPIRING: frozenset({_State.ISSUED}),
}
"""States in which the letter still says the truth."""


def queue_letter(award: Award, kind: str) -> Letter | None:
    """Have the learner told, once this transaction has committed; None when mail is switched off.

    Twice for the same occasion is one letter. An award can come under review again: its next
    `REVIEW` is a new occasion once `REINSTATED` was queued for the last one. `CORRECTED` is of
    the new award.
    """
    if not conf.MAIL or award.learner_id is None:
        return None
    now, key = timezone.now(), {"award": award, "kind": kind, "occasion": _occasion(award, kind)}
    Letter.objects.bulk_create(
        [Letter(**key, created_at=now)],
        update_conflicts=True,
        update_fields=["kind"],
        unique_fields=tuple(key) if connection.features.supports_update_conflicts_with_target else None,
    )
    letter = Letter.objects.get(**key)
    if letter.created_at == now:  # else it was there, and stays as it is
        queueing.queue(queueing.SEND, [letter.pk])
    return letter


def is_told(award: Award, kind: str) -> bool:
    """Whether the learner was told, or is about to be, by the last letter of this kind."""
    letter = Letter.objects.filter(award=award, kind=kind).order_by("-occasion").first()
    if letter is None or letter.given_up_at is not None or not _is_news(letter):
        return False
    return letter.sent_at is not None or can_be_told(award)


def can_be_told(award: Award) -> bool:
    """Whether a letter to the learner would be sent: mail is on, and somebody is there to write to."""
    return conf.MAIL and _reader(award) is not None


def _reader(award: Award) -> lms.Account | None:
    account = lms.account(award.learner_id) if award.learner_id is not None else None
    return account if account is not None and account.is_active and account.email else None


def _occasion(award: Award, kind: str) -> int:
    if kind not in _REPEATED:
        return 1
    ended = Letter.objects.filter(award=award, kind=Letter.Kind.REINSTATED).count()
    begun = Letter.objects.filter(award=award, kind=Letter.Kind.REVIEW).count()
    return ended + 1 if kind == Letter.Kind.REVIEW else max(begun, 1)


def due_letters(now: dt.datetime) -> QuerySet[Letter]:
    """Letters that are to be sent now."""
    waiting = Letter.objects.filter(sent_at=None, given_up_at=None)
    return waiting.filter(Q(next_attempt_at=None) | Q(next_attempt_at__lte=now))


def send_again(letter_ids: Sequence[int]) -> int:
    """Try those letters anew that were given up; returns how many they are."""
    given_up = Letter.objects.filter(pk__in=letter_ids, sent_at=None).exclude(given_up_at=None)
    ids = list(given_up.values_list("pk", flat=True))
    Letter.objects.filter(pk__in=ids).update(
        given_up_at=None, attempts=0, next_attempt_at=None, last_problem=""
    )
    if ids:
        queueing.queue(queueing.SEND, ids)
    return len(ids)


def send_letters(letter_ids: Sequence[int]) -> int:
    """Send those of these letters that are due; returns how many were.

    One that cannot be sent keeps its problem and is tried again, up to `MOST_ATTEMPTS` times.
    While the mail server is away the others are left to the sweep. Only the database's own
    trouble is raised.
    """
    sent = 0
    for letter in _claimed(letter_ids):
        try:
            sent += _send(letter)
        except DATABASE_GONE:
            raise
        except SMTPRecipientsRefused as error:
            _note_failure(letter, type(error).__name__, for_good=_is_final(error))
        except SMTPDataError as error:
            _note_failure(letter, type(error).__name__)
        except OSError as error:
            # The mail server's trouble and not the letter's: the others need not be tried now.
            _note_failure(letter, type(error).__name__)
            break
        except Exception as error:  # whatever it is, the letter keeps it and the others go on
            _note_failure(letter, problem_of(error))
    return sent


def _claimed(letter_ids: Sequence[int]) -> Iterator[Letter]:
    """One after the other; a claim runs out by itself when we die over it."""
    for letter_id in dict.fromkeys(letter_ids):
        now = timezone.now()
        mine = due_letters(now).filter(pk=letter_id)
        if mine.update(attempts=F("attempts") + 1, next_attempt_at=now + _CLAIM):
            yield Letter.objects.select_related("award__achievement", "award__issuer__alliance").get(
                pk=letter_id
            )


def _send(letter: Letter) -> bool:
    award = letter.award
    account = _reader(award)
    if account is None:
        return _withdraw(letter, _("There is no active account to write to."))
    if award.state not in _TRUE_IN[letter.kind] or not _is_news(letter):
        return _withdraw(letter, _("It was no longer true when it was to be sent."))
    if letter.kind == Letter.Kind.REVIEW:
        _count_from_now(award)
    lms.send_message(compose(letter, account))
    with transaction.atomic():
        mine = Letter.objects.filter(pk=letter.pk)
        mine.update(sent_at=timezone.now(), next_attempt_at=None, last_problem="")
        if letter.kind == Letter.Kind.REVIEW:
            dated = Award.objects.filter(pk=award.pk, state=_State.REVIEW, review_due_at__isnull=False)
            dated.update(review_due_at=award.review_due_at)
    return True


def _count_from_now(award: Award) -> None:
    """The learner has all the days of the review, however late the letter is, which names the last one."""
    opened = AuditEntry.objects.filter(subject_id=str(award.uuid), action="review-opened")
    begun = opened.order_by("-at").first()
    if award.review_due_at is not None and begun is not None:
        days = award.review_due_at - begun.at
        award.review_due_at = max(award.review_due_at, timezone.now() + days)


def told_of_review(award: Award) -> bool | None:
    """Whether the learner was told of the review that the award is under; None while the letter waits.

    True where nobody is to be told: mail is off, or what is held was never issued.
    """
    if not conf.MAIL or award.state != _State.REVIEW or award.learner_id is None:
        return True
    letters = Letter.objects.filter(award=award, kind=Letter.Kind.REVIEW).order_by("-occasion")
    letter = letters.first() or queue_letter(award, Letter.Kind.REVIEW)
    if letter is None or letter.sent_at is not None:
        return True
    return None if letter.given_up_at is None else False


def _is_news(letter: Letter) -> bool:
    """Nobody is told of the good end of a review that they have not been told of."""
    if letter.kind != Letter.Kind.REINSTATED:
        return True
    told = Letter.objects.filter(award=letter.award_id, kind=Letter.Kind.REVIEW, occasion=letter.occasion)
    return told.exclude(sent_at=None).exists()


def _withdraw(letter: Letter, why: str) -> bool:
    Letter.objects.filter(pk=letter.pk).update(
        given_up_at=timezone.now(), attempts=0, next_attempt_at=None, last_problem=why[:255]
    )
    return False


def _is_final(error: SMTPRecipientsRefused) -> bool:
    """Whether the learner's address will be refused tomorrow, too (5xx)."""
    return all(reply[0] >= 500 for reply in error.recipients.values())


def _note_failure(letter: Letter, problem: str, *, for_good: bool = False) -> None:
    now = timezone.now()
    given_up = for_good or letter.attempts >= MOST_ATTEMPTS
    Letter.objects.filter(pk=letter.pk).update(
        given_up_at=now if given_up else None,
        next_attempt_at=None if given_up else next_attempt(letter.attempts, now),
        last_problem=problem,
    )
    logger.error("Letter %d was not sent: %s", letter.pk, problem)
