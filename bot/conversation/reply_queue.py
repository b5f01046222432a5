"""Sends replies: in order and one at a time to one chat, concurrently to different chats.

Writes no text itself. A reply that hangs, or that Telegram delays, delays neither the next command
of the chat nor any other chat.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any
from weakref import WeakValueDictionary

#: Replies that may wait for one chat; further ones are not sent.
MOST = 60
Work = Callable[[], Awaitable[Any]]
_log = logging.getLogger(__name__)


class ReplyQueue:
    """The replies of one bot that are being sent."""

    def __init__(self) -> None:
        #: By chat.
        self._locks: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()
        #: How many replies of each chat are not sent yet.
        self._waiting: Counter[int] = Counter()
        #: By update.
        self._tasks: dict[int, list[asyncio.Task[Any]]] = {}

    def send(
        self, update: int, chat_id: int, work: Work, *, in_order: bool = True
    ) -> None:
        """Begin a reply to an update; `in_order`: after those to the same chat."""
        if self._waiting[chat_id] >= MOST:
            _log.warning("an answer is not sent, as %d wait for the same chat", MOST)
            return
        self._waiting[chat_id] += 1
        task = asyncio.create_task(self._send(chat_id, work, in_order))
        self._tasks.setdefault(update, []).append(task)

    async def sent(self, update: int) -> None:
        """Return when the replies to an update are out, or given up.

        Raises what one of them raised.
        """
        tasks = self._tasks.pop(update, [])
        try:
            for result in await asyncio.gather(*tasks, return_exceptions=True):
                if isinstance(result, Exception):
                    raise result
        finally:
            for task in tasks:
                task.cancel()

    async def _send(self, chat_id: int, work: Work, in_order: bool) -> None:
        try:
            if not in_order:
                await work()
                return
            async with self._locks.setdefault(chat_id, asyncio.Lock()):
                await work()
        finally:
            self._waiting[chat_id] -= 1
            if not self._waiting[chat_id]:
                del self._waiting[chat_id]
