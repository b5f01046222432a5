"""Checks a database in a thread while the rest of a start goes on. Holds no lock.

A large database takes as long to read as the bot's modules take to load. What is found counts
only if the file is still the same: whoever holds the lock asks `holds`, or checks again.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from threading import Thread

from bot.errors import StoreError
from bot.store import present


class EarlyCheck:
    """The check of one database. Once."""

    def __init__(self) -> None:
        self._database = Path()
        self._before: list[tuple[int, ...]] = []
        self._passed = False
        self._thread: Thread | None = None

    def begin(self, database: Path) -> None:
        """Begin to read the database."""
        self._database = database
        self._before = _stamps(database)
        self._thread = Thread(target=self._run, name="early check", daemon=True)
        self._thread.start()

    def holds(self) -> bool:
        """Wait for the result; return True if it is undamaged, and unchanged since it was read."""
        if self._thread is None:
            return False
        self._thread.join()
        return self._passed and _stamps(self._database) == self._before

    def _run(self) -> None:
        with suppress(StoreError, OSError):  # reported when it is checked again
            present.before_use(self._database)
            self._passed = True


def _stamps(database: Path) -> list[tuple[int, ...]]:
    """Return what changes with the files that were checked; empty tuples for missing ones."""
    stamps: list[tuple[int, ...]] = []
    real = os.path.realpath(database)
    for path in (database, f"{real}-wal", f"{real}.{present.SAVED}"):
        try:
            found = os.stat(path)  # noqa: PTH116 - not all are Paths
        except OSError:
            stamps.append(())
            continue
        inode = (found.st_dev, found.st_ino)
        stamps.append((*inode, found.st_size, found.st_mtime_ns))
    return stamps
