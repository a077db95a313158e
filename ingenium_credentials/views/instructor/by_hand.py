"""Award by hand: one learner, with a reason, looked at before it is done."""

from __future__ import annotations

import datetime as dt
from typing import Any

from attrs import frozen
from django import forms
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ... import api, lms
from ...models import Achievement, Award
from ..facts import Text, say
from .forms import MomentField, PercentField
from .learners import find, nobody
from .staff import Course, goto, leave_word, refusal, show, staff_only
from .standing import utc
from .telling import once_signed

__all__ = ["by_hand"]


class ByHandForm(forms.Form):
    """Whom to award what, since when, and why."""

    definition = forms.ChoiceField(label=gettext_lazy("Credential"))
    learner = forms.CharField(
        label=gettext_lazy("User name or e-mail address of the learner"),
        max_length=254,
        help_text=gettext_lazy("A learner of this course."),
    )
    awarded_at = MomentField(label=gettext_lazy("Earned on (UTC)"))
    grade = PercentField(help_text=gettext_lazy("Only where the credential shows one."))
    reason = forms.CharField(
        label=gettext_lazy("Why by hand?"),
        max_length=255,
        widget=forms.Textarea(attrs={"rows": "3"}),
        help_text=gettext_lazy("For the audit log. No names of learners."),
    )

    def __init__(self, course: Course, *args: Any, **kwargs: Any) -> None:
        """For what this course's staff may award."""
        super().__init__(*args, **kwargs)
        self.course = course
        self.account: lms.Account | None = None
        choices = [(row.slug, say(row.names).value) for row in course.definitions]
        self.fields["definition"].choices = choices  # type: ignore[attr-defined]

    def clean_awarded_at(self) -> dt.datetime:
        """Refuse the future."""
        moment: dt.datetime = self.cleaned_data["awarded_at"]
        if moment > timezone.now():
            raise forms.ValidationError(_("That is still to come. Enter when it was earned."))
        return moment

    def clean_learner(self) -> str:
        """Refuse whoever does not take the course."""
        text = str(self.cleaned_data["learner"]).strip()
        self.account = find(self.course, text)
        if self.account is None:
            raise forms.ValidationError(nobody())
        return text


@frozen(kw_only=True)
class Preview:
    """What the award would be, before it is one."""

    title: Text
    name: str
    latin_name: str
    earned: str
    standing: Award | None
    """The award that the learner has already; nothing new comes about then."""
    problem: str = ""


@staff_only("GET", "HEAD", "POST")
def by_hand(request: HttpRequest, course: Course) -> HttpResponseBase:
    """The form, then the preview, then the award."""
    if request.method != "POST":
        initial = {
            "awarded_at": timezone.now(),
            "definition": request.GET.get("definition", ""),
        }
        return show(
            request, course, "by_hand.html", {"tab": "by-hand", "form": ByHandForm(course, initial=initial)}
        )
    form = ByHandForm(course, request.POST)
    context: dict[str, object] = {"tab": "by-hand", "form": form}
    if form.is_valid() and request.POST.get("do") != "change":
        if request.POST.get("do") == "award" and (done := _award(request, form)):
            return done
        context["preview"] = _preview(form)
    return show(request, course, "by_hand.html", context)


def _preview(form: ByHandForm) -> Preview:
    achievement, account = _chosen(form)
    name = latin_name = problem = ""
    try:
        person = api.recipient(account.learner_id)
        name, latin_name = person.name, person.latin_name
    except Exception as error:
        problem = refusal(error)
    held = Award.objects.filter(learner_id=account.learner_id, definition=achievement.slug)
    return Preview(
        title=say(achievement.names),
        name=name or account.username,
        latin_name=latin_name,
        earned=utc(form.cleaned_data["awarded_at"]),
        standing=held.exclude(state__in=(Award.State.REVOKED, Award.State.EXPIRED))
        .order_by("-occasion")
        .first(),
        problem=problem,
    )


def _chosen(form: ByHandForm) -> tuple[Achievement, lms.Account]:
    account = form.account
    if account is None:
        raise api.NotAllowed(nobody())
    return form.course.definition(form.cleaned_data["definition"]), account


def _award(request: HttpRequest, form: ByHandForm) -> HttpResponseBase | None:
    achievement, account = _chosen(form)
    try:
        granted = api.award_by_hand(
            achievement,
            account.learner_id,
            awarded_at=form.cleaned_data["awarded_at"],
            reason=form.cleaned_data["reason"],
            actor_id=request.user.pk,
            grade=form.cleaned_data["grade"],
            circumstances=api.Circumstances(given_in=form.course.id),
        )
    except Exception as error:
        form.add_error(None, refusal(error))
        return None
    if not granted.is_new:
        form.add_error(None, _("The learner has it already. Nothing new came about."))
        return None
    leave_word(request, "good", f"{_('Awarded. It is signed within minutes.')} {once_signed(granted)}")
    return goto("instructor-award", form.course, granted.uuid)
