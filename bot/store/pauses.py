"""Pauses of whole chats: when one begins, and that it has ended.

A delivery's own wait is a column of its row (see `outbox`), and no rate limit is kept here.
"""

from __future__ import annotations

from datetime import datetime

from sqlite_utils import Database

from bot.store.chats import ALL_THREADS
from bot.store.database import milliseconds, transaction, write


def pause(
    db: Database, chat: int, until: datetime, reason: str, *, only_thread: bool = False
) -> None:
    """Let a whole chat wait until a moment, all threads of a forum; or only this thread."""
    which = "id = :chat" if only_thread else ALL_THREADS
    values = {"chat": chat, "until": milliseconds(until), "reason": reason}
    write(
        db,
        f"UPDATE chats SET not_before = :until, reason = :reason WHERE {which}",
        values,
    )


def resume(db: Database, chat: int) -> None:
    """End the pause of a chat, and of every delivery and edit in it, in all threads."""
    with transaction(db):
        write(
            db,
            f"UPDATE chats SET not_before = NULL, reason = '' WHERE {ALL_THREADS}",
            {"chat": chat},
        )
        sql = (
            "UPDATE deliveries SET not_before = NULL WHERE state IN ('pending', 'sent') "
            "AND chat IN "
        )
        write(db, f"{sql} (SELECT id FROM chats WHERE {ALL_THREADS})", {"chat": chat})
