"""Deeds on awards that ask first: review, decide, correct, renew; each on a page of its own.

The page shows what would happen to each award and changes nothing until it is told so.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, Protocol

from attrs import frozen
from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from .. import api
from ..models import AuditEntry, Award
from .bases import ModelAdmin

__all__ = ["Do", "LifeOfAwards", "ReasonForm", "Work", "ask"]


class ReasonForm(forms.Form):
    """Why, in words that the learner may read."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=255,
        help_text=gettext_lazy("Kept for good, and open to the learner. No personal data."),
        widget=forms.TextInput(attrs={"size": 80}),
    )


class ReviewForm(ReasonForm):
    """Why, and whether the review ends by itself."""

    days = forms.IntegerField(
        label=gettext_lazy("Revoke after so many days"),
        min_value=1,
        max_value=365,
        required=False,
        help_text=gettext_lazy("Empty: a person decides, and nothing happens by itself."),
    )


class VerdictForm(ReasonForm):
    """How a review ends."""

    stands = forms.ChoiceField(
        label=gettext_lazy("Decision"),
        choices=[("yes", gettext_lazy("The award stands")), ("no", gettext_lazy("It is revoked"))],
        widget=forms.RadioSelect,
    )
    field_order = ("stands", "reason")


class NameForm(ReasonForm):
    """The name as it should be, and who says so."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=255)
    latin_name = forms.CharField(
        label=gettext_lazy("Name in Latin script"),
        max_length=255,
        required=False,
        help_text=gettext_lazy("Empty: it is transcribed."),
    )
    source = forms.ChoiceField(label=gettext_lazy("According to"), choices=list(api.NAME_SOURCES.items()))
    field_order = ("name", "latin_name", "source", "reason")


class GradeForm(ReasonForm):
    """The grade as it should be."""

    percent = forms.DecimalField(
        label=gettext_lazy("Grade in per cent"), min_value=0, max_value=100, max_digits=5, decimal_places=2
    )
    field_order = ("percent", "reason")


class Do(Protocol):
    """A verb on one award with what the form holds; raises `NotAllowed` or `NotReady`."""

    def __call__(self, row: Any, values: dict[str, Any], actor_id: int | None) -> object:
        """Do it."""


@frozen(kw_only=True)
class Work:
    """One deed: how it is asked for, and what it does."""

    action: str
    title: Any
    form: type[forms.Form]
    do: Do
    look: Callable[[Any, dict[str, Any]], str]
    """What would happen to one award, with what the form holds so far; may raise as `do`."""
    one_only: bool = False


def ask(
    shown: ModelAdmin, request: HttpRequest, chosen: Sequence[Any], work: Work
) -> TemplateResponse | None:
    """The page that asks, or the deed itself once it was told to."""
    if work.one_only and len(chosen) != 1:
        shown.message_user(request, _("Choose exactly one."), messages.ERROR)
        return None
    form = work.form(request.POST if "step" in request.POST else None)
    values = form.cleaned_data if form.is_bound and form.is_valid() else {}
    if values and request.POST["step"] == "do":
        _carry_out(shown, request, chosen, work, values)
        return None
    context: dict[str, Any] = {
        **shown.admin_site.each_context(request),
        "title": work.title,
        "opts": shown.model._meta,
        "media": shown.media,
        "lines": [(row, _line(work, row, values)) for row in chosen],
        "form": form,
        "action": work.action,
    }
    return TemplateResponse(request, "ingenium_credentials/admin/ask.html", context)


def _line(work: Work, row: Any, values: dict[str, Any]) -> str:
    try:
        return work.look(row, values)
    except (api.NotAllowed, api.NotReady) as refusal:
        return str(refusal)


def _carry_out(
    shown: ModelAdmin, request: HttpRequest, chosen: Sequence[Any], work: Work, values: dict[str, Any]
) -> None:
    done = 0
    for row in chosen:
        try:
            work.do(row, values, request.user.pk)
            done += 1
        except (api.NotAllowed, api.NotReady) as refusal:
            shown.message_user(request, f"{row}: {refusal}", messages.ERROR)
    if done:
        said = ngettext("Done for %(count)d.", "Done for %(count)d.", done) % {"count": done}
        shown.message_user(request, said, messages.SUCCESS)


def _state(award: Award, _values: dict[str, Any]) -> str:
    said = award.get_state_display()
    return f"{said} ({award.review_reason})" if award.review_reason else said


def _open(row: Award, values: dict[str, Any], actor_id: int | None) -> object:
    due_at = timezone.now() + dt.timedelta(days=values["days"]) if values["days"] else None
    return api.open_review(row, values["reason"], actor_id, due_at)


def _close(row: Award, values: dict[str, Any], actor_id: int | None) -> object:
    return api.close_review(row, values["stands"] == "yes", values["reason"], actor_id)


def _correct_name(row: Award, values: dict[str, Any], actor_id: int | None) -> object:
    return api.correct_name(row, actor_id=actor_id, **values)


def _correct_grade(row: Award, values: dict[str, Any], actor_id: int | None) -> object:
    return api.correct_grade(row, values["percent"] / 100, reason=values["reason"], actor_id=actor_id)


def _renew(row: Award, values: dict[str, Any], actor_id: int | None) -> object:
    return api.renew(row, reason=values["reason"], actor_id=actor_id)


def _look_at_name(award: Award, values: dict[str, Any]) -> str:
    names = {"name": values.get("name", award.recipient_name), "latin_name": values.get("latin_name", "")}
    return _said(api.preview_correction(award, **names))


def _look_at_grade(award: Award, values: dict[str, Any]) -> str:
    grade = values["percent"] / Decimal(100) if values else award.grade
    return _said(api.preview_correction(award, grade=grade))


def _said(preview: api.CorrectionPreview) -> str:
    before, after = (
        " · ".join(filter(None, (name, latin, f"{grade:.2%}" if grade is not None else "")))
        for name, latin, grade in (preview.before, preview.after)
    )
    formats = ", ".join(preview.formats) or _("nothing signed yet")
    said = f"{before} → {after} ({formats})"
    if not preview.wholes:
        return said
    wholes = ngettext(
        "%(count)d award built on it comes under review",
        "%(count)d awards built on it come under review",
        preview.wholes,
    ) % {"count": preview.wholes}
    return f"{said}; {wholes}"


_REVIEW = Work(
    action="open_review", title=gettext_lazy("Put under review"), form=ReviewForm, do=_open, look=_state
)
_VERDICT = Work(
    action="close_review", title=gettext_lazy("End the review"), form=VerdictForm, do=_close, look=_state
)
_RENEWAL = Work(action="renew", title=gettext_lazy("Renew"), form=ReasonForm, do=_renew, look=_state)
_NAME = Work(
    action="correct_name",
    title=gettext_lazy("Correct the name"),
    form=NameForm,
    do=_correct_name,
    look=_look_at_name,
    one_only=True,
)
_GRADE = Work(
    action="correct_grade",
    title=gettext_lazy("Correct the grade"),
    form=GradeForm,
    do=_correct_grade,
    look=_look_at_grade,
    one_only=True,
)


def _hand(entry: AuditEntry) -> str:
    return " · ".join(str(said) for said in (entry.actor_id, entry.get_way_display()) if said) or "–"


class LifeOfAwards(ModelAdmin):
    """The actions on awards, and who did what to one."""

    @admin.action(description=gettext_lazy("Put under review, with a reason"), permissions=("revoke",))
    def open_review(self, request: HttpRequest, queryset: QuerySet[Award]) -> TemplateResponse | None:
        """Ask first."""
        return ask(self, request, list(queryset), _REVIEW)

    @admin.action(description=gettext_lazy("End the review"), permissions=("revoke",))
    def close_review(self, request: HttpRequest, queryset: QuerySet[Award]) -> TemplateResponse | None:
        """Ask first."""
        return ask(self, request, list(queryset), _VERDICT)

    @admin.action(description=gettext_lazy("Correct the name"), permissions=("revoke",))
    def correct_name(self, request: HttpRequest, queryset: QuerySet[Award]) -> TemplateResponse | None:
        """Ask first, and show both names."""
        return ask(self, request, list(queryset), _NAME)

    @admin.action(description=gettext_lazy("Correct the grade"), permissions=("revoke",))
    def correct_grade(self, request: HttpRequest, queryset: QuerySet[Award]) -> TemplateResponse | None:
        """Ask first, and show both grades."""
        return ask(self, request, list(queryset), _GRADE)

    @admin.action(description=gettext_lazy("Renew"), permissions=("revoke",))
    def renew(self, request: HttpRequest, queryset: QuerySet[Award]) -> TemplateResponse | None:
        """Ask first."""
        return ask(self, request, list(queryset), _RENEWAL)

    @admin.display(description=gettext_lazy("what happened"))
    def trail(self, award: Award) -> SafeString:
        """The audit log of this award, newest first."""
        entries = AuditEntry.objects.filter(subject_kind="award", subject_id=str(award.uuid))
        rows = ((f"{entry.at:%Y-%m-%d %H:%M}", entry.action, _hand(entry), entry.reason) for entry in entries)
        return format_html_join(SafeString("<br>"), "{} UTC · {} · {} · {}", rows)
