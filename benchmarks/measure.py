"""CPU time per operation: interleaved rounds, medians, no garbage collection inside.

Wall time would count what else the machine does; interleaving lets a slow minute hit
every contender alike. The figures are for comparing with each other in one run.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Mapping

Round = Callable[[float], float]
"""Works for at least so many seconds of CPU time; gives the seconds that one operation took."""


def repeat(operation: Callable[[], object]) -> Round:
    """A round of calls of `operation` in this process."""

    def one_round(seconds: float) -> float:
        gc.collect()
        gc.disable()
        count, start = 0, time.process_time()
        try:
            while (spent := time.process_time() - start) < seconds:
                operation()
                count += 1
        finally:
            gc.enable()
        return spent / count

    return one_round


def interleaved(contenders: Mapping[str, Round], *, rounds: int, seconds: float) -> dict[str, float]:
    """The median seconds per operation of each contender, after one round to warm up."""
    taken: dict[str, list[float]] = {name: [] for name in contenders}
    for number in range(rounds + 1):
        for name, one_round in contenders.items():
            per_operation = one_round(seconds)
            if number:
                taken[name].append(per_operation)
    return {name: statistics.median(values) for name, values in taken.items()}
