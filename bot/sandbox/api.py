"""The Bot API as a raw ASGI app: /bot<token>/<method>. The methods are in `methods`."""

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
_PAGE: Final = (
    b"<html><head><title>502 Bad Gateway</title></head>"  # as nginx sends it
    b"<body><h1>Bad Gateway</h1></body></html>"
)


class Api:
    """Answers calls. `busy` counts those under way, late ones included, polls not."""

    def __init__(
        self,
        world: World,
        token: str,
        faults: Faults,
        journal: Journal,
        wires: Wires,
    ) -> None:
        self.world = world
        self.token = token
        self.faults = faults
        self.journal = journal
        self.limits: Limits | None = None
        self.busy = 0
        #: Calls so far, polls not counted.
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
            carried = fields.decode(
                scope["query_string"], _content_type(scope), content
            )
        except Refusal as no:
            await _respond(send, no.answer())
            return
        await self._serve(method, carried, scope, receive, send)

    def _admit(self, token: str) -> None:
        if not hmac.compare_digest(token.encode(), self.token.encode()):
            raise unauthorized() if _TOKEN.fullmatch(token) else not_found()

    async def _serve(
        self,
        method: str,
        carried: Fields,
        scope: Scope,
        receive: Receive,
        send: Send,
    ) -> None:
        name = method.lower()
        call = Call(method, carried, self.world.clock().timestamp())
        self.journal.append(call)
        waits = name == POLL
        self.busy += not waits
        self.served += not waits
        try:
            fault = (
                self.faults.take(name, self._chat_id(carried))
                if self.faults.rules
                else None
            )
            if fault is None:
                await _respond(send, await self.perform(name, call))
            else:
                call.fault = fault.kind
                await self._apply_fault(fault, name, call, scope, receive, send)
        finally:
            self.busy -= not waits
            self.world.events.ring()

    async def perform(self, name: str, call: Call) -> Json:
        """Carry out a call; return the whole answer, refusals included."""
        try:
            if name == POLL:
                result: Any = await updating.get_updates(self.world, call.fields)
            else:
                result = self._performed(name, call.fields)
            call.answer = {"ok": True, "result": result}
        except Refusal as no:
            call.answer = no.answer()
        return call.answer

    def _performed(self, name: str, carried: Fields) -> Any:
        method = METHODS.get(name)
        if method is None:
            raise not_found()
        if self.limits and name in COUNTED:
            chat = access.find(self.world, carried)
            wait = self.limits.check(chat, self.world.clock().timestamp())
            if wait:
                raise too_many(wait)
        try:
            return method(self.world, carried)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            # A field of the wrong shape; Telegram gives no detail either.
            raise bad("can't parse the parameters of the request") from error

    async def _apply_fault(
        self,
        fault: Fault,
        name: str,
        call: Call,
        scope: Scope,
        receive: Receive,
        send: Send,
    ) -> None:
        """Answer a call, or don't, as the fault demands (faults.Kind)."""
        if fault.kind is Kind.REFUSE:
            call.answer = fault.answer()
            await _respond(send, call.answer)
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
        await _respond(send, answer)

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
        """Wait for the late calls; `events` must be closed."""
        await asyncio.gather(*self._late)

    def _chat_id(self, carried: Fields) -> int | None:
        """Return the id of the chat a call names; None if there is none."""
        address = carried.text("chat_id")
        if address.startswith("@"):
            chat: Chat | Any = self.world.named(address)
            return chat.id if chat else None
        return carried.integer("chat_id") or None

    async def _file(self, path: str, send: Send) -> None:
        token, _, name = path.partition("/")
        content = self.world.files.get(
            name.removeprefix("photos/").removesuffix(".jpg")
        )
        if token != self.token or content is None:
            await _respond(send, not_found().answer())
        else:
            await wire.reply(send, 200, content, b"application/octet-stream")


def _content_type(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"content-type":
            return str(value.decode("latin-1"))
    return ""


async def _respond(send: Send, answer: Json) -> None:
    status = 200 if answer["ok"] else answer["error_code"]
    await wire.reply(send, status, json.dumps(answer).encode())
