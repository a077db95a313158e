"""The documentation names every setting, command, check and module, and its links lead somewhere."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import get_commands

from ingenium_credentials import checks
from ingenium_credentials.conf import DEFAULTS, Settings

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "ingenium_credentials"
REFERENCE = ROOT / "docs" / "reference"
DOCUMENTS = sorted(
    [
        ROOT / "README.md",
        ROOT / "CHANGELOG.md",
        *(ROOT / "docs").rglob("*.md"),
        ROOT / "benchmarks" / "README.md",
    ]
)


def _headings(name: str) -> set[str]:
    text = (REFERENCE / name).read_text(encoding="utf-8")
    return set(re.findall(r"^### `([^`]+)`", text, flags=re.MULTILINE))


def test_every_setting_is_documented_and_no_other() -> None:
    assert _headings("settings.md") == set(DEFAULTS)


def test_every_setting_has_a_property() -> None:
    properties = {f"INGENIUM_{name}" for name in vars(Settings) if name.isupper()}

    assert properties == set(DEFAULTS)


def test_every_command_is_documented_and_no_other() -> None:
    ours = {name for name, app in get_commands().items() if app == "ingenium_credentials"}

    assert _headings("commands.md") == ours


def test_every_check_is_documented_and_no_other() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in [Path(checks.__file__)])
    ids = set(re.findall(r"ingenium\.[EW]\d{3}", source))

    assert ids
    assert _headings("checks.md") == ids


def test_every_module_is_documented_and_no_other() -> None:
    modules = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if "migrations" not in path.parts
        and not (path.name == "__init__.py" and not path.read_text().strip())
    }

    assert _headings("modules.md") == modules


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_lead_to_files_that_exist(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    targets = [target for target in re.findall(r"\]\(([^)#\s]+)", text) if "://" not in target]

    missing = [target for target in targets if not (document.parent / target).exists()]

    assert missing == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_documents_name_no_setting_that_does_not_exist(document: Path) -> None:
    named = set(re.findall(r"\bINGENIUM_[A-Z_]+\b", document.read_text(encoding="utf-8")))

    assert named - set(DEFAULTS) - {"INGENIUM_TEST_MYSQL_PORT"} == set()


def test_the_example_of_the_library_runs(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "developer.md").read_text(encoding="utf-8")
    [example] = re.findall(r"^```python\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)
    shutil.copy(ROOT / "tests" / "vectors" / "valid" / "badge.json", tmp_path / "credential.json")

    run = subprocess.run(
        [sys.executable, "-c", example], cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert run.stderr == ""
    assert run.stdout.startswith("could not be checked\n")
    assert "https://" in run.stdout
