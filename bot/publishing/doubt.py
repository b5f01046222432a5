"""What becomes of a delivery whose answer was lost, once it has been left alone long enough. Sends nothing.

To a person's own chat it is sent again, once a crash; in a channel its `on_doubt` decides.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from sqlite_utils import Database

from bot.delivery import Lane, Notice, State
from bot.store import chats, outbox
from bot.store.database import transaction
from bot.store.desk import Desk


async def resolve(desk: Desk, at: datetime, alert: Callable[[Notice], Awaitable[None]]) -> None:
    """Decide every doubt whose time has come; the editors hear of those that wait for them."""
    for notice in await desk(_resolve, at):
        await alert(notice)


def _resolve(db: Database, at: datetime) -> list[Notice]:
    asked = []
    with transaction(db):
        for one in outbox.doubtful(db, at):
            delivery, chat = one.delivery, chats.get(db, one.delivery.chat)
            if chat is not None and chat.on_doubt == "ask" and delivery.lane is Lane.CHANNEL:
                outbox.set_state(db, delivery.id, State.DOUBTFUL, "waits for an editor")
                key = f"{delivery.chat}:doubtful:{delivery.id}"
                asked.append(Notice(key=key, kind="doubtful", about=chat.name, reason=delivery.reason))
            else:
                outbox.set_state(db, delivery.id, State.PENDING, delivery.reason)
    return asked
