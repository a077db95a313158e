# long: one subject; drawing, delivering and comparing belong together
"""News in any order, some of it twice, decided at any moment: who holds what in the end.

Everything is real: the verbs that events use, the rules, the rows and, where a step
signs, the documents. What must be equal depends on when it was decided:

- Once everything was heard, the awards are the same in every respect, where one rule leads to each
  definition. Of two that are met, whichever is looked at first says when it was earned.
- Before that, and where nothing is ever taken back, they are the same in every respect, too, if the
  news came in time order and each at a moment of its own. An award is frozen when it is made: a
  pass that is heard after a later one was awarded does not move its date.
- Before that, and where passes are lost, the same learners hold the same awards in the end, after
  the days of every review and the word of a person where one is asked. Where a rule keeps
  what was lost, they hold at least those, and beyond them what they had met for a while.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve, frozen
from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingenium_credentials import api
from ingenium_credentials.models import Achievement, Award, AwardRule, CourseResult, Issuer, OfferedCourse
from tests.annex import ELEMENTS

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(600)]

State = Award.State
START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
COURSES = [f"course-v1:U{number}+C{number}+2026" for number in range(3)]
FEW_COURSES = [COURSES[0]] * 2 + [COURSES[1]] * 2 + [COURSES[2]]
"""So that much happens in one course."""
BLOCK = "block-v1:U0+C0+2026+type@vertical+block@u0"
DEFINITIONS = ("part", "whole", "crown")
"""Each may name those before it."""
REVIEW_DAYS = 30
FEW = settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@frozen
class Told:
    """One piece of news, in the words of the verb that hears it."""

    tell: Callable[..., object]
    learner: int
    course: str
    minute: int
    number: int
    says: dict[str, Any]

    @property
    def at(self) -> dt.datetime:
        """Its moment; two pieces may share it."""
        return START + dt.timedelta(minutes=self.minute)


def _tell_event(verb: Callable[..., object], told: Told, learner_id: int) -> None:
    verb(
        learner_id=learner_id,
        course_id=told.course,
        at=told.at,
        event_id=f"event-{told.number}",
        **told.says,
    )


def _passing(told: Told, learner_id: int) -> None:
    _tell_event(api.record_passing, told, learner_id)


def _grade(told: Told, learner_id: int) -> None:
    _tell_event(api.record_grade, told, learner_id)


def _certificate(told: Told, learner_id: int) -> None:
    _tell_event(api.record_certificate, told, learner_id)


def _enrolment(told: Told, learner_id: int) -> None:
    _tell_event(api.record_enrolment, told, learner_id)


def _part(told: Told, learner_id: int) -> None:
    part = api.PartValue(kind="block", key=BLOCK, value=Decimal(told.says["value"]))
    reported = api.ReportedResult(learner_id=learner_id, at=told.at, parts=[part])
    api.import_results(told.course, [reported], source="An exam system")


_GRADES = st.sampled_from([0.2, 0.6, 0.95])
_MODES = st.sampled_from(["audit", "honor"])
_SAYS: dict[Callable[..., object], st.SearchStrategy[dict[str, Any]]] = {
    _passing: st.fixed_dictionaries({"is_passing": st.booleans()}),
    _grade: st.fixed_dictionaries({"grade": _GRADES}),
    _certificate: st.fixed_dictionaries(
        {
            "status": st.sampled_from(["downloadable", "notpassing"]),
            "mode": _MODES,
            "printed_name": st.just("Ελένη Παπαδάκη"),
            "grade": st.none() | _GRADES,
        }
    ),
    _enrolment: st.fixed_dictionaries({"is_enrolled": st.booleans(), "mode": _MODES}),
    _part: st.fixed_dictionaries({"value": st.sampled_from(["0.5", "1"])}),
}
# Passes and failures are what most depends on.
_KINDS = st.sampled_from([_passing, _passing, _passing, _grade, _certificate, _enrolment, _part])


_NEWS = _KINDS.flatmap(lambda tell: st.tuples(st.just(tell), _SAYS[tell]))
_PASSES = st.tuples(st.just(_passing), st.just({"is_passing": True}))
_PLACES = st.tuples(st.sampled_from([0, 0, 0, 1]), st.sampled_from(FEW_COURSES), st.integers(0, 9))


def _stories(news: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Told]]:
    """News in time order."""
    return st.lists(st.tuples(news, _PLACES), min_size=2, max_size=8).map(_numbered)


def _apart(news: list[Told]) -> list[Told]:
    """No two at the same moment: of two courses passed at once, either may be what counts."""
    return [evolve(told, minute=10 + place) for place, told in enumerate(news)]


def _numbered(drawn: list[Any]) -> list[Told]:
    news = [
        Told(tell, learner, course, minute, number, says)
        for number, ((tell, says), (learner, course, minute)) in enumerate(drawn)
    ]
    return sorted(news, key=lambda told: (told.minute, told.number))


def _leaf(kind: str, **members: Any) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"kind": st.just(kind)} | members)


_COURSE = st.sampled_from(FEW_COURSES)
_UNDATED = st.one_of(
    _leaf("course_passed", course=_COURSE, min_grade=st.just(0.5)),
    _leaf("course_passed", course=_COURSE, modes=st.just(["honor"])),
    _leaf("certificate_issued", course=_COURSE),
    _leaf("enrolled", course=_COURSE, modes=st.just(["honor"])),
    _leaf("block_completed", course=st.just(COURSES[0]), block=st.just(BLOCK)),
    _leaf("time_window", course=_COURSE, until=st.just((START + dt.timedelta(minutes=5)).isoformat())),
)


def _dated(definitions: Sequence[str]) -> st.SearchStrategy[dict[str, Any]]:
    passed = _leaf("course_passed", course=_COURSE)
    some = st.lists(_COURSE, min_size=2, unique=True)
    some_ects = _leaf("ects", least=st.sampled_from([3, 5]), courses=some)
    if not definitions:
        return passed | passed | some_ects
    held = _leaf("credential_held", definition=st.sampled_from(definitions))
    return passed | held | held | some_ects


def _conditions(*, dated: bool, definitions: Sequence[str]) -> st.SearchStrategy[dict[str, Any]]:
    """One requirement, or a few together."""
    one = _dated(definitions) if dated else _dated(definitions) | _dated(definitions) | _UNDATED
    two, three = st.tuples(one, one).map(list), st.tuples(one, one, one).map(list)
    found = st.one_of(
        one,
        two.map(lambda of: {"all": of}),
        two.map(lambda of: {"any": of}),
        three.map(lambda of: {"at_least": 2, "of": of}),
    )
    return found.map(lambda node: {"version": 1} | node)


Rules = list[tuple[str, dict[str, Any], str]]
"""Definition, condition, what becomes of an award whose condition is not met any more."""


@st.composite
def _rules(
    draw: Any, *, dated: bool = False, alone: bool = False, on_loss: Sequence[str] = ("keep",)
) -> Rules:
    found: Rules = []
    for place, slug in enumerate(DEFINITIONS):
        conditions = _conditions(dated=dated, definitions=DEFINITIONS[:place])
        # A second rule for the same definition, now and then.
        for _rule in range(draw(st.sampled_from([1] if alone else [1, 1, 2]))):
            found.append((slug, draw(conditions), draw(st.sampled_from(on_loss))))
    # Their order is the order in which they are looked at.
    return list(draw(st.permutations(found)))


class Site:
    """Three definitions, three courses, two learners, and a clock that is ours."""

    def __init__(self, achievements: dict[str, Achievement], learner_ids: list[int], clock: Clock) -> None:
        """Without rules yet."""
        self.achievements, self.learner_ids, self.clock = achievements, learner_ids, clock

    def begin(self, rules: Rules) -> None:
        """Let these rules award."""
        for slug, condition, on_loss in rules:
            api.define_rule(
                AwardRule(
                    name=slug,
                    achievement=self.achievements[slug],
                    condition=condition,
                    enabled=True,
                    on_loss=on_loss,
                    review_days=REVIEW_DAYS,
                )
            )

    def hear(self, told: Told) -> None:
        """One piece of news."""
        told.tell(told, self.learner_ids[told.learner])

    def step(self, which: int) -> None:
        """One task, whichever is drawn: what waits is decided in part, or signed."""
        dirty = list(CourseResult.objects.filter(dirty=True).order_by("pk").values_list("pk", flat=True))
        wholes = list(Award.objects.filter(wholes_due_at__isnull=False).values_list("pk", flat=True))
        if which == 0 and dirty:
            api.evaluate(dirty[:1])
        elif which == 1 and dirty:
            api.evaluate(dirty[-1:])
        elif which == 2 and wholes:
            api.stack(wholes[:1])
        elif which == 3:
            api.issue(list(Award.objects.filter(state=State.PENDING).values_list("pk", flat=True)[:1]))
        else:
            self.settle()

    def settle(self) -> None:
        """Everything that waits, as tasks and sweep do it."""
        for _round in range(50):
            dirty = list(CourseResult.objects.filter(dirty=True).values_list("pk", flat=True))
            wholes = list(Award.objects.filter(wholes_due_at__isnull=False).values_list("pk", flat=True))
            if not dirty and not wholes:
                return
            api.evaluate(dirty)
            api.stack(wholes)
        raise AssertionError(CourseResult.objects.filter(dirty=True).values_list("last_problem", flat=True))

    def end(self) -> None:
        """The days of every review pass; a person ends the others by whether the rule is met now."""
        self.settle()
        for _round in range(20):
            self.clock.now += dt.timedelta(days=REVIEW_DAYS + 1)
            while due := list(api.lapsed(self.clock.now)):
                api.lapse(due)
                self.settle()
            # What others are built on first.
            waiting = Award.objects.filter(state__in=(State.REVIEW, State.PENDING)).exclude(review_reason="")
            award = min(waiting, key=lambda one: DEFINITIONS.index(one.definition), default=None)
            if award is None:
                return
            api.close_review(award, self.is_met(award) is not False, "Looked at", 1)
            self.settle()
        raise AssertionError("Reviews do not end.")

    def is_met(self, award: Award) -> bool | None:
        """Whether any rule of the award's definition is."""
        assert award.learner_id is not None
        return self.verdict(award.learner_id, award.definition)

    def verdict(self, learner_id: int, slug: str) -> bool | None:
        """Whether any rule of the definition is met; None where none is and one cannot be told."""
        found = [
            api.why_not(rule, learner_id).met for rule in AwardRule.objects.filter(achievement__slug=slug)
        ]
        return True if True in found else (None if None in found else False)

    def holders(self) -> set[tuple[int, str]]:
        """Who has which award in good standing."""
        rows = Award.objects.filter(state__in=(State.PENDING, State.ISSUED), review_reason="")
        found = [(award.learner_id or 0, award.definition) for award in rows]
        assert len(found) == len(set(found)), "twice"
        return set(found)

    def awards(self) -> list[tuple[Any, ...]]:
        """Everything that the awards say; moments of our own clock aside."""
        return sorted(
            (
                *(award.learner_id, award.definition, award.occasion, award.state, award.review_reason),
                *(award.awarded_at, tuple(award.courses), award.grade, award.recipient_name),
                tuple(sorted(award.parts.values_list("definition", flat=True))),
            )
            for award in Award.objects.all()
        )


