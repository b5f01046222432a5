"""Telegram without sockets: the sandbox, unchanged, is called in this process, after seeded latencies.

A request that has left arrives, whatever becomes of the bot: it is carried by the world.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, MutableMapping
from email.utils import format_datetime
from random import Random
from typing import Any
from urllib.parse import urlsplit

from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData

from bot.botapi.transport import Transport
from bot.sandbox import Sandbox
from bot.sandbox.judge import Judge, Subset
from tests.simulation.clocks import Clocks
from tests.simulation.event_log import EventLog
from tests.simulation.life import Life
from tests.simulation.loop import SimulatedLoop

TOKEN = "7000000001:AAsimulated-simulated-simulated-sim"
#: Seconds that a request takes to Telegram, and an answer back, at least and at most.
WAY = 0.005, 0.08
#: The answer to a poll that brought nothing: no event, as there are too many of them.
_NOTHING_NEW = 200, b'{"ok": true, "result": []}'
_HEADERS = [(b"content-type", b"application/json")]


class Telegram:
    """The sandbox, and the ways to it and back."""

    def __init__(
        self, loop: SimulatedLoop, seed: int, clocks: Clocks, events: EventLog
    ) -> None:
        self._loop = loop
        self._dice = Random(f"telegram {seed}")
        self._events = events
        self.clocks = clocks
        judge = Judge(Subset())  # the same on every machine
        self.sandbox = Sandbox(token=TOKEN, clock=clocks.true, judge=judge, seed=seed)
        self._world = Life(0).context()
        self._on_their_way: set[asyncio.Task[None]] = set()

    def transport(self, life: Life) -> Callable[..., Transport]:
        """Return what makes the connections of one life."""

        def make(address: str, **options: Any) -> Transport:
            return _Connection(self, life, address, options)

        return make

    def send(self, life: Life, path: str, body: bytes) -> asyncio.Future[Any]:
        """Let a request leave; its answer is (status, body), or None for a cut connection."""
        answer = self._loop.create_future()
        carried = self._carry(life, path, body, answer)
        task = self._loop.create_task(carried, context=self._world)
        self._on_their_way.add(task)
        task.add_done_callback(self._on_their_way.discard)
        return answer

    async def _carry(
        self, life: Life, path: str, body: bytes, answer: asyncio.Future[Any]
    ) -> None:
        await asyncio.sleep(self._dice.uniform(*WAY))
        reply = await self._reply(path, body)
        self._note(life, path, body, reply)
        await asyncio.sleep(self._dice.uniform(*WAY))
        if not answer.done():
            answer.set_result(reply)

    async def _reply(self, path: str, body: bytes) -> tuple[int, bytes] | None:
        """Have the sandbox answer a request."""
        arriving = [{"type": "http.request", "body": body}]
        sent: list[MutableMapping[str, Any]] = []

        async def receive() -> MutableMapping[str, Any]:
            return arriving.pop() if arriving else {"type": "http.disconnect"}

        async def send(message: MutableMapping[str, Any]) -> None:
            sent.append(message)

        scope = {"type": "http", "method": "POST", "path": path, "query_string": b""}
        more = {"headers": _HEADERS, "client": ("127.0.0.1", 0)}
        await self.sandbox({**scope, **more}, receive, send)
        if not sent:
            return None
        content = b"".join(one.get("body", b"") for one in sent)
        return sent[0]["status"], content

    def _note(
        self, life: Life, path: str, body: bytes, reply: tuple[int, bytes] | None
    ) -> None:
        method = path.rpartition("/")[2]
        if reply == _NOTHING_NEW:
            return
        asked = json.dumps(json.loads(body or b"{}"), sort_keys=True)
        shown = f"{reply[0]} {reply[1].decode()}" if reply else "no answer"
        self._events.add(f"life {life.number} call {method} {asked} -> {shown}")


class _Connection(Transport):
    """The connections of one life to Telegram."""

    def __init__(
        self, telegram: Telegram, life: Life, address: str, options: dict[str, Any]
    ) -> None:
        super().__init__(address, **options)
        self._telegram = telegram
        self._life = life

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        *args: Any,
        **times: Any,
    ) -> tuple[int, bytes]:
        seconds = read_timeout if isinstance(read_timeout, float | int) else 20.0
        body = request_data.json_payload if request_data else b""
        path = urlsplit(url).path
        try:
            async with asyncio.timeout(seconds):
                reply = await self._telegram.send(self._life, path, body)
        except TimeoutError as error:
            raise TimedOut("SocketTimeoutError: no answer in time") from error
        if reply is None:
            raise NetworkError("ServerDisconnectedError: Server disconnected")
        self.date = format_datetime(self._telegram.clocks.true(), usegmt=True)
        return reply
