"""How many commands one chat may send. Counts in memory and forgets; sends nothing."""

from __future__ import annotations

from collections import deque
from enum import Enum
from math import ceil

_WINDOW = 60.0
#: Chats remembered before the idle ones are forgotten.
_MOST_CHATS = 10_000


class Admission(Enum):
    """Whether a command is carried out."""

    #: It is.
    ADMITTED = "admitted"
    #: It is not, as the first one too many: the chat is told so, once.
    FIRST_REFUSED = "first_refused"
    #: It is not. The chat was told so, and gets no reply until its minute is over.
    SILENCED = "silenced"


class Throttle:
    """Admits at most `per_minute` commands of a chat in any minute."""

    def __init__(self, per_minute: int) -> None:
        self._per_minute = per_minute
        self._seen: dict[int, deque[float]] = {}
        self._silent: dict[int, float] = {}

    def admit(self, chat_id: int, at: float) -> Admission:
        """Count one command at `at`, in monotonic time, and return whether it is carried out."""
        if len(self._seen) >= _MOST_CHATS:
            self._forget(at)
        if chat_id in self._silent:
            if at < self._silent[chat_id]:
                return Admission.SILENCED
            del self._silent[chat_id]
        times = self._seen.setdefault(chat_id, deque())
        while times and times[0] <= at - _WINDOW:
            times.popleft()
        if len(times) < self._per_minute:
            times.append(at)
            return Admission.ADMITTED
        self._silent[chat_id] = times[0] + _WINDOW
        return Admission.FIRST_REFUSED

    def seconds_left(self, chat_id: int, at: float) -> int:
        """Return how long a chat that was told so must wait, in whole seconds, at least one."""
        until = self._silent.get(chat_id, at)
        return max(ceil(until - at), 1)

    def _forget(self, at: float) -> None:
        self._seen = {
            chat: times
            for chat, times in self._seen.items()
            if times and times[-1] > at - _WINDOW
        }
        self._silent = {
            chat: until for chat, until in self._silent.items() if until > at
        }