class Clock:
    """What `timezone.now()` says."""

    def __init__(self, now: dt.datetime) -> None:
        self.now = now

    def __call__(self) -> dt.datetime:
        return self.now


@pytest.fixture
def site(issuer: Issuer, university: Any, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Site:
    settings.INGENIUM_FORMATS = ["ob3"]
    texts: dict[str, Any] = {name: {"en": "A text"} for name in ("names", "descriptions", "criteria")}
    achievements = {}
    for slug in DEFINITIONS:
        made = api.define(
            Achievement(slug=slug, issuer=issuer, languages=["en"], **texts, **ELEMENTS),
            awarding_bodies=[university],
        )
        achievements[slug] = api.activate(made)
    for course in COURSES:
        OfferedCourse.objects.create(course_id=course, ects=3, definitions=list(DEFINITIONS))
    people = [
        get_user_model().objects.create_user(f"learner-{number}", first_name="Ελένη", last_name="Παπαδάκη")
        for number in range(2)
    ]
    clock = Clock(timezone.now())
    monkeypatch.setattr(timezone, "now", clock)
    return Site(achievements, [person.pk for person in people], clock)


@contextmanager
def _undone(site: Site) -> Iterator[None]:
    """What happens in it has not happened afterwards, neither in the rows nor on the clock."""
    now = site.clock.now
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    site.clock.now = now


_ALL = 4
_STEPS = st.sampled_from([(_ALL,), (_ALL,), (3, _ALL), (), (0,), (1,), (2,), (3,)])


@st.composite
def _arrivals(draw: Any, news: list[Told], *, in_order: bool = False) -> list[Told | int]:
    """The news as it comes, some of it again, with tasks at work in between (their number)."""
    again = draw(st.lists(st.sampled_from(news), max_size=3))
    if in_order:
        told = list(news)
        for one in again:
            told.insert(draw(st.integers(news.index(one), len(told))), one)
    else:
        told = list(draw(st.permutations([*news, *again])))
    # As a rule everything is done before more is heard; now and then not all, or nothing.
    return [each for one in told for each in (one, *draw(_STEPS))]


def _run(site: Site, arrivals: Sequence[Told | int]) -> None:
    for one in arrivals:
        if isinstance(one, Told):
            site.hear(one)
        else:
            site.step(one)
    site.settle()


@FEW
@given(data=st.data(), rules=_rules(alone=True), news=_stories(_NEWS))
def test_decided_when_all_was_heard_the_awards_are_the_same_in_any_order(
    site: Site, data: Any, rules: Rules, news: list[Told]
) -> None:
    as_it_came = [one for one in data.draw(_arrivals(news)) if isinstance(one, Told)]
    with _undone(site):
        site.begin(rules)
        _run(site, news)
        expected = site.awards()
    with _undone(site):
        site.begin(rules)
        _run(site, as_it_came)

        assert site.awards() == expected


@FEW
@given(
    data=st.data(),
    rules=_rules(dated=True, alone=True, on_loss=("keep", "review", "revoke")),
    news=_stories(_PASSES).map(_apart),
)
def test_in_time_order_and_never_lost_the_awards_are_the_same_whenever_they_were_decided(
    site: Site, data: Any, rules: Rules, news: list[Told]
) -> None:
    arrivals = data.draw(_arrivals(news, in_order=True))
    with _undone(site):
        site.begin(rules)
        _run(site, news)
        expected = [(*award[:3], *award[5:]) for award in site.awards()]
    with _undone(site):
        site.begin(rules)
        _run(site, arrivals)

        assert [(*award[:3], *award[5:]) for award in site.awards()] == expected


@FEW
@given(data=st.data(), rules=_rules(on_loss=("review", "revoke")), news=_stories(_NEWS))
def test_the_same_hold_the_same_in_the_end_whenever_and_in_whatever_order_it_was_decided(
    site: Site, data: Any, rules: Rules, news: list[Told]
) -> None:
    arrivals = data.draw(_arrivals(news))
    with _undone(site):
        site.begin(rules)
        _run(site, news)
        site.end()
        expected = site.holders()
    with _undone(site):
        site.begin(rules)
        _run(site, arrivals)
        site.end()

        assert site.holders() >= expected
        # What cannot be told any more is no loss: a grade whose certificate says no mode, say.
        beyond = site.holders() - expected
        assert {site.verdict(*held) for held in beyond} <= {None}


@FEW
@given(data=st.data(), rules=_rules(on_loss=("keep",)), news=_stories(_NEWS))
def test_what_a_rule_keeps_is_held_beyond_what_is_met_in_the_end(
    site: Site, data: Any, rules: Rules, news: list[Told]
) -> None:
    arrivals = data.draw(_arrivals(news))
    with _undone(site):
        site.begin(rules)
        _run(site, news)
        expected = site.holders()
    with _undone(site):
        site.begin(rules)
        met = set()
        for end in range(1, len(arrivals) + 1):
            site_part = arrivals[end - 1 : end]
            _run(site, site_part)
            met |= {
                (learner_id, slug)
                for learner_id in site.learner_ids
                for slug in DEFINITIONS
                if site.verdict(learner_id, slug)
            }

        assert expected <= site.holders() <= met
