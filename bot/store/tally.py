"""Counts over deliveries and articles, for reports and metrics. Changes nothing."""

from __future__ import annotations

from datetime import datetime

from sqlite_utils import Database

from bot.store.database import maybe, number, row, rows


def articles(db: Database) -> int:
    """Return how many articles readers can find."""
    return number(db, "SELECT count(*) FROM articles WHERE held = 0 AND withdrawn = 0 AND copy_of IS NULL")


def deliveries(db: Database, channel: int | None = None) -> dict[str, int]:
    """Return state → how many, for one channel, or for all chats that are none."""
    if channel is not None:
        values: tuple[int, ...] = (channel,)
        sql = "SELECT state, count(*) FROM deliveries WHERE chat = ? GROUP BY state"
    else:
        sql = (
            "SELECT d.state, count(*) FROM deliveries d JOIN chats c ON c.id = d.chat WHERE c.setting IS NULL "
            "GROUP BY d.state"
        )
        values = ()
    return {found[0]: found[1] for found in rows(db, sql, values)}


def refusals(db: Database, channel: int, most: int) -> list[tuple[int, str]]:
    """Return (article, reason) of a channel's latest posts that were refused, newest first."""
    sql = (
        "SELECT article, reason FROM deliveries WHERE chat = ? AND state = 'refused' "
        "ORDER BY settled_sequence DESC, id DESC LIMIT ?"
    )
    return [(found["article"], found["reason"]) for found in rows(db, sql, (channel, most))]


def oldest_waiting(db: Database) -> datetime | None:
    """Return since when the longest waiting delivery waits, or None."""
    sql = (
        "SELECT min(d.created) FROM deliveries d JOIN chats c ON c.id = d.chat "
        "WHERE d.state IN ('pending', 'sending', 'doubtful') AND c.state = 'active'"
    )
    found = row(db, sql)
    return maybe(found[0]) if found else None
