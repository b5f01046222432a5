"""Writes a copy of a database: to a temporary name first, then to its place. Knows no table."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path


def begin(part: Path) -> None:
    """Make an empty file that only its owner may read, before anything is in it."""
    remove(part)
    os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def copy(source: sqlite3.Connection, part: Path) -> None:
    """Copy a database into an empty file, as one file without a log."""
    with closing(sqlite3.connect(part)) as copy:
        source.backup(copy, pages=1_000)
        copy.execute("PRAGMA journal_mode = DELETE")


def replace(part: Path, file: Path) -> None:
    """Move a written copy to its final name, so that file and name survive a power cut."""
    _sync(part)
    part.replace(file)
    _sync(file.parent)


def _sync(path: Path) -> None:
    """Have the system write a file or a folder's entries to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def fold(path: Path) -> None:
    """Fold a database's log into its one file."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")


def remove(part: Path) -> None:
    """Remove an unfinished copy and its log; never raises."""
    with suppress(OSError):
        part.unlink(missing_ok=True)
    remove_logs(part)


def remove_logs(path: Path) -> None:
    """Remove what SQLite kept beside a database."""
    for ending in ("-wal", "-shm", "-journal"):
        with suppress(OSError):
            Path(f"{path}{ending}").unlink(missing_ok=True)


def reason(error: sqlite3.Error | OSError) -> str:
    """Return what went wrong, without paths."""
    return getattr(error, "strerror", None) or str(error)
