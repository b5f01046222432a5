"""SQLite as a life uses it: each statement and commit is a point at which it may be killed.

What SQLite draws by chance comes from the seed.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from typing import Any
from unittest.mock import patch

from tests.simulation.life import current


class Connection(sqlite3.Connection):
    """A connection that reports its points to the life that uses it."""

    def execute(self, *args: Any) -> sqlite3.Cursor:
        _point("statement")
        return super().execute(*args)

    def executemany(self, *args: Any) -> sqlite3.Cursor:
        _point("statement")
        return super().executemany(*args)

    def commit(self) -> None:
        _point("commit")
        super().commit()
        _point("committed")


def _point(what: str) -> None:
    life = current()
    if life and not life.is_over:
        life.at_point(what)


@contextmanager
def connections(seed: int) -> Iterator[None]:
    """Make every new connection one of ours."""
    chance, connect = Random(f"chance {seed}"), sqlite3.connect

    def connected(*args: Any, **options: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*args, factory=Connection, **options)
        connection.create_function("randomblob", 1, chance.randbytes)
        return connection

    with patch.object(sqlite3, "connect", connected):
        yield
