"""Telegram's rate limits: how fast a bot may send before it gets a 429. Off until they are set."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from math import ceil
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from bot.sandbox.records import Chat

#: Methods that count: all that add or change a message.
COUNTED: Final = frozenset(
    {
        "sendmessage",
        "sendphoto",
        "forwardmessage",
        "forwardmessages",
        "copymessage",
        "editmessagetext",
        "editmessagecaption",
        "editmessagemedia",
        "editmessagereplymarkup",
    }
)


@dataclass(slots=True)
class Window:
    """A sliding window: at most `most` calls in any `seconds`."""

    most: int
    seconds: float
    taken: deque[float] = field(default_factory=deque)

    def wait(self, at: float) -> float:
        """Return the seconds until there is room; 0 if there is now."""
        while self.taken and self.taken[0] <= at - self.seconds:
            self.taken.popleft()
        return 0.0 if len(self.taken) < self.most else self.taken[0] + self.seconds - at


@dataclass(slots=True)
class Limits:
    """The limits of the Bot FAQ. With `refuse` False violations are only counted."""

    overall_second: int = 30
    chat_second: int = 1
    group_minute: int = 20
    refuse: bool = True
    violations: int = 0
    _overall: Window = field(init=False)
    _chats: dict[int, list[Window]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._overall = Window(self.overall_second, 1.0)

    def check(self, chat: Chat, at: float) -> int:
        """Return the whole seconds to wait before this call; with 0 it is counted as made."""
        windows = [self._overall, *self._of(chat)]
        wait = max(window.wait(at) for window in windows)
        if wait > 0:
            self.violations += 1
            if self.refuse:
                return max(1, ceil(wait))
        for window in windows:
            window.taken.append(at)
        return 0

    def _of(self, chat: Chat) -> list[Window]:
        windows = self._chats.get(chat.id)
        if windows is None:
            windows = [Window(self.chat_second, 1.0)]
            if chat.type != "private":
                windows.append(Window(self.group_minute, 60.0))
            self._chats[chat.id] = windows
        return windows
