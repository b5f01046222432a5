"""Handles updates: those of a chat one after another, many chats at once. Stores nothing."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from telegram import Bot, Update

from bot.botapi import shapes
from bot.botapi.shapes import Body
from bot.errors import TokenRevoked

#: Chats whose updates are handled at once.
AT_ONCE = 64
_log = logging.getLogger(__name__)

#: What is left of an update when the next one of its chat may be handled.
Rest = Callable[[], Awaitable[None]]
#: Handles an update. What it returns is awaited before the update is done, but not by the next
#: update of the chat.
Handler = Callable[[Update], Awaitable[Rest | None]]


class ChatQueues:
    """The updates of each chat that wait to be handled.

    `end`: called with the number of each update that is done.
    """

    def __init__(
        self, handler: Handler, bot: Bot, end: Callable[[int], Awaitable[None]]
    ) -> None:
        self._handler = handler
        self._bot = bot
        self._end = end
        self._chats: dict[int, deque[Body]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._places = asyncio.Semaphore(AT_ONCE)
        self._failure: Exception | None = None
        #: Set when an update is done, when a task ends, and when one fails.
        self.changed = asyncio.Event()

    @property
    def idle(self) -> bool:
        """Whether no update is handled and none waits."""
        return not self._tasks

    def add(self, body: Body) -> None:
        """Have an update handled after those of its chat that wait."""
        chat = shapes.chat_of(body)
        if chat in self._chats:
            self._chats[chat].append(body)
        else:
            self._chats[chat] = deque([body])
            self._start(self._handle_all(chat))

    def check(self) -> None:
        """Raise the error that must end the run, if there is one. Raises TokenRevoked."""
        if self._failure:
            raise self._failure

    async def until(self, reached: Callable[[], bool]) -> None:
        """Wait until `reached` returns True, asked at each change. Raises as `check`."""
        while True:
            self.check()
            self.changed.clear()
            if reached():
                return
            await self.changed.wait()

    async def close(self) -> None:
        """Cancel what is not done."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _handle_all(self, chat: int) -> None:
        """Handle the updates of a chat one after another, until none is left."""
        queue = self._chats[chat]
        try:
            while queue:
                async with self._places:
                    await self._handle(queue.popleft())
        finally:
            del self._chats[chat]

    async def _handle(self, body: Body) -> None:
        number = body["update_id"]
        update = self._read(body)
        try:
            rest = await self._handler(update) if update is not None else None
        except TokenRevoked as error:
            self._fail(error)
            return
        except Exception:  # the router catches its own; this protects the other updates
            _log.exception("update %s was dropped", number)
            rest = None
        if rest is None:
            await self._end(number)
        else:
            self._start(self._finish(number, rest))

    async def _finish(self, number: int, rest: Rest) -> None:
        try:
            await rest()
        except TokenRevoked as error:
            self._fail(error)
            return
        except Exception:
            _log.exception("the answer to update %s was dropped", number)
        await self._end(number)

    def _read(self, body: Body) -> Update | None:
        """Return an update as an object; log it and return None if the library can't read it."""
        fault = shapes.fault(body)
        if not fault:
            try:
                return Update.de_json(body, self._bot)
            except Exception as error:  # a kind of update newer than the library
                fault = type(error).__name__
        number = body["update_id"]
        _log.warning("update %s can't be read (%s) and is left out", number, fault)
        return None

    def _fail(self, error: Exception) -> None:
        self._failure = error
        self.changed.set()

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self.changed.set()
        error = None if task.cancelled() else task.exception()
        if isinstance(error, Exception):
            self._fail(error)
        elif error:
            self._fail(RuntimeError(str(error)))
