"""Undoing editions that editors opened: put off for a while, and taken back. Opens none."""

from __future__ import annotations

from datetime import datetime

from sqlite_utils import Database

from bot.store.database import column, milliseconds, transaction, write

#: What was opened of an edition in channels at a moment.
_OPENED = "article = ? AND edition = ? AND created = ? AND lane = 0"
_UNTOUCHED = "state = 'pending' AND attempts = 0"


def put_off(
    db: Database, article: int, edition: int, opened: datetime, until: datetime
) -> list[int]:
    """Have what was opened wait until a moment; return the chats it goes to."""
    key = (article, edition, milliseconds(opened))
    with transaction(db):
        if until > opened:
            sql = (
                f"UPDATE deliveries SET not_before = ? WHERE {_OPENED} AND {_UNTOUCHED}"
            )
            write(db, sql, (milliseconds(until), *key))
        return _chats(db, f"{_OPENED} AND {_UNTOUCHED}", key)


def take_back(
    db: Database, article: int, edition: int, opened: datetime
) -> tuple[list[int], list[int], list[int]]:
    """Delete deliveries without an attempt; return the chats of those, of sent ones, of others.

    The others are being sent, so it is too late. The edition's number is free again if nothing of
    it is left. A first edition is marked as skipped instead, since every channel needs one.
    """
    key = (article, edition, milliseconds(opened))
    with transaction(db):
        undone = _chats(db, f"{_OPENED} AND {_UNTOUCHED}", key)
        sent = _chats(db, f"{_OPENED} AND state = 'sent'", key)
        sending = _chats(
            db,
            f"{_OPENED} AND state IN ('pending', 'sending', 'doubtful') AND NOT ({_UNTOUCHED})",
            key,
        )
        if edition == 1:
            skip = (
                "UPDATE deliveries "
                "SET state = 'skipped', not_before = NULL, reason = 'an editor took it back'"
            )
            write(db, f"{skip} WHERE {_OPENED} AND {_UNTOUCHED}", key)
        else:
            write(db, f"DELETE FROM deliveries WHERE {_OPENED} AND {_UNTOUCHED}", key)
        if undone:
            write(
                db,
                "UPDATE articles SET edition = edition - 1 WHERE id = ? AND edition = ? "
                "AND edition > 1 "
                "AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.article = articles.id "
                "AND d.edition = ?)",
                (article, edition, edition),
            )
    return undone, sent, sending


def _chats(db: Database, which: str, key: tuple[int, int, int]) -> list[int]:
    return column(db, f"SELECT chat FROM deliveries WHERE {which} ORDER BY chat", key)
