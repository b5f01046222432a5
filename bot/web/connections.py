"""HTTP connections with a time limit: those that send nothing are closed. Answers no request.

uvicorn waits without limit for the first byte of a request, and its limit on connections counts
silent ones too. Here the header of a request must arrive within some seconds, and when too many
connections are silent, the oldest is closed.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

#: Seconds from a new connection, or its last answer, to the end of the next request's header.
HEADER = 10.0
#: Maximum number of connections that wait for a request.
SILENT = 150


class Connections:
    """The connections of one server."""

    def __init__(self) -> None:
        #: Connections without a request, oldest first, each with the timer that closes it.
        self._silent: dict[_Connection, asyncio.TimerHandle] = {}

    def connection(self, **settings: Any) -> _Connection:
        """Return the protocol of a new connection; called by uvicorn."""
        return _Connection(self, **settings)

    def note_silent(self, connection: _Connection) -> None:
        """Start the timer of a connection that waits for a request."""
        self.note_busy(connection)
        loop = asyncio.get_running_loop()
        self._silent[connection] = loop.call_later(HEADER, connection.close_silent)
        if len(self._silent) > SILENT:
            next(iter(self._silent)).close_silent()

    def note_busy(self, connection: _Connection) -> None:
        """Stop the timer of a connection that has sent a request, or is closed."""
        timer = self._silent.pop(connection, None)
        if timer:
            timer.cancel()


class _Connection(H11Protocol):
    """One connection over HTTP/1.1."""

    def __init__(self, connections: Connections, **settings: Any) -> None:
        super().__init__(**settings)
        self._connections = connections

    # As in uvicorn, whose transports are all of this type.
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._connections.note_silent(self)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.cycle and not self.cycle.response_complete:
            self._connections.note_busy(self)

    def send_400_response(self, msg: str) -> None:
        """Answer what is not HTTP, and end the request under way: its client listens no more."""
        super().send_400_response(msg)
        if self.cycle:
            self.cycle.disconnected = True
            self.cycle.message_event.set()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if not self.transport.is_closing():
            self._connections.note_silent(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._connections.note_busy(self)
        super().connection_lost(exc)

    def close_silent(self) -> None:
        """Close the connection, over which no answer is being sent."""
        self._connections.note_busy(self)
        self.transport.abort()
