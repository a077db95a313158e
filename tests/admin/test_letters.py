"""Letters in the administration: seen, and tried again."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from ingenium_credentials import api
from ingenium_credentials.models import Award, Letter
from tests.api.conftest import EARNED_AT, award, issued

__all__ = ["EARNED_AT", "award", "issued"]

URL = "/admin/ingenium_credentials/letter/"


@pytest.fixture
def given_up(issued: Award) -> Letter:
    Letter.objects.update(
        attempts=api.MOST_ATTEMPTS, given_up_at=timezone.now(), last_problem="ConnectionRefusedError"
    )
    return Letter.objects.get()


def test_what_was_given_up_is_seen_and_tried_again(admin_client: Client, given_up: Letter) -> None:
    assert "ConnectionRefusedError" in admin_client.get(URL).content.decode()

    page = admin_client.post(URL, {"action": "send_again", "_selected_action": [given_up.pk]}, follow=True)

    assert "1 letter is tried again." in page.content.decode()
    given_up.refresh_from_db()
    assert (given_up.given_up_at, given_up.attempts) == (None, 0)


def test_what_was_given_up_is_trouble_for_the_monitoring(admin_client: Client, given_up: Letter) -> None:
    response = admin_client.get("/ingenium/health/")

    assert response.status_code == 503
    assert "letters could not be sent" in response.json()["problems"]


def test_a_letter_that_waits_for_an_hour_is_trouble(admin_client: Client, issued: Award) -> None:
    assert admin_client.get("/ingenium/health/").json()["problems"] == []
    Letter.objects.update(created_at=issued.awarded_at)

    assert admin_client.get("/ingenium/health/").json()["problems"] == ["letters wait too long to be sent"]
