"""A learner takes the data away, and has it erased: in two steps, and only the own."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from ingenium_credentials import api
from ingenium_credentials.models import Award

from .conftest import Make

DATA = "/ingenium/credentials/my-data/"


def text(response: Any) -> str:
    return str(response.content.decode())


@pytest.mark.parametrize("address", [DATA, f"{DATA}file", f"{DATA}erase"])
def test_only_who_is_signed_in_has_data(client: Client, db: None, address: str) -> None:
    assert client.get(address)["Location"].startswith("/login?")


def test_the_own_list_leads_there(owner: Client, make_award: Make) -> None:
    make_award()

    assert f'href="{DATA}"' in text(owner.get("/ingenium/credentials/"))


def test_the_file_holds_what_is_held(owner: Client, make_award: Make) -> None:
    award = make_award()

    response = owner.get(f"{DATA}file")

    assert response["Content-Disposition"] == 'attachment; filename="my-credentials-data.json"'
    assert "no-store" in response["Cache-Control"]
    assert json.loads(response.content)["award"][0]["uuid"] == str(award.uuid)


def test_another_learner_gets_nothing_of_it(other: Client, make_award: Make) -> None:
    award = make_award()

    assert str(award.uuid) not in text(other.get(f"{DATA}file"))
    assert "Nothing is held about you." in text(other.get(DATA))


def test_looking_erases_nothing_and_says_what_goes_and_stays(owner: Client, make_award: Make) -> None:
    award = make_award()

    page = text(owner.get(f"/ingenium/credentials/{award.uuid}/erase"))

    assert "This goes" in page
    assert "2 signed documents" in page
    assert "This stays" in page
    award.refresh_from_db()
    assert award.recipient_name


def test_without_the_tick_nothing_happens(owner: Client, make_award: Make) -> None:
    award = make_award()

    response = owner.post(f"/ingenium/credentials/{award.uuid}/erase")

    assert response.status_code == 400
    assert "Tick the box first" in text(response)
    award.refresh_from_db()
    assert award.recipient_name


def test_one_credential_is_erased(owner: Client, client: Client, make_award: Make) -> None:
    award = make_award(shared=True)

    response = owner.post(f"/ingenium/credentials/{award.uuid}/erase", {"confirmed": "yes"}, follow=True)

    assert "It was erased." in text(response)
    award.refresh_from_db()
    assert (award.state, award.learner_id, award.recipient_name) == (Award.State.ERASED, None, "")
    assert client.get(f"/ingenium/credentials/{award.uuid}").status_code == 410


def test_everything_is_erased(owner: Client, make_award: Make, learner: Any) -> None:
    make_award()
    assert "Erase everything?" in text(owner.get(f"{DATA}erase"))

    owner.post(f"{DATA}erase", {"confirmed": "yes"})

    assert not api.preview_learner_erasure(learner.pk).changes


@pytest.mark.parametrize("is_shared", [True, False])
def test_nobody_erases_what_is_anothers(other: Client, make_award: Make, is_shared: bool) -> None:
    award = make_award(shared=is_shared)
    address = f"/ingenium/credentials/{award.uuid}/erase"

    assert other.get(address).status_code == 404
    assert other.post(address, {"confirmed": "yes"}).status_code == 404
    award.refresh_from_db()
    assert award.recipient_name


def test_a_forged_form_erases_nothing(learner: Any, make_award: Make) -> None:
    award = make_award()
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(learner)

    assert browser.post(f"{DATA}erase", {"confirmed": "yes"}).status_code == 403
    award.refresh_from_db()
    assert award.recipient_name


def test_what_was_erased_can_be_allowed_again(owner: Client, make_award: Make, learner: Any) -> None:
    award = make_award()
    api.erase_award(award.uuid, by_holder=True)
    assert "Digital skills for sustainable cities" in text(owner.get(DATA))

    owner.post(f"{DATA}allow-again", {"definition": award.definition})

    assert not api.has_objected(learner.pk, award.definition)
    assert "Digital skills for sustainable cities" not in text(owner.get(DATA))
