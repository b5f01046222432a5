"""How many commands one chat may send. Counts in memory and forgets; says nothing to anyone."""

from __future__ import annotations

from collections import deque
from enum import Enum
from math import ceil

_WINDOW = 60.0
#: Chats remembered before the idle ones are forgotten.
_MANY = 10_000


class Relation(Enum):
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
        self._seen: dict[int, deque[float]] = {}
        self._silent: dict[int, float] = {}

    def admit(self, chat_id: int, at: float) -> Relation:
        """Count one command that came at `at`, in monotonic time, and say what becomes of it."""
        if len(self._seen) >= _MANY:
            self._forget(at)
        if chat_id in self._silent:
            if at < self._silent[chat_id]:
                return Relation.SILENCED
            del self._silent[chat_id]
        seen = self._seen.setdefault(chat_id, deque())
        while seen and seen[0] <= at - _WINDOW:
            seen.popleft()
        if len(seen) < self._per_minute:
            seen.append(at)
            return Relation.ADMITTED
        self._silent[chat_id] = seen[0] + _WINDOW
        return Relation.TOLD

    def seconds_left(self, chat_id: int, at: float) -> int:
        """Return how long a chat that was told must wait, in whole seconds, at least one."""
        until = self._silent.get(chat_id, at)
        return max(ceil(until - at), 1)

    def _forget(self, at: float) -> None:
        self._seen = {chat: seen for chat, seen in self._seen.items() if seen and seen[-1] > at - _WINDOW}
        self._silent = {chat: until for chat, until in self._silent.items() if until > at}
