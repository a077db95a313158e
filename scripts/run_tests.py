#!/usr/bin/env python3
"""Run what `make test` runs: the system's parts, then tox; then say what ran and what did not.

Needs nothing but the standard library and the `tox` beside the Python that runs it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent
OUTPUT = ROOT / "test-output"
OUTCOMES = ("passed", "failed", "skipped")


def interpreters() -> str:
    """PATH, and after it the folders of the Pythons that pyenv keeps, newest last."""
    kept = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    return os.pathsep.join([os.environ["PATH"], *(str(folder) for folder in sorted(kept.glob("3.*/bin")))])


def outcome(case: ElementTree.Element) -> str:
    """How one test ended, in pytest's words."""
    tags = {child.tag for child in case}
    if tags & {"failure", "error"}:
        return "failed"
    return "skipped" if "skipped" in tags else "passed"


def report(results: dict[str, str], minutes: float) -> str:
    """What ran, what was skipped and why, and a line with the sums."""
    lines, total, reasons = [], Counter[str](), Counter[str]()
    for path in sorted(OUTPUT.glob("*.xml")):
        cases = list(ElementTree.parse(path).iter("testcase"))  # noqa: S314  (our own pytest wrote it)
        counts = Counter(outcome(case) for case in cases)
        total += counts
        reasons += Counter(str(s.get("message")) for case in cases for s in case.iter("skipped"))
        lines.append(f"  {path.stem}: " + ", ".join(f"{counts[name]} {name}" for name in OUTCOMES))
    lines += [f"  {name}: {result}" for name, result in results.items()]
    if reasons:
        lines += ["Skipped, and why:", *(f"  {count} × {why}" for why, count in sorted(reasons.items()))]
    sums = ", ".join(f"{total[name]} {name}" for name in OUTCOMES)
    return "\n".join(["", f"What ran, in {minutes:.0f} minutes:", *lines, "", sums])


def main() -> int:
    """Run all and give back the first exit status that is not 0."""
    started = time.monotonic()
    os.chdir(ROOT)
    os.environ["PATH"] = interpreters()
    OUTPUT.mkdir(exist_ok=True)
    for old in OUTPUT.glob("*.xml"):
        old.unlink()
    parts = subprocess.run(["scripts/system-parts"], check=False).returncode
    if parts:
        return parts
    tests = subprocess.run([Path(sys.executable).with_name("tox"), *sys.argv[1:]], check=False).returncode
    print(report({}, (time.monotonic() - started) / 60), flush=True)
    return tests


if __name__ == "__main__":
    sys.exit(main())
