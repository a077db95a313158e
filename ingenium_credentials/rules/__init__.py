"""A rule's condition, and why a learner does or does not meet it.

A condition is a JSON tree with a version at its root, for example

    {"version": 1, "all": [
        {"kind": "course_passed", "course": "course-v1:UOC+MED+2026", "min_grade": 0.8},
        {"at_least": 2, "of": [
            {"kind": "certificate_issued", "course": "course-v1:HIS+AI+2026", "modes": ["verified"]},
            {"kind": "credential_held", "definition": "data-ethics"},
            {"kind": "ects", "least": 5, "courses": ["course-v1:URN+SEA+2026"]}]}]}

What is not known here is refused and never skipped: a condition that nobody understands
must not be met. Pure: what is `Known` goes in, an explanation comes out; no queries, no
clock. `parse` reads a condition once for many learners.
"""

from .explanation import Explanation
from .facts import Facts, Held, Known, Part
from .faults import Fault, FaultKind, faults
from .grammar import KINDS, MAX_DEPTH, MAX_LEAVES, MAX_LIST, VERSION, ConditionError, Leaf
from .moving import moved
from .requirements import CERTIFICATE_ISSUED
from .rule import Rule, courses_of, definitions_of, explain, parse
from .schema import schema
from .templates import TEMPLATES, Template

__all__ = [
    "CERTIFICATE_ISSUED",
    "KINDS",
    "MAX_DEPTH",
    "MAX_LEAVES",
    "MAX_LIST",
    "TEMPLATES",
    "VERSION",
    "ConditionError",
    "Explanation",
    "Facts",
    "Fault",
    "FaultKind",
    "Held",
    "Known",
    "Leaf",
    "Part",
    "Rule",
    "Template",
    "courses_of",
    "definitions_of",
    "explain",
    "faults",
    "moved",
    "parse",
    "schema",
]
