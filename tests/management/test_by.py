"""Whoever changes something on the command line is in the audit log, or that it was done there."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command, get_commands, load_command_class
from django.core.management.base import CommandError
from django.test import Client
from django.utils import timezone

from ingenium_credentials import api
from ingenium_credentials.management.writing import WritingCommand
from ingenium_credentials.models import Achievement, AuditEntry, Award, CourseResult, Issuer

pytestmark = pytest.mark.django_db

READING = {
    *("ingenium_demo", "ingenium_export_learner", "ingenium_lint", "ingenium_verify"),
    # Writes a file, beside which stand its hash and the day; no row.
    "ingenium_vocabularies",
}


@pytest.fixture
def award(achievement: Achievement, learner: Any) -> Award:
    row = api.award(learner_id=learner.pk, achievement=achievement, awarded_at=timezone.now())
    api.issue([row.pk])
    return Award.objects.get(pk=row.pk)


@pytest.fixture
def officer(django_user_model: Any) -> Any:
    return django_user_model.objects.create_user("officer", password="x", first_name="Ana")


def _run(*arguments: str) -> None:
    call_command(*arguments, stdout=StringIO(), stderr=StringIO())


def _noted(action: str) -> tuple[int | None, str]:
    entry = AuditEntry.objects.filter(action=action).latest("pk")
    return entry.actor_id, entry.way


def test_every_command_that_changes_a_row_takes_by() -> None:
    ours = {name for name, app in get_commands().items() if app == "ingenium_credentials"}
    writing = {
        name for name in ours if isinstance(load_command_class("ingenium_credentials", name), WritingCommand)
    }

    assert ours - writing == READING & ours
    assert len(writing) >= 5


@pytest.mark.parametrize("by", ["officer", ""])
def test_it_is_noted_who_did_it_and_where(by: str, award: Award, officer: Any, issuer: Issuer) -> None:
    named = ("--by", by) if by else ()
    expected = (officer.pk if by else None, "command")
    learner_id = award.learner_id
    commands = {
        "key-created": ("ingenium_keys", "rotate", issuer.slug, "--use", "jwt"),
        "revoked": ("ingenium_revoke", str(award.uuid), "--reason", "Copied", "--yes"),
        "awarded": ("ingenium_award", str(learner_id), "ecosystems", "--reason", "Examined again"),
        "erased": ("ingenium_erase", "--learner", str(learner_id), "--yes"),
    }

    for action, arguments in commands.items():
        _run(*arguments, *named)
        assert _noted(action) == expected, action


def test_what_a_comparison_mends_is_noted_too(
    learner: Any, achievement: Achievement, rule: Any, course_id: str, officer: Any
) -> None:
    CourseResult.objects.create(
        learner_id=learner.pk, course_id=course_id, is_passing=True, passing_since=timezone.now()
    )

    _run("ingenium_reconcile", "--by", "officer")

    assert _noted("awarded") == (officer.pk, "command")


def test_the_program_itself_and_pages_are_no_command_line(award: Award) -> None:
    api.open_review(award, "Doubts", actor_id=3)

    assert _noted("issued") == (None, "")
    assert _noted("review-opened") == (3, "")


def test_nobody_unknown_does_anything(award: Award) -> None:
    with pytest.raises(CommandError, match="There is no user nobody"):
        _run("ingenium_revoke", str(award.uuid), "--reason", "Copied", "--yes", "--by", "nobody")

    award.refresh_from_db()
    assert award.state == "issued"
    api.open_review(award, "Doubts")
    assert _noted("review-opened") == (None, "")


def test_the_administration_says_so(award: Award, admin_client: Client) -> None:
    _run("ingenium_revoke", str(award.uuid), "--reason", "Copied", "--yes")

    address = f"/admin/ingenium_credentials/award/{award.pk}/change/"
    assert "revoked · Command line · Copied" in admin_client.get(address).content.decode()
