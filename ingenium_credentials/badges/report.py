"""What a verification found: checks with three outcomes, and the one verdict they make.

Hides the rule that turns many outcomes into a verdict: only if every check passed, and at
least one was made, is something valid. What could not be checked never counts as passed.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import Any, Literal

from attrs import field, frozen

from .errors import CannotCheck, CredentialError

__all__ = [
    "CHECK_IDS",
    "Check",
    "Outcome",
    "Report",
    "Verdict",
    "failed",
    "not_checked",
    "of_error",
    "passed",
    "worst",
]

Verdict = Literal["valid", "not valid", "could not be checked"]


CHECK_IDS = (
    "carrier",
    "syntax",
    "conformance",
    "key",
    "proof",
    "issuer",
    "seal",
    "holder",
    "challenge",
    "domain",
    "valid-from",
    "valid-until",
    "status",
    "credentials",
    "endorsements",
    "endorses",
    "internal",
)
"""Every id that a check can have, in the order in which they appear."""


class Outcome(Enum):
    """How a check ended."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_CHECKED = "could not be checked"


@frozen
class Check:
    """One question asked of a credential, and its answer."""

    id: str
    """Stable, kebab-case; for programs. The meanings stand in the manual."""
    outcome: Outcome
    message: str
    """A sentence for a person."""
    detail: str = ""
    """What a specialist wants to know beyond it."""


@frozen(kw_only=True)
class Report:
    """All that was found out about one credential or presentation."""

    checks: tuple[Check, ...] = ()
    document: dict[str, Any] | None = field(default=None, repr=False)
    """The document, only if its proof passed: show nothing else as verified."""
    carrier: str = ""
    """`json`, `jwt`, `png`, `svg` or `pdf`; empty when not recognised."""
    format: str = ""
    """`ob3`, `vc`, `vp`, each also with `-jwt`; `elm`, `pdf`; empty when not recognised."""
    parts: tuple[Report, ...] = ()
    """Reports on the credentials inside: of a presentation, and endorsements."""

    @property
    def verdict(self) -> Verdict:
        """The verdict on the whole; an empty report is not valid."""
        outcomes = {check.outcome for check in self.checks}
        if not outcomes or Outcome.FAILED in outcomes:
            return "not valid"
        return "could not be checked" if Outcome.NOT_CHECKED in outcomes else "valid"

    def as_dict(self) -> dict[str, Any]:
        """The report as JSON values, with the verdict first."""
        return {
            "verdict": self.verdict,
            "carrier": self.carrier,
            "format": self.format,
            "checks": [
                {
                    "id": check.id,
                    "outcome": check.outcome.value,
                    "message": check.message,
                    "detail": check.detail,
                }
                for check in self.checks
            ],
            "document": self.document,
            "parts": [part.as_dict() for part in self.parts],
        }


def passed(check_id: str, message: str, detail: str = "") -> Check:
    """A check that passed."""
    return Check(check_id, Outcome.PASSED, message, detail)


def failed(check_id: str, message: str, detail: str = "") -> Check:
    """A check that failed."""
    return Check(check_id, Outcome.FAILED, message, detail)


def not_checked(check_id: str, message: str, detail: str = "") -> Check:
    """A check for which the means are missing."""
    return Check(check_id, Outcome.NOT_CHECKED, message, detail)


def of_error(check_id: str, error: CredentialError) -> Check:
    """The check that ended in `error`: not checked if it is a `CannotCheck`, else failed."""
    make = not_checked if isinstance(error, CannotCheck) else failed
    return make(check_id, str(error))


_GRAVITY = (Outcome.FAILED, Outcome.NOT_CHECKED, Outcome.PASSED)


def worst(outcomes: Iterable[Outcome]) -> Outcome:
    """The gravest of `outcomes`; failed when there are none, since nothing was shown."""
    return min(outcomes, key=_GRAVITY.index, default=Outcome.FAILED)
