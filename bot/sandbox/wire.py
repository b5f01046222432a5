"""HTTP on loopback by uvicorn, in a running event loop, and cutting connections on demand."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from email.utils import formatdate
from typing import TYPE_CHECKING, Any, Final

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from bot.sandbox.refusals import SandboxError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Generator, MutableMapping

    Scope = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
    Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
    App = Callable[[Scope, Receive, Send], Awaitable[None]]

HOST: Final = "127.0.0.1"
#: Longer than any of our clients is idle, so that none reuses a closed connection.
_KEEP_ALIVE: Final = 120
_GRACE: Final = 3


class Wires:
    """The open connections by the client's address."""

    def __init__(self) -> None:
        self._open: dict[tuple[str, int], asyncio.Transport] = {}

    def protocol(self) -> type[asyncio.Protocol]:
        """Return uvicorn's protocol, whose connections are registered here."""
        wires = self._open

        class Reported(H11Protocol):
            # As in uvicorn, whose transports are all of this type.
            def connection_made(  # type: ignore[override]
                self,
                transport: asyncio.Transport,
            ) -> None:
                super().connection_made(transport)
                wires[transport.get_extra_info("peername")] = transport
                self.reported = transport.get_extra_info("peername")

            def connection_lost(self, exc: Exception | None) -> None:
                wires.pop(self.reported, None)
                super().connection_lost(exc)

        return Reported

    async def cut(self, scope: Scope, receive: Receive) -> None:
        """End a request's connection without an answer; returns when it has ended."""
        transport = self._open.get(tuple(scope["client"]))
        if transport is not None:
            transport.close()
        while (await receive())["type"] != "http.disconnect":
            pass


class Listener(uvicorn.Server):
    """uvicorn without signal handlers and timer: started by `open`, stopped by `close`."""

    def __init__(self, app: App, wires: Wires, port: int) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=wires.protocol(),
                interface="asgi3",
                proxy_headers=False,
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                date_header=False,
                timeout_keep_alive=_KEEP_ALIVE,
                timeout_graceful_shutdown=_GRACE,
            )
        )
        self._socket = _bound(port)
        self._ready = asyncio.Event()
        self._ended = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._socket.getsockname()[1])

    async def open(self) -> None:
        """Listen; returns when requests are taken."""
        self._task = asyncio.get_running_loop().create_task(
            self.serve(sockets=[self._socket])
        )
        ready = asyncio.ensure_future(self._ready.wait())
        await asyncio.wait({ready, self._task}, return_when=asyncio.FIRST_COMPLETED)
        ready.cancel()

    async def close(self) -> None:
        """Take no more requests, finish those under way, close every connection."""
        self._ended.set()
        if self._task:
            await self._task

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Signals belong to the program, not to its sandbox."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start as uvicorn does, and let `open` return."""
        await super().startup(sockets)
        self._ready.set()

    async def main_loop(self) -> None:
        """Wait for `close` instead of checking ten times a second."""
        await self.on_tick(0)
        await self._ended.wait()


def _bound(port: int) -> socket.socket:
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    # Named as TCP, or asyncio wouldn't switch off Nagle's delay on what it accepts.
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, port))
    except (OSError, OverflowError) as error:
        listening.close()
        problem = f"Port {port} can't be used: {error}."
        raise SandboxError(f"{problem} Choose another, or 0 for any.") from error
    return listening


async def body(receive: Receive) -> bytes:
    """Return the whole body of a request."""
    event = await receive()
    content: bytes = event.get("body", b"")
    while event.get("more_body"):
        event = await receive()
        content += event.get("body", b"")
    return content


async def reply(
    send: Send, status: int, content: bytes, kind: bytes = b"application/json"
) -> None:
    """Send a whole answer with its Date header."""
    headers = [(b"content-type", kind), (b"content-length", str(len(content)).encode())]
    headers.append((b"date", formatdate(usegmt=True).encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": content})
