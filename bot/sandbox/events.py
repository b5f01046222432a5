"""Named events for listeners, and waiting for a change. Keeps no event."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from bot.sandbox.records import Json

#: A name and its data.
Event = tuple[str, "Json"]
T = TypeVar("T")


class Events:
    """A stream of named events to any number of listeners, and a signal at every change."""

    def __init__(self) -> None:
        self._listeners: set[asyncio.Queue[Event | None]] = set()
        self._bells: set[asyncio.Future[None]] = set()
        self.closed = asyncio.Event()

    @property
    def has_listeners(self) -> bool:
        """True if somebody listens, so that an event is worth building."""
        return bool(self._listeners)

    def publish(self, event: str, data: Json) -> None:
        """Put an event into every listener's queue."""
        for queue in self._listeners:
            queue.put_nowait((event, data))
        self.ring()

    def ring(self) -> None:
        """Wake those who wait for a condition: something changed."""
        if self._bells:
            bells, self._bells = self._bells, set()
            for bell in bells:
                if not bell.done():
                    bell.set_result(None)

    async def listen(self, beat: float = 15.0) -> AsyncIterator[Event | None]:
        """Yield events until `close`; None whenever `beat` seconds passed without one."""
        queue: asyncio.Queue[Event | None] = asyncio.Queue()
        self._listeners.add(queue)
        self.ring()
        try:
            while not self.closed.is_set():
                try:
                    event = await asyncio.wait_for(queue.get(), beat)
                except TimeoutError:
                    yield None
                    continue
                if event is None:
                    return
                yield event
        finally:
            self._listeners.discard(queue)

    async def wait_for(self, predicate: Callable[[], T], timeout: float) -> T:
        """Return the first true result of `predicate`, which is called after each change.

        Raises TimeoutError after `timeout` seconds.
        """
        async with asyncio.timeout(timeout):
            while not (result := predicate()):
                await self._bell()
        return result

    async def _bell(self) -> None:
        bell: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._bells.add(bell)
        try:
            await bell
        finally:
            self._bells.discard(bell)

    async def pause(self, seconds: float) -> bool:
        """Sleep, at most until the sandbox is closed; return True if it was."""
        try:
            await asyncio.wait_for(self.closed.wait(), seconds)
        except TimeoutError:
            return False
        return True

    def close(self) -> None:
        """End every stream and every pause."""
        self.closed.set()
        for queue in self._listeners:
            queue.put_nowait(None)
        self.ring()
