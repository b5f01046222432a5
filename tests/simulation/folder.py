"""The folder of articles: real files, written at virtual times, and what the system reports of them."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from random import Random

from tests.simulation.clocks import Clocks
from tests.simulation.event_log import EventLog
from tests.simulation.life import Life
from tests.simulation.loop import SimulatedLoop

#: Seconds until the system reports a change, at least and at most.
REPORT = 0.02, 0.15


class Folder:
    """One folder, for writers and for the bot."""

    def __init__(
        self,
        path: Path,
        loop: SimulatedLoop,
        seed: int,
        clocks: Clocks,
        events: EventLog,
    ) -> None:
        path.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._loop = loop
        self._dice = Random(f"folder {seed}")
        self._clocks = clocks
        self._events = events
        self._watches: list[tuple[Life, asyncio.Queue[str]]] = []

    def write(self, name: str, text: str) -> None:
        """Put a file there as careful writers do, dated by the machine's clock."""
        part = self.path / f".{name}.part"
        part.write_text(text, encoding="utf-8", newline="\n")
        at = int(self._clocks.wall().timestamp() * 1_000) * 1_000_000
        os.utime(part, ns=(at, at))
        part.replace(self.path / name)
        self._changed("written", name)

    def remove(self, name: str) -> None:
        """Delete a file."""
        (self.path / name).unlink()
        self._changed("removed", name)

    async def watch(
        self, life: Life, folder: Path, patterns: Sequence[str], stop: asyncio.Event
    ) -> AsyncIterator[set[str]]:
        """Do as `feed.watch.changes`."""
        reported: asyncio.Queue[str] = asyncio.Queue()
        watch = life, reported
        self._watches.append(watch)
        stopped = asyncio.ensure_future(stop.wait())
        try:
            while not stop.is_set():
                first = asyncio.ensure_future(reported.get())
                done = asyncio.FIRST_COMPLETED
                await asyncio.wait((first, stopped), return_when=done)
                if first.done():
                    yield {first.result()}
                first.cancel()
        finally:
            stopped.cancel()
            self._watches.remove(watch)

    def _changed(self, how: str, name: str) -> None:
        self._events.add(f"file {name} {how}")
        self._watches = [one for one in self._watches if not one[0].is_over]
        for _, reported in self._watches:
            after = self._dice.uniform(*REPORT)
            self._loop.call_later(after, reported.put_nowait, name)
