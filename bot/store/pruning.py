"""Forgets what nobody needs any more: a piece at a time, so that the store is never held for long. Asks nobody.

The pages of rows that went are used again by what is written next. The file does not shrink: SQLite's VACUUM does that.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlite_utils import Database

from bot.store import facts, follows, notices, numbers, pending, searches
from bot.store.database import milliseconds, rows, transaction, write
from bot.store.facts import Fact
from bot.store.payloads import shortened

#: Telegram keeps an update for a day; a week is safe. Attempts and payloads are there to be looked into for as long.
KEPT = timedelta(days=7)
#: Rows of one piece.
PIECE = 500
#: A delivery that is not at its end.
_OPEN = "d.state IN ('held', 'pending', 'sending', 'doubtful') OR d.edit_due IS NOT NULL"


def updates(db: Database, at: datetime) -> int:
    """Forget a piece of the updates whose effects are long written; return how many."""
    old = "SELECT id FROM updates WHERE at < ? ORDER BY id LIMIT ?"
    return write(db, f"DELETE FROM updates WHERE id IN ({old})", (milliseconds(at - KEPT), PIECE))


def attempts(db: Database, at: datetime) -> int:
    """Forget a piece of the old attempts, but the last of each delivery that is not at its end; return how many."""
    old = f"""
        SELECT a.id FROM attempts a LEFT JOIN deliveries d ON d.id = a.delivery
        WHERE a.at < ? AND NOT (coalesce({_OPEN}, 0)
          AND a.id = (SELECT max(id) FROM attempts WHERE delivery = a.delivery))
        ORDER BY a.at LIMIT ?
    """
    return write(db, f"DELETE FROM attempts WHERE id IN ({old})", (milliseconds(at - KEPT), PIECE))


def payloads(db: Database, at: datetime) -> int:
    """Keep of a piece of the old payloads what `store.payloads` says; return how many rows were looked at.

    Rows are looked at once, in order: only a delivery that is not at its end after so long keeps its payload whole.
    """
    after = int(facts.get(db, Fact.PRUNED) or 0)
    sql = f"SELECT d.id, d.payload, {_OPEN} AS open FROM deliveries d WHERE d.id > ? AND d.created < ? ORDER BY d.id"
    with transaction(db):
        found = rows(db, f"{sql} LIMIT ?", (after, milliseconds(at - KEPT), PIECE))
        short = [(text, one["id"]) for one in found if not one["open"] and (text := shortened(one["payload"]))]
        db.conn.executemany("UPDATE deliveries SET payload = ? WHERE id = ?", short)
        if found:
            facts.put(db, Fact.PRUNED, str(found[-1]["id"]))
    return len(found)


def topics(db: Database, at: datetime) -> int:
    """Forget topics that nothing carries and nobody follows any more, where they are many; return how many."""
    del at
    return follows.prune(db, piece=PIECE)


#: Each forgets a piece, and returns how many rows it was; fewer than PIECE: that was the last for now.
PRUNES: tuple[Callable[[Database, datetime], int], ...] = (
    updates,
    attempts,
    payloads,
    topics,
    numbers.prune,
    notices.prune,
    searches.prune,
    pending.prune,
)
