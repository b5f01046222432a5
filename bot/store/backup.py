"""Copies of the database: made while the bot runs, verified before they replace anything. Knows no table."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from bot.errors import StoreError
from bot.store.database import open_database


def backup(database: Path, file: Path) -> int:
    """Copy the database to `file`, consistent even while a bot writes; return the copy's size in bytes.

    `file` appears whole or not at all. Raises StoreError.
    """
    if not database.is_file():
        raise StoreError(f"{database}: there is no database to back up yet; `paperboy run` makes it")
    part = file.with_name(f".{file.name}.part")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with closing(_reading(database)) as source:
            part.unlink(missing_ok=True)
            with closing(sqlite3.connect(part)) as copy:
                source.backup(copy, pages=1_000)
                copy.execute("PRAGMA journal_mode = DELETE")
        part.replace(file)
    except (sqlite3.Error, OSError) as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise StoreError(f"{file}: the backup could not be written: {error}") from error
    return file.stat().st_size


def restore(file: Path, database: Path) -> None:
    """Put a backup in the database's place after verifying it; the caller holds the lock. Raises StoreError."""
    verify(file)
    part = database.with_name(f".{database.name}.part")
    try:
        database.parent.mkdir(parents=True, exist_ok=True)
        part.unlink(missing_ok=True)
        with closing(_reading(file)) as source, closing(sqlite3.connect(part)) as copy:
            source.backup(copy)
        open_database(part).close()  # brings an older one up to date, or says that it can't
        _settle(part)
        for ending in ("-wal", "-shm"):
            Path(f"{database}{ending}").unlink(missing_ok=True)
        part.replace(database)
    except (sqlite3.Error, OSError) as error:
        raise StoreError(f"{file}: could not be restored: {error}; the database is as it was") from error
    finally:
        for ending in ("", "-wal", "-shm"):
            with suppress(OSError):
                Path(f"{part}{ending}").unlink(missing_ok=True)


def verify(file: Path) -> None:
    """Raise StoreError unless `file` is a whole, unharmed database of Paperboy's."""
    if not file.is_file():
        raise StoreError(f"{file}: there is no such file")
    try:
        with closing(_reading(file)) as copy:
            tables = {name for (name,) in copy.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            if not {"articles", "deliveries", "chats", "_sqlite_migrations"} <= tables:
                raise StoreError(f"{file}: is a database, but none of Paperboy's")
            found = [text for (text,) in copy.execute("PRAGMA integrity_check(3)")]
            broken = copy.execute("PRAGMA foreign_key_check").fetchone()
    except sqlite3.Error as error:
        raise StoreError(f"{file}: is no readable database: {error}") from error
    if found != ["ok"] or broken:
        raise StoreError(
            f"{file}: is damaged ({found[0] if found != ['ok'] else 'broken references'}); nothing changed"
        )


def _reading(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)


def _settle(path: Path) -> None:
    """Fold a database's log into its one file."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
