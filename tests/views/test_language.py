from __future__ import annotations

import pytest
from django.test import Client

from ingenium_credentials.typesetting import languages
from ingenium_credentials.views.language import offered

pytestmark = pytest.mark.django_db
VERIFIER, CHOOSE = "/ingenium/verify/", "/ingenium/language/"


@pytest.mark.parametrize("code", sorted(languages()))
def test_a_chosen_language_is_kept_against_the_browsers(client: Client, code: str) -> None:
    response = client.post(CHOOSE, {"language": code, "next": VERIFIER})

    assert (response.status_code, response["Location"]) == (302, VERIFIER)
    page = client.get(
        VERIFIER, headers={"accept": "text/html", "accept-language": "de" if code != "de" else "fr"}
    )
    assert f'<html lang="{code}">' in page.content.decode()
    assert f'lang="{code}" aria-current="true"' in page.content.decode()


def test_pages_stay_private_to_their_reader_and_vary_by_the_choice(client: Client) -> None:
    page = client.get(VERIFIER, headers={"accept": "text/html"})

    assert page["Cache-Control"] == "private, no-cache"
    assert {"Accept-Language", "Cookie"} <= {name.strip() for name in page["Vary"].split(",")}
    assert not page.cookies


@pytest.mark.parametrize(
    "back", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "", "\\\\evil.example"]
)
def test_nobody_is_sent_to_another_site(client: Client, back: str) -> None:
    assert client.post(CHOOSE, {"language": "fr", "next": back})["Location"] == VERIFIER


@pytest.mark.parametrize("code", ["", "xx", "en-US-x", "../en"])
def test_what_is_no_language_of_ours_is_not_kept(client: Client, code: str) -> None:
    assert not client.post(CHOOSE, {"language": code}).cookies


def test_following_a_link_changes_nothing(client: Client) -> None:
    assert client.get(CHOOSE, {"language": "fr"}).status_code == 405


def test_each_language_is_named_in_itself() -> None:
    assert {code for code, _name in offered()} == set(languages())
    assert ("ga", "Gaeilge") in offered()
    assert ("el", "Ελληνικά") in offered()
