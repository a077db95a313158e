"""Compare the LMS with the awards, and mend what differs."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from ... import api


def _day(text: str) -> dt.datetime:
    return dt.datetime.combine(dt.date.fromisoformat(text), dt.time(), dt.UTC)


class Command(BaseCommand):
    help = "Compare course results, rules, awards and credentials. Without --fix, only print what differs."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--course", help="course key; default: every course that a rule names")
        parser.add_argument("--since", type=_day, help="changes since this day only, such as 2026-09-01")
        parser.add_argument("--fix", action="store_true", help="mend it")

    def handle(self, *_args: Any, course: str, since: dt.datetime, fix: bool, **_options: Any) -> None:
        found = api.reconcile(course_id=course, since=since, dry_run=not fix)
        for row in found.differences:
            learner = "" if row.learner_id is None else str(row.learner_id)
            mended = "mended" if row.mended else ""
            self.stdout.write(
                f"{row.kind.value:14} {learner:>9}  {row.subject:40} {row.detail} {mended}".rstrip()
            )
        self.stdout.write(f"{len(found.differences)} differences, {len(found.open)} open.")
        if found.open and not fix:
            self.stdout.write("Nothing was changed. To mend what can be mended, repeat with --fix.")
