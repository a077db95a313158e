"""Who may open the pages of a course: its staff, asked anew at every request.

Whoever is not staff is answered exactly as for a course that does not exist.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any
from uuid import UUID

from attrs import field, frozen
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from opaque_keys import InvalidKeyError
from opaque_keys.edx.keys import CourseKey

from ... import api, lms
from ...badges.errors import CredentialError
from ...models import Achievement, Award, AwardRule
from ...rules import ConditionError
from ..pages import Problem, guarded, page

__all__ = ["Course", "goto", "leave_word", "refusal", "show", "staff_only"]

logger = logging.getLogger(__name__)

_WORD = "ingenium_word"
"""Where the session keeps one sentence for the next page."""


@frozen
class Course:
    """The course whose pages are open, and what its staff may award."""

    id: str
    name: str
    """For people; the id where the platform knows no name."""
    definitions: list[Achievement] = field(factory=list)

    def definition(self, slug: str) -> Achievement:
        """One of the definitions; a `Problem` for any other."""
        found = next((row for row in self.definitions if row.slug == slug), None)
        if found is None:
            raise nothing_here()
        return found

    def rule(self, uuid: UUID) -> AwardRule:
        """A rule that this course's staff may change; a `Problem` for any other."""
        found = api.rules_of_course(self.id).filter(uuid=uuid)
        rule = found.select_related("achievement__issuer").defer(*_PICTURES).first()
        if rule is None:
            raise nothing_here()
        return rule

    def award(self, uuid: UUID) -> Award:
        """An award of this course; a `Problem` for any other."""
        found = api.awards_of_course(self.id).filter(uuid=uuid).select_related("achievement", "rule").first()
        if found is None:
            raise nothing_here()
        return found


_PICTURES = ("achievement__image_svg", "achievement__image_png")


def nothing_here() -> Problem:
    """The one answer for what does not exist and for what the visitor may not see."""
    return Problem(
        404,
        _("There is nothing here"),
        _(
            "Only the staff of a course see its credentials. If you teach here, ask whoever administers the"
            " course to add you to its staff; if you followed a link, it may be out of date."
        ),
    )


View = Callable[..., HttpResponseBase]


def staff_only(*methods: str) -> Callable[[View], View]:
    """Let in the staff of the course in the address, and nobody else; the view gets the course."""

    def wrapped(view: View) -> View:
        @require_http_methods([*methods])
        @login_required
        @guarded
        def answered(request: HttpRequest, /, **more: Any) -> HttpResponseBase:
            return view(request, _course(request, more.pop("course_id")), **more)

        return wraps(view)(answered)

    return wrapped


def _course(request: HttpRequest, course_id: str) -> Course:
    try:
        key = str(CourseKey.from_string(course_id))
    except InvalidKeyError as error:
        raise nothing_here() from error
    if not lms.is_course_staff(request.user, key):
        raise nothing_here()
    return Course(key, lms.course_name(key) or key, api.offered_definitions(key))


def show(
    request: HttpRequest,
    course: Course,
    template: str,
    context: Mapping[str, Any] | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    """A page of the course."""
    word = request.session.pop(_WORD, None) if status == 200 else None
    shared = {"course": course, "word": word}
    return page(request, f"instructor/{template}", shared | dict(context or {}), status=status)


def leave_word(request: HttpRequest, tone: str, sentence: str) -> None:
    """Keep a sentence for the next page; `tone` is `good`, `bad` or `open`. No personal data."""
    request.session[_WORD] = {"tone": tone, "sentence": sentence}


def goto(name: str, course: Course, *args: object, fragment: str = "") -> HttpResponseRedirect:
    """On to another page of the course."""
    return HttpResponseRedirect(reverse(f"ingenium_credentials:{name}", args=(course.id, *args)) + fragment)


def refusal(error: Exception) -> str:
    """What a verb said when it refused, for whoever asked; anything else is raised on."""
    if isinstance(error, api.NotAllowed | api.NotReady | ConditionError):
        return str(error)
    if isinstance(error, CredentialError):
        # The message may name a key's place, never a learner: for the operator's log, not for visitors.
        logger.error("What a course's staff asked for could not be done: %s", error)
        return _("Something that is needed to sign is missing on this site. Its operator has been told.")
    raise error
