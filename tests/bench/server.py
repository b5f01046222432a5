"""A Telegram of the fastest kind, as a process of its own: answers every call at once and notes when each came.

A bare asyncio protocol, so that it is never what a benchmark measures. It judges nothing; for that there is
`bot.sandbox`. `python -m tests.bench.server` prints its port. Beside the Bot API it takes `/say` (JSON: updates to
hand out one by one) and `/told` (what came since the last time).
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from contextlib import suppress
from typing import Any

TOKEN = "7000000001:AAbench_bench_bench_bench_bench_1234"
_CHAT = re.compile(rb'chat_id["=:\s]+(-?\d+)')
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_OFFSET = re.compile(rb'offset["=:\s]+(-?\d+)')
_TIMEOUT = re.compile(rb'timeout["=:\s]+(\d+)')
_BOT = {
    "id": 7000000001,
    "is_bot": True,
    "first_name": "Bench",
    "username": "bench_bot",
}
_WORDS = (
    "The harbour that borrows a tide twice of the ferry next door, says its keeper. "
    * 9
)
_MESSAGE = json.dumps(
    {
        "message_id": 4321,
        "from": _BOT,
        "chat": {"id": 1234, "type": "private", "first_name": "Reader"},
        "date": 1792000000,
        "text": _WORDS,
        "entities": [
            {"type": "bold", "offset": 0, "length": 30},
            {"type": "italic", "offset": 31, "length": 12},
            *(
                {
                    "type": "text_link",
                    "offset": at,
                    "length": 20,
                    "url": "https://a.example/x",
                }
                for at in (99, 150, 200)
            ),
        ],
        "link_preview_options": {
            "url": "https://images.a.example/1.jpg",
            "prefer_large_media": True,
        },
        "reply_markup": {
            "inline_keyboard": [
                [{"text": "Read the article", "url": "https://a.example/x"}]
            ]
        },
    }
)


class Telegram:
    """What is asked and what waits to be handed out."""

    def __init__(self) -> None:
        self.messages = 0
        #: (moment in nanoseconds by the monotonic clock, method, chat) of each call.
        self.told: list[tuple[int, str, int]] = []
        #: Updates not confirmed yet, by number, and when each was handed out first.
        self.waiting: dict[int, dict[str, Any]] = {}
        self.handed: dict[int, int] = {}
        self.news = asyncio.Event()

    async def answer(self, path: bytes, body: bytes) -> bytes:
        """Return the answer to a request as JSON."""
        method = path.rpartition(b"/")[2].partition(b"?")[0].decode()
        if method == "say":
            self.waiting |= {one["update_id"]: one for one in json.loads(body)}
            self.news.set()
            return b"{}"
        if method == "told":
            told, self.told = self.told, []
            return json.dumps({"told": told, "handed": self.handed}).encode()
        chat = _CHAT.search(body)
        self.told.append((time.monotonic_ns(), method, int(chat[1]) if chat else 0))
        if method == "getUpdates":
            return b'{"ok":true,"result":' + await self._updates(body) + b"}"
        return (
            b'{"ok":true,"result":'
            + self._result(method, chat[1] if chat else b"0")
            + b"}"
        )

    def _result(self, method: str, chat: bytes) -> bytes:
        if method in ("sendMessage", "editMessageText"):
            self.messages += 1
            return (
                (_BEFORE + b"%d" % self.messages + _BETWEEN + chat + _AFTER)
                if method == "sendMessage"
                else b"true"
            )
        if method == "getMe":
            return json.dumps(_BOT).encode()
        if method == "getChat":
            return (
                b'{"id":%s,"type":"channel","title":"News","accent_color_id":1,"max_reaction_count":1}'
                % (chat if chat != b"0" else b"-1001")
            )
        if method == "getChatMember":
            rights = {
                "status": "administrator",
                "user": _BOT,
                "can_post_messages": True,
                "can_edit_messages": True,
            }
            return json.dumps(rights).encode()
        return b"true"

    async def _updates(self, body: bytes) -> bytes:
        offset, seconds = _OFFSET.search(body), _TIMEOUT.search(body)
        for number in [one for one in self.waiting if offset and one < int(offset[1])]:
            del self.waiting[number]
        if not self.waiting and seconds and int(seconds[1]):
            self.news.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self.news.wait(), int(seconds[1]))
        found = json.dumps(list(self.waiting.values())[:100]).encode()
        now = time.monotonic_ns()
        self.handed |= {
            number: now for number in self.waiting if number not in self.handed
        }
        return found


_BEFORE, _rest = (part.encode() for part in _MESSAGE.split("4321", 1))
_BETWEEN, _AFTER = _rest.split(b"1234", 1)


class _Connection(asyncio.Protocol):
    """HTTP/1.1 as far as clients of the Bot API need it: one request after another, bodies with a length."""

    def __init__(self, telegram: Telegram) -> None:
        self._telegram = telegram
        self._buffer = b""
        self._answering: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answering:
            self._answering.cancel()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if self._answering is None:
            self._next()

    def _next(self) -> None:
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        head = self._buffer[:end]
        length = _LENGTH.search(head)
        size = end + 4 + (int(length[1]) if length else 0)
        if len(self._buffer) < size:
            return
        body, self._buffer = self._buffer[end + 4 : size], self._buffer[size:]
        self._answering = asyncio.ensure_future(
            self._answer(head.split(b" ", 2)[1], body)
        )

    async def _answer(self, path: bytes, body: bytes) -> None:
        content = await self._telegram.answer(path, body)
        head = (
            b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
            % len(content)
        )
        self._transport.write(head + content)
        self._answering = None
        self._next()


async def serve() -> None:
    """Serve on a free port until the process is ended."""
    telegram = Telegram()
    server = await asyncio.get_running_loop().create_server(
        lambda: _Connection(telegram), "127.0.0.1", 0
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve())
