"""Verify files with this site's keys and status lists."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ... import api
from ...badges.report import Check

EXIT = {"valid": 0, "not valid": 1, "could not be checked": 2}
_GRAVITY = (1, 2, 0)


class Command(BaseCommand):
    help = "Verify credentials. Exit status: 0 all valid, 1 one is not, 2 one could not be checked."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE", type=Path, help="JSON, JWT, PNG or SVG")
        parser.add_argument("--json", action="store_true", dest="as_json", help="print the reports as JSON")

    def handle(self, *_args: Any, files: list[Path], as_json: bool, **_options: Any) -> None:
        try:
            reports = {path: api.verify(path.read_bytes()) for path in files}
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}", returncode=3) from error
        if as_json:
            found = [report.as_dict() for report in reports.values()]
            self.stdout.write(
                json.dumps(found[0] if len(found) == 1 else found, ensure_ascii=False, indent=2)
            )
        else:
            for path, report in reports.items():
                lines = (line for check in report.checks for line in _lines(check))
                self.stdout.write("\n".join([f"{path}: {report.verdict}", *lines]))
        sys.exit(min((EXIT[report.verdict] for report in reports.values()), key=_GRAVITY.index))


def _lines(check: Check) -> list[str]:
    head = f"  {check.outcome.value}: {check.message}"
    return [head, f"    {check.detail}"] if check.detail else [head]
