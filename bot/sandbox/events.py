"""What happens, told to whoever listens: the page's event stream and those who wait for something. Keeps nothing."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from bot.sandbox.records import Json

Told = tuple[str, "Json"]
T = TypeVar("T")


class Events:
    """One stream of named events to any number of listeners, and a bell that rings at every change."""

    def __init__(self) -> None:
        self._listeners: set[asyncio.Queue[Told | None]] = set()
        self._bells: set[asyncio.Future[None]] = set()
        self.closed = asyncio.Event()

    @property
    def heard(self) -> bool:
        """Somebody listens, so that an event is worth building."""
        return bool(self._listeners)

    def publish(self, event: str, data: Json) -> None:
        """Tell every listener; returns at once."""
        for queue in self._listeners:
            queue.put_nowait((event, data))
        self.ring()

    def ring(self) -> None:
        """Wake those who wait for a condition, as something changed."""
        if self._bells:
            bells, self._bells = self._bells, set()
            for bell in bells:
                if not bell.done():
                    bell.set_result(None)

    async def listen(self, beat: float = 15.0) -> AsyncIterator[Told | None]:
        """Events from now on, until `close`; None whenever `beat` seconds passed without one."""
        queue: asyncio.Queue[Told | None] = asyncio.Queue()
        self._listeners.add(queue)
        self.ring()
        try:
            while not self.closed.is_set():
                try:
                    told = await asyncio.wait_for(queue.get(), beat)
                except TimeoutError:
                    yield None
                    continue
                if told is None:
                    return
                yield told
        finally:
            self._listeners.discard(queue)

    async def wait_for(self, predicate: Callable[[], T], timeout: float) -> T:
        """The first true answer of `predicate`, asked after each change. Raises TimeoutError after `timeout` s."""
        async with asyncio.timeout(timeout):
            while not (found := predicate()):
                await self._bell()
        return found

    async def _bell(self) -> None:
        bell: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._bells.add(bell)
        try:
            await bell
        finally:
            self._bells.discard(bell)

    async def pause(self, seconds: float) -> bool:
        """Sleep, but not past the end of the stand-in; True if it ended meanwhile."""
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
