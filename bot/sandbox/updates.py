"""The bot's updates: a queue read by long polling (`webhook` takes from it too). Makes no update itself."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.sandbox.refusals import OTHER_POLLER, WEBHOOK_ACTIVE, conflict

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from bot.sandbox.events import Events
    from bot.sandbox.records import Json

#: Kept this long for a bot that doesn't fetch them.
KEPT_SECONDS = 24 * 3600
#: Only sent to those who ask by name (Bot API, getUpdates).
ON_REQUEST = frozenset({"chat_member", "message_reaction", "message_reaction_count"})


@dataclass(slots=True, frozen=True)
class Update:
    """One update; `at` is its unix time, `body` the JSON object without its id."""

    id: int
    kind: str
    at: float
    body: Json

    def wire(self) -> Json:
        """Update, as the Bot API shows it."""
        return {"update_id": self.id, self.kind: self.body}


class Updates:
    """Updates waiting for the bot, oldest first. A poll confirms all below its offset."""

    def __init__(self, clock: Callable[[], datetime], events: Events) -> None:
        self._clock = clock
        self._events = events
        self._next_id = 100_000_001
        self._poller: asyncio.Future[None] | None = None
        self._arrival = asyncio.Event()
        self.waiting: deque[Update] = deque()
        self.allowed: frozenset[str] | None = None
        #: While a webhook is set, polling is refused.
        self.webhook_url = ""

    def put(self, kind: str, body: Json) -> int | None:
        """Queue an update; its id, or None if the bot doesn't want this kind."""
        if kind in ON_REQUEST if self.allowed is None else kind not in self.allowed:
            return None
        update = Update(self._next_id, kind, self._clock().timestamp(), body)
        self._next_id += 1
        self.waiting.append(update)
        self._arrival.set()
        self._events.ring()
        return update.id

    def allow(self, kinds: list[str] | None) -> None:
        """Remember the kinds asked for; an empty list means the usual ones, None leaves it as it was."""
        if kinds is not None:
            self.allowed = frozenset(kinds) or None

    def confirm(self, offset: int) -> None:
        """Forget all updates below `offset`; a negative one keeps only the last `-offset`."""
        if offset < 0:
            while len(self.waiting) > -offset:
                self.waiting.popleft()
        while self.waiting and self.waiting[0].id < offset:
            self.waiting.popleft()
        self._events.ring()

    def expire(self) -> None:
        """Forget what has waited for a day."""
        oldest = self._clock().timestamp() - KEPT_SECONDS
        while self.waiting and self.waiting[0].at <= oldest:
            self.waiting.popleft()

    def clear(self) -> None:
        """Forget everything (drop_pending_updates)."""
        self.waiting.clear()
        self._events.ring()

    async def arrival(self) -> None:
        """Wait until there is at least one update, or the stand-in ends."""
        self._arrival.clear()
        if not self.waiting and not self._events.closed.is_set():
            await self._arrival.wait()

    def interrupt(self, reason: str) -> None:
        """End the poll that is under way with a 409."""
        if self._poller and not self._poller.done():
            self._poller.set_exception(conflict(reason))
        self._poller = None

    def close(self) -> None:
        """End the poll that is under way with what there is."""
        if self._poller and not self._poller.done():
            self._poller.set_result(None)
        self._arrival.set()

    async def poll(self, offset: int, limit: int, timeout: float) -> list[Json]:
        """Up to `limit` updates from `offset` on, waiting up to `timeout` s for the first. Raises Refusal 409."""
        if self.webhook_url:
            raise conflict(WEBHOOK_ACTIVE)
        self.interrupt(OTHER_POLLER)
        self.expire()
        if offset:
            self.confirm(offset)
        if not self.waiting and timeout > 0:
            await self._first(timeout)
        return [update.wire() for update, _ in zip(self.waiting, range(limit), strict=False)]

    async def _first(self, timeout: float) -> None:
        """Return when an update came, `timeout` s passed or the stand-in ends; raise when another poll took over."""
        ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._poller = ended
        arrival = asyncio.ensure_future(self.arrival())
        try:
            await asyncio.wait({ended, arrival}, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
            if ended.done():
                ended.result()
        finally:
            arrival.cancel()
            if self._poller is ended:
                self._poller = None
            if not ended.done():
                ended.cancel()
