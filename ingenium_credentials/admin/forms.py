"""The administration's forms: JSON that can be read, and errors that say what to write."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

import django
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from .. import api
from ..badges.errors import CredentialError
from ..models import Accreditation, Achievement, Issuer, Organisation
from . import texts
from .bases import ModelForm

__all__ = ["AccreditationForm", "AchievementForm", "IssuerForm", "OrganisationForm", "ReadableJSON"]

CONCEPTS = {
    "isced_f": "isced-f",
    "opportunity": "learning-opportunity",
    "setting": "learning-setting",
    "mode": "mode",
    "assessment": "assessment",
    "supervision": "supervision-verification",
    "quality_kind": "accreditation",
    "quality_decision": "accreditation-decision",
}
"""Field of a definition to the published list that its concept is in."""


class ReadableJSON(forms.JSONField):
    """A JSON field that shows its value indented and in its own script."""

    widget = forms.Textarea(attrs={"rows": 6, "cols": 100, "spellcheck": "false"})

    def prepare_value(self, value: Any) -> Any:
        """The value as text; text that was no JSON stays as it was typed."""
        if isinstance(value, forms.fields.InvalidJSONInput):
            return value
        return json.dumps(value, ensure_ascii=False, indent=2)


class HttpsURL(forms.URLField):
    """An address field in which a bare host stands for https; Django 5 wants that said."""

    def __init__(self, **kwargs: Any) -> None:
        if django.VERSION >= (5, 0):
            kwargs["assume_scheme"] = "https"
        super().__init__(**kwargs)


class AchievementForm(ModelForm):
    """A version of a definition; each text and concept is judged for itself."""

    class Meta:
        model = Achievement
        exclude = ("state",)  # for the verbs
        field_classes = {"quality_report": HttpsURL, "quality_agency_url": HttpsURL}

    def clean_names(self) -> dict[str, str]:
        """Required."""
        return texts.language_map(self.cleaned_data["names"])

    def clean_descriptions(self) -> dict[str, str]:
        """Required."""
        return texts.language_map(self.cleaned_data["descriptions"])

    def clean_criteria(self) -> dict[str, str]:
        """Required."""
        return texts.language_map(self.cleaned_data["criteria"])

    def clean_outcomes(self) -> list[dict[str, Any]]:
        """A list."""
        return texts.outcomes(self.cleaned_data["outcomes"])

    def clean_languages(self) -> list[str]:
        """A list."""
        return texts.language_tags(self.cleaned_data["languages"])

    def clean_activities(self) -> list[dict[str, Any]]:
        """A list."""
        return texts.activities(self.cleaned_data["activities"])

    def clean_entitlements(self) -> list[dict[str, Any]]:
        """A list."""
        return texts.entitlements(self.cleaned_data["entitlements"])

    def clean_quality_agency(self) -> str:
        """A legal name, which the European Digital Credential has in one language."""
        return texts.one_name(self.cleaned_data["quality_agency"])

    def clean_tags(self) -> list[str]:
        """A list."""
        return texts.tags(self.cleaned_data["tags"])

    def clean(self) -> dict[str, Any]:
        """Judge the fields that are alike."""
        cleaned = super().clean() or {}
        for name in ("prerequisites", "stackability", "further_information", "grading_scheme"):
            self._judge(cleaned, name, lambda value: texts.language_map(value, required=False))
        for name, scheme in CONCEPTS.items():
            self._judge(cleaned, name, partial(texts.concept, scheme=scheme))
        return cleaned

    def _judge(self, cleaned: dict[str, Any], name: str, judge: Any) -> None:
        if name not in cleaned:
            return
        try:
            cleaned[name] = judge(cleaned[name])
        except ValidationError as error:
            self.add_error(name, error)


class AccreditationForm(ModelForm):
    """Who assures the quality of an organisation; a code that no list holds is refused."""

    class Meta:
        model = Accreditation
        fields = "__all__"
        field_classes = {
            **dict.fromkeys(("kind", "decision", "limit_fields", "limit_levels"), ReadableJSON),
            **dict.fromkeys(("agency_url", "report_url"), HttpsURL),
        }

    def clean_kind(self) -> dict[str, Any] | None:
        """Required."""
        return texts.concept(self.cleaned_data["kind"], "accreditation")

    def clean_decision(self) -> dict[str, Any] | None:
        """One of the list, or nothing."""
        return texts.concept(self.cleaned_data["decision"], "accreditation-decision")

    def clean_agency(self) -> str:
        """A legal name, which the European Digital Credential has in one language."""
        return texts.one_name(self.cleaned_data["agency"])

    def clean_agency_country(self) -> str:
        """Two capital letters."""
        return country_code(self.cleaned_data["agency_country"])

    def clean_limit_fields(self) -> list[str]:
        """A list of codes."""
        return texts.fields(self.cleaned_data["limit_fields"])

    def clean_limit_levels(self) -> list[int]:
        """A list of numbers."""
        return texts.levels(self.cleaned_data["limit_levels"])


class IssuerForm(ModelForm):
    """An issuer; the DID of this site if none is given."""

    class Meta:
        model = Issuer
        fields = ("slug", "organisation", "alliance", "did", "mode", "active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "did" in self.fields:
            self.fields["did"].required = False
            self.fields["did"].help_text = _("Leave it empty for the DID of this site.")

    def clean(self) -> dict[str, Any]:
        """Fill in the DID."""
        cleaned = super().clean() or {}
        if not cleaned.get("did") and cleaned.get("slug"):
            try:
                cleaned["did"] = api.default_did(cleaned["slug"])
            except CredentialError as error:
                self.add_error("did", f"INGENIUM_BASE_URL: {error}")
        return cleaned


class OrganisationForm(ModelForm):
    """An organisation; its logos are entered under “Logos and emblems”."""

    class Meta:
        model = Organisation
        exclude = ()
        field_classes = {"homepage": HttpsURL}

    def clean_country(self) -> str:
        """Two capital letters, or nothing for the alliance."""
        return country_code(self.cleaned_data["country"])


def country_code(typed: str) -> str:
    """Two capital letters, or nothing; raises `ValidationError`."""
    country = typed.upper()
    if country and not (len(country) == 2 and country.isascii() and country.isalpha()):
        raise ValidationError(_("Write the two letters of ISO 3166-1, such as GR (not EL)."))
    return country
