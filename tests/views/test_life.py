"""What owners and strangers see of an award in each state of its life."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from ingenium_credentials import api, lms
from ingenium_credentials.api.letters import compose
from ingenium_credentials.models import Achievement, Award, AwardRule, Letter
from tests.views.conftest import AWARDED, Make

pytestmark = pytest.mark.django_db
State = Award.State
Kind = Letter.Kind
MINE = "/ingenium/credentials/"


def _at(award: Award, suffix: str = "") -> str:
    return f"/ingenium/credentials/{award.uuid}{suffix}"


def _page(client: Client, award: Award, status: int = 200) -> str:
    response = client.get(_at(award), headers={"accept": "text/html"})
    assert response.status_code == status
    return response.content.decode()


def _corrected(award: Award) -> Award:
    new = api.correct_name(award, "Ελένη Νέα", source="register", reason="Register seen", actor_id=1)
    api.issue([new.pk])
    new.refresh_from_db()
    award.refresh_from_db()
    assert new.state == State.ISSUED
    return new


def test_the_owner_reads_that_and_why_it_is_under_review(make_award: Make, owner: Client) -> None:
    award = make_award()
    due = dt.datetime(2027, 3, 4, tzinfo=dt.UTC)
    api.open_review(award, "Doubts about the exam", due_at=due)

    text = _page(owner, award)

    assert "Under review" in text
    assert "Doubts about the exam" in text
    assert "4 March 2027" in text
    assert "Under review" in owner.get(MINE).content.decode()


def test_strangers_see_nothing_of_a_review_and_a_valid_credential(make_award: Make, client: Client) -> None:
    award = make_award(shared=True)
    api.open_review(award, "Doubts about the exam")

    text = _page(client, award)

    assert "review" not in text.lower()
    assert "Doubts" not in text
    assert 'class="word">Valid<' in text


def test_a_replaced_credential_leads_its_owner_to_the_new_one_and_back(
    make_award: Make, owner: Client
) -> None:
    old = make_award()
    new = _corrected(old)

    assert "Replaced on" in _page(owner, old)
    assert _at(new) in _page(owner, old)
    assert _at(old) in _page(owner, new)
    assert "Replaced" in owner.get(MINE).content.decode()


def test_strangers_are_led_to_the_new_one_only_if_they_may_see_it(
    make_award: Make, client: Client, learner: Any
) -> None:
    old = make_award(shared=True)
    new = _corrected(old)

    assert _at(new) in _page(client, old)
    assert _at(old) not in _page(client, new)

    api.share(new, False, learner.pk)
    text = _page(client, old)
    assert "Replaced on" in text
    assert _at(new) not in text


def test_a_replaced_credential_has_no_document_to_print(make_award: Make, owner: Client) -> None:
    old = make_award()
    _corrected(old)

    assert owner.get(_at(old, ".pdf")).status_code == 404
    assert owner.get(_at(old, ".json")).status_code == 200


def test_the_verifier_says_that_a_file_was_replaced(make_award: Make, client: Client) -> None:
    old = make_award(shared=True)
    body = bytes(old.credentials.get(format="ob3").body)
    new = _corrected(old)

    def answer() -> str:
        file = SimpleUploadedFile("credential.json", body, "application/json")
        return client.post("/ingenium/verify/", {"file": file}).content.decode()

    assert "Not valid" in answer()
    assert "It was replaced" in answer()
    assert _at(new) in answer()
    api.share(new, False, 1)
    assert _at(new) not in answer()


def test_the_verifier_says_nothing_of_that_of_one_that_stands_or_was_revoked(
    make_award: Make, client: Client
) -> None:
    award = make_award()
    body = bytes(award.credentials.get(format="ob3").body)
    for deed in (lambda: None, lambda: api.revoke(award.uuid, reason="By mistake")):
        deed()
        file = SimpleUploadedFile("credential.json", body, "application/json")
        assert "It was replaced" not in client.post("/ingenium/verify/", {"file": file}).content.decode()


def test_an_expired_credential_says_since_when(make_award: Make, owner: Client) -> None:
    award = make_award(expired=True)
    api.lapse([award.pk])
    award.refresh_from_db()

    assert award.state == State.EXPIRED
    assert "Expired on" in _page(owner, award)
    assert "Expired" in owner.get(MINE).content.decode()


@pytest.fixture
def asked(definition: Achievement, learner: Any) -> Award:
    """An award whose learner is asked for the name."""
    condition = {"version": 1, "kind": "course_passed", "course": "course-v1:a+b+c"}
    rule = AwardRule.objects.create(name="r", achievement=definition, condition=condition, confirm_days=7)
    return api.award(learner_id=learner.pk, achievement=definition, awarded_at=AWARDED, rule=rule)


def test_the_learner_sees_the_name_as_it_will_be_signed(asked: Award, owner: Client) -> None:
    assert "to be confirmed" in owner.get(MINE).content.decode()

    text = _page(owner, asked)

    assert "Is this your name?" in text
    assert "<strong>Ελένη Παπαδάκη</strong>" in text
    assert "Eleni Papadaki" in text


def test_a_confirmed_name_is_signed(asked: Award, owner: Client) -> None:
    assert api.issue([asked.pk]) == []

    response = owner.post(_at(asked, "/name"), {"confirmed": "yes"})

    assert response.status_code == 302
    assert api.issue([asked.pk]) == [asked.uuid]
    asked.refresh_from_db()
    assert (asked.recipient_name, asked.name_source) == ("Ελένη Παπαδάκη", "profile")


def test_another_spelling_is_shown_before_it_is_kept(asked: Award, owner: Client) -> None:
    names = {"name": "Ελένη Παπαδάκη", "latin_name": "Elleni Papadaki"}

    response = owner.post(_at(asked, "/name"), names)

    assert "Elleni Papadaki" in response.content.decode()
    asked.refresh_from_db()
    assert asked.recipient_latin_name == "Eleni Papadaki"
    owner.post(_at(asked, "/name"), {**names, "confirmed": "yes"})
    asked.refresh_from_db()
    assert (asked.recipient_latin_name, asked.name_source) == ("Elleni Papadaki", "learner")
    assert api.issue([asked.pk]) == [asked.uuid]


def test_another_name_waits_for_a_person(asked: Award, owner: Client) -> None:
    names = {"name": "Κώστας Γεωργίου"}
    assert (
        "another name than the one in your account" in owner.post(_at(asked, "/name"), names).content.decode()
    )

    owner.post(_at(asked, "/name"), {**names, "confirmed": "yes"})

    assert api.issue([asked.pk]) == []
    assert "on hold" in _page(owner, asked)
    api.close_review(asked, stands=True, reason="Passport seen", actor_id=1)
    assert api.issue([asked.pk]) == [asked.uuid]


def test_what_is_no_name_is_refused_with_what_was_typed(asked: Award, owner: Client) -> None:
    response = owner.post(_at(asked, "/name"), {"name": "Ελένη", "latin_name": "Ελένη"})

    assert response.status_code == 422
    assert "passport" in response.content.decode()


def test_nobody_else_confirms_a_name(asked: Award, other: Client, client: Client) -> None:
    assert other.post(_at(asked, "/name"), {"confirmed": "yes"}).status_code == 404
    assert client.post(_at(asked, "/name"), {"confirmed": "yes"}).status_code == 302
    asked.refresh_from_db()
    assert asked.confirmed_at is None


def test_a_name_that_is_signed_is_not_confirmed_any_more(make_award: Make, owner: Client) -> None:
    award = make_award()

    response = owner.post(_at(award, "/name"), {"confirmed": "yes", "name": "Somebody Else"})

    assert response.status_code == 302
    award.refresh_from_db()
    assert award.recipient_name == "Ελένη Παπαδάκη"


def test_without_an_answer_the_name_is_signed_when_the_time_is_up(asked: Award) -> None:
    Award.objects.update(confirmation_due_at=timezone.now() - dt.timedelta(seconds=1))

    assert api.issue([asked.pk]) == [asked.uuid]


_DEEDS: dict[str, Callable[[Award], object]] = {
    Kind.AWARDED: lambda award: award,
    Kind.CORRECTED: _corrected,
    Kind.REVIEW: lambda award: api.open_review(award, "Doubts"),
    Kind.REINSTATED: lambda award: api.close_review(
        api.open_review(award, "Doubts"), stands=True, reason="Unfounded", actor_id=1
    ),
    Kind.REVOKED: lambda award: api.revoke(award.uuid, reason="By mistake"),
    Kind.EXPIRING: lambda award: api.queue_letter(award, Kind.EXPIRING),
}


@pytest.mark.parametrize("kind", Kind.values)
def test_every_letter_leads_its_owner_to_a_page(
    kind: str, make_award: Make, owner: Client, request: pytest.FixtureRequest
) -> None:
    if kind == Kind.CONFIRM:
        request.getfixturevalue("asked")
    else:
        _DEEDS[kind](make_award())
    letter = Letter.objects.get(kind=kind)

    link, page = _follow(letter, owner)

    assert link == f"https://ingenium.example{MINE}?open={letter.award.uuid}"
    assert ("Is this your name?" in page) == (kind == Kind.CONFIRM)


def _follow(letter: Letter, owner: Client) -> tuple[str, str]:
    """The one link of a letter, and the page to which it leads whoever is signed in."""
    account = lms.account(letter.award.learner_id or 0)
    assert account is not None
    message = compose(letter, account)
    [link] = re.findall(r"https://ingenium\.example/ingenium/\S*", message.text)
    assert f'href="{link}"' in message.body_html
    response = owner.get(
        link.removeprefix("https://ingenium.example"), headers={"accept": "text/html"}, follow=True
    )
    assert response.status_code == 200
    return link, response.content.decode()
