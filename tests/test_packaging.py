"""What is shipped: what it needs, what is inside, and that it works where nothing else is."""

from __future__ import annotations

import configparser
import datetime as dt
import json
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from ingenium_credentials.badges import did, keys, proof
from ingenium_credentials.badges.public_keys import Algorithm

from .services import missing

ROOT = Path(__file__).resolve().parent.parent
PINS = ROOT / "tests" / "pins"
LMS = [("lms-2025-09-py311.txt", "3.11"), ("lms-2026-04-py312.txt", "3.12")]
UNREACHABLE = ("Failed to fetch", "error sending request", "Could not connect", "dns error")

# One builds, the others use what it built: they stay on one worker.
pytestmark = [pytest.mark.packaging, pytest.mark.xdist_group("packaging")]


def setup_cfg() -> configparser.ConfigParser:
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    return config


def lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def requirements() -> list[str]:
    """What an operator installs into an LMS: the package with the extra for keys in hardware."""
    config = setup_cfg()
    return lines(config["options"]["install_requires"]) + lines(config["options.extras_require"]["pkcs11"])


def run(command: Sequence[str | Path], **options: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=280, **options)


def uv(*arguments: str | Path, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run uv; a registry that cannot be reached is a missing component, not a failure of ours."""
    result = run([sys.executable, "-m", "uv", "--no-config", "--no-python-downloads", *arguments], **options)
    if result.returncode and any(sign in result.stderr for sign in UNREACHABLE):
        missing("The package registry", result.stderr.strip().splitlines()[-1])
    return result


def resolve(wanted: list[str], pins: Path, python: str) -> subprocess.CompletedProcess[str]:
    """Find versions for `wanted` that agree with every line of a file of pins."""
    options = ("--constraints", pins, "--python-version", python, "--quiet")
    return uv("pip", "compile", "-", *options, input="\n".join(wanted))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel that is built from the source distribution, as a registry's users get it."""
    folder = tmp_path_factory.mktemp("dist")

    built = uv("build", "--out-dir", folder, ROOT)

    assert built.returncode == 0, built.stderr
    assert len(list(folder.glob("*.tar.gz"))) == 1
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment that has the wheel and what it requires, and no more."""
    place = tmp_path_factory.mktemp("empty") / "venv"
    made = uv("venv", "--python", sys.executable, place)
    assert made.returncode == 0, made.stderr
    interpreter = place / "bin" / "python"

    installed = uv("pip", "install", "--python", interpreter, wheel)

    assert installed.returncode == 0, installed.stderr
    return interpreter


def credential(folder: Path) -> dict[str, Any]:
    """A badge whose issuer is its own key, so that nothing outside is needed to check it."""
    public_key = keys.generate_key_file(folder / "key.pem", Algorithm.ED25519)
    issuer = did.did_key(public_key)
    document = {
        "@context": [
            "https://www.w3.org/ns/credentials/v2",
            "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
        ],
        "id": "urn:uuid:5f1c9a0e-3b6f-4c0a-9f0e-0a6b5f6f7c11",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "issuer": {"id": issuer, "type": ["Profile"], "name": "A university"},
        "validFrom": "2026-01-01T00:00:00Z",
        "name": "Data ethics",
        "credentialSubject": {
            "id": "urn:uuid:8d3e2f0e-6a44-4b8e-9d0a-3a1c2b7f5e90",
            "type": ["AchievementSubject"],
            "achievement": {
                "id": "https://credentials.example/achievements/1",
                "type": ["Achievement"],
                "name": "Data ethics",
                "description": "Judging what may be done with data.",
                "criteria": {"narrative": "Pass both assignments."},
            },
        },
    }
    return proof.secure(
        document,
        signer=keys.open_signer(f"file:{folder / 'key.pem'}"),
        verification_method=f"{issuer}#{issuer.removeprefix('did:key:')}",
        created=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
    )


def verify(python: Path, document: dict[str, Any], folder: Path) -> subprocess.CompletedProcess[str]:
    """Judge a document as an employer would; -I hides the source tree from the command."""
    file = folder / "credential.json"
    file.write_text(json.dumps(document))
    return run([python, "-I", "-m", "ingenium_credentials.badges", "verify", str(file)], cwd=folder)


def test_requirements_are_lower_bounds_only() -> None:
    for line in lines(setup_cfg()["options"]["install_requires"]):
        name, bound, version = line.partition(">=")

        assert bound, f"{line}: a lower bound is wanted"
        assert name.replace("[django]", "").replace("-", "").isalnum()
        assert version.replace(".", "").isdigit(), f"{line}: nothing but a lower bound is wanted"


@pytest.mark.parametrize(("pins", "python_version"), LMS)
def test_requirements_resolve_beside_the_pins_of_the_lms(pins: str, python_version: str) -> None:
    found = resolve(requirements(), PINS / pins, python_version)

    assert found.returncode == 0, found.stderr


@pytest.mark.parametrize("clash", ["cryptography>=46", "lxml>=6", "Django>=6", "setuptools>=82"])
@pytest.mark.parametrize(("pins", "python_version"), LMS)
def test_requirement_above_a_pin_of_the_lms_is_found(pins: str, python_version: str, clash: str) -> None:
    found = resolve([*requirements(), clash], PINS / pins, python_version)

    assert found.returncode != 0
    assert "No solution found" in found.stderr


def test_wheel_has_every_file_of_the_package_and_nothing_else(wheel: Path) -> None:
    package = ROOT / "ingenium_credentials"
    wanted = {
        str(path.relative_to(ROOT))
        for path in package.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }

    with zipfile.ZipFile(wheel) as archive:
        inside = {name for name in archive.namelist() if ".dist-info/" not in name}

    assert inside == wanted


def test_wheel_says_where_the_lms_plugs_it_in(python: Path) -> None:
    code = (
        "from importlib.metadata import entry_points;"
        "print([point.load().__name__ for point in entry_points(group='lms.djangoapp')])"
    )

    shown = run([python, "-I", "-c", code])

    assert shown.stdout.strip() == "['IngeniumCredentialsConfig']", shown.stderr


def test_wheel_alone_verifies_a_credential(python: Path, tmp_path: Path) -> None:
    judged = verify(python, credential(tmp_path), tmp_path)

    assert judged.returncode == 0, judged.stdout + judged.stderr


def test_wheel_alone_refuses_a_changed_credential(python: Path, tmp_path: Path) -> None:
    changed = credential(tmp_path) | {"name": "Data ethics, with distinction"}

    judged = verify(python, changed, tmp_path)

    assert judged.returncode == 1, judged.stdout + judged.stderr
