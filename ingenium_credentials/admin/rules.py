"""Rules and where they may be written; what they have been, and trials of them, to look at."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import JSONField
from django.http import HttpRequest

from .. import api
from ..models import (
    Approval,
    AwardRule,
    AwardRuleCourse,
    AwardRulePart,
    OfferedCourse,
    RuleVersion,
    Simulation,
)
from ..rules import ConditionError, courses_of
from .bases import ModelForm, TabularInline
from .forms import ReadableJSON
from .read_only import ReadOnlyAdmin
from .refusals import RefusalsAsMessages

__all__ = ["ApprovalAdmin", "AwardRuleAdmin", "OfferedCourseAdmin", "RuleVersionAdmin", "SimulationAdmin"]

_JSON: Any = {JSONField: {"form_class": ReadableJSON}}


class AwardRuleForm(ModelForm):
    """A rule; a condition that is not understood is refused with the reason.

    The form carries the revision that it shows, so that nobody saves over somebody else.
    """

    seen_revision = forms.IntegerField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = AwardRule
        fields = (
            *("name", "achievement", "condition", "enabled", "starts_at", "ends_at"),
            *("on_loss", "review_days", "confirm_days", "supervision"),
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["seen_revision"] = self.instance.revision

    def clean_condition(self) -> Any:
        """Refuse what `rules` does not understand."""
        condition = self.cleaned_data["condition"]
        try:
            courses_of(condition)
        except ConditionError as error:
            raise ValidationError(str(error)) from error
        return condition

    def clean(self) -> dict[str, Any]:
        """Refuse a form that shows an older revision; what was typed stays to be compared."""
        cleaned = super().clean() or {}
        if self.instance.pk:
            try:
                api.demand_seen(self.instance, cleaned.get("seen_revision") or 0)
            except api.Conflict as error:
                raise ValidationError(str(error)) from error
        return cleaned


class CourseInline(TabularInline):
    """The courses that the condition names; they follow from it."""

    model = AwardRuleCourse
    extra = 0
    can_delete = False
    readonly_fields = ("course_id",)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """They are read from the condition."""
        return False


class PartInline(TabularInline):
    """The definitions that the condition names; they follow from it."""

    model = AwardRulePart
    extra = 0
    can_delete = False
    readonly_fields = ("definition",)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """They are read from the condition."""
        return False


@admin.register(AwardRule)
class AwardRuleAdmin(RefusalsAsMessages):
    """On which condition an achievement is awarded."""

    form = AwardRuleForm
    formfield_overrides = _JSON
    list_display = ("name", "achievement", "enabled", "starts_at", "ends_at", "revision")
    list_filter = ("enabled", "achievement__state")
    list_select_related = ("achievement",)
    search_fields = ("name", "uuid", "achievement__slug", "courses__course_id")
    inlines = (CourseInline, PartInline)

    def save_model(self, request: HttpRequest, obj: AwardRule, form: Any, change: bool) -> None:
        """Save through the verb, which keeps the version and notes the courses."""
        seen = form.cleaned_data.get("seen_revision") if change else None
        api.define_rule(obj, actor_id=request.user.pk, seen_revision=seen)


class OfferedCourseForm(ModelForm):
    """A course and what may be awarded in it; the verb's refusals are shown at the form."""

    class Meta:
        model = OfferedCourse
        fields = ("course_id", "organisation", "ects", "definitions")


@admin.register(OfferedCourse)
class OfferedCourseAdmin(RefusalsAsMessages):
    """Which definitions the instructors of a course may award."""

    form = OfferedCourseForm
    formfield_overrides = _JSON
    list_display = ("course_id", "organisation", "ects", "definitions")
    list_filter = ("organisation",)
    list_select_related = ("organisation",)
    search_fields = ("course_id", "organisation__slug", "definitions")

    def save_model(self, request: HttpRequest, obj: OfferedCourse, form: Any, change: bool) -> None:
        """Save through the verb, which refuses what does not exist."""
        api.define_offered_course(obj, actor_id=request.user.pk)


@admin.register(RuleVersion)
class RuleVersionAdmin(ReadOnlyAdmin):
    """What rules have been, by whom, when and why. Only ever added to."""

    list_display = ("rule", "revision", "at", "actor_id", "reason")
    list_filter = ("rule__achievement__slug",)
    list_select_related = ("rule",)
    search_fields = ("rule__name", "rule__uuid", "=actor_id", "reason")
    date_hierarchy = "at"


@admin.register(Approval)
class ApprovalAdmin(ReadOnlyAdmin):
    """A person's yes or no to one learner; given on the course's page."""

    list_display = ("rule", "learner_id", "approved", "at", "actor_id", "reason")
    list_filter = ("approved", "rule__achievement__slug")
    list_select_related = ("rule",)
    search_fields = ("rule__name", "=learner_id", "=actor_id", "reason")
    date_hierarchy = "at"


@admin.register(Simulation)
class SimulationAdmin(ReadOnlyAdmin):
    """Trials of conditions: how far each is, and why one failed."""

    list_display = ("uuid", "course_id", "achievement", "state", "done", "total", "asked_at", "last_problem")
    list_filter = ("state", "achievement__slug")
    list_select_related = ("achievement",)
    search_fields = ("uuid", "course_id", "=actor_id")
    date_hierarchy = "asked_at"
