"""How every endpoint for course staff is answered: who may ask, how often, and what a fault looks like.

All of it explicit: the LMS's defaults let everybody in. Errors are problem documents
(RFC 9457) with a sentence for a person, never a stack trace.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any

from django.conf import settings as django_settings
from django.core.exceptions import ImproperlyConfigured, ObjectDoesNotExist, ValidationError
from django.db import DatabaseError
from django.utils.translation import gettext as _
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiResponse, extend_schema
from opaque_keys import InvalidKeyError
from opaque_keys.edx.keys import CourseKey
from rest_framework import exceptions, serializers
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.parsers import JSONParser
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import UserRateThrottle
from rest_framework.views import APIView

from ... import api, lms
from ...conf import conf
from ...rules import ConditionError

__all__ = ["PROBLEM_TYPE", "CourseView", "ProblemSerializer", "StaffThrottle", "described", "problem"]

logger = logging.getLogger(__name__)

_DEEPEST = 100
"""Levels of a body; a condition has at most a score of them."""
_TITLES = {
    400: "The request is not understood",
    401: "Nobody is signed in",
    403: "This is for the staff of the course",
    404: "There is nothing here",
    405: "The method is not allowed",
    406: "The answer has another form",
    409: "It cannot be done now",
    413: "The request is too large",
    415: "The request has another form",
    429: "Too many requests",
    503: "The site is short of breath",
}


class ProblemSerializer(serializers.Serializer[Any]):
    """Why a request was not answered as asked."""

    status = serializers.IntegerField()
    title = serializers.CharField()
    detail = serializers.CharField(help_text="A sentence for a person: cause and remedy.")
    errors = serializers.JSONField(  # type: ignore[assignment]  # a member of the body, not of the class
        required=False, help_text="Faults by field, where there are some."
    )


PROBLEM_TYPE = "application/problem+json"
PROBLEMS: dict[Any, Any] = {
    (400, PROBLEM_TYPE): OpenApiResponse(ProblemSerializer, "The request is not understood."),
    (401, PROBLEM_TYPE): OpenApiResponse(ProblemSerializer, "Nobody is signed in."),
    (403, PROBLEM_TYPE): OpenApiResponse(ProblemSerializer, "Not for this user."),
    (404, PROBLEM_TYPE): OpenApiResponse(ProblemSerializer, "There is no such thing, or not in this course."),
    (409, PROBLEM_TYPE): OpenApiResponse(ProblemSerializer, "It must not or cannot be done as things are."),
    (413, PROBLEM_TYPE): OpenApiResponse(ProblemSerializer, "The request is too large."),
    (415, PROBLEM_TYPE): OpenApiResponse(ProblemSerializer, "The request has another media type."),
    (429, PROBLEM_TYPE): OpenApiResponse(ProblemSerializer, "Too many requests; see Retry-After."),
}
"""What every endpoint may answer beside its own."""


class StaffThrottle(UserRateThrottle):
    """INGENIUM_API_RATE for each user; the LMS's own rates are not touched."""

    scope = "ingenium_api"

    def get_rate(self) -> str:
        """The rate as the setting is now."""
        return conf.API_RATE

    def allow_request(self, request: Request, view: APIView) -> bool:
        """Whether one more is allowed. A cache that is away refuses nobody: staff only come here."""
        try:
            return super().allow_request(request, view)
        except Exception as error:
            logger.warning("The rate of the API is not limited: %s", type(error).__name__)
            return True


class _Described(AutoSchema):
    """The description of the endpoints for staff; the LMS's own schema class is not asked."""

    def get_auth(self) -> list[dict[str, list[str]]]:
        return [{"session": []}, {"jwt": []}]

    def get_tags(self) -> list[str]:
        return ["awarding"]


def described(
    operation_id: str, summary: str, responses: dict[Any, Any], **more: Any
) -> Callable[[Any], Any]:
    """Describe a method of an endpoint in OpenAPI; the problems that all have in common are added.

    The arguments are those of drf-spectacular's `extend_schema`.
    """

    def decorate(method: Any) -> Any:
        # Else the class that the site's settings name would be extended, which may be another's.
        method.schema = _Described
        everything = {**PROBLEMS, **responses}
        return extend_schema(operation_id=operation_id, summary=summary, responses=everything, **more)(method)

    return decorate


