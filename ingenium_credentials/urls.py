"""Addresses of the plugin. They are in documents that are signed, so they do not change."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path, register_converter

from .views import (
    confirmation,
    health,
    language,
    learner,
    privacy,
    progress,
    public,
    theme,
    verification,
    verifier,
    wellknown,
)
from .views.instructor import addresses
from .views.rest import addresses as rest_addresses

app_name = "ingenium_credentials"

register_converter(addresses.CourseConverter, "ingenium_course")

urlpatterns: list[URLPattern | URLResolver] = [
    path("ingenium/credentials/", learner.my_credentials, name="my-credentials"),
    path("ingenium/credentials/<uuid:uuid>", public.credential, name="credential"),
    *(
        path(
            f"ingenium/credentials/<uuid:uuid>.{suffix}",
            public.credential,
            {"suffix": suffix},
            name="credential-file",
        )
        for suffix in ("json", "jwt", "elm.jsonld", "png", "svg", "pdf")
    ),
    path("ingenium/credentials/<uuid:uuid>/share", learner.share, name="share"),
    path("ingenium/credentials/my-progress/", progress.my_progress, name="my-progress"),
    path("ingenium/credentials/my-data/", privacy.my_data, name="my-data"),
    path("ingenium/credentials/my-data/file", privacy.download, name="my-data-file"),
    path("ingenium/credentials/my-data/erase", privacy.erase, name="erase-all"),
    path("ingenium/credentials/my-data/allow-again", privacy.allow_again, name="allow-again"),
    path("ingenium/credentials/<uuid:uuid>/erase", privacy.erase, name="erase-one"),
    path("ingenium/credentials/<uuid:uuid>/name", confirmation.confirm, name="confirm-name"),
    path("ingenium/verify/", verifier.verifier, name="verify"),
    path("ingenium/achievements/<uuid:uuid>/", public.achievement_page, name="achievement"),
    *(
        path(
            f"ingenium/achievements/<uuid:uuid>/image.{suffix}",
            public.achievement_image,
            {"suffix": suffix},
            name="achievement-image",
        )
        for suffix in ("png", "svg")
    ),
    path("ingenium/issuers/<slug:slug>/", wellknown.issuer_page, name="issuer"),
    path("ingenium/issuers/<slug:slug>/did.json", wellknown.did_document, name="did-document"),
    path("ingenium/status/<uuid:uuid>", wellknown.status_list, name="status-list"),
    path("ingenium/courses/<ingenium_course:course_id>/", include(addresses.patterns)),
    path("ingenium/health/", health.health, name="health"),
    path("ingenium/language/", language.choose_language, name="language"),
    path("ingenium/theme.css", theme.theme, name="theme"),
    path("ingenium/api/v1/", include(rest_addresses)),
    path("ingenium/api/v1/verify/", verification.VerifyView.as_view(), name="verify-api"),
    path("ingenium/api/v1/schema/", verification.SchemaView.as_view(), name="schema"),
]
