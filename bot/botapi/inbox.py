"""Updates from arrival until they are handled: kept in the database, in order for each chat. Fetches none.

An update is stored before Telegram is told that it came, and deleted once its effect is committed and its answer out;
what a killed process leaves is handled by the next. Chats do not wait for each other.
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
from bot.clock import Clock
from bot.errors import PaperboyError, TokenRevoked
from bot.store import updates as store
from bot.store.thread import Store

#: Updates that are not done with, at most; until there is room, none is fetched.
MOST = 2_000
#: Chats whose updates are worked on at once.
AT_ONCE = 64
#: Telegram's numbers of updates (TDLib, EventId).
NUMBERS = range(1, 2_000_000_001)
_log = logging.getLogger(__name__)

#: Carries out an update; what it returns is waited for before the update is done with, but not by the chat's next one.
Handler = Callable[[Update], Awaitable[Callable[[], Awaitable[None]] | None]]
Body = dict[str, Any]


class Full(PaperboyError):
    """No more updates are taken now; Telegram sends them again."""


class Inbox:
    """The updates of one bot."""

    def __init__(self, store: Store, handler: Handler, bot: Bot, clock: Clock) -> None:
        self._store = store
        self._handler = handler
        self._bot = bot
        self._clock = clock
        #: Numbers of the updates that are not done with.
        self._open: set[int] = set()
        self._chats: dict[int, deque[Body]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._places = asyncio.Semaphore(AT_ONCE)
        self._changed = asyncio.Event()
        self._done: list[int] = []
        #: Numbers of the updates that were done with last, the oldest first.
        self._recent: dict[int, None] = {}
        self._failure: Exception | None = None
        self._resuming = asyncio.Lock()
        self._resumed = self._closed = self._forgetting = False
        #: Monotonic time of when an update was last done with.
        self.moved: float | None = None

    @property
    def waiting(self) -> int:
        """How many updates are not done with."""
        return len(self._open)

    @property
    def closed(self) -> bool:
        """Whether no more updates are taken."""
        return self._closed

    async def resume(self) -> None:
        """Begin to handle what an earlier process left, before anything else. Raises StoreError."""
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

        Raises StoreError, Full; then none was taken.
        """
        if self._closed:
            raise Full("the bot is stopping; what waits is handled when it runs again")
        await self.resume()
        new = {one["update_id"]: one for one in bodies if not self._is_known(one["update_id"])}
        if len(self._open) + len(new) > MOST and self._open:
            raise Full(f"{MOST} updates wait to be handled; no more are taken until some are done")
        texts = {number: text for number, one in new.items() if (text := _text(one)) is not None}
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
        """Store an update that a webhook brings. Raises StoreError, Full, PaperboyError for one without a number."""
        if not is_update(body):
            raise PaperboyError("it has no usable number")
        self.failed()
        await self.take([body])

    async def room(self, count: int) -> None:
        """Return when so many more updates may be taken. Raises TokenRevoked."""
        await self._until(lambda: not self._open or len(self._open) + count <= MOST)

    async def idle(self) -> None:
        """Return when every update is done with. Raises TokenRevoked."""
        await self._until(lambda: not self._open and not self._tasks)

    async def run(self, stop: asyncio.Event) -> None:
        """Handle what is taken until `stop` is set, then finish it. Raises TokenRevoked."""
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
        """Handle nothing more; what is not done with is handled by the next process."""
        self._closed = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        with suppress(PaperboyError):
            await self._forget()

    def failed(self) -> None:
        """Raise what must end the run, if there is anything. Raises TokenRevoked."""
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
        chat = _chat(body)
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
            except Exception:  # the handler has its own net; this one keeps the others
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
        """Note that an update is done with; many are deleted from the database together."""
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
                await asyncio.sleep(0)  # those that end at the same time go with it
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
        """Return an update as an object; None, and a line in the log, for one the library can't read."""
        if odd := shapes.oddity(body):
            _log.warning("update %s can't be read (%s) and is left out", body["update_id"], odd)
            return None
        try:
            return Update.de_json(body, self._bot)
        except Exception as error:  # a kind of update newer than the library
            _log.warning("update %s can't be read (%s) and is left out", body["update_id"], type(error).__name__)
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
            self._fail(error if isinstance(error, Exception) else RuntimeError(str(error)))


def valid(found: object) -> list[Body]:
    """Return the updates of an answer to getUpdates, in their order; one without a proper number is left out.

    Raises ValueError for anything but a list.
    """
    if not isinstance(found, list):
        raise ValueError(f"a list of updates was expected, not {type(found).__name__}")  # noqa: TRY004 - as for JSON
    good = {one["update_id"]: one for one in found if is_update(one)}
    return [good[number] for number in sorted(good)]


def is_update(body: object) -> bool:
    """Return True for an object with a number that Telegram may give to an update."""
    return isinstance(body, dict) and type(body.get("update_id")) is int and body["update_id"] in NUMBERS


def _text(body: Body) -> str | None:
    """Return an update as it is stored; None, and a line in the log, for one that is nested too deeply."""
    try:
        return json.dumps(body)
    except (ValueError, RecursionError):
        _log.warning("update %s can't be stored and is left out", body["update_id"])
        return None


def _chat(body: Body) -> int:
    """Return the number of the chat, or else the user, whose order an update belongs to; 0 where it tells none."""
    for kind in ("message", "channel_post", "my_chat_member", "callback_query", "edited_message", "inline_query"):
        about = body.get(kind)
        if isinstance(about, dict):
            said = about.get("message") if kind == "callback_query" else about
            for place in (said, about):
                for who in ("chat", "from"):
                    found = place.get(who) if isinstance(place, dict) else None
                    if isinstance(found, dict) and type(found.get("id")) is int:
                        return int(found["id"])
    return 0
