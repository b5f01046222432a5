"""Starts of channels: which have begun, and in which order with the articles. Posts nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.store import sequence
from bot.store.database import (
    Database,
    exists,
    json_list,
    milliseconds,
    rows,
    transaction,
    write,
)


def begin(db: Database, chat: int, at: datetime) -> None:
    """Write that a channel's start was applied: to the articles that are there now."""
    with transaction(db):
        write(
            db,
            "UPDATE chats SET begun = ?, sequence = ?, "
            "last_article = (SELECT coalesce(max(id), 0) FROM articles) WHERE id = ?",
            (milliseconds(at), sequence.take(db), chat),
        )


def of(db: Database, numbers: Sequence[int]) -> dict[int, int]:
    """Return chat (row number) → sequence number of its start, for those that have begun."""
    these = "(SELECT value FROM json_each(?))"
    sql = f"SELECT id, sequence FROM chats WHERE sequence IS NOT NULL AND id IN {these}"
    return {
        found["id"]: found["sequence"] for found in rows(db, sql, (json_list(numbers),))
    }


def any_begun(db: Database) -> bool:
    """Return True if a channel was ever started, or somebody wrote to the bot."""
    return exists(db, "SELECT 1 FROM chats WHERE begun IS NOT NULL LIMIT 1")
