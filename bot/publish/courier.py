"""Sends what is due in the outbox, within the rate limits, and records every outcome.

Does not decide what an outcome means: see `domain.interpretation`. Sends to many chats at once, but
one message at a time to each. The state `sending` is committed before the call, and the outcome
before the chat's next message. Calls that begin together share a commit, and so do outcomes that
arrive together.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.domain.delivery import LONGEST_CALL, Payload
from bot.domain.interpretation import after_send
from bot.domain.outcome import Outcome, Revoked
from bot.domain.rate_limit import RateLimiter
from bot.errors import StoreError, TokenRevoked
from bot.planning import naming
from bot.publish import composing, failures, settling, work
from bot.publish.composing import Composer, Failed, Material
from bot.publish.edits import Edits
from bot.publish.in_flight import InFlightCall, Messenger, Tell
from bot.publish.recovery import Recovery
from bot.publish.repeats import Repeats
from bot.publish.settlement_record import SettlementRecord
from bot.store import attempts, edits, outbox
from bot.store.delivery_rows import Addressed
from bot.store.thread import Store

#: Calls on their way at once: a thousand a second where an answer takes a seventh of one.
MOST_IN_FLIGHT = 160
#: Calls that begin together.
BATCH = 40
#: With more than FEW calls in flight, an answer waits GATHER seconds to share a commit with others.
FEW, GATHER = 8, 0.01
#: Seconds after which a call is slow: other chats are served meanwhile, even when a run is over.
SLOW = 1.0
_log = logging.getLogger(__name__)


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
        tell: Tell,
    ) -> None:
        self._store = store
        self._messenger = messenger
        self._composer = composer
        self._limiter = limiter
        self._clock = clock
        self._doubt_seconds = doubt_seconds
        self._recovery = recovery
        self._record = SettlementRecord(store, clock)
        self._edits = Edits(store, messenger, composer, tell)
        self._repeats = Repeats(store, messenger, doubt_seconds)
        self._tell_editors = tell
        self._in_flight: set[InFlightCall] = set()
        self._cooling: dict[int, datetime] = {}
        self._woken = asyncio.Event()
        self._stopping = False
        self._revisions_first = True
        #: For the watchdog, monotonic: when the running `deliver` began; its last progress.
        self.busy_since: float | None = None
        self.moved: float | None = None

    async def recover(self) -> int:
        """After a start: mark as doubtful what the last process left in flight; return how many.

        Messages sent shortly before count in the rate limits, so that a restart makes no burst.
        """
        at = self._clock()
        for chat_id, answered in await self._store(
            attempts.recent, self._limiter.memory, at
        ):
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
        self._cooling.clear()
        self._recovery.shift(by)
        self._woken.set()

    async def deliver(self, until: datetime) -> datetime | None:
        """Send what is due by `until`; return when more is, or None. Raises TokenRevoked."""
        self.busy_since = self._clock.monotonic()
        end = self.busy_since + (until - self._clock()).total_seconds()
        try:
            while True:
                self._woken.clear()
                at, left = (
                    self._clock(),
                    timedelta(seconds=end - self._clock.monotonic()),
                )
                over = self._stopping or (
                    left < timedelta() and not self._is_kept_on(left)
                )
                ready = None if over else await self._begin_more(at)
                if not self._in_flight and (ready is None or ready > at):
                    self.moved = self._clock.monotonic()
                if not self._in_flight and (over or ready is None or ready > at + left):
                    return at if over else ready
                wait = (ready - at).total_seconds() if ready else None
                await self._land(SLOW if over and not self._stopping else wait)
        finally:
            try:
                if self._in_flight:
                    await asyncio.wait([one.call for one in self._in_flight])
                    await self._settle()
                with suppress(StoreError):  # the work says so
                    await self._record.log((), last=True)
            finally:
                self.busy_since = None

    def _is_kept_on(self, left: timedelta) -> bool:
        """Return True if a run goes on past its end, so that nobody waits for a slow call."""
        slow = self._clock.monotonic() - SLOW
        return left > -LONGEST_CALL and any(one.begun < slow for one in self._in_flight)

    async def _begin_more(self, at: datetime) -> datetime | None:
        """Begin as many calls as may begin; return when the next may, or None if nothing is due."""
        stands = await self._store(
            work.look, at, lambda: self._store.is_free() and not self._woken.is_set()
        )
        if stands.notices:
            await self._tell_editors(*stands.notices)
        searching = stands.doubts or self._recovery.on
        if searching:
            for in_flight in await self._recovery.begin(
                at, self._room(at), self._flying()
            ):
                self._launch(in_flight)
            for in_flight in await self._repeats.begin(at):
                self._launch(in_flight)
        await asyncio.sleep(
            0
        )  # calls begin, and count in the pace, before it is asked again
        self._cooling = {
            chat: until for chat, until in self._cooling.items() if until > at
        }
        await self._begin_all(at, revisions=stands.revisions)
        if stands.planning:
            self.moved = self._clock.monotonic()
            self._woken.set()
            return at
        if len(self._in_flight) >= MOST_IN_FLIGHT:
            return None  # an answer comes first
        due = [await self._store(outbox.next_due, at, busy=self._busy())]
        if searching:
            due += [await self._recovery.next(at, self._flying()), self._repeats.next]
        moments = [*self._cooling.values(), *filter(None, due)]
        return max(min(moments), self._limiter.open(at)) if moments else None

    async def _begin_all(self, at: datetime, *, revisions: bool) -> None:
        """Begin sends and edits. If both are due, they take turns to be first."""
        before = len(self._in_flight)
        if revisions and self._revisions_first:
            await self._begin_revisions(at)
        await self._begin_sends(at)
        if revisions and not self._revisions_first:
            await self._begin_revisions(at)
        if len(self._in_flight) > before:
            self._revisions_first = not self._revisions_first

    async def _begin_sends(self, at: datetime) -> None:
        while room := min(self._room(at), BATCH):
            material, failed = await self._store(work.due, at, self._busy(), room)
            await self._refuse(failed, at)
            # of two threads of one chat, which share its pace, the second goes another time
            ready = [one for one in reversed(material) if not self._cools(one.to, at)]
            chosen = list({one.to.chat_id: one for one in ready}.values())[::-1]
            with self._limiter.holding([one.to.chat_id for one in chosen]):
                await self._send_all(chosen, at)
            if len(material) + len(failed) < room:
                return

    async def _send_all(self, chosen: Sequence[Material], at: datetime) -> None:
        composed, failed = composing.post_each(self._composer, chosen)
        await self._refuse(failed, at)
        payloads = {
            one.to.delivery.id: (payload, one.stored.fingerprint)
            for one, payload in composed
        }
        begun = await self._store(outbox.begin, payloads, at) if payloads else set()
        for one, payload in composed:
            if one.to.delivery.id in begun:
                self._send(one.to, payload)
        await asyncio.sleep(0)

    def _send(self, to: Addressed, payload: Payload) -> None:
        payload, thread = composing.directed(payload, to)
        call = asyncio.ensure_future(
            self._messenger.call(payload, chat_id=to.chat_id, thread=thread)
        )
        self._launch(InFlightCall(to.delivery.chat, call, sends=to))

    async def _begin_revisions(self, at: datetime) -> None:
        if not (room := self._room(at)):
            return
        found = await self._store(edits.due, at, busy=self._busy(), most=room)
        chosen = {
            one.to.chat_id: one
            for one in reversed(found)
            if not self._cools(one.to, at)
        }
        for in_flight in await self._edits.begin(list(chosen.values()), at):
            self._launch(in_flight)

    async def _refuse(self, failed: Sequence[Failed], at: datetime) -> None:
        """Refuse deliveries whose messages cannot be composed, and tell the editors."""
        if failed:
            await self._tell_editors(*await self._store(failures.refuse, failed, at))

    def _launch(self, in_flight: InFlightCall) -> None:
        in_flight.begun = self._clock.monotonic()
        self._in_flight.add(in_flight)
        in_flight.call.add_done_callback(lambda _: self._woken.set())

    async def _land(self, seconds: float | None) -> None:
        """Wait for an answer, a wake-up or `seconds` (None: no limit), and settle the answers."""
        if not any(
            one.is_done for one in self._in_flight
        ):  # since the others were settled
            with suppress(TimeoutError):
                async with asyncio.timeout(
                    None if seconds is None else max(seconds, 0.001)
                ):
                    await self._woken.wait()
        if len(self._in_flight) > FEW:
            await asyncio.sleep(GATHER)
        await self._settle()

    async def _settle(self) -> None:
        """Record the answers. One that cannot be recorded stays in flight and is tried again."""
        landed = [(one, one.outcome()) for one in self._in_flight if one.is_done]
        if not landed:
            return
        await self._settle_sends([one for one in landed if one[0].sends], self._clock())
        self.moved = self._clock.monotonic()
        for in_flight, outcome in landed:
            if in_flight.sends:
                self._recovery.settled(in_flight.sends.chat_id)
            self._in_flight.discard(in_flight)
            await self._heard(in_flight, outcome, self._clock())
        if any(isinstance(outcome, Revoked) for _, outcome in landed):
            self.stop()
            raise TokenRevoked

    async def _heard(
        self, in_flight: InFlightCall, outcome: Outcome, at: datetime
    ) -> None:
        """Give an answer to whoever waits for it. An error there does not affect other answers."""
        try:
            if in_flight.arrived:
                await in_flight.arrived(outcome, at)
        except (StoreError, TokenRevoked):
            raise
        except Exception:
            name = await self._store(naming.chat, in_flight.chat)
            _log.exception(
                "Telegram's answer about a post in %s could not be recorded", name
            )

    async def _settle_sends(
        self, landed: Sequence[tuple[InFlightCall, Outcome]], at: datetime
    ) -> None:
        doubt = self._doubt_seconds
        settled = [
            (one.sends, after_send(outcome, one.sends.delivery, at, doubt))
            for one, outcome in landed
            if one.sends
        ]
        ours = [one for one, _ in landed]
        # before the await: once begun, the write is completed even if this task is cancelled
        self._in_flight.difference_update(ours)
        try:
            notices = await self._record.write(settled, at)
        except StoreError:
            self._in_flight.update(ours)
            raise
        await self._record.log(settled)
        if notices:
            await self._tell_editors(*notices)

    def _room(self, at: datetime) -> int:
        return max(
            min(MOST_IN_FLIGHT - len(self._in_flight), self._limiter.room(at)), 0
        )

    def _cools(self, to: Addressed, at: datetime) -> bool:
        """Return True if the chat is rate-limited, and remember until when."""
        until = self._limiter.chat_ready(to.chat_id, at)
        if until > at:
            self._cooling[to.delivery.chat] = until
        return until > at

    def _busy(self) -> list[int]:
        """Return the chats (row numbers) with a call in flight, and those that are rate-limited."""
        return [*self._flying(), *self._cooling]

    def _flying(self) -> list[int]:
        return [one.chat for one in self._in_flight]
