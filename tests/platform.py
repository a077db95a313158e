"""As much of the LMS as the door to its courses asks for: modules in their places, rows for tables."""

from __future__ import annotations

import datetime as dt
import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from opaque_keys.edx.keys import CourseKey, UsageKey

from ingenium_credentials import coursework, lms

COURSE = "course-v1:UOC+MED101+2026"
KEY = CourseKey.from_string(COURSE)
NOW = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)


def _block(kind: str, name: str) -> str:
    return f"block-v1:UOC+MED101+2026+type@{kind}+block@{name}"


UNIT, SECTION = _block("vertical", "u1"), _block("sequential", "s1")
VIDEO, PROBLEM, TEXT = _block("video", "v"), _block("problem", "p"), _block("comment", "t")


class Rows(list[Any]):
    """As much of a query as the door to the platform asks for."""

    def filter(self, **lookups: Any) -> Rows:
        return Rows(row for row in self if all(_fits(row, name, value) for name, value in lookups.items()))

    def select_related(self, *_names: str) -> Rows:
        return self

    def order_by(self, name: str) -> Rows:
        return Rows(sorted(self, key=lambda row: _value(row, name)))

    def values(self, name: str) -> Rows:
        return self.values_list(name)

    def values_list(self, *names: str, flat: bool = False) -> Rows:
        rows = [tuple(_value(row, name) for name in names) for row in self]
        return Rows(row[0] for row in rows) if flat else Rows(rows)

    def distinct(self) -> Rows:
        return Rows(dict.fromkeys(self))

    def count(self) -> int:  # type: ignore[override]
        return len(self)


def _value(row: Any, name: str) -> Any:
    for part in name.split("__"):
        row = getattr(row, part)
    return row


def _fits(row: Any, name: str, value: Any) -> bool:
    field, _underscores, lookup = name.rpartition("__")
    if lookup == "in":
        return _value(row, field) in value
    if lookup == "gt":
        return bool(_value(row, field) > value)
    return bool(_value(row, name) == value)


class Structure(dict[Any, list[Any]]):
    """A course as the platform's block structure gives it: keys, children and a few fields."""

    root_block_usage_key = UsageKey.from_string(_block("course", "course"))

    def get_children(self, usage: Any) -> list[Any]:
        return self[usage]

    def get_xblock_field(self, usage: Any, name: str, default: Any = None) -> Any:
        graded = {"graded": True, "format": "Homework"} if usage.block_type == "sequential" else {}
        return {"display_name": f"The {usage.block_id}", **graded}.get(name, default)


def _structure() -> Structure:
    tree = {
        _block("course", "course"): [_block("chapter", "c1")],
        _block("chapter", "c1"): [SECTION],
        SECTION: [UNIT],
        UNIT: [VIDEO, PROBLEM, TEXT],
        **{leaf: [] for leaf in (VIDEO, PROBLEM, TEXT)},
    }
    return Structure(
        {
            UsageKey.from_string(key): [UsageKey.from_string(child) for child in below]
            for key, below in tree.items()
        }
    )


class Grades:
    """Works out grades as the platform's factory does."""

    percent = 0.75

    def iter(self, users: Any, course_key: Any) -> Any:
        assert course_key == KEY
        for user in users:
            breakdown = [
                {"category": "Homework", "percent": 0.5},
                {"category": "Homework", "percent": self.percent, "prominent": True},
            ]
            yield user, SimpleNamespace(summary={"section_breakdown": breakdown}), None


def _load_class(block_type: str) -> Any:
    return "completable" if block_type in ("video", "problem") else "excluded"


@pytest.fixture
def platform(monkeypatch: Any) -> dict[str, Any]:
    """Modules where the platform has them, with rows instead of tables."""
    tables = {name: Rows() for name in ("CourseAccessRole", "CourseEnrollment", "CohortMembership")}
    tables |= {name: Rows() for name in ("PersistentSubsectionGrade", "BlockCompletion")}
    tables |= {name: Rows() for name in ("UserProfile", "UserPreference")}
    members: dict[str, dict[str, Any]] = {
        "common.djangoapps.student.models": dict.fromkeys(
            ("CourseAccessRole", "CourseEnrollment", "UserProfile"), 0
        ),
        "openedx.core.djangoapps.user_api.models": {"UserPreference": 0},
        "openedx.core.djangoapps.course_groups.models": {"CohortMembership": 0},
        "lms.djangoapps.grades.models": {"PersistentSubsectionGrade": 0},
        "lms.djangoapps.grades.api": {"CourseGradeFactory": Grades},
        "completion.models": {"BlockCompletion": 0},
        "openedx.core.djangoapps.content.block_structure.api": {
            "get_course_in_cache": lambda key: _structure()
        },
        "xblock.completable": {
            "XBlockCompletionMode": SimpleNamespace(COMPLETABLE="completable", get_mode=lambda mode: mode)
        },
        "xblock.core": {"XBlock": SimpleNamespace(load_class=_load_class)},
        "xblock.plugin": {"PluginMissingError": KeyError},
    }
    for module_name, names in members.items():
        parts = module_name.split(".")
        for length in range(1, len(parts) + 1):
            name = ".".join(parts[:length])
            if name not in sys.modules or length == len(parts):
                monkeypatch.setitem(sys.modules, name, ModuleType(name))
        for name, value in names.items():
            stand_in = value or SimpleNamespace(objects=tables.get(name))
            monkeypatch.setattr(sys.modules[module_name], name, stand_in, raising=False)
    monkeypatch.setattr(lms, "is_platform", lambda: True)
    monkeypatch.setattr(coursework, "is_platform", lambda: True)
    return tables


def done(learner_id: int, block: str, completion: float = 1.0) -> SimpleNamespace:
    return SimpleNamespace(
        user_id=learner_id,
        context_key=KEY,
        block_key=UsageKey.from_string(block),
        completion=completion,
        modified=NOW,
    )


def graded(learner_id: int, override: Any = None) -> SimpleNamespace:
    return SimpleNamespace(
        user_id=learner_id,
        course_id=KEY,
        usage_key=UsageKey.from_string(SECTION),
        full_usage_key=UsageKey.from_string(SECTION),
        earned_graded=3.0,
        possible_graded=4.0,
        modified=NOW,
        override=override,
    )
