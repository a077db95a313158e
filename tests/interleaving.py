"""Something happens just before a statement of ours: races, without threads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection


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
