"""The certificate page gets the credential's address, through the platform's own filter."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import override_settings
from openedx_filters.learning.filters import CertificateRenderStarted

from ingenium_credentials import api
from ingenium_credentials.models import AwardRule


@pytest.fixture
def certificate_page(learner: Any, course_id: str) -> dict[str, Any]:
    """The context of a certificate page, as far as it matters here."""
    return {"accomplishment_user_id": learner.pk, "course_id": course_id, "course_mode": "verified"}


def _rendered(context: dict[str, Any]) -> dict[str, Any]:
    rendered, _template = CertificateRenderStarted.run_filter(context=context, custom_template=None)
    assert rendered is not None
    return rendered


@pytest.fixture
def earned(rule: AwardRule, learner: Any, django_capture_on_commit_callbacks: Any) -> str:
    """The address of a credential that the learner has earned with the course."""
    with django_capture_on_commit_callbacks(execute=True):
        award = api.award(
            learner_id=learner.pk,
            achievement=rule.achievement,
            rule=rule,
            awarded_at=dt.datetime(2026, 6, 1, tzinfo=dt.UTC),
        )
    return api.credential_url(award)


def test_certificate_page_is_offered_the_credential(certificate_page: dict[str, Any], earned: str) -> None:
    context = _rendered(certificate_page)

    assert context["ingenium_credential"] == {
        "url": earned,
        "verify_url": "https://ingenium.example/ingenium/verify/",
    }


@pytest.mark.django_db
def test_certificate_page_without_credential_stays_as_it_was(certificate_page: dict[str, Any]) -> None:
    assert _rendered(dict(certificate_page)) == certificate_page


@override_settings(INGENIUM_ENABLED=False)
def test_switched_off_the_certificate_page_stays_as_it_was(
    certificate_page: dict[str, Any], earned: str
) -> None:
    assert _rendered(dict(certificate_page)) == certificate_page


@pytest.mark.django_db
@pytest.mark.parametrize("broken", [{}, {"accomplishment_user_id": "nobody", "course_id": None}])
def test_a_context_of_another_form_does_no_harm(broken: dict[str, Any]) -> None:
    assert _rendered(dict(broken)) == broken
