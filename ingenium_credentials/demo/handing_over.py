"""What an employer is handed of an award, and the command by which they check it.

The check runs in a process of its own that sees nothing but the files.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .. import api
from ..badges.did import did_web_url
from ..models import Award, Issuer

__all__ = ["TRUST", "DemonstrationFailed", "check", "command", "published", "write"]

TRUST = "trust.json"


class DemonstrationFailed(Exception):
    """A step did not do what it shows; the message says which and why."""


def published(award: Award, issuers: Sequence[Issuer]) -> dict[str, bytes]:
    """The files that the site publishes and the command needs, by name."""
    documents = {_did_file(award, issuer): api.did_document_bytes(issuer) for issuer in issuers}
    return {**documents, "status-list.json": api.status_document(award.status_list.uuid).body}


def command(award: Award, issuers: Sequence[Issuer], folder: Path, trust: Path) -> list[str]:
    """What an employer types before the names of the files."""
    pairs = {did_web_url(issuer.did): folder / _did_file(award, issuer) for issuer in issuers}
    pairs[api.url_of(award.status_list)] = folder / "status-list.json"
    resolve = [word for url, path in pairs.items() for word in ("--resolve", f"{url}={path}")]
    verify = [sys.executable, "-m", "ingenium_credentials.badges", "verify"]
    return [*verify, *resolve, "--anchor", str(trust)]


def check(typed: Sequence[str], files: Sequence[Path]) -> list[dict[str, Any]]:
    """The command's report on each of several files; raises `DemonstrationFailed` unless all are valid."""
    result = subprocess.run([*typed, "--json", *map(str, files)], capture_output=True)
    if result.returncode != 0:
        said = result.stdout.decode() + result.stderr.decode()
        raise DemonstrationFailed(f"{', '.join(file.name for file in files)} did not verify:\n{said}")
    reports: list[dict[str, Any]] = json.loads(result.stdout)
    return reports


def write(path: Path, content: bytes) -> None:
    """Write a file, and the folder that it is in; raises `DemonstrationFailed`."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise DemonstrationFailed(f"{path} cannot be written: {error.strerror}") from error


def _did_file(award: Award, issuer: Issuer) -> str:
    return "did.json" if issuer == award.issuer else f"did-{issuer.slug}.json"
