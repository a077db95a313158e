"""Seals, mandates and endorsements: on whose word, and with which certificate, one signs for many."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from .achievements import Achievement
from .alliance import Issuer, Organisation, SigningKey


class SealingCertificate(models.Model):
    """The certificate of an electronic seal of an issuer: where its key lives, and what it says.

    The key is named by a URI and never stored here. What the certificate says of the
    organisation is kept as it was read; the issuer in a sealed document is written from it.

    .. no_pii:
    """

    issuer = models.ForeignKey(Issuer, models.PROTECT, related_name="sealing_certificates")
    uri = models.CharField(
        _("address of the private key"),
        max_length=1023,
        help_text=_("p12:, file:, env: or pkcs11:; never the key itself."),
    )
    chain = models.TextField(
        _("certificates (PEM)"), blank=True, help_text=_("Empty where the p12: file has them.")
    )
    fingerprint = models.CharField(
        _("SHA-256 of the certificate"), max_length=64, unique=True, editable=False
    )
    organisation_name = models.CharField(_("organisation"), max_length=255, editable=False)
    organisation_identifier = models.CharField(_("identifier"), max_length=191, editable=False)
    country = models.CharField(_("country"), max_length=2, editable=False)
    valid_from = models.DateTimeField(_("valid from"), editable=False)
    valid_until = models.DateTimeField(_("valid until"), editable=False)
    retired_at = models.DateTimeField(_("retired at"), null=True, blank=True)

    class Meta:
        verbose_name = _("sealing certificate")
        verbose_name_plural = _("sealing certificates")
        ordering = ("issuer", "-valid_from")

    def __str__(self) -> str:
        return f"{self.organisation_name} ({self.organisation_identifier})"

    def clean(self) -> None:
        """Refuse a private key among the certificates."""
        if "PRIVATE KEY" in self.chain:
            raise ValidationError({"chain": _("This holds private key material.")})


class Mandate(models.Model):
    """An awarding organisation lets an issuer sign for it, by an agreement that is on file.

    Without one in force nobody signs for another. The agreement itself stays in the
    archive; its hash says which document it is. Where it may be public it is kept here,
    and goes into every sealed credential.

    .. no_pii:
    """

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="mandates", verbose_name=_("awarding organisation")
    )
    issuer = models.ForeignKey(Issuer, models.PROTECT, related_name="mandates")
    reference = models.CharField(
        _("agreement"), max_length=255, help_text=_("Its number and date, as it is cited.")
    )
    statements = models.JSONField(
        _("statement"), default=dict, blank=True, help_text=_("One sentence per language.")
    )
    document_sha256 = models.CharField(_("SHA-256 of the agreement"), max_length=64)
    document = models.BinaryField(_("agreement (PDF)"), default=b"", blank=True, editable=False)
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("last day"), null=True, blank=True)

    class Meta:
        verbose_name = _("mandate")
        verbose_name_plural = _("mandates")
        ordering = ("issuer", "organisation", "-valid_from")
        constraints = (
            models.UniqueConstraint(
                fields=("organisation", "issuer", "reference"), name="ingenium_mandate_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.organisation} → {self.issuer}: {self.reference}"


class Endorsement(models.Model):
    """What an awarding university signed about one version of a definition, once for all awards.

    The exact JSON that was signed; badges of the version hold it.

    .. no_pii:
    """

    achievement = models.ForeignKey(Achievement, models.PROTECT, related_name="endorsements")
    issuer = models.ForeignKey(
        Issuer, models.PROTECT, related_name="endorsements", verbose_name=_("who endorses")
    )
    document = models.JSONField(_("document"))
    signing_key = models.ForeignKey(SigningKey, models.PROTECT, related_name="endorsements")
    signed_at = models.DateTimeField(_("signed at"))

    class Meta:
        verbose_name = _("endorsement of a definition")
        verbose_name_plural = _("endorsements of definitions")
        ordering = ("achievement", "issuer")
        constraints = (
            models.UniqueConstraint(fields=("achievement", "issuer"), name="ingenium_endorsed_once"),
        )

    def __str__(self) -> str:
        return f"{self.issuer}: {self.achievement}"
