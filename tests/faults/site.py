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

from .judging import judge
from .plan import (
    COURSES,
    GRADED,
    LEARNERS,
    NEVER_LOST,
    REVIEW_DAYS,
    Completion,
    Definition,
    News,
    by_file,
    completions,
    definitions,
    slug_of,
)

SEED = int(os.environ.get("INGENIUM_FAULTS_SEED", "0"))
PAUSE = 0.2
STALLED_SECONDS = 25
SWEEP_AGAIN_SECONDS = 5
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
    for definition in definitions():
        _define(issuer, definition)
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


def _define(issuer: Any, definition: Definition) -> None:
    from ingenium_credentials import api
    from ingenium_credentials.models import Achievement, AwardRule
    from tests.annex import ELEMENTS

    slug = definition.slug
    texts: dict[str, Any] = {name: {"en": slug} for name in ("names", "descriptions", "criteria")}
    achievement = api.define(
        Achievement(slug=slug, issuer=issuer, **texts, **ELEMENTS), awarding_bodies=[issuer.organisation]
    )
    api.define_rule(
        AwardRule(
            name=slug,
            achievement=api.activate(achievement),
            condition=definition.condition,
            enabled=True,
            on_loss=definition.on_loss,
            review_days=REVIEW_DAYS,
        )
    )


def stream(part: str, parts: str, progress: str) -> None:
    """Send this producer's part of the completions; a byte of the file `progress` for each."""
    ids = user_ids()
    repeated = 0
    mine = completions(SEED)[int(part) :: int(parts)]
    with Path(progress).open("ab", buffering=0) as done:
        for completion in mine:
            for news in completion.news:
                repeated += _until_committed(partial(_happen, ids[completion.learner], completion, news))
            done.write(b".")
    print(json.dumps({"repeated": repeated}))


def user_ids() -> dict[int, int]:
    """The user's id of each learner."""
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
        _tell_passing(learner_id, completion.course, news)
        if completion.course == GRADED:
            _tell_grade(learner_id, completion.course, news)


def _tell_passing(learner_id: int, course: str, news: News) -> None:
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


def _tell_grade(learner_id: int, course: str, news: News) -> None:
    from opaque_keys.edx.keys import CourseKey
    from openedx_events.learning.data import CourseData, PersistentCourseGradeData
    from openedx_events.learning.signals import PERSISTENT_GRADE_SUMMARY_CHANGED as SIGNAL

    grade = PersistentCourseGradeData(
        user_id=learner_id,
        course=CourseData(course_key=CourseKey.from_string(course)),
        course_edited_timestamp=news.at,
        course_version="",
        grading_policy_hash="",
        percent_grade=float(news.grade),
        letter_grade="",
        passed_timestamp=None,
    )
    metadata = SIGNAL.generate_signal_metadata(time=news.at)
    SIGNAL.send_event_with_custom_metadata(metadata, grade=grade)


def award_by_file() -> None:
    """A registrar awards one learner by a CSV file, once more while the database is away."""
    _until_committed(_award_by_file)


def _award_by_file() -> None:
    from ingenium_credentials import api
    from ingenium_credentials.models import Achievement, Award

    achievement = Achievement.objects.get(slug=slug_of(NEVER_LOST))
    text = f"username,earned_on,reason\nlearner-{by_file(SEED)},2026-09-01,Passed elsewhere\n"
    row = api.check_import(text.encode(), "awards.csv", "", achievement, actor_id=1).row
    if row is not None:
        api.apply_import(row, actor_id=1)
    # The file is refused when the award is there already: committed, and the answer was lost.
    assert Award.objects.filter(achievement=achievement, learner_id=user_ids()[by_file(SEED)]).exists()


def sweep_on(seconds: str) -> None:
    """What Celery beat does: a sweep every so many seconds, whatever is away."""
    from ingenium_credentials import tasks

    while True:
        with suppress(*GONE):
            tasks.sweep()
        connection.close()
        time.sleep(float(seconds))


def drain() -> None:
    """Sweep until nothing waits, or what waits is not for a sweep; print how often."""
    from ingenium_credentials import tasks

    sweeps, left, since = 0, _left(), time.monotonic()
    while left and time.monotonic() < since + STALLED_SECONDS:
        # What a dead broker has forgotten is found once it is older than a task takes to come.
        tasks.sweep()
        sweeps += 1
        ended = time.monotonic() + SWEEP_AGAIN_SECONDS
        while _left() and time.monotonic() < ended:
            time.sleep(PAUSE)
        now = _left()
        if now < left:
            left, since = now, time.monotonic()
    print(json.dumps({"sweeps": sweeps}))


