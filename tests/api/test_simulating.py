from __future__ import annotations

import datetime as dt
import random
import time
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingenium_credentials import api, tasks
from ingenium_credentials.api import simulating
from ingenium_credentials.models import Achievement, Award, AwardRule, CourseResult, Simulation
from ingenium_credentials.rules import ConditionError

pytestmark = pytest.mark.django_db

COURSE = "course-v1:UOC+MED101+2026"
OTHER = "course-v1:HIS+AI+2026"
SINCE = dt.datetime(2026, 1, 15, tzinfo=dt.UTC)
WITH_80 = {"version": 1, "kind": "course_passed", "course": COURSE, "min_grade": 0.8}


def _results(*grades: str | None, course: str = COURSE, first: int = 1) -> None:
    """One learner for each; None has not passed."""
    CourseResult.objects.bulk_create(
        CourseResult(
            learner_id=first + number,
            course_id=course,
            is_passing=grade is not None,
            passing_since=SINCE if grade is not None else None,
            grade=Decimal(grade) if grade is not None else None,
            mode="honor",
        )
        for number, grade in enumerate(grades)
    )


def _simulated(achievement: Achievement, condition: object = WITH_80) -> Simulation:
    row = api.start_simulation(COURSE, achievement, condition, actor_id=1)
    return api.run_simulation(row.pk)


def test_counts_who_would_earn_it_who_just_misses_and_who_does_not(achievement: Achievement) -> None:
    _results("0.8", "0.95", "0.78", "0.7", "0.1", None)

    row = _simulated(achievement)

    assert (row.state, row.done, row.total) == ("done", 6, 6)
    assert row.outcome["counts"] == {
        "earn": 2,
        "has": 0,
        "near": 2,
        "not": 2,
        "revoked": 0,
        "unknown": 0,
    }
    assert row.outcome["learners"]["earn"] == [1, 2]


def test_the_nearest_miss_comes_first_with_its_figures(achievement: Achievement) -> None:
    _results("0.7", "0.78")

    nearest, next_one = _simulated(achievement).outcome["near"]

    assert (nearest["learner"], next_one["learner"]) == (2, 1)
    (reason,) = nearest["reasons"]
    assert (reason["kind"], reason["course"]) == ("course_passed", COURSE)
    assert (Decimal(reason["have"]), Decimal(reason["need"])) == (Decimal("0.78"), Decimal("0.8"))


def test_says_how_often_each_requirement_is_missing(achievement: Achievement) -> None:
    both = {"version": 1, "all": [{"kind": "course_passed", "course": course} for course in (COURSE, OTHER)]}
    _results("0.8", "0.8", None)

    assert _simulated(achievement, both).outcome["missing"] == {"all.0": 1, "all.1": 3}


def test_knows_who_has_it_already_and_what_was_revoked(achievement: Achievement) -> None:
    people = get_user_model().objects
    ids = [people.create_user(f"u{number}", first_name="Ada", last_name="B").pk for number in range(3)]
    _results("0.9", "0.9", "0.9", first=ids[0])
    for learner_id in ids[:2]:
        api.award(learner_id=learner_id, achievement=achievement, awarded_at=SINCE)
    api.revoke(Award.objects.get(learner_id=ids[1]).uuid, reason="Mistake", actor_id=1)

    outcome = _simulated(achievement).outcome

    assert outcome["learners"] == {"earn": [ids[2]], "has": [ids[0]], "revoked": [ids[1]], "unknown": []}


def test_what_is_not_known_is_not_guessed(achievement: Achievement) -> None:
    _results("0.9")
    CourseResult.objects.update(grade=None)

    assert _simulated(achievement).outcome["counts"]["unknown"] == 1


def test_learners_of_the_courses_that_the_condition_names_are_tried_too(achievement: Achievement) -> None:
    _results("0.9", course=OTHER, first=50)
    condition = {"version": 1, "kind": "course_passed", "course": OTHER}

    assert _simulated(achievement, condition).outcome["learners"]["earn"] == [50]


def test_a_condition_that_is_not_understood_is_refused(achievement: Achievement) -> None:
    with pytest.raises(ConditionError):
        api.start_simulation(COURSE, achievement, {"version": 1, "kind": "luck"}, actor_id=1)

    assert not Simulation.objects.exists()


def test_nobody_in_the_course_is_an_answer_as_well(achievement: Achievement) -> None:
    row = _simulated(achievement)

    assert (row.state, row.total, row.outcome["counts"]["earn"]) == ("done", 0, 0)


