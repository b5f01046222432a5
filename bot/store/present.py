"""Whether the database on disk may be opened, and is still the one that is open. Knows no table.

A deleted or replaced file can be written to while it is open, and is lost when it is closed: after
a restart everything would be posted again. So it is checked before each use, and its content saved.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database

from bot.errors import DatabaseEmpty, DatabaseLost, StoreError
from bot.store import inspection, links, sequence
from bot.store.inspection import Depth

SAVED = "saved"


class PresentFile:
    """The file and the log of one open database."""

    def __init__(self, path: Path) -> None:
        self._path = path
        #: The name after links, which SQLite works by.
        self._real = links.real(path)
        self._files = {
            Path(f"{self._real}{ending}"): _seen(Path(f"{self._real}{ending}"))
            for ending in ("", "-wal")
        }
        self._lost = ""

    def check(self, db: Database) -> None:
        """Raise DatabaseLost if the open database is no longer on disk; save its content once."""
        if not self._lost and self._is_there():
            return
        self._lost = self._lost or self._save(db)
        raise DatabaseLost(str(self._path), self._lost)

    def _is_there(self) -> bool:
        for path, before in self._files.items():
            now = _seen(path)
            if before and (now is None or now.key != before.key):
                return False
            if before and now and now.size < before.size and not self._is_whole():
                return False
            self._files[path] = now  # the log is made by the first write
        return True

    def _is_whole(self) -> bool:
        """Return True if a shorter file lost nothing: another program did a checkpoint or VACUUM.

        A connection of its own finds out, as ours may remember pages that are gone. Only SQLite may
        open the file here: whoever else closes it gives up the locks that we hold.
        """
        if self._real.stat().st_size == 0:
            return False
        try:
            with closing(
                sqlite3.connect(f"{self._real.as_uri()}?mode=ro", uri=True)
            ) as other:
                return bool(
                    other.execute("PRAGMA quick_check(1)").fetchone() == ("ok",)
                )
        except sqlite3.Error:
            return False

    def _save(self, db: Database) -> str:
        """Write the content of the open database to a new file; return a sentence about it."""
        saved = saved_beside(self._real)
        try:
            os.close(os.open(saved, os.O_CREAT | os.O_EXCL, 0o600))
            with closing(sqlite3.connect(saved)) as copy:
                db.conn.backup(copy)
                copy.execute("PRAGMA journal_mode = DELETE")
            inspection.examine(saved, Depth.EVERYTHING)
        except (OSError, sqlite3.Error, StoreError) as error:
            if not isinstance(error, FileExistsError):
                with suppress(OSError):
                    saved.unlink(missing_ok=True)
            failed = f"What it held could not be saved ({error})."
            return f"{failed} Restore a backup: `paperboy restore FILE`."
        return f"What it held is saved: `paperboy restore {self._path}.{SAVED}` brings it back."


def saved_beside(database: Path) -> Path:
    """Return where the content of a lost database is saved."""
    return Path(f"{links.real(database)}.{SAVED}")


def before_use(database: Path) -> None:
    """Raise StoreError unless the database may be written to: new, empty, or ours and undamaged.

    One that was lost and saved must not be replaced by one that knows less, a new one say: it
    would post again what was posted.
    """
    if database.exists():
        with suppress(DatabaseEmpty):
            inspection.examine(database, Depth.PAGES)
    saved = saved_beside(database)
    if saved.exists() and _last_change(database) < _last_change(saved):
        raise StoreError(
            f"{database}: was lost while the bot was running; what it held is in "
            f"{database}.{SAVED}",
            f"`paperboy restore {database}.{SAVED}` brings it back; remove that file to begin "
            "without it.",
        )


def _last_change(database: Path) -> int:
    """Return the last sequence number of a database; -1 where there is none that can be read."""
    try:
        with inspection.reading(database) as db:
            return sequence.last(db)
    except StoreError:
        return -1


@dataclass(frozen=True, slots=True)
class _Seen:
    """A file as it was found: what tells it from every other, and its bytes."""

    key: tuple[int, int]
    size: int


def _seen(path: Path) -> _Seen | None:
    """Return a file as it is, or None when there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return _Seen((found.st_dev, found.st_ino), found.st_size)
