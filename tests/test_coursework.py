from __future__ import annotations

import sys
from contextlib import nullcontext
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from opaque_keys.edx.keys import CourseKey

from ingenium_credentials import api, coursework, rules
from ingenium_credentials.models import CourseResult, OfferedCourse, PartResult
from tests.platform import COURSE, KEY, NOW, PROBLEM, SECTION, UNIT, VIDEO, Rows, done, graded


def test_outside_a_platform_nothing_is_known_of_a_course(admin_user: Any, learner: Any) -> None:
    assert coursework.courses_of_staff(admin_user) is None
    assert coursework.courses_of_staff(learner) == []
    assert coursework.course_structure(COURSE) is None
    assert coursework.categories_of_course(COURSE) is None
    assert coursework.cohorts_of_course(COURSE) is None
    assert coursework.modes_of_course(COURSE) is None
    assert coursework.blocks_gone(COURSE, [UNIT]) == []
    assert coursework.enrolments(COURSE, [1]) == {}
    assert coursework.cohorts_of(COURSE, [1]) is None
    assert coursework.category_grades(COURSE, [1]) == {}
    assert coursework.subsection_grades(COURSE, [1], [SECTION]) == {}
    assert coursework.completed_blocks(COURSE, [1], [UNIT]) == {}


def test_staff_have_the_courses_of_their_roles(platform: dict[str, Any], learner: Any) -> None:
    platform["CourseAccessRole"] += [
        SimpleNamespace(user_id=learner.pk, role="staff", course_id=KEY),
        SimpleNamespace(user_id=learner.pk, role="instructor", course_id=KEY),
        SimpleNamespace(user_id=learner.pk, role="beta_testers", course_id=CourseKey.from_string("a/b/c")),
        SimpleNamespace(user_id=learner.pk, role="staff", course_id=None),
    ]

    assert coursework.courses_of_staff(learner) == [COURSE]


def test_a_course_has_sections_subsections_and_units(platform: dict[str, Any]) -> None:
    parts = coursework.course_structure(COURSE)

    assert parts is not None
    assert [(part.kind, part.key, part.name, part.within) for part in parts] == [
        ("section", SECTION.replace("sequential+block@s1", "chapter+block@c1"), "The c1", ()),
        ("subsection", SECTION, "The s1", ("The c1",)),
        ("unit", UNIT, "The u1", ("The c1", "The s1")),
    ]


def test_what_was_taken_out_of_a_course_is_gone_from_it(platform: dict[str, Any]) -> None:
    away = UNIT.replace("@u1", "@away")

    assert coursework.blocks_gone(COURSE, [UNIT, away, VIDEO]) == [away]


