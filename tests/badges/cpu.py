"""What a call costs in CPU time, apart from what else the machine and the test runner do."""

from __future__ import annotations

import gc
import hashlib
import statistics
import time
from collections.abc import Callable

RUNS = 5
REFERENCE_SECONDS = 0.007
"""What `_reference_work` takes on the reference machine of the performance figures, idle."""


def cpu_seconds(call: Callable[[], object]) -> float:
    """CPU seconds that a call takes on the reference machine when nothing else runs there.

    A neighbour on the same core slows both the call and the work it is compared with. What
    the test runner keeps in memory is not searched for garbage on the call's account.
    """
    gc.collect()
    gc.freeze()
    try:
        ratios = [_once(call) / _once(_reference_work) for _ in range(RUNS)]
        return statistics.median(ratios) * REFERENCE_SECONDS
    finally:
        gc.unfreeze()


def _once(call: Callable[[], object]) -> float:
    began = time.process_time()
    call()
    return time.process_time() - began


def _reference_work() -> None:
    found: dict[tuple[str, int], list[str]] = {}
    for number in range(6_000):
        text = f"_:b{number} <urn:ex:p> _:z ."
        found.setdefault((hashlib.sha256(text.encode()).hexdigest()[:2], number % 7), []).append(text)
    for texts in found.values():
        "".join(sorted(texts))
