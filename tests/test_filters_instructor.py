"""The instructor dashboards lead to the course's page, through the platform's own filters."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.test import override_settings
from opaque_keys.edx.keys import CourseKey
from openedx_filters.learning import filters

PAGE = "/ingenium/courses/course-v1:UOC+MED101+2026/"
LEGACY = filters.InstructorDashboardRenderStarted
# Not in the openedx-filters that older releases of the platform pin.
TABS = getattr(filters, "InstructorDashboardTabsRequested", None)
needs_tabs = pytest.mark.skipif(TABS is None, reason="openedx-filters before 3.4 has no tabs filter")


def dashboard(course_id: str, **more: Any) -> dict[str, Any]:
    """The context of the legacy dashboard, as far as it matters here."""
    course = SimpleNamespace(id=CourseKey.from_string(course_id))
    return {"course": course, "sections": [{"section_key": "course_info"}], **more}


def drawn(context: dict[str, Any]) -> dict[str, Any]:
    found, template = LEGACY.run_filter(context=context, template_name="dashboard.html")
    assert template == "dashboard.html"
    assert found is not None
    return found


def test_the_legacy_dashboard_gets_one_section_with_the_way_to_the_page(course_id: str) -> None:
    context = drawn(drawn(dashboard(course_id)))

    [_first, section] = context["sections"]
    assert section["url"] == PAGE
    assert section["course_id"] == course_id
    assert section["section_display_name"]
    # The platform includes the template of this name.
    assert f"{section['template_path_prefix']}{section['section_key']}.html" == (
        "/ingenium_credentials/dashboard/ingenium_credentials.html"
    )


@pytest.mark.parametrize("broken", [{}, {"course": None, "sections": []}, {"sections": None}])
def test_a_dashboard_of_another_form_stays_as_it_was(broken: dict[str, Any]) -> None:
    assert drawn(dict(broken)) == broken


@override_settings(INGENIUM_ENABLED=False)
def test_switched_off_the_dashboards_stay_as_they_were(course_id: str) -> None:
    assert len(drawn(dashboard(course_id))["sections"]) == 1


@pytest.fixture
def staff(db: None) -> Any:
    """Somebody who may change rules."""
    return get_user_model().objects.create_superuser("staff", "staff@example.org", "secret")


def tabs_of(user: Any, course_id: str, tabs: list[Any]) -> list[Any]:
    assert TABS is not None
    found, _user, _key = TABS.run_filter(tabs=tabs, user=user, course_key=CourseKey.from_string(course_id))
    return list(found)


@needs_tabs
def test_the_newer_dashboard_gets_one_tab_at_its_end(staff: Any, course_id: str) -> None:
    first = [{"tab_id": "grading", "sort_order": 40}]

    tabs = tabs_of(staff, course_id, tabs_of(staff, course_id, first))

    assert [tab["tab_id"] for tab in tabs] == ["grading", "ingenium_credentials"]
    assert tabs[1]["url"] == f"https://ingenium.example{PAGE}"
    assert tabs[1]["sort_order"] == 50


@needs_tabs
@pytest.mark.parametrize("user", [AnonymousUser(), None])
def test_who_is_not_staff_gets_no_tab(user: Any, course_id: str) -> None:
    assert tabs_of(user, course_id, [{"tab_id": "grading"}]) == [{"tab_id": "grading"}]


@needs_tabs
def test_a_learner_gets_no_tab(learner: Any, course_id: str) -> None:
    assert tabs_of(learner, course_id, []) == []
