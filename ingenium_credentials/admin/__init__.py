"""The administration: every table, for alliance officers and operators.

What verbs decide (awards, keys, states of a version) is shown and not typed; the one
dangerous action, to revoke, asks for a reason on a page of its own.
"""

from . import achievements, alliance, awards, branding, results, sealing

__all__ = ["achievements", "alliance", "awards", "branding", "results", "sealing"]
