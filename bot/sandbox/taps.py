"""Taps on buttons and the bot's answers. A tap is answered once, within a quarter of an hour."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from bot.sandbox.events import Events
    from bot.sandbox.records import Message, Person

#: How long Telegram remembers a tap is not documented; reports speak of minutes.
ANSWERABLE_SECONDS: Final = 15 * 60
_KEPT: Final = 10_000


@dataclass(frozen=True, slots=True)
class Tap:
    """A button somebody pressed."""

    id: str
    person: Person
    message: Message
    data: str
    at: float


@dataclass(frozen=True, slots=True)
class Answer:
    """The bot's answer to a tap: a toast, an alert, or only the end of the spinner."""

    tap: Tap
    text: str
    show_alert: bool
    url: str | None


class Taps:
    """Taps that wait for an answer, and the answers given (the last 10,000)."""

    def __init__(self, clock: Callable[[], datetime], events: Events) -> None:
        self._clock = clock
        self._events = events
        self._count = 0
        self._waiting: dict[str, Tap] = {}
        self.answers: deque[Answer] = deque(maxlen=_KEPT)

    def tap(self, person: Person, message: Message, data: str) -> Tap:
        """Add a tap; its id is a number of at most twenty digits, as text."""
        self._count += 1
        number = str((person.id << 32) + self._count)
        tap = Tap(number, person, message, data, self._clock().timestamp())
        self._waiting[number] = tap
        return tap

    def answer(self, number: str, text: str, show_alert: bool, url: str | None) -> bool:
        """Answer a tap; return False if it is unknown, already answered or too old."""
        tap = self._waiting.pop(number, None)
        if tap is None or self._clock().timestamp() - tap.at > ANSWERABLE_SECONDS:
            return False
        self.answers.append(Answer(tap, text, show_alert, url))
        message = tap.message
        about = {"id": number, "person": tap.person.id}
        about |= {"chat": message.chat.id, "message": message.id}
        shown = {"text": text, "show_alert": show_alert, "url": url}
        self._events.publish("callback_answer", about | shown)
        return True
