"""From the record to a sealed European Digital Credential, in whose name, and with which time-stamp.

Hides which certificate seals, who seals beside the issuer, and that a time-stamp may come
later: issuing never waits for somebody else's service. Sealed at level B-B at once, a
credential is raised to B-T as soon as the authority answers; text and seals stay as they are.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import logging
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache, partial
from operator import attrgetter
from pathlib import Path
from typing import Any

from attrs import evolve, frozen
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ..badges import elm, seal, timestamps
from ..badges.certificates import Certificate, Sealer, open_sealer
from ..badges.chains import Anchor
from ..badges.data import AwardData
from ..badges.errors import CredentialError, UnusableKey
from ..badges.names import clean_name
from ..badges.trust import read_trust
from ..conf import conf
from ..models import (
    Award,
    Credential,
    Issuer,
    Organisation,
    OrganisationIdentifier,
    SealingCertificate,
)
from . import auditing, documents, endorsing, queueing, remote
from .errors import NotAllowed, NotReady, problem_of
from .keys import demand_no_secret
from .record import award_data, own_issuers

__all__ = [
    *("MEDIA_TYPE", "SealedAward", "anchors", "define_certificate", "retire_certificate", "seal_award"),
    *("sealer_for", "time_stamp", "unsigned_export", "wait_for_time_stamp"),
]

logger = logging.getLogger(__name__)

MEDIA_TYPE = "application/jose+json"
FORMAT = "elm"
_LEGAL = (OrganisationIdentifier.Scheme.VAT, OrganisationIdentifier.Scheme.REGISTRATION)
_QUERY, _REPLY = "application/timestamp-query", "application/timestamp-reply"
_LONGEST_WAIT, _FIRST_WAIT = dt.timedelta(days=1), dt.timedelta(minutes=1)

Ask = Callable[[bytes], bytes]
"""From a request for a time-stamp to the answer of an authority; raises `NotResolved`."""


@frozen(kw_only=True)
class SealedAward:
    """The file, and the certificate of the issuer's seal."""

    body: bytes
    certificate: SealingCertificate


def define_certificate(
    issuer: Issuer, *, uri: str, chain: str = "", actor_id: int | None = None
) -> SealingCertificate:
    """Let the issuer seal with a certificate; raises `UnusableKey` or `NotAllowed`.

    Key and certificate must belong together, be in force, and name the issuer's
    organisation by one of its verified names: a seal is in that name.
    """
    demand_no_secret(uri)
    sealer = open_sealer(uri, chain=chain.encode())
    found, now = sealer.certificate, timezone.now()
    if not found.is_valid_at(now):
        raise UnusableKey(_("The certificate has expired or is not valid yet."))
    _demand_same_organisation(issuer.organisation, sealer)
    with transaction.atomic():
        row, is_new = SealingCertificate.objects.get_or_create(
            fingerprint=found.fingerprint.hex(),
            defaults={"issuer": issuer, "uri": uri, "chain": chain, **_facts(found)},
        )
        if not is_new and row.issuer_id != issuer.pk:
            raise NotAllowed(_("The certificate is in use already, by %(issuer)s.") % {"issuer": row.issuer})
        if is_new:
            auditing.note("certificate-added", row, actor_id=actor_id)
    return row


def retire_certificate(row: SealingCertificate, *, actor_id: int | None = None) -> SealingCertificate:
    """Seal nothing more with it; what was sealed stays as it is. Twice changes nothing."""
    with transaction.atomic():
        row = SealingCertificate.objects.select_for_update().get(pk=row.pk)
        if row.retired_at is None:
            row.retired_at = timezone.now()
            row.save(update_fields=["retired_at"])
            auditing.note("certificate-retired", row, actor_id=actor_id)
    return row


def sealer_for(issuer: Issuer, at: dt.datetime) -> tuple[Sealer, SealingCertificate]:
    """The issuer's newest certificate in force, with its key; raises `UnusableKey`."""
    row = _certificate_of(issuer, at)
    if row is None:
        raise UnusableKey(
            _("The issuer %(issuer)s has no sealing certificate in force; enter one in the administration.")
            % {"issuer": issuer.slug}
        )
    return _open(row), row


def seal_award(award: Award, data: AwardData, now: dt.datetime) -> SealedAward:
    """The award as a sealed credential at level B-B.

    Each further awarding body that has a certificate of its own seals the same text; for
    the others a mandate must be in force. Raises `NotReady`, `UnusableKey` or another
    `CredentialError`; then nothing is sealed.
    """
    _demand_legal_identifier(award.issuer.organisation)
    sealer, certificate = sealer_for(award.issuer, now)
    others, data = _parties(award, data, now)
    document = elm.render(
        data,
        images=documents.document_images(award.achievement),
        issued=now,
        profile=elm.profile_of(data),
        seal_holder=sealer.organisation,
    )
    payload = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    body = seal.secure(payload, sealer=sealer, now=now)
    for other in others:
        body = seal.add(body, sealer=other, now=now)
    return SealedAward(body=body, certificate=certificate)


