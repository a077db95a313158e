"""Hold many learners against twenty rules: in memory, and read from the rows on SQLite.

    python -m benchmarks.rules [--learners 5000] [--naive 200]

    python -m benchmarks.rules --learners 100000       # the size of a whole platform

The rules are of every kind that rows can answer, among them stacks in which courses
overlap. Beside ours stand two peers that do the same naively, on as many learners as
`--naive` says: the condition read anew for each learner, and the rows asked for learner
by learner. Ours is asserted to give the same outcome as they do. CPU time is counted.
"""

from __future__ import annotations

import argparse
import datetime as dt
import itertools
import os
import platform
import random
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

COURSES = [f"course-v1:U{number % 3}+C{number}+2026" for number in range(6)]
DEFINITIONS = ["d0", "d1", "d2"]
START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
SEED = 20261123
_BATCH = 2000


def conditions() -> list[dict[str, Any]]:
    """Twenty conditions, each another shape or another course."""

    def passed(number: int, **more: Any) -> dict[str, Any]:
        return {"kind": "course_passed", "course": COURSES[number], **more}

    def held(number: int) -> dict[str, Any]:
        return {"kind": "credential_held", "definition": DEFINITIONS[number]}

    nodes: list[dict[str, Any]] = [
        *(passed(number) for number in range(4)),
        *(passed(number, min_grade=0.8) for number in range(3)),
        passed(0, min_grade=0.6, modes=["verified"]),
        {"kind": "certificate_issued", "course": COURSES[1], "modes": ["verified"]},
        {"kind": "time_window", "course": COURSES[0], "until": "2026-06-01T00:00:00Z"},
        {"all": [passed(0), passed(1)]},
        {"all": [passed(number) for number in range(6)]},
        {"any": [passed(2, min_grade=0.9), passed(3)]},
        {"at_least": 2, "of": [passed(number) for number in range(5)]},
        {"at_least": 3, "of": [{"all": [passed(0), passed(1)]}, passed(1), passed(2), passed(3)]},
        {"kind": "ects", "least": 15, "courses": COURSES},
        {"kind": "universities", "least": 2, "courses": COURSES},
        {"all": [held(0), held(1)]},
        {"at_least": 2, "of": [held(0), held(1), held(2), passed(4)]},
        {"kind": "ects", "least": 12, "courses": COURSES[:3], "definitions": DEFINITIONS},
    ]
    return [{"version": 1} | node for node in nodes]


def write_rows(learners: int) -> None:
    """Results of each learner in about half of the courses, and some awards."""
    from ingenium_credentials.models import CourseResult, OfferedCourse, Organisation

    universities = [Organisation.objects.create(slug=f"u{number}") for number in range(3)]
    for number, course_id in enumerate(COURSES):
        OfferedCourse.objects.create(course_id=course_id, organisation=universities[number % 3], ects=5)
    chance = random.Random(SEED)
    results = (
        result
        for learner_id in range(1, learners + 1)
        for result in _results(chance, learner_id, CourseResult)
    )
    while batch := list(itertools.islice(results, _BATCH)):
        CourseResult.objects.bulk_create(batch)
    _write_awards(chance, learners, universities)


def _results(chance: random.Random, learner_id: int, table: Any) -> Iterator[Any]:
    for course_id in COURSES:
        if chance.random() < 0.5:
            continue
        passing = chance.random() < 0.7
        at = START + dt.timedelta(hours=chance.randrange(8000)) if passing else None
        yield table(
            learner_id=learner_id,
            course_id=course_id,
            is_passing=passing,
            passing_since=at,
            grade=Decimal(chance.randrange(101)) / 100,
            mode=chance.choice(["verified", "audit"]),
            certificate_status="downloadable" if passing else "",
            certificate_since=at,
        )


def _write_awards(chance: random.Random, learners: int, universities: list[Any]) -> None:
    from ingenium_credentials.models import Achievement, Award, Issuer, StatusList

    issuer = Issuer.objects.create(slug="u0", organisation=universities[0], did="did:web:u0.example")
    places = StatusList.objects.create(issuer=issuer, length=2**22, capacity=2**22)
    for number, slug in enumerate(DEFINITIONS):
        achievement = Achievement.objects.create(
            slug=slug, issuer=issuer, names={"en": slug}, descriptions={}, criteria={}, ects=5
        )
        awards = (
            Award(
                learner_id=learner_id,
                achievement=achievement,
                definition=slug,
                issuer=issuer,
                awarded_at=START,
                # The first two rest on one course for half of those who hold them.
                courses=[chance.choice(COURSES[max(number - 1, 0) : number + 1])],
                status_list=places,
                status_index=number * learners + learner_id,
            )
            for learner_id in range(1, learners + 1)
            if chance.random() < 0.3
        )
        while batch := list(itertools.islice(awards, _BATCH)):
            Award.objects.bulk_create(batch)


