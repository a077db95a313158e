"""A new credential in the place of one that says something wrong, or ends: looked at, then made.

The first button shows what the new one will say and makes nothing; the second makes it,
unless the award has changed in between.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import UUID

from attrs import frozen
from django import forms
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from ... import api
from ...models import Award
from ..facts import say
from .forms import PercentField
from .staff import Course, goto, leave_word, refusal, show, staff_only
from .standing import utc
from .telling import once_signed

__all__ = ["correct_grade", "correct_name", "percent", "renew"]

_LONGEST = 255


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(
        label=gettext_lazy("Your reason"),
        max_length=_LONGEST,
        widget=forms.Textarea(attrs={"rows": "3"}),
        help_text=gettext_lazy("Kept for good in the audit log. No names, and nothing else about a person."),
    )


class NameForm(ReasonForm):
    """The name as it should be, and whom you rely on."""

    name = forms.CharField(label=gettext_lazy("Name in the learner’s own script"), max_length=_LONGEST)
    latin_name = forms.CharField(
        label=gettext_lazy("Name in Latin letters"),
        max_length=_LONGEST,
        required=False,
        help_text=gettext_lazy("As on a passport. Empty: it is transcribed."),
    )
    source = forms.ChoiceField(label=gettext_lazy("According to"), choices=list(api.NAME_SOURCES.items()))
    field_order = ("name", "latin_name", "source", "reason")


class GradeForm(ReasonForm):
    """The grade as it should be."""

    percent = PercentField(help_text=gettext_lazy("Empty: the credential shows no grade."))
    field_order = ("percent", "reason")


@frozen(kw_only=True)
class Line:
    """One thing that the credential says: now, and in the new one."""

    label: str
    now: str
    new: str

    @property
    def is_changed(self) -> bool:
        """Whether the new one says something else."""
        return self.now != self.new


@frozen(kw_only=True)
class Preview:
    """What the new credential would say, and what else would happen."""

    lines: list[Line]
    consequences: list[str]
    changes: bool
    seen: str
    """What was looked at; the second click hands it back."""


@frozen(kw_only=True)
class _Work:
    """One deed: how it is asked for, shown and done."""

    title: Any
    lead: Any
    form: type[ReasonForm]
    initial: Callable[[Award], dict[str, Any]]
    look: Callable[[Award, Any], Preview]
    """With the form, valid; raises as `do`."""
    do: Callable[[Award, Any, str, int | None], Award]
    """With the form, what was seen, and who does it; a verb."""


@staff_only("GET", "HEAD", "POST")
def correct_name(request: HttpRequest, course: Course, uuid: UUID) -> HttpResponseBase:
    """The name, in two scripts."""
    return _mend(request, course, uuid, _NAME)


@staff_only("GET", "HEAD", "POST")
def correct_grade(request: HttpRequest, course: Course, uuid: UUID) -> HttpResponseBase:
    """The grade."""
    return _mend(request, course, uuid, _GRADE)


@staff_only("GET", "HEAD", "POST")
def renew(request: HttpRequest, course: Course, uuid: UUID) -> HttpResponseBase:
    """A new end."""
    return _mend(request, course, uuid, _RENEWAL)


def _mend(request: HttpRequest, course: Course, uuid: UUID, work: _Work) -> HttpResponseBase:
    award = course.award(uuid)
    bound = request.method == "POST"
    form = work.form(request.POST) if bound else work.form(initial=work.initial(award))
    context: dict[str, Any] = {
        "tab": "awards",
        "award": award,
        "achievement": say(award.achievement.names),
        "work": work,
        "form": form,
    }
    deed = request.POST.get("do")
    if bound and form.is_valid() and deed != "change":
        if deed == "make" and (done := _make(request, course, award, work, form)):
            return done
        context["preview"] = _look(award, work, form)
    return show(request, course, "mend.html", context)


def _look(award: Award, work: _Work, form: ReasonForm) -> Preview | None:
    try:
        return work.look(award, form)
    except Exception as error:
        if str(said := refusal(error)) not in form.non_field_errors():
            form.add_error(None, said)
        return None


def _make(
    request: HttpRequest, course: Course, award: Award, work: _Work, form: ReasonForm
) -> HttpResponseBase | None:
    # An empty look would be none at all: whoever makes it has seen it.
    seen = request.POST.get("seen", "") or "nothing"
    try:
        made = work.do(award, form, seen, request.user.pk)
    except Exception as error:
        form.add_error(None, refusal(error))
        return None
    if made.is_new:
        said = _("Done. The new credential is signed within minutes and then takes the place of the old one.")
    elif made.issued_at is None:
        said = _("Done. Nothing was signed yet, so no second credential comes about.")
    else:
        form.add_error(None, _("The credential says so already. Nothing was made."))
        return None
    leave_word(request, "good", f"{said} {once_signed(made)}")
    return goto("instructor-award", course, made.uuid)


def _look_at_name(award: Award, form: NameForm) -> Preview:
    data = form.cleaned_data
    return _of_correction(
        award, api.preview_correction(award, name=data["name"], latin_name=data["latin_name"])
    )


def _look_at_grade(award: Award, form: GradeForm) -> Preview:
    return _of_correction(award, api.preview_correction(award, grade=form.cleaned_data["percent"]))


def _of_correction(award: Award, found: api.CorrectionPreview) -> Preview:
    before, after = found.before, found.after
    end = utc(award.valid_until) if award.valid_until else ""
    lines = [
        _line(_("Name"), before[0], after[0]),
        _line(_("Name in Latin letters"), before[1] or before[0], after[1] or after[0]),
        _line(_("Credential"), found.achievement, found.achievement),
        _line(_("Earned"), utc(award.awarded_at), utc(award.awarded_at)),
        *([_line(_("Valid until"), end, end)] if end else ()),
        *(
            [_line(_("Grade"), percent(before[2]), percent(after[2]))]
            if award.achievement.shows_grade
            else ()
        ),
    ]
    consequences = _consequences(award, found.formats, found.wholes) if found.changes else []
    return Preview(lines=lines, consequences=consequences, changes=found.changes, seen=found.seen)


def _look_at_renewal(award: Award, _form: ReasonForm) -> Preview:
    found = api.preview_renewal(award)
    now, new = (utc(end) if end else _("without an end") for end in found.ends)
    latin_name = found.latin_name or found.name
    lines = [
        _line(_("Name"), found.name, found.name),
        _line(_("Name in Latin letters"), latin_name, latin_name),
        _line(_("Credential"), say(award.achievement.names).value, found.achievement),
        _line(_("Version of the definition"), *map(str, found.versions)),
        _line(_("Earned"), utc(award.awarded_at), _("on the day of the renewal")),
        _line(_("Valid until"), now, new),
    ]
    consequences = _consequences(award, found.formats, found.wholes)
    return Preview(lines=lines, consequences=consequences, changes=True, seen=found.seen)


def _line(label: str, now: str, new: str) -> Line:
    return Line(label=label, now=now, new=new)


def percent(grade: Decimal | None) -> str:
    """A share of the maximum for people."""
    return _("none") if grade is None else f"{number_format((grade * 100).normalize(), use_l10n=True)} %"


def _consequences(award: Award, formats: tuple[str, ...], wholes: int) -> list[str]:
    if formats:
        signed = ngettext(
            "A new credential is signed, with an address of its own. The document that was signed before"
            " stops being valid then, and its page leads to the new one.",
            "A new credential is signed, with an address of its own. The %(count)d documents that were"
            " signed before stop being valid then, and their page leads to the new one.",
            len(formats),
        ) % {"count": len(formats)}
    else:
        signed = _("Nothing was signed yet: this award itself is changed, and no second one comes about.")
    above = ngettext(
        "%(count)d award that is built on this one comes under review.",
        "%(count)d awards that are built on this one come under review.",
        wholes,
    ) % {"count": wholes}
    return [signed, *([above] if wholes else ()), once_signed(award)]


_NAME = _Work(
    title=gettext_lazy("Correct the name"),
    lead=gettext_lazy("For a name that is spelt wrongly, or was changed by law."),
    form=NameForm,
    initial=lambda award: {"name": award.recipient_name, "latin_name": award.recipient_latin_name},
    look=_look_at_name,
    do=lambda award, form, seen, actor: api.correct_name(
        award, **form.cleaned_data, actor_id=actor, seen=seen
    ),
)
_GRADE = _Work(
    title=gettext_lazy("Correct the grade"),
    lead=gettext_lazy("For a grade that was entered wrongly, or changed on appeal."),
    form=GradeForm,
    initial=lambda award: {"percent": None if award.grade is None else (award.grade * 100).normalize()},
    look=_look_at_grade,
    do=lambda award, form, seen, actor: api.correct_grade(
        award, form.cleaned_data["percent"], reason=form.cleaned_data["reason"], actor_id=actor, seen=seen
    ),
)
_RENEWAL = _Work(
    title=gettext_lazy("Renew"),
    lead=gettext_lazy("For an award that expires soon, or has expired, and is to go on."),
    form=ReasonForm,
    initial=lambda _award: {},
    look=_look_at_renewal,
    do=lambda award, form, seen, actor: api.renew(
        award, reason=form.cleaned_data["reason"], actor_id=actor, seen=seen
    ),
)
