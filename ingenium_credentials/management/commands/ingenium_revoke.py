"""Take an award back, or propose and decide that many are."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import CommandError, CommandParser

from ... import api
from ...models import Award, MassRevocation
from ..writing import WritingCommand, person_named

_LAST_LINE = "Nothing was changed. To do it, repeat the command with --yes."


class Command(WritingCommand):
    help = (
        "Revoke an award in all its formats; or, by two people, many: one proposes with --file, another one "
        "decides with --decide; each is named with --by. Without --yes, only say what would happen."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument(
            "award", type=UUID, nargs="?", help="public id: the last part of the credential's address"
        )
        which.add_argument("--file", type=Path, help="propose to revoke many: one public id a line")
        which.add_argument("--decide", type=UUID, metavar="PROPOSAL", help="public id of the proposal")
        verdict = parser.add_mutually_exclusive_group()
        verdict.add_argument("--approve", action="store_true", help="with --decide: revoke all of them")
        verdict.add_argument("--reject", action="store_true", help="with --decide: revoke none of them")
        parser.add_argument("--reason", default="", help="for the learners and the audit log")
        parser.add_argument("--yes", action="store_true", help="do it; there is no way back")

    def handle(self, *_args: Any, **options: Any) -> None:
        asked = argparse.Namespace(**options)
        try:
            if asked.file:
                self._propose(asked)
            elif asked.decide:
                self._decide(asked)
            else:
                self._revoke(asked)
        except (Award.DoesNotExist, api.NotAllowed) as error:
            raise CommandError(str(error)) from error

    def _revoke(self, asked: argparse.Namespace) -> None:
        preview = api.preview_revocation(asked.award)
        if asked.yes:
            api.revoke(asked.award, reason=asked.reason)
        if not preview.changes:
            self.stdout.write("The award is revoked already; nothing changes.")
            return
        formats = ", ".join(preview.formats) or "nothing issued yet"
        self.stdout.write(f"{'Revoked' if asked.yes else 'Would revoke'}: {preview.achievement} ({formats}).")
        self.stdout.write(f"Verifiers see it within {preview.seen_within_seconds} seconds.")
        if preview.wholes:
            self.stdout.write(f"Under review with it: {preview.wholes} awards that are built on it.")
        if not asked.yes:
            self.stdout.write(_LAST_LINE)

    def _propose(self, asked: argparse.Namespace) -> None:
        proposal = api.propose_mass_revocation(
            _ids_in(asked.file), asked.reason, _officer(asked.by), dry_run=not asked.yes
        )
        self._show(proposal)
        if not asked.yes:
            self.stdout.write(_LAST_LINE)
            return
        self.stdout.write(f"Proposed: {proposal.uuid}. No award was changed; another person decides:")
        self.stdout.write(f"  ingenium_revoke --decide {proposal.uuid} --approve --by USERNAME --yes")

    def _decide(self, asked: argparse.Namespace) -> None:
        proposal = MassRevocation.objects.filter(uuid=asked.decide).first()
        if proposal is None:
            raise CommandError("No proposal has this id.")
        if not (asked.approve or asked.reject):
            raise CommandError("Say what is decided: --approve or --reject.")
        actor_id = _officer(asked.by)
        self.stdout.write(f"Proposed by {proposal.proposed_by}: {proposal.reason}")
        self._show(proposal)
        if not asked.yes:
            self.stdout.write(_LAST_LINE)
            return
        api.decide_mass_revocation(proposal, approve=asked.approve, actor_id=actor_id)
        self.stdout.write(
            "Approved: they are being revoked." if asked.approve else "Rejected: nothing is revoked."
        )

    def _show(self, proposal: MassRevocation) -> None:
        preview = api.preview_mass_revocation(proposal)
        self.stdout.write(f"{preview.changes} of {preview.total} awards would be revoked.")
        for title, counts in (
            ("By state", preview.by_state),
            ("By definition", preview.by_definition),
            ("Documents that stop being valid", preview.formats),
        ):
            self.stdout.write(f"{title}: {_said(counts)}.")
        if preview.wholes:
            self.stdout.write(f"{preview.wholes} awards that are built on them would come under review.")


def _said(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items()) or "none"


def _ids_in(path: Path) -> list[str]:
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{path} cannot be read: {error}") from error
    return [line.strip() for line in lines if line.strip()]


def _officer(username: str | None) -> int:
    """The id of somebody who may do the same in the administration."""
    if not username:
        raise CommandError("Two people do this. Say which of them you are: --by USERNAME.")
    user = person_named(username)
    if not user.has_perm("ingenium_credentials.change_award"):
        raise CommandError(f"The user {username} may not revoke awards.")
    return int(user.pk)
