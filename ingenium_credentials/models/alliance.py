"""The universities and the alliance, who signs for them, and with which keys."""

from __future__ import annotations

from uuid import uuid4

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _


class Organisation(models.Model):
    """A member university, the alliance as a group, or its legal entity.

    .. no_pii:
    """

    class Kind(models.TextChoices):
        """What the organisation is, in law and in the document."""

        UNIVERSITY = "university", _("University")
        ALLIANCE = "alliance", _("Alliance")
        LEGAL_ENTITY = "legal-entity", _("Legal entity of the alliance")

    uuid = models.UUIDField(_("public id"), default=uuid4, unique=True, editable=False)
    slug = models.SlugField(_("short name in addresses"), max_length=63, unique=True)
    kind = models.CharField(_("kind"), max_length=15, choices=Kind.choices, default=Kind.UNIVERSITY)
    abbreviation = models.CharField(_("abbreviation"), max_length=31, blank=True)
    country = models.CharField(
        _("country"), max_length=2, blank=True, help_text=_("ISO 3166-1 code of two letters, such as GR.")
    )
    homepage = models.URLField(_("home page"), max_length=255, blank=True)
    homepage_verified = models.BooleanField(_("home page verified"), default=False)
    logo_required = models.BooleanField(
        _("logo required"),
        default=False,
        help_text=_("Nothing is issued in its name while no logo of it may be shown."),
    )
    emblem_required = models.BooleanField(
        _("emblem required"),
        default=False,
        help_text=_("It is co-funded: nothing is issued while no emblem of the funder may be shown."),
    )
    member_from = models.DateField(_("member from"), null=True, blank=True)
    member_until = models.DateField(_("member until"), null=True, blank=True)

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ("slug",)

    def __str__(self) -> str:
        return self.abbreviation or self.slug


class OrganisationName(models.Model):
    """The legal name in one language; an unverified one never enters a signed document.

    .. no_pii:
    """

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="names")
    language = models.CharField(_("language"), max_length=15, help_text=_("BCP 47 tag, such as el."))
    value = models.CharField(_("name"), max_length=255)
    verified = models.BooleanField(_("verified"), default=False)
    source = models.CharField(_("source"), max_length=255, blank=True)

    class Meta:
        verbose_name = _("name of an organisation")
        verbose_name_plural = _("names of organisations")
        ordering = ("organisation", "language")
        constraints = (
            models.UniqueConstraint(
                fields=("organisation", "language"), name="ingenium_one_name_per_language"
            ),
        )

    def __str__(self) -> str:
        return f"{self.value} ({self.language})"