class TestManyLearners:
    @pytest.fixture(autouse=True)
    def chunks_of_ten(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(simulating, "_CHUNK", 10)

    def test_lists_are_bounded_and_counts_are_not(
        self, achievement: Achievement, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(simulating, "_SHOWN", 5)
        _results(*["0.9"] * 23, *["0.79"] * 8, *["0.7"] * 10)

        outcome = _simulated(achievement).outcome

        assert (outcome["counts"]["earn"], outcome["counts"]["near"]) == (23, 18)
        assert outcome["learners"]["earn"] == [1, 2, 3, 4, 5]
        assert [near["learner"] for near in outcome["near"]] == [24, 25, 26, 27, 28]

    def test_the_number_of_queries_grows_with_the_chunks_only(self, achievement: Achievement) -> None:
        def queries(learners: int) -> int:
            CourseResult.objects.all().delete()
            _results(*["0.9"] * learners)
            row = api.start_simulation(COURSE, achievement, WITH_80, actor_id=1)
            with CaptureQueriesContext(
                connection,
            ) as captured:
                api.run_simulation(row.pk)
            return len(captured)

        assert queries(2) == queries(9)
        assert queries(29) - queries(19) == queries(39) - queries(29)

    def test_another_worker_goes_on_where_the_first_was_killed(
        self, achievement: Achievement, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        _results(*["0.9"] * 35)
        row = api.start_simulation(COURSE, achievement, WITH_80, actor_id=1)
        advance, steps = simulating._advance, iter(range(2))

        class Killed(BaseException):
            pass

        def killed_in_the_third_chunk(row: Simulation) -> Simulation:
            if next(steps, None) is None:
                raise Killed
            return advance(row)

        monkeypatch.setattr(simulating, "_advance", killed_in_the_third_chunk)
        with pytest.raises(Killed):
            api.run_simulation(row.pk)
        monkeypatch.setattr(simulating, "_advance", advance)
        row.refresh_from_db()
        assert (row.state, row.done) == ("running", 20)
        assert api.simulations_left(timezone.now()) == []

        silent_for_long = timezone.now() + dt.timedelta(minutes=3)
        assert api.simulations_left(silent_for_long) == [row.pk]
        tasks.simulate(row.pk)

        row.refresh_from_db()
        assert (row.state, row.done) == ("done", 35)
        assert row.outcome["counts"]["earn"] == 35
        assert row.outcome["learners"]["earn"] == list(range(1, 36))

    def test_two_workers_at_once_count_nobody_twice(
        self, achievement: Achievement, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        _results(*["0.9"] * 25)
        row = api.start_simulation(COURSE, achievement, WITH_80, actor_id=1)
        advance = simulating._advance

        def overtaken(row: Simulation) -> Simulation:
            advance(simulating._stored(row.pk))
            return advance(row)

        monkeypatch.setattr(simulating, "_advance", overtaken)
        api.run_simulation(row.pk)

        row.refresh_from_db()
        assert (row.state, row.done, row.outcome["counts"]["earn"]) == ("done", 25, 25)

    def test_it_can_be_cancelled_and_keeps_what_it_has_found(
        self, achievement: Achievement, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        _results(*["0.9"] * 35)
        row = api.start_simulation(COURSE, achievement, WITH_80, actor_id=1)
        advance = simulating._advance

        def cancelled_meanwhile(row: Simulation) -> Simulation:
            after = advance(row)
            return api.cancel_simulation(after, actor_id=1) if after.done == 20 else after

        monkeypatch.setattr(simulating, "_advance", cancelled_meanwhile)
        row = api.run_simulation(row.pk)

        assert (row.state, row.done, row.outcome["counts"]["earn"]) == ("cancelled", 20, 20)
        assert api.run_simulation(row.pk).done == 20


def test_what_goes_wrong_ends_it_with_a_remedy(
    achievement: Achievement, monkeypatch: pytest.MonkeyPatch
) -> None:
    _results("0.9")
    row = api.start_simulation(COURSE, achievement, WITH_80, actor_id=1)
    Simulation.objects.update(condition={"version": 1, "kind": "of a later release"})

    row = api.run_simulation(row.pk)

    assert row.state == "failed"
    assert "Start it again" in row.last_problem


def test_one_that_nobody_finishes_fails_with_a_remedy(achievement: Achievement) -> None:
    row = api.start_simulation(COURSE, achievement, WITH_80, actor_id=1)

    assert api.simulations_left(timezone.now() + dt.timedelta(hours=7)) == []
    row.refresh_from_db()
    assert row.state == "failed"
    assert "operator" in row.last_problem


LEAVES: list[dict[str, Any]] = [
    {"kind": "course_passed", "course": COURSE},
    {"kind": "course_passed", "course": COURSE, "min_grade": 0.8},
    {"kind": "course_passed", "course": OTHER, "min_grade": 0.5},
    {"kind": "certificate_issued", "course": COURSE, "modes": ["verified"]},
    {"kind": "credential_held", "definition": "ethics"},
    {"kind": "manual_approval"},
]
CONDITIONS = st.recursive(
    st.sampled_from(LEAVES),
    lambda nodes: (
        st.builds(lambda of: {"all": of}, st.lists(nodes, min_size=1, max_size=3))
        | st.builds(lambda of: {"any": of}, st.lists(nodes, min_size=1, max_size=3))
        | st.builds(lambda of: {"at_least": 1, "of": of}, st.lists(nodes, min_size=1, max_size=3))
    ),
    max_leaves=5,
)


@pytest.fixture
def crowd(achievement: Achievement) -> list[int]:
    """Learners of whom all sorts of things are known."""
    people, chance = get_user_model().objects, random.Random(7)
    ids = [people.create_user(f"u{number}", first_name="Ada", last_name="Ö").pk for number in range(14)]
    for learner_id in ids:
        for course in (COURSE, OTHER):
            passing = chance.random() < 0.7
            CourseResult.objects.create(
                learner_id=learner_id,
                course_id=course,
                is_passing=passing,
                passing_since=SINCE if passing else None,
                grade=chance.choice([None, Decimal("0.4"), Decimal("0.79"), Decimal("0.9")]),
                mode=chance.choice(["honor", "verified"]),
                certificate_status=chance.choice(["", "downloadable", "unavailable"]),
                certificate_since=SINCE,
            )
    other = Achievement.objects.get(pk=achievement.pk)
    other.pk, other.slug, other.uuid = None, "ethics", uuid4()
    other.save()
    for learner_id in ids[::3]:
        api.award(learner_id=learner_id, achievement=other, awarded_at=SINCE)
    for learner_id in ids[1::4]:
        revoked = api.award(learner_id=learner_id, achievement=achievement, awarded_at=SINCE)
        api.revoke(revoked.uuid, reason="Mistake", actor_id=1)
    api.award(learner_id=ids[2], achievement=achievement, awarded_at=SINCE)
    return ids


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(condition=CONDITIONS, yes=st.integers(0, 13), no=st.integers(0, 13))
def test_exactly_those_who_would_earn_it_do(
    condition: dict[str, Any], yes: int, no: int, achievement: Achievement, crowd: list[int]
) -> None:
    Award.objects.filter(definition=achievement.slug, rule__isnull=False).delete()
    AwardRule.objects.all().delete()
    # Evaluation begins with news of a course: name one that everybody is in, and nobody passes so well.
    named = {"kind": "course_passed", "course": COURSE, "min_grade": 1}
    whole = {"version": 1, "any": [condition, named]}
    rule = api.define_rule(AwardRule(name="Tried", achievement=achievement, condition=whole))
    api.approve(rule, crowd[no], False, actor_id=1)
    api.approve(rule, crowd[yes], True, actor_id=1)
    row = api.start_simulation(COURSE, achievement, rule.condition, actor_id=1, rule=rule)
    promised = set(api.run_simulation(row.pk).outcome["learners"]["earn"])

    api.switch_on(rule)
    CourseResult.objects.update(dirty=True)
    api.evaluate(list(CourseResult.objects.values_list("pk", flat=True)))

    assert set(Award.objects.filter(rule=rule).values_list("learner_id", flat=True)) == promised


def test_ten_thousand_learners_are_tried_in_bounded_time(achievement: Achievement) -> None:
    """A hundred thousand are measured by `benchmarks/simulate.py`."""
    _results(*(["0.9", "0.79", "0.2", None] * 2500))

    started = time.process_time()
    row = _simulated(achievement)

    assert [row.outcome["counts"][verdict] for verdict in ("earn", "near", "not")] == [2500, 2500, 5000]
    assert time.process_time() - started < 20
