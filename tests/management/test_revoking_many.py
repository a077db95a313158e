"""Many awards are revoked on the command line by two people, as in the administration."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from ingenium_credentials import api
from ingenium_credentials.models import Achievement, Award, MassRevocation

pytestmark = pytest.mark.django_db


def _run(command: str, *arguments: str) -> str:
    out = StringIO()
    call_command(command, *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def award(achievement: Achievement, learner: Any) -> Award:
    row = api.award(learner_id=learner.pk, achievement=achievement, awarded_at=timezone.now())
    api.issue([row.pk])
    row.refresh_from_db()
    return row


@pytest.fixture
def officers(django_user_model: Any) -> list[str]:
    people = [django_user_model.objects.create_superuser(f"officer{n}", password="x") for n in (1, 2)]
    return [person.username for person in people]


@pytest.fixture
def file(award: Award, tmp_path: Path) -> str:
    path = tmp_path / "uuids.txt"
    path.write_text(f"{award.uuid}\n\n{award.uuid}\n")
    return str(path)


@pytest.fixture
def proposal(award: Award, officers: list[str], django_user_model: Any) -> MassRevocation:
    proposer = django_user_model.objects.get(username=officers[0])
    return api.propose_mass_revocation([award.uuid], "Leaked", actor_id=proposer.pk)


def test_says_first_what_would_be_revoked(file: str, officers: list[str]) -> None:
    printed = _run("ingenium_revoke", "--file", file, "--reason", "Leaked", "--by", officers[0])

    assert "1 of 1 awards would be revoked." in printed
    assert "Documents that stop being valid: ob3 1, ob3-jwt 1." in printed
    assert "repeat the command with --yes" in printed
    assert not MassRevocation.objects.exists()


def test_one_proposes_and_another_one_approves(
    award: Award, file: str, officers: list[str], django_capture_on_commit_callbacks: Any
) -> None:
    first, second = officers
    printed = _run("ingenium_revoke", "--file", file, "--reason", "Leaked", "--by", first, "--yes")
    proposal = MassRevocation.objects.get()
    award.refresh_from_db()
    assert (award.state, str(proposal.uuid) in printed) == ("issued", True)
    decide = ("ingenium_revoke", "--decide", str(proposal.uuid), "--approve")
    with pytest.raises(CommandError, match="second person"):
        _run(*decide, "--by", first, "--yes")

    assert "Nothing was changed" in _run(*decide, "--by", second)
    award.refresh_from_db()
    assert award.state == "issued"
    with django_capture_on_commit_callbacks(execute=True):
        _run(*decide, "--by", second, "--yes")

    award.refresh_from_db()
    assert (award.state, award.revocation_reason) == ("revoked", "Leaked")


def test_what_is_rejected_stays(award: Award, proposal: MassRevocation, officers: list[str]) -> None:
    _run("ingenium_revoke", "--decide", str(proposal.uuid), "--reject", "--by", officers[1], "--yes")

    proposal.refresh_from_db()
    award.refresh_from_db()
    assert (proposal.state, award.state) == ("rejected", "issued")


def test_whoever_may_not_revoke_neither_proposes_nor_decides(
    file: str, proposal: MassRevocation, learner: Any
) -> None:
    for what in (("--file", file, "--reason", "x"), ("--decide", str(proposal.uuid), "--approve")):
        with pytest.raises(CommandError, match="may not revoke"):
            _run("ingenium_revoke", *what, "--by", learner.username, "--yes")
        with pytest.raises(CommandError, match="--by USERNAME"):
            _run("ingenium_revoke", *what, "--yes")


def test_what_cannot_be_done_is_said(proposal: MassRevocation, officers: list[str], tmp_path: Path) -> None:
    unknown = tmp_path / "unknown.txt"
    unknown.write_text(str(uuid4()))
    who = ("--by", officers[1], "--yes")
    cases = {
        "do not exist": ("--file", str(unknown), "--reason", "x"),
        "needs a reason": ("--file", str(unknown)),
        "cannot be read": ("--file", str(tmp_path / "gone.txt"), "--reason", "x"),
        "No proposal": ("--decide", str(uuid4()), "--approve"),
        "--approve or --reject": ("--decide", str(proposal.uuid)),
        "required": (),
    }
    for words, arguments in cases.items():
        with pytest.raises(CommandError, match=words):
            _run("ingenium_revoke", *arguments, *who)
    assert MassRevocation.objects.count() == 1
