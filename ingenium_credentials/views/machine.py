"""Documents for programs: open to other sites' scripts, conditional, cacheable as told."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response

__all__ = ["document", "open_to_all_origins"]

Rest = ParamSpec("Rest")


def document(
    request: HttpRequest,
    make: Callable[[], bytes],
    *,
    media_type: str,
    etag: str,
    cache_control: str,
    filename: str = "",
) -> HttpResponse:
    """The bytes of `make`, or 304 without calling it when the client has them already.

    `etag` with its quotes. `filename` makes it a download, and must hold no personal data.
    """
    response = get_conditional_response(request, etag=etag)
    if response is None:
        response = HttpResponse(make(), content_type=media_type)
        if filename:
            response["Content-Disposition"] = f'attachment; filename="{filename}"'
    response["ETag"] = etag
    response["Cache-Control"] = cache_control
    response["X-Content-Type-Options"] = "nosniff"
    response["X-Robots-Tag"] = "noindex"
    # An SVG or a document that is opened by itself runs and fetches nothing.
    response["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    return response


def open_to_all_origins(
    *methods: str,
) -> Callable[
    [Callable[Concatenate[HttpRequest, Rest], HttpResponseBase]],
    Callable[Concatenate[HttpRequest, Rest], HttpResponseBase],
]:
    """Let scripts of every site read the answer, errors and 304 included.

    Without credentials: browsers then send no cookies along, so nobody's session answers.
    """
    allowed = ", ".join((*methods, "OPTIONS"))

    def opened(
        view: Callable[Concatenate[HttpRequest, Rest], HttpResponseBase],
    ) -> Callable[Concatenate[HttpRequest, Rest], HttpResponseBase]:
        @wraps(view)
        def answered(request: HttpRequest, /, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponseBase:
            response: HttpResponseBase
            if request.method == "OPTIONS":
                response = HttpResponse(status=204)
                response["Access-Control-Allow-Methods"] = allowed
                response["Access-Control-Allow-Headers"] = "Accept, Content-Type, If-None-Match"
                response["Access-Control-Max-Age"] = "86400"
            elif request.method not in methods:
                response = HttpResponse(status=405, headers={"Allow": allowed})
            else:
                response = view(request, *args, **kwargs)
            response["Access-Control-Allow-Origin"] = "*"
            response["Access-Control-Expose-Headers"] = "ETag, Retry-After"
            return response

        return answered

    return opened
