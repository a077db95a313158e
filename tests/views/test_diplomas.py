from __future__ import annotations

import io
from typing import Any

import pikepdf
import pytest
from django.test import Client

from ingenium_credentials.models import Award

pytestmark = pytest.mark.django_db


def path(award: Award) -> str:
    return f"/ingenium/credentials/{award.uuid}.pdf"


def test_the_owner_downloads_the_document(owner: Client, make_award: Any) -> None:
    award = make_award()

    response = owner.get(path(award), headers={"Accept-Language": "fr"})

    assert response.status_code == 200
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == f'attachment; filename="credential-{award.uuid}.pdf"'
    assert "Accept-Language" in response["Vary"]
    with pikepdf.open(io.BytesIO(response.content)) as pdf:
        assert str(pdf.Root.Lang) == "fr"


def test_the_language_can_be_chosen(owner: Client, make_award: Any) -> None:
    award = make_award()

    for wanted, expected in (("el", "el"), ("xx", "en"), ("<script>", "en")):
        with pikepdf.open(io.BytesIO(owner.get(path(award), {"language": wanted}).content)) as pdf:
            assert str(pdf.Root.Lang) == expected


def test_strangers_get_nothing_until_it_is_shared(client: Client, make_award: Any) -> None:
    assert client.get(path(make_award())).status_code == 404


def test_strangers_get_it_once_it_is_shared_also_by_type(client: Client, make_award: Any) -> None:
    award = make_award(shared=True)

    response = client.get(f"/ingenium/credentials/{award.uuid}", headers={"Accept": "application/pdf"})

    assert response.content.startswith(b"%PDF-")


def test_whoever_has_it_is_not_sent_another(owner: Client, make_award: Any) -> None:
    award = make_award()
    tag = owner.get(path(award))["ETag"]

    assert owner.get(path(award), headers={"If-None-Match": tag}).status_code == 304
    assert owner.get(path(award), {"language": "fi"}, headers={"If-None-Match": tag}).status_code == 200


def test_there_is_no_document_of_what_was_taken_back(owner: Client, make_award: Any) -> None:
    award = make_award(revoked="An error")

    assert owner.get(path(award)).status_code == 404
    assert ".pdf" not in owner.get(f"/ingenium/credentials/{award.uuid}").content.decode()


def test_the_page_offers_the_document(owner: Client, make_award: Any) -> None:
    award = make_award()

    assert path(award) in owner.get(f"/ingenium/credentials/{award.uuid}").content.decode()


def test_too_many_are_refused(owner: Client, make_award: Any, settings: Any) -> None:
    settings.INGENIUM_VERIFY_RATE = "1/min"
    award = make_award()

    assert owner.get(path(award)).status_code == 200
    refused = owner.get(path(award))
    assert refused.status_code == 429
    assert 0 < int(refused["Retry-After"]) <= 60


def test_a_name_that_cannot_be_drawn_is_a_page_that_says_so(owner: Client, make_award: Any) -> None:
    award = make_award()
    Award.objects.filter(pk=award.pk).update(recipient_name="王小明", recipient_latin_name="")

    response = owner.get(path(award))

    assert response.status_code == 404
    assert "letters" in response.content.decode()
