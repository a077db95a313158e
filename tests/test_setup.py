"""Building: the contexts come out of their registry package, with the pinned bytes or not at all."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ingenium_credentials.badges import contexts as pinned

pytest.importorskip("setuptools", reason="setuptools is not installed; pip brings it when it builds")

ROOT = Path(__file__).parents[1]
WITHIN = Path("ingenium_credentials", "badges", "contexts")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with our setup.py and the package of contexts, as a fresh clone has it."""
    project = tmp_path / "project"
    (project / WITHIN).mkdir(parents=True)
    for folder in (WITHIN, *WITHIN.parents[:-1]):
        (project / folder / "__init__.py").touch()
    shutil.copy(ROOT / "setup.py", project)
    shutil.copy(ROOT / WITHIN / "__init__.py", project / WITHIN)
    (project / "setup.cfg").write_text("[metadata]\nname = x\nversion = 1\n[options]\npackages = find:\n")
    return project


@pytest.fixture
def registry_package(tmp_path: Path) -> Path:
    """What the registry package looks like once installed: only its files count, not its code."""
    folder = tmp_path / "site" / pinned.SOURCE_PACKAGE
    (folder / pinned.SOURCE_FOLDER).mkdir(parents=True)
    (folder / "__init__.py").write_text("raise RuntimeError('building must not run foreign code')")
    for pin in pinned.PINNED.values():
        (folder / pinned.SOURCE_FOLDER / pin.file).write_bytes(pinned.read(pin))
    return folder


def build(project: Path, *arguments: str, site: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "setup.py", "-q", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(site or "")}
    return subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)


def files(folder: Path) -> set[str]:
    return {path.name for path in folder.glob("*.json")}


ALL = {pin.file for pin in pinned.PINNED.values()}


def test_a_build_puts_the_contexts_beside_the_modules_it_ships(project: Path, registry_package: Path) -> None:
    finished = build(project, "build_py", "--build-lib", "out", site=registry_package.parent)

    assert finished.returncode == 0, finished.stderr
    assert files(project / "out" / WITHIN) == ALL
    assert pinned.problems(project / "out" / WITHIN) == []
    assert files(project / WITHIN) == set()


def test_a_build_without_the_registry_package_takes_what_lies_there(project: Path) -> None:
    for name in ALL:
        shutil.copy(ROOT / WITHIN / name, project / WITHIN)

    finished = build(project, "build_py", "--build-lib", "out")

    assert finished.returncode == 0, finished.stderr
    assert files(project / "out" / WITHIN) == ALL


def test_a_build_without_any_source_says_what_to_do(project: Path) -> None:
    finished = build(project, "build_py", "--build-lib", "out")

    assert finished.returncode != 0
    assert "pip install ." in finished.stderr


def test_a_build_refuses_altered_contexts(project: Path, registry_package: Path) -> None:
    altered = registry_package / pinned.SOURCE_FOLDER / "credentials-v2.json"
    altered.write_bytes(altered.read_bytes().replace(b"schema.org", b"evil.example"))

    finished = build(project, "build_py", "--build-lib", "out", site=registry_package.parent)

    assert finished.returncode != 0
    assert "credentials-v2.json" in finished.stderr
    assert files(project / "out" / WITHIN) == set()
