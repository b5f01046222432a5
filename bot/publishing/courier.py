"""The courier: takes what is due out of the outbox, sends it at the pace Telegram allows, writes down every answer.

Many chats at once, one message at a time to each; `sending` is committed before the call and the outcome before that
chat's next message (design §6). What an answer means is decided in `delivery.settle`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from sqlite_utils import Database

from bot.article import short_id
from bot.delivery import Alert, Clock, Lane, Notice, Outcome, Payload, Revoked, Settlement, State, settle
from bot.errors import TokenRevoked
from bot.pace import Pace
from bot.publishing import composing, doubt, revising
from bot.publishing.composing import Composer, Material
from bot.store import chats, fanouts, outbox, revisions, updates
from bot.store.database import transaction
from bot.store.desk import Desk
from bot.store.outbox import Addressed

#: Calls on their way at once.
FLIGHTS = 40
#: Followers planned between two looks at the outbox.
CHUNK = 1_000
#: Seconds after which a running delivery looks again by itself, should nothing wake it.
LOOK = 1.0
_log = logging.getLogger(__name__)


class Messenger(Protocol):
    """Whoever speaks Telegram: one call, one outcome; never raises for what Telegram answers."""

    async def call(self, payload: Payload, *, chat_id: int, thread: int = 0, message: int | None = None) -> Outcome:
        """Carry out `payload` in a chat; `message` is the number of the one to edit or delete."""


#: Tells the editors something, once for each key.
Tell = Callable[[Notice], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class _Flight:
    """A call on its way and what its answer is for."""

    chat: int
    call: asyncio.Task[Outcome]
    arrived: Callable[[Outcome, datetime], Awaitable[None]]


class Courier:
    """Delivers for one bot. `deliver` is called again and again; `wake` makes a running one look at once."""

    def __init__(
        self,
        desk: Desk,
        messenger: Messenger,
        composer: Composer,
        pace: Pace,
        clock: Clock,
        *,
        doubt_seconds: float,
        tell: Tell,
    ) -> None:
        self._desk = desk
        self._messenger = messenger
        self._composer = composer
        self._pace = pace
        self._clock = clock
        self._doubt_seconds = doubt_seconds
        self._tell_editors = tell
        self._flights: dict[asyncio.Task[Outcome], _Flight] = {}
        self._cooling: dict[int, datetime] = {}
        self._woken = asyncio.Event()
        self._stopping = False
        #: Since when a run of `deliver` is on, or None; and when it last got on: for whoever watches over it.
        self.busy_since: datetime | None = None
        self.moved: datetime | None = None

    async def recover(self) -> int:
        """After a start: put in doubt what was on its way when the last process ended. Return how many."""
        return await self._desk(outbox.doubt_interrupted, self._doubt_seconds)

    def wake(self) -> None:
        """There may be something new to send."""
        self._woken.set()

    def stop(self) -> None:
        """Begin no more calls; a running `deliver` ends once those on their way are settled."""
        self._stopping = True
        self._woken.set()

    async def deliver(self, until: datetime) -> datetime | None:
        """Send what may go out by `until`; return when there is more, or None when nothing waits by itself.

        Raises TokenRevoked.
        """
        self.busy_since = self._clock()
        try:
            while True:
                self._woken.clear()
                at = self._clock()
                over = self._stopping or at > until
                ready = None if over else await self._begin_more(at)
                if ready is None or ready > at:
                    self.moved = at
                if not self._flights and (over or ready is None or ready > until):
                    return at if over else ready
                await self._land(_seconds(ready, at) if ready else LOOK)
        finally:
            if self._flights:
                await asyncio.wait(self._flights)
                await self._settle()
            self.busy_since = None

    async def _begin_more(self, at: datetime) -> datetime | None:
        """Fill the free places; return when the next call may begin, or None when nothing waits by itself."""
        if await self._desk(fanouts.extend, at, CHUNK):
            self._woken.set()
        await doubt.resolve(self._desk, at, self._tell_editors)
        self._cooling = {chat: until for chat, until in self._cooling.items() if until > at}
        await self._begin_sends(at)
        await self._begin_revisions(at)
        due = await self._desk(outbox.next_due, at, busy=self._busy())
        moments = [*self._cooling.values(), *([due] if due else [])]
        return max(min(moments), self._pace.open(at)) if moments else None

    async def _begin_sends(self, at: datetime) -> None:
        while room := self._room(at):
            found = await self._desk(outbox.due, at, busy=self._busy(), most=room)
            chosen = [one for one in found if not self._cools(one, at)]
            material = await self._desk(composing.gather, chosen) if chosen else []
            composed = [(one, self._composer.post(one)) for one in material]
            payloads = {one.to.delivery.id: (payload, one.stored.fingerprint) for one, payload in composed}
            begun = await self._desk(outbox.begin, payloads, at)
            for one, payload in composed:
                if one.to.delivery.id in begun:
                    self._send(one, payload, at)
            if len(found) < room:
                return

    def _send(self, material: Material, payload: Payload, at: datetime) -> None:
        to = material.to
        thread = 0 if "no_thread" in to.delivery.mend.split() else to.thread

        async def arrived(outcome: Outcome, then: datetime) -> None:
            await self._settle_send(to, outcome, then)

        self._launch(to, self._messenger.call(payload, chat_id=to.chat_id, thread=thread), arrived, at)

    async def _begin_revisions(self, at: datetime) -> None:
        if not (room := self._room(at)):
            return
        found = await self._desk(revisions.due, at, busy=self._busy(), most=room)
        chosen = {one.to.delivery.id: one for one in found if not self._cools(one.to, at)}
        for material in await self._desk(composing.gather, [one.to for one in chosen.values()]) if chosen else []:
            revision = chosen[material.to.delivery.id]
            self._revise(revising.errand(self._composer, revision, material, at), at)

    def _revise(self, errand: revising.Errand, at: datetime) -> None:
        to = errand.revision.to

        async def arrived(outcome: Outcome, then: datetime) -> None:
            alert = await self._desk(revising.settle, errand, outcome, then)
            if alert:
                await self._tell(to, alert, getattr(outcome, "reason", ""))

        self._launch(
            to, self._messenger.call(errand.payload, chat_id=to.chat_id, message=to.delivery.message), arrived, at
        )

    def _launch(
        self,
        to: Addressed,
        call: Awaitable[Outcome],
        arrived: Callable[[Outcome, datetime], Awaitable[None]],
        at: datetime,
    ) -> None:
        self._pace.spend(to.chat_id, at)
        task = asyncio.ensure_future(call)
        self._flights[task] = _Flight(to.delivery.chat, task, arrived)

    async def _land(self, seconds: float) -> None:
        """Wait for an answer, a wake-up or so many seconds, and settle what has arrived."""
        woken = asyncio.ensure_future(self._woken.wait())
        try:
            await asyncio.wait(
                [*self._flights, woken], timeout=max(seconds, 0.001), return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            woken.cancel()
        await self._settle()

    async def _settle(self) -> None:
        arrived = [self._flights.pop(task) for task in list(self._flights) if task.done()]
        revoked = False
        for flight in arrived:
            self.moved = self._clock()
            outcome = flight.call.result()
            await flight.arrived(outcome, self._clock())
            revoked = revoked or isinstance(outcome, Revoked)
        if revoked:
            self.stop()
            raise TokenRevoked

    async def _settle_send(self, to: Addressed, outcome: Outcome, at: datetime) -> None:
        settlement = settle(outcome, to.delivery, at, self._doubt_seconds)
        await self._desk(_write_down, to, settlement, at)
        if settlement.state is not State.SENT:
            _log.info("delivery %s: %s: %s", to.delivery.id, settlement.state, settlement.reason)
        if settlement.alert:
            await self._tell(to, settlement.alert, settlement.reason)

    async def _tell(self, to: Addressed, kind: Alert, reason: str) -> None:
        """Let the editors hear: of a chat once, of an article that followers can't get once for all of them."""
        delivery = to.delivery
        chat = await self._desk(chats.get, delivery.chat)
        name = chat.name if chat and delivery.lane is Lane.CHANNEL else "readers' chats"
        key = f"{delivery.chat}:{kind}" if delivery.lane is Lane.CHANNEL else f"readers:{kind}"
        if kind in ("refused", "mended"):
            key, reason = f"{key}:{delivery.article}", f"article {short_id(delivery.article)}: {reason}"
        await self._tell_editors(Notice(key=key, kind=kind, about=name, reason=reason))

    def _room(self, at: datetime) -> int:
        """Return how many calls may begin now."""
        return max(min(FLIGHTS - len(self._flights), self._pace.room(at)), 0)

    def _cools(self, to: Addressed, at: datetime) -> bool:
        """Say whether a chat's own pace lets it wait, and remember until when."""
        until = self._pace.chat_ready(to.chat_id, at)
        if until > at:
            self._cooling[to.delivery.chat] = until
        return until > at

    def _busy(self) -> list[int]:
        """Return the chats (row numbers) that get nothing now: a call is on its way, or their pace lets them wait."""
        return [*(flight.chat for flight in self._flights.values()), *self._cooling]


def _write_down(db: Database, to: Addressed, settlement: Settlement, at: datetime) -> None:
    """Write a settlement and what it means for the chat, in one commit."""
    delivery = to.delivery
    with transaction(db):
        outbox.settle(db, [(delivery, settlement)], at)
        if settlement.park:
            chats.set_state(db, delivery.chat, "parked", settlement.park)
        if settlement.moved_to is not None:
            chats.move(db, to.chat_id, settlement.moved_to)
        if settlement.state is State.SENT:
            updates.clear_alerts(db, [f"{delivery.chat}:rights", f"{delivery.chat}:gone"])


def _seconds(moment: datetime, at: datetime) -> float:
    return max((moment - at) / timedelta(seconds=1), 0.0)
