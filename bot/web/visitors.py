"""The HTTP server's connections: those that send nothing are closed. Answers no request.

uvicorn waits for ever for the first byte of a request, and its own limit of connections counts those who are silent.
Here the header of a request must come within some seconds, and of too many silent connections the oldest is closed.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

#: Seconds from a connection, or from the last answer over it, to the end of the next request's header.
HEADER = 10.0
#: Connections that wait for a request, at most.
SILENT = 150


class Visitors:
    """The connections of one server."""

    def __init__(self) -> None:
        #: Connections without a request, the oldest first, each with what ends it.
        self._silent: dict[_Connection, asyncio.TimerHandle] = {}

    def connection(self, **settings: Any) -> _Connection:
        """Return the protocol of a new connection, as uvicorn asks for it."""
        return _Connection(self, **settings)

    def note_silent(self, connection: _Connection) -> None:
        """Note that a connection waits for a request."""
        self.note_busy(connection)
        loop = asyncio.get_running_loop()
        self._silent[connection] = loop.call_later(HEADER, connection.close_silent)
        if len(self._silent) > SILENT:
            next(iter(self._silent)).close_silent()

    def note_busy(self, connection: _Connection) -> None:
        """Note that a connection has made its request, or is gone."""
        timer = self._silent.pop(connection, None)
        if timer:
            timer.cancel()


class _Connection(H11Protocol):
    """One connection over HTTP/1.1."""

    def __init__(self, visitors: Visitors, **settings: Any) -> None:
        super().__init__(**settings)
        self._visitors = visitors

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self._visitors.note_silent(self)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.cycle and not self.cycle.response_complete:
            self._visitors.note_busy(self)

    def send_400_response(self, msg: str) -> None:
        """Answer what is not HTTP, and end the request that was being handled: its client is not listening."""
        super().send_400_response(msg)
        if self.cycle:
            self.cycle.disconnected = True
            self.cycle.message_event.set()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if not self.transport.is_closing():
            self._visitors.note_silent(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._visitors.note_busy(self)
        super().connection_lost(exc)

    def close_silent(self) -> None:
        """Close the connection; nothing is on its way over it."""
        self._visitors.note_busy(self)
        self.transport.abort()
