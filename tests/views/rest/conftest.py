"""A course in which something is offered, and a member of its staff who is signed in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import Client

from ingenium_credentials import api
from ingenium_credentials.models import Achievement, OfferedCourse
from tests.conftest import COURSE

Call = Callable[..., Any]
ROOT = f"/ingenium/api/v1/courses/{COURSE}/"


@pytest.fixture
def offered(achievement: Achievement) -> OfferedCourse:
    """The course, in which the definition may be awarded."""
    return api.define_offered_course(OfferedCourse(course_id=COURSE, definitions=[achievement.slug]))


@pytest.fixture
def teacher(db: None) -> Any:
    """Somebody who may change rules: outside an LMS a permission says who is staff."""
    user = get_user_model().objects.create_user("teacher", "teacher@example.org", "secret")
    user.user_permissions.add(Permission.objects.get(codename="change_awardrule"))
    return user


@pytest.fixture
def call(teacher: Any, offered: OfferedCourse) -> Call:
    """Call an endpoint of the course as its teacher; `as_` names another client."""
    browser = Client()
    browser.force_login(teacher)

    def called(method: str, path: str, body: Any = None, *, as_: Client | None = None, **more: Any) -> Any:
        more.setdefault("content_type", "application/json")
        return getattr(as_ or browser, method)(f"{ROOT}{path}", data=body, **more)

    return called


@pytest.fixture
def condition() -> dict[str, Any]:
    """Whoever passes the course."""
    return {"version": 1, "kind": "course_passed", "course": COURSE}


@pytest.fixture
def written(call: Call, condition: dict[str, Any]) -> dict[str, Any]:
    """A rule as the API has written it, switched off."""
    body = {"name": "Passed", "definition": "ecosystems", "condition": condition}
    response = call("post", "rules/", body)
    assert response.status_code == 201, response.content
    return dict(response.json())
