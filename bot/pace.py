"""How fast messages may go: sliding windows per chat, per group and for all together. Pure: time comes in as `at`.

A window of n per s seconds means never more than n in *any* s seconds; a bucket that refills while it empties would
allow twice as much (design §6). Limits are soft on Telegram's side; what it answers (429) is kept elsewhere.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta

MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
#: A moment further ahead than its window and a clock since set back wrote it; do not wait for it.
SET_BACK = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What the settings allow ([pace])."""

    messages_per_second: float = 28.0
    per_chat_seconds: float = 1.0
    per_group_minute: int = 19


class Pace:
    """Remembers when messages went out and says when the next may."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._all: deque[datetime] = deque()
        self._chats: dict[int, deque[datetime]] = {}
        self._apart = timedelta(seconds=limits.per_chat_seconds)
        #: messages_per_second below one is one message in a longer window
        self._room = max(int(limits.messages_per_second), 1)
        self._window = SECOND if limits.messages_per_second >= 1 else SECOND / limits.messages_per_second

    def ready(self, chat_id: int, at: datetime) -> datetime:
        """Return the earliest moment, not before `at`, at which a message to `chat_id` keeps every limit."""
        return max(self.open(at), self.chat_ready(chat_id, at))

    def open(self, at: datetime) -> datetime:
        """Return the earliest moment at which a message to anyone keeps the limit of all chats together."""
        _forget(self._all, at, self._window)
        if len(self._all) < self._room:
            return at
        return max(at, self._all[-self._room] + self._window)

    def room(self, at: datetime) -> int:
        """Return how many messages may go out at `at` by the limit of all chats together."""
        _forget(self._all, at, self._window)
        return max(self._room - len(self._all), 0)

    def chat_ready(self, chat_id: int, at: datetime) -> datetime:
        """Return the earliest moment at which `chat_id`'s own limits allow a message."""
        sent = self._chats.get(chat_id)
        if sent is None:
            return at
        _forget(sent, at, max(MINUTE, self._apart))
        if not sent:
            del self._chats[chat_id]
            return at
        moment = max(at, sent[-1] + self._apart)
        if is_group(chat_id) and len(sent) >= self._limits.per_group_minute:
            moment = max(moment, sent[-self._limits.per_group_minute] + MINUTE)
        return moment

    def spend(self, chat_id: int, at: datetime) -> None:
        """Count one call to `chat_id` begun at `at`. Moments must not fall."""
        self._all.append(at)
        self._chats.setdefault(chat_id, deque()).append(at)

    def forget_idle(self, at: datetime) -> None:
        """Drop what no window reaches any more, so that memory follows the last minute's work."""
        self.open(at)
        for chat_id in list(self._chats):
            self.chat_ready(chat_id, at)


def is_group(chat_id: int) -> bool:
    """Say whether a chat is a group or channel: their numbers are negative (Bot API)."""
    return chat_id < 0


def _forget(moments: deque[datetime], at: datetime, window: timedelta) -> None:
    """Drop what lies a window or more behind `at`, and what lies ahead of it by a clock since set back."""
    while moments and moments[0] <= at - window:
        moments.popleft()
    while moments and moments[-1] > at + window + SET_BACK:
        moments.pop()
