"""From pending awards to signed credentials.

One award, one transaction; what one award lacks does not keep the others. A document is
signed once per format and kept as the very bytes that were signed.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import logging
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from typing import Any
from uuid import UUID

from attrs import field, frozen
from django.db import connection, transaction
from django.utils import timezone

from ..badges import jose, ob3, proof
from ..badges.data import AwardData
from ..badges.did import jwk_method_id
from ..badges.keys import Signer
from ..conf import conf
from ..models import Award, Credential, SigningKey
from . import announcing, appearance, auditing, endorsing, sealing, superseding
from .errors import DATABASE_GONE, NotReady, next_attempt, problem_of
from .keys import keys_in_force, signer_of
from .record import Common, award_data, common
from .states import issuable

__all__ = ["FORMATS", "SEAL", "Format", "Source", "issue"]

logger = logging.getLogger(__name__)

Document = dict[str, Any]
CommonOf = Callable[[int, int], Common]
"""By the ids of a version and an issuer."""
_VERSIONS_KEPT = 32
_KEY = ("award", "format")
Secure = Callable[[Document, Signer, str, dt.datetime], bytes]
"""Document, signer, verification method and moment of signing → bytes."""


@frozen(kw_only=True)
class Source:
    """What every format of one award is written from, at one moment."""

    award: Award
    data: AwardData
    now: dt.datetime
    badges: list[Document] = field(factory=list)
    keys: dict[str, SigningKey] = field(factory=dict)

    def signer(self, use: str) -> tuple[Signer, SigningKey]:
        """The issuer's key for the use, opened; all of its keys are looked up together."""
        if not self.keys:
            self.keys.update(keys_in_force(self.award.issuer, self.now))
        return signer_of(self.award.issuer, use, self.keys)

    def badge(self) -> Document:
        """The unsigned badge with its endorsements, made once for both of its formats."""
        if not self.badges:
            data = endorsing.with_mandates(self.award, self.data)
            self.badges.append(endorsing.endorsed(self.award, ob3.render(data), data, self.now))
        return self.badges[0]


@frozen(kw_only=True)
class Format:
    """How a record becomes the bytes of one format."""

    media_type: str
    """As stored; what goes over the wire is the views' business."""
    use: str
    """Which of the issuer's keys signs: a `SigningKey.Use`, or `SEAL` for a sealing certificate."""
    write: Callable[[Source], dict[str, Any]]
    """The fields of the `Credential`: its body, and what it was signed with."""


SEAL = "seal"


def _embedded(document: Document, signer: Signer, method_id: str, now: dt.datetime) -> bytes:
    secured = proof.secure(document, signer=signer, verification_method=method_id, created=now)
    return json.dumps(secured, ensure_ascii=False, separators=(",", ":")).encode()


def _token(document: Document, signer: Signer, method_id: str, _now: dt.datetime) -> bytes:
    # Others look for a JWK under the `kid`; the DID document lists it under an id of its own.
    return jose.secure(document, signer=signer, key_id=jwk_method_id(method_id, signer.public_key))


def _badge_by(use: str, secure: Secure, source: Source) -> dict[str, Any]:
    signer, key = source.signer(use)
    return {"body": secure(source.badge(), signer, key.method_id, source.now), "signing_key": key}


def _badge(media_type: str, use: str, secure: Secure) -> Format:
    return Format(media_type=media_type, use=use, write=partial(_badge_by, use, secure))


def _sealed(source: Source) -> dict[str, Any]:
    made = sealing.seal_award(source.award, source.data, source.now)
    due = sealing.wait_for_time_stamp(source.now)
    return {"body": made.body, "sealing_certificate": made.certificate, "time_stamp_due_at": due}


FORMATS: dict[str, Format] = {
    "ob3": _badge("application/vc+ld+json", SigningKey.Use.PROOF.value, _embedded),
    "ob3-jwt": _badge("application/jwt", SigningKey.Use.JWT.value, _token),
    "elm": Format(media_type=sealing.MEDIA_TYPE, use=SEAL, write=_sealed),
}


