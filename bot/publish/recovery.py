"""Searches for doubtful posts while everything else goes on. Sends no post again by itself.

Which probes a search makes and what they prove is decided in `bot.domain.recovery`. There is one
search for each chat and one probe at a time, each within the rate limit of the chat it goes to.
After a crash the delivery is still doubtful, and is searched for again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot.clock import Clock
from bot.domain.article import short_id
from bot.domain.interpretation import RIGHTS_SECONDS
from bot.domain.notices import Alert, Choice, Decision, Notice
from bot.domain.outcome import Outcome, Refused
from bot.domain.rate_limit import RateLimiter
from bot.domain.recognition import Target
from bot.domain.recovery import (
    Found,
    KeyboardProbe,
    Later,
    NotFound,
    Result,
    Search,
    Step,
)
from bot.errors import StoreError, TokenRevoked
from bot.planning import naming
from bot.publish.in_flight import Ask, InFlightCall, Messenger
from bot.publish.open_search import OpenSearch
from bot.publish.probing import carry
from bot.rendering import markup
from bot.store import numbers, recovery
from bot.store.numbers import Touch
from bot.store.recovery import Doubt
from bot.store.thread import Store

#: A search waits so long, at most, for the next due post, whose number ends the search.
BOUND = timedelta(seconds=60)
#: If no message number from before the attempt is known, the search waits for one from after it,
#: up to so many times `doubt_seconds`.
PATIENCE = 10
#: How long until others' messages are asked for again, as one of them may be of after it.
UNTOLD = timedelta(seconds=30)
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Recovery:
    """The searches of one bot. Call `begin` repeatedly: what it does not begin stays due."""

    store: Store
    messenger: Messenger
    limiter: RateLimiter
    clock: Clock
    doubt_seconds: float
    #: The editors' private chats.
    editors: Sequence[int]
    ask: Ask
    #: By Telegram's number of the chat.
    _open: dict[int, OpenSearch] = field(default_factory=dict)
    _waiting: dict[int, datetime] = field(default_factory=dict)
    #: Chats with a probe in flight.
    _to: set[int] = field(default_factory=set)

    @property
    def on(self) -> bool:
        """Return True if a search is under way or waits for its moment."""
        return bool(self._open or self._waiting)

    def settled(self, chat_id: int) -> None:
        """Note that a post to a chat was settled: its number may bound a waiting search."""
        self._waiting.pop(chat_id, None)

    def shift(self, by: timedelta) -> None:
        """Move what waits in memory by as much as the wall clock was set."""
        self._waiting = {chat: until + by for chat, until in self._waiting.items()}

    async def begin(
        self, at: datetime, room: int, busy: Collection[int]
    ) -> list[InFlightCall]:
        """Take up what is due and begin the steps that may go out now, at most `room`.

        busy: row numbers of the chats that have a call on its way.
        """
        await self._take_up(at)
        begun: list[InFlightCall] = []
        for search in list(self._open.values()):
            if len(begun) >= room:
                break
            try:
                in_flight = await self._step(search, at, busy)
            except (StoreError, TokenRevoked):
                raise
            except Exception:
                await self._put_off(search.doubt, at)
                continue
            if in_flight:
                begun.append(in_flight)
        return begun

    async def next(self, at: datetime, busy: Collection[int]) -> datetime | None:
        """Return when the next probe or search may begin, or None if an answer must come first."""
        due = await self.store(recovery.next_due, busy=[*self._open, *self._waiting])
        free = [
            one
            for one in self._open.values()
            if not one.in_flight
            and one.reserved not in busy
            and one.target not in self._to
        ]
        steps = [self._ready(search, at) for search in free]
        return min(
            [*steps, *self._waiting.values(), *([max(due, at)] if due else [])],
            default=None,
        )

    async def _take_up(self, at: datetime) -> None:
        self._waiting = {
            chat: until for chat, until in self._waiting.items() if until > at
        }
        for doubt in await self.store(
            recovery.due, at, busy=[*self._open, *self._waiting]
        ):
            try:
                await self._take_up_one(doubt, at)
            except StoreError:
                raise
            except Exception:
                await self._put_off(doubt, at)

    async def _take_up_one(self, doubt: Doubt, at: datetime) -> None:
        """Begin a search, or wait for a message number that bounds it."""
        around = await self.store(recovery.around, doubt)
        waits = at - doubt.over
        bounded = around.after is not None
        if (
            not bounded
            and around.before is None
            and await self.store(recovery.will_be_bounded, doubt.to.chat_id)
        ):
            # nothing is known of the chat; a later post will give a number, whenever it is sent
            self._waiting[doubt.to.chat_id] = at + UNTOLD
        elif (
            not bounded
            and waits < BOUND
            and await self.store(recovery.will_be_bounded, doubt.to.chat_id, at)
        ):
            self._waiting[doubt.to.chat_id] = doubt.over + BOUND
        elif not bounded and around.before is None and waits < self._patience:
            # a message of others may bound it too, and nobody tells us of that
            self._waiting[doubt.to.chat_id] = min(
                at + UNTOLD, doubt.over + self._patience
            )
        else:
            alike = await self.store(recovery.may_be_in_other_thread, doubt)
            self._open[doubt.to.chat_id] = OpenSearch(
                doubt, Search(self._target_of(doubt, alike), around, self.editors)
            )

    async def _put_off(self, doubt: Doubt, at: datetime) -> None:
        """Try a search that went wrong again later; it holds up no other."""
        name = await self.store(naming.delivery, doubt.to.delivery)
        _log.exception("%s could not be looked for; it is tried again", name)
        self._open.pop(doubt.to.chat_id, None)
        until = at + timedelta(seconds=RIGHTS_SECONDS)
        await self.store(
            recovery.later,
            doubt.to.delivery.id,
            until,
            "it could not be looked for; see the log",
        )

    @property
    def _patience(self) -> timedelta:
        return timedelta(seconds=PATIENCE * self.doubt_seconds)

    def _target_of(self, doubt: Doubt, in_other_thread: bool) -> Target:
        payload = doubt.to.delivery.payload or {}
        said = payload.get("text") or payload.get("caption") or ""
        return Target(
            chat_id=doubt.to.chat_id,
            me=self.messenger.number,
            text=markup.measure(said).text if "parse_mode" in payload else said,
            keyboard=payload.get("reply_markup"),
            in_other_thread=in_other_thread,
        )

    async def _step(
        self, search: OpenSearch, at: datetime, busy: Collection[int]
    ) -> InFlightCall | None:
        """Begin a search's next probe, or settle the search; None if nothing begins now."""
        step = search.search.next()
        if isinstance(step, Found | NotFound | Later):
            await self._settle(search, step, at)
            return None
        chat = search.reserved
        if (
            search.in_flight
            or chat in busy
            or search.target in self._to
            or self._ready(search, at) > at
        ):
            return None
        if isinstance(step, KeyboardProbe):
            search.touch = await self.store(
                numbers.begin_retouch, search.doubt.to.chat_id, step.message
            )
            if search.touch is Touch.TAKEN:
                search.search.skip()
                return None
        return self._launch(search, step, chat or 0)

    def _ready(self, search: OpenSearch, at: datetime) -> datetime:
        """Return when the rate limit allows the next probe."""
        to = search.target
        return at if to is None else self.limiter.ready(to, at)

    def _launch(self, search: OpenSearch, step: Step, chat: int) -> InFlightCall:
        to = search.target
        search.in_flight = True
        if to is not None:
            self._to.add(to)

        results: list[Any] = []

        async def carry_out() -> Outcome:
            outcome, result = await carry(self.messenger, search.doubt.to.chat_id, step)
            results.append(result)
            return outcome

        async def arrived(outcome: Outcome, at: datetime) -> None:
            search.in_flight = False
            self._to.discard(to or 0)
            try:
                result = results[0] if results else None  # none where the call broke
                search.search.answered(
                    step, outcome, result, touched=search.touch is Touch.AGAIN
                )
                await self._apply(search, step, outcome, at)
            except (StoreError, TokenRevoked):
                raise
            except Exception:
                await self._put_off(search.doubt, at)

        return InFlightCall(chat, asyncio.ensure_future(carry_out()), arrived=arrived)

    async def _apply(
        self, search: OpenSearch, step: Step, outcome: Outcome, at: datetime
    ) -> None:
        """Record what the answer to a probe means, and the result of the search if there is one."""
        result = search.search.next()
        kept = isinstance(outcome, Refused) or (
            isinstance(result, Found) and search.touch is Touch.FIRST
        )
        if isinstance(step, KeyboardProbe) and kept:
            await self.store(numbers.end_retouch, search.doubt.to.chat_id, step.message)
        if isinstance(result, Found | NotFound | Later):
            await self._settle(search, result, at)

    async def _settle(self, search: OpenSearch, result: Result, at: datetime) -> None:
        """Record the result of a search."""
        doubt, delivery = search.doubt, search.doubt.to.delivery.id
        name = await self.store(naming.delivery, doubt.to.delivery)
        self._open.pop(doubt.to.chat_id, None)
        if isinstance(result, Found):
            await self.store(recovery.found, doubt, result.message, at)
            _log.info("found: %s had been posted", name)
        elif isinstance(result, Later):
            await self.store(
                recovery.later,
                delivery,
                at + timedelta(seconds=result.seconds),
                result.reason,
            )
        elif (
            await self.store(
                recovery.give_up, doubt, result.reason, at, absent=result.absent
            )
            is None
        ):
            said = "I did not find it there" if result.absent else result.reason
            await self._ask(doubt, f"Telegram's answer was lost, and {said}", at)
        else:
            _log.warning("not found, sent again: %s: %s", name, result.reason)

    async def _ask(self, doubt: Doubt, reason: str, at: datetime) -> None:
        """Let an editor decide; if none can be reached, search again later."""
        delivery = doubt.to.delivery
        value = short_id(delivery.id)
        notice = Notice(
            key=recovery.alert_key(delivery.id),
            alert=Alert.DOUBTFUL,
            articles=(delivery.article,),
            chats=(delivery.chat,),
            reason=reason,
            choices=(
                Choice(Decision.POST_AGAIN, value),
                Choice(Decision.IT_IS_THERE, value),
            ),
        )
        heard = await self.ask(notice)
        until = (
            None
            if heard or not self.editors
            else at + timedelta(seconds=RIGHTS_SECONDS)
        )
        await self.store(
            recovery.later, delivery.id, until, f"waits for an editor: {reason}"
        )
