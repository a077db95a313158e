"""The verifier for programs: bytes in, report out; described in OpenAPI."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.decorators import method_decorator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse
from drf_spectacular.views import SpectacularAPIView
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from .. import api
from ..badges.report import Outcome
from .machine import open_to_all_origins
from .pages import Problem
from .rest.bases import ProblemSerializer
from .submission import of_body
from .throttle import VerifyThrottle

__all__ = ["SchemaView", "VerifyView"]

_INPUTS = ("application/json", "application/vc+ld+json", "application/jwt", "image/png", "image/svg+xml")


_DESCRIPTION: dict[str, Any] = {
    "TITLE": "INGENIUM credentials",
    "DESCRIPTION": "Check credentials; for course staff: write and try rules, award, revoke, report results.",
    "VERSION": "1",
    "PREPROCESSING_HOOKS": [],
    "POSTPROCESSING_HOOKS": [],
    "SERVERS": [],
    # The methods of staff endpoints name both ways in; drf-spectacular knows only the first.
    "APPEND_COMPONENTS": {
        "securitySchemes": {
            "session": {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME},
            "jwt": {
                "type": "apiKey",
                "in": "header",
                "name": "Authorization",
                "description": "JWT followed by a token of the LMS, where the site has them.",
            },
        }
    },
}


class CheckSerializer(serializers.Serializer[Any]):
    """One question asked of the credential, and its answer."""

    id = serializers.CharField(help_text="Stable name of the check.")
    outcome = serializers.ChoiceField(choices=[outcome.value for outcome in Outcome])
    message = serializers.CharField(help_text="A sentence for a person.")
    detail = serializers.CharField(help_text="What a specialist wants to know beyond it.")


class ReportSerializer(serializers.Serializer[Any]):
    """All that was found out about the credential."""

    verdict = serializers.ChoiceField(choices=["valid", "not valid", "could not be checked"])
    carrier = serializers.CharField(help_text="json, jwt, png or svg; empty when not recognised.")
    format = serializers.CharField(
        help_text="ob3, vc or vp, with -jwt for a token; empty when not recognised."
    )
    checks = CheckSerializer(many=True)
    document = serializers.DictField(allow_null=True, help_text="The document, only if its proof passed.")
    parts = serializers.ListField(child=serializers.DictField(), help_text="Reports on what it contains.")


class _Described(AutoSchema):
    """What the description says of the endpoint; the LMS's own schema class is not asked."""

    def get_operation_id(self) -> str:
        return "verify"

    def get_summary(self) -> str:
        return "Check a credential"

    def get_tags(self) -> list[str]:
        return ["verification"]

    def get_request_serializer(self) -> Any:
        return dict.fromkeys(_INPUTS, OpenApiTypes.BINARY)

    def get_response_serializers(self) -> Any:
        return {
            200: OpenApiResponse(ReportSerializer, "The report, whatever its verdict."),
            400: OpenApiResponse(ProblemSerializer, "There is nothing to check."),
            413: OpenApiResponse(ProblemSerializer, "The file is too large."),
            429: OpenApiResponse(description="Too many checks in a short time; see Retry-After."),
        }


@method_decorator(open_to_all_origins("POST"), name="dispatch")
class VerifyView(APIView):
    """Check one credential. Nothing is kept, and its issuer is not told."""

    # All of them explicit: the LMS's defaults let everybody in and read sessions.
    authentication_classes = ()
    permission_classes = (AllowAny,)
    renderer_classes = (JSONRenderer,)
    parser_classes = ()
    throttle_classes = (VerifyThrottle,)
    schema = _Described()

    def post(self, request: Request) -> Response:
        """Judge the body of the request: JSON, JWT, PNG or SVG."""
        try:
            submission = of_body(request._request)
        except Problem as problem:
            body = {"status": problem.status, "title": problem.title, "detail": problem.advice}
            return Response(body, status=problem.status)
        return Response(api.verify(submission.data).as_dict())


@method_decorator(open_to_all_origins("GET", "HEAD"), name="dispatch")
class SchemaView(SpectacularAPIView):
    """The OpenAPI description of the machine endpoints of this plugin, and of no other."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_classes = (VerifyThrottle,)
    serve_public = True
    urlconf = "ingenium_credentials.views.described"
    custom_settings = _DESCRIPTION
