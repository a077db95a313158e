from __future__ import annotations

import datetime as dt
import itertools
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from celery import current_app
from django.utils import timezone
from redis import Redis as Client

from ingenium_credentials import api, tasks
from ingenium_credentials.models import Award, AwardRule, CourseResult, StatusList
from tests.services import Redis

ROOT = Path(__file__).parent.parent
EARNED_AT = dt.datetime(2026, 1, 15, tzinfo=dt.UTC)
NOTHING = dict.fromkeys(
    (
        *("rules", "news", "fetches", "results", "wholes", "awards", "lapsed", "mass_revocations"),
        *("letters", "time_stamps", "pictures", "simulations", "status_lists", "let_go"),
    ),
    0,
)
DONE = {"news": [], "dirty": [0], "awards": ["issued"], "credentials": ["ob3", "ob3-jwt"]}
HEARD = {"news": ["passing"], "dirty": [], "awards": [], "credentials": []}


@pytest.fixture
def result(rule: AwardRule, learner: Any, course_id: str) -> CourseResult:
    api.record_passing(
        learner_id=learner.pk, course_id=course_id, is_passing=True, at=EARNED_AT, event_id="e"
    )
    CourseResult.objects.update(changed_at=timezone.now() - dt.timedelta(minutes=1))
    return CourseResult.objects.get()


def test_the_tasks_take_a_result_to_its_credentials(result: CourseResult) -> None:
    assert tasks.evaluate([result.pk]) == 1
    assert tasks.issue([Award.objects.get().pk]) == 1
    assert tasks.issue([Award.objects.get().pk]) == 0
    tasks.publish_status_list(StatusList.objects.get().pk)

    assert Award.objects.get().state == Award.State.ISSUED
    assert not StatusList.objects.get().stale


