"""Rows of Telegram's updates: each has its effect once. Knows no command."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlite_utils import Database

from bot.store.database import milliseconds, row, transaction, write

#: Telegram keeps an update for a day; a week is safe.
_KEPT = timedelta(days=7)


def once(db: Database, update: int | None, at: datetime, work: Callable[[Database], Any]) -> Any:
    """Run `work(db)` and record its JSON-able result with the update's number in one commit.

    For an update that was recorded before, return the recorded result and run nothing. `None`: always run.
    """
    with transaction(db):
        if update is not None:
            found = row(db, "SELECT result FROM updates WHERE id = ?", (update,))
            if found:
                return json.loads(found["result"])
        result = work(db)
        if update is not None:
            text = json.dumps(result, ensure_ascii=False)
            write(db, "INSERT INTO updates VALUES (?, ?, ?)", (update, milliseconds(at), text))
    return json.loads(json.dumps(result))


def prune(db: Database, at: datetime) -> int:
    """Forget old updates and attempts of settled deliveries; return how many rows went."""
    old = milliseconds(at - _KEPT)
    with transaction(db):
        return write(db, "DELETE FROM updates WHERE at < ?", (old,)) + write(
            db,
            "DELETE FROM attempts WHERE at < ? AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.id = delivery "
            "AND (d.state IN ('held', 'pending', 'sending', 'doubtful') OR d.revise IS NOT NULL))",
            (old,),
        )
