"""Logos and emblems, each with what forbids to show it, if anything does."""

from __future__ import annotations

import base64
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db.models import JSONField
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from .. import api
from ..branding import LARGEST
from ..models import AchievementPicture, BrandAsset
from . import texts
from .bases import ModelForm
from .forms import ReadableJSON
from .read_only import ReadOnlyAdmin
from .refusals import RefusalsAsMessages

__all__ = ["AchievementPictureAdmin", "BrandAssetAdmin"]


class BrandAssetForm(ModelForm):
    """A logo or emblem; a new file has to be verified anew."""

    file = forms.FileField(label=_("new file"), required=False, help_text=_("SVG or PNG, at most 256 kB."))

    class Meta:
        model = BrandAsset
        exclude = ("media_type", "sha256", "content")  # follow from the file

    def clean_alt(self) -> dict[str, str]:
        """Texts, or none yet."""
        return texts.language_map(self.cleaned_data["alt"], required=False)

    def clean_statement(self) -> dict[str, str]:
        """Texts, or none yet."""
        return texts.language_map(self.cleaned_data["statement"], required=False)

    def clean_file(self) -> UploadedFile[Any] | None:
        """Take the file over, if it is not too large."""
        file: UploadedFile[Any] | None = self.cleaned_data["file"]
        if not file:
            if self.instance.pk is None:
                raise ValidationError(_("A logo needs a file."))
            return None
        content = file.read(LARGEST + 1)
        if len(content) > LARGEST:
            raise ValidationError(_("The file is larger than 256 kB."))
        self.instance.content = content
        return file

    def clean(self) -> dict[str, Any]:
        """Whoever changes the file has to look at it again."""
        cleaned = super().clean() or {}
        if cleaned.get("file") and self.instance.pk is not None and "verified" not in self.changed_data:
            cleaned["verified"] = False
        return cleaned


@admin.register(BrandAsset)
class BrandAssetAdmin(RefusalsAsMessages):
    """What may be shown of whom, on what terms."""

    form = BrandAssetForm
    formfield_overrides = {JSONField: {"form_class": ReadableJSON}}
    list_display = ("organisation", "role", "media_type", "licence", "valid_until", "verified")
    list_filter = ("role", "verified", "organisation")
    list_select_related = ("organisation",)
    search_fields = ("organisation__slug", "licence", "sha256")
    readonly_fields = ("media_type", "sha256", "picture", "faults")

    def save_model(self, request: HttpRequest, obj: BrandAsset, form: Any, change: bool) -> None:
        """Save through the verb, which refuses a verified one that breaks a rule."""
        api.define_asset(obj, actor_id=request.user.pk)

    @admin.display(description=_("picture"))
    def picture(self, asset: BrandAsset) -> SafeString | str:
        """The file on its ground; as an image it can neither run nor load anything."""
        if not asset.content:
            return ""
        source = base64.b64encode(bytes(asset.content)).decode()
        return format_html(
            '<img height="80" alt="" style="background:{}" src="data:{};base64,{}">',
            asset.ground,
            asset.media_type,
            source,
        )

    @admin.display(description=_("what forbids to show it"))
    def faults(self, asset: BrandAsset) -> SafeString | str:
        """Every rule that is broken today."""
        found = api.faults_of(asset) if asset.content else []
        return (
            format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", ((f,) for f in found)))
            if found
            else "–"
        )


@admin.register(AchievementPicture)
class AchievementPictureAdmin(ReadOnlyAdmin):
    """The first pages of documents, to look at; they are drawn when a definition is first issued from."""

    list_display = ("achievement", "language", "sha256")
    list_filter = ("language",)
    list_select_related = ("achievement",)
    search_fields = ("achievement__slug", "sha256")
    fields = readonly_fields = ("achievement", "language", "sha256", "picture")

    @admin.display(description=_("picture"))
    def picture(self, row: AchievementPicture) -> SafeString:
        """The page."""
        source = base64.b64encode(bytes(row.png)).decode()
        return format_html('<img width="600" alt="" src="data:image/png;base64,{}">', source)
