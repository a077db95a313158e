from __future__ import annotations

from typing import Any

import pytest

from ingenium_credentials import api
from ingenium_credentials.api.errors import NotAllowed
from ingenium_credentials.models import Achievement, AwardRule, OfferedCourse

pytestmark = pytest.mark.django_db

OTHER = "course-v1:HIS+AI+2026"


def _offer(course_id: str, *definitions: str) -> OfferedCourse:
    return api.define_offered_course(OfferedCourse(course_id=course_id, definitions=list(definitions)))


def _naming(rule: AwardRule, *courses: str) -> AwardRule:
    leaves: list[Any] = [{"kind": "course_passed", "course": course} for course in courses]
    rule.condition = {"version": 1, "all": leaves}
    return rule


def test_instructors_may_use_what_is_offered_in_their_course(
    achievement: Achievement, course_id: str
) -> None:
    assert api.offered_definitions(course_id) == []

    _offer(course_id, "ecosystems")

    assert api.offered_definitions(course_id) == [achievement]
    assert api.offered_definitions(OTHER) == []


def test_what_is_not_active_is_not_offered_to_instructors(achievement: Achievement, course_id: str) -> None:
    _offer(course_id, "ecosystems")
    newer = api.new_version(achievement)
    assert api.offered_definitions(course_id) == [achievement]

    api.activate(newer)
    assert api.offered_definitions(course_id) == [newer]

    api.retire_achievement(newer)
    assert api.offered_definitions(course_id) == []


@pytest.mark.parametrize("course_id", ["", "DATA101", "course-v1:A B"])
def test_a_course_key_that_is_none_is_refused(course_id: str) -> None:
    with pytest.raises(NotAllowed, match="is not a course key"):
        _offer(course_id)


@pytest.mark.parametrize("definitions", [["ecosystems", "nothing"], ["nothing"]])
@pytest.mark.usefixtures("achievement")
def test_a_definition_that_does_not_exist_is_refused_by_name(definitions: list[str], course_id: str) -> None:
    with pytest.raises(NotAllowed, match="no definition nothing"):
        _offer(course_id, *definitions)


@pytest.mark.parametrize("definitions", ["ecosystems", {"ecosystems": 1}, [1]])
def test_definitions_are_a_list_of_names(definitions: object, course_id: str) -> None:
    with pytest.raises(NotAllowed, match="list of definitions"):
        api.define_offered_course(OfferedCourse(course_id=course_id, definitions=definitions))


class TestWhatARuleMayName:
    def test_courses_that_are_offered_with_its_definition(self, rule: AwardRule, course_id: str) -> None:
        _offer(course_id, "ecosystems")
        _offer(OTHER, "ecosystems")

        api.demand_offered(_naming(rule, course_id, OTHER), course_id)

    def test_no_definition_of_another_course(self, rule: AwardRule, course_id: str) -> None:
        _offer(OTHER, "ecosystems")

        with pytest.raises(NotAllowed, match="ecosystems is not offered in this course"):
            api.demand_offered(rule, course_id)

    def test_no_course_of_strangers(self, rule: AwardRule, course_id: str) -> None:
        _offer(course_id, "ecosystems")
        _offer(OTHER)

        with pytest.raises(NotAllowed, match="names course-v1:HIS"):
            api.demand_offered(_naming(rule, course_id, OTHER), course_id)
