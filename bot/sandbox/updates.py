"""The queue of the bot's updates, and long polling. Makes no update; `webhook` reads it too."""

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
#: Kinds that are sent only if named in allowed_updates (Bot API, getUpdates).
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
        """Queue an update; return its id, or None if the bot does not get this kind."""
        if not self._is_allowed(kind):
            return None
        update = Update(self._next_id, kind, self._clock().timestamp(), body)
        self._next_id += 1
        self.waiting.append(update)
        self._arrival.set()
        self._events.ring()
        return update.id

    def _is_allowed(self, kind: str) -> bool:
        if self.allowed is None:
            return kind not in ON_REQUEST
        return kind in self.allowed

    def allow(self, kinds: list[str] | None) -> None:
        """Set the kinds the bot gets; an empty list means the default ones, None no change."""
        if kinds is not None:
            self.allowed = frozenset(kinds) or None

    def confirm(self, offset: int) -> None:
        """Drop all updates below `offset`; a negative one keeps only the last `-offset`."""
        if offset < 0:
            while len(self.waiting) > -offset:
                self.waiting.popleft()
        while self.waiting and self.waiting[0].id < offset:
            self.waiting.popleft()
        self._events.ring()

    def expire(self) -> None:
        """Drop what has waited for a day."""
        oldest = self._clock().timestamp() - KEPT_SECONDS
        while self.waiting and self.waiting[0].at <= oldest:
            self.waiting.popleft()

    def clear(self) -> None:
        """Drop everything (drop_pending_updates)."""
        self.waiting.clear()
        self._events.ring()

    async def arrival(self) -> None:
        """Wait until there is an update, or the sandbox is closed."""
        self._arrival.clear()
        if not self.waiting and not self._events.closed.is_set():
            await self._arrival.wait()

    def interrupt(self, reason: str) -> None:
        """End the poll under way with a 409."""
        if self._poller and not self._poller.done():
            self._poller.set_exception(conflict(reason))
        self._poller = None

    def close(self) -> None:
        """End the poll under way with the updates there are."""
        if self._poller and not self._poller.done():
            self._poller.set_result(None)
        self._arrival.set()

    async def poll(self, offset: int, limit: int, timeout: float) -> list[Json]:
        """Return up to `limit` updates from `offset` on; wait up to `timeout` s for the first.

        Raises Refusal 409.
        """
        if self.webhook_url:
            raise conflict(WEBHOOK_ACTIVE)
        self.interrupt(OTHER_POLLER)
        self.expire()
        if offset:
            self.confirm(offset)
        if not self.waiting and timeout > 0:
            await self._first(timeout)
        return [
            update.wire() for update, _ in zip(self.waiting, range(limit), strict=False)
        ]

    async def _first(self, timeout: float) -> None:
        """Wait up to `timeout` s for an update or the end. Raises Refusal if another poll began."""
        ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._poller = ended
        arrival = asyncio.ensure_future(self.arrival())
        try:
            first = asyncio.FIRST_COMPLETED
            await asyncio.wait({ended, arrival}, timeout=timeout, return_when=first)
            if ended.done():
                ended.result()
        finally:
            arrival.cancel()
            if self._poller is ended:
                self._poller = None
            if not ended.done():
                ended.cancel()
