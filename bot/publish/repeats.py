"""Repeats readers' deliveries whose answer was lost, once each. Searches no chat.

While the connection is down, repeats would be lost too, so they wait until a message to anybody was
sent. If none is due, Telegram is asked for the bot's own account, and if it answers, one delivery
is repeated to find out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never

from bot.domain.interpretation import after_probe
from bot.domain.outcome import Outcome
from bot.domain.settlement import ProbeAnswer
from bot.publish.in_flight import InFlightCalls
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
    #: No check before this moment, and how long after a delivery was tried the next may be.
    _not_before: datetime | None = None
    _pause: float = 0.0
    _asking: bool = False
    _next: datetime | None = None

    async def begin(self, at: datetime, calls: InFlightCalls) -> None:
        """Queue what may be repeated; if nothing shows that the connection works, check it."""
        left = await self.store(repeats.begin, at)
        if not left.unproven:
            self._not_before, self._pause, self._next = None, 0.0, left.next
            return
        self._not_before = self._next_check(at)
        if self._asking:
            self._next = None
            return
        self._next = self._not_before
        if self._not_before <= at:
            self._asking = True
            calls.launch(self._ask(), arrived=self._arrived)

    def _next_check(self, at: datetime) -> datetime:
        """Return when the connection may be checked: not before `at`, nor long after it.

        A clock that was set back must not put it off.
        """
        if self._not_before is None:
            return at
        seconds = max(self._pause, AGAIN)
        latest = at + timedelta(seconds=seconds)
        return max(min(self._not_before, latest), at)

    @property
    def next(self) -> datetime | None:
        """When more is due, as of the last `begin`; None: nothing, or an answer must come first."""
        return None if self._asking else self._next

    async def _ask(self) -> Outcome:
        outcome, _ = await self.messenger.ask("getMe")
        return outcome

    async def _arrived(self, outcome: Outcome, at: datetime) -> None:
        self._asking = False
        answer = after_probe(outcome).answer
        match answer:
            case ProbeAnswer.DONE:
                await self.store(repeats.try_one, at)
                doubled = max(self._pause * 2, self.doubt_seconds)
                self._pause = min(doubled, LONGEST)
                seconds = self._pause
            case (
                ProbeAnswer.MISSING
                | ProbeAnswer.PROTECTED
                | ProbeAnswer.REFUSED
                | ProbeAnswer.GONE
                | ProbeAnswer.LATER
            ):
                seconds = AGAIN
            case _:
                assert_never(answer)
        self._not_before = at + timedelta(seconds=seconds)
        self._next = self._not_before
