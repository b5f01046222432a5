"""Searches for doubtful posts while everything else goes on. Sends no post again by itself.

Which probes a search makes and what they prove is decided in `domain.recovery`. There is one search
for each chat and one probe at a time, each within the rate limit of the chat it goes to. After a
crash the delivery is still doubtful, and is searched for again.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, assert_never

from bot.clock import Clock
from bot.domain.outcome import Outcome
from bot.domain.rate_limit import RateLimiter
from bot.domain.recovery import (
    ForwardProbe,
    Found,
    KeyboardProbe,
    Later,
    NotFound,
    Result,
    RightsProbe,
    Step,
)
from bot.errors import StoreError, TokenRevoked
from bot.publish import open_search, probes
from bot.publish.in_flight import InFlightCalls
from bot.publish.messenger import Ask, Messenger
from bot.publish.open_search import OpenSearch
from bot.publish.search_results import SearchResults
from bot.store import numbers, recovery, search_bounds
from bot.store.numbers import Touch
from bot.store.recovery import Doubt
from bot.store.thread import Store

#: If no message number from before the attempt is known, the search waits for one from after it,
#: up to this multiple of `doubt_seconds`.
PATIENCE = 10


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
    #: Until when a chat's search waits for a message number that bounds it.
    _waiting: dict[int, datetime] = field(default_factory=dict)
    #: Chats (Telegram's numbers) with a probe in flight.
    _probed: set[int] = field(default_factory=set)
    _results: SearchResults = field(init=False)

    def __post_init__(self) -> None:
        self._results = SearchResults(self.store, self.editors, self.ask)

    @property
    def on(self) -> bool:
        """Return True if a search is under way or waits for its moment."""
        return bool(self._open or self._waiting)

    def settled(self, chat_id: int) -> None:
        """Note that a post to a chat was settled: its number may bound a waiting search."""
        self._waiting.pop(chat_id, None)

    def shift(self, by: timedelta) -> None:
        """Move what waits in memory by as much as the wall clock was set."""
        for chat in self._waiting:
            self._waiting[chat] += by

    async def begin(self, at: datetime, calls: InFlightCalls) -> None:
        """Open the searches that are due, and begin the probes that may go out now."""
        await self._open_due(at)
        room, before = calls.room(at), len(calls)
        for search in list(self._open.values()):
            if len(calls) - before >= room:
                return
            try:
                await self._go_on(search, at, calls)
            except (StoreError, TokenRevoked):
                raise
            except Exception:
                await self._put_off(search.doubt, at)

    async def next(self, at: datetime, busy: Collection[int]) -> datetime | None:
        """Return when the next probe or search may begin, or None if an answer must come first.

        busy: row numbers of the chats with a call in flight.
        """
        moments = list(self._waiting.values())
        for search in self._open.values():
            if not self._is_free(search, busy):
                continue
            ready = self._ready(search, at)
            moments.append(ready)
        due = await self.store(recovery.next_due, busy=self._known_chats)
        if due:
            moments.append(max(due, at))
        return min(moments, default=None)

    @property
    def _known_chats(self) -> list[int]:
        """The chats (Telegram's numbers) with a search that is open or waits."""
        return [*self._open, *self._waiting]

    async def _open_due(self, at: datetime) -> None:
        """Open the searches that are due, or let them wait for a number that bounds them."""
        for chat, until in list(self._waiting.items()):
            if until <= at:
                del self._waiting[chat]
        for doubt in await self.store(recovery.due, at, busy=self._known_chats):
            try:
                await self._open_one(doubt, at)
            except StoreError:
                raise
            except Exception:
                await self._put_off(doubt, at)

    async def _open_one(self, doubt: Doubt, at: datetime) -> None:
        chat_id = doubt.to.chat_id
        patience = timedelta(seconds=PATIENCE * self.doubt_seconds)
        bounds = await self.store(search_bounds.around, doubt)
        until = await self.store(open_search.waits_until, doubt, bounds, at, patience)
        if until:
            self._waiting[chat_id] = until
            return
        self._open[chat_id] = await self.store(
            open_search.open_search,
            doubt,
            bounds,
            self.messenger.number,
            self.editors,
        )

    async def _go_on(
        self, search: OpenSearch, at: datetime, calls: InFlightCalls
    ) -> None:
        """Begin a search's next probe if it may begin now, or close the search."""
        step = search.search.next()
        match step:
            case Found() | NotFound() | Later():
                await self._close(search, step, at)
                return
            case ForwardProbe() | RightsProbe() | KeyboardProbe():
                pass
            case _:
                assert_never(step)
        if self._ready(search, at) > at:
            return
        if not self._is_free(search, calls.chats()):
            return
        if await self._may_begin(search, step):
            self._launch(search, step, calls)

    async def _may_begin(self, search: OpenSearch, step: Step) -> bool:
        """Record that a message may get a keyboard; return False if it is another post."""
        if not isinstance(step, KeyboardProbe):
            return True
        chat_id, message = search.doubt.to.chat_id, step.message
        touch = await self.store(numbers.begin_keyboard_probe, chat_id, message)
        search.touch = touch
        if touch is Touch.TAKEN:
            search.search.skip()
            return False
        return True

    def _is_free(self, search: OpenSearch, busy: Collection[int]) -> bool:
        """Return True if no call in flight keeps the search's next probe waiting."""
        if search.in_flight:
            return False
        if search.reserved_chat in busy:
            return False
        return search.probed_chat not in self._probed

    def _ready(self, search: OpenSearch, at: datetime) -> datetime:
        """Return when the rate limit allows the next probe."""
        chat_id = search.probed_chat
        if chat_id is None:
            return at
        return self.limiter.ready(chat_id, at)

    def _launch(self, search: OpenSearch, step: Step, calls: InFlightCalls) -> None:
        chat_id, probed = search.doubt.to.chat_id, search.probed_chat
        result: Any = None  # and it stays so where the call breaks

        async def carry_out() -> Outcome:
            nonlocal result
            outcome, result = await probes.carry_out(self.messenger, chat_id, step)
            return outcome

        async def arrived(outcome: Outcome, at: datetime) -> None:
            search.in_flight = False
            self._probed.discard(probed or 0)
            try:
                await self._apply(search, step, outcome, result, at)
            except (StoreError, TokenRevoked):
                raise
            except Exception:
                await self._put_off(search.doubt, at)

        search.in_flight = True
        if probed is not None:
            self._probed.add(probed)
        calls.launch(carry_out(), search.reserved_chat or 0, arrived=arrived)

    async def _apply(
        self,
        search: OpenSearch,
        step: Step,
        outcome: Outcome,
        answer: Any,
        at: datetime,
    ) -> None:
        """Give the answer to a probe to its search, and close the search if it has a result."""
        touched = search.touch is Touch.AGAIN
        search.search.answered(step, outcome, answer, touched=touched)
        result = search.search.next()
        if isinstance(step, KeyboardProbe) and search.kept_keyboard(outcome):
            chat_id, message = search.doubt.to.chat_id, step.message
            await self.store(numbers.end_keyboard_probe, chat_id, message)
        match result:
            case Found() | NotFound() | Later():
                await self._close(search, result, at)
            case ForwardProbe() | RightsProbe() | KeyboardProbe():
                pass  # it begins when it may
            case _:
                assert_never(result)

    async def _close(self, search: OpenSearch, result: Result, at: datetime) -> None:
        """Close a search and record its result."""
        doubt = search.doubt
        self._open.pop(doubt.to.chat_id, None)
        await self._results.record(doubt, result, at)

    async def _put_off(self, doubt: Doubt, at: datetime) -> None:
        """Close a search that an error ended; it begins again later."""
        self._open.pop(doubt.to.chat_id, None)
        await self._results.put_off(doubt, at)
