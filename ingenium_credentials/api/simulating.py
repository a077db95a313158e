"""Try a condition before it is switched on: who would earn it, who just misses, and why.

Learners stream through in chunks, each with the same few queries, judged by the very
functions that award. After each chunk the row says how far it is: that is the progress
bar, the way to cancel, and the place from which another worker goes on.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from attrs import frozen
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from .. import rules
from ..models import Achievement, AwardRule, CourseResult, Simulation
from . import auditing, facts, foreseeing, nearness, queueing
from .audience import Audience
from .errors import DATABASE_GONE, problem_of

__all__ = [
    "cancel_simulation",
    "people_of_simulation",
    "run_simulation",
    "simulations_left",
    "start_simulation",
]

_CHUNK = 1000
_SHOWN = 200
"""Learners named in an outcome, of each kind; the others are counted."""
_REASONS_SHOWN = 5
_SILENT = dt.timedelta(minutes=2)
_GIVEN_UP = dt.timedelta(hours=6)

State = Simulation.State

_WORDS = dict.fromkeys((foreseeing.Verdict.RENEW, foreseeing.Verdict.REGAIN), foreseeing.Verdict.HAS.value)
"""Who would only have it renewed, or its review ended, has it."""


def start_simulation(
    course_id: str,
    achievement: Achievement,
    condition: object,
    *,
    actor_id: int | None,
    rule: AwardRule | None = None,
) -> Simulation:
    """Begin to try a condition on everybody in the course and in the courses it names.

    `rule` is the one to be changed, whose approvals count. Raises `rules.ConditionError`.
    """
    trial = _Trial(course_id, achievement, rules.parse(condition), rule)
    with transaction.atomic():
        row = Simulation.objects.create(
            course_id=course_id,
            achievement=achievement,
            rule=rule,
            condition=condition,
            total=trial.audience.count(),
            outcome=_nothing_yet(),
            asked_at=timezone.now(),
            actor_id=actor_id,
        )
        auditing.note("simulated", row, actor_id=actor_id)
        queueing.queue(queueing.SIMULATE, row.pk)
    return row


def run_simulation(simulation_id: int) -> Simulation:
    """Judge the learners that are left, until done or cancelled. Again, or twice at once: no harm."""
    row = _stored(simulation_id)
    try:
        while row.state == State.RUNNING:
            row = _advance(row)
    except DATABASE_GONE:
        raise
    except Exception as error:  # whatever it is, the page must not wait for ever
        remedy = _("It stopped (%(problem)s). Start it again; if it stops again, tell the operator.")
        _fail(row, remedy % {"problem": problem_of(error)})
        row = _stored(simulation_id)
    return row


def cancel_simulation(simulation: Simulation, *, actor_id: int | None = None) -> Simulation:
    """Stop it after the chunk at hand; what was found so far stays. Changes nothing once it has ended."""
    with transaction.atomic():
        running = Simulation.objects.filter(pk=simulation.pk, state=State.RUNNING)
        if running.update(state=State.CANCELLED, changed_at=timezone.now()):
            auditing.note("simulation-cancelled", simulation, actor_id=actor_id)
    simulation.refresh_from_db()
    return simulation


def people_of_simulation(simulation: Simulation) -> Iterator[list[tuple[int, str, list[dict[str, Any]]]]]:
    """Everybody who has a result in the trial's course, judged as of now: who, what, what is missing.

    In chunks, each with the same few queries; learners of other courses alone are left out.
    """
    trial = _Trial(
        simulation.course_id, simulation.achievement, rules.parse(simulation.condition), simulation.rule
    )
    whole, after = nearness.size(trial.condition.root), 0
    while chunk := trial.audience.page(after, _CHUNK):
        here = CourseResult.objects.filter(course_id=simulation.course_id, learner_id__in=chunk)
        shown = set(here.values_list("learner_id", flat=True))
        yield [
            (learner_id, _nearer(verdict, nearness.distance(found), whole), _reasons(found))
            for learner_id, verdict, found in trial.judge(chunk)
            if learner_id in shown
        ]
        after = chunk[-1]


def simulations_left(now: dt.datetime) -> list[int]:
    """Those whose worker has fallen silent, to be gone on with; hopeless ones fail."""
    silent = Simulation.objects.filter(state=State.RUNNING, changed_at__lt=now - _SILENT)
    for row in silent.filter(asked_at__lt=now - _GIVEN_UP):
        _fail(row, _("No worker has finished it. Ask the operator whether workers run, and start it again."))
    return list(silent.filter(state=State.RUNNING).order_by("pk").values_list("pk", flat=True))


@frozen
class _Trial:
    """One condition, held against the learners of a course."""

    course_id: str
    achievement: Achievement
    condition: rules.Rule
    rule: AwardRule | None

    @property
    def audience(self) -> Audience:
        """Everybody in the course, and in the courses that the condition names."""
        courses = frozenset({self.course_id, *self.condition.courses})
        return Audience(self.condition, courses, self.rule)

    def judge(self, learner_ids: Sequence[int]) -> Iterator[tuple[int, str, rules.Explanation]]:
        """Of each of these: who, what would become of them, and why."""
        verdicts = foreseeing.Verdicts(learner_ids, self.achievement.slug)
        known = facts.known_of(
            learner_ids,
            self.condition,
            rule=self.rule,
            courses_count_twice=self.achievement.counts_courses_twice,
        )
        for learner_id, what in known:
            found = self.condition.explain(what)
            yield learner_id, _WORDS.get(verdict := verdicts.of(learner_id, found), verdict.value), found


def _advance(row: Simulation) -> Simulation:
    """Judge one more chunk, and write down how far that is: the only writer wins."""
    trial = _Trial(row.course_id, row.achievement, rules.parse(row.condition), row.rule)
    outcome: dict[str, Any] = row.outcome or _nothing_yet()
    chunk = trial.audience.page(outcome["after"], _CHUNK)
    for learner_id, verdict, found in trial.judge(chunk):
        _count(outcome, learner_id, verdict, found, nearness.size(trial.condition.root))
    outcome["near"] = sorted(outcome["near"], key=lambda near: (near["steps"], near["learner"]))[:_SHOWN]
    outcome["after"] = chunk[-1] if chunk else outcome["after"]
    done = row.done + len(chunk)
    changes = {
        "outcome": outcome,
        "done": done,
        "total": max(row.total, done) if len(chunk) == _CHUNK else done,
        "state": State.RUNNING if len(chunk) == _CHUNK else State.DONE,
        "changed_at": timezone.now(),
    }
    Simulation.objects.filter(pk=row.pk, state=State.RUNNING, done=row.done).update(**changes)
    return _stored(row.pk)


def _nothing_yet() -> dict[str, Any]:
    return {
        "after": 0,
        "counts": dict.fromkeys(("earn", "has", "near", "not", "revoked", "unknown"), 0),
        "learners": {verdict: [] for verdict in ("earn", "has", "revoked", "unknown")},
        "near": [],
        "missing": {},
    }


def _count(
    outcome: dict[str, Any], learner_id: int, verdict: str, found: rules.Explanation, whole: float
) -> None:
    steps = nearness.distance(found)
    if (verdict := _nearer(verdict, steps, whole)) == "near":
        outcome["near"].append({"learner": learner_id, "steps": round(steps, 4), "reasons": _reasons(found)})
    outcome["counts"][verdict] += 1
    if len(named := outcome["learners"].get(verdict, _FULL)) < _SHOWN:
        named.append(learner_id)
    if verdict in ("near", "not", "unknown"):
        for leaf in nearness.lacking(found):
            outcome["missing"][leaf.path] = outcome["missing"].get(leaf.path, 0) + 1


def _nearer(verdict: str, steps: float, whole: float) -> str:
    return "near" if verdict == "not" and nearness.is_near(steps, whole) else verdict


_FULL = [0] * _SHOWN


def _reasons(found: rules.Explanation) -> list[dict[str, Any]]:
    return [
        {
            "path": leaf.path,
            "kind": leaf.kind,
            "course": leaf.course,
            "definition": leaf.definition,
            "have": None if leaf.have is None else str(leaf.have),
            "need": None if leaf.need is None else str(leaf.need),
        }
        for leaf in islice(nearness.lacking(found), _REASONS_SHOWN)
    ]


def _fail(row: Simulation, problem: str) -> None:
    changes: Mapping[str, Any] = {"state": State.FAILED, "last_problem": problem[:255]}
    running = Simulation.objects.filter(pk=row.pk, state=State.RUNNING)
    running.update(**changes, changed_at=timezone.now())


def _stored(simulation_id: int) -> Simulation:
    rows = Simulation.objects.select_related("achievement", "rule__achievement")
    return rows.defer("achievement__image_svg", "achievement__image_png").get(pk=simulation_id)
