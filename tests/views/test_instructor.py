"""The course's pages, by a browser without a script: who may, and each way from start to end."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse


from ingenium_credentials import api
from ingenium_credentials.models import Achievement, AwardRule, OfferedCourse

HTML = {"accept": "text/html"}


def at(name: str, course_id: str, *args: object) -> str:
    """The address of one of the course's pages."""
    return reverse(f"ingenium_credentials:{name}", args=(course_id, *args))


@pytest.fixture
def offered(definition: Achievement, course_id: str) -> OfferedCourse:
    """The course, in which the definition may be awarded."""
    return api.define_offered_course(OfferedCourse(course_id=course_id, definitions=[definition.slug]))


@pytest.fixture
def teacher(db: None) -> Any:
    """Somebody who teaches: outside an LMS, who may change rules."""
    user = get_user_model().objects.create_user(
        "teacher", "t@example.org", "secret", first_name="Ana", last_name="Ilić"
    )
    user.user_permissions.add(Permission.objects.get(codename="change_awardrule"))
    return user


@pytest.fixture
def staff(teacher: Any) -> Client:
    """A browser in which the teacher is signed in."""
    browser = Client(headers=HTML)
    browser.force_login(teacher)
    return browser


def test_front(staff: Client, offered: OfferedCourse, course_id: str) -> None:
    response = staff.get(at("instructor", course_id))
    assert response.status_code == 200
    print(response.content.decode())
