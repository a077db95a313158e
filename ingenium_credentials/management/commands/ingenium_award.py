"""Award an achievement by hand."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from ... import api
from ...models import Achievement
from ..writing import WritingCommand


class Command(WritingCommand):
    help = "Award an achievement to a learner, who is named by the user id of the LMS."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("learner", type=int, help="user id")
        parser.add_argument("achievement", help="short name of the definition; its active version is awarded")
        parser.add_argument("--reason", required=True, help="for the audit log; no personal data")

    def handle(self, *_args: Any, learner: int, achievement: str, reason: str, **_options: Any) -> None:
        active = Achievement.objects.filter(slug=achievement, state=Achievement.State.ACTIVE).first()
        if active is None:
            raise CommandError(f"There is no active version of {achievement}.")
        try:
            award = api.award(
                learner_id=learner, achievement=active, awarded_at=timezone.now(), reason=reason
            )
        except (api.NotAllowed, api.NotReady) as error:
            raise CommandError(str(error)) from error
        award.refresh_from_db()
        self.stdout.write(f"{award.uuid}  {award.get_state_display()}  {award.last_problem}".rstrip())
