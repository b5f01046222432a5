"""The only sender: makes calls of the Bot API and returns their Outcomes.

Does not retry, and knows no articles. A failed call returns an Outcome and never raises.
python-telegram-bot makes the call; the payload is sent exactly as it is, so that what was recorded
before the call is what was sent. Every call to a chat is counted by the rate limiter: posts, edits,
deletions, probes, replies, notices.
"""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import AsyncIterator, Awaitable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

from telegram import Bot

from bot.botapi import error_mapping, redaction
from bot.botapi.transport import Parameters, Transport
from bot.clock import Clock
from bot.domain.delivery import Payload
from bot.domain.outcome import Outcome, Sent, Unknown, Wait
from bot.domain.rate_limit import RateLimiter

#: Seconds to wait for an answer. Telegram downloads a picture from its address before it answers.
_PHOTO_SECONDS = 30.0
_ANSWER_SECONDS = 20.0
_CONNECT_SECONDS = 10.0
_POOL_SECONDS = 5.0
_CONNECTIONS = 200
#: Longest time, in seconds, that a reply waits for its chat: the default pause between two messages
#: there.
REPLY_WAIT = 1.0
#: Message numbers are smaller (Bot API: 32 bits, and room for more).
_NUMBERS = 2**53
#: Methods, of those used here, that take `allow_paid_broadcast` (Bot API).
_PAID = frozenset(("sendMessage", "sendPhoto", "copyMessage"))
#: Methods that take `message_thread_id`.
_THREADED = _PAID | {"forwardMessage", "sendChatAction"}
#: Methods whose result is the new message.
_ANSWERED_BY_MESSAGE = _PAID | {"forwardMessage"}


class Wire(Bot):
    """python-telegram-bot's connection, with one method for calls as plain data.

    `Bot.do_api_request` is not used: it warns for every method that the library has a function
    for, and raises EndPointNotFound for a refused token.
    """

    async def ask(
        self,
        method: str,
        parameters: dict[str, Any],
        read_timeout: float = _ANSWER_SECONDS,
    ) -> Any:
        """Return the result of a call as JSON.

        Raises TelegramError, or KeyError for an answer without one.
        """
        request = self._request[0 if method == "getUpdates" else 1]
        return await request.post(
            f"{self.base_url}/{method}",
            Parameters(parameters),
            read_timeout=read_timeout,
        )

    @property
    def server_time(self) -> datetime | None:
        """The time on the server when it last answered; None where the answer had none."""
        try:
            return parsedate_to_datetime(
                getattr(self._request[1], "date", "")
            ).astimezone(UTC)
        except ValueError:
            return None

    async def close_connections(self) -> None:
        """Close all connections; the wire can't be used afterwards."""
        for request in self._request:
            await request.shutdown()


