"""What is known of one learner: the ground that a condition is judged on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal

from attrs import field, frozen

__all__ = ["Facts", "Held", "Known", "Part"]


@frozen(kw_only=True)
class Part:
    """What the learner has reached in one part of a course."""

    value: Decimal
    """Share of the maximum, 0 to 1; of a unit, 1 is complete."""
    at: dt.datetime | None = None
    reports: tuple[tuple[dt.datetime, Decimal], ...] = ()
    """What was reported of it so far, oldest first, each a moment and a value."""

    def since(self, least: Decimal) -> dt.datetime | None:
        """Since when it has been this much without a break; a report of the same or more begins nothing."""
        begun: dt.datetime | None = None
        for at, value in self.reports:
            if value < least:
                begun = None
            elif begun is None:
                begun = at
        return begun or self.at


@frozen(kw_only=True)
class Facts:
    """What is known of one learner in one course. An empty text or None is 'not known'."""

    is_passing: bool = False
    passing_since: dt.datetime | None = None
    grade: Decimal | None = None
    """Share of the maximum, 0 to 1."""
    mode: str = ""
    """The mode that the result counts in: of the certificate, else of the enrolment."""
    certificate_status: str = ""
    certificate_since: dt.datetime | None = None
    is_enrolled: bool | None = None
    enrolled_mode: str = ""
    cohorts: frozenset[str] | None = None
    categories: Mapping[str, Part] | None = None
    """By name of the assignment category."""
    subsections: Mapping[str, Part] | None = None
    """By usage key, as are `blocks`."""
    blocks: Mapping[str, Part] | None = None
    ects: Decimal | None = None
    """Of the course itself, as is `university`: a short name."""
    university: str = ""


@frozen(kw_only=True)
class Held:
    """A credential that the learner holds."""

    definition: str
    awarded_at: dt.datetime | None = None
    courses: frozenset[str] = frozenset()
    """The keys of the courses that it was earned by, its parts' courses included."""
    ects: Decimal | None = None
    universities: frozenset[str] = frozenset()
    """Short names of the universities that award it; empty when not known."""
    is_certain: bool = True
    """False while it is under review: whether it counts is not known then."""


@frozen(kw_only=True)
class Known:
    """Everything known of one learner that a condition asks for. What is not here did not happen."""

    courses: Mapping[str, Facts] = field(factory=dict)
    """By course key."""
    held: Mapping[str, Held] = field(factory=dict)
    """By definition."""
    approved: bool | None = None
    """What a person decided on this learner; None: nobody has yet."""
    approved_at: dt.datetime | None = None
    courses_count_twice: bool = False
    """Whether two requirements may rest on the same course; the definition says so."""
