"""What happens in a fault run, all of it drawn from one seed: the same seed, the same plan.

Only when the processes get to run is the machine's own affair, so the points at which
something is killed are counted in completions and not in seconds.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from decimal import Decimal

from attrs import frozen

LEARNERS = 500
COURSES = tuple(f"course-v1:INGENIUM+F{number}+2026" for number in range(1, 5))
COMPLETIONS = LEARNERS * len(COURSES)
LEAST_OF_ALL = 3
"""The fifth definition is for whoever passes so many of the courses."""
KILLS_IN_THE_STREAM = 14
KILLS_AFTER_IT = 5
VICTIMS = ("database", "broker", "worker-1", "worker-2")
START = dt.datetime(2026, 9, 1, 8, tzinfo=dt.UTC)


@frozen(kw_only=True)
class News:
    """The course was graded at that moment; whether the LMS writes it, and an event tells it, now."""

    at: dt.datetime
    is_passing: bool
    grade: Decimal
    written: bool = True
    told: bool = True


@frozen(kw_only=True)
class Completion:
    """One learner in one course: what is written and told, in the order in which it is."""

    learner: int
    """1 to `LEARNERS`; not the user id."""
    course: str
    news: tuple[News, ...]

    @property
    def is_passing(self) -> bool:
        """How it ends."""
        return max(self.news, key=lambda one: one.at).is_passing


@frozen(kw_only=True)
class Kill:
    """These are killed once so much is done, and started again after some seconds."""

    after: int
    """Completions that have been streamed."""
    victims: tuple[str, ...]
    seconds: float


def completions(seed: int) -> list[Completion]:
    """Every learner in every course, in the order of the stream."""
    chance = random.Random(f"completions {seed}")
    found = [
        Completion(learner=learner, course=course, news=_story(chance))
        for learner in range(1, LEARNERS + 1)
        for course in COURSES
    ]
    chance.shuffle(found)
    return found


def _story(chance: random.Random) -> tuple[News, ...]:
    """Passes and failures as a course has them: also late, repeated, or without an event."""
    at = START + dt.timedelta(minutes=chance.randrange(60_000))
    low, high = Decimal(chance.randrange(20, 50)) / 100, Decimal(chance.randrange(50, 101)) / 100
    failed = News(at=at, is_passing=False, grade=low)
    passed = News(at=at + dt.timedelta(hours=1), is_passing=True, grade=high)
    late = News(at=failed.at, is_passing=False, grade=low, written=False)
    again = News(at=passed.at, is_passing=True, grade=high, written=False)
    in_bulk = News(at=passed.at, is_passing=True, grade=high, told=False)
    stories: list[tuple[int, tuple[News, ...]]] = [
        (48, (passed,)),
        (20, (failed,)),
        (10, (failed, passed)),
        (10, (passed, late)),
        (8, (failed, passed, late, again, again)),
        (4, (in_bulk,)),
    ]
    return chance.choices([story for _, story in stories], [weight for weight, _ in stories])[0]


def kills(seed: int) -> list[Kill]:
    """When what is killed while completions stream in: each victim several times, some together."""
    chance = random.Random(f"kills {seed}")
    points = sorted(chance.sample(range(40, COMPLETIONS - 40), KILLS_IN_THE_STREAM))
    return [
        Kill(after=point, victims=victims, seconds=chance.uniform(0, 2.5))
        for point, victims in zip(points, _victims(chance, KILLS_IN_THE_STREAM), strict=True)
    ]


def later_kills(seed: int) -> list[Kill]:
    """The same for the work that is left when the stream has ended."""
    chance = random.Random(f"later kills {seed}")
    return [
        Kill(after=COMPLETIONS, victims=victims, seconds=chance.uniform(0, 2.5))
        for victims in _victims(chance, KILLS_AFTER_IT)
    ]


def _victims(chance: random.Random, times: int) -> Iterator[tuple[str, ...]]:
    for number in range(times):
        together = chance.random() < 0.2
        yield VICTIMS if together else (VICTIMS[number % len(VICTIMS)],)


def expected(seed: int) -> set[tuple[int, str]]:
    """Learner and definition of every award that is right at the end."""
    passed: dict[int, set[str]] = {}
    for completion in completions(seed):
        if completion.is_passing:
            passed.setdefault(completion.learner, set()).add(completion.course)
    found = {(learner, slug_of(course)) for learner, courses in passed.items() for course in courses}
    return found | {(learner, "most") for learner, courses in passed.items() if len(courses) >= LEAST_OF_ALL}


def slug_of(course: str) -> str:
    """The definition that passing the course leads to."""
    return course.split("+")[1].lower()
