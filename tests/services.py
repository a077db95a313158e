"""Real servers for tests: MariaDB, Redis and a mail server on free loopback ports, in private folders.

Each runs as a child of ours with its data in a temporary folder, and is stopped by its
process id. A server that was started outside (`scripts/with-services`) and is named by
environment variables is used as it is.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import secrets
import shutil
import signal
import socket
import socketserver
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

import pytest
from attrs import evolve, frozen

ROOT = Path(__file__).parent.parent
START_SECONDS = 60
STOP_SECONDS = 20
PR_SET_PDEATHSIG = 1  # prctl(2)


class ServiceUnavailable(Exception):
    """The server's program is not installed, or it did not come up; says which and why."""


@frozen(kw_only=True)
class MariaDB:
    """A running server and an account that may do anything on it."""

    host: str
    port: int
    user: str
    password: str
    name: str = "ingenium"
    program: Program | None = None
    """The server itself, if it is ours."""

    @property
    def environment(self) -> dict[str, str]:
        """The variables that `settings.mysql` reads."""
        return {
            "INGENIUM_TEST_MYSQL_HOST": self.host,
            "INGENIUM_TEST_MYSQL_PORT": str(self.port),
            "INGENIUM_TEST_MYSQL_USER": self.user,
            "INGENIUM_TEST_MYSQL_PASSWORD": self.password,
            "INGENIUM_TEST_MYSQL_NAME": self.name,
        }


@frozen(kw_only=True)
class Redis:
    """A running server; nothing that it holds outlives it."""

    host: str
    port: int
    database: int = 0
    """One of 16 on the server that know nothing of each other."""
    program: Program | None = None
    """The server itself, if it is ours."""

    @property
    def url(self) -> str:
        """The address as Celery and redis-py take it."""
        return f"redis://{self.host}:{self.port}/{self.database}"

    @property
    def environment(self) -> dict[str, str]:
        """The variable by which a running Redis is found again."""
        return {"INGENIUM_TEST_REDIS_URL": self.url}


def free_port() -> int:
    """A loopback port that nothing listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _program(*names: str) -> str:
    for name in names:
        found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")
        if found:
            return found
    raise ServiceUnavailable(f"{names[0]} is not installed")


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _die_with_parent() -> None:
    """Ask Linux to stop this process when the test run that started it is killed."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Program:
    """A program of ours, started and ended by its process id; it may be killed and started again."""

    def __init__(
        self, command: list[str], log: Path, *, port: int = 0, environment: Mapping[str, str] | None = None
    ) -> None:
        """Not running yet. `port`: where it answers once it is up."""
        self.command, self.log, self.port, self.environment = command, log, port, environment
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Run it; return when its port answers, at once if it has none."""
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=ROOT,
                env=self.environment,
                preexec_fn=_die_with_parent,
            )
        deadline = time.monotonic() + START_SECONDS
        while self.port and not _answers(self.port):
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise ServiceUnavailable(f"it did not start: {self.log.read_text(errors='replace')[-600:]}")
            time.sleep(0.1)

    @property
    def status(self) -> int | None:
        """Its exit status; None while it runs."""
        return self._process.poll() if self._process is not None else None

    @property
    def pid(self) -> int:
        """Its process id; it must have been started."""
        assert self._process
        return self._process.pid

    def kill(self) -> None:
        """End it as a crash does, without a chance to tidy up."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def stop(self) -> None:
        """Ask it to end, and kill it if it does not."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()


@contextmanager
def _running(program: Program) -> Iterator[None]:
    """Run a server until the block ends; return control once its port answers."""
    try:
        program.start()
        yield
    finally:
        program.stop()


@contextmanager
def run_mariadb() -> Iterator[MariaDB]:
    """A MariaDB of our own until the block ends."""
    install, server = _program("mariadb-install-db", "mysql_install_db"), _program("mariadbd", "mysqld")
    database = MariaDB(host="127.0.0.1", port=free_port(), user="ingenium", password=secrets.token_hex(16))
    # Short, because the socket's path may not exceed 107 characters.
    with tempfile.TemporaryDirectory(prefix="mdb-", dir="/tmp") as place:
        folder = Path(place)
        account = folder / "account.sql"
        account.touch(mode=0o600)
        account.write_text(
            f"CREATE USER IF NOT EXISTS '{database.user}'@'127.0.0.1' IDENTIFIED BY '{database.password}';\n"
            f"GRANT ALL ON *.* TO '{database.user}'@'127.0.0.1';\n"
            f"CREATE DATABASE IF NOT EXISTS {database.name} "
            "CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;\n"
        )
        owner = ["--user=root"] if os.geteuid() == 0 else []
        made = subprocess.run(
            [install, "--no-defaults", f"--datadir={folder}/data", "--skip-test-db", *owner],
            capture_output=True,
            check=False,
        )
        if made.returncode:
            raise ServiceUnavailable(
                f"mariadb-install-db failed: {made.stderr.decode(errors='replace')[-600:]}"
            )
        command = [
            server,
            "--no-defaults",
            f"--datadir={folder}/data",
            f"--socket={folder}/socket",
            f"--pid-file={folder}/pid",
            f"--port={database.port}",
            "--bind-address=127.0.0.1",
            "--skip-name-resolve",
            "--character-set-server=utf8mb4",
            "--collation-server=utf8mb4_unicode_ci",
            "--innodb-flush-log-at-trx-commit=2",
            f"--init-file={account}",
            *owner,
        ]
        program = Program(command, folder / "log", port=database.port)
        with _running(program):
            yield evolve(database, program=program)


@contextmanager
def run_redis() -> Iterator[Redis]:
    """A Redis of our own until the block ends; it writes nothing to disk."""
    server = _program("redis-server", "valkey-server")
    found = Redis(host="127.0.0.1", port=free_port())
    with tempfile.TemporaryDirectory(prefix="redis-") as place:
        command = [server, "--bind", "127.0.0.1", "--port", str(found.port), "--dir", place]
        command += ["--save", "", "--appendonly", "no", "--daemonize", "no"]
        program = Program(command, Path(place) / "log", port=found.port)
        with _running(program):
            yield evolve(found, program=program)


class MailServer:
    """A mail server on a loopback port: takes letters while it runs, and can be told to refuse.

    As much of SMTP (RFC 5321) as Django speaks. It can be started and stopped again and again.
    """

    def __init__(self) -> None:
        self.port = free_port()
        self.letters: list[EmailMessage] = []
        self.refusal = ""
        """What every recipient is answered, such as `550 no such user`; empty: they are taken."""
        self.dies_after_data = False
        """Take the letter, and go without a word of having taken it."""
        self._server: socketserver.ThreadingTCPServer | None = None

    def start(self) -> None:
        """Answer from now on."""
        socketserver.ThreadingTCPServer.allow_reuse_address = True
        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", self.port), partial(_Talk, self))
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        """Refuse connections from now on."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None


