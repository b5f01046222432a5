"""How many commands one chat may send. Counts in memory and forgets; sends nothing."""

from __future__ import annotations

from collections import deque
from enum import Enum
from math import ceil

#: The moments of a chat's commands, in monotonic time.
Times = deque[float]
_WINDOW = 60.0
#: Chats remembered before the idle ones are forgotten.
_MOST_CHATS = 10_000


class Admission(Enum):
    """Whether a command is carried out."""

    #: It is.
    ADMITTED = "admitted"
    #: It is not, as the first one too many: the chat gets a reply that says so.
    FIRST_REFUSED = "first_refused"
    #: It is not, and the chat gets no reply until its minute is over.
    SILENCED = "silenced"


class Throttle:
    """Admits at most `per_minute` commands of a chat in any minute."""

    def __init__(self, per_minute: int) -> None:
        self._per_minute = per_minute
        #: Chat → the moments of its commands in the last minute.
        self._times: dict[int, Times] = {}
        #: Chat → until when it gets no reply.
        self._silent: dict[int, float] = {}

    def admit(self, chat_id: int, at: float) -> Admission:
        """Count one command at `at`, in monotonic time, and return whether it is carried out."""
        if len(self._times) >= _MOST_CHATS:
            self._forget(at)
        if at < self._silent.get(chat_id, at):
            return Admission.SILENCED
        self._silent.pop(chat_id, None)
        times = self._times.setdefault(chat_id, deque())
        while times and times[0] <= at - _WINDOW:
            times.popleft()
        if len(times) < self._per_minute:
            times.append(at)
            return Admission.ADMITTED
        self._silent[chat_id] = times[0] + _WINDOW
        return Admission.FIRST_REFUSED

    def seconds_left(self, chat_id: int, at: float) -> int:
        """Return how long a refused chat must wait, in whole seconds, at least one."""
        until = self._silent.get(chat_id, at)
        seconds = ceil(until - at)
        return max(seconds, 1)

    def _forget(self, at: float) -> None:
        """Forget the chats that sent nothing in the last minute."""
        for chat, times in list(self._times.items()):
            if not times or times[-1] <= at - _WINDOW:
                del self._times[chat]
        for chat, until in list(self._silent.items()):
            if until <= at:
                del self._silent[chat]
