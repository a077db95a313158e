"""From smaller awards to larger ones: what a new award completes.

An award that a rule names as a part says so on its own row (`wholes_due_at`), so that a
crash between the two loses nothing: the sweep finds it. One award leads to the next until
nothing new is earned; a learner has one standing award of each definition, which ends it.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterator, Sequence

from django.utils import timezone

from ..models import Award
from .awarding import award_by, rules_with_part
from .errors import DATABASE_GONE, NotAllowed

__all__ = ["stack", "wholes_left"]

logger = logging.getLogger(__name__)

_AGAIN = dt.timedelta(hours=6)
"""After what could not be evaluated: a name may come, or a rule be mended."""


def stack(award_ids: Sequence[int]) -> list[int]:
    """Award what these awards complete; returns the ids of the new and standing larger awards."""
    wholes: list[int] = []
    due = Award.objects.filter(pk__in=award_ids, wholes_due_at__isnull=False, learner_id__isnull=False)
    for part in due.order_by("pk"):
        wholes += _stack(part)
    return wholes


def wholes_left(now: dt.datetime) -> Iterator[int]:
    """The ids of the awards whose wholes are to be evaluated by now."""
    due = Award.objects.filter(wholes_due_at__lte=now, learner_id__isnull=False)
    return due.order_by("pk").values_list("pk", flat=True).iterator(chunk_size=2000)


def _stack(part: Award) -> list[int]:
    wholes: list[int] = []
    again = None
    for rule in rules_with_part(part.definition):
        try:
            wholes += award_by(rule, part.learner_id or 0)
        except DATABASE_GONE:
            raise
        except NotAllowed:
            # Revoked, and nothing new since: nothing to do.
            continue
        except Exception as error:  # one rule's trouble must not keep the others from being tried
            logger.warning("What award %s completes was not evaluated (%s).", part.uuid, type(error).__name__)
            again = timezone.now() + _AGAIN
    # Unless somebody has asked anew in the meantime, the award is done with.
    unchanged = Award.objects.filter(pk=part.pk, wholes_due_at=part.wholes_due_at)
    unchanged.update(wholes_due_at=again)
    return wholes
