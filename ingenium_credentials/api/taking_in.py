"""From the inbox into the results: what the LMS has told, merged once it has committed.

A row goes in the transaction that merges it, so that each is merged exactly once; merging
one twice, late or in another order would change nothing either.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import partial

from django.db import transaction

from ..models import IncomingNews
from . import erasing, inbox, recording
from .errors import DATABASE_GONE

__all__ = ["take_in"]

logger = logging.getLogger(__name__)


def take_in(news_ids: Sequence[int]) -> list[int]:
    """Merge what these rows of the inbox say; returns the ids of the results to be evaluated."""
    changed: dict[int, None] = {}
    for row in IncomingNews.objects.filter(pk__in=news_ids).order_by("pk"):
        try:
            if (result_id := recording.patiently(partial(_take_in, row))) is not None:
                changed[result_id] = None
        except DATABASE_GONE:
            raise
        except Exception as error:  # one row's trouble must not keep the others from being taken in
            logger.error("News %s was not taken in (%s).", row.pk, type(error).__name__)
    return list(changed)


@transaction.atomic
def _take_in(row: IncomingNews) -> int | None:
    # Taken away first: who is erased meanwhile, or taken in by somebody else, is not written down again.
    taken, _by_model = row.delete()
    if not taken:
        return None
    if row.kind == IncomingNews.Kind.FAREWELL:
        erasing.forget_learner(row.learner_id)
        return None
    if row.kind == IncomingNews.Kind.COMPLETION:
        return recording.mark(row.learner_id, row.content["course_id"])
    return recording.write(inbox.news_in(row))
