"""Deletes old rows in batches, so that each transaction is short.

The pages of deleted rows are used again. The file does not shrink: only SQLite's VACUUM does that.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlite_utils import Database

from bot.store import decided, facts, follows, notices, numbers, pending, searches
from bot.store.database import milliseconds, rows, transaction, write
from bot.store.facts import Fact
from bot.store.payloads import shortened

#: Telegram keeps an update for a day; a week is safe. Attempts and payloads are kept as long, for
#: the operator.
KEPT = timedelta(days=7)
#: Rows of one batch.
PIECE = 500
#: A delivery that is not settled, or whose post is to be edited.
_OPEN = (
    "d.state IN ('held', 'pending', 'sending', 'doubtful') OR d.edit_due IS NOT NULL"
)


def updates(db: Database, at: datetime) -> int:
    """Delete a batch of old updates; return how many."""
    old = "SELECT id FROM updates WHERE at < ? ORDER BY id LIMIT ?"
    return write(
        db, f"DELETE FROM updates WHERE id IN ({old})", (milliseconds(at - KEPT), PIECE)
    )


def attempts(db: Database, at: datetime) -> int:
    """Delete a batch of old attempts but the last of each open delivery; return how many."""
    old = f"""
        SELECT a.id FROM attempts a LEFT JOIN deliveries d ON d.id = a.delivery
        WHERE a.at < ? AND NOT (coalesce({_OPEN}, 0)
          AND a.id = (SELECT max(id) FROM attempts WHERE delivery = a.delivery))
        ORDER BY a.at LIMIT ?
    """
    return write(
        db,
        f"DELETE FROM attempts WHERE id IN ({old})",
        (milliseconds(at - KEPT), PIECE),
    )


def payloads(db: Database, at: datetime) -> int:
    """Shorten a batch of old payloads (`store.payloads`); return how many rows were read.

    Each row is read once: a delivery that is still open after this time keeps its payload whole.
    """
    after = int(facts.get(db, Fact.PRUNED) or 0)
    sql = (
        f"SELECT d.id, d.payload, {_OPEN} AS open FROM deliveries d WHERE d.id > ? "
        "AND d.created < ? ORDER BY d.id"
    )
    with transaction(db):
        found = rows(db, f"{sql} LIMIT ?", (after, milliseconds(at - KEPT), PIECE))
        short = [
            (text, one["id"])
            for one in found
            if not one["open"] and (text := shortened(one["payload"]))
        ]
        db.conn.executemany("UPDATE deliveries SET payload = ? WHERE id = ?", short)
        if found:
            facts.put(db, Fact.PRUNED, str(found[-1]["id"]))
    return len(found)


def topics(db: Database, at: datetime) -> int:
    """Delete a batch of topics that nothing carries or follows; return how many."""
    del at
    return follows.prune(db, piece=PIECE)


#: Each deletes a batch and returns its size; smaller than PIECE: nothing is left for now.
PRUNES: tuple[Callable[[Database, datetime], int], ...] = (
    updates,
    attempts,
    payloads,
    topics,
    numbers.prune,
    notices.prune,
    searches.prune,
    pending.prune,
    decided.prune,
)
