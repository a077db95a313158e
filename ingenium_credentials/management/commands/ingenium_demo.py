"""Show the way from a course completion to a verified credential."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from ...conf import conf
from ...demo import steps


class Command(BaseCommand):
    help = "Load the demonstration, send real course events, verify what comes out, and serve it if asked."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--output", default="demo-output", type=Path, help="folder for the documents")
        parser.add_argument("--serve", action="store_true", help="serve the site until Ctrl-C")

    def handle(self, *_args: Any, output: Path, serve: bool, **_options: Any) -> None:
        demonstration = steps.Demonstration(output)
        try:
            for number, line in enumerate(steps.run(demonstration), start=1):
                self.stdout.write(f"{self.style.SUCCESS('✓')} {number}/{len(steps.STEPS)} {line}")
        except steps.DemonstrationFailed as error:
            raise CommandError(str(error)) from error
        if serve:
            for name, url in demonstration.links.items():
                self.stdout.write(f"  {name}: {url}")
            port = urlsplit(conf.BASE_URL).port or 8000
            call_command("runserver", f"127.0.0.1:{port}", use_reloader=False)
