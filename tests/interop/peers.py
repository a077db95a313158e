"""The independent implementations, each in an environment of its own that is made once.

An environment lies under `test-output/peers/` and is named by what went into it, so that
it is made anew when a version changes. What cannot be made skips the test with the
reason, or fails it where continuous integration promises to have everything.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from attrs import frozen

from tests.services import alone, missing

HERE = Path(__file__).parent
CACHE = HERE.parent.parent / "test-output" / "peers"
INSTALL_SECONDS = 240
ANSWER_SECONDS = 60
_Made = TypeVar("_Made")
# Old, but its two files have exactly the bytes that W3C and Digital Bazaar published.
CONTEXTS_PACKAGE = "aries-cloudagent==0.12.8"
CONTEXTS_FOLDER = Path("aries_cloudagent", "vc", "ld_proofs", "resources")
CONTEXT_FILES = {
    "https://www.w3.org/2018/credentials/v1": "credentials_context.jsonld",
    "https://w3id.org/security/suites/ed25519-2020/v1": "ed25519-2020-context.jsonld",
}


class PeerUnavailable(Exception):
    """An environment cannot be made; says why."""


@frozen
class Peer:
    """A program that takes one JSON request and gives one JSON answer."""

    command: tuple[str, ...]

    def ask(self, script: str, **request: Any) -> dict[str, Any]:
        """Run `script` on the request. A refusal is an answer; a crash fails the test."""
        done = subprocess.run(
            [*self.command[:-1], str(Path(self.command[-1], script))],
            input=json.dumps(request).encode(),
            capture_output=True,
            timeout=ANSWER_SECONDS,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode(errors="replace")[-2000:]
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer


def make_node() -> Peer:
    """The JavaScript libraries of package-lock.json, and our scripts beside them."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        raise PeerUnavailable("node and npm are not installed")
    wanted = [HERE / "package.json", HERE / "package-lock.json"]

    def install(folder: Path) -> None:
        for file in wanted:
            shutil.copy(file, folder)
        _run([npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], folder)

    folder = _made("node", wanted, install)
    for script in HERE.glob("*.mjs"):
        _copy_whole(script, folder / script.name)
    return Peer((node, str(folder)))


def make_openbadgeslib() -> Peer:
    """openbadgeslib in a virtual environment where nothing of ours is."""
    wanted = HERE / "openbadges_requirements.txt"

    def install(folder: Path) -> None:
        _run([sys.executable, "-m", "uv", "venv", "--quiet", "--python", sys.executable, "venv"], folder)
        target = ["--python", "venv/bin/python", "--requirement", str(wanted)]
        _run([sys.executable, "-m", "uv", "pip", "install", "--quiet", *target], folder)

    folder = _made("openbadgeslib", [wanted], install)
    return Peer((str(folder / "venv" / "bin" / "python"), "-I", str(HERE)))


def fetch_older_contexts() -> dict[str, bytes]:
    """The contexts of VC 1.1 and Ed25519Signature2020 by URL, out of a registry package."""

    def install(folder: Path) -> None:
        target = ["--no-deps", "--target", "package", CONTEXTS_PACKAGE]
        _run([sys.executable, "-m", "uv", "pip", "install", "--quiet", *target], folder)

    folder = _made(CONTEXTS_PACKAGE.replace("==", "-"), [], install) / "package" / CONTEXTS_FOLDER
    return {url: (folder / name).read_bytes() for url, name in CONTEXT_FILES.items()}


def available(what: str, make: Callable[[], _Made]) -> _Made:
    """What `make` makes; skips the test, or fails it, with the reason why it cannot."""
    try:
        return make()
    except PeerUnavailable as error:
        missing(what, error)
        raise


def _made(name: str, wanted: list[Path], install: Callable[[Path], None]) -> Path:
    """The folder that `install` filled, now or on an earlier day."""
    digest = hashlib.sha256(b"".join(file.read_bytes() for file in wanted)).hexdigest()[:12]
    folder = CACHE / (f"{name}-{digest}" if wanted else name)
    CACHE.mkdir(parents=True, exist_ok=True)
    with alone(CACHE / f"{folder.name}.lock"):
        if not (folder / "complete").exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            install(folder)
            (folder / "complete").touch()
    return folder


def _copy_whole(source: Path, target: Path) -> None:
    # By renaming, so that a parallel run never reads half a file.
    part = target.with_name(f".{target.name}.{os.getpid()}")
    shutil.copy(source, part)
    part.replace(target)


def _run(command: list[str], folder: Path) -> None:
    # The constraints are those of our own environment, and a peer's may clash with them.
    environment = {name: value for name, value in os.environ.items() if name != "UV_CONSTRAINT"}
    try:
        subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, timeout=INSTALL_SECONDS, check=True
        )
    except subprocess.CalledProcessError as error:
        last = error.stderr.decode(errors="replace").strip()[-300:]
        raise PeerUnavailable(f"{Path(command[0]).name} failed: {last}") from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise PeerUnavailable(f"{Path(command[0]).name} failed: {error}") from error
