"""How many commands one chat may send. Counts in memory and forgets; says nothing to anyone."""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta
from enum import Enum

_WINDOW = timedelta(minutes=1)
#: Chats remembered before the idle ones are forgotten.
_MANY = 10_000


class Verdict(Enum):
    """What becomes of a command."""

    ADMITTED = "admitted"
    #: One too many: tell the chat, once.
    TOLD = "told"
    #: The chat was told; it hears nothing until its minute is over.
    SILENCED = "silenced"


class Throttle:
    """Admits so many commands a chat in any minute."""

    def __init__(self, per_minute: int) -> None:
        self._per_minute = per_minute
        self._seen: dict[int, deque[datetime]] = {}
        self._silent: dict[int, datetime] = {}

    def admit(self, chat_id: int, at: datetime) -> Verdict:
        """Count one command that came at `at` and say what becomes of it."""
        if len(self._seen) >= _MANY:
            self._forget(at)
        if chat_id in self._silent:
            if at < self._silent[chat_id]:
                return Verdict.SILENCED
            del self._silent[chat_id]
        seen = self._seen.setdefault(chat_id, deque())
        while seen and seen[0] <= at - _WINDOW:
            seen.popleft()
        if len(seen) < self._per_minute:
            seen.append(at)
            return Verdict.ADMITTED
        self._silent[chat_id] = seen[0] + _WINDOW
        return Verdict.TOLD

    def seconds_left(self, chat_id: int, at: datetime) -> int:
        """Return how long a chat that was told must wait, in whole seconds, at least one."""
        until = self._silent.get(chat_id, at)
        return max(-((at - until) // timedelta(seconds=1)), 1)

    def _forget(self, at: datetime) -> None:
        self._seen = {chat: seen for chat, seen in self._seen.items() if seen and seen[-1] > at - _WINDOW}
        self._silent = {chat: until for chat, until in self._silent.items() if until > at}
