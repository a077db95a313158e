"""The database is killed in the middle of a batch, and started again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.services import ROOT, MariaDB, ServiceUnavailable, missing, run_mariadb

pytestmark = [pytest.mark.faults, pytest.mark.timeout(600)]

AWARDS = 12
NO_BROKER = "redis://127.0.0.1:1/0"

Do = Callable[..., dict[str, Any]]


@pytest.fixture
def database() -> Iterator[MariaDB]:
    """A server of this test alone: it is killed."""
    with ExitStack() as stack:
        try:
            server = stack.enter_context(run_mariadb())
        except ServiceUnavailable as error:
            missing("MariaDB", error)
        yield server


@pytest.fixture
def do(database: MariaDB, key_files: dict[str, str]) -> Do:
    """A site on it; runs one step in a process of its own and gives what it has printed."""
    environment = {
        **os.environ,
        **database.environment,
        "DJANGO_SETTINGS_MODULE": "settings.mysql",
        "INGENIUM_TEST_BROKER": NO_BROKER,
    }

    def run(*arguments: object) -> dict[str, Any]:
        command = [sys.executable, "-m", "tests.faults.site", *map(str, arguments)]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode(errors="replace")[-2000:]
        lines = done.stdout.splitlines()
        return dict(json.loads(lines[-1])) if lines else {}

    run("populate", Path(key_files["proof"].removeprefix("file:")).parent)
    return run


def test_a_database_restarted_in_the_middle_of_a_batch_issues_each_award_once(
    do: Do, database: MariaDB
) -> None:
    assert database.program
    do("award-some", AWARDS)
    # The fifth award's documents are stored, and their transaction open, when the server dies.
    do("issue-and-crash", database.program.pid, 4)
    database.program.kill()
    database.program.start()

    found = do("issue-rest")

    assert found == {
        "before": 4,
        "issued": AWARDS,
        "documents": AWARDS * found["formats"],
        "formats": 2,
        "valid": AWARDS * 2,
    }
