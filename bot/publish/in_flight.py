"""A call that was begun and has no outcome yet, and the interface of the client. Makes no call."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from bot.domain.delivery import Payload
from bot.domain.notices import Notice
from bot.domain.outcome import Outcome, Unknown
from bot.store.delivery_rows import Addressed

_log = logging.getLogger(__name__)


class Messenger(Protocol):
    """Whoever speaks Telegram: one call, one outcome; never raises for what Telegram answers."""

    @property
    def number(self) -> int:
        """The bot's user id."""

    async def call(
        self,
        payload: Payload,
        *,
        chat_id: int,
        thread: int = 0,
        message: int | None = None,
    ) -> Outcome:
        """Carry out `payload` in a chat.

        message: the number of the message to edit, delete or forward.
        """

    async def answer(
        self,
        payload: Payload,
        *,
        chat_id: int,
        thread: int = 0,
        message: int | None = None,
    ) -> tuple[Outcome, Any]:
        """Do as `call`, and return Telegram's result too (None where there is none)."""

    def turn(self, chat_id: int) -> AbstractAsyncContextManager[None]:
        """Reserve a chat for a message that is not in the outbox, within the chat's rate limit."""

    async def ask(
        self, method: str, parameters: dict[str, Any] | None = None
    ) -> tuple[Outcome, Any]:
        """Make a call that no pace counts, and return its outcome and result."""


class Tell(Protocol):
    """Tells the editors something, once for each key."""

    async def __call__(self, *told: Notice) -> None:
        """Have the editors told."""


#: Asks the editors to decide; says whether one of them heard.
Ask = Callable[[Notice], Awaitable[bool]]


@dataclass(eq=False, slots=True)
class InFlightCall:
    """A call on its way and what its answer is for."""

    #: Row number of the chat that gets nothing else meanwhile, or 0.
    chat: int
    call: asyncio.Task[Outcome]
    #: The delivery that it sends; many answers to such calls are written down together.
    sends: Addressed | None = None
    #: What the answer to any other call is for.
    arrived: Callable[[Outcome, datetime], Awaitable[None]] | None = None
    #: Monotonic time of the launch.
    begun: float = 0.0

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