def test_where_the_platform_fails_nothing_is_told_and_it_is_logged(
    platform: dict[str, Any], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def away(_key: object) -> None:
        raise ConnectionError("the store is away")

    structures = sys.modules["openedx.core.djangoapps.content.block_structure.api"]
    monkeypatch.setattr(structures, "get_course_in_cache", away)

    assert coursework.course_structure(COURSE) is None
    assert coursework.blocks_gone(COURSE, [UNIT]) == []
    assert {record.levelname for record in caplog.records} == {"WARNING"}


def test_a_unit_is_completed_when_all_in_it_that_can_be_is(platform: dict[str, Any]) -> None:
    platform["BlockCompletion"] += [
        *(done(7, VIDEO), done(7, PROBLEM)),
        *(done(8, VIDEO), done(8, PROBLEM, 0.0)),
    ]

    found = coursework.completed_blocks(COURSE, [7, 8, 9], [UNIT, SECTION])

    assert {key: part.value for key, part in found[7].items()} == {UNIT: 1, SECTION: 1}
    assert {key: part.value for key, part in found[8].items()} == {
        UNIT: Decimal("0.5"),
        SECTION: Decimal("0.5"),
    }
    assert 9 not in found


def test_a_teacher_s_override_goes_before_the_grade(platform: dict[str, Any]) -> None:
    override = SimpleNamespace(earned_graded_override=4.0, possible_graded_override=None)
    platform["PersistentSubsectionGrade"] += [graded(7), graded(8, override)]

    found = coursework.subsection_grades(COURSE, [7, 8], [SECTION])

    assert found[7][SECTION].value == Decimal("0.75")
    assert found[8][SECTION].value == 1


@pytest.mark.django_db
def test_what_the_platform_says_and_what_was_imported_are_known_together(
    platform: dict[str, Any], learner: Any
) -> None:
    CourseResult.objects.create(learner_id=learner.pk, course_id=COURSE, is_passing=True, passing_since=NOW)
    PartResult.objects.create(
        learner_id=learner.pk, course_id=COURSE, kind="block", key=VIDEO, value=1, at=NOW
    )
    platform["CourseEnrollment"].append(
        SimpleNamespace(user_id=learner.pk, course_id=KEY, is_active=True, mode="verified")
    )
    cohort = SimpleNamespace(name="Autumn")
    platform["CohortMembership"].append(
        SimpleNamespace(user_id=learner.pk, course_id=KEY, course_user_group=cohort)
    )
    platform["BlockCompletion"] += [done(learner.pk, VIDEO), done(learner.pk, PROBLEM)]
    platform["PersistentSubsectionGrade"].append(graded(learner.pk))
    asked: list[dict[str, Any]] = [
        {"kind": "course_passed", "modes": ["verified"]},
        {"kind": "enrolled", "modes": ["verified"]},
        {"kind": "cohort", "cohorts": ["Autumn"]},
        {"kind": "block_completed", "block": UNIT},
        {"kind": "block_completed", "block": VIDEO},
        {"kind": "subsection_grade", "block": SECTION, "min_grade": 0.75},
        {"kind": "category_grade", "category": "Homework", "min_grade": 0.75},
    ]
    condition = {"version": 1, "all": [leaf | {"course": COURSE} for leaf in asked]}

    explanation = rules.explain(condition, api.known(learner.pk, condition))

    assert [line.met for line in explanation.lines] == [True] * 7


@pytest.mark.django_db
def test_a_learner_without_rows_is_asked_of_the_platform_too(platform: dict[str, Any], learner: Any) -> None:
    condition = {"version": 1, "kind": "enrolled", "course": COURSE, "modes": ["verified"]}

    assert api.known(learner.pk, condition).courses[COURSE].is_enrolled is False


class Counted(Rows):
    """Counts how often it is asked."""

    asked = 0

    def filter(self, **lookups: Any) -> Rows:
        type(self).asked += 1
        return super().filter(**lookups)


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 40])
def test_the_modes_of_many_learners_are_asked_of_the_platform_at_once(
    platform: dict[str, Any], monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    rows = Counted(
        SimpleNamespace(user_id=learner_id, course_id=KEY, is_active=True, mode="verified")
        for learner_id in range(1, count + 1)
    )
    monkeypatch.setattr(Counted, "asked", 0)
    enrolments = sys.modules["common.djangoapps.student.models"].CourseEnrollment
    monkeypatch.setattr(enrolments, "objects", rows)
    condition = {"version": 1, "kind": "course_passed", "course": COURSE, "modes": ["verified"]}

    found = dict(api.known_of(range(1, count + 1), condition))

    assert {known.courses[COURSE].mode for known in found.values()} == {"verified"}
    assert (len(found), Counted.asked) == (count, 1)


@pytest.mark.django_db
def test_only_whoever_takes_the_course_can_be_reported(
    platform: dict[str, Any], django_user_model: Any
) -> None:
    api.define_offered_course(OfferedCourse(course_id=COURSE))
    here, elsewhere = (django_user_model.objects.create_user(name) for name in ("here", "elsewhere"))
    platform["CourseEnrollment"].append(SimpleNamespace(user_id=here.pk, course_id=KEY))

    for learner, known in ((here, True), (elsewhere, False)):
        reported = api.ReportedResult(learner_id=learner.pk, at=NOW, is_passing=True)
        with nullcontext() if known else pytest.raises(api.NotAllowed):
            api.import_results(COURSE, [reported], source="Exam of June")

    assert [row.learner_id for row in CourseResult.objects.all()] == [here.pk]


def test_outside_a_platform_nobody_is_enrolled() -> None:
    assert (coursework.enrolled_after([COURSE], 0, 10), coursework.count_enrolled([COURSE])) == ([], 0)


def test_in_a_platform_the_enrolled_come_once_and_page_by_page(platform: dict[str, Any]) -> None:
    other = "course-v1:HIS+AI+2026"
    for number, course in ((9, COURSE), (7, COURSE), (7, other), (8, "course-v1:a+b+c"), (12, other)):
        key = CourseKey.from_string(course)
        platform["CourseEnrollment"].append(SimpleNamespace(user_id=number, course_id=key))

    assert coursework.enrolled_after([COURSE, other], 0, 2) == [7, 9]
    assert coursework.enrolled_after([COURSE, other], 9, 2) == [12]
    assert coursework.count_enrolled([COURSE, other]) == 3