def test_the_sweep_takes_up_what_was_left(
    result: CourseResult, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        assert tasks.sweep() == NOTHING | {"results": 1}

    assert Award.objects.get().state == Award.State.ISSUED
    with django_capture_on_commit_callbacks(execute=True):
        assert tasks.sweep() == NOTHING | {"status_lists": 1}
    assert tasks.sweep() == NOTHING


def test_the_sweep_leaves_fresh_work_to_the_task_that_is_on_its_way(result: CourseResult) -> None:
    CourseResult.objects.update(changed_at=timezone.now())

    assert tasks.sweep() == NOTHING


def test_switched_off_the_sweep_awards_nobody(result: CourseResult, settings: Any) -> None:
    settings.INGENIUM_ENABLED = False

    assert tasks.sweep() == NOTHING


def test_the_sweep_waits_for_the_next_attempt(result: CourseResult) -> None:
    tasks.evaluate([result.pk])
    later = timezone.now() + dt.timedelta(minutes=5)
    CourseResult.objects.update(dirty=True, next_attempt_at=later)
    Award.objects.update(next_attempt_at=later)
    StatusList.objects.update(
        stale=False, published_at=timezone.now(), valid_until=timezone.now() + dt.timedelta(days=7)
    )

    assert tasks.sweep() == NOTHING

    Award.objects.update(next_attempt_at=timezone.now())
    assert tasks.sweep() == NOTHING | {"awards": 1}


def test_the_sweep_queues_bounded_batches(
    result: CourseResult, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    settings.INGENIUM_ISSUE_BATCH = 2
    old = timezone.now() - dt.timedelta(minutes=1)
    for number in range(50):
        CourseResult.objects.create(learner_id=1000 + number, course_id="course-v1:a+b+c", dirty=True)
    CourseResult.objects.update(changed_at=old)

    with django_capture_on_commit_callbacks() as queued:
        found = tasks.sweep()

    assert found["results"] == 40
    assert len(queued) == 20


def test_a_list_is_signed_by_the_sweep_when_half_of_its_time_is_over(
    result: CourseResult, django_capture_on_commit_callbacks: Any
) -> None:
    tasks.evaluate([result.pk])
    tasks.issue([Award.objects.get().pk])
    past = timezone.now() - dt.timedelta(days=4)
    StatusList.objects.update(stale=False, published_at=past, valid_until=past + dt.timedelta(days=7))

    with django_capture_on_commit_callbacks(execute=True):
        assert tasks.sweep() == NOTHING | {"status_lists": 1}

    assert StatusList.objects.get().published_at > past  # type: ignore[operator]


@pytest.mark.parametrize("name", ["take_in", "evaluate", "issue", "publish_status_list", "sweep"])
def test_each_task_has_the_name_under_which_it_is_queued(name: str) -> None:
    assert f"ingenium_credentials.tasks.{name}" in current_app.tasks


@pytest.mark.parametrize("task", [tasks.take_in, tasks.evaluate, tasks.issue, tasks.publish_status_list])
def test_a_worker_that_dies_leaves_its_task_to_another(task: Any) -> None:
    assert task.acks_late
    assert task.max_retries


class Site:
    """The test project in processes of its own, on a database file of its own."""

    def __init__(self, database: Path, **environment: str) -> None:
        """A site on that file."""
        self.database = database
        self.environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "settings.test",
            "INGENIUM_TEST_SQLITE": str(database),
            **environment,
        }

    def run(self, *steps: str, **environment: str) -> int:
        """Run steps of tests/outside.py in one process; its exit status."""
        command = [sys.executable, "-m", "tests.outside", *steps]
        return subprocess.run(
            command, cwd=ROOT, env=self.environment | environment, check=False, timeout=200
        ).returncode

    def state(self) -> dict[str, list[Any]]:
        """What its tables hold."""
        with closing(sqlite3.connect(self.database, timeout=30)) as database:
            columns = {
                "news": "SELECT kind FROM ingenium_credentials_incomingnews",
                "dirty": "SELECT dirty FROM ingenium_credentials_courseresult",
                "awards": "SELECT state FROM ingenium_credentials_award",
                "credentials": "SELECT format FROM ingenium_credentials_credential ORDER BY format",
            }
            return {name: [row[0] for row in database.execute(query)] for name, query in columns.items()}


@pytest.fixture(scope="session")
def populated(tmp_path_factory: pytest.TempPathFactory, key_files: dict[str, str]) -> Path:
    """A database file with everything that an award needs."""
    database = tmp_path_factory.mktemp("site") / "populated.sqlite3"
    keys = Path(key_files["proof"].removeprefix("file:")).parent
    assert Site(database, TEST_KEYS=str(keys)).run("populate") == 0
    return database


@pytest.fixture
def site(populated: Path, tmp_path: Path) -> Site:
    return Site(Path(shutil.copy(populated, tmp_path / "site.sqlite3")))


def test_parallel_identical_events_make_one_credential(site: Site) -> None:
    assert site.run("hear-in-parallel", "sweep", "sweep") == 0

    assert site.state() == DONE


def test_killed_between_commit_and_task_the_sweep_goes_on(site: Site) -> None:
    assert site.run("hear-and-die") == -signal.SIGKILL
    assert site.state() == HEARD

    assert site.run("sweep", "sweep") == 0

    assert site.state() == DONE


def test_killed_between_award_and_issue_the_sweep_goes_on(site: Site) -> None:
    site.run("hear-and-die")
    assert site.run("evaluate-and-die") == -signal.SIGKILL
    assert site.state()["awards"] == ["pending"]

    assert site.run("sweep", "sweep") == 0

    assert site.state() == DONE


_DATABASES = itertools.cycle(range(1, 16))


@pytest.fixture
def broker(redis: Redis) -> Redis:
    """A database of this test alone: what a worker had begun when it was ended goes back into its queue."""
    own = evolve(redis, database=next(_DATABASES))
    with closing(Client.from_url(own.url)) as client:
        client.flushdb()
    return own


@pytest.fixture
def queued_site(site: Site, broker: Redis) -> Site:
    """The same site, with tasks going through Redis."""
    site.environment["INGENIUM_TEST_BROKER"] = broker.url
    return site


@pytest.fixture
def worker(queued_site: Site, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A real Celery worker of the site."""
    command = [sys.executable, "-m", "celery", "-A", "settings", "worker", "--pool", "solo", "-l", "INFO"]
    with (tmp_path / "worker.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=queued_site.environment, stdout=log, stderr=log)
    yield process
    process.terminate()
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _comes_to(site: Site, expected: Any) -> None:
    deadline = time.monotonic() + 90
    while (found := site.state()) != expected:
        assert time.monotonic() < deadline, f"The site stays at {found}."
        time.sleep(0.5)


@pytest.mark.broker
def test_a_worker_takes_an_event_to_its_credentials(
    queued_site: Site, worker: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    assert queued_site.run("hear") == 0

    _comes_to(queued_site, DONE)
    log = (tmp_path / "worker.log").read_text()
    assert "Παπαδάκη" not in log
    assert "eleni" not in log


@pytest.mark.broker
def test_what_was_heard_while_the_broker_was_away_is_issued_when_it_is_back(
    queued_site: Site, worker: subprocess.Popen[bytes]
) -> None:
    assert queued_site.run("hear", INGENIUM_TEST_BROKER="redis://127.0.0.1:1/0") == 0
    assert queued_site.state() == HEARD

    assert queued_site.run("sweep") == 0

    _comes_to(queued_site, DONE)


@pytest.mark.broker
def test_a_broker_that_is_away_for_an_hour_loses_nothing(
    queued_site: Site, worker: subprocess.Popen[bytes]
) -> None:
    assert queued_site.run("hear-for-an-hour", INGENIUM_TEST_BROKER="redis://127.0.0.1:1/0") == 0
    assert queued_site.state() == {
        "news": ["passing"] * 20,
        "dirty": [],
        "awards": [],
        "credentials": [],
    }

    assert queued_site.run("sweep") == 0

    _comes_to(
        queued_site,
        {
            "news": [],
            "dirty": [0] * 20,
            "awards": ["issued"] * 20,
            "credentials": ["ob3"] * 20 + ["ob3-jwt"] * 20,
        },
    )


@pytest.mark.broker
@pytest.mark.parametrize(("queue", "found"), [("", "celery"), ("credentials", "credentials")])
def test_task_arguments_are_ids_only_in_the_queue_that_the_operator_names(
    queued_site: Site, broker: Redis, queue: str, found: str
) -> None:
    assert queued_site.run("hear", TEST_QUEUE=queue) == 0

    with closing(Client.from_url(broker.url)) as client:
        (message,) = client.lrange(found, 0, -1)
    headers = json.loads(message)["headers"]
    assert headers["task"] == "ingenium_credentials.tasks.take_in"
    assert headers["argsrepr"] == "[[1]]"
    assert b"eleni" not in message
