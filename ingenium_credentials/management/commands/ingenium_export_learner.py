"""Hand out everything that is held on a learner."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ... import api


class Command(BaseCommand):
    help = "Write everything held on a learner as JSON: results, awards, documents, letters, log."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("learner", type=int, metavar="USER-ID")
        parser.add_argument("--output", type=Path, help="file to make, for its owner's eyes; else printed")

    def handle(self, *_args: Any, learner: int, output: Path | None, **_options: Any) -> None:
        text = json.dumps(api.personal_data(learner), ensure_ascii=False, indent=2) + "\n"
        if output is None:
            self.stdout.write(text)
            return
        try:
            # Never over a file that is there, nor through a link that somebody has laid.
            descriptor = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as error:
            raise CommandError(f"{output}: {error.strerror}") from error
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        self.stdout.write(f"Written: {output}")