def issue(award_ids: Sequence[int]) -> list[UUID]:
    """Sign the credentials of those awards that are pending and due; returns who was issued.

    An award that cannot be issued keeps its problem and is tried again later. Only the
    database's own trouble is raised, after all awards have been tried. What a definition and
    its issuer say is read once for all of them; keys and mandates are looked up for each.
    """
    common_of = lru_cache(maxsize=_VERSIONS_KEPT)(common)
    issued: list[UUID] = []
    trouble: Exception | None = None
    for award_id in dict.fromkeys(award_ids):
        try:
            uuid = _issue_or_note(award_id, common_of)
        except DATABASE_GONE as error:
            trouble = error
            continue
        issued += [uuid] if uuid is not None else []
    if trouble is not None:
        raise trouble
    return issued


def _issue_or_note(award_id: int, common_of: CommonOf) -> UUID | None:
    try:
        return _issue_one(award_id, common_of)
    except DATABASE_GONE:
        raise
    except Exception as error:  # whatever it is, the award keeps it and the others go on
        _note_failure(award_id, problem_of(error))
        return None


def _issue_one(award_id: int, common_of: CommonOf) -> UUID | None:
    with transaction.atomic():
        award = _claim(award_id)
        if award is None:
            return None
        now = timezone.now().replace(microsecond=0)
        shared = common_of(award.achievement_id, award.issuer_id)
        award.achievement, award.issuer = shared.achievement, shared.issuer
        _write_credentials(award, award_data(award, shared), now)
        superseding.take_over(award)
        changed = Award.objects.filter(pk=award.pk, state=Award.State.PENDING).update(
            state=Award.State.ISSUED, issued_at=now, next_attempt_at=None, last_problem=""
        )
        if not changed:
            # Issued or revoked by somebody else in this moment: leave theirs as it is.
            transaction.set_rollback(True)
            return None
        auditing.note("issued", award)
        superseding.tell(award)
        announcing.awarded_on_commit(award)
        return award.uuid


def _claim(award_id: int) -> Award | None:
    """The award if it may be signed now and nobody else is at it."""
    rows = Award.objects.filter(issuable(timezone.now()), pk=award_id)
    if connection.features.has_select_for_update_skip_locked:
        rows = rows.filter(pk__in=list(rows.select_for_update(skip_locked=True).values_list("pk", flat=True)))
    return rows.select_related("status_list", "supersedes").defer("status_list__document").first()


def _write_credentials(award: Award, data: AwardData, now: dt.datetime) -> None:
    endorsing.demand_issuer_in_time(award)
    appearance.demand_marks(award.achievement)
    source = Source(award=award, data=data, now=now)
    # What somebody else has signed, or signs in this moment, counts; ours is forgotten then.
    Credential.objects.bulk_create(
        [_written(source, name) for name in conf.FORMATS],
        update_conflicts=True,
        update_fields=["format"],
        unique_fields=_KEY if connection.features.supports_update_conflicts_with_target else None,
    )
    sealing.queue_time_stamps(award)


def _written(source: Source, name: str) -> Credential:
    if name not in FORMATS:
        raise NotReady(f"INGENIUM_FORMATS names the format {name!r}, which does not exist.")
    fields = FORMATS[name].write(source)
    return Credential(
        award=source.award,
        format=name,
        media_type=FORMATS[name].media_type,
        sha256=hashlib.sha256(fields["body"]).hexdigest(),
        issued_at=source.now,
        **fields,
    )


def _note_failure(award_id: int, problem: str) -> None:
    award = Award.objects.filter(pk=award_id, state=Award.State.PENDING).only("uuid", "attempts").first()
    if award is None:
        return
    attempts = award.attempts + 1
    Award.objects.filter(pk=award_id, state=Award.State.PENDING).update(
        attempts=attempts, next_attempt_at=next_attempt(attempts, timezone.now()), last_problem=problem
    )
    logger.error("Award %s was not issued: %s", award.uuid, problem)
