"""Awards, credentials, status lists and the audit log: to look at, and to revoke."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from .. import api
from ..badges.errors import CredentialError
from ..models import AuditEntry, Award, AwardCourse, Credential, StatusList
from .bases import TabularInline
from .life import LifeOfAwards, ReasonForm
from .read_only import ReadOnlyAdmin

__all__ = ["AuditEntryAdmin", "AwardAdmin", "CredentialAdmin", "StatusListAdmin"]


_MOST_ALONE = 10
"""Awards that one person may revoke at once; more are proposed to a second one."""


class CourseInline(TabularInline):
    """The courses whose staff sees to the award."""

    model = AwardCourse
    extra = 0

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Nobody."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Nobody."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Nobody."""
        return False


@admin.register(Award)
class AwardAdmin(LifeOfAwards, ReadOnlyAdmin):
    """Awards are made by events and verbs; here they are found, and revoked."""

    list_display = ("uuid", "achievement", "state", "awarded_at", "issued_at", "revoked_at", "last_problem")
    list_filter = ("state", "issuer", "achievement__slug", ("shared_at", admin.EmptyFieldListFilter))
    list_select_related = ("achievement",)
    search_fields = ("uuid", "=learner_id", "recipient_name", "recipient_latin_name", "definition")
    date_hierarchy = "awarded_at"
    exclude = ("email_salt",)
    readonly_fields = ("trail",)
    inlines = (CourseInline,)
    actions = (
        *("open_review", "close_review", "correct_name", "correct_grade", "renew"),
        *("revoke", "export_unsigned"),
    )

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        """Who may change awards may revoke them; nothing else of them can be changed."""
        return request.user.has_perm("ingenium_credentials.change_award")

    @admin.action(
        description=_("Export without a seal, for the Commission’s issuer"), permissions=("revoke",)
    )
    def export_unsigned(self, request: HttpRequest, queryset: QuerySet[Award]) -> HttpResponse | None:
        """The texts as a ZIP archive; whoever takes them out is noted, for they hold names."""
        written = io.BytesIO()
        try:
            with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
                for award in queryset.select_related("achievement", "issuer__organisation"):
                    archive.writestr(f"{award.uuid}.json", api.unsigned_export(award))
                    api.note("exported", award, actor_id=request.user.pk)
        except (api.NotReady, CredentialError) as error:
            self.message_user(request, str(error), messages.ERROR)
            return None
        response = HttpResponse(written.getvalue(), content_type="application/zip")
        response["Content-Disposition"] = 'attachment; filename="elm-unsigned.zip"'
        response["Cache-Control"] = "no-store"
        return response

    @admin.action(description=_("Revoke, with a reason"), permissions=("revoke",))
    def revoke(self, request: HttpRequest, queryset: QuerySet[Award]) -> TemplateResponse | None:
        """Ask first: show what would happen, and demand a reason."""
        confirmed = "confirmed" in request.POST
        form = ReasonForm(request.POST if confirmed else None)
        if not confirmed or not form.is_valid():
            return self._confirmation(request, queryset, form)
        reason, actor_id = form.cleaned_data["reason"], request.user.pk
        uuids = list(queryset.filter(revoked_at=None).values_list("uuid", flat=True))
        if len(uuids) > _MOST_ALONE:
            proposal = api.propose_mass_revocation(uuids, reason, actor_id)
            said = _("So many are revoked by two people. A second one has to approve this proposal: %(id)s")
            self.message_user(request, said % {"id": proposal.uuid}, messages.WARNING)
            return None
        for uuid in uuids:
            api.revoke(uuid, reason=reason, actor_id=actor_id)
        done = ngettext("%(count)d award was revoked.", "%(count)d awards were revoked.", len(uuids))
        self.message_user(request, done % {"count": len(uuids)}, messages.SUCCESS)
        return None

    def _confirmation(
        self, request: HttpRequest, queryset: QuerySet[Award], form: ReasonForm
    ) -> TemplateResponse:
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "title": _("Revoke awards"),
            "opts": self.model._meta,
            "media": self.media,
            "previews": [api.preview_revocation(award.uuid) for award in queryset],
            "selected": queryset.values_list("pk", flat=True),
            "form": form,
        }
        return TemplateResponse(request, "ingenium_credentials/admin/revoke.html", context)


@admin.register(Credential)
class CredentialAdmin(ReadOnlyAdmin):
    """The documents that were signed: their hashes, not their words."""

    list_display = (
        "award",
        "format",
        "media_type",
        "signing_key",
        "issued_at",
        "time_stamp_due_at",
        "sha256",
    )
    list_filter = ("format", "signing_key__issuer")
    list_select_related = ("award", "signing_key__issuer")
    search_fields = ("award__uuid", "sha256", "signing_key__fragment")
    date_hierarchy = "issued_at"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Credential]:
        """Without the documents, which are large and hold names."""
        return Credential.objects.defer("body")


@admin.register(StatusList)
class StatusListAdmin(ReadOnlyAdmin):
    """Status lists: when each was signed, and until when it stands."""

    list_display = ("uuid", "issuer", "purpose", "length", "open", "stale", "published_at", "valid_until")
    list_filter = ("open", "stale", "issuer")
    list_select_related = ("issuer",)
    search_fields = ("uuid", "issuer__slug")
    readonly_fields = ("published_at", "valid_until")

    def get_queryset(self, request: HttpRequest) -> QuerySet[StatusList]:
        """Without the documents."""
        return StatusList.objects.defer("document")


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    """Who did what, when and why. Only ever added to."""

    list_display = ("at", "actor_id", "way", "action", "subject_kind", "subject_id", "reason")
    list_filter = ("action", "way", "subject_kind")
    search_fields = ("subject_id", "=actor_id", "reason")
    date_hierarchy = "at"
