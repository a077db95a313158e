"""What every page has: its headers, its theme, and an answer when something breaks."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, OperationalError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from ingenium_credentials.badges.errors import UnusableKey
from ingenium_credentials.models import Organisation
from ingenium_credentials.views.pages import guarded, page
from ingenium_credentials.views.theme import theme

HTML = {"accept": "text/html"}


@pytest.fixture
def request_() -> HttpRequest:
    return RequestFactory().get("/", headers=HTML)


@pytest.mark.parametrize("path", ["/ingenium/verify/", "/ingenium/issuers/nobody/"])
def test_pages_fetch_nothing_from_elsewhere_and_are_kept_by_nobody(
    client: Client, db: None, path: str
) -> None:
    response = client.get(path, headers=HTML)

    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy
    assert "http" not in policy
    assert "private" in response["Cache-Control"]
    assert "noindex" in response["X-Robots-Tag"]
    assert response["Referrer-Policy"] == "same-origin"
    text = response.content.decode()
    assert " style=" not in text
    assert "<script>" not in text
    assert "//" not in text.replace("https://ingenium.example", "").replace("<!doctype", "")


def test_style_sheets_of_another_host_are_allowed_where_the_operator_has_one(
    client: Client, db: None, settings: Any
) -> None:
    settings.STATIC_URL = "https://cdn.example/static/"

    assert (
        "style-src 'self' https://cdn.example;" in client.get("/ingenium/verify/")["Content-Security-Policy"]
    )


def failing(error: Exception) -> Any:
    @guarded
    def view(request: HttpRequest) -> HttpResponse:
        raise error

    return view


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (UnusableKey("file:/secret/path.pem cannot be opened"), 503),
        (OperationalError("server has gone away at db.internal"), 503),
        (DatabaseError("secret detail"), 503),
        (ZeroDivisionError("x = secret"), 500),
    ],
)
@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_no_failure_shows_how_the_site_is_made(
    db: None, error: Exception, status: int, accept: str, caplog: pytest.LogCaptureFixture
) -> None:
    response = failing(error)(RequestFactory().get("/", headers={"accept": accept}))

    text = response.content.decode()
    assert response.status_code == status
    assert str(error) not in text
    assert "Traceback" not in text
    assert type(error).__name__ not in text
    assert response["Cache-Control"] == "private, no-store"
    assert caplog.records


def test_a_failure_undoes_what_the_request_had_written(db: None, caplog: pytest.LogCaptureFixture) -> None:
    @guarded
    def view(request: HttpRequest) -> HttpResponse:
        Organisation.objects.create(slug="half-done")
        raise ZeroDivisionError

    with transaction.atomic():
        view(RequestFactory().get("/"))

    assert not Organisation.objects.filter(slug="half-done").exists()
    assert connection.is_usable()


def test_an_error_page_that_cannot_be_laid_out_is_still_a_page(
    request_: HttpRequest, db: None, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": False}]

    response = failing(UnusableKey("x"))(request_)

    assert response.status_code == 503
    assert b"<h1>This cannot be shown at the moment</h1>" in response.content


def test_the_lmss_own_error_pages_are_left_alone(client: Client, db: None) -> None:
    assert b"ingenium" not in client.get("/no/such/page", headers=HTML).content


def test_a_page_knows_its_language(request_: HttpRequest, db: None) -> None:
    from django.utils import translation

    with translation.override("fr"):
        assert b'<html lang="fr">' in page(request_, "verifier.html").content


# The theme


def sheet(settings: Any, **colours: str) -> str:
    for name, value in colours.items():
        setattr(settings, f"INGENIUM_BRAND_{name}", value)
    return str(theme(RequestFactory().get("/")).content.decode())


def test_colours_are_the_settings(settings: Any) -> None:
    assert "--primary:#660033;--on-primary:#ffffff" in sheet(settings, PRIMARY="#660033")


def test_a_light_brand_gets_dark_letters_and_is_no_colour_for_text(settings: Any) -> None:
    found = sheet(settings, PRIMARY="#ffee00", INK="#eeeeee")

    assert "--on-primary:#10151c" in found
    assert "--link:#10151c" in found
    assert "--ink:#10151c" in found


@pytest.mark.parametrize(
    "colour", ["red", "#fff", "#123456;}body{display:none}", "url(https://x.example)", ""]
)
def test_what_is_no_colour_does_not_enter_the_style_sheet(settings: Any, colour: str) -> None:
    found = sheet(settings, PRIMARY=colour)

    assert "--primary:#123c69;" in found
    assert found.count("}") == 1
