"""Counts calls to chats in the rate limiter, and keeps a chat for a reply. Makes no call."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from bot.clock import Clock
from bot.domain.outcome import Outcome, Wait
from bot.domain.rate_limit import RateLimiter

#: Longest time, in seconds, that a reply waits for its chat: the default pause between two messages
#: there.
REPLY_WAIT = 1.0


@dataclass(frozen=True, slots=True)
class Meter:
    """Counts calls in the rate limiter, with the time from a clock."""

    limiter: RateLimiter
    clock: Clock

    async def count(
        self, chat_id: int, call: Awaitable[tuple[Outcome, Any]]
    ) -> tuple[Outcome, Any]:
        """Make a call to a chat, counted from its beginning to its end, and apply a 429."""
        self.limiter.begin(chat_id)
        try:
            outcome, result = await call
        finally:
            self.limiter.end(chat_id, self.clock())
        if isinstance(outcome, Wait) and outcome.flood:
            self.limiter.record_pause(chat_id, outcome.seconds, self.clock())
        return outcome, result

    @asynccontextmanager
    async def turn(self, chat_id: int) -> AsyncIterator[None]:
        """Keep a chat for a reply: deliveries to it wait meanwhile.

        The reply itself waits until the chat may receive again, but not longer than REPLY_WAIT.
        """
        at = self.clock()
        ready = self.limiter.chat_ready(chat_id, at)
        seconds = (ready - at).total_seconds()
        with self.limiter.holding([chat_id]):
            if 0 < seconds <= REPLY_WAIT:
                await asyncio.sleep(seconds)
            yield
