"""No personal data in logs, task arguments, addresses and the audit log: a life, listened to."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from typing import Any
from urllib.parse import quote

import pytest
from celery import signals
from django.contrib.auth import get_user_model
from django.core.signals import request_started
from django.test import Client
from django.utils import timezone

from ingenium_credentials import api, tasks
from ingenium_credentials.models import AuditEntry, Award, AwardRule, CourseResult, Letter
from tests.api.conftest import EARNED_AT
from tests.services import MailServer

SECRETS = ("Xanthippe", "Zyxwvut", "xanthippe.z@example.org", "xz-username", "Ксантипа")


@pytest.fixture
def heard(caplog: Any) -> Iterator[dict[str, list[str]]]:
    """What is logged, what tasks are given, and which addresses are asked for."""
    found: dict[str, list[str]] = {"tasks": [], "addresses": []}

    def on_task(args: Any, kwargs: Any, **_rest: Any) -> None:
        found["tasks"].append(f"{args!r} {kwargs!r}")

    def on_request(environ: dict[str, Any], **_rest: Any) -> None:
        found["addresses"].append(f"{environ['PATH_INFO']}?{environ['QUERY_STRING']}")

    signals.task_prerun.connect(on_task, weak=False)
    request_started.connect(on_request, weak=False)
    caplog.set_level(logging.DEBUG)
    # The database's log holds what is written to the database, and is on for developers only.
    caplog.set_level(logging.INFO, logger="django.db.backends")
    try:
        yield found
    finally:
        signals.task_prerun.disconnect(on_task)
        request_started.disconnect(on_request)


@pytest.mark.django_db(transaction=True)
def test_a_life_leaves_no_name_behind(
    heard: dict[str, list[str]], rule: AwardRule, course_id: str, mail_server: MailServer, caplog: Any
) -> None:
    learner = get_user_model().objects.create_user(
        "xz-username", "xanthippe.z@example.org", "secret", first_name="Xanthippe Zyxwvut"
    )
    said = io.StringIO()
    with redirect_stdout(said), redirect_stderr(said):
        _live(learner, course_id, mail_server)
        entries = [f"{entry.subject_id} {entry.reason}" for entry in AuditEntry.objects.all()]
        problems = [*Letter.objects.values_list("last_problem", flat=True)]

    assert len(mail_server.letters) == 2
    assert heard["tasks"]
    assert heard["addresses"]
    everything = {
        **heard,
        "log": [caplog.text],
        "output": [said.getvalue()],
        "audit": entries,
        "problems": problems,
        "letters": [str(letter["Message-ID"]) for letter in mail_server.letters],
    }
    for where, texts in everything.items():
        for secret in (*SECRETS, *map(quote, SECRETS)):
            assert not [text for text in texts if secret in text], (where, secret)


def _live(learner: Any, course_id: str, mail_server: MailServer) -> None:
    news = {"learner_id": learner.pk, "course_id": course_id, "event_id": "e", "at": EARNED_AT}
    api.record_certificate(status="downloadable", mode="honor", printed_name="Ксантипа", grade="0.9", **news)
    mail_server.stop()
    api.record_passing(is_passing=True, **news)
    CourseResult.objects.update(changed_at=EARNED_AT)
    tasks.sweep()
    mail_server.start()
    Letter.objects.update(next_attempt_at=timezone.now(), created_at=EARNED_AT)
    tasks.sweep()
    award = Award.objects.get(learner_id=learner.pk)
    owner = Client()
    owner.force_login(learner)
    owner.post(f"/ingenium/credentials/{award.uuid}/share", {"shared": "yes"})
    for address in ("/ingenium/credentials/", f"/ingenium/credentials/{award.uuid}"):
        assert owner.get(address).status_code == 200
        assert owner.get(f"{address}?as=public").status_code == 200
    api.revoke(award.uuid, reason="Entered twice")
    assert owner.get("/ingenium/credentials/my-data/file").status_code == 200
    owner.post(f"/ingenium/credentials/{award.uuid}/erase", {"confirmed": "yes"}, follow=True)
    assert Client().get(f"/ingenium/credentials/{award.uuid}").status_code == 410
