"""Take an award back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ... import api
from ...models import Award


class Command(BaseCommand):
    help = "Revoke an award in all its formats. Without --yes, only say what would happen."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("award", type=UUID, help="public id: the last part of the credential's address")
        parser.add_argument("--reason", required=True, help="for the learner and the audit log")
        parser.add_argument("--yes", action="store_true", help="do it; there is no way back")

    def handle(self, *_args: Any, award: UUID, reason: str, yes: bool, **_options: Any) -> None:
        try:
            preview = api.preview_revocation(award)
            if yes:
                api.revoke(award, reason=reason)
        except (Award.DoesNotExist, api.NotAllowed) as error:
            raise CommandError(str(error)) from error
        if not preview.changes:
            self.stdout.write("The award is revoked already; nothing changes.")
            return
        formats = ", ".join(preview.formats) or "nothing issued yet"
        self.stdout.write(f"{'Revoked' if yes else 'Would revoke'}: {preview.achievement} ({formats}).")
        self.stdout.write(f"Verifiers see it within {preview.seen_within_seconds} seconds.")
        if not yes:
            self.stdout.write("Nothing was changed. To do it, repeat the command with --yes.")
