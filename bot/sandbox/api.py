"""The Bot API's front door: a raw ASGI app for /bot<token>/<method>, kept light. Methods live behind it."""

from __future__ import annotations

import asyncio
import hmac
import json
import re
from typing import TYPE_CHECKING, Any, Final

from bot.sandbox import access, fields, wire
from bot.sandbox.faults import Fault, Kind
from bot.sandbox.journal import Call
from bot.sandbox.limits import COUNTED
from bot.sandbox.methods import METHODS, POLL, updating
from bot.sandbox.refusals import Refusal, bad, not_found, too_many, unauthorized

if TYPE_CHECKING:
    from bot.sandbox.faults import Faults
    from bot.sandbox.fields import Fields
    from bot.sandbox.journal import Journal
    from bot.sandbox.limits import Limits
    from bot.sandbox.records import Chat, Json
    from bot.sandbox.wire import Receive, Scope, Send, Wires
    from bot.sandbox.world import World

_TOKEN: Final = re.compile(r"\d{1,16}:[A-Za-z0-9_-]{3,80}")
_PAGE: Final = b"<html><head><title>502 Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>"


class Api:
    """Answers calls. `busy` counts those under way but for polls, the late ones included."""

    def __init__(self, world: World, token: str, faults: Faults, journal: Journal, wires: Wires) -> None:
        self.world = world
        self.token = token
        self.faults = faults
        self.journal = journal
        self.limits: Limits | None = None
        self.busy = 0
        #: Calls so far but for polls.
        self.served = 0
        self._wires = wires
        self._late: set[asyncio.Task[None]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI, for paths that begin with /bot or /file/bot."""
        content = await wire.body(receive)
        path: str = scope["path"]
        if path.startswith("/file/"):
            await self._file(path[len("/file/bot") :], send)
            return
        token, _, method = path[len("/bot") :].partition("/")
        try:
            self._admit(token)
            asked = fields.decode(scope["query_string"], _content_type(scope), content)
        except Refusal as no:
            await _tell(send, no.answer())
            return
        await self._serve(method, asked, scope, receive, send)

    def _admit(self, token: str) -> None:
        if not hmac.compare_digest(token.encode(), self.token.encode()):
            raise unauthorized() if _TOKEN.fullmatch(token) else not_found()

    async def _serve(self, method: str, asked: Fields, scope: Scope, receive: Receive, send: Send) -> None:
        name = method.lower()
        call = Call(method, asked, self.world.clock().timestamp())
        self.journal.append(call)
        waits = name == POLL
        self.busy += not waits
        self.served += not waits
        try:
            fault = self.faults.take(name, self._chat_id(asked)) if self.faults.rules else None
            if fault is None:
                await _tell(send, await self.perform(name, call))
            else:
                call.fault = fault.kind
                await self._suffer(fault, name, call, scope, receive, send)
        finally:
            self.busy -= not waits
            self.world.events.ring()

    async def perform(self, name: str, call: Call) -> Json:
        """Carry out a call; the whole answer, refusals included."""
        try:
            if name == POLL:
                result: Any = await updating.get_updates(self.world, call.fields)
            else:
                result = self._performed(name, call.fields)
            call.answer = {"ok": True, "result": result}
        except Refusal as no:
            call.answer = no.answer()
        return call.answer

    def _performed(self, name: str, asked: Fields) -> Any:
        method = METHODS.get(name)
        if method is None:
            raise not_found()
        if self.limits and name in COUNTED:
            wait = self.limits.check(access.find(self.world, asked), self.world.clock().timestamp())
            if wait:
                raise too_many(wait)
        try:
            return method(self.world, asked)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            # Only a field of the wrong shape leads here; the server says no more about it either.
            raise bad("can't parse the parameters of the request") from error

    async def _suffer(self, fault: Fault, name: str, call: Call, scope: Scope, receive: Receive, send: Send) -> None:
        """Meet a fault (see faults.Kind)."""
        if fault.kind is Kind.REFUSE:
            call.answer = fault.answer()
            await _tell(send, call.answer)
            return
        if fault.kind is Kind.PAGE:
            await wire.reply(send, fault.code, _PAGE, b"text/html")
            return
        if fault.kind is Kind.LATE:
            self._do_later(fault.seconds, name, call)
        if fault.kind is Kind.SLOW and await self.world.events.pause(fault.seconds):
            fault = Fault(Kind.CUT_BEFORE)
        if fault.kind in (Kind.CUT_BEFORE, Kind.LATE):
            await self._wires.cut(scope, receive)
            return
        answer = await self.perform(name, call)
        if fault.kind is Kind.CUT_AFTER:
            await self._wires.cut(scope, receive)
            return
        if fault.kind is Kind.SLOW_ANSWER:
            await self.world.events.pause(fault.seconds)
        if fault.kind is Kind.GARBAGE:
            await wire.reply(send, 200, b'{"ok":true,"result":', b"application/json")
            return
        await _tell(send, answer)

    def _do_later(self, seconds: float, name: str, call: Call) -> None:
        self.busy += 1

        async def later() -> None:
            try:
                if not await self.world.events.pause(seconds):
                    await self.perform(name, call)
            finally:
                self.busy -= 1
                self.world.events.ring()

        task = asyncio.get_running_loop().create_task(later())
        self._late.add(task)
        task.add_done_callback(self._late.discard)

    async def ended(self) -> None:
        """Wait until nothing late is left; `events` must be closed."""
        await asyncio.gather(*self._late)

    def _chat_id(self, asked: Fields) -> int | None:
        """The number of the chat a call names, if it names one there is."""
        address = asked.text("chat_id")
        if address.startswith("@"):
            chat: Chat | Any = self.world.named(address)
            return chat.id if chat else None
        return asked.integer("chat_id") or None

    async def _file(self, path: str, send: Send) -> None:
        token, _, name = path.partition("/")
        content = self.world.files.get(name.removeprefix("photos/").removesuffix(".jpg"))
        if token != self.token or content is None:
            await _tell(send, not_found().answer())
        else:
            await wire.reply(send, 200, content, b"application/octet-stream")


def _content_type(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"content-type":
            return str(value.decode("latin-1"))
    return ""


async def _tell(send: Send, answer: Json) -> None:
    status = 200 if answer["ok"] else answer["error_code"]
    await wire.reply(send, status, json.dumps(answer).encode())
