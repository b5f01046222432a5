"""Message numbers known in a chat: of own posts, and of others' messages in updates.

Recovery searches for a post by its number (`domain.recovery`), so the numbers of others' messages
in the settings' chats are kept for a while.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import Enum
from typing import NamedTuple

from sqlite_utils import Database

from bot.store import sequence
from bot.store.database import milliseconds, row, rows, transaction, write

#: How long others' messages are remembered; the last of each chat is for ever.
_KEPT = timedelta(days=7)


class Message(NamedTuple):
    """A message's number, and when its call began and was settled at the latest."""

    message: int
    begun: int
    settled: int


def known(db: Database, chat_id: int, which: str, *values: int) -> list[Message]:
    """Return the chat's known messages that meet the condition `which`.

    Each thread, and others' messages, are queried separately, so that an index answers each query.
    Of others' messages only the time of the update is known.
    """
    own = f"SELECT message, begun, settled FROM deliveries WHERE chat = ? AND {which}"
    heard = (
        "SELECT chat_id, message, -1 AS begun, at AS settled, 0 AS begun_sequence, sequence AS "
        "settled_sequence"
    )
    theirs = (
        f"SELECT message, begun, settled FROM ({heard} FROM seen) "
        f"WHERE chat_id = ? AND {which}"
    )
    found = rows(db, theirs, (chat_id, *values))
    for chat in rows(db, "SELECT id FROM chats WHERE chat_id = ?", (chat_id,)):
        found += rows(db, own, (chat["id"], *values))
    return [
        Message(one["message"], one["begun"] or 0, one["settled"] or 0) for one in found
    ]


def see(db: Database, chat_id: int, message: int, at: datetime) -> None:
    """Keep the number of somebody else's message, if its chat is in the settings."""
    sql = "SELECT 1 FROM chats WHERE chat_id = ? AND setting IS NOT NULL"
    if row(db, sql, (chat_id,)):
        with transaction(db):
            sql = (
                "INSERT INTO seen (chat_id, message, at, sequence) VALUES (?, ?, ?, ?) "
                "ON CONFLICT DO NOTHING"
            )
            write(db, sql, (chat_id, message, milliseconds(at), sequence.take(db)))


class Touch(Enum):
    """Whether a message may get another keyboard."""

    #: No: whose it is is known by now.
    TAKEN = "taken"
    #: Yes, for the first time.
    FIRST = "first"
    #: Yes, but an earlier probe may have changed it already.
    AGAIN = "again"


def begin_keyboard_probe(db: Database, chat_id: int, message: int) -> Touch:
    """Write, before the call, that a message may get another keyboard.

    Should it prove to be another delivery's, that one is brought up to date as soon as its number
    is known.
    """
    with transaction(db):
        if is_taken(db, chat_id, message):
            return Touch.TAKEN
        sql = "INSERT INTO retouched VALUES (?, ?) ON CONFLICT DO NOTHING"
        return Touch.FIRST if write(db, sql, (chat_id, message)) else Touch.AGAIN


def end_keyboard_probe(db: Database, chat_id: int, message: int) -> None:
    """Write that a message kept its keyboard."""
    write(
        db,
        "DELETE FROM retouched WHERE chat_id = ? AND message = ?",
        (chat_id, message),
    )


def prune(db: Database, at: datetime, most: int = 500) -> int:
    """Delete a batch of others' old messages, and marks of probes that are over; return how many.

    The last message of each chat is kept. most: size of the batch.
    """
    old = """
        SELECT chat_id, message FROM seen WHERE at < ?
        AND message < (SELECT max(message) FROM seen o WHERE o.chat_id = seen.chat_id) LIMIT ?
    """
    searched = "state = 'sending' OR state = 'doubtful' AND lane = 0"
    with transaction(db):
        sql = f"DELETE FROM seen WHERE (chat_id, message) IN ({old})"
        return write(db, sql, (milliseconds(at - _KEPT), most)) + write(
            db,
            f"DELETE FROM retouched WHERE NOT EXISTS (SELECT 1 FROM deliveries WHERE {searched})",
        )


def is_taken(db: Database, chat_id: int, message: int) -> bool:
    """Return True if a message is accounted for."""
    return bool(known(db, chat_id, "message = ?", message))
