"""Rows of chats under another address: a setting that finds its row, a group with a new number.

Talks to nobody.
"""

from __future__ import annotations

from sqlite_utils import Database

from bot.domain.chat import Standing
from bot.store import merging
from bot.store.database import add, row, rows, transaction, write
from bot.store.delivery_rows import GivenUp


def of_setting(db: Database, setting: str, thread: int) -> int:
    """Return the row of a channel of the settings, created or taken over from what was there."""
    chat_id = None if setting.startswith("@") else int(setting)
    found = row(
        db,
        "SELECT * FROM chats WHERE setting = ? COLLATE NOCASE AND thread = ?",
        (setting, thread),
    )
    if found is None and chat_id is not None:
        found = row(
            db,
            "SELECT * FROM chats WHERE chat_id = ? AND thread = ?",
            (chat_id, thread),
        )
    if found is None:
        return add(
            db,
            "INSERT INTO chats (chat_id, thread, kind, setting) VALUES (?, ?, 'channel', ?)",
            (chat_id, thread, setting),
        )
    if found["state"] == Standing.DROPPED or found["setting"] is None:
        sql = (
            "UPDATE chats "
            "SET state = 'active', begun = NULL, sequence = NULL, last_article = NULL WHERE id = ?"
        )
        write(db, sql, (found["id"],))
    if found["state"] == Standing.DROPPED:  # its new start decides on what waited
        write(
            db,
            "DELETE FROM deliveries WHERE chat = ? AND state IN ('pending', 'held')",
            (found["id"],),
        )
    write(db, "UPDATE chats SET setting = ? WHERE id = ?", (setting, found["id"]))
    return int(found["id"])


def join(db: Database, *, kept: int, other: int, setting: str | None) -> None:
    """Merge two rows of one chat; `setting`: the one that is kept becomes that channel."""
    if setting is not None:  # a reader's row has no start of a channel
        start = "UPDATE chats SET (begun, sequence, last_article) = "
        start += (
            "(SELECT begun, sequence, last_article FROM chats WHERE id = ?) WHERE id = ? "
            "AND setting IS NULL"
        )
        write(db, start, (other, kept))
    merging.chats(db, kept, other)
    if setting is not None:
        write(
            db,
            "UPDATE chats SET setting = ?, state = 'active' WHERE id = ?",
            (setting, kept),
        )


def move(db: Database, old: int, new: int) -> None:
    """Re-address the rows of a group with a new number, merging them with rows of that number."""
    if old == new:
        return
    with transaction(db):
        for moved in rows(db, "SELECT * FROM chats WHERE chat_id = ?", (old,)):
            _forget_messages(db, moved["id"])
            sql = "SELECT id FROM chats WHERE chat_id = ? AND thread = ?"
            there = row(db, sql, (new, moved["thread"]))
            if there:
                join(db, kept=there["id"], other=moved["id"], setting=moved["setting"])
            else:
                sql = "UPDATE chats SET chat_id = ? WHERE id = ?"
                write(db, sql, (new, moved["id"]))


def _forget_messages(db: Database, chat: int) -> None:
    """Forget the message numbers in a group with a new number, so that none is edited.

    If they are numbers of messages there, they are those of others.
    """
    sql = (
        "UPDATE deliveries SET message = NULL, edit_due = NULL, given_up = ?, "
        "reason = 'posted before the group got a new number' "
        "WHERE chat = ? AND message IS NOT NULL"
    )
    write(db, sql, (GivenUp.NUMBER, chat))
