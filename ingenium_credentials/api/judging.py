"""Our own documents judged for their pages, as a stranger would judge them, without the work each time.

A page is asked for far more often than keys and status lists change. With each report the
hash of every document is kept that the verdict rests on; those are read anew for each page,
and one that has changed makes it be judged anew. So a revocation or a key that was given up
shows at once, and only canonical forms and signatures are spared. Moments pass, too:
nothing is kept for longer than a minute.
"""

from __future__ import annotations

import hashlib
import time
from collections import OrderedDict
from collections.abc import Mapping
from threading import Lock

from attrs import field, frozen

from ..badges.errors import NotResolved
from ..badges.report import Report
from . import resolving, verifying

__all__ = ["judge"]

_SECONDS = 60
_MOST = 512
"""Reports kept by one process: some 10 kB each."""


@frozen
class _Kept:
    report: Report
    rests_on: Mapping[str, str]
    """By address: what `_state` said of it."""
    until: float


@frozen
class _Memory:
    """The reports that were used last."""

    found: OrderedDict[str, _Kept] = field(factory=OrderedDict)
    lock: Lock = field(factory=Lock)

    def of(self, name: str) -> _Kept | None:
        with self.lock:
            kept = self.found.get(name)
            if kept is not None:
                self.found.move_to_end(name)
            return kept

    def keep(self, name: str, kept: _Kept) -> None:
        with self.lock:
            self.found[name] = kept
            while len(self.found) > _MOST:
                self.found.popitem(last=False)


_memory = _Memory()


def judge(body: bytes) -> Report:
    """What `verify` says of a document that this site has signed."""
    name = hashlib.sha256(body).hexdigest()
    kept = _memory.of(name)
    if kept is not None and time.monotonic() < kept.until and _stands(kept):
        return kept.report
    began, rests_on = time.monotonic(), dict[str, str]()
    ask = resolving.resolver()

    def resolve(url: str) -> bytes:
        try:
            answer = ask(url)
        except Exception:
            rests_on[url] = ""
            raise
        rests_on[url] = hashlib.sha256(answer).hexdigest()
        return answer

    report = verifying.verify(body, resolve=resolve)
    if all(rests_on.values()):
        _memory.keep(name, _Kept(report, rests_on, began + _SECONDS))
    return report


def _stands(kept: _Kept) -> bool:
    return all(_state(url) == digest for url, digest in kept.rests_on.items())


def _state(url: str) -> str | None:
    """The hash of a document of ours as it is now; what others publish is not asked for again."""
    try:
        found = resolving.own_document(url)
    except NotResolved:
        return None
    return hashlib.sha256(found).hexdigest() if found is not None else None
