"""What a call costs in CPU time, apart from what else the machine and the test runner do."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

RUNS = 5


def cpu_seconds(call: Callable[[], object]) -> float:
    """CPU seconds of the quickest of a few runs.

    Neighbours on the same core make a run slower, never quicker. What the test runner keeps
    in memory is not searched for garbage on the call's account.
    """
    gc.collect()
    gc.freeze()
    try:
        return min(_once(call) for _ in range(RUNS))
    finally:
        gc.unfreeze()


def _once(call: Callable[[], object]) -> float:
    began = time.process_time()
    call()
    return time.process_time() - began