def unsigned_export(award: Award) -> bytes:
    """The award's text without seal, for upload to the Commission's issuer; raises `NotReady`.

    An award that was revoked or replaced is not exported.
    Permission is the caller's to check: it holds the learner's name.
    """
    if award.revoked_at is not None:
        raise NotReady(_("The award was revoked."))
    now = timezone.now().replace(microsecond=0)
    _others, data = _parties(award, award_data(award), now)
    document = elm.unsigned(
        data,
        images=documents.document_images(award.achievement),
        profile=elm.profile_of(data),
    )
    return json.dumps(document, ensure_ascii=False, indent=2).encode()


def _parties(award: Award, data: AwardData, now: dt.datetime) -> tuple[list[Sealer], AwardData]:
    """Who seals beside the issuer, and the record with the mandates of those for whom it seals."""
    bodies = endorsing.further_bodies(award.achievement, award.issuer)
    sealers = {one.pk: _own_sealer(one, now) for one in bodies}
    own = [sealer for sealer in sealers.values() if sealer is not None]
    # An office awards nothing itself: whoever seals beside it has let it issue as well.
    is_office = award.issuer.mode == Issuer.Mode.MANDATE
    others = [one for one in bodies if is_office or sealers[one.pk] is None]
    found = endorsing.demand_mandates(others, award.issuer, award.awarded_at.date())
    mandate = endorsing.mandate_data(found)
    return own, evolve(data, issuer=evolve(data.issuer, mandate=mandate)) if mandate else data


def _own_sealer(organisation: Organisation, now: dt.datetime) -> Sealer | None:
    for issuer in own_issuers(organisation):
        row = _certificate_of(issuer, now)
        if row is not None:
            return _open(row)
    return None


def has_certificate(issuer: Issuer, at: dt.datetime) -> bool:
    """Whether the issuer can seal then, as far as rows tell."""
    return _certificate_of(issuer, at) is not None


def seals_itself(organisation: Organisation, at: dt.datetime) -> bool:
    """Whether the organisation has a certificate of its own, so that nobody has to seal for it."""
    return any(has_certificate(issuer, at) for issuer in own_issuers(organisation))


def unverified_legal_identifier(organisation: Organisation) -> OrganisationIdentifier | None:
    """The number in a public register that nobody has verified, where no other one is verified."""
    legal = (row for row in organisation.identifiers.all() if row.scheme in _LEGAL)
    rows = sorted(legal, key=attrgetter("verified", "pk"))
    return rows[0] if rows and not rows[-1].verified else None


def _demand_legal_identifier(organisation: Organisation) -> None:
    """A sealed credential has to name its issuer by a legal identifier; a wrong one is worse than none."""
    row = unverified_legal_identifier(organisation)
    if row is not None:
        raise NotReady(
            _(
                "The identifier %(identifier)s of %(organisation)s is not verified, and a European Digital "
                "Credential has to name its issuer by one. Verify it in the organisation, or remove it."
            )
            % {"identifier": row, "organisation": organisation}
        )


def _certificate_of(issuer: Issuer, at: dt.datetime) -> SealingCertificate | None:
    usable = issuer.sealing_certificates.filter(retired_at=None, valid_from__lte=at, valid_until__gte=at)
    return usable.order_by("-valid_from", "-pk").first()


def _open(row: SealingCertificate) -> Sealer:
    # A token's sessions do not outlive a fork; software keys are kept, and known to be the row's.
    opened = _matching_sealer if row.uri.startswith("pkcs11:") else _kept_sealer
    return opened(row.uri, row.chain, row.fingerprint)


def _matching_sealer(uri: str, chain: str, fingerprint: str) -> Sealer:
    sealer = open_sealer(uri, chain=chain.encode())
    if sealer.certificate.fingerprint.hex() != fingerprint:
        raise UnusableKey(_("What the address of the seal's key holds now is another certificate."))
    return sealer


_kept_sealer = lru_cache(maxsize=64)(_matching_sealer)


def _demand_same_organisation(organisation: Organisation, sealer: Sealer) -> None:
    named = clean_name(sealer.organisation.name)
    verified = organisation.names.filter(verified=True).values_list("value", flat=True)
    if named not in {clean_name(name) for name in verified} or (
        organisation.country and organisation.country != sealer.organisation.country
    ):
        raise NotAllowed(
            _("The certificate is of %(name)s, %(country)s; not the verified name of %(organisation)s.")
            % {"name": named, "country": sealer.organisation.country, "organisation": organisation}
        )