class _Talk(socketserver.StreamRequestHandler):
    """One connection."""

    def __init__(self, mail: MailServer, *args: Any) -> None:
        self.mail = mail
        super().__init__(*args)

    def handle(self) -> None:
        self._say("220 tests")
        while line := self.rfile.readline().decode("ascii", "replace").strip():
            verb = line.split(" ")[0].upper()
            if verb == "DATA":
                if not self._take():
                    return
            elif verb == "RCPT" and self.mail.refusal:
                self._say(self.mail.refusal)
            else:
                self._say("221 bye" if verb == "QUIT" else "250 ok")
            if verb == "QUIT":
                return

    def _take(self) -> bool:
        self._say("354 go ahead")
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        self.mail.letters.append(message_from_bytes(b"".join(lines), policy=policy.default))
        if self.mail.dies_after_data:
            return False
        self._say("250 taken")
        return True

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


@pytest.fixture
def mail_server(settings: Any) -> Iterator[MailServer]:
    """A mail server that Django's mail goes to."""
    server = MailServer()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    server.start()
    try:
        yield server
    finally:
        server.stop()


Service = Callable[[], AbstractContextManager[MariaDB | Redis]]
SERVICES: dict[str, Service] = {"mariadb": run_mariadb, "redis": run_redis}


def run_with(names: list[str], command: list[str]) -> int:
    """Run a command with the named servers up and their variables set; its exit status."""
    with ExitStack() as stack:
        environment = dict(os.environ)
        for name in names:
            environment |= stack.enter_context(SERVICES[name]()).environment
        return subprocess.run(command, env=environment, check=False).returncode


@contextmanager
def alone(lock: Path) -> Iterator[None]:
    """Hold a lock that no other process of a parallel test run holds."""
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def missing(what: str, why: object) -> NoReturn:
    """Skip this test for want of a component, or fail it where CI promises to have all."""
    text = f"{what} cannot be had here: {why}"
    if os.environ.get("CI") == "true":
        pytest.fail(text)
    pytest.skip(text)


@pytest.fixture(scope="session")
def mariadb() -> Iterator[MariaDB]:
    """A MariaDB server: the one named by the environment, else one of this test run."""
    environment = os.environ
    if "INGENIUM_TEST_MYSQL_PORT" in environment:
        yield MariaDB(
            host=environment.get("INGENIUM_TEST_MYSQL_HOST", "127.0.0.1"),
            port=int(environment["INGENIUM_TEST_MYSQL_PORT"]),
            user=environment.get("INGENIUM_TEST_MYSQL_USER", "ingenium"),
            password=environment.get("INGENIUM_TEST_MYSQL_PASSWORD", ""),
            name=environment.get("INGENIUM_TEST_MYSQL_NAME", "ingenium"),
        )
        return
    with ExitStack() as stack:
        try:
            server = stack.enter_context(run_mariadb())
        except ServiceUnavailable as error:
            missing("MariaDB", error)
        yield server


@pytest.fixture(scope="session")
def redis() -> Iterator[Redis]:
    """A Redis server of this test run: never a shared one, a test may stop or flush it."""
    with ExitStack() as stack:
        try:
            server = stack.enter_context(run_redis())
        except ServiceUnavailable as error:
            missing("Redis", error)
        yield server
