"""How long a trial of a rule takes on a course of 100,000 learners, and how much memory.

On SQLite in a file; the rows are made first and not counted.
"""

from __future__ import annotations

import argparse
import os
import resource
import tempfile
import time
from decimal import Decimal
from pathlib import Path

COURSES = [f"course-v1:BENCH+{number}+2026" for number in range(3)]
CONDITION = {
    "version": 1,
    "at_least": 2,
    "of": [{"kind": "course_passed", "course": course, "min_grade": 0.8} for course in COURSES],
}


def peak_mb() -> float:
    """The most memory that this process has ever held; Linux counts in kibibytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6


def main() -> None:
    """Print learners, seconds, and the memory that the trial has added."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--learners", type=int, default=100_000)
    count = parser.parse_args().learners
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "settings.test",
            "INGENIUM_TEST_SQLITE": str(Path(folder) / "db.sqlite3"),
        }
        import django

        django.setup()
        seconds, added, outcome = measure(count)
    print(f"{count:,} learners in {len(COURSES)} courses:", end=" ")
    print(f"{seconds:.1f} s of CPU, {added:.0f} MB more; {outcome}")


def measure(count: int) -> tuple[float, float, dict[str, int]]:
    """Make the rows, try the condition; seconds of CPU, megabytes, counts."""
    from django.core.management import call_command
    from django.utils import timezone

    from ingenium_credentials import api
    from ingenium_credentials.models import Achievement, CourseResult, Issuer, Organisation, Simulation

    call_command("migrate", verbosity=0)
    organisation = Organisation.objects.create(slug="bench")
    issuer = Issuer.objects.create(slug="bench", organisation=organisation, did="did:web:bench.example")
    texts = {"en": "Bench"}
    achievement = Achievement.objects.create(
        slug="bench", issuer=issuer, names=texts, descriptions=texts, criteria=texts
    )
    now = timezone.now()
    for course in COURSES:
        rows = (
            CourseResult(
                learner_id=learner,
                course_id=course,
                is_passing=learner % 3 > 0,
                passing_since=now,
                grade=Decimal(50 + (learner * 7 + len(course)) % 50) / 100,
                mode="honor",
            )
            for learner in range(1, count + 1)
        )
        CourseResult.objects.bulk_create(rows, batch_size=2000)
    row = Simulation.objects.create(
        course_id=COURSES[0], achievement=achievement, condition=CONDITION, asked_at=now, total=count
    )
    before, started = peak_mb(), time.process_time()
    row = api.run_simulation(row.pk)
    assert (row.state, row.done) == ("done", count), row.last_problem
    return time.process_time() - started, peak_mb() - before, row.outcome["counts"]


if __name__ == "__main__":
    main()
