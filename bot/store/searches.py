"""Rows of searches whose pages can be turned. Searches nothing."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlite_utils import Database

from bot.store.database import milliseconds, number, row, transaction, write

#: How long pages can be turned.
KEPT = timedelta(days=30)
PIECE = 500


def keep(db: Database, words: str, at: datetime) -> int:
    """Keep words, and return the number that their buttons carry."""
    with transaction(db):
        sql = (
            "INSERT INTO searches (words, at) VALUES (?, ?) ON CONFLICT (words) DO UPDATE "
            "SET at = excluded.at"
        )
        write(db, sql, (words, milliseconds(at)))
        return number(db, "SELECT id FROM searches WHERE words = ?", (words,))


def words_of(db: Database, search: int) -> str | None:
    """Return the words that a button's number stands for; None when they are forgotten."""
    found = row(db, "SELECT words FROM searches WHERE id = ?", (search,))
    return found["words"] if found else None


def prune(db: Database, at: datetime) -> int:
    """Delete a batch of old searches; return how many."""
    old = "SELECT id FROM searches WHERE at < ? ORDER BY at LIMIT ?"
    return write(
        db,
        f"DELETE FROM searches WHERE id IN ({old})",
        (milliseconds(at - KEPT), PIECE),
    )