def compare(part: str, parts: str) -> None:
    """Compare this part of the courses with the LMS, and mend; print what was found."""
    from ingenium_credentials import api, lms

    lms.facts_of_course = _facts_of_course
    found: Counter[str] = Counter()
    for course in COURSES[int(part) :: int(parts)]:
        found.update(api.reconcile(course_id=course).found)
    print(json.dumps(found))


def end_reviews() -> None:
    """The days of every review pass, and a person ends the others; print how many there were."""
    from ingenium_credentials import api
    from ingenium_credentials.models import Award, AwardRule

    now = dt.datetime.now(dt.UTC)
    ended = Counter(
        by_date=Award.objects.filter(review_due_at__gt=now).update(review_due_at=now),
    )
    rules = {rule.achievement.slug: rule for rule in AwardRule.objects.select_related("achievement")}
    # Parts before what is built on them.
    for definition in definitions():
        waiting = Award.objects.filter(definition=definition.slug, review_due_at=None, revoked_at=None)
        for award in waiting.exclude(review_reason=""):
            stands = api.why_not(rules[award.definition], award.learner_id or 0).met is True
            api.close_review(award, stands, "Looked at", 1)
            ended["by a person"] += 1
    print(json.dumps(ended))


def _left() -> int:
    from ingenium_credentials.models import Award, CourseResult, IncomingNews, StatusList

    connection.close()
    pending = Award.objects.filter(state=Award.State.PENDING, review_reason="").count()
    due = Award.objects.filter(review_due_at__lte=dt.datetime.now(dt.UTC), revoked_at=None).count()
    wholes = Award.objects.filter(wholes_due_at__isnull=False).count()
    stale = StatusList.objects.filter(stale=True).count()
    news = IncomingNews.objects.count() + CourseResult.objects.filter(dirty=True).count()
    return pending + due + wholes + stale + news


def _facts_of_course(course_id: str, since: dt.datetime | None = None) -> Iterator[Any]:
    """The rows of the LMS's table as `lms.py` reads them, but for grades of which no event tells here."""
    from ingenium_credentials.lms import CourseFact

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT learner, passing, grade, graded_at FROM lms_grade WHERE course = %s", [course_id]
        )
        rows = cursor.fetchall()
    for learner_id, passing, grade, graded_at in rows:
        at = graded_at.replace(tzinfo=dt.UTC)
        if since is None or at >= since:
            yield CourseFact(
                learner_id=learner_id,
                course_id=course_id,
                grade_at=at,
                grade=grade if course_id == GRADED else None,
                is_passing=bool(passing),
                passed_at=at if passing else None,
            )


def judge_part(part: str, parts: str) -> None:
    """Judge this part of the learners; print the counts."""
    mine = {number: pk for number, pk in user_ids().items() if number % int(parts) == int(part)}
    print(json.dumps(judge(mine, SEED)))


def award_some(count: str) -> None:
    """Pending awards, which nobody issues yet."""
    from ingenium_credentials import api
    from ingenium_credentials.models import Achievement

    achievement = Achievement.objects.get(slug="most")
    for _number, learner_id in sorted(user_ids().items())[: int(count)]:
        api.award(learner_id=learner_id, achievement=achievement, awarded_at=dt.datetime.now(dt.UTC))


def issue_and_crash(server: str, after: str) -> None:
    """Issue them all in one batch; the server is killed with the documents of one more stored and open."""
    from ingenium_credentials import api
    from ingenium_credentials.models import Award

    stored = 0

    def crash(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal stored
        if stored > int(after):
            os.kill(int(server), signal.SIGKILL)
        done = execute(sql, params, many, context)
        stored += sql.startswith("INSERT INTO `ingenium_credentials_credential`")
        return done

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
    "award-by-file": award_by_file,
    "drain": drain,
    "compare": compare,
    "end-reviews": end_reviews,
    "judge": judge_part,
    "award-some": award_some,
    "issue-and-crash": issue_and_crash,
    "issue-rest": issue_rest,
}

if __name__ == "__main__":
    django.setup()
    STEPS[sys.argv[1]](*sys.argv[2:])
