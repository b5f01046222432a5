"""The only sender: calls of the Bot API out, Outcomes in. Waits for no pace, retries nothing, knows no article.

What Telegram answers, or fails to answer, is never an exception here. python-telegram-bot carries the call; the payload
goes out exactly as it is, so that what was written down before the call is what was sent. Every call to a chat is
counted in the pace: posts, edits, deletions, looks, replies, alerts.
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

from bot.botapi import redaction
from bot.botapi.error_mapping import outcome
from bot.botapi.transport import Parameters, Transport
from bot.clock import Clock
from bot.domain.delivery import Payload
from bot.domain.outcome import Outcome, Sent, Unknown, Wait
from bot.domain.rate_limit import RateLimiter

#: Seconds to wait for an answer. Telegram fetches a picture's address itself, which takes its time.
_PHOTO_SECONDS = 30.0
_ANSWER_SECONDS = 20.0
_CONNECT_SECONDS = 10.0
_POOL_SECONDS = 5.0
_CONNECTIONS = 200
#: Seconds that an answer waits for its chat, which is what the shipped pace keeps between two messages there.
MOMENT = 1.0
#: Message numbers are below it (Bot API: 32 bits; with room).
_NUMBERS = 2**53
#: Methods that `allow_paid_broadcast` belongs to, as far as we use them (Bot API).
_PAID = frozenset(("sendMessage", "sendPhoto", "copyMessage"))
#: Methods that take `message_thread_id`.
_THREADED = _PAID | {"forwardMessage", "sendChatAction"}
#: Methods that are answered by the message that was made.
_ANSWERED_BY_MESSAGE = _PAID | {"forwardMessage"}


class Wire(Bot):
    """python-telegram-bot's connection, with one door for calls as plain data.

    `Bot.do_api_request` would do, but it warns for every method the library has a function for, and hides a refused
    token behind EndPointNotFound.
    """

    async def ask(self, method: str, parameters: dict[str, Any], read_timeout: float = _ANSWER_SECONDS) -> Any:
        """Return the result of a call as JSON. Raises TelegramError, or KeyError for an answer without one."""
        request = self._request[0 if method == "getUpdates" else 1]
        return await request.post(f"{self.base_url}/{method}", Parameters(parameters), read_timeout=read_timeout)

    @property
    def server_time(self) -> datetime | None:
        """The server's clock when it last answered; None where it did not say."""
        try:
            return parsedate_to_datetime(getattr(self._request[1], "date", "")).astimezone(UTC)
        except ValueError:
            return None

    async def close_connections(self) -> None:
        """Close what is open; the wire can't be used afterwards."""
        for request in self._request:
            await request.shutdown()


@dataclass(frozen=True, slots=True)
class Meter:
    """Counts calls in a pace, by a clock."""

    pace: RateLimiter
    clock: Clock

    async def count(self, chat_id: int, call: Awaitable[tuple[Outcome, Any]]) -> tuple[Outcome, Any]:
        """Make a call to a chat, counted from its beginning to its end; a 429 is heeded."""
        self.pace.begin(chat_id)
        try:
            came, result = await call
        finally:
            self.pace.land(chat_id, self.clock())
        if isinstance(came, Wait) and came.flood:
            self.pace.heed(chat_id, came.seconds, self.clock())
        return came, result

    @asynccontextmanager
    async def turn(self, chat_id: int) -> AsyncIterator[None]:
        """Keep a chat for an answer: nothing that can wait goes there meanwhile, and what has just gone has its moment.

        The answer itself waits for MOMENT at the most.
        """
        at = self.clock()
        seconds = (self.pace.chat_ready(chat_id, at) - at).total_seconds()
        with self.pace.holding([chat_id]):
            if 0 < seconds <= MOMENT:
                await asyncio.sleep(seconds)
            yield


