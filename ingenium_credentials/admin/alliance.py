"""Organisations with their names and identifiers; issuers with their keys."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from .. import api
from ..models import Accreditation, Issuer, Organisation, OrganisationIdentifier, OrganisationName, SigningKey
from .bases import StackedInline, TabularInline
from .forms import AccreditationForm, IssuerForm, OrganisationForm
from .read_only import ReadOnlyAdmin
from .refusals import RefusalsAsMessages

__all__ = ["IssuerAdmin", "OrganisationAdmin", "SigningKeyAdmin"]


class NameInline(TabularInline):
    """Legal names, one for each language."""

    model = OrganisationName
    extra = 0


class IdentifierInline(TabularInline):
    """Identifiers, each verified or not."""

    model = OrganisationIdentifier
    extra = 0


class AccreditationInline(StackedInline):
    """Who assures the quality, for which fields and levels; each verified or not."""

    model = Accreditation
    form = AccreditationForm
    extra = 0


class KeyInline(TabularInline):
    """The issuer's keys; `manage.py ingenium_keys` makes and ends them."""

    model = SigningKey
    extra = 0
    fields = readonly_fields = ("fragment", "use", "algorithm", "valid_from", "retired_at", "compromised_at")
    can_delete = False
    show_change_link = True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Keys are made by the command."""
        return False


@admin.register(Organisation)
class OrganisationAdmin(RefusalsAsMessages):
    """The member universities, the alliance, its legal entity."""

    form = OrganisationForm
    list_display = (
        "slug",
        "abbreviation",
        "kind",
        "country",
        "homepage_verified",
        "member_from",
        "member_until",
    )
    list_filter = ("kind", "country", "homepage_verified", "logo_required", "emblem_required")
    search_fields = ("slug", "abbreviation", "names__value", "identifiers__value")
    readonly_fields = ("uuid",)
    inlines = (NameInline, IdentifierInline, AccreditationInline)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Save names, identifiers and accreditations, and note who did."""
        super().save_related(request, form, formsets, change)
        api.note("organisation-defined", form.instance, actor_id=request.user.pk)


@admin.register(Issuer)
class IssuerAdmin(RefusalsAsMessages):
    """Who signs."""

    form = IssuerForm
    list_display = ("slug", "organisation", "mode", "active", "did")
    list_filter = ("active", "mode")
    list_select_related = ("organisation",)
    search_fields = ("slug", "did", "organisation__slug", "organisation__names__value")
    inlines = (KeyInline,)

    def save_model(self, request: HttpRequest, obj: Issuer, form: Any, change: bool) -> None:
        """Save through the verb, which keeps the DID of what was signed."""
        api.define_issuer(obj, actor_id=request.user.pk)


@admin.register(SigningKey)
class SigningKeyAdmin(ReadOnlyAdmin):
    """Keys, to look at; `manage.py ingenium_keys` makes, rotates and ends them."""

    list_display = ("method_id", "use", "algorithm", "valid_from", "retired_at", "compromised_at")
    list_filter = ("use", "algorithm", "issuer", "retired_at", "compromised_at")
    list_select_related = ("issuer",)
    search_fields = ("fragment", "issuer__slug", "issuer__did", "uri")
    date_hierarchy = "valid_from"
