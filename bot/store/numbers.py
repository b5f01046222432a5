"""Message numbers that are known in a chat: our posts', and those of others that we heard of. Decides nothing.

A post is looked for by its number (`domain.recovery`), so every number that somebody else's message is known to have is
kept for a while, for the settings' chats only.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import Enum
from typing import NamedTuple

from sqlite_utils import Database

from bot.store import sequence
from bot.store.database import milliseconds, row, rows, transaction, write

#: Others' messages are remembered for so long, the last of each chat for ever.
_KEPT = timedelta(days=7)


class Message(NamedTuple):
    """A message's number, and when its call began and was settled at the latest."""

    message: int
    begun: int
    settled: int


def known(db: Database, chat_id: int, which: str, *values: int) -> list[Message]:
    """Return those of the chat's known messages that are asked for.

    Each thread is asked alone, and others' messages, so that the index tells without a look at all there ever was. When
    somebody else's was written is not known, only when we heard of it.
    """
    own = f"SELECT message, begun, settled FROM deliveries WHERE chat = ? AND {which}"
    heard = "SELECT chat_id, message, -1 AS begun, at AS settled, 0 AS begun_sequence, sequence AS settled_sequence"
    theirs = f"SELECT message, begun, settled FROM ({heard} FROM seen) WHERE chat_id = ? AND {which}"
    found = rows(db, theirs, (chat_id, *values))
    for chat in rows(db, "SELECT id FROM chats WHERE chat_id = ?", (chat_id,)):
        found += rows(db, own, (chat["id"], *values))
    return [Message(one["message"], one["begun"] or 0, one["settled"] or 0) for one in found]


def see(db: Database, chat_id: int, message: int, at: datetime) -> None:
    """Take note of somebody else's message in a chat of the settings; other chats are nobody's business."""
    sql = "SELECT 1 FROM chats WHERE chat_id = ? AND setting IS NOT NULL"
    if row(db, sql, (chat_id,)):
        with transaction(db):
            sql = "INSERT INTO seen (chat_id, message, at, sequence) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING"
            write(db, sql, (chat_id, message, milliseconds(at), sequence.take(db)))


class Touch(Enum):
    """Whether a message may get another keyboard."""

    #: No: it is accounted for by now.
    TAKEN = "taken"
    FIRST = "first"
    #: An earlier look wrote that it might; what came of it is not known, or it was another delivery's.
    AGAIN = "again"


def begin_retouch(db: Database, chat_id: int, message: int) -> Touch:
    """Write, before the call, that a message may get another keyboard.

    Should it prove to be another delivery's, that one is brought up to date as soon as its number is known.
    """
    with transaction(db):
        if is_taken(db, chat_id, message):
            return Touch.TAKEN
        sql = "INSERT INTO retouched VALUES (?, ?) ON CONFLICT DO NOTHING"
        return Touch.FIRST if write(db, sql, (chat_id, message)) else Touch.AGAIN


def end_retouch(db: Database, chat_id: int, message: int) -> None:
    """Write that a message kept its keyboard."""
    write(db, "DELETE FROM retouched WHERE chat_id = ? AND message = ?", (chat_id, message))


def prune(db: Database, at: datetime, most: int = 500) -> int:
    """Forget a piece of others' messages of long ago, but the last of each chat, and looks long over; return how many.

    most: messages at once.
    """
    old = """
        SELECT chat_id, message FROM seen WHERE at < ?
        AND message < (SELECT max(message) FROM seen o WHERE o.chat_id = seen.chat_id) LIMIT ?
    """
    looks = "state = 'sending' OR state = 'doubtful' AND lane = 0"
    with transaction(db):
        sql = f"DELETE FROM seen WHERE (chat_id, message) IN ({old})"
        return write(db, sql, (milliseconds(at - _KEPT), most)) + write(
            db, f"DELETE FROM retouched WHERE NOT EXISTS (SELECT 1 FROM deliveries WHERE {looks})"
        )


def is_taken(db: Database, chat_id: int, message: int) -> bool:
    """Return True if a message is accounted for."""
    return bool(known(db, chat_id, "message = ?", message))
