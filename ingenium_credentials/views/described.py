"""The addresses that the OpenAPI description covers, with the prefix that programs use."""

from __future__ import annotations

from django.urls import path

from .verification import VerifyView

urlpatterns = [path("ingenium/api/v1/verify/", VerifyView.as_view())]
