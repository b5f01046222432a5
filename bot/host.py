"""What a running bot has of its host: clocks, a thread, a lock, folder changes, the network.

Chooses nothing. The defaults are the system's; the simulation in `tests/simulation` gives its own.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bot.clock import Clock, monotonic, now
from bot.feed.reading import StartReaders, start_readers
from bot.feed.watch import Changes
from bot.store import lock, thread

if TYPE_CHECKING:
    from bot.botapi.transport import Transport


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """Everything by which a bot touches the world beyond its own memory and its files."""

    clock: Clock
    #: Starts the thread on which the store works.
    store_thread: Callable[[], Executor] = thread.start
    #: Keeps a database to one process.
    hold: Callable[[Path], AbstractContextManager[None]] = lock.held
    #: Reports what changes in a folder; None: as the system tells.
    changes: Changes | None = None
    #: Starts the processes that read many files.
    readers: StartReaders = start_readers
    #: Makes the connections to a Bot API server; None: over HTTP. It is loaded late.
    transport: Callable[..., Transport] | None = None

    @classmethod
    def of(cls, wall: Callable[[], datetime] | None) -> Host:
        """Return the system as a host; `wall` tells the time instead, where it is given."""
        return cls(clock=Clock.of(wall) if wall else Clock(now, monotonic))
