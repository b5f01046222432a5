"""The way into the store from the event loop: one thread, one piece of work after another. Knows no table."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from sqlite_utils import Database

from bot.store.database import open_database

P = ParamSpec("P")
T = TypeVar("T")


class Desk:
    """Runs store functions on the database's own thread: `await desk(outbox.due, at=at)`."""

    def __init__(self, path: Path | str) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")
        self._db = self._thread.submit(open_database, path).result()

    async def __call__(self, work: Callable[Concatenate[Database, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Return what `work(db, …)` returns. Once begun it is finished, even if the caller is cancelled."""
        loop = asyncio.get_running_loop()
        return await asyncio.shield(loop.run_in_executor(self._thread, lambda: work(self._db, *args, **kwargs)))

    def close(self) -> None:
        """Finish what is queued, then close the database."""
        self._thread.submit(self._db.close).result()
        self._thread.shutdown()
