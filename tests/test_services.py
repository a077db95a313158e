"""The servers that tests are given: private, reachable, and gone afterwards."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from .services import Redis

WITH_SERVICES = Path(__file__).resolve().parent.parent / "scripts" / "with-services"

pytestmark = pytest.mark.broker


def with_services(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(WITH_SERVICES), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_server_answers_while_the_test_runs(redis: Redis) -> None:
    with socket.create_connection((redis.host, redis.port)) as connection:
        connection.sendall(b"PING\r\n")

        assert connection.recv(64) == b"+PONG\r\n"


def test_servers_are_named_to_the_command_and_stopped_after_it(redis: Redis) -> None:
    shown = with_services("redis", "--", "printenv", "INGENIUM_TEST_REDIS_URL")

    port = urlsplit(shown.stdout.strip()).port
    assert port is not None
    assert port != redis.port
    assert not answers(port)


def test_servers_end_with_a_run_that_is_killed(redis: Redis) -> None:
    shell = ["sh", "-c", "echo $INGENIUM_TEST_REDIS_URL; sleep 5"]
    command = [sys.executable, str(WITH_SERVICES), "redis", "--", *shell]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        port = urlsplit(run.stdout.readline().strip()).port
        assert port is not None

        run.kill()

    deadline = time.monotonic() + 10
    while answers(port) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not answers(port)


def test_exit_status_is_that_of_the_command(redis: Redis) -> None:
    assert with_services("redis", "--", "sh", "-c", "exit 7").returncode == 7


@pytest.mark.parametrize(
    "arguments", [[], ["redis"], ["redis", "--"], ["oracle", "--", "true"], ["--", "true"]]
)
def test_command_that_names_no_server_or_no_program_is_refused(arguments: list[str]) -> None:
    refused = with_services(*arguments)

    assert refused.returncode == 2
    assert "usage" in refused.stderr
