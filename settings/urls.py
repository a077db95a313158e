"""Addresses of the projects without an LMS: sign in, admin, and what the plugins bring."""

from __future__ import annotations

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.views import LoginView, LogoutView
from django.contrib.staticfiles.views import serve
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView
from edx_django_utils.plugins import get_plugin_url_patterns

from .common import PROJECT_TYPE

urlpatterns: list[URLPattern | URLResolver] = [
    path("", RedirectView.as_view(url="/ingenium/credentials/"), name="home"),
    path("login", LoginView.as_view(), name="login"),
    path("logout", LogoutView.as_view(), name="logout"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("admin/", admin.site.urls),
    # DEBUG is off in the demo too (see common.py), so the style sheets are served by us.
    path(f"{settings.STATIC_URL.lstrip('/')}<path:path>", serve, {"insecure": True}),
    *get_plugin_url_patterns(PROJECT_TYPE),
]
