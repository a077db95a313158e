"""Erase what is held on a learner."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.management.base import CommandError, CommandParser

from ... import api
from ...badges.data import preferred
from ...models import Award
from ..writing import WritingCommand


class Command(WritingCommand):
    help = "Erase a learner's data, or one award. Without --yes, only say what would go."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("--learner", type=int, metavar="USER-ID", help="everything held on this learner")
        which.add_argument("--award", type=UUID, help="public id: the last part of the credential's address")
        parser.add_argument(
            "--allow-again",
            metavar="DEFINITION",
            help="with --learner: erase nothing, but let the learner be awarded this definition again",
        )
        parser.add_argument("--yes", action="store_true", help="do it; there is no way back")

    def handle(
        self, *_args: Any, learner: int | None, award: UUID | None, allow_again: str, yes: bool, **_o: Any
    ) -> None:
        if allow_again:
            self._allow_again(learner, allow_again)
            return
        try:
            preview = api.preview_award_erasure(award) if award else api.preview_learner_erasure(learner or 0)
            self._show(preview, yes)
            if yes and preview.changes:
                self._erase(award, learner)
        except Award.DoesNotExist as error:
            raise CommandError("No award has this id.") from error

    def _allow_again(self, learner: int | None, definition: str) -> None:
        if learner is None:
            raise CommandError("--allow-again needs --learner.")
        changed = api.allow_again(learner, definition)
        self.stdout.write(
            "It can be awarded again." if changed else "There was no objection; nothing changes."
        )

    def _show(self, preview: api.ErasurePreview, yes: bool) -> None:
        if not preview.changes:
            self.stdout.write("Nothing is held; nothing changes.")
            return
        self.stdout.write("Erasing:" if yes else "Would erase:")
        for award in preview.awards:
            files = ", ".join(award.formats) or "nothing issued yet"
            self.stdout.write(f"  {award.uuid}: {preferred(award.names)}, {award.state} ({files})")
        counts = f"{preview.results} results, {preview.approvals} approvals, {preview.letters} letters"
        self.stdout.write(f"  and {counts}.")
        self.stdout.write("Staying: the places in the status lists, and salted digests of the documents.")
        self.stdout.write(
            "Documents that the holder has kept go on to verify; the learner is not awarded it again."
        )
        if not yes:
            self.stdout.write("Nothing was changed. To do it, repeat the command with --yes.")

    def _erase(self, award: UUID | None, learner: int | None) -> None:
        count = api.erase_award(award) if award else api.erase_learner(learner or 0)
        self.stdout.write(f"Erased: {count} awards.")
