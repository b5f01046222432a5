"""Standings of chats: active, stopped, parked or dropped, and since when a reader is away.

Decides nothing.
"""

from __future__ import annotations

from sqlite_utils import Database

from bot.domain.chat import AWAY, Standing
from bot.store import chats, sequence
from bot.store.chats import ALL_THREADS
from bot.store.database import rows, transaction, write

_AWAY = """
UPDATE chats SET away = min(
  coalesce((SELECT max(id) FROM articles), 0),
  coalesce(:lost - 1, 9e18),
  coalesce((SELECT min(article) - 1 FROM deliveries
    WHERE chat = :chat AND lane <> 0 AND state IN ('pending', 'sending', 'doubtful')), 9e18))
WHERE id = :chat AND away IS NULL AND state = 'active' AND setting IS NULL
"""


def set_state(
    db: Database,
    chat: int,
    state: Standing,
    reason: str = "",
    *,
    lost: int | None = None,
) -> None:
    """Write a chat's standing; one that leaves takes its waiting deliveries along.

    `lost` is the article by which it was found that a reader can't be reached.
    """
    with transaction(db):
        if state in AWAY:
            write(db, _AWAY, {"chat": chat, "lost": lost})
        if state is Standing.ACTIVE:
            back = (
                "UPDATE chats SET sequence = ? WHERE id = ? AND setting IS NULL "
                "AND state <> 'active'"
            )
            write(db, back, (sequence.take(db), chat))
        write(
            db,
            "UPDATE chats SET state = ?, reason = ? WHERE id = ?",
            (str(state), reason, chat),
        )
        if state in AWAY:
            write(
                db,
                "UPDATE deliveries SET state = 'gone', reason = ? WHERE chat = ? "
                "AND state = 'pending' AND lane <> 0",
                (reason or str(state), chat),
            )


def unpark(db: Database, chat_id: int) -> bool:
    """Write that a reader can be reached again, with all threads; who stopped stays stopped.

    Return False where nobody was out of reach.
    """
    with transaction(db):
        parked = [
            chat
            for chat in chats.of_number(db, chat_id)
            if chat.state is Standing.PARKED
        ]
        for chat in parked:
            set_state(db, chat.id, Standing.ACTIVE)
    return bool(parked)


def told_missed(db: Database, chat: int) -> None:
    """Write that a reader was told what they missed, unless they have left again."""
    write(db, "UPDATE chats SET away = NULL WHERE id = ? AND state = 'active'", (chat,))


def park(
    db: Database,
    chat: int,
    reason: str,
    *,
    only_thread: bool = False,
    lost: int | None = None,
) -> None:
    """Write that a reader's chat can't be reached, all threads of a forum; or only this thread.

    A channel of the settings that is in the same chat is left to its own deliveries. `lost` is the
    article that could not be delivered.
    """
    which = "id = :chat" if only_thread else ALL_THREADS
    sql = f"SELECT id FROM chats WHERE {which} AND setting IS NULL AND state = 'active'"
    with transaction(db):
        for found in rows(db, sql, {"chat": chat}):
            set_state(
                db,
                found["id"],
                Standing.PARKED,
                reason,
                lost=lost if found["id"] == chat else None,
            )
