"""The awards of a course as a table to take away."""

from __future__ import annotations

from django.http import FileResponse, HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase

from ... import api
from .awards import filter_of, filtered
from .staff import Course, staff_only

__all__ = ["export"]

_CSV = "text/csv; charset=utf-8"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@staff_only("POST")
def export(request: HttpRequest, course: Course) -> HttpResponseBase:
    """What the list shows, as CSV or XLSX; posted, as the filter may hold a name."""
    found = filtered(course, filter_of(course, request.POST))
    api.note_export(course.id, actor_id=request.user.pk)
    response: HttpResponseBase
    if request.POST.get("as") == "xlsx":
        # The response closes the file.
        response = FileResponse(api.export_xlsx(found), content_type=_XLSX)
        response["Content-Disposition"] = 'attachment; filename="awards.xlsx"'
    else:
        response = StreamingHttpResponse(api.export_csv(found), content_type=_CSV)
        response["Content-Disposition"] = 'attachment; filename="awards.csv"'
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response
