"""What happens in a fault run, all of it drawn from one seed: the same seed, the same plan.

Only when the processes get to run is the machine's own affair, so the points at which
something is killed are counted in completions and not in seconds.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from attrs import evolve, frozen

LEARNERS = 500
COURSES = tuple(f"course-v1:INGENIUM+F{number}+2026" for number in range(1, 5))
COMPLETIONS = LEARNERS * len(COURSES)
LEAST_OF_ALL = 3
"""The definition `most` is for whoever passes so many courses, `both` for whoever holds two of the others."""
GRADED, LEAST_GRADE = COURSES[2], 0.7
"""The rule of this course asks for a grade, too."""
NEVER_LOST = COURSES[3]
"""Who has passed this course does not lose it again."""
REVIEW_DAYS = 30
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
    def last(self) -> News:
        """How it ends."""
        return max(self.news, key=lambda one: one.at)


@frozen(kw_only=True)
class Definition:
    """What is awarded, by which condition, and what becomes of it when that is not met any more."""

    slug: str
    condition: dict[str, Any]
    on_loss: str


@frozen(kw_only=True)
class Kill:
    """These are killed once so much is done, and started again after some seconds."""

    after: int
    """Completions that have been streamed."""
    victims: tuple[str, ...]
    seconds: float


def definitions() -> list[Definition]:
    """One for each course, and two for several of them; what is built on others comes last."""
    passed: list[dict[str, Any]] = [{"kind": "course_passed", "course": course} for course in COURSES]
    graded = [
        {**leaf, "min_grade": float(LEAST_GRADE)} if leaf["course"] == GRADED else leaf for leaf in passed
    ]
    held = [{"kind": "credential_held", "definition": slug_of(course)} for course in (COURSES[0], NEVER_LOST)]
    return [
        *(
            Definition(slug=slug_of(leaf["course"]), condition={"version": 1, **leaf}, on_loss=on_loss)
            for leaf, on_loss in zip(graded, ("review", "revoke", "review", "keep"), strict=True)
        ),
        Definition(
            slug="most", condition={"version": 1, "at_least": LEAST_OF_ALL, "of": passed}, on_loss="revoke"
        ),
        Definition(slug="both", condition={"version": 1, "all": held}, on_loss="revoke"),
    ]


def completions(seed: int) -> list[Completion]:
    """Every learner in every course, in the order of the stream."""
    chance = random.Random(f"completions {seed}")
    found = [
        Completion(learner=learner, course=course, news=_story(chance, may_lose=course != NEVER_LOST))
        for learner in range(1, LEARNERS + 1)
        for course in COURSES
    ]
    chance.shuffle(found)
    return found


def _story(chance: random.Random, *, may_lose: bool) -> tuple[News, ...]:
    """Passes and failures as a course has them: also lost, late, repeated, or without an event."""
    at = START + dt.timedelta(minutes=chance.randrange(60_000))
    low, high = Decimal(chance.randrange(20, 50)) / 100, Decimal(chance.randrange(50, 101)) / 100
    failed = News(at=at, is_passing=False, grade=low)
    passed = News(at=at + dt.timedelta(hours=1), is_passing=True, grade=high)
    annulled = News(at=at + dt.timedelta(hours=2), is_passing=False, grade=low)
    repeated = News(at=at + dt.timedelta(hours=3), is_passing=True, grade=high)
    late, again = evolve(failed, written=False), evolve(passed, written=False)
    kept: list[tuple[int, tuple[News, ...]]] = [
        (40, (passed,)),
        (16, (failed,)),
        (8, (failed, passed)),
        (8, (passed, late)),
        (6, (failed, passed, late, again, again)),
        (4, (evolve(passed, told=False),)),
    ]
    lost: list[tuple[int, tuple[News, ...]]] = [
        (6, (passed, annulled)),
        (3, (annulled, again, late)),
        (3, (passed, evolve(annulled, told=False))),
        (4, (passed, annulled, again, repeated)),
        (2, (passed, repeated, evolve(annulled, written=False), again)),
    ]
    stories = kept + lost if may_lose else kept
    return chance.choices([story for _, story in stories], [weight for weight, _ in stories])[0]


def by_file(seed: int) -> int:
    """The learner who passes the first course, never the last, and whom a file awards what that leads to."""
    all_of_them = completions(seed)
    first = {one.learner for one in all_of_them if one.course == COURSES[0] and one.last.is_passing}
    never = (one.learner for one in all_of_them if one.course == NEVER_LOST and not one.last.is_passing)
    return next(learner for learner in never if learner in first)


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
    found = {(by_file(seed), slug_of(NEVER_LOST))}
    for completion in completions(seed):
        if not completion.last.is_passing:
            continue
        passed.setdefault(completion.learner, set()).add(completion.course)
        if completion.course != GRADED or completion.last.grade >= LEAST_GRADE:
            found.add((completion.learner, slug_of(completion.course)))
    found |= {(learner, "most") for learner, courses in passed.items() if len(courses) >= LEAST_OF_ALL}
    parts = (slug_of(COURSES[0]), slug_of(NEVER_LOST))
    return found | {
        (learner, "both")
        for learner in range(1, LEARNERS + 1)
        if all((learner, part) in found for part in parts)
    }


def slug_of(course: str) -> str:
    """The definition that passing the course leads to."""
    return course.split("+")[1].lower()
