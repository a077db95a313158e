"""What is done to many awards at once, to look at: imports and mass revocations."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .. import api
from ..models import AwardImport, MassRevocation
from .life import Do, Work, ask
from .read_only import ReadOnlyAdmin

__all__ = ["AwardImportAdmin", "MassRevocationAdmin"]


class SureForm(forms.Form):
    """That it was looked at."""

    sure = forms.BooleanField(label=gettext_lazy("I have looked at what would happen."))


@admin.register(AwardImport)
class AwardImportAdmin(ReadOnlyAdmin):
    """Files of learners to be awarded: checked, then applied whole or not at all."""

    list_display = ("uuid", "achievement", "course_id", "state", "at", "applied_at", "actor_id")
    list_filter = ("state", "achievement__slug")
    list_select_related = ("achievement",)
    search_fields = ("uuid", "course_id", "sha256", "=actor_id")
    date_hierarchy = "at"


def _say(proposal: MassRevocation, _values: dict[str, Any]) -> str:
    preview = api.preview_mass_revocation(proposal)
    counts = {**preview.by_state, **preview.by_definition, **preview.formats}
    said = _("%(changes)d of %(total)d awards would be revoked") % {
        "changes": preview.changes,
        "total": preview.total,
    }
    return f"{said}: " + ", ".join(f"{name} {count}" for name, count in counts.items())


def _decide(approve: bool) -> Do:
    def decide(row: Any, values: dict[str, Any], actor_id: int | None) -> object:
        return api.decide_mass_revocation(row, approve=approve, actor_id=actor_id)

    return decide


_APPROVAL = Work(
    action="approve",
    title=gettext_lazy("Revoke all of them"),
    form=SureForm,
    do=_decide(approve=True),
    look=_say,
    one_only=True,
)
_REJECTION = Work(
    action="reject",
    title=gettext_lazy("Reject the proposal"),
    form=SureForm,
    do=_decide(approve=False),
    look=_say,
    one_only=True,
)


@admin.register(MassRevocation)
class MassRevocationAdmin(ReadOnlyAdmin):
    """Proposals to revoke many awards; a second person decides."""

    list_display = ("uuid", "state", "reason", "proposed_at", "proposed_by", "decided_at", "decided_by")
    list_filter = ("state",)
    search_fields = ("uuid", "reason", "=proposed_by", "=decided_by")
    date_hierarchy = "proposed_at"
    actions = ("approve", "reject")

    def has_decide_permission(self, request: HttpRequest) -> bool:
        """Who may revoke one award may decide on many that somebody else has proposed."""
        return request.user.has_perm("ingenium_credentials.change_award")

    @admin.action(description=gettext_lazy("Approve, as a second person"), permissions=("decide",))
    def approve(self, request: HttpRequest, queryset: QuerySet[MassRevocation]) -> TemplateResponse | None:
        """Ask first, and say what would happen."""
        return ask(self, request, list(queryset), _APPROVAL)

    @admin.action(description=gettext_lazy("Reject, as a second person"), permissions=("decide",))
    def reject(self, request: HttpRequest, queryset: QuerySet[MassRevocation]) -> TemplateResponse | None:
        """Ask first."""
        return ask(self, request, list(queryset), _REJECTION)
