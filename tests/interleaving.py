"""Races: something happens just before a statement of ours, or many things at the same moment."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, connections


@contextmanager
def just_before(statement: str, act: Callable[[], object]) -> Iterator[None]:
    """Call `act` once, before the first SQL that begins so and names what follows the space."""
    verb, _space, table = statement.rpartition(" ")
    waiting = True

    def interleave(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal waiting
        if waiting and sql.startswith(verb) and table in sql:
            waiting = False
            act()
        return execute(sql, params, many, context)

    with connection.execute_wrapper(interleave):
        yield
    assert not waiting, f"No statement was {statement!r}."


def at_once(times: int, act: Callable[[int], Any]) -> list[Any]:
    """What came of doing it that often at the same moment, each on its own connection."""
    start = threading.Barrier(times)
    results: list[Any] = [None] * times

    def one(number: int) -> None:
        start.wait()
        try:
            results[number] = act(number)
        except Exception as error:  # handed to the test, which fails on it
            results[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one, args=(number,)) for number in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
