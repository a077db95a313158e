"""Joint awards: every university that awards has signed, or has let somebody sign for it.

Hides who must sign what. A further awarding university signs an endorsement with its own
key, of each award or of the definition's version; where the definition wants no
endorsements, and wherever a seal speaks for a university that does not seal itself, a
stored mandate is needed that is in force on the day of the award.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from typing import Any

from attrs import evolve
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from ..badges import endorsement, proof
from ..badges.data import AwardData, MandateData, preferred
from ..models import Achievement, Award, Endorsement, Issuer, Mandate, Organisation, SigningKey
from . import auditing, keys
from .errors import NotAllowed, NotReady
from .record import achievement_data, awarding_bodies, organisation_data, own_issuer

__all__ = [
    "define_mandate",
    "demand_issuer_in_time",
    "demand_mandates",
    "endorsed",
    "further_bodies",
    "mandate_data",
]

Form = Achievement.EndorsementForm
_SHA256_DIGITS = 64
LARGEST_AGREEMENT = 524_288
"""Bytes. Every sealed credential holds it, and the European services take 5 MB."""


def define_mandate(mandate: Mandate, *, actor_id: int | None = None) -> Mandate:
    """Save a new or changed mandate; raises `NotAllowed` for one that proves nothing."""
    digits = mandate.document_sha256.lower()
    if len(digits) != _SHA256_DIGITS or set(digits) - set("0123456789abcdef"):
        raise NotAllowed(_("A mandate needs the SHA-256 of the signed agreement: 64 hexadecimal digits."))
    _demand_agreement(mandate, digits)
    if not mandate.reference.strip():
        raise NotAllowed(_("A mandate must name the agreement."))
    if mandate.valid_until is not None and mandate.valid_until < mandate.valid_from:
        raise NotAllowed(_("The mandate ends before it begins."))
    if mandate.organisation_id == mandate.issuer.organisation_id:
        raise NotAllowed(_("Nobody needs a mandate of their own."))
    mandate.document_sha256 = digits
    with transaction.atomic():
        mandate.save()
        auditing.note("mandate-defined", mandate, actor_id=actor_id)
    return mandate


def _demand_agreement(mandate: Mandate, digits: str) -> None:
    """The agreement itself need not be here; one that is must be small, a PDF, and the one with the hash."""
    document = bytes(mandate.document)
    if len(document) > LARGEST_AGREEMENT:
        raise NotAllowed(
            _("The agreement is larger than %(most)d kB, and every credential would hold it.")
            % {"most": LARGEST_AGREEMENT // 1024}
        )
    if document and not document.startswith(b"%PDF-"):
        raise NotAllowed(_("The agreement is not a PDF."))
    if document and hashlib.sha256(document).hexdigest() != digits:
        raise NotAllowed(_("The SHA-256 is not that of the agreement that was uploaded."))


def further_bodies(achievement: Achievement, issuer: Issuer) -> list[Organisation]:
    """The awarding bodies other than the issuer itself, in the order of the document."""
    return [body for body in awarding_bodies(achievement) if body.pk != issuer.organisation_id]


def mandates(organisations: Sequence[Organisation], issuer: Issuer, day: dt.date) -> list[Mandate]:
    """The mandate of each of the organisations that is in force on the day, as far as there is one."""
    running = Mandate.objects.filter(issuer=issuer, organisation__in=organisations, valid_from__lte=day)
    running = running.filter(Q(valid_until=None) | Q(valid_until__gte=day)).order_by("valid_from", "pk")
    newest = {mandate.organisation_id: mandate for mandate in running}
    return [newest[one.pk] for one in organisations if one.pk in newest]


def demand_mandates(organisations: Sequence[Organisation], issuer: Issuer, day: dt.date) -> list[Mandate]:
    """The mandates of all of them; raises `NotReady` naming who has given none."""
    found = mandates(organisations, issuer, day)
    given = {mandate.organisation_id for mandate in found}
    missing = [str(one) for one in organisations if one.pk not in given]
    if missing:
        raise NotReady(
            _("%(issuer)s may not sign for %(organisations)s: no mandate is in force on %(day)s.")
            % {"issuer": issuer, "organisations": ", ".join(missing), "day": day.isoformat()}
        )
    return found


def mandate_data(found: Sequence[Mandate]) -> MandateData | None:
    """All mandates that an award rests on as the document cites them."""
    if not found:
        return None
    ends = [mandate.valid_until for mandate in found if mandate.valid_until is not None]
    statements = dict.fromkeys(preferred(mandate.statements) for mandate in found)
    return MandateData(
        reference="; ".join(dict.fromkeys(mandate.reference for mandate in found)),
        statement=" ".join(filter(None, statements)),
        valid_from=max(mandate.valid_from for mandate in found),
        valid_until=min(ends) if ends else None,
        digests=tuple(dict.fromkeys(mandate.document_sha256 for mandate in found)),
        documents=tuple(dict.fromkeys(bytes(mandate.document) for mandate in found if mandate.document)),
    )


def demand_issuer_in_time(award: Award) -> None:
    """Raise `NotReady` when another issuer has to sign on the day of the award."""
    achievement, day = award.achievement, award.awarded_at.date()
    begins, ends = achievement.issuer_from, achievement.issuer_until
    if (begins and day < begins) or (ends and day > ends):
        raise NotReady(
            _("%(issuer)s does not issue %(definition)s on %(day)s; make a version with who did.")
            % {"issuer": award.issuer, "definition": achievement, "day": day.isoformat()}
        )


def with_mandates(award: Award, data: AwardData) -> AwardData:
    """The record of a badge with the mandates that it rests on; raises `NotReady` without one.

    Where every university endorses, no mandate is needed; an office that signs cites what it has.
    """
    bodies, day = further_bodies(award.achievement, award.issuer), award.awarded_at.date()
    found: list[Mandate] = []
    if award.achievement.endorsement_form == Form.NONE:
        found = demand_mandates(bodies, award.issuer, day)
    elif award.issuer.mode == Issuer.Mode.MANDATE:
        found = mandates(bodies, award.issuer, day)
    return evolve(data, issuer=evolve(data.issuer, mandate=mandate_data(found)))


def endorsed(award: Award, badge: dict[str, Any], data: AwardData, now: dt.datetime) -> dict[str, Any]:
    """The unsigned badge with what its form of joint award asks for; raises `NotReady`."""
    form = award.achievement.endorsement_form
    if form == Form.NONE:
        return badge
    bodies = further_bodies(award.achievement, award.issuer)
    endorsers = [_own_issuer(organisation) for organisation in bodies]
    if form == Form.VERSION:
        signed = [_version_endorsement(award.achievement, badge, endorser, now) for endorser in endorsers]
        return endorsement.attach(badge, to_award=(), to_achievement=signed)
    signed = [_award_endorsement(badge, data, endorser, now) for endorser in endorsers]
    return endorsement.attach(badge, to_award=signed, to_achievement=())


def _own_issuer(organisation: Organisation) -> Issuer:
    own = own_issuer(organisation)
    if own is None:
        raise NotReady(
            _(
                "%(organisation)s awards too, but is no issuer with a key of its own. Enter it as an issuer, "
                "or let the definition be issued by mandate."
            )
            % {"organisation": organisation}
        )
    return own


def _award_endorsement(
    badge: dict[str, Any], data: AwardData, endorser: Issuer, now: dt.datetime
) -> dict[str, Any]:
    organisation = organisation_data(endorser.organisation, identity=endorser.did)
    return _signed(endorsement.of_award(badge, data, organisation, now=now), endorser, now)[0]


def _version_endorsement(
    achievement: Achievement, badge: dict[str, Any], endorser: Issuer, now: dt.datetime
) -> dict[str, Any]:
    """The stored one; signed now, once for all, if this is the version's first award."""
    signed = Endorsement.objects.filter(achievement=achievement, issuer=endorser)
    there = signed.select_related("signing_key").first()
    if there is None or not _holds(there, badge):
        there = _endorse_version(achievement, badge, endorser, now, in_place_of=there)
    found: dict[str, Any] = there.document
    return found


