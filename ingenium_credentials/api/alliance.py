"""Organisations and issuers: entered, changed, and what must not change any more."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from ..models import Accreditation, Credential, Issuer, Organisation, OrganisationIdentifier, OrganisationName
from . import auditing
from .errors import NotAllowed
from .keys import default_did

__all__ = ["define_issuer", "define_organisation"]


def define_organisation(
    organisation: Organisation,
    *,
    names: Iterable[OrganisationName] = (),
    identifiers: Iterable[OrganisationIdentifier] = (),
    accreditations: Iterable[Accreditation] = (),
    actor_id: int | None = None,
) -> Organisation:
    """Save an organisation with these names, identifiers and accreditations, in place of those it had."""
    with transaction.atomic():
        organisation.save()
        organisation.names.all().delete()
        organisation.identifiers.all().delete()
        organisation.accreditations.all().delete()
        organisation.names.add(*names, bulk=False)
        organisation.identifiers.add(*identifiers, bulk=False)
        organisation.accreditations.add(*accreditations, bulk=False)
        auditing.note("organisation-defined", organisation, actor_id=actor_id)
    return organisation


def define_issuer(issuer: Issuer, *, actor_id: int | None = None) -> Issuer:
    """Save an issuer; without a DID it gets the one of this site.

    Raises `NotAllowed` for another DID once something was signed under the old one, and
    `MalformedCredential` when INGENIUM_BASE_URL is no address that a DID can be made of.
    """
    with transaction.atomic():
        issuer.did = issuer.did or default_did(issuer.slug)
        renamed = Issuer.objects.filter(pk=issuer.pk).exclude(did=issuer.did, slug=issuer.slug)
        if renamed.exists() and Credential.objects.filter(award__issuer=issuer).exists():
            raise NotAllowed(_("Credentials name this issuer's DID and address; they cannot be changed."))
        issuer.save()
        auditing.note("issuer-defined", issuer, actor_id=actor_id)
    return issuer