def _facts(certificate: Certificate) -> dict[str, Any]:
    return {
        "organisation_name": certificate.organisation.name,
        "organisation_identifier": certificate.organisation.identifier,
        "country": certificate.organisation.country,
        "valid_from": certificate.not_before,
        "valid_until": certificate.not_after,
    }


def wait_for_time_stamp(now: dt.datetime) -> dt.datetime | None:
    """When a new seal is due to be time-stamped: at once, or never without an authority."""
    return now if conf.TSA_URL else None


def time_stamp(credential_ids: Sequence[int], *, ask: Ask | None = None) -> int:
    """Raise these sealed credentials to level B-T as far as the authority answers; returns how many.

    One that cannot be raised stays as it is, says so on its award, and is due again later.
    `ask` carries request and answer; by default over HTTPS to INGENIUM_TSA_URL.
    """
    carry = ask or _asking()
    return sum(_time_stamp_one(pk, carry) for pk in dict.fromkeys(credential_ids) if carry is not None)


def _asking() -> Ask | None:
    url = conf.TSA_URL
    if not url:
        return None
    message = partial(remote.Message, media_type=_QUERY, accept=_REPLY)
    limits = remote.Limits(seconds=conf.RESOLVE_TIMEOUT_SECONDS, max_bytes=timestamps.MAX_BYTES)
    return lambda query: remote.fetch(url, limits, post=message(body=query))


def _time_stamp_one(credential_id: int, ask: Ask) -> bool:
    row = Credential.objects.select_related("award").filter(pk=credential_id, format=FORMAT).first()
    if row is None:
        return False
    now = timezone.now()

    def token_of(data: bytes) -> bytes:
        asked = timestamps.request(data)
        return timestamps.token_of(ask(asked), asked=asked)

    try:
        body = seal.timestamp(bytes(row.body), token_of, now=now, anchors=anchors())
    except (CredentialError, OSError) as error:
        _try_later(row, problem_of(error), now)
        return False
    with transaction.atomic():
        # By the hash: if it was raised meanwhile, theirs counts.
        changed = Credential.objects.filter(pk=row.pk, sha256=row.sha256).update(
            body=body, sha256=hashlib.sha256(body).hexdigest(), time_stamp_due_at=None
        )
        Award.objects.filter(pk=row.award_id, state=Award.State.ISSUED).update(last_problem="")
    return bool(changed)


def _try_later(row: Credential, problem: str, now: dt.datetime) -> None:
    """Wait as long as it has waited, between a minute and a day."""
    wait = min(max(now - row.issued_at, _FIRST_WAIT), _LONGEST_WAIT)
    said = _("Sealed without a time-stamp as yet (level B-B): %(problem)s") % {"problem": problem}
    Credential.objects.filter(pk=row.pk).update(time_stamp_due_at=now + wait)
    Award.objects.filter(pk=row.award_id, state=Award.State.ISSUED).update(last_problem=said[:255])
    logger.warning("Award %s is sealed without a time-stamp as yet: %s", row.award.uuid, problem)


def queue_time_stamps(award: Award) -> None:
    """Have its seals time-stamped when the transaction has committed, if there is an authority."""
    due = award.credentials.exclude(time_stamp_due_at=None) if conf.TSA_URL else award.credentials.none()
    if ids := list(due.values_list("pk", flat=True)):
        queueing.queue(queueing.TIME_STAMP, ids)


def anchors() -> tuple[Anchor, ...]:
    """The certificates that seals and time-stamps must lead to: the files of INGENIUM_SEAL_ANCHORS_DIR."""
    folder = conf.SEAL_ANCHORS_DIR
    if folder is None:
        return ()
    try:
        stamps = tuple(sorted((path.name, path.stat().st_mtime_ns) for path in _anchor_files(folder)))
    except OSError:
        # `manage.py check` names the fault; nothing is trusted meanwhile.
        return ()
    return _kept_anchors(folder, stamps)


@lru_cache(maxsize=4)
def _kept_anchors(folder: Path, stamps: tuple[tuple[str, int], ...]) -> tuple[Anchor, ...]:
    found: list[Anchor] = []
    for name, _stamp in stamps:
        try:
            found += read_trust((folder / name).read_bytes())
        except (CredentialError, OSError):
            logger.warning("The file %s of INGENIUM_SEAL_ANCHORS_DIR is of no use.", name)
    return tuple(found)


def _anchor_files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.iterdir() if path.suffix in (".pem", ".json"))
