"""Rate limits of messages: sliding windows per chat, per group and for all together.

Pure: time is passed in as `at`. A window of n per s seconds means at most n in *any* s seconds,
measured at Telegram. A call arrives there at some moment between its start and its answer, so its
place stays taken until s seconds after the answer. A token bucket would allow twice as much
(docs/architecture.md, Rate limits). How long one chat has to wait after a 429 is kept with the
chat. Here a 429 only slows all chats together, if it comes too often.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
#: A moment further ahead than its window and a clock since set back wrote it; do not wait for it.
SET_BACK = timedelta(minutes=5)
#: The bot as a whole is too fast if this many chats got a 429 within a minute, or one chat got a
#: pause of this many seconds.
FLOODS, LARGE = 3, 60.0
#: Lowest share of the overall rate, and the time in which it would recover from nothing.
LEAST, RECOVERY = 1 / 8, timedelta(minutes=8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What the settings allow ([pace])."""

    messages_per_second: float = 28.0
    per_chat_seconds: float = 1.0
    per_group_minute: int = 19


@dataclass(slots=True)
class Calls:
    """Calls to one chat, or to all: how many are under way, and when the others were answered."""

    in_flight: int = 0
    answered: deque[datetime] = field(default_factory=deque)

    def end(self, at: datetime) -> None:
        """Record an answer at `at`.

        A clock set back a little changes no order; one set back by more starts a new window.
        """
        last = self.answered[-1] if self.answered else at
        if last > at + SET_BACK:
            self.answered.clear()
            last = at
        self.answered.append(max(at, last))

    def allowed(self, at: datetime, most: int, window: timedelta) -> int:
        """Return how many calls may begin at `at` so that no `window` holds more than `most`."""
        start = at - window
        recent = 0
        for moment in reversed(self.answered):
            if moment <= start:
                break
            recent += 1
        return max(most - self.in_flight - recent, 0)

    def free(self, at: datetime, most: int, window: timedelta) -> datetime:
        """Return the earliest time for the next call, if calls under way are answered at `at`."""
        places = most - self.in_flight
        if places <= 0:
            return at + window
        if places > len(self.answered):
            return at
        return max(at, self.answered[-places] + window)

    def forget(self, at: datetime, window: timedelta) -> None:
        """Drop times a window or more before `at`, and times after it: the clock was set back."""
        answered = self.answered
        start = at - window
        while answered and answered[0] <= start:
            answered.popleft()
        end = at + window + SET_BACK
        while answered and answered[-1] > end:
            answered.pop()

    def shift(self, by: timedelta) -> None:
        """Move every recorded time by as much as the wall clock was set."""
        self.answered = deque(moment + by for moment in self.answered)

    @property
    def idle(self) -> bool:
        """Whether there is nothing to remember."""
        return not self.in_flight and not self.answered


class Brake:
    """Slows the bot as a whole if Telegram asks for pauses too often; recovers slowly.

    The rate is halved, down to an eighth, when three chats get a 429 within a minute or one gets a
    pause of a minute or more. Every minute without one gives an eighth of the full rate back.
    """

    def __init__(self) -> None:
        self._share = 1.0
        self._since: datetime | None = None
        self._floods: dict[int, datetime] = {}

    def record_pause(self, chat_id: int, seconds: float, at: datetime) -> None:
        """Record a 429 for `chat_id` with a pause of `seconds` at `at`."""
        self._forget(at)
        self._floods[chat_id] = at
        if seconds < LARGE and len(self._floods) < FLOODS:
            return
        self._share = max(self.share(at) / 2, LEAST)
        self._since = at
        self._floods.clear()

    def _forget(self, at: datetime) -> None:
        """Drop the 429s of a minute or more ago, and those after a clock that was set back."""
        for chat, then in list(self._floods.items()):
            if abs(at - then) >= MINUTE:
                del self._floods[chat]

    def shift(self, by: timedelta) -> None:
        """Move every recorded time by as much as the wall clock was set."""
        if self._since is not None:
            self._since += by
        for chat in self._floods:
            self._floods[chat] += by

    def share(self, at: datetime) -> float:
        """Return which part of the rate is left at `at`: LEAST to 1."""
        since = self._since
        if since is None or at < since - SET_BACK:
            return 1.0
        passed = max(at - since, timedelta())
        share = self._share + passed / RECOVERY
        return min(share, 1.0)


