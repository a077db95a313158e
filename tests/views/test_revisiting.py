"""Who has a page already is told so; what has changed shows at once; who asks too often waits."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.test import Client
from django.test.signals import template_rendered

from ingenium_credentials import api
from ingenium_credentials.models import Award

from .conftest import Make

HTML = {"accept": "text/html"}


def address(award: Award, suffix: str = "") -> str:
    return f"/ingenium/credentials/{award.uuid}{suffix}"


def _again(client: Client, path: str, first: Any, **headers: str) -> Any:
    return client.get(path, headers=HTML | headers | {"if-none-match": first["ETag"]})


def test_a_page_that_the_visitor_has_is_not_laid_out_again(client: Client, make_award: Make) -> None:
    award = make_award(shared=True)
    pages = [address(award), f"/ingenium/achievements/{award.achievement.uuid}/", "/ingenium/issuers/uoc/"]

    for path in pages:
        first = client.get(path, headers=HTML)
        laid_out: list[str] = []
        with _templates(laid_out):
            spared = _again(client, path, first)
        assert (spared.status_code, spared.content, laid_out) == (304, b"", [])
        assert spared["Cache-Control"] == first["Cache-Control"] == "private, no-cache"
        assert spared["Vary"] == first["Vary"]


@contextmanager
def _templates(names: list[str]) -> Iterator[None]:
    def note(template: Any, **_more: Any) -> None:
        names.append(template.name)

    template_rendered.connect(note)
    yield
    template_rendered.disconnect(note)


CHANGES: dict[str, Callable[[Award], object]] = {
    "revoked": lambda award: api.revoke(award.uuid, reason="A wrong run"),
    "under review": lambda award: api.open_review(award, "Looked at again"),
    "key given up": lambda award: api.mark_compromised(award.issuer.keys.get(use="proof")),
    "tampered with": lambda award: award.credentials.filter(format="ob3").update(body=b"{}"),
    "university renamed": lambda award: award.issuer.organisation.names.filter(language="en").update(
        value="The University of Crete"
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_has_changed_shows_at_once(client: Client, make_award: Make, change: str) -> None:
    award = make_award(shared=True)
    first = client.get(address(award), headers=HTML)
    assert client.get(address(award), headers=HTML)["ETag"] == first["ETag"]

    CHANGES[change](award)

    assert _again(client, address(award), first).status_code == 200


def test_a_page_in_another_language_or_at_another_address_is_another_page(
    client: Client, make_award: Make
) -> None:
    award = make_award(shared=True)
    first = client.get(address(award), headers=HTML)

    assert _again(client, address(award), first, **{"accept-language": "el"}).status_code == 200
    assert _again(client, address(award) + "?as=public", first).status_code == 200


def test_what_is_private_again_is_gone_for_whoever_has_the_page(client: Client, make_award: Make) -> None:
    award = make_award(shared=True)
    first = client.get(address(award), headers=HTML)

    api.share(award, False, award.learner_id)

    assert _again(client, address(award), first).status_code == 404


def test_the_owners_page_has_forms_and_so_no_tag(owner: Client, make_award: Make) -> None:
    assert "ETag" not in owner.get(address(make_award()), headers=HTML)


def test_a_verdict_is_spared_but_moments_pass(client: Client, make_award: Make, monkeypatch: Any) -> None:
    award = make_award(shared=True)
    body = bytes(award.credentials.get(format="ob3").body)
    first = api.judge(body)

    assert api.judge(body) is first
    clock = time.monotonic
    monkeypatch.setattr(time, "monotonic", lambda: clock() + 61)
    assert api.judge(body) is not first
    assert api.judge(body).verdict == first.verdict == "valid"


def test_pages_and_files_are_counted_for_each_address(
    client: Client, make_award: Make, settings: Any
) -> None:
    settings.INGENIUM_PUBLIC_RATE = "2/min"
    award = make_award(shared=True)
    paths = [address(award), address(award, ".png"), f"/ingenium/achievements/{award.achievement.uuid}/"]

    answers = [client.get(path, headers=HTML) for path in paths]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert 0 < int(answers[2]["Retry-After"]) <= 60
    assert client.get(paths[0], headers=HTML, REMOTE_ADDR="192.0.2.7").status_code == 200
    for path in (f"/ingenium/status/{award.status_list.uuid}", "/ingenium/issuers/uoc/did.json"):
        assert client.get(path).status_code == 200, "verifiers need it"
