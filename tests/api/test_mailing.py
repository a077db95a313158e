"""Letters: queued with the deed, sent once, in the learner's language, and never lost."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core import mail
from django.db import transaction
from django.utils import timezone, translation

from ingenium_credentials import api, lms, tasks
from ingenium_credentials.models import Award, Letter

pytestmark = pytest.mark.django_db

Kind = Letter.Kind


@pytest.fixture
def letter(issued: Award) -> Letter:
    """The letter that tells of the award, not sent yet."""
    return Letter.objects.get(award=issued, kind=Kind.AWARDED)


def html(number: int = 0) -> str:
    """The HTML of a letter that was sent."""
    sent = mail.outbox[number]
    assert isinstance(sent, mail.EmailMultiAlternatives)
    return str(sent.alternatives[0][0])


def speaks(monkeypatch: Any, language: str) -> None:
    """Let every account have chosen this language, as learners of an LMS do."""
    monkeypatch.setattr(lms, "_languages", lambda users: {user.pk: language for user in users})


def test_who_is_awarded_is_told(issued: Award, learner: Any) -> None:
    letter = Letter.objects.get()

    assert api.send_letters([letter.pk]) == 1

    (sent,) = mail.outbox
    assert sent.to == [learner.email]
    assert "Mediterranean ecosystems" in sent.subject
    assert f"https://ingenium.example/ingenium/credentials/?open={issued.uuid}" in sent.body
    letter.refresh_from_db()
    assert letter.sent_at is not None
    assert letter.next_attempt_at is None


def test_the_letter_goes_out_by_itself(
    award: Award, learner: Any, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        api.issue([award.pk])

    assert [sent.to for sent in mail.outbox] == [[learner.email]]


def test_no_deed_no_letter(award: Award) -> None:
    with transaction.atomic():
        api.queue_letter(award, Kind.CONFIRM)
        transaction.set_rollback(True)

    assert not Letter.objects.exists()


def test_one_occasion_is_one_letter(award: Award) -> None:
    first = api.queue_letter(award, Kind.CONFIRM)
    assert api.queue_letter(award, Kind.CONFIRM) == first
    assert Letter.objects.count() == 1


def test_an_award_may_come_under_review_again(award: Award) -> None:
    kinds = [Kind.REVIEW, Kind.REVIEW, Kind.REINSTATED, Kind.REINSTATED, Kind.REVIEW, Kind.REINSTATED]

    occasions = [(kind, getattr(api.queue_letter(award, kind), "occasion", 0)) for kind in kinds]

    assert [number for _kind, number in occasions] == [1, 1, 1, 1, 2, 2]
    assert Letter.objects.count() == 4


def test_sending_twice_is_sending_once(letter: Letter) -> None:
    assert api.send_letters([letter.pk, letter.pk]) == 1
    assert api.send_letters([letter.pk]) == 0
    assert len(mail.outbox) == 1


def test_a_letter_that_somebody_else_is_sending_is_left_to_them(letter: Letter) -> None:
    Letter.objects.update(attempts=1, next_attempt_at=timezone.now() + dt.timedelta(minutes=5))

    assert api.send_letters([letter.pk]) == 0
    assert not mail.outbox


def test_switched_off_nobody_is_told(award: Award, settings: Any) -> None:
    settings.INGENIUM_MAIL = False
    api.issue([award.pk])

    assert not Letter.objects.exists()


def test_switched_off_the_sweep_leaves_what_waits(letter: Letter, settings: Any) -> None:
    Letter.objects.update(created_at=timezone.now() - dt.timedelta(minutes=1))
    settings.INGENIUM_MAIL = False
    assert tasks.sweep()["letters"] == 0

    settings.INGENIUM_MAIL = True
    assert tasks.sweep()["letters"] == 1


@pytest.mark.parametrize(
    "change",
    [{"is_active": False}, {"email": ""}, {"email": "retired__user_1f@retired.invalid"}],
    ids=["inactive", "without an address", "retired"],
)
def test_who_cannot_be_written_to_gets_none(letter: Letter, learner: Any, change: dict[str, Any]) -> None:
    type(learner).objects.filter(pk=learner.pk).update(**change)

    assert api.send_letters([letter.pk]) == 0

    letter.refresh_from_db()
    assert not mail.outbox
    assert letter.given_up_at is not None
    assert letter.last_problem == "There is no active account to write to."


def test_who_has_no_account_any_more_gets_none(letter: Letter, learner: Any) -> None:
    learner.delete()

    assert api.send_letters([letter.pk]) == 0
    assert not mail.outbox


def test_what_is_not_true_any_more_is_not_sent(letter: Letter, issued: Award) -> None:
    api.revoke(issued.uuid, reason="By mistake")

    api.send_letters(list(Letter.objects.order_by("pk").values_list("pk", flat=True)))

    (sent,) = mail.outbox
    assert sent.subject.startswith("Revoked")
    letter.refresh_from_db()
    assert letter.given_up_at is not None


def test_the_end_of_a_review_that_nobody_heard_of_is_not_news(issued: Award) -> None:
    Letter.objects.all().delete()
    letters = [api.queue_letter(issued, kind) for kind in (Kind.REVIEW, Kind.REINSTATED)]

    assert api.send_letters([letter.pk for letter in letters if letter]) == 0
    assert not mail.outbox


def test_a_review_and_its_good_end_are_told(issued: Award) -> None:
    Letter.objects.all().delete()
    begun = api.queue_letter(issued, Kind.REVIEW)
    assert begun is not None
    Award.objects.filter(pk=issued.pk).update(state=Award.State.REVIEW)
    assert api.send_letters([begun.pk]) == 1
    Award.objects.filter(pk=issued.pk).update(state=Award.State.ISSUED)
    ended = api.queue_letter(issued, Kind.REINSTATED)
    assert ended is not None
    assert api.send_letters([ended.pk]) == 1


def test_a_revocation_before_the_issue_is_nobodys_news(award: Award) -> None:
    api.revoke(award.uuid, reason="By mistake")

    assert not Letter.objects.exists()


@pytest.mark.parametrize(
    ("chosen", "heading", "title"),
    [
        ("en", "You have earned it", "Mediterranean ecosystems"),
        ("el-gr", "", "Μεσογειακά οικοσυστήματα"),
        ("tlh", "You have earned it", "Mediterranean ecosystems"),
        ("", "You have earned it", "Mediterranean ecosystems"),
    ],
)
def test_a_letter_is_in_the_learners_language_else_in_the_sites(
    letter: Letter, monkeypatch: Any, chosen: str, heading: str, title: str
) -> None:
    speaks(monkeypatch, chosen)
    with translation.override("fr"):
        api.send_letters([letter.pk])

    assert title in mail.outbox[0].subject
    assert heading in html()


def test_a_second_copy_would_have_the_same_id(letter: Letter) -> None:
    api.send_letters([letter.pk])
    Letter.objects.update(sent_at=None)
    api.send_letters([letter.pk])

    first, second = (sent.extra_headers["Message-ID"] for sent in mail.outbox)
    assert first == second


def test_no_title_adds_a_header(letter: Letter, issued: Award) -> None:
    achievement = issued.achievement
    achievement.names = {"en": "Harmless\r\nBcc: everybody@example.org\u2028X"}
    achievement.save()

    api.send_letters([letter.pk])

    (sent,) = mail.outbox
    assert sent.message()["Bcc"] is None
    assert "\n" not in sent.subject
    assert sent.recipients() == ["eleni@example.org"]


def test_no_name_adds_markup(letter: Letter, issued: Award) -> None:
    Award.objects.filter(pk=issued.pk).update(recipient_name="<img src=x onerror=alert(1)>")

    api.send_letters([letter.pk])

    assert "<img" not in html()


def test_the_sender_is_the_operators_choice(letter: Letter, settings: Any) -> None:
    settings.INGENIUM_MAIL_FROM = "INGENIUM <credentials@ingenium.example>"

    api.send_letters([letter.pk])

    assert mail.outbox[0].from_email == "INGENIUM <credentials@ingenium.example>"
