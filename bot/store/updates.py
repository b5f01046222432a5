"""Rows of updates: kept until they are handled, and each handled once. Knows no command."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlite_utils import Database

from bot.store.database import column, milliseconds, row, transaction, write

#: Telegram drops an update after this time; so does the bot.
_WAITS = timedelta(days=1)


def once(
    db: Database, update: int | None, at: datetime, work: Callable[[Database], Any]
) -> Any:
    """Run `work(db)` and record its JSON-able result with the update's number in one commit.

    For an update that was recorded before, return the recorded result and run nothing. `None`:
    always run.
    """
    with transaction(db):
        if update is not None:
            found = row(db, "SELECT result FROM updates WHERE id = ?", (update,))
            if found:
                return json.loads(found["result"])
        result = work(db)
        if update is not None:
            text = json.dumps(result, ensure_ascii=False)
            write(
                db,
                "INSERT INTO updates VALUES (?, ?, ?)",
                (update, milliseconds(at), text),
            )
    return json.loads(json.dumps(result))


def result(db: Database, update: int) -> Any:
    """Return the recorded result of an update, or None where there is none any more."""
    found = row(db, "SELECT result FROM updates WHERE id = ?", (update,))
    return json.loads(found["result"]) if found else None


def receive(db: Database, bodies: Iterable[tuple[int, str]], at: datetime) -> None:
    """Keep received updates, each with its number, until they are handled."""
    now = milliseconds(at)
    with transaction(db):
        new = [(number, now, body) for number, body in bodies]
        db.conn.executemany(
            "INSERT INTO inbox (id, at, body) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            new,
        )


def unhandled(db: Database, at: datetime) -> list[str]:
    """Return the unhandled updates of the last day, in order; delete older ones."""
    write(db, "DELETE FROM inbox WHERE at < ?", (milliseconds(at - _WAITS),))
    return column(db, "SELECT body FROM inbox ORDER BY id")


def handled(db: Database, numbers: Iterable[int]) -> None:
    """Delete updates that were handled."""
    with transaction(db):
        db.conn.executemany(
            "DELETE FROM inbox WHERE id = ?", [(number,) for number in numbers]
        )
