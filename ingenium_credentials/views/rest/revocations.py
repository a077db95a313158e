"""Many awards are taken back over the API: one person proposes, another one decides."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiResponse
from rest_framework.request import Request
from rest_framework.response import Response

from ... import api
from ...models import MassRevocation
from .bases import CourseView, described
from .shapes import DecisionShape, ForeseenShape, ProposalShape, RevocationsShape

__all__ = ["DecideView", "RevocationView", "RevocationsView"]

_MOST = 100


def _said(row: MassRevocation) -> dict[str, Any]:
    named = ("reason", "proposed_at", "proposed_by", "decided_at", "decided_by")
    said = {name: getattr(row, name) for name in named}
    return {
        **said,
        "uuid": row.uuid if row.pk else None,
        "state": _state(row),
        "total": len(row.awards),
    }


def _foreseen(row: MassRevocation) -> dict[str, Any]:
    found = api.preview_mass_revocation(row)
    figures = ("changes", "by_state", "by_definition", "formats", "wholes", "seen")
    return dict(ForeseenShape(_said(row) | {name: getattr(found, name) for name in figures}).data)


def _state(row: MassRevocation) -> str:
    if row.state == MassRevocation.State.PROPOSED:
        return "open" if row.decided_at is None else "approved"
    return str(row.state)


class RevocationsView(CourseView):
    """Proposals to revoke awards of the course."""

    @described("revocations_list", "The last hundred proposals", responses={200: ProposalShape(many=True)})
    def get(self, request: Request, course_id: str) -> Response:
        """The newest first."""
        found = MassRevocation.objects.filter(course_id=self.course_id)[:_MOST]
        return Response([dict(ProposalShape(_said(row)).data) for row in found])

    @described(
        "revocations_propose",
        "Propose to revoke many awards of the course",
        request=RevocationsShape,
        responses={
            201: OpenApiResponse(ForeseenShape, "Proposed; no award was changed."),
            200: OpenApiResponse(ForeseenShape, "A dry run; nothing was kept."),
        },
    )
    def post(self, request: Request, course_id: str) -> Response:
        """Nothing happens before another member of the staff of the course approves it."""
        shape = RevocationsShape(data=request.data)
        shape.is_valid(raise_exception=True)
        given = shape.validated_data
        row = api.propose_mass_revocation(
            given["awards"],
            given["reason"],
            self.actor_id,
            course_id=self.course_id,
            dry_run=given["dry_run"],
        )
        return Response(_foreseen(row), status=200 if given["dry_run"] else 201)


class RevocationView(CourseView):
    """One proposal."""

    @described("revocations_read", "One proposal", responses={200: ForeseenShape})
    def get(self, request: Request, course_id: str, uuid: Any) -> Response:
        """What it would do now, and what was decided."""
        return Response(_foreseen(MassRevocation.objects.get(course_id=self.course_id, uuid=uuid)))


class DecideView(CourseView):
    """The decision of a second person."""

    @described(
        "revocations_decide",
        "Approve or reject a proposal, as a second person",
        request=DecisionShape,
        responses={200: ForeseenShape},
    )
    def post(self, request: Request, course_id: str, uuid: Any) -> Response:
        """Whoever proposed it cannot decide. There is no way back from an approval."""
        row = MassRevocation.objects.get(course_id=self.course_id, uuid=uuid)
        shape = DecisionShape(data=request.data)
        shape.is_valid(raise_exception=True)
        given = shape.validated_data
        seen = given.get("seen", "")
        return Response(
            _foreseen(api.decide_mass_revocation(row, given["approve"], self.actor_id, seen=seen))
        )
