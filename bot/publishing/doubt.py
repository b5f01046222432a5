"""What becomes of a delivery whose answer was lost, once it has been left alone long enough. Sends nothing.

To a person's own chat it is sent again, once a crash; in a channel its `on_doubt` decides.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from sqlite_utils import Database

from bot.delivery import State
from bot.store import chats, outbox
from bot.store.database import transaction
from bot.store.desk import Desk


async def resolve(desk: Desk, at: datetime, alert: Callable[[str, str], Awaitable[None]]) -> None:
    """Decide every doubt whose time has come; the editors hear of those that wait for them."""
    for delivery, name in await desk(_resolve, at):
        await alert(
            f"doubt:{delivery}",
            f"{name}: it is not known whether a post went out. Look in the channel; /republish posts it again.",
        )


def _resolve(db: Database, at: datetime) -> list[tuple[int, str]]:
    asked = []
    with transaction(db):
        for one in outbox.doubtful(db, at):
            chat = chats.get(db, one.delivery.chat)
            if chat is not None and chat.on_doubt == "ask":
                outbox.set_state(db, one.delivery.id, State.DOUBTFUL, "waits for an editor")
                asked.append((one.delivery.id, chat.name))
            else:
                outbox.set_state(db, one.delivery.id, State.PENDING, one.delivery.reason)
    return asked
