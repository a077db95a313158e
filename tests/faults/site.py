"""What the processes of a fault run do: python -m tests.faults.site STEP [ARGUMENT…].

Each is a process of its own, on the MariaDB and the Redis that the environment names. The
LMS is modelled by one table, `lms_grade`: a producer writes the learner's grade and sends
the event in one transaction, as the LMS does. When the database dies in it, the LMS's own
change is gone as well, so the producer does it again: the learner hands in once more.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import django
from django.core.management import call_command
from django.db import InterfaceError, OperationalError, connection, transaction

from .plan import COURSES, LEARNERS, LEAST_OF_ALL, Completion, News, completions, expected, slug_of

SEED = int(os.environ.get("INGENIUM_FAULTS_SEED", "0"))
PAUSE = 0.2
ROUNDS = 20
STALLED_SECONDS = 15
GONE = (OperationalError, InterfaceError)


def populate(keys: str) -> None:
    """Migrate, and make issuer, keys, definitions, rules and learners."""
    from django.contrib.auth import get_user_model

    from ingenium_credentials import api
    from ingenium_credentials.api.keys import default_did
    from ingenium_credentials.models import Issuer, Organisation

    call_command("migrate", verbosity=0)
    university = Organisation.objects.create(slug="uoc", country="GR")
    university.names.create(language="en", value="University of Crete", verified=True)
    issuer = Issuer.objects.create(slug="uoc", organisation=university, did=default_did("uoc"))
    for path in sorted(Path(keys).iterdir()):
        api.create_key(issuer, use=path.stem, uri=f"file:{path}")
    for course in COURSES:
        _define(issuer, slug_of(course), {"version": 1, "kind": "course_passed", "course": course})
    leaves = [{"kind": "course_passed", "course": course} for course in COURSES]
    _define(issuer, "most", {"version": 1, "at_least": LEAST_OF_ALL, "of": leaves})
    people = get_user_model()
    people.objects.bulk_create(
        people(username=f"learner-{number}", first_name="Ελένη", last_name=f"Παπαδάκη {number}")
        for number in range(1, LEARNERS + 1)
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE lms_grade (learner BIGINT, course VARCHAR(191), grade DECIMAL(5, 4), passing BOOL, "
            "graded_at DATETIME(6), PRIMARY KEY (learner, course))"
        )


def _define(issuer: Any, slug: str, condition: dict[str, Any]) -> None:
    from ingenium_credentials import api
    from ingenium_credentials.models import Achievement, AwardRule
    from tests.annex import ELEMENTS

    texts: dict[str, Any] = {name: {"en": slug} for name in ("names", "descriptions", "criteria")}
    achievement = api.define(
        Achievement(slug=slug, issuer=issuer, **texts, **ELEMENTS), awarding_bodies=[issuer.organisation]
    )
    api.activate(achievement)
    api.define_rule(AwardRule(name=slug, achievement=achievement, condition=condition, enabled=True))


def stream(part: str, parts: str, progress: str) -> None:
    """Send this producer's part of the completions; a byte of the file `progress` for each."""
    ids = _user_ids()
    repeated = 0
    mine = completions(SEED)[int(part) :: int(parts)]
    with Path(progress).open("ab", buffering=0) as done:
        for completion in mine:
            for news in completion.news:
                repeated += _until_committed(partial(_happen, ids[completion.learner], completion, news))
            done.write(b".")
    print(json.dumps({"repeated": repeated}))


def _user_ids() -> dict[int, int]:
    from django.contrib.auth import get_user_model

    found: list[tuple[str, int]] = []
    _until_committed(lambda: found.extend(get_user_model().objects.values_list("username", "pk")))
    return {int(name.removeprefix("learner-")): pk for name, pk in found}


def _until_committed(act: Callable[[], object]) -> int:
    """Do it in a transaction, again while the database is away; returns how often again."""
    for again in range(10_000):
        try:
            with transaction.atomic():
                act()
        except GONE:
            connection.close()
            time.sleep(PAUSE)
        else:
            return again
    raise TimeoutError("The database stays away.")


def _happen(learner_id: int, completion: Completion, news: News) -> None:
    """The LMS's own row, and the event with the moment of the grading."""
    if news.written:
        with connection.cursor() as cursor:
            cursor.execute(
                "REPLACE INTO lms_grade VALUES (%s, %s, %s, %s, %s)",
                [learner_id, completion.course, news.grade, news.is_passing, news.at.replace(tzinfo=None)],
            )
    if news.told:
        _send(learner_id, completion.course, news)


def _send(learner_id: int, course: str, news: News) -> None:
    from opaque_keys.edx.keys import CourseKey
    from openedx_events.learning.data import CourseData, CoursePassingStatusData, UserData, UserPersonalData
    from openedx_events.learning.signals import COURSE_PASSING_STATUS_UPDATED as SIGNAL

    person = UserPersonalData(username="", email="", name="")
    status = CoursePassingStatusData(
        is_passing=news.is_passing,
        course=CourseData(course_key=CourseKey.from_string(course)),
        user=UserData(id=learner_id, is_active=True, pii=person),
    )
    metadata = SIGNAL.generate_signal_metadata(time=news.at)
    SIGNAL.send_event_with_custom_metadata(metadata, course_passing_status=status)


def sweep_on(seconds: str) -> None:
    """What Celery beat does: a sweep every so many seconds, whatever is away."""
    from ingenium_credentials import tasks

    while True:
        with suppress(*GONE):
            tasks.sweep()
        connection.close()
        time.sleep(float(seconds))


