"""My credentials, and the switch that makes one public."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from ingenium_credentials import api
from ingenium_credentials.models import Achievement, AuditEntry, Award, AwardRule

from .conftest import AWARDED, Make

LIST = "/ingenium/credentials/"


def text(response: Any) -> str:
    return str(response.content.decode())


def share(browser: Client, award: Award, shared: str = "yes", **more: str) -> Any:
    return browser.post(f"{LIST}{award.uuid}/share", {"shared": shared, **more})


def test_only_who_is_signed_in_has_a_list(client: Client, db: None) -> None:
    response = client.get(LIST)

    assert response.status_code == 302
    assert response["Location"] == f"/login?next={LIST}"


def test_the_list_holds_ones_own_and_nobody_elses(owner: Client, other: Client, make_award: Make) -> None:
    award = make_award()

    assert str(award.uuid) in text(owner.get(LIST))
    assert str(award.uuid) not in text(other.get(LIST))


def test_an_empty_list_says_what_to_do_and_what_can_be_earned(owner: Client, rule: AwardRule) -> None:
    page = text(owner.get(LIST))

    assert "You have no credentials yet." in page
    assert "Mediterranean ecosystems" in page


def test_each_state_has_its_word(
    owner: Client, make_award: Make, achievement: Achievement, learner: Any
) -> None:
    pending = make_award(of=achievement)
    Award.objects.filter(pk=pending.pk).update(state=Award.State.PENDING)
    issued = make_award()
    assert "Being prepared" in text(owner.get(LIST))
    assert "Issued" in text(owner.get(LIST))

    api.revoke(issued.uuid, reason="A wrong run")
    assert "Revoked" in text(owner.get(LIST))


def test_an_expired_one_is_called_expired(owner: Client, make_award: Make) -> None:
    make_award(expired=True)

    assert "Expired" in text(owner.get(LIST))


def test_sharing_and_unsharing_is_the_owners(owner: Client, client: Client, make_award: Make) -> None:
    award = make_award()
    page = f"{LIST}{award.uuid}"

    assert share(owner, award)["Location"] == f"{page}#sharing"
    assert client.get(page).status_code == 200

    assert share(owner, award, "no", **{"from": "list"})["Location"] == f"{LIST}#c-{award.uuid}"
    assert client.get(page).status_code == 404
    assert AuditEntry.objects.filter(action__in=("shared", "unshared")).count() == 2


@pytest.mark.parametrize("is_shared", [True, False])
def test_another_learner_cannot_switch_it(other: Client, make_award: Make, is_shared: bool) -> None:
    award = make_award(shared=is_shared)

    response = share(other, award, "no" if is_shared else "yes")

    assert response.status_code == 404
    award.refresh_from_db()
    assert (award.shared_at is not None) is is_shared


def test_who_is_not_signed_in_is_asked_to(client: Client, make_award: Make) -> None:
    assert share(client, make_award())["Location"].startswith("/login?")


def test_a_forged_form_changes_nothing(learner: Any, make_award: Make) -> None:
    award = make_award()
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(learner)

    assert share(browser, award).status_code == 403
    award.refresh_from_db()
    assert award.shared_at is None


def test_looking_at_the_switch_does_not_switch(owner: Client, make_award: Make) -> None:
    award = make_award()

    assert owner.get(f"{LIST}{award.uuid}/share").status_code == 405


def test_a_title_without_the_readers_language_says_which_it_is_in(
    owner: Client, definition: Achievement, learner: Any
) -> None:
    api.award(learner_id=learner.pk, achievement=definition, awarded_at=AWARDED)

    page = text(owner.get(LIST, headers={"accept-language": "ro"}))

    assert '<span lang="en">Digital skills for sustainable cities</span>' in page


def test_a_letter_leads_through_the_sign_in_to_the_credential(
    client: Client, owner: Client, other: Client, make_award: Make
) -> None:
    address = f"/ingenium/credentials/?open={make_award().uuid}"

    assert client.get(address)["Location"].startswith("/login?next=/ingenium/credentials/%3Fopen%3D")
    assert owner.get(address, follow=True).request["PATH_INFO"].endswith(address.partition("=")[2])
    assert other.get(address).status_code == 200
    assert owner.get("/ingenium/credentials/?open=nonsense").status_code == 200
