"""What one verification may use, and how much of it.

Hides the memory of addresses already asked and the account of work: however credentials,
lists and endorsements are nested, a call of `verify` does a bounded number of things.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

from attrs import define, field

from .chains import Anchor
from .errors import NotResolved, WorkLimitExceeded
from .jsonld import Contexts
from .rdfc import DEFAULT_MAX_WORK, Budget
from .report import Report

__all__ = ["MAX_RESOLVED_BYTES", "MAX_STEPS", "Means", "Resolve"]

Resolve = Callable[[str], bytes]
"""From an https address to the bytes found there; raises `NotResolved`."""

MAX_STEPS = 100
"""Documents judged, proofs checked and addresses asked in one verification, together."""

MAX_WORK = 2 * DEFAULT_MAX_WORK
"""Of canonicalisation: a presentation is canonicalised whole, and then each part alone."""

MAX_RESOLVED_BYTES = 1_000_000
"""The largest answer that is taken from `resolve`: a status list has tens of kilobytes."""

_MAX_WORDS = 500


@define(kw_only=True)
class Means:
    """Resolver, clock and contexts of one verification, with the work that is left."""

    resolver: Resolve
    now: dt.datetime
    contexts: Contexts
    anchors: Sequence[Anchor] = ()
    """Certificates that seals and time-stamps must lead to."""
    steps_left: int = MAX_STEPS
    budget: Budget = field(factory=lambda: Budget(MAX_WORK), repr=False)
    """What canonical forms may cost, all together."""
    lists: dict[str, Report] = field(factory=dict, init=False, repr=False)
    """Status lists that have been verified, by address."""
    _answers: dict[str, bytes | str] = field(factory=dict, init=False, repr=False)
    """By address: the bytes, or the sentence that says why there are none."""

    def spend(self) -> None:
        """Account for one piece of work; raises `WorkLimitExceeded` when none is left."""
        if self.steps_left <= 0:
            raise WorkLimitExceeded("The document holds more to check than any genuine one does.")
        self.steps_left -= 1

    def exhaust(self) -> None:
        """Leave no more work: what was met is not met in any genuine document."""
        self.steps_left = 0

    def resolve(self, url: str) -> bytes:
        """The bytes at `url`, asked at most once; raises `NotResolved` whatever went wrong."""
        if url not in self._answers:
            self.spend()
            self._answers[url] = self._ask(url)
        answer = self._answers[url]
        if isinstance(answer, str):
            raise NotResolved(answer)
        return answer

    def _ask(self, url: str) -> bytes | str:
        shown = ascii(url)[1:-1][:300]
        try:
            answer = self.resolver(url)
        except NotResolved as error:
            # The caller's own words say best what is missing, and what to do about it.
            return str(error)[:_MAX_WORDS] or f"This address could not be resolved: {shown}"
        except Exception:
            # The resolver is the caller's: its failures prove nothing about the credential.
            return f"This address could not be resolved: {shown}"
        if not isinstance(answer, bytes) or len(answer) > MAX_RESOLVED_BYTES:
            return f"This address gave an answer that cannot be used: {shown}"
        return answer
