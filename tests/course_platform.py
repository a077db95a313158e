"""As much of a platform as the pages of a course ask for: modules where it has them, rows for tables."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterable
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from attrs import define, field
from opaque_keys.edx.keys import CourseKey, UsageKey

from ingenium_credentials import coursework, lms

__all__ = ["Platform", "Rows", "install"]

Sections = dict[str, dict[str, list[str]]]
"""Section to subsections to units, by name."""
STARTED = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


class Rows(list[Any]):
    """As much of a query as the doors to the platform ask for."""

    def filter(self, **lookups: Any) -> Rows:
        return Rows(row for row in self if all(_fits(row, name, value) for name, value in lookups.items()))

    def order_by(self, *names: str) -> Rows:
        # What is not known comes first, as in the platform's databases.
        values = [[getattr(row, name) for name in names] for row in self]
        keys = [[(value is not None, value) for value in row] for row in values]
        return Rows(self[place] for place in sorted(range(len(self)), key=keys.__getitem__))

    def first(self) -> Any:
        return self[0] if self else None

    def exists(self) -> bool:
        return bool(self)

    def values_list(self, *names: str, flat: bool = False) -> Rows:
        rows = [tuple(getattr(row, name) for name in names) for row in self]
        return Rows(row[0] for row in rows) if flat else Rows(rows)


def _fits(row: Any, name: str, value: Any) -> bool:
    attribute, many, _end = name.partition("__in")
    found = getattr(row, attribute)
    return found in value if many else bool(found == value)


class Structure:
    """A course as the platform's block structure gives it: keys, children and a few fields."""

    def __init__(self, key: Any, sections: Sections) -> None:
        self._key = key
        self.root_block_usage_key = self._usage("course", "course")
        self._children: dict[Any, list[Any]] = {}
        self._names: dict[Any, str] = {}
        self._add(self.root_block_usage_key, sections, ["chapter", "sequential", "vertical"])

    def _usage(self, kind: str, name: str) -> Any:
        block = name.lower().replace(" ", "_")
        return UsageKey.from_string(
            f"block-v1:{self._key.org}+{self._key.course}+{self._key.run}+type@{kind}+block@{block}"
        )

    def _add(self, parent: Any, below: Any, kinds: list[str]) -> None:
        self._children[parent] = [self._usage(kinds[0], name) for name in below] if kinds else []
        for usage, name in zip(self._children[parent], below, strict=kinds != []):
            self._names[usage] = name
            self._add(usage, below[name] if isinstance(below, dict) else (), kinds[1:])

    def __contains__(self, usage: Any) -> bool:
        return usage in self._children

    def get_children(self, usage: Any) -> list[Any]:
        return self._children[usage]

    def get_xblock_field(self, usage: Any, name: str, default: Any = None) -> Any:
        return self._names.get(usage, default) if name == "display_name" else default


@define
class Platform:
    """What the platform knows; tests add to it."""

    courses: dict[str, Sections] = field(factory=dict)
    """Course to sections, subsections and units, by name."""
    staff: set[str] = field(factory=set)
    """The courses of which everybody who is signed in is staff."""
    overviews: Rows = field(factory=Rows)
    cohorts: Rows = field(factory=Rows)
    modes: Rows = field(factory=Rows)
    categories: tuple[str, ...] = ("Homework", "Final exam")
    is_broken: bool = False

    def add(
        self,
        course: str,
        name: str,
        sections: Sections,
        *,
        start: dt.datetime = STARTED,
    ) -> None:
        """A course that everybody is staff of."""
        self.courses[course] = sections
        self.staff.add(course)
        self.overviews.append(run(course, name, start))

    def add_cohorts(self, course: str, names: Iterable[str]) -> None:
        """Its cohorts."""
        key = CourseKey.from_string(course)
        self.cohorts += [SimpleNamespace(course_id=key, group_type="cohort", name=name) for name in names]

    def add_modes(self, course: str, modes: dict[str, str]) -> None:
        """Its modes of enrolment, with the names that people see."""
        key = CourseKey.from_string(course)
        self.modes += [
            SimpleNamespace(course_id=key, mode_slug=slug, mode_display_name=name)
            for slug, name in modes.items()
        ]

    def structure(self, key: CourseKey) -> Structure:
        """As the platform's cache gives it."""
        if self.is_broken:
            raise RuntimeError("the modulestore is away")
        return Structure(key, self.courses[str(key)])

    def course(self, key: CourseKey) -> Any:
        """As its modulestore gives it."""
        graders = [{"type": name, "weight": 1.0} for name in self.categories]
        return SimpleNamespace(grading_policy={"GRADER": graders})


def run(course: str, name: str, start: dt.datetime | None) -> Any:
    """One run of a course."""
    key: Any = CourseKey.from_string(course)
    return SimpleNamespace(id=key, org=key.org, display_name=name, start=start)


def install(monkeypatch: pytest.MonkeyPatch) -> Platform:
    """A platform without courses, in the place of the one that is not there."""
    platform = Platform()
    store = SimpleNamespace(get_course=lambda key, depth=0: platform.course(key))
    members: dict[str, dict[str, Any]] = {
        "common.djangoapps.student.models": {
            "CourseEnrollment": _model(Rows()),
            "UserProfile": _model(Rows()),
        },
        "common.djangoapps.course_modes.models": {"CourseMode": _model(platform.modes)},
        "openedx.core.djangoapps.course_groups.models": {
            "CourseUserGroup": _model(platform.cohorts, COHORT="cohort"),
            "CohortMembership": _model(Rows()),
        },
        "openedx.core.djangoapps.content.course_overviews.models": {
            "CourseOverview": _model(platform.overviews)
        },
        "openedx.core.djangoapps.user_api.models": {"UserPreference": _model(Rows())},
        "openedx.core.djangoapps.content.block_structure.api": {
            "get_course_in_cache": lambda key: platform.structure(key)
        },
        "xmodule.modulestore.django": {"modulestore": lambda: store},
        "lms.djangoapps.courseware.access": {
            "has_access": lambda user, action, key: str(key) in platform.staff
        },
    }
    for module_name, names in members.items():
        parts = module_name.split(".")
        for length in range(1, len(parts) + 1):
            name = ".".join(parts[:length])
            if name not in sys.modules or length == len(parts):
                monkeypatch.setitem(sys.modules, name, ModuleType(name))
        for name, value in names.items():
            monkeypatch.setattr(sys.modules[module_name], name, value, raising=False)
    monkeypatch.setattr(lms, "is_platform", lambda: True)
    monkeypatch.setattr(coursework, "is_platform", lambda: True)
    return platform


def _model(rows: Rows, **more: Any) -> Any:
    return SimpleNamespace(objects=rows, **more)