class _ShallowJSONParser(JSONParser):
    """JSON that is not nested beyond reason, so that whatever recurses afterwards is a fault of ours."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        """The body; raises `ParseError` where it is nested more deeply than anything of ours."""
        try:
            data = super().parse(stream, media_type, parser_context)
        except RecursionError as error:
            raise exceptions.ParseError() from error
        if _is_deep(data):
            raise exceptions.ParseError()
        return data


def _is_deep(data: Any) -> bool:
    level = [data]
    for _depth in range(_DEEPEST):
        inner = (list(one.values()) if isinstance(one, dict) else one for one in level)
        level = [part for parts in inner if isinstance(parts, list) for part in parts]
        if not level:
            return False
    return True


class CourseView(APIView):
    """An endpoint about one course, for its staff only."""

    permission_classes = (IsAuthenticated,)
    renderer_classes = (JSONRenderer,)
    parser_classes: Sequence[Any] = (_ShallowJSONParser,)
    throttle_classes = (StaffThrottle,)
    schema = _Described()
    largest_body = 1_000_000
    """In bytes."""
    course_id: str
    """The course's key in its canonical form, once the request was let in."""

    def get_authenticators(self) -> list[BaseAuthentication]:
        """The session, and the LMS's JSON Web Tokens where it has them."""
        return [one() for one in _authentications()]

    def get_permissions(self) -> list[Any]:
        """Somebody who is signed in; a token that was given for less than everything is not enough."""
        return [*super().get_permissions(), *(one() for one in _restrictions())]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Let in the staff of the course, within the rate, with a body of bounded size."""
        _demand_small(request, self.largest_body)
        super().initial(request, *args, **kwargs)
        try:
            self.course_id = str(CourseKey.from_string(kwargs["course_id"]))
        except InvalidKeyError as error:
            raise exceptions.NotFound(_("This is not a course key.")) from error
        if not lms.is_course_staff(request.user, self.course_id):
            raise exceptions.PermissionDenied(_("Only the staff of this course may do this."))

    @property
    def actor_id(self) -> int:
        """The user id of whoever asks; for the audit log."""
        return int(self.request.user.pk or 0)

    def handle_exception(self, exc: Exception) -> Response:
        """Answer with a problem document."""
        response = problem_of(exc, self)
        response.exception = True
        return response


def _authentications() -> tuple[type[BaseAuthentication], ...]:
    """As the LMS does: by its tokens, where its library and its public keys are there, and by session."""
    # Without a public key edx-drf-extensions 10.9 takes a token that anybody has signed.
    if not getattr(django_settings, "JWT_AUTH", {}).get("JWT_PUBLIC_SIGNING_JWK_SET"):
        return (SessionAuthentication,)
    try:
        from edx_rest_framework_extensions.auth.jwt.authentication import JwtAuthentication
    except (ImportError, ImproperlyConfigured):
        return (SessionAuthentication,)
    return (JwtAuthentication, SessionAuthentication)


def _restrictions() -> tuple[type[BasePermission], ...]:
    # The LMS's middleware adds it by the attribute `authentication_classes`, which is not ours.
    try:
        from edx_rest_framework_extensions.permissions import NotJwtRestrictedApplication
    except (ImportError, ImproperlyConfigured):
        return ()
    return (NotJwtRestrictedApplication,)


def _demand_small(request: Request, most: int) -> None:
    try:
        size = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        size = 0
    if size > most:
        raise _TooLarge(most)


class _TooLarge(exceptions.APIException):
    status_code = 413

    def __init__(self, most: int) -> None:
        super().__init__(_("At most %(most)d kB are taken at once.") % {"most": most // 1000})


def problem_of(error: Exception, view: CourseView) -> Response:
    """What to answer for an error; unknown ones are logged and say nothing of themselves."""
    if isinstance(error, exceptions.ValidationError):
        return problem(400, _("Some fields are not right; `errors` names them."), errors=error.detail)
    if isinstance(error, exceptions.APIException):
        return _of_framework(error, view)
    if isinstance(error, ObjectDoesNotExist):
        return problem(404, _("There is no such thing in this course."))
    if isinstance(error, ConditionError | ValidationError):
        return problem(400, _sentence(error))
    if isinstance(error, api.NotAllowed | api.NotReady):
        return problem(409, str(error))
    return _of_ours(error)


def _of_framework(error: exceptions.APIException, view: CourseView) -> Response:
    status = error.status_code
    if isinstance(error, exceptions.NotAuthenticated | exceptions.AuthenticationFailed):
        status = 401
    response = problem(status, str(error.detail))
    if wait := getattr(error, "wait", None):
        response["Retry-After"] = str(int(wait) + 1)
    if status == 401:
        response["WWW-Authenticate"] = 'JWT realm="api"'
    if status == 405:
        response["Allow"] = ", ".join(view.allowed_methods)
    return response


def _sentence(error: Exception) -> str:
    return " ".join(error.messages) if isinstance(error, ValidationError) else str(error)


def _of_ours(error: Exception) -> Response:
    if isinstance(error, DatabaseError):
        logger.error("A request could not be answered: %s", type(error).__name__)
        return problem(503, _("The site is short of breath. Try again in a minute."))
    logger.exception("A request could not be answered.")
    return problem(500, _("This is a fault of ours, not of yours. Its operator has been told."))


def problem(status: int, detail: str, **more: Any) -> Response:
    """A problem document (RFC 9457)."""
    body = {"status": status, "title": _TITLES.get(status, "Something went wrong"), "detail": detail, **more}
    response = Response(body, status=status, content_type=PROBLEM_TYPE)
    response["Cache-Control"] = "no-store"
    return response