class OrganisationIdentifier(models.Model):
    """An identifier of an organisation; an unverified one never enters a signed document.

    .. no_pii:
    """

    class Scheme(models.TextChoices):
        """Who gave the identifier."""

        ROR = "ROR", "ROR"
        ERASMUS = "Erasmus", _("Erasmus code")
        PIC = "PIC", "PIC"
        OID = "OID", "OID"
        VAT = "VAT", _("VAT number")
        REGISTRATION = "registration", _("Registration number")
        SCHAC = "SCHAC", _("SCHAC home organisation")

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="identifiers")
    scheme = models.CharField(_("scheme"), max_length=15, choices=Scheme.choices)
    value = models.CharField(_("value"), max_length=191)
    verified = models.BooleanField(_("verified"), default=False)
    source = models.CharField(_("source"), max_length=255, blank=True)

    class Meta:
        verbose_name = _("identifier")
        verbose_name_plural = _("identifiers")
        ordering = ("organisation", "scheme")
        constraints = (
            models.UniqueConstraint(
                fields=("organisation", "scheme", "value"), name="ingenium_identifier_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.scheme}: {self.value}"


class Accreditation(models.Model):
    """Who has assured the quality of an organisation, for which fields and levels, until when.

    An unverified one never enters a signed document. An empty list of fields or levels
    sets no limit.

    .. no_pii:
    """

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="accreditations")
    kind = models.JSONField(_("kind of quality assurance"))
    agency = models.CharField(_("quality assurance agency"), max_length=255)
    agency_country = models.CharField(
        _("country of the agency"),
        max_length=2,
        help_text=_("ISO 3166-1 code of two letters, such as GR."),
    )
    agency_url = models.URLField(_("home page of the agency"), max_length=255, blank=True)
    reference = models.CharField(_("quality assurance reference"), max_length=255, blank=True)
    report_url = models.URLField(_("quality assurance report"), max_length=255, blank=True)
    decision = models.JSONField(_("decision of the agency"), null=True, blank=True)
    decided_on = models.DateField(_("decided on"), null=True, blank=True)
    valid_until = models.DateField(_("last day"), null=True, blank=True)
    limit_fields = models.JSONField(
        _("fields (ISCED-F)"),
        default=list,
        blank=True,
        help_text=_('Codes, such as ["05", "0613"]; a broad one covers those within it. Empty: all.'),
    )
    limit_levels = models.JSONField(
        _("EQF levels"), default=list, blank=True, help_text=_("Such as [6, 7]. Empty: all.")
    )
    verified = models.BooleanField(_("verified"), default=False)
    source = models.CharField(_("source"), max_length=255, blank=True)

    class Meta:
        verbose_name = _("accreditation")
        verbose_name_plural = _("accreditations")
        ordering = ("organisation", "agency", "reference")

    def __str__(self) -> str:
        return f"{self.organisation}: {self.agency} {self.reference}".rstrip()


class Issuer(models.Model):
    """Who signs: an organisation under a DID, for itself or by mandate of the members.

    .. no_pii:
    """

    class Mode(models.TextChoices):
        """On whose authority the issuer signs."""

        OWN = "own", _("in its own name")
        MANDATE = "mandate", _("by mandate of the members")

    slug = models.SlugField(_("short name in addresses"), max_length=63, unique=True)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="issuers")
    alliance = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("The alliance that the issuer belongs to; named in the document."),
    )
    did = models.CharField(_("DID"), max_length=191, unique=True)
    mode = models.CharField(_("mode"), max_length=7, choices=Mode.choices, default=Mode.OWN)
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("issuer")
        verbose_name_plural = _("issuers")
        ordering = ("slug",)

    def __str__(self) -> str:
        return self.slug


class SigningKey(models.Model):
    """A key of an issuer: where its private part lives, and its public part.

    The private part is named by a URI and never stored here. A retired key stays in
    the DID document, so that what it signed goes on to verify; a compromised one is
    published as revoked.

    .. no_pii:
    """

    class Use(models.TextChoices):
        """What the key signs."""

        PROOF = "proof", _("embedded proofs (Data Integrity)")
        JWT = "jwt", _("JSON Web Tokens")

    issuer = models.ForeignKey(Issuer, models.PROTECT, related_name="keys")
    fragment = models.CharField(_("name in the DID document"), max_length=63)
    use = models.CharField(_("use"), max_length=7, choices=Use.choices)
    algorithm = models.CharField(_("algorithm"), max_length=15)
    uri = models.CharField(
        _("address of the private key"),
        max_length=1023,
        help_text=_("file:, env: or pkcs11:; never the key itself."),
    )
    public_jwk = models.JSONField(_("public key (JWK)"))
    valid_from = models.DateTimeField(_("valid from"))
    retired_at = models.DateTimeField(_("retired at"), null=True, blank=True)
    compromised_at = models.DateTimeField(_("compromised at"), null=True, blank=True)

    class Meta:
        verbose_name = _("signing key")
        verbose_name_plural = _("signing keys")
        ordering = ("issuer", "-valid_from")
        constraints = (
            models.UniqueConstraint(fields=("issuer", "fragment"), name="ingenium_key_fragment_once"),
        )

    def __str__(self) -> str:
        return self.method_id

    @property
    def method_id(self) -> str:
        """The absolute id of the verification method."""
        return f"{self.issuer.did}#{self.fragment}"

    def clean(self) -> None:
        """Refuse private members in the public key."""
        if isinstance(self.public_jwk, dict) and {"d", "p", "q", "k"} & set(self.public_jwk):
            raise ValidationError({"public_jwk": _("This holds private key material.")})