class Messenger:
    """Sends, edits and deletes; asks about chats."""

    def __init__(self, wire: Wire, *, paid: bool = False, meter: Meter | None = None) -> None:
        """`paid`: messages may be sent above the free limits for Telegram Stars."""
        self.wire = wire
        self._paid = paid
        self._meter = meter

    async def call(self, payload: Payload, *, chat_id: int, thread: int = 0, message: int | None = None) -> Outcome:
        """Make one call to a chat and return what came of it.

        `message` is the message that an edit, deletion or forward is about.
        """
        return (await self.answer(payload, chat_id=chat_id, thread=thread, message=message))[0]

    async def answer(
        self, payload: Payload, *, chat_id: int, thread: int = 0, message: int | None = None
    ) -> tuple[Outcome, Any]:
        """Do as `call`, and return Telegram's result too (None where there is none)."""
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

    async def ask(self, method: str, parameters: dict[str, Any] | None = None) -> tuple[Outcome, Any]:
        """Make any call; return its Outcome and Telegram's result (None unless Sent)."""
        seconds = _PHOTO_SECONDS if method in ("sendPhoto", "editMessageMedia") else _ANSWER_SECONDS
        try:
            result = await self.wire.ask(method, parameters or {}, seconds)
        except Exception as error:  # beside Telegram's own: whatever JSON of another shape brings about
            return outcome(error), None
        number = result.get("message_id", 0) if isinstance(result, dict) else 0
        least = 1 if method in _ANSWERED_BY_MESSAGE else 0
        if type(number) is not int or not least <= number < _NUMBERS:
            return Unknown("Telegram's answer could not be read: the message has no number"), None
        return Sent(number), result

    async def get_me(self) -> dict[str, Any] | Outcome:
        """Return the bot's account (Bot API User), or what came instead."""
        return await self._result("getMe", {"id": int, "username": str})

    async def get_chat(self, chat: int | str) -> dict[str, Any] | Outcome:
        """Return a chat (Bot API ChatFullInfo) by its number or @name, or what came instead."""
        return await self._result("getChat", {"id": int, "type": str}, chat_id=chat)

    async def member(self, chat_id: int, user: int) -> dict[str, Any] | Outcome:
        """Return somebody's place in a chat (Bot API ChatMember), or what came instead."""
        return await self._result("getChatMember", {"status": str}, chat_id=chat_id, user_id=user)

    async def rights(self, chat_id: int) -> frozenset[str] | Outcome:
        """Return the bot's rights in a chat by their Bot API names, its status among them, or what came instead."""
        found = await self.member(chat_id, self.number)
        if not isinstance(found, dict):
            return found
        return frozenset((found.get("status", ""), *(name for name, value in found.items() if value is True)))

    async def set_commands(self, commands: list[dict[str, str]], scope: dict[str, Any]) -> Outcome:
        """Set the command menu of a scope (Bot API BotCommandScope)."""
        return (await self.ask("setMyCommands", {"commands": commands, "scope": scope}))[0]

    async def answer_callback(self, query: str, text: str = "", *, alert: bool = False) -> Outcome:
        """End a tap's waiting, with a note of up to 200 characters where `text` says something."""
        told = {"text": text[:200], "show_alert": alert} if text else {}
        return (await self.ask("answerCallbackQuery", {"callback_query_id": query, **told}))[0]

    def turn(self, chat_id: int) -> AbstractAsyncContextManager[None]:
        """Keep a chat for an answer that somebody waits for."""
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

    async def _result(self, method: str, fields: Mapping[str, type], **parameters: object) -> dict[str, Any] | Outcome:
        """Return an object with at least these fields, or what came instead."""
        came, result = await self.ask(method, parameters)
        if not isinstance(came, Sent):
            return came
        if isinstance(result, dict) and all(type(result.get(name)) is kind for name, kind in fields.items()):
            return result
        wanted = " and ".join(fields)
        return Unknown(f"Telegram's answer to {method} could not be read: {wanted} is missing or of the wrong type")


def build(token: str, api_base_url: str, *, paid: bool = False, meter: Meter | None = None) -> Messenger:
    """Return the messenger of one bot at one Bot API server. Makes no call; from here on no log shows a token."""
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
        direct=_is_loopback(api_base_url),  # a proxy of the environment would be asked for a server on this machine
    )


def _is_loopback(address: str) -> bool:
    host = urlsplit(address).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
