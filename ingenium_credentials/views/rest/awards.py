"""Awards over the API: listed, given by hand, taken back, imported from a file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.paginator import Paginator
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response

from ... import api
from ...models import Award
from .bases import CourseView, described
from .rules import offered
from .shapes import AskedShape, AwardPage, AwardShape, ManualAwardShape, ReasonShape

__all__ = ["AwardView", "AwardsView", "RetryView", "RevokeView"]

_PER_PAGE = 100


def award_of(course_id: str, uuid: Any) -> Award:
    """The award if it is one of the course's; raises `Award.DoesNotExist`."""
    return api.awards_of_course(course_id).get(uuid=uuid)


class AwardsView(CourseView):
    """The awards of the course."""

    @described(
        "awards_list",
        "The awards of the course, newest first",
        parameters=[
            OpenApiParameter("state", str, enum=Award.State.values),
            OpenApiParameter("learner_id", int),
            OpenApiParameter("page", int),
        ],
        responses={200: AwardPage},
    )
    def get(self, request: Request, course_id: str) -> Response:
        """A hundred awards of the course."""
        asked = AskedShape(data=request.query_params.dict())
        asked.is_valid(raise_exception=True)
        given = asked.validated_data
        wanted = {name: given[name] for name in ("state", "learner_id") if name in given}
        found = api.awards_of_course(self.course_id).filter(**wanted).select_related("achievement")
        pages = Paginator(found, _PER_PAGE)
        if given["page"] > pages.num_pages:
            raise exceptions.NotFound
        page = {
            "count": pages.count,
            "page": given["page"],
            "pages": pages.num_pages,
            "awards": pages.page(given["page"]).object_list,
        }
        return Response(AwardPage(page).data)

    @described(
        "awards_create",
        "Award by hand",
        request=ManualAwardShape,
        responses={
            201: OpenApiResponse(AwardShape, "Awarded."),
            200: OpenApiResponse(AwardShape, "The learner has it already: nothing was made."),
        },
    )
    def post(self, request: Request, course_id: str) -> Response:
        """Award one learner on your word. What stands already is shown; if it says otherwise, 409."""
        shape = ManualAwardShape(data=request.data)
        shape.is_valid(raise_exception=True)
        given = shape.validated_data
        if not api.is_learner_of(given["learner_id"], self.course_id):
            raise exceptions.ValidationError({"learner_id": [_("There is no such learner in this course.")]})
        award = api.award_by_hand(
            offered(self.course_id, given["definition"]),
            given["learner_id"],
            awarded_at=given.get("awarded_at") or timezone.now(),
            reason=given["reason"],
            actor_id=self.actor_id,
            grade=given.get("grade"),
            circumstances=api.Circumstances(given_in=self.course_id),
        )
        if not award.is_new:
            _demand_same(self.course_id, award, given)
        return Response(AwardShape(award).data, status=201 if award.is_new else 200)


def _demand_same(course_id: str, award: Award, given: Mapping[str, Any]) -> None:
    """Whoever asks for something else than what is there must not take it for done."""
    if not api.awards_of_course(course_id).filter(pk=award.pk).exists():
        raise api.NotAllowed(_("The learner has it already, by another course."))
    asked = {name: given[name] for name in ("awarded_at", "grade") if given.get(name) is not None}
    if any(getattr(award, name) != value for name, value in asked.items()):
        raise api.NotAllowed(
            _("The learner has it already, with another day or grade: %(uuid)s. Correct that one.")
            % {"uuid": award.uuid}
        )


class AwardView(CourseView):
    """One award of the course."""

    @described("awards_read", "One award", responses={200: AwardShape})
    def get(self, request: Request, course_id: str, uuid: Any) -> Response:
        """The award as it is now."""
        return Response(AwardShape(award_of(self.course_id, uuid)).data)


class RevokeView(CourseView):
    """Take an award back."""

    @described(
        "awards_revoke",
        "Revoke an award in every format at once",
        request=ReasonShape,
        responses={200: AwardShape},
    )
    def post(self, request: Request, course_id: str, uuid: Any) -> Response:
        """There is no way back; it can be earned anew. Twice changes nothing."""
        award = award_of(self.course_id, uuid)
        shape = ReasonShape(data=request.data)
        shape.is_valid(raise_exception=True)
        revoked = api.revoke(award.uuid, reason=shape.validated_data["reason"], actor_id=self.actor_id)
        return Response(AwardShape(revoked).data)


class RetryView(CourseView):
    """Try again to issue what waits."""

    @described(
        "awards_retry",
        "Try again to issue a pending award",
        request=OpenApiTypes.NONE,
        responses={200: AwardShape},
    )
    def post(self, request: Request, course_id: str, uuid: Any) -> Response:
        """Only a pending award can be tried again."""
        award = api.retry(award_of(self.course_id, uuid), actor_id=self.actor_id)
        return Response(AwardShape(award).data)