def _holds(there: Endorsement, badge: dict[str, Any]) -> bool:
    return there.signing_key.compromised_at is None and endorsement.is_of_version(there.document, badge)


def _endorse_version(
    achievement: Achievement,
    badge: dict[str, Any],
    endorser: Issuer,
    now: dt.datetime,
    *,
    in_place_of: Endorsement | None,
) -> Endorsement:
    organisation = organisation_data(endorser.organisation, identity=endorser.did)
    unsigned = endorsement.of_achievement(badge, achievement_data(achievement), organisation, now=now)
    document, key = _signed(unsigned, endorser, now)
    row = in_place_of or Endorsement(achievement=achievement, issuer=endorser)
    row.document, row.signing_key, row.signed_at = document, key, now
    try:
        with transaction.atomic():
            row.save()
            auditing.note("definition-endorsed", achievement, reason=endorser.slug)
    except IntegrityError:
        # Somebody else has signed it in this moment; theirs counts.
        return Endorsement.objects.get(achievement=achievement, issuer=endorser)
    return row


def _signed(
    document: dict[str, Any], endorser: Issuer, now: dt.datetime
) -> tuple[dict[str, Any], SigningKey]:
    signer, key = keys.signer_for(endorser, SigningKey.Use.PROOF.value, now)
    return proof.secure(document, signer=signer, verification_method=key.method_id, created=now), key
