"""The only sender: makes calls of the Bot API and returns their Outcomes.

Does not retry, and knows no articles. A failed call returns an Outcome and never raises.
python-telegram-bot makes the call; the payload is sent exactly as it is, so that what was recorded
before the call is what was sent. Every call to a chat is counted by the rate limiter: posts, edits,
deletions, probes, replies, notices.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager, nullcontext
from datetime import datetime
from typing import Any

from bot.botapi import error_mapping, redaction, wire
from bot.botapi.meter import Meter
from bot.botapi.wire import MakeTransport, Wire
from bot.domain.delivery import Payload
from bot.domain.outcome import Outcome, Sent, Unknown

#: Message numbers are smaller (Bot API: 32 bits, and room for more).
_NUMBERS = 2**53
#: Methods, of those used here, that take `allow_paid_broadcast` (Bot API).
_PAID = frozenset(("sendMessage", "sendPhoto", "copyMessage"))
#: Methods that take `message_thread_id`.
_THREADED = _PAID | {"forwardMessage", "sendChatAction"}
#: Methods whose result is the new message.
_ANSWERED_BY_MESSAGE = _PAID | {"forwardMessage"}
_NO_NUMBER = "Telegram's answer could not be read: the message has no number"


class Messenger:
    """Sends, edits and deletes; asks about chats."""

    def __init__(
        self, wire: Wire, *, paid: bool = False, meter: Meter | None = None
    ) -> None:
        """`paid`: messages above the free limits may be paid for with Telegram Stars."""
        self.wire = wire
        self._paid = paid
        self._meter = meter

    async def call(
        self,
        payload: Payload,
        *,
        chat_id: int,
        thread: int = 0,
        message: int | None = None,
    ) -> Outcome:
        """Make one call to a chat and return its Outcome.

        message: the message to edit, delete or forward.
        """
        outcome, _ = await self.answer(
            payload, chat_id=chat_id, thread=thread, message=message
        )
        return outcome

    async def answer(
        self,
        payload: Payload,
        *,
        chat_id: int,
        thread: int = 0,
        message: int | None = None,
    ) -> tuple[Outcome, Any]:
        """Do as `call`, and return Telegram's result too (None unless Sent)."""
        parameters: dict[str, Any] = {"chat_id": chat_id, **payload}
        method = parameters.pop("method")
        if thread and method in _THREADED:
            parameters["message_thread_id"] = thread
        if message is not None:
            parameters["message_id"] = message
        if self._paid and method in _PAID:
            parameters.setdefault("allow_paid_broadcast", True)
        call = self.ask(method, parameters)
        if self._meter:
            return await self._meter.count(chat_id, call)
        return await call

    async def ask(
        self, method: str, parameters: dict[str, Any] | None = None
    ) -> tuple[Outcome, Any]:
        """Make any call; return its Outcome and Telegram's result (None unless Sent)."""
        try:
            result = await self.wire.ask(method, parameters or {})
        except Exception as error:  # JSON of another shape can raise anything
            return error_mapping.outcome(error), None
        number = result.get("message_id", 0) if isinstance(result, dict) else 0
        least = 1 if method in _ANSWERED_BY_MESSAGE else 0
        if type(number) is not int or not least <= number < _NUMBERS:
            return Unknown(_NO_NUMBER), None
        return Sent(number), result

    async def get_me(self) -> dict[str, Any] | Outcome:
        """Return the bot's account (Bot API User), or the Outcome of a call that failed."""
        fields = {"id": int, "username": str}
        return await self._result("getMe", fields)

    async def get_chat(self, chat: int | str) -> dict[str, Any] | Outcome:
        """Return a chat (Bot API ChatFullInfo) by its number or @name, or an Outcome as above."""
        fields = {"id": int, "type": str}
        return await self._result("getChat", fields, chat_id=chat)

    async def member(self, chat_id: int, user: int) -> dict[str, Any] | Outcome:
        """Return somebody's membership in a chat (Bot API ChatMember), or an Outcome as above."""
        return await self._result(
            "getChatMember", {"status": str}, chat_id=chat_id, user_id=user
        )

    async def rights(self, chat_id: int) -> frozenset[str] | Outcome:
        """Return the bot's rights in a chat by their Bot API names, and its status.

        Returns an Outcome if they could not be read.
        """
        member = await self.member(chat_id, self.number)
        if not isinstance(member, dict):
            return member
        rights = {member["status"]}
        for name, value in member.items():
            if value is True:
                rights.add(name)
        return frozenset(rights)

    async def set_commands(
        self, commands: list[dict[str, str]], scope: dict[str, Any]
    ) -> Outcome:
        """Set the command menu of a scope (Bot API BotCommandScope)."""
        parameters = {"commands": commands, "scope": scope}
        outcome, _ = await self.ask("setMyCommands", parameters)
        return outcome

    async def answer_callback(
        self, query: str, text: str = "", *, alert: bool = False
    ) -> Outcome:
        """Answer a tap, with a line of up to 200 characters where `text` is not empty."""
        parameters: dict[str, Any] = {"callback_query_id": query}
        if text:
            parameters["text"] = text[:200]
            parameters["show_alert"] = alert
        outcome, _ = await self.ask("answerCallbackQuery", parameters)
        return outcome

    def turn(self, chat_id: int) -> AbstractAsyncContextManager[None]:
        """Keep a chat for a reply that somebody waits for."""
        if self._meter:
            return self._meter.turn(chat_id)
        return nullcontext()

    @property
    def number(self) -> int:
        """The bot's user id, which its token begins with."""
        number, _, _ = self.wire.token.partition(":")
        return int(number)

    @property
    def server_time(self) -> datetime | None:
        """Telegram's clock when it last answered; None where it did not say."""
        return self.wire.server_time

    async def close(self) -> None:
        """Close the connections."""
        await self.wire.close_connections()

    async def _result(
        self, method: str, fields: Mapping[str, type], **parameters: object
    ) -> dict[str, Any] | Outcome:
        """Return an object with at least these fields, or an Outcome as above."""
        outcome, result = await self.ask(method, parameters)
        if not isinstance(outcome, Sent):
            return outcome
        if isinstance(result, dict) and _has(result, fields):
            return result
        names = " and ".join(fields)
        return Unknown(
            f"Telegram's answer to {method} could not be read: "
            f"{names} is missing or of the wrong type"
        )


def _has(result: dict[str, Any], fields: Mapping[str, type]) -> bool:
    types = {name: type(result.get(name)) for name in fields}
    return types == fields


def build(
    token: str,
    api_base_url: str,
    *,
    paid: bool = False,
    meter: Meter | None = None,
    transport: MakeTransport | None = None,
) -> Messenger:
    """Return the messenger of one bot at one Bot API server.

    Makes no call; from here on no log shows a token. transport: as in `wire.connect`.
    """
    redaction.guard()
    connection = wire.connect(token, api_base_url, transport)
    return Messenger(connection, paid=paid, meter=meter)
