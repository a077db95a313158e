"""Results and lists of awards from other systems, over the API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response

from ... import api
from ...models import AwardImport
from .bases import PROBLEM_TYPE, CourseView, ProblemSerializer, described, problem
from .rules import offered
from .shapes import ImportShape, ResultsShape, WrittenShape

__all__ = ["ApplyView", "ImportsView", "ResultsView"]

_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FILENAMES = {"text/csv": "awards.csv", _SHEET: "awards.xlsx"}


class ResultsView(CourseView):
    """What learners have reached, as another system reports it."""

    @described(
        "results_import",
        "Report results of learners in the course",
        request=ResultsShape,
        responses={201: WrittenShape},
    )
    def post(self, request: Request, course_id: str) -> Response:
        """Write all of them down, or none. The same again changes nothing; older never beats newer."""
        shape = ResultsShape(data=request.data)
        shape.is_valid(raise_exception=True)
        given = shape.validated_data
        reported = [_reported(one) for one in given["results"]]
        written = api.import_results(self.course_id, reported, source=given["source"], actor_id=self.actor_id)
        return Response({"results": written}, status=201)


def _reported(given: Mapping[str, Any]) -> api.ReportedResult:
    parts = tuple(api.PartValue(**part) for part in given.get("parts", ()))
    return api.ReportedResult(**{**given, "parts": parts})


class _FileParser(BaseParser):
    """The body as it is: its size was looked at before."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        """Read it."""
        return bytes(stream.read())


class _CsvParser(_FileParser):
    media_type = "text/csv"


class _SheetParser(_FileParser):
    media_type = _SHEET


class ImportsView(CourseView):
    """Files of learners who are to be awarded."""

    parser_classes = (_CsvParser, _SheetParser)
    largest_body = api.MOST_IMPORT_BYTES

    @described(
        "imports_check",
        "Check a file of awards, without awarding",
        parameters=[
            OpenApiParameter("definition", str, required=True, description="Slug of the definition.")
        ],
        request=dict.fromkeys(_FILENAMES, OpenApiTypes.BINARY),
        responses={
            201: ImportShape,
            (422, PROBLEM_TYPE): OpenApiResponse(
                ProblemSerializer, "Faults in the file; `errors` has row and column of each."
            ),
        },
    )
    def post(self, request: Request, course_id: str) -> Response:
        """Say what the file would do. `apply` then awards all of it or nothing."""
        achievement = offered(self.course_id, request.query_params.get("definition", ""))
        # First: it is what refuses a body of another media type.
        data = request.data if isinstance(request.data, bytes) else b""
        filename = _FILENAMES[(request.content_type or "").partition(";")[0].strip().lower()]
        checked = api.check_import(data, filename, self.course_id, achievement, actor_id=self.actor_id)
        if checked.row is None:
            return problem(
                422, _("Nothing was kept. Correct the file and send it again."), errors=_faults(checked)
            )
        return Response(_shown(checked.row), status=201)


class ApplyView(CourseView):
    """Award what a checked file says."""

    @described(
        "imports_apply",
        "Award everybody in a checked file, or nobody",
        request=OpenApiTypes.NONE,
        responses={200: ImportShape},
    )
    def post(self, request: Request, course_id: str, uuid: Any) -> Response:
        """All or nothing; twice changes nothing."""
        row = AwardImport.objects.get(course_id=self.course_id, uuid=uuid)
        offered(self.course_id, row.achievement.slug)
        return Response(_shown(api.apply_import(row, actor_id=self.actor_id)))


def _faults(checked: api.Checked) -> list[dict[str, Any]]:
    """Where in the file, and what to do about it."""
    return [
        {"row": one.row, "column": one.column, "kind": one.kind, "message": one.message}
        for one in checked.faults
    ]


def _shown(row: AwardImport) -> dict[str, Any]:
    return dict(ImportShape({"uuid": row.uuid, "state": row.state, "rows": len(row.rows)}).data)
