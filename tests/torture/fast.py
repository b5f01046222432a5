"""Time that passes faster, for everything in this process alike: the clock, and every wait of the event loop."""

from __future__ import annotations

import asyncio
import selectors
import time
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from bot.botapi import wire

T = TypeVar("T")
START = datetime(2026, 11, 22, 12, tzinfo=UTC)


class _Selector(selectors.DefaultSelector):  # type: ignore[misc, valid-type]  # which class it is, the system decides
    """Waits for shorter than it is asked to."""

    def __init__(self, scale: float) -> None:
        super().__init__()
        self._scale = scale

    def select(self, timeout: float | None = None) -> Any:
        return super().select(timeout / self._scale if timeout else timeout)


class Loop(asyncio.SelectorEventLoop):
    """An event loop on which `scale` seconds pass in one."""

    def __init__(self, scale: float) -> None:
        self.scale = scale
        self._began = time.monotonic()
        super().__init__(_Selector(scale))

    def time(self) -> float:
        return (time.monotonic() - self._began) * self.scale

    def clock(self) -> datetime:
        """The hour on this loop; the bot and the sandbox are given the same."""
        return START + timedelta(seconds=self.time())


def run(work: Coroutine[Any, Any, T], scale: float) -> T:
    """Run `work` on such a loop.

    Nobody waits less for an answer than without it, or a busy machine would look like a broken network.
    """
    kept = {
        name: getattr(wire, name) for name in dir(wire) if name.endswith("_SECONDS")
    }
    for name, seconds in kept.items():
        setattr(wire, name, seconds * scale)
    try:
        with asyncio.Runner(loop_factory=lambda: Loop(scale)) as runner:
            return runner.run(work)
    finally:
        for name, seconds in kept.items():
            setattr(wire, name, seconds)