def from_rows(learner_ids: Iterable[int]) -> Counter[str]:
    """Ours: each rule read once, its learners streamed."""
    from ingenium_credentials import api, rules

    outcome: Counter[str] = Counter()
    ids = list(learner_ids)
    for number, condition in enumerate(conditions()):
        rule = rules.parse(condition)
        for _learner, known in api.known_of(ids, rule):
            outcome[f"{number} {rule.explain(known).met}"] += 1
    return outcome


def one_by_one(learner_ids: Iterable[int]) -> Counter[str]:
    """Naively: the rows of each learner asked for by themselves, the condition read each time."""
    from ingenium_credentials import api, rules

    outcome: Counter[str] = Counter()
    for learner_id, (number, condition) in itertools.product(learner_ids, enumerate(conditions())):
        outcome[f"{number} {rules.explain(condition, api.known(learner_id, condition)).met}"] += 1
    return outcome


def in_memory(told: list[list[Any]], *, read_once: bool) -> Counter[str]:
    """What is known is there already; the condition is read once, or for each learner."""
    from ingenium_credentials import rules

    outcome: Counter[str] = Counter()
    for number, (condition, learners) in enumerate(zip(conditions(), told, strict=True)):
        rule = rules.parse(condition)
        for known in learners:
            found = rule.explain(known) if read_once else rules.explain(condition, known)
            outcome[f"{number} {found.met}"] += 1
    return outcome


def timed(work: Callable[[], Counter[str]]) -> tuple[float, Counter[str]]:
    """Seconds of CPU, and the outcome."""
    start = time.process_time()
    outcome = work()
    return time.process_time() - start, outcome


def _line(name: str, seconds: float, evaluations: int, ours: float) -> None:
    each = seconds / evaluations
    print(f"{name:<42}{evaluations:>12,}{seconds:>9.1f}{each * 1e6:>9.1f}{each / ours:>9.2f}")


def measure(learners: int, naive: int) -> None:
    """Print what each way takes."""
    from ingenium_credentials import api, rules

    rule_count = len(conditions())
    few = range(1, min(naive, learners) + 1)
    told = [[known for _id, known in api.known_of(few, rules.parse(one))] for one in conditions()]
    print(f"{learners:,} learners, {rule_count} rules, results in {len(COURSES)} courses")
    print(f"{'':<42}{'evaluations':>12}{'CPU s':>9}{'µs each':>9}{'× ours':>9}")

    rounds = max(1, learners // len(few))
    seconds, outcome = timed(lambda: _repeated(lambda: in_memory(told, read_once=True), rounds))
    count = rounds * len(few) * rule_count
    _line("in memory: read once", seconds, count, ours := seconds / count)
    again, naive_outcome = timed(lambda: in_memory(told, read_once=False))
    _line("in memory, naively: read for each learner", again, len(few) * rule_count, ours)
    assert outcome == naive_outcome

    seconds, _all = timed(lambda: from_rows(range(1, learners + 1)))
    count = learners * rule_count
    _line("rows on SQLite: streamed", seconds, count, ours := seconds / count)
    again, naive_outcome = timed(lambda: one_by_one(few))
    _line("rows on SQLite, naively: one by one", again, len(few) * rule_count, ours)
    assert from_rows(few) == naive_outcome
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    print(f"most memory of the process: {peak:.0f} MB")


def _repeated(work: Callable[[], Counter[str]], times: int) -> Counter[str]:
    outcome = Counter[str]()
    for _time in range(times):
        outcome = work()
    return outcome


def main(arguments: list[str]) -> int:
    """Set up rows in a temporary file, then print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rules")
    parser.add_argument("--learners", type=int, default=5000)
    parser.add_argument("--naive", type=int, default=200, help="learners for the naive peers")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="rules-") as place:
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "settings.test",
            "INGENIUM_TEST_SQLITE": str(Path(place) / "db.sqlite3"),
        }
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        write_rows(options.learners)
        print(f"Python {platform.python_version()}, Django {django.get_version()}")
        measure(options.learners, options.naive)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
