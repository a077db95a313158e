"""Sealing certificates, mandates and endorsements: on whose word one signs for many."""

from __future__ import annotations

import hashlib
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db.models import JSONField
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from .. import api
from ..badges.errors import UnusableKey
from ..models import Endorsement, Mandate, SealingCertificate
from . import texts
from .bases import ModelForm
from .forms import ReadableJSON
from .read_only import ReadOnlyAdmin
from .refusals import RefusalsAsMessages

__all__ = ["EndorsementAdmin", "MandateAdmin", "SealingCertificateAdmin"]


class CertificateForm(ModelForm):
    """Issuer, address of the key, certificates; what the certificate says is read from it."""

    class Meta:
        model = SealingCertificate
        fields = ("issuer", "uri", "chain")

    def clean(self) -> dict[str, Any]:
        """Open it: a certificate that cannot seal for the issuer is not even entered."""
        cleaned = super().clean() or {}
        if {"issuer", "uri", "chain"} <= cleaned.keys() and not self.errors:
            try:
                self.instance = api.define_certificate(
                    cleaned["issuer"], uri=cleaned["uri"], chain=cleaned["chain"]
                )
            except (UnusableKey, api.NotAllowed) as error:
                raise ValidationError(str(error)) from error
        return cleaned


@admin.register(SealingCertificate)
class SealingCertificateAdmin(RefusalsAsMessages):
    """Certificates can be entered and retired, and never changed."""

    form = CertificateForm
    list_display = ("organisation_name", "organisation_identifier", "issuer", "valid_until", "retired_at")
    list_filter = ("issuer", ("retired_at", admin.EmptyFieldListFilter))
    list_select_related = ("issuer",)
    search_fields = ("organisation_name", "organisation_identifier", "fingerprint", "issuer__slug")
    actions = ("retire",)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The list has the action; a row is not changed."""
        return obj is None and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody: credentials say with which certificate they were sealed."""
        return False

    def save_model(self, request: HttpRequest, obj: SealingCertificate, form: Any, change: bool) -> None:
        """The form's check has entered it already; note who did."""
        api.note("certificate-entered", obj, actor_id=request.user.pk)

    @admin.action(description=_("Retire: seal nothing more with it"), permissions=("change",))
    def retire(self, request: HttpRequest, queryset: Any) -> None:
        """What was sealed stays as it is."""
        for row in queryset:
            api.retire_certificate(row, actor_id=request.user.pk)


class MandateForm(ModelForm):
    """A mandate; of an agreement that is uploaded the hash is computed."""

    agreement = forms.FileField(
        label=_("agreement (PDF)"),
        required=False,
        help_text=_("Only if it may be public: it is put into every sealed credential. At most 512 kB."),
    )

    class Meta:
        model = Mandate
        fields = (
            *("organisation", "issuer", "reference", "statements"),
            *("document_sha256", "valid_from", "valid_until"),
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "document_sha256" in self.fields:
            self.fields["document_sha256"].required = False
            self.fields["document_sha256"].help_text = _("Computed where the agreement is uploaded.")

    def clean_agreement(self) -> UploadedFile[Any] | None:
        """Keep it; the verb judges it."""
        file: UploadedFile[Any] | None = self.cleaned_data["agreement"]
        if file:
            self.instance.document = file.read(api.LARGEST_AGREEMENT + 1)
        return file

    def clean(self) -> dict[str, Any]:
        """The hash of the file, unless one was typed, which then has to fit."""
        cleaned = super().clean() or {}
        if cleaned.get("agreement") and not cleaned.get("document_sha256"):
            cleaned["document_sha256"] = hashlib.sha256(bytes(self.instance.document)).hexdigest()
        return cleaned

    def clean_statements(self) -> dict[str, str]:
        """One sentence per language, or none."""
        return texts.language_map(self.cleaned_data["statements"], required=False)


@admin.register(Mandate)
class MandateAdmin(RefusalsAsMessages):
    """Who lets whom sign, by which agreement, for how long."""

    form = MandateForm
    formfield_overrides = {JSONField: {"form_class": ReadableJSON}}
    list_display = ("organisation", "issuer", "reference", "valid_from", "valid_until")
    list_filter = ("issuer", "organisation")
    list_select_related = ("organisation", "issuer")
    search_fields = ("reference", "organisation__slug", "issuer__slug")

    def save_model(self, request: HttpRequest, obj: Mandate, form: Any, change: bool) -> None:
        """Save through the verb, which refuses what proves nothing."""
        api.define_mandate(obj, actor_id=request.user.pk)


@admin.register(Endorsement)
class EndorsementAdmin(ReadOnlyAdmin):
    """What universities have signed about a version, once for all its awards."""

    list_display = ("achievement", "issuer", "signing_key", "signed_at")
    list_filter = ("issuer",)
    list_select_related = ("achievement", "issuer", "signing_key__issuer")
    search_fields = ("achievement__slug", "issuer__slug")
