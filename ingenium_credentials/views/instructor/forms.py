"""The forms of the course's pages, beside the tree of a rule."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from ...models import AwardRule
from . import supervision

__all__ = ["MomentField", "PercentField", "RuleForm"]

_REVIEW_DAYS = 365
_REASON = 255


class PercentField(forms.DecimalField):
    """A grade that people enter in percent; its value is the share of the maximum, or None."""

    def __init__(self, *, help_text: Any) -> None:
        super().__init__(
            label=_("Grade in percent"),
            required=False,
            min_value=0,
            max_value=100,
            max_digits=5,
            decimal_places=2,
            localize=True,
            help_text=help_text,
            widget=forms.TextInput(),
        )

    def clean(self, value: Any) -> Decimal | None:
        """The share."""
        entered: Decimal | None = super().clean(value)
        return None if entered is None else entered / 100


class MomentField(forms.CharField):
    """A moment in UTC, whatever the site's own time zone is."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"})

    def to_python(self, value: Any) -> Any:
        """The aware moment; None for nothing."""
        text = str(value or "").strip()
        if not text:
            return None
        try:
            moment = dt.datetime.fromisoformat(text)
        except ValueError as error:
            raise ValidationError(_("Enter a day and a time, such as 2026-09-01T08:00.")) from error
        return (moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)).astimezone(dt.UTC)

    def prepare_value(self, value: Any) -> Any:
        """As a form field of a browser wants it."""
        return (
            value.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M") if isinstance(value, dt.datetime) else value
        )


class RuleForm(forms.Form):
    """What a rule says beside its condition."""

    name = forms.CharField(label=_("Name of the rule"), max_length=127)
    starts_at = MomentField(label=_("Awards from (UTC)"), required=False, help_text=_("Empty: at once."))
    ends_at = MomentField(
        label=_("Awards until (UTC)"), required=False, help_text=_("Empty: until you pause it.")
    )
    on_loss = forms.ChoiceField(
        label=_("When somebody does not meet it any more"), choices=AwardRule.OnLoss.choices
    )
    review_days = forms.IntegerField(
        label=_("Days of review"),
        min_value=1,
        max_value=_REVIEW_DAYS,
        help_text=_("So long somebody may object before an award is revoked."),
    )
    confirm_days = forms.IntegerField(
        label=_("Days to confirm the name"),
        min_value=0,
        max_value=90,
        help_text=_(
            "The learner sees a preview and may correct the name before it is signed. 0: no preview."
        ),
    )
    supervision = forms.ChoiceField(
        label=_("Supervision and identity check"),
        required=False,
        help_text=_(
            "Signed into each credential. Choose only what truly happens to everybody who meets this rule."
        ),
    )
    reason = forms.CharField(
        label=_("Why this change?"),
        max_length=_REASON,
        required=False,
        help_text=_("For the history. No names of learners."),
    )

    def __init__(self, rule: AwardRule, *args: Any, **kwargs: Any) -> None:
        """For a rule, whose supervision stays to be chosen even where no published list has it."""
        super().__init__(*args, **kwargs)
        self._concepts = supervision.choices(rule.supervision)
        labels = [(key, supervision.label(concept)) for key, concept in self._concepts.items()]
        self.fields["supervision"].choices = [("", supervision.label(None)), *labels]  # type: ignore[attr-defined]

    def clean_supervision(self) -> Mapping[str, Any] | None:
        """The concept that was chosen."""
        return self._concepts.get(self.cleaned_data["supervision"])

    def clean(self) -> dict[str, Any]:
        """Refuse a schedule that ends before it begins."""
        data = super().clean() or {}
        starts_at, ends_at = data.get("starts_at"), data.get("ends_at")
        if starts_at and ends_at and ends_at <= starts_at:
            self.add_error("ends_at", _("The end must be later than the beginning."))
        return data

    @classmethod
    def of_rule(cls, rule: AwardRule) -> RuleForm:
        """The form, filled with a rule."""
        initial = {name: getattr(rule, name) for name in cls.base_fields if name != "reason"}
        return cls(rule, initial=initial | {"supervision": supervision.key_of(rule.supervision)})

    def fill(self, rule: AwardRule) -> None:
        """Put what was entered into the rule."""
        for name in self.base_fields:
            if name != "reason":
                setattr(rule, name, self.cleaned_data[name])
