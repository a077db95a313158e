"""What commands that change something have in common: the audit log says who ran them."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser

from .. import api
from ..models import AuditEntry

__all__ = ["WritingCommand", "person_named"]


class WritingCommand(BaseCommand):
    """Takes `--by`; everything that is noted while it runs says “command line”, and who, if told."""

    def add_arguments(self, parser: CommandParser) -> None:
        """Add `--by`; commands call this before they add their own."""
        parser.add_argument(
            "--by",
            metavar="USERNAME",
            help="who does it, for the audit log; else it says “command line” only",
        )

    def execute(self, *args: Any, **options: Any) -> str | None:
        """Run the command in somebody's name."""
        by = options.get("by")
        actor_id = person_named(by).pk if by else None
        with api.acting(actor_id, AuditEntry.Way.COMMAND):
            return super().execute(*args, **options)


def person_named(username: str) -> Any:
    """The user; raises `CommandError`."""
    users = get_user_model()
    try:
        return users._default_manager.get_by_natural_key(username)
    except users.DoesNotExist as error:
        raise CommandError(f"There is no user {username}. --by takes a user name.") from error
