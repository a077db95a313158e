"""What learners are told by mail: what waits, what went out, and what could not."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from .. import api
from ..models import Letter
from .read_only import ReadOnlyAdmin

__all__ = ["LetterAdmin"]


@admin.register(Letter)
class LetterAdmin(ReadOnlyAdmin):
    """One letter about one award, without address or text: both are made when it is sent."""

    list_display = ("award", "kind", "created_at", "sent_at", "given_up_at", "attempts", "last_problem")
    list_filter = (
        "kind",
        ("sent_at", admin.EmptyFieldListFilter),
        ("given_up_at", admin.EmptyFieldListFilter),
    )
    search_fields = ("award__uuid", "last_problem")
    date_hierarchy = "created_at"
    list_select_related = ("award",)
    actions = ("send_again",)

    @admin.action(description=_("Send again those that were given up"), permissions=("send",))
    def send_again(self, request: HttpRequest, queryset: QuerySet[Letter]) -> None:
        """Try those letters anew that were given up."""
        count = api.send_again(list(queryset.values_list("pk", flat=True)))
        said = ngettext("%(count)d letter is tried again.", "%(count)d letters are tried again.", count)
        self.message_user(request, said % {"count": count}, messages.SUCCESS if count else messages.INFO)

    def has_send_permission(self, request: HttpRequest) -> bool:
        """Whoever may change letters, if anybody could."""
        return request.user.has_perm("ingenium_credentials.change_letter")
