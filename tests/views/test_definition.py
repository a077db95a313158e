"""The page of a definition, and the badge without a credential inside."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from ingenium_credentials import api
from ingenium_credentials.models import Achievement

from .conftest import Make

HTML = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


def text(response: Any) -> str:
    return str(response.content.decode())


def test_a_draft_is_nobodys_business(client: Client, definition: Achievement) -> None:
    draft = api.new_version(definition)

    assert client.get(f"/ingenium/achievements/{draft.uuid}/", headers=HTML).status_code == 404
    assert client.get(f"/ingenium/achievements/{draft.uuid}/image.svg").status_code == 404


def test_a_definition_is_shown_without_any_holder(client: Client, make_award: Make) -> None:
    award = make_award(shared=True)
    page = text(client.get(f"/ingenium/achievements/{award.achievement.uuid}/", headers=HTML))

    assert "What you will be able to do" in page
    assert award.recipient_name not in page


@pytest.mark.parametrize(("suffix", "media_type"), [("svg", "image/svg+xml"), ("png", "image/png")])
def test_the_badge_without_a_credential_inside(
    client: Client, definition: Achievement, suffix: str, media_type: str
) -> None:
    response = client.get(f"/ingenium/achievements/{definition.uuid}/image.{suffix}")

    assert response["Content-Type"] == media_type
    assert "sandbox" in response["Content-Security-Policy"]
    assert b"credential>" not in response.content


def test_a_badge_that_was_seen_is_not_sent_again(client: Client, definition: Achievement) -> None:
    path = f"/ingenium/achievements/{definition.uuid}/image.svg"
    first = client.get(path)
    second = client.get(path, headers={"if-none-match": first["ETag"]})

    assert (second.status_code, second["Access-Control-Allow-Origin"]) == (304, "*")


def test_a_retired_definition_says_so_and_stays(client: Client, definition: Achievement) -> None:
    api.retire_achievement(definition)

    page = text(client.get(f"/ingenium/achievements/{definition.uuid}/", headers=HTML))

    assert "No longer awarded" in page
