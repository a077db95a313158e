"""Compare the LMS with the ledger, and mend what was missed."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone
from opaque_keys import InvalidKeyError
from opaque_keys.edx.keys import CourseKey

from ... import api
from ...models import Reconciliation
from ..writing import WritingCommand

_ROW = "{:<13}  {:>9}  {:<40}  {:<6}  {}"
_PROGRESS_EVERY = 1000


def _moment(text: str) -> dt.datetime:
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(
            f"{text!r} is neither a day such as 2026-09-01 nor a moment such as 2026-09-01T18:30+02:00"
        ) from error
    return found if found.tzinfo else timezone.make_aware(found)


def _course(text: str) -> str:
    try:
        return str(CourseKey.from_string(text))
    except InvalidKeyError as error:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no course key; one looks like course-v1:UOC+MED101+2026"
        ) from error


class Command(WritingCommand):
    help = (
        "Compare the LMS's certificates and grades with results, rules and awards, and mend what was missed. "
        "Exit status 0: nothing differs any more; 1: something is left open; 2: it cannot be done so."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--course", type=_course, help="course key; default: all that rules name")
        parser.add_argument("--since", type=_moment, help="a day or a moment; only what has changed since")
        parser.add_argument("--dry-run", action="store_true", help="only say what differs")
        parser.add_argument(
            "--json", action="store_true", help="a JSON object per line, the last one with the counts"
        )

    def handle(
        self,
        *_args: Any,
        course: str | None,
        since: dt.datetime | None,
        dry_run: bool,
        json: bool,
        **_options: Any,
    ) -> None:
        if since is not None and since > timezone.now():
            raise CommandError("--since lies in the future.", returncode=2)
        found = api.reconcile(
            course_id=course,
            since=since,
            dry_run=dry_run,
            report=self._print_object if json else self._print_row,
            progress=self._show_progress,
        )
        (self._sum_up_as_json if json else self._sum_up)(found, dry_run)
        if found.left:
            sys.exit(1)

    def _print_row(self, row: api.Difference) -> None:
        if not self._has_header:
            self._has_header = True
            self.stdout.write(
                _ROW.format("DIFFERENCE", "LEARNER", "COURSE OR DEFINITION", "MENDED", "DETAIL")
            )
        learner = "" if row.learner_id is None else row.learner_id
        line = _ROW.format(row.kind.value, learner, row.subject, "yes" if row.mended else "no", row.detail)
        self.stdout.write(line.rstrip())

    _has_header = False

    def _print_object(self, row: api.Difference) -> None:
        fields = {
            "difference": row.kind.value,
            "learner": row.learner_id,
            "subject": row.subject,
            "mended": row.mended,
            "detail": row.detail,
        }
        self.stdout.write(json.dumps(fields, ensure_ascii=False))

    def _sum_up(self, found: Reconciliation, dry_run: bool) -> None:
        total, left = sum(found.found.values()), sum(found.left.values())
        self.stdout.write(f"{found.looked_at} rows looked at: {total} differences, {left} open.")
        if left and dry_run:
            self.stdout.write("Nothing was changed. To mend what can be mended, repeat without --dry-run.")

    def _sum_up_as_json(self, found: Reconciliation, dry_run: bool) -> None:
        counts = {"looked_at": found.looked_at, "found": found.found, "open": found.left, "dry_run": dry_run}
        self.stdout.write(json.dumps(counts))

    def _show_progress(self, looked_at: int) -> None:
        if looked_at % _PROGRESS_EVERY == 0:
            self.stderr.write(f"{looked_at} rows looked at …")