@dataclass(frozen=True, slots=True)
class Meter:
    """Counts calls in the rate limiter, with the time from a clock."""

    limiter: RateLimiter
    clock: Clock

    async def count(
        self, chat_id: int, call: Awaitable[tuple[Outcome, Any]]
    ) -> tuple[Outcome, Any]:
        """Make a call to a chat, counted from its beginning to its end, and apply a 429."""
        self.limiter.begin(chat_id)
        try:
            outcome, result = await call
        finally:
            self.limiter.land(chat_id, self.clock())
        if isinstance(outcome, Wait) and outcome.flood:
            self.limiter.record_pause(chat_id, outcome.seconds, self.clock())
        return outcome, result

    @asynccontextmanager
    async def turn(self, chat_id: int) -> AsyncIterator[None]:
        """Keep a chat for a reply: deliveries to it wait meanwhile.

        The reply itself waits until the chat may receive again, but not longer than REPLY_WAIT.
        """
        at = self.clock()
        seconds = (self.limiter.chat_ready(chat_id, at) - at).total_seconds()
        with self.limiter.holding([chat_id]):
            if 0 < seconds <= REPLY_WAIT:
                await asyncio.sleep(seconds)
            yield


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
        return (
            await self.answer(payload, chat_id=chat_id, thread=thread, message=message)
        )[0]

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
        return await (self._meter.count(chat_id, call) if self._meter else call)

    async def ask(
        self, method: str, parameters: dict[str, Any] | None = None
    ) -> tuple[Outcome, Any]:
        """Make any call; return its Outcome and Telegram's result (None unless Sent)."""
        seconds = (
            _PHOTO_SECONDS
            if method in ("sendPhoto", "editMessageMedia")
            else _ANSWER_SECONDS
        )
        try:
            result = await self.wire.ask(method, parameters or {}, seconds)
        except Exception as error:  # JSON of another shape can raise anything
            return error_mapping.outcome(error), None
        number = result.get("message_id", 0) if isinstance(result, dict) else 0
        least = 1 if method in _ANSWERED_BY_MESSAGE else 0
        if type(number) is not int or not least <= number < _NUMBERS:
            return Unknown(
                "Telegram's answer could not be read: the message has no number"
            ), None
        return Sent(number), result

    async def get_me(self) -> dict[str, Any] | Outcome:
        """Return the bot's account (Bot API User), or the Outcome of a call that failed."""
        return await self._result("getMe", {"id": int, "username": str})

    async def get_chat(self, chat: int | str) -> dict[str, Any] | Outcome:
        """Return a chat (Bot API ChatFullInfo) by its number or @name, or an Outcome as above."""
        return await self._result("getChat", {"id": int, "type": str}, chat_id=chat)

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
        granted = [name for name, value in member.items() if value is True]
        return frozenset((member.get("status", ""), *granted))

    async def set_commands(
        self, commands: list[dict[str, str]], scope: dict[str, Any]
    ) -> Outcome:
        """Set the command menu of a scope (Bot API BotCommandScope)."""
        return (
            await self.ask("setMyCommands", {"commands": commands, "scope": scope})
        )[0]

    async def answer_callback(
        self, query: str, text: str = "", *, alert: bool = False
    ) -> Outcome:
        """Answer a tap, with a line of up to 200 characters where `text` is not empty."""
        parameters: dict[str, Any] = {"callback_query_id": query}
        if text:
            parameters |= {"text": text[:200], "show_alert": alert}
        return (await self.ask("answerCallbackQuery", parameters))[0]

    def turn(self, chat_id: int) -> AbstractAsyncContextManager[None]:
        """Keep a chat for a reply that somebody waits for."""
        return self._meter.turn(chat_id) if self._meter else nullcontext()

    @property
    def number(self) -> int:
        """The bot's user id, which its token begins with."""
        return int(self.wire.token.partition(":")[0])

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
        if isinstance(result, dict) and all(
            type(result.get(name)) is kind for name, kind in fields.items()
        ):
            return result
        names = " and ".join(fields)
        return Unknown(
            f"Telegram's answer to {method} could not be read: "
            f"{names} is missing or of the wrong type"
        )


def build(
    token: str, api_base_url: str, *, paid: bool = False, meter: Meter | None = None
) -> Messenger:
    """Return the messenger of one bot at one Bot API server.

    Makes no call; from here on no log shows a token.
    """
    redaction.guard()
    wire = Wire(
        token,
        base_url=f"{api_base_url}/bot",
        base_file_url=f"{api_base_url}/file/bot",
        request=_request(api_base_url, _CONNECTIONS),
        get_updates_request=_request(api_base_url, 4),
    )
    return Messenger(wire, paid=paid, meter=meter)


def _request(api_base_url: str, connections: int) -> Transport:
    return Transport(
        api_base_url,
        connections=connections,
        answer=_ANSWER_SECONDS,
        connect=_CONNECT_SECONDS,
        pool=_POOL_SECONDS,
        direct=_is_loopback(api_base_url),  # no proxy for a server on this machine
    )


def _is_loopback(address: str) -> bool:
    host = urlsplit(address).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
