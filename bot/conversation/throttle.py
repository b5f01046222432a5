"""How many commands one chat may send. Counts in memory and forgets; sends nothing."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from enum import Enum
from math import ceil, inf

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


@dataclass(slots=True)
class _Chat:
    """What is remembered of a chat, in monotonic time."""

    #: The moments of the commands that were carried out in the last minute.
    times: deque[float] = field(default_factory=deque)
    #: Until then it gets no reply.
    silent_until: float = -inf


class Throttle:
    """Admits at most `per_minute` commands of a chat in any minute."""

    def __init__(self, per_minute: int) -> None:
        self._per_minute = per_minute
        self._chats: dict[int, _Chat] = {}

    def admit(self, chat_id: int, at: float) -> Admission:
        """Count one command at `at`, in monotonic time, and return whether it is carried out."""
        if len(self._chats) >= _MOST_CHATS:
            self._forget_idle(at)
        chat = self._chats.setdefault(chat_id, _Chat())
        if at < chat.silent_until:
            return Admission.SILENCED
        times = chat.times
        while times and times[0] <= at - _WINDOW:
            times.popleft()
        if len(times) < self._per_minute:
            times.append(at)
            return Admission.ADMITTED
        chat.silent_until = times[0] + _WINDOW
        return Admission.FIRST_REFUSED

    def seconds_left(self, chat_id: int, at: float) -> int:
        """Return how long a refused chat must wait, in whole seconds, at least one."""
        chat = self._chats.get(chat_id)
        if chat is None or chat.silent_until <= at:
            return 1
        return ceil(chat.silent_until - at)

    def _forget_idle(self, at: float) -> None:
        """Forget the chats that sent no command in the last minute."""
        for chat_id, chat in list(self._chats.items()):
            if chat.times[-1] <= at - _WINDOW:
                del self._chats[chat_id]
