"""Take labels in further languages out of the European Union's own published lists."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from ...badges import vocabularies
from ...badges.vocabularies import further
from ...conf import conf


class Command(BaseCommand):
    help = "Take labels in further languages out of published lists: SKOS RDF/XML, or JSON."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE", type=Path, help="as the EU publishes it")

    def handle(self, *_args: Any, files: list[Path], **_options: Any) -> None:
        folder = conf.VOCABULARIES_DIR
        if folder is None:
            raise CommandError("INGENIUM_VOCABULARIES_DIR is not set; name a folder to keep the labels in.")
        for path in files:
            self._take(path, folder)
        self.stdout.write("Restart the site: the lists are read when it starts.")

    def _take(self, path: Path, folder: Path) -> None:
        try:
            content = path.read_bytes()
            found = further.read(content, vocabularies.schemes_of_concepts())
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}") from error
        except ValueError as error:
            raise CommandError(f"{path} is not used: {error}.") from error
        if not found:
            raise CommandError(f"{path} is not used: it has no label of a concept that is known here.")
        sha256, day = hashlib.sha256(content).hexdigest(), timezone.now().date().isoformat()
        for scheme, labels in sorted(found.items()):
            further.write(folder, scheme, labels, sha256=sha256, day=day)
            languages = sorted({tag for texts in labels.values() for tag in texts})
            count = sum(map(len, labels.values()))
            self.stdout.write(f"{scheme}: {count} labels of {len(labels)} concepts in {', '.join(languages)}")
        self.stdout.write(f"{path.name}: SHA-256 {sha256}")
