"""The courier: takes what is due out of the outbox, sends it at the pace Telegram allows, writes down every answer.

Many chats at once, one message at a time to each; `sending` is committed before the call and the outcome before that
chat's next message (design §6). What an answer means is decided in `delivery.settle`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

from sqlite_utils import Database

from bot.article import short_id
from bot.delivery import LASTING, Alert, Clock, Lane, Notice, Outcome, Payload, Revoked, Settlement, State, settle
from bot.errors import TokenRevoked
from bot.pace import Pace
from bot.publishing import composing, revising
from bot.publishing.composing import Composer, Material
from bot.publishing.flight import Flight, Messenger, Tell
from bot.publishing.looking import Looks
from bot.store import attempts, chats, doubts, fanouts, outbox, revisions, updates
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
        looks: Looks,
        tell: Tell,
    ) -> None:
        self._desk = desk
        self._messenger = messenger
        self._composer = composer
        self._pace = pace
        self._clock = clock
        self._doubt_seconds = doubt_seconds
        self._looks = looks
        self._tell_editors = tell
        self._flights: dict[asyncio.Task[Outcome], Flight] = {}
        self._cooling: dict[int, datetime] = {}
        self._woken = asyncio.Event()
        self._stopping = False
        #: Since when a run of `deliver` is on, or None; and when it last got on: for whoever watches over it.
        self.busy_since: datetime | None = None
        self.moved: datetime | None = None

    async def recover(self) -> int:
        """After a start: put in doubt what was on its way when the last process ended. Return how many.

        What went out shortly before counts in the pace, so that a restart makes no burst.
        """
        at = self._clock()
        for chat_id, answered in await self._desk(attempts.recent, self._pace.memory, at):
            self._pace.spend(chat_id, answered)
        return await self._desk(doubts.interrupted, at, self._doubt_seconds)

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
        for flight in await self._looks.begin(at, self._room(at), self._flying()):
            self._flights[flight.call] = flight
        await asyncio.sleep(0)  # calls begin, and count in the pace, before it is asked again
        self._cooling = {chat: until for chat, until in self._cooling.items() if until > at}
        await self._begin_sends(at)
        await self._begin_revisions(at)
        if len(self._flights) >= FLIGHTS:
            return at + timedelta(seconds=LOOK)  # an answer comes first
        due = [await self._desk(outbox.next_due, at, busy=self._busy()), await self._looks.next(at, self._flying())]
        moments = [*self._cooling.values(), *filter(None, due)]
        return max(min(moments), self._pace.open(at)) if moments else None

    async def _begin_sends(self, at: datetime) -> None:
        while room := self._room(at):
            found = await self._desk(outbox.due, at, busy=self._busy(), most=room)
            # of two threads of one chat, which share its pace, the second goes another time
            chosen = list({one.chat_id: one for one in reversed(found) if not self._cools(one, at)}.values())[::-1]
            with self._pace.holding([one.chat_id for one in chosen]):
                await self._send_all(chosen, at)
            if len(found) < room:
                return

    async def _send_all(self, chosen: Sequence[Addressed], at: datetime) -> None:
        material = await self._desk(composing.gather, chosen) if chosen else []
        composed = [(one, self._composer.post(one)) for one in material]
        payloads = {one.to.delivery.id: (payload, one.stored.fingerprint) for one, payload in composed}
        begun = await self._desk(outbox.begin, payloads, at)
        for one, payload in composed:
            if one.to.delivery.id in begun:
                self._send(one, payload)
        await asyncio.sleep(0)

    def _send(self, material: Material, payload: Payload) -> None:
        to = material.to
        mends = to.delivery.mend.split()
        thread = 0 if "no_thread" in mends else to.thread
        if "unpaid" in mends:
            payload = {**payload, "allow_paid_broadcast": False}

        async def arrived(outcome: Outcome, then: datetime) -> None:
            await self._settle_send(to, outcome, then)

        self._launch(to, self._messenger.call(payload, chat_id=to.chat_id, thread=thread), arrived)

    async def _begin_revisions(self, at: datetime) -> None:
        if not (room := self._room(at)):
            return
        found = await self._desk(revisions.due, at, busy=self._busy(), most=room)
        chosen = {one.to.chat_id: one for one in reversed(found) if not self._cools(one.to, at)}
        for material in await self._desk(composing.gather, [one.to for one in chosen.values()]) if chosen else []:
            revision = chosen[material.to.chat_id]
            errand = revising.errand(self._composer, revision, material, at)
            if errand.needless:
                await self._desk(revising.skip, errand, at)
            else:
                self._revise(errand)

    def _revise(self, errand: revising.Errand) -> None:
        to = errand.revision.to

        async def arrived(outcome: Outcome, then: datetime) -> None:
            alert = await self._desk(revising.settle, errand, outcome, then)
            if alert:
                await self._tell(to, alert, getattr(outcome, "reason", ""))

        self._launch(to, self._messenger.call(errand.payload, chat_id=to.chat_id, message=to.delivery.message), arrived)

    def _launch(
        self, to: Addressed, call: Awaitable[Outcome], arrived: Callable[[Outcome, datetime], Awaitable[None]]
    ) -> None:
        task = asyncio.ensure_future(call)
        self._flights[task] = Flight(to.delivery.chat, task, arrived)

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
            await self._tell(to, settlement.alert, settlement.reason, mend=settlement.mend.rpartition(" ")[2])

    async def _tell(self, to: Addressed, kind: Alert, reason: str, *, mend: str = "") -> None:
        """Let the editors hear: of a chat once, of an article that followers can't get once for all of them."""
        delivery = to.delivery
        chat = await self._desk(chats.get, delivery.chat)
        name = chat.name if chat and delivery.lane is Lane.CHANNEL else "readers' chats"
        key = f"{delivery.chat}:{kind}" if delivery.lane is Lane.CHANNEL else f"readers:{kind}"
        if mend in LASTING:
            key = f"{key}:{mend}"
        elif kind in ("refused", "mended"):
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
        return [*self._flying(), *self._cooling]

    def _flying(self) -> list[int]:
        """Return the chats (row numbers) that a call is on its way to."""
        return [flight.chat for flight in self._flights.values()]


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
            over = ["rights", "gone", *(f"mended:{mend}" for mend in LASTING if not delivery.mend)]
            updates.clear_alerts(db, [f"{delivery.chat}:{one}" for one in over])


def _seconds(moment: datetime, at: datetime) -> float:
    return max((moment - at) / timedelta(seconds=1), 0.0)
