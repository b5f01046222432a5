"""What the room needs of the Bot API's client, and of whoever tells the editors. Makes no call."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

from bot.domain.delivery import Payload
from bot.domain.notices import Notice
from bot.domain.outcome import Outcome, Revoked
from bot.errors import TokenRevoked


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
        """Make a call that no rate limit counts, and return its outcome and result."""


class Tell(Protocol):
    """Sends notices to the editors, once for each key."""

    async def __call__(self, *notices: Notice) -> None:
        """Write notices down for every editor; the notifier sends them."""


#: Asks the editors to decide; returns True if one of them was told.
Ask = Callable[[Notice], Awaitable[bool]]


def check_token(outcome: Outcome) -> None:
    """Raise TokenRevoked if Telegram no longer accepts the token."""
    if isinstance(outcome, Revoked):
        raise TokenRevoked
