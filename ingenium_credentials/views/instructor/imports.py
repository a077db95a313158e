"""Awards from a file: handed in, checked and shown, then granted to everybody in it or to nobody."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from rest_framework.request import Request
from rest_framework.views import APIView

from ... import api, lms
from ...models import AwardImport
from ..facts import say
from ..pages import Problem
from ..rest.bases import StaffThrottle
from .staff import Course, goto, leave_word, nothing_here, refusal, show, staff_only
from .standing import utc

__all__ = ["check_page", "demand_rate", "sample", "upload"]

_ROWS_SHOWN = 200
_COLUMNS = (
    ("username", gettext_lazy("User name of a learner of this course; or leave it empty and give")),
    ("email", gettext_lazy("the e-mail address of the account.")),
    ("earned_on", gettext_lazy("The day on which it was earned, such as 2026-06-30.")),
    ("grade", gettext_lazy("0.85 or 85 %; may be empty.")),
    ("supervision", gettext_lazy("Code of the supervision and identity check; may be empty.")),
    ("reason", gettext_lazy("Why it is awarded by hand; the audit log keeps it. No names.")),
)


@staff_only("GET", "HEAD", "POST")
def upload(request: HttpRequest, course: Course) -> HttpResponseBase:
    """The form; what is wrong with the file that was handed in; or on to what it would do."""
    context: dict[str, Any] = {
        "tab": "import",
        "columns": _COLUMNS,
        "definitions": [(row.slug, say(row.names).value) for row in course.definitions],
        "chosen": request.POST.get("definition", ""),
    }
    if request.method == "POST":
        demand_rate(request)
        achievement = course.definition(request.POST.get("definition", ""))
        file = request.FILES.get("file")
        if file is None:
            context["problem"] = _("Choose a file first.")
        else:
            # One more byte than is taken, so that the reader refuses what is larger.
            data, name = file.read(api.MOST_IMPORT_BYTES + 1), file.name or ""
            checked = api.check_import(data, name, course.id, achievement, actor_id=request.user.pk)
            if checked.row is not None:
                return goto("instructor-import-check", course, checked.row.uuid)
            context["faults"] = checked.faults
            context["checked"] = checked
    return show(request, course, "import.html", context)


def demand_rate(request: HttpRequest) -> None:
    """As often as over the API, and counted with it: reading a file costs the same."""
    asked = Request(request)
    asked.user = request.user
    if not StaffThrottle().allow_request(asked, APIView()):
        raise Problem(429, _("Too many at once"), _("Please wait a minute and try again."))


@staff_only("GET", "HEAD")
def sample(_request: HttpRequest, course: Course) -> HttpResponseBase:
    """A file to begin with."""
    response = HttpResponse(api.import_sample(course.id), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="awards-sample.csv"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


@staff_only("GET", "HEAD", "POST")
def check_page(request: HttpRequest, course: Course, uuid: UUID) -> HttpResponseBase:
    """What a checked file would do, row by row; then it is done, all of it or nothing."""
    row = AwardImport.objects.filter(uuid=uuid, course_id=course.id).select_related("achievement").first()
    if row is None:
        raise nothing_here()
    course.definition(row.achievement.slug)
    if request.method == "POST":
        return _apply(request, course, row)
    shown = row.rows[:_ROWS_SHOWN]
    accounts = lms.accounts(line["learner"] for line in shown)
    context = {
        "tab": "import",
        "row": row,
        "title": say(row.achievement.names),
        "lines": [_line(line, accounts.get(line["learner"])) for line in shown],
        "count": len(row.rows),
        "hidden": max(len(row.rows) - _ROWS_SHOWN, 0),
        "applied_at": utc(row.applied_at) if row.applied_at else "",
    }
    return show(request, course, "import_check.html", context)


def _apply(request: HttpRequest, course: Course, row: AwardImport) -> HttpResponseBase:
    try:
        api.apply_import(row, actor_id=request.user.pk)
    except Exception as error:
        leave_word(request, "bad", refusal(error))
        return goto("instructor-import-check", course, row.uuid)
    count = len(row.rows)
    leave_word(
        request,
        "good",
        ngettext("%(count)d learner is awarded.", "%(count)d learners are awarded.", count)
        % {"count": count},
    )
    return goto("instructor-awards", course)


def _line(line: dict[str, Any], account: lms.Account | None) -> dict[str, Any]:
    return {
        "row": line["row"],
        "name": (account.name or account.username) if account else _("a former account"),
        "username": account.username if account else "",
        "earned": line["awarded_at"][:10],
        "grade": line["grade"],
        "reason": line["reason"],
    }
