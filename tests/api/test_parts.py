"""Since when a part of a course suffices: whatever the LMS forgets, and in whatever order it is told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from itertools import accumulate
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as some

from ingenium_credentials import api
from ingenium_credentials.api import awarding, parts
from ingenium_credentials.models import (
    Achievement,
    Award,
    AwardRule,
    CourseResult,
    OfferedCourse,
    PartResult,
)
from tests.platform import COURSE, NOW, PROBLEM, SECTION, UNIT, VIDEO, Grades, done, graded

DAY = dt.timedelta(days=1)
State = Award.State
Rule = Callable[..., AwardRule]

REPORTS = some.lists(
    some.tuples(
        some.integers(0, 9).map(lambda day: NOW + day * DAY),
        some.integers(0, 4).map(lambda share: Decimal(share) / 4),
    ),
    min_size=1,
    max_size=12,
)


def _row(reports: list[tuple[dt.datetime, Decimal]]) -> PartResult:
    row = PartResult(learner_id=1, course_id=COURSE, kind=PartResult.Kind.CATEGORY, key="Homework")
    for at, value in reports:
        parts.report(row, at, value)
    return row


@given(REPORTS, some.randoms(), some.sampled_from([Decimal("0.25"), Decimal("0.5"), Decimal(1)]))
def test_order_and_repetition_of_reports_decide_nothing(
    reports: list[tuple[dt.datetime, Decimal]], random: Any, least: Decimal
) -> None:
    shuffled = [*reports, *reports[:3]]
    random.shuffle(shuffled)

    one, other = _row(reports), _row(shuffled)

    assert (one.value, one.at, one.reports) == (other.value, other.at, other.reports)
    assert parts.part_of(one).since(least) == parts.part_of(other).since(least)


@given(REPORTS, some.sampled_from([Decimal("0.25"), Decimal("0.5"), Decimal(1)]))
def test_it_has_sufficed_since_the_first_report_after_the_last_that_did_not(
    reports: list[tuple[dt.datetime, Decimal]], least: Decimal
) -> None:
    highest: dict[dt.datetime, Decimal] = {}
    for at, value in reports:
        highest[at] = max(highest.get(at, value), value)
    short = [at for at, value in highest.items() if value < least]
    enough = [at for at, value in highest.items() if value >= least and at > max(short, default=NOW - DAY)]
    row = _row(reports)

    assert (row.value >= least) == bool(enough)
    if enough:
        assert parts.part_of(row).since(least) == min(enough)


def test_of_very_many_reports_the_beginning_and_the_newest_are_kept() -> None:
    row = _row([(NOW + place * DAY, Decimal(1) - Decimal(place) / 1000) for place in range(200)])

    assert len(row.reports) == 64
    assert parts.part_of(row).since(Decimal("0.5")) == NOW
    assert row.at == NOW + 199 * DAY


# Inside an LMS


@pytest.fixture
def rule_of(platform: dict[str, Any], achievement: Achievement, learner: Any) -> Rule:
    """Makes a rule that asks for a pass and for something in a part of the course."""
    platform["UserProfile"].append(SimpleNamespace(user_id=learner.pk, name="Ελένη Παπαδάκη"))

    def make(kind: str, **asked: Any) -> AwardRule:
        leaf = {"kind": kind, "course": COURSE, **asked}
        condition = {"version": 1, "all": [{"kind": "course_passed", "course": COURSE}, leaf]}
        api.record_passing(learner_id=learner.pk, course_id=COURSE, is_passing=True, at=NOW, event_id="e")
        return api.define_rule(
            AwardRule(name="x", achievement=achievement, condition=condition, enabled=True)
        )

    return make


def _evaluate() -> list[tuple[int, str]]:
    """Evaluate everything anew; the awards there are, by occasion."""
    CourseResult.objects.update(dirty=True)
    api.evaluate(list(CourseResult.objects.values_list("pk", flat=True)))
    api.issue(list(Award.objects.values_list("pk", flat=True)))
    return list(Award.objects.order_by("occasion").values_list("occasion", "state"))


@pytest.mark.django_db
def test_a_category_s_grade_in_an_lms_earns_the_award_when_it_is_first_seen(rule_of: Rule) -> None:
    rule_of("category_grade", category="Homework", min_grade=0.75)
    before = timezone.now()

    assert _evaluate() == [(1, State.ISSUED)]

    assert before <= Award.objects.get().awarded_at <= timezone.now()
    assert CourseResult.objects.get().last_problem == ""


@pytest.mark.django_db
def test_a_trial_knows_that_a_category_s_grade_would_earn_it(rule_of: Rule) -> None:
    rule = rule_of("category_grade", category="Homework", min_grade=0.75)

    trial = api.start_simulation(COURSE, rule.achievement, rule.condition, actor_id=1, rule=rule)

    outcome = api.run_simulation(trial.pk).outcome
    assert outcome is not None
    assert outcome["counts"]["earn"] == 1
    # It only looks.
    assert not PartResult.objects.exists()


@pytest.mark.django_db
def test_a_grade_that_never_was_enough_is_not_kept(rule_of: Rule) -> None:
    rule_of("category_grade", category="Homework", min_grade=0.8)

    assert _evaluate() == []
    assert not PartResult.objects.exists()


@pytest.mark.django_db
def test_a_category_s_award_that_was_revoked_is_earned_again_only_by_a_new_beginning(
    rule_of: Rule, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule_of("category_grade", category="Homework", min_grade=0.5)
    _evaluate()
    api.revoke(Award.objects.get(), reason="Cheated", actor_id=1)

    assert _evaluate() == [(1, State.REVOKED)]
    for percent in (0.9, 0.6):
        monkeypatch.setattr(Grades, "percent", percent)
        assert _evaluate() == [(1, State.REVOKED)]
    monkeypatch.setattr(Grades, "percent", 0.2)
    assert _evaluate() == [(1, State.REVOKED)]
    monkeypatch.setattr(Grades, "percent", 0.7)
    assert _evaluate() == [(1, State.REVOKED), (2, State.ISSUED)]


@pytest.mark.django_db
def test_a_regrade_with_the_same_grade_brings_no_revoked_award_back(
    platform: dict[str, Any], rule_of: Rule, learner: Any
) -> None:
    rule_of("subsection_grade", block=SECTION, min_grade=0.5)
    row = graded(learner.pk)
    platform["PersistentSubsectionGrade"].append(row)
    _evaluate()
    api.revoke(Award.objects.get(), reason="Cheated", actor_id=1)

    row.modified = timezone.now()
    assert _evaluate() == [(1, State.REVOKED)]
    row.earned_graded, row.modified = 3.5, timezone.now()
    assert _evaluate() == [(1, State.REVOKED)]


@pytest.mark.django_db
def test_a_regrade_does_not_move_the_day_on_which_it_was_earned(
    platform: dict[str, Any], rule_of: Rule, learner: Any, django_user_model: Any
) -> None:
    rule = rule_of("subsection_grade", block=SECTION, min_grade=0.5)
    row = graded(learner.pk)
    platform["PersistentSubsectionGrade"].append(row)
    django_user_model.objects.filter(pk=learner.pk).update(first_name="", last_name="")
    platform["UserProfile"].clear()
    # It cannot be awarded yet, as the learner has no name.
    assert _evaluate() == []

    row.modified = NOW + 5 * DAY
    platform["UserProfile"].append(SimpleNamespace(user_id=learner.pk, name="Ελένη"))
    _evaluate()

    assert Award.objects.get(rule=rule).awarded_at == NOW


@pytest.mark.django_db
def test_a_unit_that_was_reset_and_completed_again_is_a_new_beginning(
    platform: dict[str, Any], rule_of: Rule, learner: Any
) -> None:
    rule_of("block_completed", block=UNIT)
    completions = [done(learner.pk, VIDEO), done(learner.pk, PROBLEM)]
    platform["BlockCompletion"] += completions
    assert _evaluate() == [(1, State.ISSUED)]
    api.revoke(Award.objects.get(), reason="Cheated", actor_id=1)

    platform["BlockCompletion"].clear()
    assert _evaluate() == [(1, State.REVOKED)]
    platform["BlockCompletion"] += completions

    # What the platform says is old: it is complete since it was seen to be so again.
    assert _evaluate() == [(1, State.REVOKED), (2, State.ISSUED)]


@pytest.mark.django_db
def test_what_a_clock_that_was_ahead_has_left_is_seen_anew(
    rule_of: Rule, learner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule = rule_of("category_grade", category="Homework", min_grade=0.5)
    with monkeypatch.context() as clock:
        ahead = timezone.now() + 400 * DAY
        clock.setattr(timezone, "now", lambda: ahead)
        awarding.is_met(rule, learner.pk)
        api.known(learner.pk, rule.condition, rule=rule, noting=True)
    assert PartResult.objects.get().at == ahead

    assert _evaluate() == [(1, State.ISSUED)]

    assert Award.objects.get().awarded_at <= timezone.now()


@pytest.mark.django_db
@pytest.mark.parametrize("count", [2, 40])
def test_what_is_seen_of_many_learners_is_kept_at_once(
    platform: dict[str, Any], django_assert_max_num_queries: Any, django_user_model: Any, count: int
) -> None:
    ids = [django_user_model.objects.create_user(f"learner{place}").pk for place in range(count)]
    rows = [graded(learner_id) for learner_id in ids]
    platform["PersistentSubsectionGrade"] += rows
    leaf = {"kind": "subsection_grade", "course": COURSE, "block": SECTION, "min_grade": 0.5}
    condition = {"version": 1, **leaf}

    for value in (3.0, 2.0, 4.0):
        for row in rows:
            row.earned_graded = value
        with django_assert_max_num_queries(7):
            dict(api.known_of(ids, condition, noting=True))

    shares = [Decimal("0.7500"), Decimal("0.5000"), Decimal("1.0000")]
    found = PartResult.objects.all()
    assert [[Decimal(value) for _at, value in row.reports] for row in found] == [shares] * count


# From imports


@pytest.mark.django_db
@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0), (0, 2, 1)])
def test_reports_of_another_system_tell_the_day_in_any_order(
    achievement: Achievement, learner: Any, order: tuple[int, ...]
) -> None:
    api.define_offered_course(OfferedCourse(course_id=COURSE))
    values = list(accumulate([Decimal("0.9"), Decimal("-0.6"), Decimal("0.5")]))
    for place in order:
        told = api.PartValue(kind="category", key="Homework", value=values[place])
        result = api.ReportedResult(learner_id=learner.pk, at=NOW + place * DAY, parts=[told])
        api.import_results(COURSE, [result], source="Exam office")
    leaf = {"kind": "category_grade", "course": COURSE, "category": "Homework", "min_grade": 0.5}
    rule = AwardRule(name="x", achievement=achievement, condition={"version": 1, **leaf}, enabled=True)
    api.define_rule(rule)

    _evaluate()

    assert Award.objects.get().awarded_at == NOW + 2 * DAY


@pytest.mark.django_db
def test_the_same_value_imported_again_brings_no_revoked_award_back(
    achievement: Achievement, learner: Any
) -> None:
    api.define_offered_course(OfferedCourse(course_id=COURSE))
    leaf = {"kind": "category_grade", "course": COURSE, "category": "Homework", "min_grade": 0.5}
    rule = AwardRule(name="x", achievement=achievement, condition={"version": 1, **leaf}, enabled=True)
    api.define_rule(rule)
    told = [api.PartValue(kind="category", key="Homework", value=Decimal("0.9"))]

    for at in (NOW, timezone.now()):
        result = api.ReportedResult(learner_id=learner.pk, at=at, parts=told)
        api.import_results(COURSE, [result], source="Exam office")
        _evaluate()
        if at == NOW:
            api.revoke(Award.objects.get(), reason="Cheated", actor_id=1)

    assert _evaluate() == [(1, State.REVOKED)]
