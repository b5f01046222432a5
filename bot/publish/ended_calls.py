"""Settles calls that have ended: outcomes are recorded, logged, and given to whoever waits for one.

Does not decide what an outcome means: see `domain.interpretation`. The outcomes of sends that
arrive together share a commit.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.clock import Clock
from bot.domain.interpretation import after_send
from bot.domain.notices import Notice
from bot.domain.outcome import Outcome
from bot.domain.settlement import Settlement
from bot.errors import StoreError, TokenRevoked
from bot.planning import naming
from bot.publish import delivery_log, failures, settling
from bot.publish.in_flight import InFlightCall, InFlightCalls
from bot.publish.messenger import Tell, check_token
from bot.publish.settling import Settled
from bot.store.delivery_rows import Addressed
from bot.store.thread import Store

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class EndedCalls:
    """Settles the calls of one bot. Call `settle` whenever some may have ended."""

    store: Store
    clock: Clock
    calls: InFlightCalls
    tell: Tell
    doubt_seconds: float
    #: Called with Telegram's number of a chat to which a send was settled.
    on_settled: Callable[[int], None]
    _readers: delivery_log.Readers = field(default_factory=delivery_log.Readers)

    async def settle(self) -> bool:
        """Settle the calls that have ended; return True if any has. Raises TokenRevoked.

        A call whose outcome cannot be recorded stays in flight and is settled next time.
        """
        ended = [(one, one.outcome()) for one in self.calls.done()]
        if not ended:
            return False
        sends = [(one, outcome) for one, outcome in ended if one.sends]
        await self._settle_sends(sends, self.clock())
        for one, outcome in ended:
            self.calls.remove([one])
            await self._give(one, outcome, self.clock())
        for _, outcome in ended:
            check_token(outcome)
        return True

    async def log(self, settled: Settled, *, last: bool = False) -> None:
        """Log each post to a channel, and from time to time a count of messages to readers.

        last: True when no more calls are in flight: log what was counted.
        """
        now = self.clock.monotonic()
        self._readers.add(settled, now)
        readers = self._readers.take(now, all_of_them=last)
        posts = [one for one in settled if one[0].delivery.is_to_channel]
        if not posts and not readers:
            return
        for line in await self.store(delivery_log.settled, posts, readers):
            _log.info("%s", line)

    async def _settle_sends(
        self, ended: Sequence[tuple[InFlightCall, Outcome]], at: datetime
    ) -> None:
        settled: list[tuple[Addressed, Settlement]] = []
        for one, outcome in ended:
            if one.sends:
                delivery = one.sends.delivery
                settlement = after_send(outcome, delivery, at, self.doubt_seconds)
                settled.append((one.sends, settlement))
        calls = [one for one, _ in ended]
        # before the await: once begun, the write is completed even if this task is cancelled
        self.calls.remove(calls)
        try:
            notices = await self._record(settled, at)
        except StoreError:
            self.calls.add(calls)
            raise
        await self.log(settled)
        for to, _ in settled:
            self.on_settled(to.chat_id)
        if notices:
            await self.tell(*notices)

    async def _record(self, settled: Settled, at: datetime) -> list[Notice]:
        """Record settlements in one commit, or each in its own if one cannot be recorded.

        Return the notices for editors. Raises StoreError when the database cannot be used.
        """
        if not settled:
            return []
        try:
            return await self.store(settling.write_down, settled, at)
        except StoreError:
            raise
        except Exception:
            return await self.store(failures.settle_each, settled, at)

    async def _give(self, ended: InFlightCall, outcome: Outcome, at: datetime) -> None:
        """Give an outcome to whoever waits for it. An error there affects no other outcome."""
        if not ended.arrived:
            return
        try:
            await ended.arrived(outcome, at)
        except (StoreError, TokenRevoked):
            raise
        except Exception:
            name = await self.store(naming.chat, ended.chat)
            _log.exception(
                "Telegram's answer about a post in %s could not be recorded", name
            )
