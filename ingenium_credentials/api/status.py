"""Status lists: a place for each award, and the signed list that verifiers look at.

The awards are the one true source. A list is computed from them, signed, kept as bytes
and served until it is stale or half of its time is over. What cannot be signed anew is
never served instead, if an award was revoked since: a list that is too old says 'valid'.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import secrets
from uuid import UUID

from attrs import frozen
from django.db import transaction
from django.utils import timezone

from ..badges import proof, status_list
from ..conf import conf
from ..models import Award, Issuer, SigningKey, StatusList
from .keys import signer_for

__all__ = ["MEDIA_TYPE", "PublishedList", "allot", "is_due", "publish", "status_document", "url_of"]

MEDIA_TYPE = "application/vc+ld+json"
_CLOCKS_DIFFER = dt.timedelta(minutes=5)
_GIVEN_OUT = (3, 4)
"""Share of the places given out: beyond it, finding a free one at random takes many tries."""
_LOOKED_AT = 32
"""Places looked at together: one of them is free, and how many are tells whether the list fills up."""
_chance = secrets.SystemRandom()


@frozen(kw_only=True)
class PublishedList:
    """A signed list as it is served."""

    body: bytes
    etag: str
    """A strong entity tag, quotes included."""
    ttl_seconds: int
    published_at: dt.datetime
    valid_until: dt.datetime
    media_type: str = MEDIA_TYPE


def url_of(row: StatusList) -> str:
    """The address at which verifiers find the list; it is signed into every credential."""
    return f"{conf.BASE_URL}/ingenium/status/{row.uuid}"


def allot(issuer: Issuer) -> tuple[StatusList, int]:
    """A random place that is free now. The unique constraint decides when the award is saved."""
    while True:
        row = _open_list(issuer)
        places = _chance.sample(range(row.length), min(_LOOKED_AT, row.length))
        taken = set(row.awards.filter(status_index__in=places).values_list("status_index", flat=True))
        if _is_full(row, len(taken), len(places)):
            StatusList.objects.filter(pk=row.pk).update(open=False)
        elif free := [place for place in places if place not in taken]:
            return row, free[0]


def _is_full(row: StatusList, taken: int, of: int) -> bool:
    """Whether enough is given out. Counted only when a sample of the places looks like it:
    counting all takes longer with each award."""
    return taken * row.length >= row.capacity * of and row.awards.count() >= row.capacity


def _open_list(issuer: Issuer) -> StatusList:
    row = StatusList.objects.filter(issuer=issuer, open=True).defer("document").order_by("pk").first()
    if row is not None:
        return row
    length = max(conf.STATUS_LIST_LENGTH, status_list.MIN_LENGTH)
    # Two at once make two lists, which is as good.
    return StatusList.objects.create(
        issuer=issuer, length=length, capacity=length * _GIVEN_OUT[0] // _GIVEN_OUT[1]
    )


def is_due(row: StatusList, now: dt.datetime) -> bool:
    """Whether the list is to be signed anew: stale, never signed, or past half of its time."""
    if row.stale or row.published_at is None or row.valid_until is None:
        return True
    if row.published_at > now + _CLOCKS_DIFFER:
        # Signed by a clock that was ahead: for everybody else it has not begun.
        return True
    return now >= row.published_at + (row.valid_until - row.published_at) / 2


def publish(row: StatusList) -> bytes:
    """Sign the list as the awards are now; raises `CredentialError` when it cannot be signed."""
    with transaction.atomic():
        # The lock orders us and `revoke`, which marks the list: either it waits and marks it
        # after us, or we wait and see the revocation.
        locked = StatusList.objects.select_for_update().select_related("issuer").get(pk=row.pk)
        now = timezone.now().replace(microsecond=0)
        valid_until = now + dt.timedelta(days=conf.STATUS_LIST_VALID_DAYS)
        body = _signed(locked, now, valid_until)
        StatusList.objects.filter(pk=locked.pk).update(
            document=body, published_at=now, valid_until=valid_until, stale=False
        )
    return body


def _signed(row: StatusList, now: dt.datetime, valid_until: dt.datetime) -> bytes:
    # Not by state: what was superseded, or erased after it was revoked, stays revoked.
    revoked = Award.objects.filter(status_list=row, revoked_at__isnull=False)
    document = status_list.render(
        url=url_of(row),
        issuer_id=row.issuer.did,
        # Whoever asks now, with a clock a little behind ours, must not get a list that has not begun.
        valid_from=now - _CLOCKS_DIFFER,
        valid_until=valid_until,
        revoked=revoked.values_list("status_index", flat=True).iterator(chunk_size=10_000),
        length=row.length,
        ttl_ms=conf.STATUS_LIST_TTL_SECONDS * 1000,
        purpose=row.purpose,
    )
    signer, key = signer_for(row.issuer, SigningKey.Use.PROOF, now)
    secured = proof.secure(document, signer=signer, verification_method=key.method_id, created=now)
    return json.dumps(secured, ensure_ascii=False, separators=(",", ":")).encode()


def _publish_if_due(row: StatusList) -> None:
    """Of many who ask for it at the same moment, one signs; the others have waited for that one."""
    with transaction.atomic():
        locked = StatusList.objects.select_for_update().defer("document").get(pk=row.pk)
        if is_due(locked, timezone.now()):
            publish(locked)


def status_document(uuid: UUID) -> PublishedList:
    """The list with this public id, signed anew if due.

    Raises `StatusList.DoesNotExist`, and `CredentialError` when it is out of date and
    cannot be signed: then nothing is served.
    """
    row = StatusList.objects.get(uuid=uuid)
    now = timezone.now()
    if is_due(row, now):
        try:
            _publish_if_due(row)
            row.refresh_from_db()
        except Exception:
            # Too early to worry: what we have is complete and still valid.
            if row.stale or not row.document or row.valid_until is None or row.valid_until <= now:
                raise
    return _published(row)


def _published(row: StatusList) -> PublishedList:
    body = bytes(row.document)
    if row.published_at is None or row.valid_until is None:
        raise StatusList.DoesNotExist
    return PublishedList(
        body=body,
        etag=f'"{hashlib.sha256(body).hexdigest()[:32]}"',
        ttl_seconds=conf.STATUS_LIST_TTL_SECONDS,
        published_at=row.published_at,
        valid_until=row.valid_until,
    )
