"""Counts over deliveries and articles, for reports and metrics. Changes nothing."""

from __future__ import annotations

from datetime import datetime

from sqlite_utils import Database

from bot.store.availability import ACTIVE
from bot.store.database import maybe, number, row, rows
from bot.store.delivery_rows import UNCONFIRMED


def articles(db: Database) -> int:
    """Return how many articles readers can find."""
    return number(
        db,
        "SELECT count(*) FROM articles WHERE held = 0 AND withdrawn = 0 AND copy_of IS NULL",
    )


def deliveries(db: Database, channel: int | None = None) -> dict[str, int]:
    """Return state → how many, for one channel, or for all chats that are none."""
    if channel is not None:
        values: tuple[int, ...] = (channel,)
        sql = "SELECT state, count(*) FROM deliveries WHERE chat = ? GROUP BY state"
    else:
        sql = (
            "SELECT d.state, count(*) FROM deliveries d JOIN chats c ON c.id = d.chat "
            "WHERE c.setting IS NULL "
            "GROUP BY d.state"
        )
        values = ()
    counted = {found[0]: found[1] for found in rows(db, sql, values)}
    if unconfirmed := _unconfirmed(db, channel):
        counted["doubtful"] = counted.get("doubtful", 0) - unconfirmed
        counted["unconfirmed"] = unconfirmed
    return counted


def _unconfirmed(db: Database, channel: int | None) -> int:
    """Return how many deliveries wait for an editor, as nobody can tell whether they arrived."""
    sql = (
        "SELECT count(*) FROM deliveries d JOIN chats c ON c.id = d.chat "
        f"WHERE {UNCONFIRMED} AND "
    )
    if channel is None:
        return number(db, sql + "c.setting IS NULL")
    return number(db, sql + "d.chat = ?", (channel,))


def refusals(db: Database, channel: int, most: int) -> list[tuple[int, str]]:
    """Return (article, reason) of a channel's latest posts that were refused, newest first."""
    sql = (
        "SELECT article, reason FROM deliveries WHERE chat = ? AND state = 'refused' "
        "ORDER BY settled_sequence DESC, id DESC LIMIT ?"
    )
    return [
        (found["article"], found["reason"]) for found in rows(db, sql, (channel, most))
    ]


def oldest_waiting(db: Database) -> datetime | None:
    """Return since when the longest waiting delivery waits, or None."""
    sql = (
        "SELECT min(d.created) FROM deliveries d JOIN chats c ON c.id = d.chat "
        "WHERE (d.state IN ('pending', 'sending') OR d.state = 'doubtful' AND d.not_before > 0) "
        f"AND {ACTIVE}"
    )
    found = row(db, sql)
    return maybe(found[0]) if found else None


def last_post(db: Database) -> tuple[datetime, str] | None:
    """Return the time and title of the last post to a channel; None before the first."""
    latest: tuple[datetime, str] | None = None
    for chat in rows(
        db, "SELECT id FROM chats INDEXED BY chats_by_setting WHERE setting IS NOT NULL"
    ):
        sql = (
            "SELECT d.settled, a.title FROM deliveries d JOIN articles a ON a.id = d.article "
            "WHERE d.chat = ? AND d.message > 0 ORDER BY d.message DESC LIMIT 1"
        )
        found = row(db, sql, (chat["id"],))
        when = maybe(found["settled"]) if found else None
        if found and when and (latest is None or when > latest[0]):
            latest = when, found["title"]
    return latest
