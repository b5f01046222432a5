"""The store as the event loop calls it: one thread, one call after another. Knows no table."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from sqlite_utils import Database

from bot.errors import DatabaseDamaged, StoreError
from bot.store.database import open_database
from bot.store.present import PresentFile

#: What the disk or another program does to a database, as against mistakes in our own statements.
_OUTSIDE = frozenset(
    (
        *(
            sqlite3.SQLITE_FULL,
            sqlite3.SQLITE_IOERR,
            sqlite3.SQLITE_READONLY,
            sqlite3.SQLITE_CANTOPEN,
        ),
        sqlite3.SQLITE_BUSY,
    )
)
_DAMAGED = frozenset((sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB))
_log = logging.getLogger(__name__)
P = ParamSpec("P")
T = TypeVar("T")


def start() -> Executor:
    """Return a thread of the system's, which starts with its first call."""
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")


class Store:
    """Runs store functions on the database's own thread: `await store(outbox.due, at=at)`."""

    def __init__(self, path: Path | str, thread: Executor | None = None) -> None:
        """Open the database at `path`; `thread` runs one call after another."""
        self._path = path
        self._file: PresentFile | None = None
        #: One mark for each call that waits.
        self._queue: deque[None] = deque()
        self._thread = thread or start()
        try:
            self._db = self._thread.submit(open_database, path).result()
            if path != ":memory:":
                self._file = PresentFile(Path(path))
        except BaseException:
            self._thread.shutdown()
            raise

    async def __call__(
        self,
        work: Callable[Concatenate[Database, P], T],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Return what `work(db, …)` returns; it is finished even if the caller is cancelled.

        Raises StoreError where the disk or another program is to blame, DatabaseLost where the file
        is gone.
        """
        try:
            return await asyncio.shield(
                asyncio.wrap_future(self._submit(work, *args, **kwargs))
            )
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF in _DAMAGED:
                raise DatabaseDamaged(str(self._path), str(error)) from error
            if not is_outside(error):
                raise
            raise StoreError(
                f"{self._path}: the database can't be used: {error}; nothing was written"
            ) from error

    def queue(
        self,
        work: Callable[Concatenate[Database, P], object],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> None:
        """Queue `work(db, …)` before all later calls; an error is logged."""
        self._submit(work, *args, **kwargs).add_done_callback(_log_error)

    def _submit(
        self,
        work: Callable[Concatenate[Database, P], T],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Future[T]:
        self._queue.append(None)
        return self._thread.submit(self._run, work, *args, **kwargs)

    def _run(
        self,
        work: Callable[Concatenate[Database, P], T],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        self._queue.pop()
        if self._file:
            self._file.check(self._db)
        return work(self._db, *args, **kwargs)

    def is_free(self) -> bool:
        """Return True if no call waits; also for use from within a call."""
        return not self._queue

    def close(self) -> None:
        """Finish what is queued, then close the database."""
        self._thread.submit(self._db.close).result()
        self._thread.shutdown()


def is_outside(error: Exception) -> bool:
    """Return True if the disk or another program is to blame, so that every query fails."""
    return (
        isinstance(error, sqlite3.Error)
        and getattr(error, "sqlite_errorcode", 0) & 0xFF in _OUTSIDE | _DAMAGED
    )


def _log_error(done: Future[object]) -> None:
    if error := done.exception():
        _log.error("the database: %s", error)
