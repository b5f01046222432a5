"""Updates from arrival until they are handled: kept in the database meanwhile.

Fetches none, and handles none; see `chat_queues`. An update is stored before it is confirmed to
Telegram, and deleted once its effect is committed and its reply is sent. Updates left by a killed
process are handled by the next one.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Sequence
from contextlib import suppress

from telegram import Bot

from bot.botapi import shapes
from bot.botapi.chat_queues import ChatQueues, Handler
from bot.botapi.shapes import Body
from bot.clock import Clock
from bot.errors import PaperboyError
from bot.store import updates as store
from bot.store.thread import Store

#: Most updates that may wait to be handled; until there is room, none is fetched.
MOST = 2_000
_log = logging.getLogger(__name__)


class Full(PaperboyError):
    """No more updates are taken now; Telegram sends them again."""


class Inbox:
    """The updates of one bot."""

    def __init__(self, store: Store, handler: Handler, bot: Bot, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._queues = ChatQueues(handler, bot, self._end)
        #: Numbers of the updates that are not done.
        self._open: set[int] = set()
        self._done: list[int] = []
        #: Numbers of the last updates that were done, the oldest first.
        self._recent: dict[int, None] = {}
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
                self._queues.add(body)
            self._resumed = True

    async def take(self, bodies: Sequence[Body]) -> int:
        """Store updates and begin to handle those that are new; return how many are.

        Raises StoreError, Full; then none of them was taken.
        """
        if self._closed:
            raise Full("the bot is stopping; what waits is handled when it runs again")
        await self.resume()
        new = self._new(bodies)
        if self._open and not self._has_room(len(new)):
            raise Full(
                f"{MOST} updates wait to be handled; no more are taken until some are done"
            )
        texts = _texts(new)
        self._open.update(texts)
        try:
            if texts:
                await self._store(store.receive, list(texts.items()), self._clock())
        except BaseException:
            self._open.difference_update(texts)
            raise
        for number in texts:
            self._queues.add(new[number])
        return len(texts)

    async def take_one(self, body: Body) -> None:
        """Store an update that arrived by webhook.

        Raises StoreError, Full, PaperboyError for one without a number.
        """
        if not shapes.is_update(body):
            raise PaperboyError("it has no usable number")
        self._queues.check()
        await self.take([body])

    async def room(self, count: int) -> None:
        """Wait until `count` more updates may be taken. Raises TokenRevoked."""
        await self._queues.until(lambda: not self._open or self._has_room(count))

    async def idle(self) -> None:
        """Wait until every update is done. Raises TokenRevoked."""
        await self._queues.until(lambda: not self._open and self._queues.idle)

    async def run(self, stop: asyncio.Event) -> None:
        """Handle updates until `stop` is set, then finish those that were taken.

        Raises TokenRevoked.
        """
        try:
            await self.resume()
            stopped = asyncio.ensure_future(stop.wait())
            stopped.add_done_callback(lambda _: self._queues.changed.set())
            try:
                await self._queues.until(stop.is_set)
            finally:
                stopped.cancel()
            await self.idle()
        finally:
            await self.close()

    async def close(self) -> None:
        """Handle no more updates; those that are not done are handled by the next process."""
        self._closed = True
        await self._queues.close()
        with suppress(PaperboyError):
            await self._forget()

    def _has_room(self, count: int) -> bool:
        return len(self._open) + count <= MOST

    def _new(self, bodies: Sequence[Body]) -> dict[int, Body]:
        """Return the updates that were not taken before, by their numbers."""
        new = {}
        for body in bodies:
            number = body["update_id"]
            if number not in self._open and number not in self._recent:
                new[number] = body
        return new

    async def _end(self, number: int) -> None:
        """Record that an update is done; many are deleted from the database together."""
        self._done.append(number)
        self._open.discard(number)
        self._recent[number] = None
        if len(self._recent) > MOST:
            del self._recent[next(iter(self._recent))]
        self.moved = self._clock.monotonic()
        self._queues.changed.set()
        if self._forgetting:
            return
        self._forgetting = True
        try:
            await asyncio.sleep(
                0
            )  # updates that end now join `_done`: one deletion for all
            while self._done:
                await self._forget()
        except PaperboyError as error:
            _log.error("handled updates stay in the database for now: %s", error)
        finally:
            self._forgetting = False

    async def _forget(self) -> None:
        done, self._done = self._done, []
        if not done:
            return
        try:
            await self._store(store.handled, done)
        except BaseException:
            self._done += done
            raise


def _texts(bodies: dict[int, Body]) -> dict[int, str]:
    """Return updates as they are stored; log and leave out those nested too deeply."""
    texts = {}
    for number, body in bodies.items():
        try:
            texts[number] = json.dumps(body)
        except (ValueError, RecursionError):
            _log.warning("update %s can't be stored and is left out", number)
    return texts