def settle() -> None:
    """Sweep and reconcile until nothing is left to do; print what it took."""
    from ingenium_credentials import api, lms, tasks

    lms.facts_of_course = _facts_of_course
    took: Counter[str] = Counter()
    for _round in range(ROUNDS):
        took["sweeps"] += 1
        tasks.sweep()
        _wait_while_it_gets_less()
        run = api.reconcile()
        took.update({f"{kind} (by comparison)": count for kind, count in run.found.items()})
        if not run.found and _left() == 0:
            print(json.dumps(took))
            return
    sys.exit(f"Not quiet: {_left()} wait, {run.found} differ.")


def _left() -> int:
    from ingenium_credentials.models import Award, CourseResult, IncomingNews

    connection.close()
    pending = Award.objects.filter(state=Award.State.PENDING).count() + IncomingNews.objects.count()
    return pending + CourseResult.objects.filter(dirty=True).count()


def _wait_while_it_gets_less() -> None:
    left, since = _left(), time.monotonic()
    while left and time.monotonic() < since + STALLED_SECONDS:
        time.sleep(1)
        now = _left()
        if now != left:
            left, since = now, time.monotonic()


def _facts_of_course(course_id: str, since: dt.datetime | None = None) -> Iterator[Any]:
    """The rows of the LMS's table as `lms.py` reads them in an LMS, but for the grade.

    No event tells of it here, so that every row would differ by it.
    """
    from ingenium_credentials.lms import CourseFact

    with connection.cursor() as cursor:
        cursor.execute("SELECT learner, passing, graded_at FROM lms_grade WHERE course = %s", [course_id])
        rows = cursor.fetchall()
    for learner_id, passing, graded_at in rows:
        at = graded_at.replace(tzinfo=dt.UTC)
        if since is None or at >= since:
            yield CourseFact(
                learner_id=learner_id,
                course_id=course_id,
                grade_at=at,
                is_passing=bool(passing),
                passed_at=at if passing else None,
            )


def judge(part: str, parts: str) -> None:
    """Compare this part of the learners with what is right, verify every document; print the counts."""
    from ingenium_credentials import api
    from ingenium_credentials.conf import conf
    from ingenium_credentials.models import AuditEntry, Award, Credential

    mine = {number: pk for number, pk in _user_ids().items() if number % int(parts) == int(part)}
    right = {(mine[learner], slug) for learner, slug in expected(SEED) if learner in mine}
    awards = Award.objects.filter(learner_id__in=mine.values())
    found = Counter(awards.values_list("learner_id", "definition"))
    uuids = {str(uuid) for uuid in awards.values_list("uuid", flat=True)}
    noted = Counter(
        AuditEntry.objects.filter(action="awarded", subject_id__in=uuids).values_list("subject_id")
    )
    counts: Counter[str] = Counter(
        expected=len(right),
        awards=sum(found.values()),
        issued=awards.filter(state=Award.State.ISSUED).count(),
        lost=len(right - found.keys()),
        wrong=len(found.keys() - right),
        double=sum(times > 1 for times in found.values()),
        noted_once=sum(times == 1 for times in noted.values()),
        documents_expected=len(right) * len(conf.FORMATS),
    )
    for body in Credential.objects.filter(award__in=awards).values_list("body", flat=True).iterator():
        counts["documents"] += 1
        counts["valid"] += api.verify(bytes(body)).verdict == "valid"
    print(json.dumps(counts))


def award_some(count: str) -> None:
    """Pending awards, which nobody issues yet."""
    from ingenium_credentials import api
    from ingenium_credentials.models import Achievement

    achievement = Achievement.objects.get(slug="most")
    for _number, learner_id in sorted(_user_ids().items())[: int(count)]:
        api.award(learner_id=learner_id, achievement=achievement, awarded_at=dt.datetime.now(dt.UTC))


def issue_and_crash(server: str, after: str) -> None:
    """Issue them all in one batch; the database server is killed before that many documents are stored."""
    from ingenium_credentials import api
    from ingenium_credentials.models import Award

    stored = 0

    def crash(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal stored
        if sql.startswith("INSERT INTO `ingenium_credentials_credential`"):
            stored += 1
            if stored > int(after):
                os.kill(int(server), signal.SIGKILL)
        return execute(sql, params, many, context)

    ids = list(Award.objects.order_by("pk").values_list("pk", flat=True))
    with connection.execute_wrapper(crash):
        try:
            api.issue(ids)
        except GONE:
            return
    sys.exit("The database was not missed.")


def issue_rest() -> None:
    """Issue what is left, as the task does when it is tried again; print what there is then."""
    from ingenium_credentials import api
    from ingenium_credentials.conf import conf
    from ingenium_credentials.models import Award, Credential

    before = Award.objects.filter(state=Award.State.ISSUED).count()
    api.issue(list(Award.objects.order_by("pk").values_list("pk", flat=True)))
    bodies = Credential.objects.values_list("body", flat=True)
    counts = {
        "before": before,
        "issued": Award.objects.filter(state=Award.State.ISSUED).count(),
        "documents": len(bodies),
        "formats": len(conf.FORMATS),
        "valid": sum(api.verify(bytes(body)).verdict == "valid" for body in bodies),
    }
    print(json.dumps(counts))


STEPS: dict[str, Callable[..., None]] = {
    "populate": populate,
    "stream": stream,
    "sweep": sweep_on,
    "settle": settle,
    "judge": judge,
    "award-some": award_some,
    "issue-and-crash": issue_and_crash,
    "issue-rest": issue_rest,
}

if __name__ == "__main__":
    django.setup()
    STEPS[sys.argv[1]](*sys.argv[2:])
