from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote

import pytest

from ingenium_credentials.badges.__main__ import main
from tests.vectors import build

pytestmark = pytest.mark.disable_socket

AT = ["--now", "2026-06-01T12:00:00Z"]
RESOLVE = [
    part
    for path in (build.FOLDER / "addresses").iterdir()
    for part in ("--resolve", f"{unquote(path.name)}={path}")
]


def vector(name: str) -> str:
    return str(build.FOLDER / name)


@pytest.mark.parametrize(
    ("names", "status"),
    [
        (["valid/badge.json"], 0),
        (["valid/badge.png", "valid/badge.svg", "valid/badge.jwt"], 0),
        (["spoiled/revoked.json"], 1),
        (["spoiled/empty.json"], 1),
        (["spoiled/status-list-out-of-reach.json"], 2),
        (["valid/badge.json", "spoiled/status-list-out-of-reach.json"], 2),
        (["spoiled/status-list-out-of-reach.json", "spoiled/revoked.json"], 1),
    ],
)
def test_exit_status_is_that_of_the_gravest_verdict(names: list[str], status: int) -> None:
    assert main(["verify", *map(vector, names), *RESOLVE, *AT]) == status


def test_nothing_is_fetched_that_was_not_given() -> None:
    assert main(["verify", vector("valid/badge.json"), *AT]) == 2


def test_each_check_has_a_tick_and_a_word(capsys: pytest.CaptureFixture[str]) -> None:
    main(["verify", vector("spoiled/revoked.json"), *RESOLVE, *AT])
    lines = capsys.readouterr().out.splitlines()

    assert lines[0].endswith("revoked.json: not valid")
    assert "  To: Ana" in lines
    assert "  ✓ passed: The signature fits the document. [proof]" in lines
    assert "  ✗ failed: The issuer has revoked this credential. [status]" in lines


def test_what_is_not_proven_is_not_repeated(capsys: pytest.CaptureFixture[str]) -> None:
    main(["verify", vector("spoiled/name-changed.json"), *RESOLVE, *AT])

    assert "Anna" not in capsys.readouterr().out


def test_json_is_one_report_for_one_file_and_an_array_for_several(
    capsys: pytest.CaptureFixture[str],
) -> None:
    main(["verify", vector("valid/badge.json"), *RESOLVE, *AT, "--json"])
    single = json.loads(capsys.readouterr().out)
    main(["verify", vector("valid/badge.json"), vector("spoiled/expired.json"), *RESOLVE, *AT, "--json"])
    several = json.loads(capsys.readouterr().out)

    assert single["verdict"] == "valid"
    assert [report["verdict"] for report in several] == ["valid", "not valid"]


def test_credential_may_come_through_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    content = (build.FOLDER / "valid" / "badge.json").read_bytes()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))

    assert main(["verify", "-", *RESOLVE, *AT]) == 0


def test_challenge_and_domain_are_compared(capsys: pytest.CaptureFixture[str]) -> None:
    command = ["verify", vector("valid/presentation-signed.json"), *RESOLVE, *AT, "--domain", build.DOMAIN]

    assert main([*command, "--challenge", build.CHALLENGE]) == 0
    assert main([*command, "--challenge", "other"]) == 1
    assert "✗ failed: The proof does not answer the challenge" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["verify"],
        ["check", "x.json"],
        ["verify", "no-such-file.json"],
        ["verify", "x.json", "--now", "yesterday"],
        ["verify", "x.json", "--resolve", "https://example.org/"],
        ["verify", "x.json", "--resolve", "https://example.org/=no-such-file"],
    ],
)
def test_wrong_usage_is_told_apart_from_every_verdict(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        main(arguments)

    assert end.value.code == 3
    assert "usage:" in capsys.readouterr().err


def test_context_with_other_bytes_than_published_is_wrong_usage(tmp_path: Path) -> None:
    fake = tmp_path / "context.json"
    fake.write_text('{"@context": {}}')

    with pytest.raises(SystemExit) as end:
        main(
            [
                "verify",
                vector("valid/badge.json"),
                "--context",
                f"https://www.w3.org/2018/credentials/v1={fake}",
            ]
        )

    assert end.value.code == 3


def test_command_runs_without_django_and_in_an_ascii_terminal() -> None:
    program = (
        "import sys, runpy; sys.modules['django'] = None; "
        "runpy.run_module('ingenium_credentials.badges', run_name='__main__')"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "verify", vector("valid/badge-with-everything.json"), *RESOLVE, *AT],
        cwd=build.FOLDER.parents[1],
        env={"PYTHONIOENCODING": "ascii", "PATH": ""},
        capture_output=True,
        timeout=60,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, b"")
    assert b"? passed: The signature fits the document." in done.stdout
