"""What processes of their own do in tests: python -m tests.outside STEP…, in the test project.

The database and the broker are named by the variables that `settings.test` reads. A step
that ends in `-and-die` is killed, as by `kill -9`, between its commit and what follows it.
"""

from __future__ import annotations

import datetime as dt
import os
import signal
import sys
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.core.management import call_command
from django.db import connections, transaction

COURSE = "course-v1:UOC+MED101+2026"
PARALLEL = 20


def populate() -> None:
    """Migrate, and make an issuer with keys, a definition, a rule and a learner."""
    from django.contrib.auth import get_user_model

    from ingenium_credentials import api
    from ingenium_credentials.api.keys import default_did
    from ingenium_credentials.models import Achievement, AwardRule, Issuer, Organisation
    from tests.annex import ELEMENTS

    call_command("migrate", verbosity=0)
    university = Organisation.objects.create(slug="uoc", country="GR")
    university.names.create(language="en", value="University of Crete", verified=True)
    issuer = Issuer.objects.create(slug="uoc", organisation=university, did=default_did("uoc"))
    for path in sorted(Path(os.environ["TEST_KEYS"]).iterdir()):
        api.create_key(issuer, use=path.stem, uri=f"file:{path}")
    texts: dict[str, Any] = {name: {"en": "Ecosystems"} for name in ("names", "descriptions", "criteria")}
    achievement = api.define(
        Achievement(slug="ecosystems", issuer=issuer, **texts, **ELEMENTS), awarding_bodies=[university]
    )
    api.activate(achievement)
    condition = {"version": 1, "kind": "course_passed", "course": COURSE}
    api.define_rule(AwardRule(name="Passed", achievement=achievement, condition=condition, enabled=True))
    get_user_model().objects.create_user("eleni", first_name="Ελένη", last_name="Παπαδάκη")


def hear() -> None:
    """Send the event of a pass, in a transaction as the LMS does."""
    _pass(1)


def _pass(learner_id: int) -> None:
    from opaque_keys.edx.keys import CourseKey
    from openedx_events.learning.data import CourseData, CoursePassingStatusData, UserData, UserPersonalData
    from openedx_events.learning.signals import COURSE_PASSING_STATUS_UPDATED

    status = CoursePassingStatusData(
        is_passing=True,
        course=CourseData(course_key=CourseKey.from_string(COURSE)),
        user=UserData(id=learner_id, is_active=True, pii=UserPersonalData(username="", email="", name="")),
    )
    with transaction.atomic():
        COURSE_PASSING_STATUS_UPDATED.send_event(course_passing_status=status)


def _at(moment: dt.datetime) -> dt.datetime:
    return moment


def hear_for_an_hour() -> None:
    """A learner passes every three minutes, and the sweep runs, on a clock that makes it an hour."""
    from django.contrib.auth import get_user_model
    from django.utils import timezone

    from ingenium_credentials import tasks

    people = [get_user_model().objects.create_user(f"l{n}", first_name="Ελένη") for n in range(20)]
    began = timezone.now() - dt.timedelta(hours=2)
    for minute, person in zip(range(0, 60, 3), people, strict=True):
        moment = began + dt.timedelta(minutes=minute)
        timezone.now = partial(_at, moment)
        _pass(person.pk)
        tasks.sweep()


def hear_in_parallel() -> None:
    """Send it many times at once."""
    start = threading.Barrier(PARALLEL)

    def one() -> None:
        start.wait()
        hear()
        connections.close_all()

    threads = [threading.Thread(target=one) for _number in range(PARALLEL)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def hear_and_die() -> None:
    """Be killed after the LMS's commit and before the task is queued."""
    with transaction.atomic():
        transaction.on_commit(_die)
        hear()


def evaluate_and_die() -> None:
    """Be killed after the award's commit and before the next task is queued."""
    from ingenium_credentials import api
    from ingenium_credentials.models import IncomingNews

    with transaction.atomic():
        transaction.on_commit(_die)
        api.evaluate(api.take_in(list(IncomingNews.objects.values_list("pk", flat=True))))


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def sweep() -> None:
    """Run the sweep, when everything is old enough for it."""
    import datetime as dt

    from ingenium_credentials import tasks
    from ingenium_credentials.models import CourseResult, IncomingNews

    old = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    IncomingNews.objects.update(heard_at=old)
    CourseResult.objects.update(changed_at=old)
    tasks.sweep()


STEPS: dict[str, Callable[[], None]] = {
    "populate": populate,
    "hear": hear,
    "hear-for-an-hour": hear_for_an_hour,
    "hear-in-parallel": hear_in_parallel,
    "hear-and-die": hear_and_die,
    "evaluate-and-die": evaluate_and_die,
    "sweep": sweep,
}

if __name__ == "__main__":
    django.setup()
    settings.INGENIUM_CELERY_QUEUE = os.environ.get("TEST_QUEUE", "")
    for step in sys.argv[1:]:
        STEPS[step]()
