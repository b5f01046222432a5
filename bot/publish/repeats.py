"""Repeats readers' deliveries whose answer was lost, once each. Searches no chat.

While the connection is down, repeats would be lost too, so they wait until a message to anybody was
sent. If none is due, Telegram is asked for the bot's own account, and if it answers, one delivery
is repeated to find out.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.outcome import Outcome, Sent
from bot.publish.in_flight import InFlightCall
from bot.publish.messenger import Messenger
from bot.store import repeats
from bot.store.thread import Store

#: Seconds between two calls while Telegram does not answer, and the most between two repeats that
#: find out whether the connection works.
AGAIN, LONGEST = 10.0, 1_800.0


@dataclass(slots=True)
class Repeats:
    """The repeats of one bot. `begin` is called again and again."""

    store: Store
    messenger: Messenger
    doubt_seconds: float
    #: No question before this moment, and how long after a delivery was tried the next may be.
    _not_before: datetime | None = None
    _pause: float = 0.0
    _asking: bool = False
    _next: datetime | None = None

    async def begin(self, at: datetime) -> list[InFlightCall]:
        """Queue what may be repeated; if nothing shows that the connection works, check it."""
        left = await self.store(repeats.begin, at)
        if not left.unproven:
            self._not_before, self._pause, self._next = None, 0.0, left.next
            return []
        if (
            self._not_before is not None
        ):  # a clock that was set back must not put it off
            self._not_before = min(
                self._not_before, at + timedelta(seconds=max(self._pause, AGAIN))
            )
        self._next = None if self._asking else max(self._not_before or at, at)
        if self._asking or (self._not_before is not None and self._not_before > at):
            return []
        self._asking = True
        return [
            InFlightCall(0, asyncio.ensure_future(self._ask()), arrived=self._arrived)
        ]

    @property
    def next(self) -> datetime | None:
        """When more is due, as of the last `begin`; None: nothing, or an answer must come first."""
        return None if self._asking else self._next

    async def _ask(self) -> Outcome:
        outcome, _ = await self.messenger.ask("getMe")
        return outcome

    async def _arrived(self, outcome: Outcome, at: datetime) -> None:
        self._asking = False
        if isinstance(outcome, Sent):
            await self.store(repeats.try_one, at)
            self._pause = min(max(self._pause * 2, self.doubt_seconds), LONGEST)
            self._not_before = at + timedelta(seconds=self._pause)
        else:
            self._not_before = at + timedelta(seconds=AGAIN)
        self._next = self._not_before
