"""Events ingested per second, and statements per event, on SQLite and on MariaDB.

    python -m benchmarks.ingest [--events 400] [--rounds 3]

A course-passing event is sent as the LMS does, in a transaction, through the real receiver
into the inbox: that is what the LMS waits for. What a worker then does to take the news into
the ledger is a line of its own; nothing is evaluated. Beside it, in the same run and each in a transaction
of its own too: the bare insert of one row into the same table, and Django's own
`update_or_create` of it, which is what a receiver without a ledger's care would write.
Rounds are interleaved and medians taken. The number of statements must not depend on how
many events came before: otherwise the exit status is 1.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path

COURSE = "course-v1:BENCH+1+2026"
OURS = "event through the receiver"
WORKER = "taken in by a worker"
CONTENDERS = ("bare insert", "update_or_create", OURS)


def measure(events: int, rounds: int) -> dict[str, object]:
    """In this process, on the database of its settings."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from ingenium_credentials import api
    from ingenium_credentials.models import IncomingNews

    call_command("migrate", verbosity=0)
    ways = dict(zip(CONTENDERS, _ways(), strict=True))
    learners = count(1)

    def take_in() -> None:
        api.take_in(list(IncomingNews.objects.values_list("pk", flat=True)))

    def statements() -> list[int]:
        with CaptureQueriesContext(connection) as told:
            ways[OURS](next(learners))
        with CaptureQueriesContext(connection) as merged:
            take_in()
        return [len(told), len(merged)]

    before = statements()
    taken: dict[str, list[float]] = {name: [] for name in (*ways, WORKER)}
    for _round in range(rounds + 1):
        for name, way in ways.items():
            began = time.perf_counter()
            for _event in range(events):
                way(next(learners))
            taken[name].append((time.perf_counter() - began) / events)
        began = time.perf_counter()
        take_in()
        taken[WORKER].append((time.perf_counter() - began) / events)
    after = statements()
    # The first round warms up.
    medians = {name: statistics.median(values[1:]) for name, values in taken.items()}
    return {"seconds": medians, "statements": [before, after]}


def _ways() -> tuple[Callable[[int], None], ...]:
    from django.db import transaction
    from opaque_keys.edx.keys import CourseKey
    from openedx_events.learning.data import CourseData, CoursePassingStatusData, UserData, UserPersonalData
    from openedx_events.learning.signals import COURSE_PASSING_STATUS_UPDATED

    from ingenium_credentials.api import queueing
    from ingenium_credentials.models import CourseResult, OfferedCourse

    # What is queued is another benchmark's; the broker would be measured, not the ledger.
    queueing._send = lambda *_arguments: None
    OfferedCourse.objects.get_or_create(course_id=COURSE)
    course = CourseData(course_key=CourseKey.from_string(COURSE))

    @transaction.atomic
    def insert(learner: int) -> None:
        CourseResult.objects.create(learner_id=learner, course_id=COURSE, is_passing=True)

    @transaction.atomic
    def upsert(learner: int) -> None:
        CourseResult.objects.update_or_create(
            learner_id=learner, course_id=COURSE, defaults={"is_passing": True}
        )

    @transaction.atomic
    def event(learner: int) -> None:
        person = UserData(id=learner, is_active=True, pii=UserPersonalData(username="", email="", name=""))
        status = CoursePassingStatusData(is_passing=True, course=course, user=person)
        COURSE_PASSING_STATUS_UPDATED.send_event(course_passing_status=status)

    return insert, upsert, event


def _measured(environment: dict[str, str], arguments: list[str]) -> dict[str, dict[str, float]]:
    """The same in a process with these settings."""
    command = [sys.executable, "-m", "benchmarks.ingest", "--here", *arguments]
    done = subprocess.run(command, env=os.environ | environment, capture_output=True, check=False)
    if done.returncode:
        sys.exit(done.stderr.decode(errors="replace")[-2000:])
    return dict(json.loads(done.stdout.splitlines()[-1]))


def _print(database: str, found: dict[str, dict[str, float]]) -> bool:
    """A table; whether the statements are as many after all events as before."""
    seconds, (before, after) = found["seconds"], found["statements"]
    print(f"\n{database:<28}{'µs each':>10}{'per second':>12}{'times bare':>12}")
    for name in (*CONTENDERS, WORKER):
        times = seconds[name] / seconds[CONTENDERS[0]]
        print(f"{name:<28}{seconds[name] * 1e6:>10,.0f}{1 / seconds[name]:>12,.0f}{times:>12.1f}")
    for where, first, last in zip(("the LMS", "a worker"), before, after, strict=True):
        print(f"statements per event in {where}: {first} at first, {last} at last")
    return before == after


def main(arguments: list[str]) -> int:
    """Measure on both databases, each in a process of its own."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ingest")
    parser.add_argument("--events", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--here", action="store_true", help="in this process, as JSON")
    options = parser.parse_args(arguments)
    if options.here:
        print(json.dumps(measure(options.events, options.rounds)))
        return 0
    from tests.services import run_mariadb

    rest = ["--events", str(options.events), "--rounds", str(options.rounds)]
    with tempfile.TemporaryDirectory(prefix="ingest-") as place:
        file = {
            "DJANGO_SETTINGS_MODULE": "settings.test",
            "INGENIUM_TEST_SQLITE": str(Path(place) / "db.sqlite3"),
        }
        constant = _print("SQLite", _measured(file, rest))
    with run_mariadb() as server:
        environment = {"DJANGO_SETTINGS_MODULE": "settings.mysql", **server.environment}
        constant &= _print("MariaDB", _measured(environment, rest))
    return 0 if constant else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
