"""The addresses that the OpenAPI description covers, with the prefix that programs use."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from .rest import addresses
from .verification import VerifyView

urlpatterns: list[URLPattern | URLResolver] = [
    path("ingenium/api/v1/verify/", VerifyView.as_view()),
    path("ingenium/api/v1/", include(addresses)),
]
