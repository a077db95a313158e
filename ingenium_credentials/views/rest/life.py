"""The life of one award over the API: corrected, renewed, looked at again.

A correction or a renewal can be tried first: `dry_run` says what the new credential would
say, and the `seen` of that answer makes sure that nothing else is done.
"""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from ... import api
from ...models import Award
from .awards import award_of
from .bases import CourseView, described
from .shapes import (
    AwardShape,
    DryRunShape,
    GradeCorrectionShape,
    MendedShape,
    NameCorrectionShape,
    ReviewShape,
    VerdictShape,
)

__all__ = ["CloseReviewView", "CorrectGradeView", "CorrectNameView", "RenewView", "ReviewView"]


def _given(shape: type[Any], request: Request) -> dict[str, Any]:
    asked = shape(data=request.data)
    asked.is_valid(raise_exception=True)
    return dict(asked.validated_data)


def _answer(
    preview: api.CorrectionPreview | api.RenewalPreview,
    says: dict[str, Any],
    award: Award | None,
    *,
    changes: bool = True,
) -> Response:
    found = {
        "dry_run": award is None,
        "changes": changes,
        "says": says,
        "formats": preview.formats,
        "wholes": preview.wholes,
        "seen": preview.seen,
        "award": award,
    }
    return Response(MendedShape(found).data)


class CorrectNameView(CourseView):
    """Correct the name that an award says."""

    @described(
        "awards_correct_name",
        "Correct the name: a new credential in the place of the old one",
        request=NameCorrectionShape,
        responses={200: MendedShape},
    )
    def post(self, request: Request, course_id: str, uuid: Any) -> Response:
        """The answer has the name that was sent, as it will be printed, and not the one that stands."""
        award = award_of(self.course_id, uuid)
        given = _given(NameCorrectionShape, request)
        dry_run = given.pop("dry_run")
        names = {"name": given["name"], "latin_name": given.get("latin_name", "")}
        preview = api.preview_correction(award, **names)
        given.setdefault("seen", preview.seen)
        new = None if dry_run else api.correct_name(award, actor_id=self.actor_id, **given)
        says = dict(zip(("name", "latin_name"), preview.after[:2], strict=True))
        return _answer(preview, says, new, changes=preview.changes)


class CorrectGradeView(CourseView):
    """Correct the grade that an award says."""

    @described(
        "awards_correct_grade",
        "Correct the grade: a new credential in the place of the old one",
        request=GradeCorrectionShape,
        responses={200: MendedShape},
    )
    def post(self, request: Request, course_id: str, uuid: Any) -> Response:
        """Only where the definition shows a grade."""
        award = award_of(self.course_id, uuid)
        given = _given(GradeCorrectionShape, request)
        dry_run = given.pop("dry_run")
        preview = api.preview_correction(award, grade=given["grade"])
        given.setdefault("seen", preview.seen)
        new = None if dry_run else api.correct_grade(award, actor_id=self.actor_id, **given)
        grade = preview.after[2]
        says = {"grade": None if grade is None else f"{grade:f}"}
        return _answer(preview, says, new, changes=preview.changes)


class RenewView(CourseView):
    """Give an award a new end."""

    @described(
        "awards_renew",
        "Renew an award that expires soon, or has expired",
        request=DryRunShape,
        responses={200: MendedShape},
    )
    def post(self, request: Request, course_id: str, uuid: Any) -> Response:
        """It is of the version of the definition that is awarded now."""
        award = award_of(self.course_id, uuid)
        given = _given(DryRunShape, request)
        dry_run = given.pop("dry_run")
        preview = api.preview_renewal(award)
        given.setdefault("seen", preview.seen)
        new = None if dry_run else api.renew(award, actor_id=self.actor_id, **given)
        end = new.valid_until if new else preview.ends[1]
        says = {"valid_until": end.isoformat() if end else None, "version": preview.versions[1]}
        return _answer(preview, says, new)


class ReviewView(CourseView):
    """Look at an award again."""

    @described(
        "awards_review",
        "Put an award under review; it stays valid meanwhile",
        request=ReviewShape,
        responses={200: AwardShape},
    )
    def post(self, request: Request, course_id: str, uuid: Any) -> Response:
        """One that is under review already keeps its reason and its date."""
        award = award_of(self.course_id, uuid)
        given = _given(ReviewShape, request)
        under = api.open_review(award, given["reason"], self.actor_id, given.get("due_at"))
        return Response(AwardShape(under).data)


class CloseReviewView(CourseView):
    """End the review of an award."""

    @described(
        "awards_close_review",
        "End a review: the award stands, or is revoked",
        request=VerdictShape,
        responses={200: AwardShape},
    )
    def post(self, request: Request, course_id: str, uuid: Any) -> Response:
        """Only of an award that is under review."""
        award = award_of(self.course_id, uuid)
        given = _given(VerdictShape, request)
        decided = api.close_review(award, given["stands"], given["reason"], self.actor_id)
        return Response(AwardShape(decided).data)
