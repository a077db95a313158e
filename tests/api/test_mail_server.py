"""Letters over a real connection: a server that is away, that refuses, that dies in the middle."""

from __future__ import annotations

import datetime as dt
import logging
from smtplib import SMTPServerDisconnected
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone

from ingenium_credentials import api, tasks
from ingenium_credentials.models import Achievement, Award, Letter
from tests.api.conftest import EARNED_AT
from tests.services import MailServer

pytestmark = pytest.mark.django_db


@pytest.fixture
def letter(issued: Award) -> Letter:
    return Letter.objects.get()


def later() -> None:
    """The time of the next attempt has come."""
    Letter.objects.filter(sent_at=None).update(next_attempt_at=timezone.now())
    Letter.objects.update(created_at=timezone.now() - dt.timedelta(minutes=1))


def test_a_letter_arrives_in_two_forms(letter: Letter, mail_server: MailServer) -> None:
    assert api.send_letters([letter.pk]) == 1

    (arrived,) = mail_server.letters
    assert arrived["To"] == "eleni@example.org"
    assert arrived["Auto-Submitted"] == "auto-generated"
    forms = [part.get_content_type() for part in arrived.walk() if not part.is_multipart()]
    assert forms == ["text/plain", "text/html"]
    text = arrived.get_body(("plain",))
    assert text is not None
    assert "Ελένη Παπαδάκη" in text.get_content()


def test_a_server_that_is_away_costs_time_and_no_letter(
    letter: Letter, mail_server: MailServer, django_capture_on_commit_callbacks: Any
) -> None:
    mail_server.stop()
    assert api.send_letters([letter.pk]) == 0

    letter.refresh_from_db()
    assert letter.sent_at is None
    assert letter.last_problem == "ConnectionRefusedError"
    assert letter.next_attempt_at is not None
    assert letter.next_attempt_at > timezone.now()
    assert api.send_letters([letter.pk]) == 0
    letter.refresh_from_db()
    assert letter.attempts == 1, "not before its time"

    mail_server.start()
    later()
    with django_capture_on_commit_callbacks(execute=True):
        tasks.sweep()
    assert len(mail_server.letters) == 1
    later()
    assert api.send_letters([letter.pk]) == 0
    assert len(mail_server.letters) == 1


def test_while_it_is_away_the_others_are_not_tried(
    issued: Award, mail_server: MailServer, achievement: Achievement
) -> None:
    other = get_user_model().objects.create_user("other", "other@example.org", "secret", first_name="Ana")
    second = api.award(learner_id=other.pk, achievement=achievement, awarded_at=EARNED_AT)
    api.issue([second.pk])
    mail_server.stop()

    ids = list(Letter.objects.order_by("pk").values_list("pk", flat=True))
    assert api.send_letters(ids) == 0

    assert list(Letter.objects.order_by("pk").values_list("attempts", flat=True)) == [1, 0]
    mail_server.start()
    later()
    assert api.send_letters(ids) == 2
    assert {arrived["To"] for arrived in mail_server.letters} == {"eleni@example.org", "other@example.org"}


def test_after_days_it_is_given_up_and_seen(letter: Letter, mail_server: MailServer) -> None:
    mail_server.stop()
    for _attempt in range(api.MOST_ATTEMPTS + 3):
        later()
        api.send_letters([letter.pk])

    letter.refresh_from_db()
    assert letter.attempts == api.MOST_ATTEMPTS
    assert letter.given_up_at is not None

    mail_server.start()
    assert api.send_again([letter.pk]) == 1
    assert api.send_letters([letter.pk]) == 1
    assert len(mail_server.letters) == 1


@pytest.mark.parametrize(("answer", "for_good"), [("550 no such user", True), ("450 try later", False)])
def test_an_address_that_is_refused(
    letter: Letter, mail_server: MailServer, answer: str, for_good: bool
) -> None:
    mail_server.refusal = answer

    assert api.send_letters([letter.pk]) == 0

    letter.refresh_from_db()
    assert letter.last_problem == "SMTPRecipientsRefused"
    assert (letter.given_up_at is not None) is for_good


def test_a_server_that_dies_may_give_a_second_copy_of_the_same_id(
    letter: Letter, mail_server: MailServer
) -> None:
    mail_server.dies_after_data = True
    assert api.send_letters([letter.pk]) == 0
    letter.refresh_from_db()
    assert letter.last_problem == SMTPServerDisconnected.__name__

    mail_server.dies_after_data = False
    later()
    assert api.send_letters([letter.pk]) == 1

    first, second = mail_server.letters
    assert first["Message-ID"] == second["Message-ID"]


def test_whoever_dies_over_a_letter_leaves_it_to_the_next(
    letter: Letter, mail_server: MailServer, monkeypatch: Any
) -> None:
    class Killed(BaseException):
        """As when the worker's process ends."""

    def killed(*_args: Any, **_kwargs: Any) -> None:
        raise Killed

    with monkeypatch.context() as dying:
        dying.setattr("django.core.mail.EmailMultiAlternatives.send", killed)
        with pytest.raises(Killed):
            api.send_letters([letter.pk])

    assert api.send_letters([letter.pk]) == 0, "the claim still holds"
    later()
    assert api.send_letters([letter.pk]) == 1
    assert len(mail_server.letters) == 1


def test_the_log_names_nobody(letter: Letter, mail_server: MailServer, caplog: Any) -> None:
    mail_server.refusal = "550 <eleni@example.org> Ελένη is unknown here"

    with caplog.at_level(logging.DEBUG):
        api.send_letters([letter.pk])

    assert "was not sent" in caplog.text
    letter.refresh_from_db()
    for said in (caplog.text, letter.last_problem):
        assert "eleni" not in said
        assert "Ελένη" not in said
