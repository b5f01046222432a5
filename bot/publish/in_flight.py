"""Calls that were begun and have no outcome yet, and how many more may begin. Makes no call."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar

from bot.clock import Clock
from bot.domain.outcome import Outcome, Unknown
from bot.domain.rate_limit import RateLimiter
from bot.store.delivery_rows import Addressed

#: Calls in flight at once: a thousand a second where an answer takes a seventh of one.
MOST_IN_FLIGHT = 160
#: Takes an outcome and the moment it arrived.
Arrived = Callable[[Outcome, datetime], Awaitable[None]]
_log = logging.getLogger(__name__)


@dataclass(eq=False, slots=True)
class InFlightCall:
    """A call that was begun, and what its outcome is for."""

    #: Row number of the chat that gets nothing else meanwhile, or 0.
    chat: int
    call: asyncio.Task[Outcome]
    #: The delivery that it sends; the outcomes of many such calls are recorded together.
    sends: Addressed | None
    #: Takes the outcome of any other call.
    arrived: Arrived | None
    #: Monotonic time of the launch.
    begun: float

    @property
    def is_done(self) -> bool:
        """Return True if the call has ended, with an answer or an error."""
        return self.call.done()

    def outcome(self) -> Outcome:
        """Return the outcome of a call that is done.

        A call that raised an error may have had its effect all the same.
        """
        try:
            return self.call.result()
        except Exception as error:
            _log.exception("a call failed")
            return Unknown(f"the call failed: {error!r}")


class Due(Protocol):
    """Anything that is due in a chat: a send or an edit."""

    @property
    def to(self) -> Addressed:
        """The delivery that it is about."""


_Due = TypeVar("_Due", bound=Due)


class InFlightCalls:
    """The calls of one bot that are in flight, and the chats that are rate-limited meanwhile."""

    def __init__(
        self, limiter: RateLimiter, clock: Clock, ended: Callable[[], None]
    ) -> None:
        """ended: called whenever a call has ended."""
        self._limiter = limiter
        self._clock = clock
        self._ended = ended
        #: In the order of their launch.
        self._calls: dict[InFlightCall, None] = {}
        #: Rate-limited chats (row numbers), and until when.
        self._limited: dict[int, datetime] = {}

    def __len__(self) -> int:
        return len(self._calls)

    def launch(
        self,
        call: Coroutine[Any, Any, Outcome],
        chat: int = 0,
        *,
        sends: Addressed | None = None,
        arrived: Arrived | None = None,
    ) -> None:
        """Begin a call. chat, sends, arrived: see `InFlightCall`."""
        now = self._clock.monotonic()
        task = asyncio.ensure_future(call)
        task.add_done_callback(self._on_end)
        self._calls[InFlightCall(chat, task, sends, arrived, now)] = None

    def _on_end(self, _: asyncio.Task[Outcome]) -> None:
        self._ended()

    def add(self, calls: Iterable[InFlightCall]) -> None:
        """Take calls in again, as their outcomes could not be recorded."""
        self._calls.update(dict.fromkeys(calls))

    def remove(self, calls: Iterable[InFlightCall]) -> None:
        """Let calls go whose outcomes are being recorded."""
        for call in calls:
            self._calls.pop(call, None)

    def done(self) -> list[InFlightCall]:
        """Return the calls that have ended."""
        return [one for one in self._calls if one.is_done]

    def any_longer_than(self, seconds: float) -> bool:
        """Return True if a call has been in flight for more than `seconds`."""
        now = self._clock.monotonic()
        begun = [one.begun for one in self._calls]
        return min(begun, default=now) < now - seconds

    async def wait(self) -> None:
        """Wait until all calls have ended."""
        if self._calls:
            await asyncio.wait([one.call for one in self._calls])

    def room(self, at: datetime) -> int:
        """Return how many more calls may begin."""
        free = MOST_IN_FLIGHT - len(self._calls)
        room = min(free, self._limiter.allowed(at))
        return max(room, 0)

    def chats(self) -> list[int]:
        """Return the chats (row numbers) with a call in flight."""
        return [one.chat for one in self._calls]

    def busy(self) -> list[int]:
        """Return the chats (row numbers) with a call in flight, and the rate-limited ones."""
        return [*self.chats(), *self._limited]

    @property
    def limited_until(self) -> Iterable[datetime]:
        """Return until when chats are rate-limited."""
        return self._limited.values()

    def forget_past_limits(self, at: datetime) -> None:
        """Forget the chats that are no longer rate-limited."""
        for chat, until in [*self._limited.items()]:
            if until <= at:
                del self._limited[chat]

    def forget_limits(self) -> None:
        """Forget which chats are rate-limited: the wall clock was set."""
        self._limited.clear()

    def one_a_chat(self, due: Sequence[_Due], at: datetime) -> list[_Due]:
        """Return what may go out now; the next of the same chat (or of its threads) waits."""
        chosen: dict[int, _Due] = {}
        for one in due:
            if self._is_rate_limited(one.to, at):
                continue
            chosen.setdefault(one.to.chat_id, one)
        return list(chosen.values())

    def _is_rate_limited(self, to: Addressed, at: datetime) -> bool:
        """Return True if the chat is rate-limited, and remember until when."""
        until = self._limiter.chat_ready(to.chat_id, at)
        if until <= at:
            return False
        self._limited[to.delivery.chat] = until
        return True
