"""Say what definitions lack, and what is wrong with logos and colours."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ... import api
from ...models import Achievement


class Command(BaseCommand):
    help = (
        "Name each element of 2022/C 243/02, Annex I, that a micro-credential lacks, each rule of the "
        "branding that is broken, and what else issuing needs, such as keys, mandates and certificates. "
        "Exit status 1: something is missing or wrong; a warning alone is no fault."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--achievement", help="short name of one definition; its latest version is judged"
        )

    def handle(self, *_args: Any, achievement: str | None, **_options: Any) -> None:
        faults = 0
        for version in _versions(achievement):
            lacking, marks = api.missing(version), api.branding_faults(version)
            found = [*map(str, lacking), *map(str, marks)]
            needed = api.needed(version)
            self.stdout.write(f"{version}: {api.completeness(version)} %")
            for line in found:
                self.stdout.write(f"  {line}")
            for need in needed:
                label = "also needed to issue" if need.blocks else "note"
                self.stdout.write(f"  {label}: {need}")
            for content in api.contents(version):
                self.stdout.write(f"  {content}")
            faults += (
                len(lacking) + sum(fault.blocks for fault in marks) + sum(need.blocks for need in needed)
            )
        if achievement is None:
            for line in api.asset_faults():
                self.stdout.write(line)
                faults += 1
        if faults:
            sys.exit(1)


def _versions(slug: str | None) -> list[Achievement]:
    """The latest version of each definition that is not retired, or of the one that is named."""
    rows = Achievement.objects.defer("image_svg", "image_png").select_related("issuer__organisation")
    rows = rows.filter(slug=slug) if slug else rows.exclude(state=Achievement.State.RETIRED)
    latest = {row.slug: row for row in rows.order_by("slug", "version")}
    if slug and not latest:
        raise CommandError(f"There is no definition {slug}.")
    return list(latest.values())
