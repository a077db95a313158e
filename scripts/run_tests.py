#!/usr/bin/env python3
"""Run what `make test` runs: the system's parts, then tox; then say what ran and what did not.

Needs nothing but the standard library and the `tox` beside the Python that runs it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from shutil import which
from typing import Any
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent
OUTPUT = ROOT / "test-output"
ENVIRONMENTS = OUTPUT / "tox.json"


def interpreters() -> str:
    """PATH, and after it the folders of the Pythons that pyenv keeps, newest last."""
    kept = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    return os.pathsep.join([os.environ["PATH"], *(str(folder) for folder in sorted(kept.glob("3.*/bin")))])


def impossible() -> dict[str, str]:
    """Environments that cannot even be installed here, and why; never in continuous integration."""
    tools = which("cc") and which("pkg-config")
    if tools and subprocess.run(["pkg-config", "--exists", "libmariadb"], check=False).returncode == 0:
        return {}
    why = "skipped: its driver needs a C compiler, pkg-config and libmariadb-dev"
    return {"mariadb": why, "faults": why}


def outcome(case: ElementTree.Element) -> str:
    """How one test ended, in pytest's words."""
    tags = {child.tag for child in case}
    if tags & {"failure", "error"}:
        return "failed"
    return "skipped" if "skipped" in tags else "passed"


def environments() -> dict[str, str]:
    """How each of tox's environments ended; what tox could not run is named, too."""
    if not ENVIRONMENTS.exists():
        return {}
    found = json.loads(ENVIRONMENTS.read_text())["testenvs"]
    results = {name: entry["result"] for name, entry in found.items() if entry.get("result")}
    return {name: verdict(name, result) for name, result in results.items()}


def verdict(name: str, result: dict[str, Any]) -> str:
    """How one environment ended, with its time."""
    if result["skipped"]:
        return f"skipped: this machine has no Python {name[2]}.{name[3:].partition('-')[0]}"
    return f"{'passed' if result['success'] else 'FAILED'} in {result['duration']:.0f} s"


def report(minutes: float, left_out: dict[str, str]) -> str:
    """What ran, what was skipped and why, and a line with the sums."""
    lines, total, reasons = [], Counter[str](), Counter[str]()
    for name, ended in (environments() | left_out).items():
        path = OUTPUT / f"{name}.xml"
        cases = list(ElementTree.parse(path).iter("testcase")) if path.exists() else []  # noqa: S314
        counts = Counter(outcome(case) for case in cases)
        total += counts
        reasons += Counter(str(s.get("message")) for case in cases for s in case.iter("skipped"))
        lines.append(f"  {name}: {ended}" + (f": {sums(counts)}" if cases else ""))
    if reasons:
        lines += ["Skipped, and why:", *(f"  {count} × {why}" for why, count in sorted(reasons.items()))]
    return "\n".join(["", f"What ran, in {minutes:.0f} minutes:", *lines, "", sums(total)])


def sums(counts: Counter[str]) -> str:
    """Counts of tests in one line, as test runners write it."""
    return ", ".join(f"{counts[name]} {name}" for name in ("passed", "failed", "skipped"))


def main() -> int:
    """Run all and give back the first exit status that is not 0."""
    started = time.monotonic()
    os.chdir(ROOT)
    os.environ["PATH"] = interpreters()
    OUTPUT.mkdir(exist_ok=True)
    for old in (*OUTPUT.glob("*.xml"), ENVIRONMENTS):
        old.unlink(missing_ok=True)
    parts = subprocess.run(["scripts/system-parts"], check=False).returncode
    if parts:
        return parts
    if not which("python3.12"):
        os.environ["INGENIUM_TEST_PYTHON"] = "py311"
    left_out = impossible()
    if left_out:
        os.environ["TOX_SKIP_ENV"] = "|".join(left_out)
    tox = [str(Path(sys.executable).with_name("tox")), "run", "--result-json", str(ENVIRONMENTS)]
    status = subprocess.run([*tox, *sys.argv[1:]], check=False).returncode
    print(report((time.monotonic() - started) / 60, left_out), flush=True)
    return status


if __name__ == "__main__":
    sys.exit(main())
