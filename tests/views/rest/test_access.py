"""Who may use the API for course staff, how often, and what a stranger learns: nothing."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from django.db import OperationalError, connection
from django.test import Client
from django.urls import URLPattern
from jwt.algorithms import RSAAlgorithm

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


@pytest.mark.parametrize("depth", [200_000, 5_000, 900, 300])
@pytest.mark.parametrize("opening", ["[", '{"all":[', '{"condition":{"all":['])
def test_a_body_nested_beyond_reason_is_refused(call: Call, depth: int, opening: str) -> None:
    closing = "".join({"[": "]", "{": "}"}.get(letter, "") for letter in reversed(opening))
    repeated = min(depth, 900_000 // len(opening + closing))
    body = opening * repeated + closing * repeated
    for path in ("rules/", "results/"):
        assert call("post", path, body).status_code == 400


def test_a_recursion_of_ours_is_not_taken_for_a_fault_of_the_request(call: Call, caplog: Any) -> None:
    def without_end(execute: Any, sql: str, *rest: Any) -> Any:
        if "awardrule" in sql:
            raise RecursionError
        return execute(sql, *rest)

    with connection.execute_wrapper(without_end):
        response = call("get", "rules/")

    assert response.status_code == 500
    assert "could not be answered" in caplog.text


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


@pytest.fixture(scope="module")
def lms_key() -> rsa.RSAPrivateKey:
    """The LMS's own key, with which it signs tokens."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def token(lms_key: rsa.RSAPrivateKey, settings: Any) -> Callable[..., str]:
    """Make a token for somebody, as the LMS does, or with another key."""
    public = json.loads(RSAAlgorithm.to_jwk(lms_key.public_key())) | {"kid": "lms"}
    settings.JWT_AUTH = {**settings.JWT_AUTH, "JWT_PUBLIC_SIGNING_JWK_SET": json.dumps({"keys": [public]})}

    def made(user: Any, key: Any = lms_key, algorithm: str = "RS512", **more: Any) -> str:
        now = int(time.time())
        claims = {
            "iss": settings.JWT_AUTH["JWT_ISSUER"],
            "aud": settings.JWT_AUTH["JWT_AUDIENCE"],
            "iat": now,
            "exp": now + 60,
            "version": "1.2.0",
            "scopes": [],
            "is_restricted": False,
            "filters": [],
            "preferred_username": user.username,
            "email": user.email,
            **more,
        }
        return jwt.encode(claims, key, algorithm=algorithm, headers={"kid": "lms"})

    return made


def _with(token: str) -> Any:
    return Client().get(f"{ROOT}rules/", headers={"authorization": f"JWT {token}"})


def test_a_token_of_the_lms_lets_its_staff_in(
    token: Callable[..., str], offered: OfferedCourse, teacher: Any
) -> None:
    assert _with(token(teacher)).status_code == 200


def test_a_token_of_a_learner_is_not_enough(
    token: Callable[..., str], offered: OfferedCourse, learner: Any
) -> None:
    assert _with(token(learner)).status_code == 403


def test_a_token_that_somebody_else_signed_lets_nobody_in(
    token: Callable[..., str], offered: OfferedCourse, teacher: Any
) -> None:
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    assert _with(token(teacher, stranger)).status_code == 401
    assert _with(token(teacher, "y" * 64, "HS256")).status_code == 401
    assert _with(token(teacher) + "x").status_code == 401


def test_a_token_of_a_restricted_application_is_not_enough(
    token: Callable[..., str], offered: OfferedCourse, teacher: Any
) -> None:
    assert _with(token(teacher, is_restricted=True, scopes=["grades:read"])).status_code == 403


def test_without_a_public_key_of_the_lms_no_token_is_taken(
    token: Callable[..., str], offered: OfferedCourse, teacher: Any, settings: Any
) -> None:
    settings.JWT_AUTH = {**settings.JWT_AUTH, "JWT_PUBLIC_SIGNING_JWK_SET": ""}
    assert _with(token(teacher, "y" * 64, "HS256")).status_code == 401
    assert _with(token(teacher)).status_code == 401