class RateLimiter:
    """Remembers when calls went out and when the next may. Every `begin` has its `end`."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._all = Calls()
        self._chats: dict[int, Calls] = {}
        self._brake = Brake()
        self._apart = timedelta(seconds=limits.per_chat_seconds)
        _, self._longest = self._overall(LEAST)

    def ready(self, chat_id: int, at: datetime) -> datetime:
        """Return the earliest time from `at` on for a message to `chat_id` within all limits."""
        return max(self.open(at), self.chat_ready(chat_id, at))

    def open(self, at: datetime) -> datetime:
        """Return the earliest time for a message to any chat within the limit of all together."""
        most, window = self._overall_at(at)
        return self._all.free(at, most, window)

    def allowed(self, at: datetime) -> int:
        """Return how many messages may go out at `at` by the limit of all chats together."""
        most, window = self._overall_at(at)
        return self._all.allowed(at, most, window)

    def chat_ready(self, chat_id: int, at: datetime) -> datetime:
        """Return the earliest moment at which `chat_id`'s own limits allow a message."""
        calls = self._chats.get(chat_id)
        if calls is None:
            return at
        calls.forget(at, max(MINUTE, self._apart))
        if calls.idle:
            del self._chats[chat_id]
            return at
        moment = calls.free(at, 1, self._apart)
        if not is_group(chat_id):
            return moment
        of_minute = calls.free(at, self._limits.per_group_minute, MINUTE)
        return max(moment, of_minute)

    def begin(self, chat_id: int) -> None:
        """Count a call to `chat_id` that is on its way from now on."""
        self._all.in_flight += 1
        self._chats.setdefault(chat_id, Calls()).in_flight += 1

    def end(self, chat_id: int, at: datetime) -> None:
        """Note that a call to `chat_id` was answered, or given up, at `at`."""
        for calls in (self._all, self._chats[chat_id]):
            calls.in_flight -= 1
            calls.end(at)

    @contextmanager
    def holding(self, chats: Iterable[int]) -> Iterator[None]:
        """Let these chats be ready for nothing else meanwhile: a call to each is about to begin."""
        held = [self._chats.setdefault(chat_id, Calls()) for chat_id in chats]
        for calls in held:
            calls.in_flight += 1
        try:
            yield
        finally:
            for calls in held:
                calls.in_flight -= 1

    def spend(self, chat_id: int, at: datetime) -> None:
        """Count one call to `chat_id` that was answered at `at`, such as before a restart."""
        self.begin(chat_id)
        self.end(chat_id, at)

    def record_pause(self, chat_id: int, seconds: float, at: datetime) -> None:
        """Record a 429 for `chat_id` with a pause of `seconds`; too many slow all chats down."""
        self._brake.record_pause(chat_id, seconds, at)

    def shift(self, by: timedelta) -> None:
        """Move every time by as much as the wall clock was set: windows keep their length."""
        self._brake.shift(by)
        self._all.shift(by)
        for calls in self._chats.values():
            calls.shift(by)

    @property
    def memory(self) -> timedelta:
        """How long a call counts after its answer, at the most."""
        return max(self._longest, MINUTE, self._apart)

    def forget_idle(self, at: datetime) -> None:
        """Drop what no window reaches any more, so that memory follows the last minute's work."""
        self.open(at)
        for chat_id in list(self._chats):
            self.chat_ready(chat_id, at)

    def _overall_at(self, at: datetime) -> tuple[int, timedelta]:
        """Return the limit of all chats together at `at`; what it no longer counts is dropped."""
        self._all.forget(at, self._longest)
        share = self._brake.share(at)
        return self._overall(share)

    def _overall(self, share: float) -> tuple[int, timedelta]:
        """Return this share of the rate of all chats as a number of messages and a window.

        A rate of less than one message a second is one message in a longer window.
        """
        rate = self._limits.messages_per_second * share
        if rate < 1:
            return 1, SECOND / rate
        return int(rate), SECOND


def is_group(chat_id: int) -> bool:
    """Return True if a chat is a group or channel: their numbers are negative (Bot API)."""
    return chat_id < 0
