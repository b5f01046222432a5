"""The store's thread on virtual time: one call after another, each after a while that the seed picks.

A kill drops what has not run, and leaves the database as the dead process left it on disk.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path
from random import Random
from typing import Any

from sqlite_utils import Database

from bot.errors import DatabaseInUse
from tests.simulation.event_log import EventLog
from tests.simulation.life import Life
from tests.simulation.loop import SimulatedLoop

#: Seconds that a call takes, at least and at most.
CALL = 0.000_1, 0.003
#: How often a result is handed over later than the work is done: a kill may come between.
LATE = 0.25


class _Call(Future[Any]):
    """A call; who waits for its result without the loop makes the thread come to it."""

    def __init__(self, thread: StoreThread, work: Callable[[], Any], name: str) -> None:
        super().__init__()
        self._thread = thread
        self._work = work
        self.name = name
        self.outcome: Any = None
        self.error: BaseException | None = None

    def result(self, timeout: float | None = None) -> Any:
        self._thread.come_to(self)
        return super().result(0)

    def make(self) -> None:
        """Do the work, of which nobody knows yet."""
        try:
            self.outcome = self._work()
        except BaseException as error:
            self.error = error

    def hand_over(self) -> None:
        """Tell who waits what it came to."""
        if not self.set_running_or_notify_cancel():
            return
        if self.error:
            self.set_exception(self.error)
        else:
            self.set_result(self.outcome)


class StoreThread(Executor):
    """The thread of one life."""

    def __init__(
        self, loop: SimulatedLoop, dice: Random, life: Life, events: EventLog
    ) -> None:
        self._loop = loop
        self._dice = dice
        self._life = life
        self._events = events
        self._queue: deque[_Call] = deque()
        #: The loop will call `_work`.
        self._is_at_work = False
        #: The call that was made and not handed over.
        self._made: _Call | None = None
        #: Open databases, with their files.
        self._databases: list[tuple[Database, list[Path]]] = []
        life.at_death.append(self._cut)

    def submit(self, work: Callable[..., Any], /, *args: Any, **kw: Any) -> _Call:
        call = _Call(self, partial(work, *args, **kw), _name(work, args))
        if not self._life.is_over:
            self._queue.append(call)
            self._go_on()
        return call

    def come_to(self, call: _Call) -> None:
        """Do everything up to this call now."""
        while not call.done():
            if not self._queue and not self._made:
                raise RuntimeError(f"{call.name}: its life is over")
            self._advance()

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        return None

    def _go_on(self) -> None:
        if (self._queue or self._made) and not self._is_at_work:
            self._is_at_work = True
            self._loop.call_later(self._dice.uniform(*CALL), self._work)

    def _work(self) -> None:
        self._is_at_work = False
        if self._queue or self._made:
            self._advance()
        if self._made and self._dice.random() > LATE:
            self._advance()
        self._go_on()

    def _advance(self) -> None:
        """Make the next call, or hand over the one that was made."""
        call = self._made
        if call:
            self._made = None
            call.hand_over()
            return
        call = self._made = self._queue.popleft()
        call.make()
        if self._life.is_over:  # killed in the middle of it
            self._made = None
            return
        failed = f": {type(call.error).__name__}" if call.error else ""
        self._events.add(f"life {self._life.number} store {call.name}{failed}")
        if isinstance(call.outcome, Database):
            self._databases.append((call.outcome, _files(call.outcome)))

    def _cut(self) -> None:
        """Close the database and leave no trace of it, as closing writes and deletes."""
        self._queue.clear()
        self._made = None
        for database, files in self._databases:
            contents = [(file, file.read_bytes()) for file in files if file.exists()]
            database.conn.close()
            for file in files:
                file.unlink(missing_ok=True)
            for file, content in contents:
                file.write_bytes(content)


class Holds:
    """Which databases are held by which life, as file locks keep it between processes."""

    def __init__(self) -> None:
        self._held: dict[Path, Life] = {}

    @contextmanager
    def hold(self, life: Life, database: Path) -> Iterator[None]:
        """Do as `store.lock.held`."""
        other = self._held.get(database)
        if other and not other.is_over:
            raise DatabaseInUse(str(database))
        self._held[database] = life
        try:
            yield
        finally:
            if self._held.get(database) is life:
                del self._held[database]


def _files(database: Database) -> list[Path]:
    """Return the files of a database, which outlive a process."""
    path = next(row[2] for row in database.conn.execute("PRAGMA database_list"))
    return [Path(f"{path}{ending}") for ending in ("", "-wal", "-shm")]


def _name(work: Callable[..., Any], args: tuple[Any, ...]) -> str:
    """Return what a call is named by: the store's function that it runs."""
    function = args[0] if args and callable(args[0]) else work
    while isinstance(function, partial):
        function = function.func
    return f"{_room(function.__module__)}.{function.__qualname__}"


@cache
def _room(module: str) -> str:
    return module.removeprefix("bot.").removeprefix("store.")
