"""Sends what is due in the outbox, within the rate limits, and has every outcome recorded.

Does not decide what an outcome means: see `domain.interpretation`. Sends to many chats at once, but
one message at a time to each. The state `sending` is committed before the call (see `sends`), and
the outcome before the chat's next message (see `ended_calls`).
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.domain.delivery import LONGEST_CALL
from bot.domain.rate_limit import RateLimiter
from bot.errors import StoreError, TokenRevoked
from bot.publish import settling, work
from bot.publish.composing import Composer
from bot.publish.edits import Edits
from bot.publish.ended_calls import EndedCalls
from bot.publish.followed import FollowedFiles, Reread
from bot.publish.in_flight import MOST_IN_FLIGHT, InFlightCalls
from bot.publish.messenger import Messenger, Tell
from bot.publish.recovery import Recovery
from bot.publish.repeats import Repeats
from bot.publish.sends import Sends
from bot.store import attempts, outbox
from bot.store.thread import Store

#: With more than FEW calls in flight, an outcome waits GATHER seconds to share a commit.
FEW, GATHER = 8, 0.01
#: Seconds after which a call is slow: other chats are served meanwhile, even when a run is over.
SLOW = 1.0


class Courier:
    """The sending of one bot. Call `deliver` repeatedly; `wake` makes a running one check now."""

    def __init__(
        self,
        store: Store,
        messenger: Messenger,
        composer: Composer,
        limiter: RateLimiter,
        clock: Clock,
        *,
        doubt_seconds: float,
        recovery: Recovery,
        reread: Reread,
        tell: Tell,
    ) -> None:
        self._store = store
        self._limiter = limiter
        self._clock = clock
        self._doubt_seconds = doubt_seconds
        self._tell_editors = tell
        self._woken = asyncio.Event()
        calls = InFlightCalls(limiter, clock, self._woken.set)
        self._calls = calls
        self.followed = FollowedFiles(store, clock, reread)
        self._sends = Sends(
            store, messenger, composer, limiter, calls, tell, self.followed
        )
        self._edits = Edits(store, messenger, composer, calls, tell)
        self._recovery = recovery
        self._repeats = Repeats(store, messenger, doubt_seconds)
        self._ended = EndedCalls(
            store, clock, calls, tell, doubt_seconds, recovery.settled
        )
        self._stopping = False
        self._edits_first = True
        #: For the watchdog, monotonic: when the running `deliver` began; its last progress.
        self.delivering_since: float | None = None
        self.last_progress: float | None = None

    async def recover(self) -> int:
        """After a start: mark as doubtful what the last process left in flight; return how many.

        Messages sent shortly before count in the rate limits, so that a restart makes no burst.
        """
        at = self._clock()
        recent = await self._store(attempts.recent, self._limiter.memory, at)
        for chat_id, answered in recent:
            self._limiter.spend(chat_id, answered)
        return await self._store(settling.interrupted, at, self._doubt_seconds)

    def wake(self) -> None:
        """Check at once what is due."""
        self._woken.set()

    def stop(self) -> None:
        """Begin no more calls; `deliver` ends when those in flight are settled."""
        self._stopping = True
        self._woken.set()

    def shift(self, by: timedelta) -> None:
        """Move what waits in memory by as much as the wall clock was set."""
        self._calls.forget_limits()
        self._recovery.shift(by)
        self._woken.set()

    async def deliver(self, until: datetime) -> datetime | None:
        """Send what is due by `until`; return when more is, or None. Raises TokenRevoked."""
        self.delivering_since = self._clock.monotonic()
        end = self.delivering_since + (until - self._clock()).total_seconds()
        try:
            return await self._run(end)
        finally:
            try:
                await self._finish()
            finally:
                self.delivering_since = None

    async def _run(self, end: float) -> datetime | None:
        """Send until nothing more is due before `end` (monotonic); return when more is."""
        while True:
            self._woken.clear()
            at = self._clock()
            left = timedelta(seconds=end - self._clock.monotonic())
            if self._stopping or not self._goes_on(left):
                if not self._calls:
                    self._note_progress()
                    return at
                seconds = None if self._stopping else SLOW
            else:
                ready = await self._begin_more(at)
                if not self._calls:
                    if ready is None or ready > at:
                        self._note_progress()
                    if ready is None or ready > at + left:
                        return ready
                seconds = (ready - at).total_seconds() if ready else None
            await self._wait(seconds)
            await self._settle_ended()

    def _note_progress(self) -> None:
        self.last_progress = self._clock.monotonic()

    async def _finish(self) -> None:
        """Wait for the calls in flight and settle them; log what was counted."""
        await self._calls.wait()
        await self._settle_ended()
        with suppress(StoreError):  # the job that uses the database next reports it
            await self._ended.log((), last=True)

    def _goes_on(self, left: timedelta) -> bool:
        """Return True if the run goes on.

        Past its end it does so only while a slow call is in flight, so that other chats need not
        wait for that call.
        """
        if left >= timedelta():
            return True
        return left > -LONGEST_CALL and self._calls.any_longer_than(SLOW)

    async def _begin_more(self, at: datetime) -> datetime | None:
        """Begin as many calls as may begin; return when the next may, or None if nothing is due."""
        more = await self._store(work.plan_more, at, self._is_store_free)
        if more.notices:
            await self._tell_editors(*more.notices)
        is_searching = more.doubts or self._recovery.on
        if is_searching:
            await self._recovery.begin(at, self._calls)
            await self._repeats.begin(at, self._calls)
        await asyncio.sleep(0)  # the calls begin, and count in the rate limits
        await self._begin_sends_and_edits(at, edits_due=more.edits)
        if more.planning:
            self._note_progress()
            self._woken.set()
            return at
        if len(self._calls) >= MOST_IN_FLIGHT:
            return None  # a call must end first
        return await self._next(at, is_searching=is_searching)

    def _is_store_free(self) -> bool:
        return self._store.is_free() and not self._woken.is_set()

    async def _begin_sends_and_edits(self, at: datetime, *, edits_due: bool) -> None:
        """Begin sends and edits. If both are due, they take turns to be first."""
        self._calls.forget_past_limits(at)
        before = len(self._calls)
        if edits_due and self._edits_first:
            await self._edits.begin(at)
        await self._sends.begin(at)
        if edits_due and not self._edits_first:
            await self._edits.begin(at)
        if len(self._calls) > before:
            self._edits_first = not self._edits_first

    async def _next(self, at: datetime, *, is_searching: bool) -> datetime | None:
        """Return when the next call may begin, or None if nothing is due."""
        busy, in_flight = self._calls.busy(), self._calls.chats()
        moments = list(self._calls.limited_until)
        due = await self._store(outbox.next_due, at, busy=busy)
        if due:
            moments.append(due)
        if is_searching:
            probe = await self._recovery.next(at, in_flight)
            repeat = self._repeats.next
            moments += filter(None, (probe, repeat))
        if not moments:
            return None
        first = min(moments)
        return max(first, self._limiter.open(at))

    async def _wait(self, seconds: float | None) -> None:
        """Wait until a call ends, somebody wakes us, or `seconds` are over (None: no limit)."""
        if not self._calls.done():
            limit = None if seconds is None else max(seconds, 0.001)
            with suppress(TimeoutError):
                async with asyncio.timeout(limit):
                    await self._woken.wait()
        if len(self._calls) > FEW:
            await asyncio.sleep(GATHER)

    async def _settle_ended(self) -> None:
        try:
            if await self._ended.settle():
                self._note_progress()
        except TokenRevoked:
            self.stop()
            raise
