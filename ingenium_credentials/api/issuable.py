"""What issuing needs beside the elements of a definition: keys, certificates, mandates, verified facts.

Unlike the elements, none of this is frozen with a version: it comes and goes, and an award
waits for it. So nothing here keeps a version from being activated; the editor and the lint
name it before a learner has to wait.
"""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen
from django.utils import timezone
from django.utils.translation import gettext as _

from ..conf import conf
from ..models import Achievement, Issuer, Organisation, OrganisationIdentifier, SigningKey
from . import endorsing, sealing

__all__ = ["Need", "needed"]

_BADGES = {"ob3": SigningKey.Use.PROOF.value, "ob3-jwt": SigningKey.Use.JWT.value}
_Form = Achievement.EndorsementForm


@frozen(kw_only=True)
class Need:
    """One thing that is missing for issuing now, in the reader's language."""

    what: str
    where: str
    blocks: bool = True
    """Whether awards wait for it; else it is only left out of the document."""

    def __str__(self) -> str:
        return f"{self.what} {self.where}"


def needed(achievement: Achievement) -> list[Need]:
    """What a saved definition also needs to be issued today in the formats of this site."""
    if achievement.pk is None:
        return []
    parties = {one.pk: one for one in (achievement.issuer.organisation, *_bodies(achievement))}
    return [
        *_keys(achievement),
        *_seals(achievement),
        *_mandates(achievement),
        *(need for organisation in parties.values() for need in _facts_of(organisation)),
    ]


def _keys(achievement: Achievement) -> Iterator[Need]:
    signing = [achievement.issuer] if set(_BADGES) & set(conf.FORMATS) else []
    for issuer in signing:
        for name in conf.FORMATS:
            if name in _BADGES and not _has_key(issuer, _BADGES[name]):
                yield _key(issuer, _BADGES[name])
    if not signing or achievement.endorsement_form == _Form.NONE:
        return
    for organisation in endorsing.further_bodies(achievement, achievement.issuer):
        own = organisation.issuers.filter(mode=Issuer.Mode.OWN, active=True).order_by("pk").first()
        if own is None:
            yield Need(
                what=_("%(organisation)s awards too, and cannot sign.") % {"organisation": organisation},
                where=_("Enter it as an issuer with a key, or let the issuer sign by mandate."),
            )
        elif not _has_key(own, SigningKey.Use.PROOF.value):
            yield _key(own, SigningKey.Use.PROOF.value)


def _has_key(issuer: Issuer, use: str) -> bool:
    return issuer.keys.filter(use=use, retired_at=None, compromised_at=None).exists()


def _key(issuer: Issuer, use: str) -> Need:
    return Need(
        what=_("The issuer %(issuer)s has no key for %(use)s.") % {"issuer": issuer, "use": use},
        where=_("Run: manage.py ingenium_keys create %(issuer)s") % {"issuer": issuer},
    )


def _seals(achievement: Achievement) -> Iterator[Need]:
    if sealing.FORMAT not in conf.FORMATS:
        return
    if not sealing.has_certificate(achievement.issuer, timezone.now()):
        yield Need(
            what=_("The issuer %(issuer)s has no sealing certificate in force.")
            % {"issuer": achievement.issuer},
            where=_("Enter one under “sealing certificates”."),
        )
    for organisation in (achievement.issuer.organisation, *_bodies(achievement)):
        if not organisation.country:
            yield Need(
                what=_("A European Digital Credential names the country of each organisation."),
                where=_("Fill in “country” of the organisation %(organisation)s.")
                % {"organisation": organisation.slug},
            )


def _mandates(achievement: Achievement) -> Iterator[Need]:
    """Of the universities for which somebody else signs or seals."""
    issuer, now = achievement.issuer, timezone.now()
    others = endorsing.further_bodies(achievement, issuer)
    silent = {one.pk for one in others if achievement.endorsement_form == _Form.NONE}
    if sealing.FORMAT in conf.FORMATS:
        is_office = issuer.mode == Issuer.Mode.MANDATE
        silent |= {one.pk for one in others if is_office or not sealing.seals_itself(one, now)}
    wanted = [one for one in others if one.pk in silent]
    given = {mandate.organisation_id for mandate in endorsing.mandates(wanted, issuer, now.date())}
    for organisation in wanted:
        if organisation.pk not in given:
            yield Need(
                what=_("%(organisation)s has given %(issuer)s no mandate that is in force.")
                % {"organisation": organisation, "issuer": issuer},
                where=_("Enter it under “mandates”."),
            )


def _facts_of(organisation: Organisation) -> Iterator[Need]:
    """Identifiers and accreditations that nobody has verified: they are not signed, and that is said."""
    where = _("Verify it in the organisation %(organisation)s, or remove it.") % {
        "organisation": organisation.slug
    }
    legal = sealing.unverified_legal_identifier(organisation)
    for row in organisation.identifiers.filter(verified=False).order_by("scheme", "value"):
        is_missed = legal is not None and row.pk == legal.pk and sealing.FORMAT in conf.FORMATS
        yield Need(what=_unverified(row, organisation), where=where, blocks=is_missed)
    for accreditation in organisation.accreditations.filter(verified=False):
        what = _("The accreditation %(accreditation)s is not verified and will not be signed.")
        yield Need(what=what % {"accreditation": accreditation}, where=where, blocks=False)


def _unverified(row: OrganisationIdentifier, organisation: Organisation) -> str:
    return _("The identifier %(identifier)s of %(organisation)s is not verified and will not be signed.") % {
        "identifier": row,
        "organisation": organisation,
    }


def _bodies(achievement: Achievement) -> list[Organisation]:
    rows = achievement.awarding.select_related("organisation").order_by("position", "pk")
    return [row.organisation for row in rows]
