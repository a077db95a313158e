"""Who may use the API for course staff, how often, and what a stranger learns: nothing."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import OperationalError, connection
from django.test import Client
from django.urls import URLPattern

from ingenium_credentials.models import OfferedCourse
from ingenium_credentials.views.rest import addresses
from tests.views.rest.conftest import ROOT, Call

NOBODY = "00000000-0000-4000-8000-000000000000"
pytestmark = pytest.mark.django_db


def _paths() -> list[tuple[str, str]]:
    """Each endpoint with each of its methods."""
    found = []
    for pattern in addresses.urlpatterns:
        path = str(pattern.pattern).replace("courses/<str:course_id>/", "").replace("<uuid:uuid>", NOBODY)
        view: Any = getattr(pattern.callback, "view_class")  # noqa: B009
        found += [(method, path) for method in ("get", "post", "put") if hasattr(view, method)]
    return found


def test_every_address_is_a_view_for_course_staff() -> None:
    assert all(isinstance(pattern, URLPattern) for pattern in addresses.urlpatterns)
    assert len(_paths()) >= 18


@pytest.mark.parametrize(("method", "path"), _paths())
def test_nobody_in_particular_is_asked_to_sign_in(method: str, path: str, offered: OfferedCourse) -> None:
    response = getattr(Client(), method)(f"{ROOT}{path}", content_type="application/json")
    assert response.status_code == 401
    assert response["Content-Type"] == "application/problem+json"
    assert response["WWW-Authenticate"]


@pytest.mark.parametrize(("method", "path"), _paths())
def test_a_learner_is_refused(method: str, path: str, offered: OfferedCourse, learner: Any) -> None:
    browser = Client()
    browser.force_login(learner)
    response = getattr(browser, method)(f"{ROOT}{path}", content_type="application/json")
    assert response.status_code == 403


def test_what_is_no_course_key_is_not_found(call: Call, teacher: Any) -> None:
    browser = Client()
    browser.force_login(teacher)
    assert browser.get("/ingenium/api/v1/courses/nonsense/rules/").status_code == 404


def test_a_session_without_the_token_against_forgery_changes_nothing(
    teacher: Any, offered: OfferedCourse
) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(teacher)
    response = browser.post(f"{ROOT}rules/", data={}, content_type="application/json")
    assert response.status_code == 403


def test_a_large_body_is_refused_before_it_is_read(call: Call) -> None:
    response = call("post", "results/", "x" * 1_000_001)
    assert response.status_code == 413


def test_a_body_that_is_no_json_is_refused(call: Call) -> None:
    assert call("post", "rules/", "{").status_code == 400
    assert call("post", "rules/", "<a/>", content_type="text/xml").status_code == 415


def test_the_rate_is_limited_by_user(call: Call, settings: Any) -> None:
    settings.INGENIUM_API_RATE = "2/min"
    answers = [call("get", "rules/") for _once in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert int(answers[-1]["Retry-After"]) > 0


def test_a_fault_of_ours_shows_nothing_of_itself(call: Call) -> None:
    def broken(execute: Any, sql: str, *rest: Any) -> Any:
        if "awardrule" in sql:
            raise OperationalError("server has gone away: ingenium_credentials_awardrule")
        return execute(sql, *rest)

    with connection.execute_wrapper(broken):
        response = call("get", "rules/")
    assert response.status_code == 503
    assert "awardrule" not in response.content.decode()


def test_a_token_of_the_lms_lets_its_staff_in(offered: OfferedCourse, teacher: Any, settings: Any) -> None:
    token = _token({"preferred_username": teacher.username, "email": teacher.email})
    response = Client().get(f"{ROOT}rules/", headers={"authorization": f"JWT {token}"})
    assert response.status_code == 200


def test_a_token_that_somebody_else_signed_lets_nobody_in(offered: OfferedCourse, teacher: Any) -> None:
    token = _token({"preferred_username": teacher.username, "email": teacher.email}, secret="y" * 32)
    response = Client().get(f"{ROOT}rules/", headers={"authorization": f"JWT {token}"})
    assert response.status_code == 401


def test_a_token_of_a_learner_is_not_enough(offered: OfferedCourse, learner: Any) -> None:
    token = _token({"preferred_username": learner.username, "email": learner.email})
    response = Client().get(f"{ROOT}rules/", headers={"authorization": f"JWT {token}"})
    assert response.status_code == 403
    assert get_user_model().objects.filter(username=learner.username).count() == 1


def _token(claims: dict[str, Any], secret: str = "") -> str:
    import time

    import jwt
    from django.conf import settings

    auth: dict[str, Any] = settings.JWT_AUTH
    now = int(time.time())
    claims = {"iss": auth["JWT_ISSUER"], "aud": auth["JWT_AUDIENCE"], "exp": now + 60, "iat": now, **claims}
    claims |= {"version": "1.2.0", "scopes": [], "is_restricted": False, "filters": []}
    return jwt.encode(claims, secret or auth["JWT_SECRET_KEY"], algorithm="HS256")
