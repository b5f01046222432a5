"""Updates from arrival until they are handled: kept in the database, in order for each chat.

Fetches none. An update is stored before it is confirmed to Telegram, and deleted once its effect is
committed and its reply is sent. Updates left by a killed process are handled by the next one. Chats
do not wait for each other.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any

from telegram import Bot, Update

from bot.botapi import shapes
from bot.botapi.shapes import Body
from bot.clock import Clock
from bot.errors import PaperboyError, TokenRevoked
from bot.store import updates as store
from bot.store.thread import Store

#: Most updates that may wait to be handled; until there is room, none is fetched.
MOST = 2_000
#: Chats whose updates are worked on at once.
AT_ONCE = 64
_log = logging.getLogger(__name__)

#: Handles an update. What it returns is awaited before the update is done, but not by the next
#: update of the chat.
Handler = Callable[[Update], Awaitable[Callable[[], Awaitable[None]] | None]]


class Full(PaperboyError):
    """No more updates are taken now; Telegram sends them again."""


class Inbox:
    """The updates of one bot."""

    def __init__(self, store: Store, handler: Handler, bot: Bot, clock: Clock) -> None:
        self._store = store
        self._handler = handler
        self._bot = bot
        self._clock = clock
        #: Numbers of the updates that are not done.
        self._open: set[int] = set()
        self._chats: dict[int, deque[Body]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._places = asyncio.Semaphore(AT_ONCE)
        self._changed = asyncio.Event()
        self._done: list[int] = []
        #: Numbers of the last updates that were done, the oldest first.
        self._recent: dict[int, None] = {}
        self._failure: Exception | None = None
        self._resuming = asyncio.Lock()
        self._resumed = self._closed = self._forgetting = False
        #: Monotonic time of when the last update was done.
        self.moved: float | None = None

    @property
    def waiting(self) -> int:
        """How many updates are not done."""
        return len(self._open)

    @property
    def closed(self) -> bool:
        """Whether no more updates are taken."""
        return self._closed

    async def resume(self) -> None:
        """Begin to handle the updates that an earlier process left, before any other.

        Raises StoreError.
        """
        async with self._resuming:
            if self._resumed:
                return
            for text in await self._store(store.unhandled, self._clock()):
                body = json.loads(text)
                self._open.add(body["update_id"])
                self._begin(body)
            self._resumed = True

    async def take(self, bodies: Sequence[Body]) -> int:
        """Store updates and begin to handle those that are new; return how many are.

        Raises StoreError, Full; then none of them was taken.
        """
        if self._closed:
            raise Full("the bot is stopping; what waits is handled when it runs again")
        await self.resume()
        new = {
            one["update_id"]: one
            for one in bodies
            if not self._is_known(one["update_id"])
        }
        if len(self._open) + len(new) > MOST and self._open:
            raise Full(
                f"{MOST} updates wait to be handled; no more are taken until some are done"
            )
        texts = {
            number: text
            for number, one in new.items()
            if (text := _text(one)) is not None
        }
        self._open.update(texts)
        try:
            if texts:
                await self._store(store.receive, list(texts.items()), self._clock())
        except BaseException:
            self._open.difference_update(texts)
            raise
        for number in texts:
            self._begin(new[number])
        return len(texts)

    async def take_one(self, body: Body) -> None:
        """Store an update that arrived by webhook.

        Raises StoreError, Full, PaperboyError for one without a number.
        """
        if not shapes.is_update(body):
            raise PaperboyError("it has no usable number")
        self.failed()
        await self.take([body])

    async def room(self, count: int) -> None:
        """Wait until `count` more updates may be taken. Raises TokenRevoked."""
        await self._until(lambda: not self._open or len(self._open) + count <= MOST)

    async def idle(self) -> None:
        """Wait until every update is done. Raises TokenRevoked."""
        await self._until(lambda: not self._open and not self._tasks)

    async def run(self, stop: asyncio.Event) -> None:
        """Handle updates until `stop` is set, then finish those that were taken.

        Raises TokenRevoked.
        """
        try:
            await self.resume()
            stopped = asyncio.ensure_future(stop.wait())
            stopped.add_done_callback(lambda _: self._changed.set())
            try:
                await self._until(stop.is_set)
            finally:
                stopped.cancel()
            await self.idle()
        finally:
            await self.close()

    async def close(self) -> None:
        """Handle no more updates; those that are not done are handled by the next process."""
        self._closed = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        with suppress(PaperboyError):
            await self._forget()

    def failed(self) -> None:
        """Raise the error that must end the run, if there is one. Raises TokenRevoked."""
        if self._failure:
            raise self._failure

    async def _until(self, reached: Callable[[], bool]) -> None:
        while True:
            self.failed()
            self._changed.clear()
            if reached():
                return
            await self._changed.wait()

    def _is_known(self, number: int) -> bool:
        return number in self._open or number in self._recent

    def _begin(self, body: Body) -> None:
        chat = shapes.chat_of(body)
        if chat in self._chats:
            self._chats[chat].append(body)
        else:
            self._chats[chat] = deque([body])
            self._start(self._work(chat))

    async def _work(self, chat: int) -> None:
        """Handle the updates of a chat one after another, until none is left."""
        queue = self._chats[chat]
        try:
            while queue:
                async with self._places:
                    body = queue.popleft()
                    await self._handle(body)
        finally:
            del self._chats[chat]

    async def _handle(self, body: Body) -> None:
        update = self._read(body)
        rest: Callable[[], Awaitable[None]] | None = None
        if update is not None:
            try:
                rest = await self._handler(update)
            except TokenRevoked as error:
                self._fail(error)
                return
            except (
                Exception
            ):  # the router catches its own; this protects the other updates
                _log.exception("update %s was dropped", update.update_id)
        if rest is None:
            await self._end(body["update_id"])
        else:
            self._start(self._finish(body["update_id"], rest))

    async def _finish(self, number: int, rest: Callable[[], Awaitable[None]]) -> None:
        try:
            await rest()
        except TokenRevoked as error:
            self._fail(error)
            return
        except Exception:
            _log.exception("the answer to update %s was dropped", number)
        await self._end(number)

    async def _end(self, number: int) -> None:
        """Record that an update is done; many are deleted from the database together."""
        self._done.append(number)
        self._open.discard(number)
        self._recent[number] = None
        if len(self._recent) > MOST:
            del self._recent[next(iter(self._recent))]
        self.moved = self._clock.monotonic()
        self._changed.set()
        if not self._forgetting:
            self._forgetting = True
            try:
                await asyncio.sleep(
                    0
                )  # those that end at the same time are deleted with it
                while self._done:
                    await self._forget()
            except PaperboyError as error:
                _log.error("handled updates stay in the database for now: %s", error)
            finally:
                self._forgetting = False

    async def _forget(self) -> None:
        done, self._done = self._done, []
        if done:
            try:
                await self._store(store.handled, done)
            except BaseException:
                self._done += done
                raise

    def _read(self, body: Body) -> Update | None:
        """Return an update as an object; log it and return None if the library can't read it."""
        if odd := shapes.oddity(body):
            _log.warning(
                "update %s can't be read (%s) and is left out", body["update_id"], odd
            )
            return None
        try:
            return Update.de_json(body, self._bot)
        except Exception as error:  # a kind of update newer than the library
            _log.warning(
                "update %s can't be read (%s) and is left out",
                body["update_id"],
                type(error).__name__,
            )
            return None

    def _fail(self, error: Exception) -> None:
        self._failure = error
        self._changed.set()

    def _start(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._changed.set()
        if not task.cancelled() and (error := task.exception()):
            self._fail(
                error if isinstance(error, Exception) else RuntimeError(str(error))
            )


def _text(body: Body) -> str | None:
    """Return an update as it is stored; log it and return None if it is nested too deeply."""
    try:
        return json.dumps(body)
    except (ValueError, RecursionError):
        _log.warning("update %s can't be stored and is left out", body["update_id"])
        return None
