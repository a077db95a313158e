"""What the LMS tells us in its own transaction: a row that is appended there, and never waits.

A transaction of the LMS that waits for a lock of ours can end as the victim of a deadlock,
and then everything that the LMS has done in it is undone. So all that happens in there is
the insert of a row which has no key that another row could have and no index that anybody
could have locked. What the row says is merged into the results after the commit, in
transactions of ours that may wait and be repeated (`taking_in`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from attrs import asdict
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from ..models import IncomingNews
from . import queueing
from .news import CertificateNews, EnrolmentNews, GradeNews, News, PassingNews

__all__ = ["append", "append_completion", "append_farewell", "drop", "left", "news_in"]

Kind = IncomingNews.Kind

_CLASSES: dict[str, type[News]] = {
    Kind.PASSING: PassingNews,
    Kind.GRADE: GradeNews,
    Kind.CERTIFICATE: CertificateNews,
    Kind.ENROLMENT: EnrolmentNews,
}
_KINDS = {made: kind for kind, made in _CLASSES.items()}


def append(news: News) -> None:
    """Keep a piece of news in the LMS's transaction; it is taken in when that has committed."""
    content = asdict(news, value_serializer=lambda _news, _field, value: _written(value))
    _append(_KINDS[type(news)], content.pop("learner_id"), content)


def append_completion(learner_id: int, course_id: str) -> None:
    """Keep in the LMS's transaction that the learner has completed something, whatever that is."""
    _append(Kind.COMPLETION, learner_id, {"course_id": course_id})


def append_farewell(learner_id: int) -> None:
    """Keep in the LMS's transaction that the learner's account ends."""
    _append(Kind.FAREWELL, learner_id, {})


def news_in(row: IncomingNews) -> News:
    """The news that the row keeps; raises `ValueError` or `TypeError` for what is none."""
    content = dict(row.content)
    return _CLASSES[row.kind](
        learner_id=row.learner_id, at=dt.datetime.fromisoformat(content.pop("at")), **content
    )


def drop(learner_id: int) -> None:
    """Forget what has not been taken in of the learner."""
    # Row by row, each by its key: a search would lock rows that the LMS is just appending.
    for row in IncomingNews.objects.filter(learner_id=learner_id).only("pk"):
        row.delete()


def left(now: dt.datetime, settling: dt.timedelta) -> Iterator[int]:
    """The rows that nobody has taken in for that long."""
    # What was heard in the future was heard while a clock was ahead.
    settled = Q(heard_at__lt=now - settling) | Q(heard_at__gt=now + settling)
    rows = IncomingNews.objects.filter(settled).order_by("pk")
    return rows.values_list("pk", flat=True).iterator(chunk_size=2000)


def _append(kind: str, learner_id: int, content: dict[str, Any]) -> None:
    with transaction.atomic():
        row = IncomingNews.objects.create(
            kind=kind, learner_id=learner_id, content=content, heard_at=timezone.now()
        )
    queueing.queue(queueing.TAKE_IN, [row.pk])


def _written(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value
