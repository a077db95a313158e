#!/usr/bin/env python3
"""Check every translation: its form, its placeholders, and that the compiled file is its own.

Compile anew with: python manage.py compilemessages
"""

from __future__ import annotations

import gettext
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def messages(compiled: Path) -> dict[str, str]:
    """All that a compiled file says, its header left out."""
    with compiled.open("rb") as file:
        catalogue = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
    return {key: text for key, text in catalogue.items() if key}


def problem(source: Path) -> str:
    """What is wrong with one translation; empty if nothing."""
    with tempfile.TemporaryDirectory() as place:
        fresh = Path(place) / "fresh.mo"
        command = ["msgfmt", "--check", "-o", str(fresh), str(source)]
        check = subprocess.run(command, capture_output=True, text=True, check=False)
        if check.returncode:
            return check.stderr.strip()
        compiled = source.with_suffix(".mo")
        if not compiled.exists():
            return f"{compiled.relative_to(ROOT)} is missing"
        if messages(compiled) != messages(fresh):
            return f"{compiled.relative_to(ROOT)} is not what {source.name} says"
    return ""


def main() -> int:
    """Check all; 1 if anything is wrong."""
    if not shutil.which("msgfmt"):
        print("translations: skipped: msgfmt is not installed (Debian: gettext)")
        return 1 if os.environ.get("CI") == "true" else 0
    sources = sorted((ROOT / "ingenium_credentials" / "locale").glob("*/LC_MESSAGES/*.po"))
    problems = [found for found in map(problem, sources) if found]
    print(*problems, f"translations: {len(sources)} checked, {len(problems)} wrong", sep="\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
