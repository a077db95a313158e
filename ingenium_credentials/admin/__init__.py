"""The administration: every table, for alliance officers and operators.

What verbs decide (awards, keys, states of a version) is shown and not typed; the one
dangerous action, to revoke, asks for a reason on a page of its own.
"""

from . import achievements, alliance, awards, batches, branding, letters, results, rules, sealing

__all__ = [
    "achievements",
    "alliance",
    "awards",
    "batches",
    "branding",
    "letters",
    "results",
    "rules",
    "sealing",
]
