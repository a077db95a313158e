"""Definitions and their versions. What was awarded is shown, and has a next version."""

from __future__ import annotations

import base64
from typing import Any

from django.contrib import admin, messages
from django.db.models import JSONField, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from .. import api
from ..badges.data import preferred
from ..models import Achievement, AwardingBody
from .bases import TabularInline
from .forms import AchievementForm, ReadableJSON
from .refusals import RefusalsAsMessages

__all__ = ["AchievementAdmin"]

_JSON: Any = {JSONField: {"form_class": ReadableJSON}}


class AwardingBodyInline(TabularInline):
    """The universities that award, in the order in which the document names them."""

    model = AwardingBody
    extra = 0

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """As for the version."""
        return _is_open(obj) and super().has_add_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """As for the version."""
        return _is_open(obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """As for the version."""
        return _is_open(obj) and super().has_delete_permission(request, obj)


@admin.register(Achievement)
class AchievementAdmin(RefusalsAsMessages):
    """Versions of definitions. Once awarded, a version can be seen and not changed."""

    form = AchievementForm
    formfield_overrides = _JSON
    list_display = ("slug", "version", "title", "state", "is_frozen", "issuer", "ects", "eqf_level")
    list_filter = ("state", "kind", "issuer", "eqf_level", ("frozen_at", admin.EmptyFieldListFilter))
    list_select_related = ("issuer",)
    search_fields = ("slug", "uuid", "names", "quality_agency")
    readonly_fields = ("uuid", "state", "frozen_at", "picture", "complete", "issuable", "in_languages")
    inlines = (AwardingBodyInline,)
    actions = ("activate", "retire", "next_version")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Achievement]:
        """Without the pictures, which a list does not show."""
        return super().get_queryset(request).defer("image_svg", "image_png")

    def has_change_permission(self, request: HttpRequest, obj: Achievement | None = None) -> bool:
        """Not for a version that has been awarded."""
        return _is_open(obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Achievement | None = None) -> bool:
        """Not for a version that has been awarded."""
        return _is_open(obj) and super().has_delete_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: Achievement, form: Any, change: bool) -> None:
        """Save through the verb, which refuses when somebody has been awarded meanwhile."""
        api.define(obj, actor_id=request.user.pk)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Save the awarding bodies; the picture names them, so it is drawn anew."""
        super().save_related(request, form, formsets, change)
        if any(formset.has_changed() for formset in formsets):
            api.define(form.instance, actor_id=request.user.pk)

    @admin.display(description=_("title"))
    def title(self, achievement: Achievement) -> str:
        """The title in one language."""
        return preferred(achievement.names)

    @admin.display(description=_("frozen"), boolean=True, ordering="frozen_at")
    def is_frozen(self, achievement: Achievement) -> bool:
        """Whether it has been awarded."""
        return achievement.frozen_at is not None

    @admin.display(description=_("badge image"))
    def picture(self, achievement: Achievement) -> str:
        """The badge as it is now."""
        if not achievement.image_svg:
            return str(_("Drawn when the version is activated."))
        source = base64.b64encode(bytes(achievement.image_svg)).decode()
        # As an image the drawing can neither run scripts nor load anything.
        return format_html('<img width="240" alt="" src="data:image/svg+xml;base64,{}">', source)

    @admin.display(description=_("completeness"))
    def complete(self, achievement: Achievement) -> SafeString | str:
        """How much of Annex I is there: a bar with its figure in words, then what is missing."""
        if achievement.pk is None:
            return _("Shown when the definition has been saved.")
        share = api.completeness(achievement)
        lacking = format_html_join("", "<li>{}</li>", ((str(found),) for found in api.missing(achievement)))
        said = _("%(share)d %% of the elements of 2022/C 243/02, Annex I") % {"share": share}
        return format_html("{}<ul>{}</ul>", _bar(share, said), lacking)

    @admin.display(description=_("also needed to issue"))
    def issuable(self, achievement: Achievement) -> SafeString | str:
        """Keys, certificates, mandates and unverified facts; awards wait for what blocks."""
        needs = api.needed(achievement)
        shown = format_html_join("", "<li>{}</li>", ((_need_said(need),) for need in needs))
        return format_html("<ul>{}</ul>", shown) if shown else str(_("Nothing."))

    @admin.display(description=_("languages of the content"))
    def in_languages(self, achievement: Achievement) -> SafeString | str:
        """A bar for each language that has a text; only what is complete in a language is signed in it."""
        rows = (
            (_bar(found.share, _content_said(found)), ", ".join(found.missing))
            for found in api.contents(achievement)
        )
        shown = format_html_join("", "<li>{} {}</li>", rows)
        return format_html("<ul>{}</ul>", shown) if shown else str(_("No text has been entered yet."))

    @admin.action(description=_("Activate, in place of the version before"), permissions=("change",))
    def activate(self, request: HttpRequest, queryset: QuerySet[Achievement]) -> None:
        """Let the selected versions be awarded; one that is not complete is named and left as it is."""
        done = 0
        for achievement in queryset:
            try:
                api.activate(achievement, actor_id=request.user.pk)
                done += 1
            except api.NotAllowed as error:
                self.message_user(request, str(error), messages.ERROR)
        if done:
            self._say(request, done)

    @admin.action(description=_("Retire: award no more"), permissions=("change",))
    def retire(self, request: HttpRequest, queryset: QuerySet[Achievement]) -> None:
        """Award the selected versions no more."""
        for achievement in queryset:
            api.retire_achievement(achievement, actor_id=request.user.pk)
        self._say(request, queryset.count())

    @admin.action(description=_("Make the next version"), permissions=("add",))
    def next_version(self, request: HttpRequest, queryset: QuerySet[Achievement]) -> None:
        """Make an open draft of each."""
        for achievement in queryset:
            draft = api.new_version(achievement, actor_id=request.user.pk)
            self.message_user(request, _("%(version)s was made.") % {"version": draft}, messages.SUCCESS)

    def _say(self, request: HttpRequest, count: int) -> None:
        done = ngettext("%(count)d version was changed.", "%(count)d versions were changed.", count)
        self.message_user(request, done % {"count": count}, messages.SUCCESS)


def _bar(share: int, said: str) -> SafeString:
    """A `meter` is read out with its label; the figure stands beside it for everybody else."""
    return format_html(
        '<label><meter max="100" low="99" optimum="100" value="{}">{}</meter> {}</label>', share, said, said
    )


def _content_said(found: api.Content) -> str:
    said = (
        _("%(language)s: %(share)d %% of the texts.")
        if not found.missing
        else _("%(language)s: %(share)d %% of the texts; not signed while these are missing:")
    )
    return said % {"language": found.language, "share": found.share}


def _is_open(achievement: Achievement | None) -> bool:
    return achievement is None or achievement.frozen_at is None


def _need_said(need: api.Need) -> str:
    return str(need) if need.blocks else _("Note: %(need)s") % {"need": need}
