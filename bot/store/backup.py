"""Copies of the database: made while the bot runs, verified before they replace anything. Knows no table."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from bot.errors import StoreError
from bot.store.database import Database, open_database
from bot.store.migrations import paperboy


def backup(database: Path, file: Path) -> int:
    """Copy the database to `file`, consistent even while a bot writes; return the copy's size in bytes.

    `file` appears whole or not at all, for the same eyes as the database. Raises StoreError.
    """
    if not database.is_file():
        raise StoreError(f"{database}: there is no database to back up yet; `paperboy run` makes it")
    _differ(file, database)
    part = file.with_name(f".{file.name}.part")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with closing(_reading(database)) as source:
            _begin(part, database)
            with closing(sqlite3.connect(part)) as copy:
                source.backup(copy, pages=1_000)
                copy.execute("PRAGMA journal_mode = DELETE")
        part.replace(file)
    except (sqlite3.Error, OSError) as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise StoreError(f"{file}: the backup could not be written: {_reason(error)}") from error
    return file.stat().st_size


def restore(file: Path, database: Path) -> None:
    """Put a backup in the database's place after verifying it; the caller holds the lock. Raises StoreError.

    Until the copy is whole, verified and up to date, the database stays as it is.
    """
    _differ(file, database)
    verify(file)
    database = database.resolve()  # where it is a link, what it leads to is replaced
    part = database.with_name(f".{database.name}.part")
    try:
        database.parent.mkdir(parents=True, exist_ok=True)
        _begin(part, database if database.is_file() else file)
        with closing(_reading(file)) as source, closing(sqlite3.connect(part)) as copy:
            source.backup(copy)
        open_database(part).close()  # brings an older one up to date, or says that it can't
        _settle(part)
        _make_way(database)
        part.replace(database)
    except (sqlite3.Error, OSError) as error:
        raise StoreError(f"{file}: could not be restored: {_reason(error)}; the database is as it was") from error
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
            _check_age(copy, file)
            found = [text for (text,) in copy.execute("PRAGMA integrity_check(3)")]
            broken = copy.execute("PRAGMA foreign_key_check").fetchone()
    except sqlite3.Error as error:
        raise StoreError(f"{file}: is no readable database: {error}") from error
    if found != ["ok"] or broken:
        raise StoreError(
            f"{file}: is damaged ({found[0] if found != ['ok'] else 'broken references'}); nothing changed"
        )


def _check_age(copy: sqlite3.Connection, file: Path) -> None:
    """Raise StoreError for a database that a later Paperboy has changed: we would not know what we read."""
    with closing(sqlite3.connect(":memory:")) as nothing:
        ours = {step.name for step in paperboy.pending(Database(nothing))}
    rows = copy.execute("SELECT name FROM _sqlite_migrations WHERE migration_set = ?", (paperboy.name,))
    if {name for (name,) in rows} - ours:
        raise StoreError(f"{file}: was written by a newer Paperboy; install that one to use it")


def _differ(file: Path, database: Path) -> None:
    """Raise StoreError where a copy and the database are one file, which neither could survive."""
    if file.resolve() == database.resolve() or (file.exists() and database.exists() and file.samefile(database)):
        raise StoreError(f"{file}: is the database itself; name another file")


def _begin(part: Path, like: Path) -> None:
    """Make an empty file with the rights of `like`, before anything is in it that not everybody may read."""
    part.unlink(missing_ok=True)
    part.touch(mode=0o600)
    shutil.copymode(like, part)


def _make_way(database: Path) -> None:
    """Fold what a database's log holds into it, so that it is whole should replacing it fail, and remove the log."""
    if database.is_file():
        with suppress(sqlite3.Error):  # what is no database needs no log either
            _settle(database)
    for ending in ("-wal", "-shm"):
        Path(f"{database}{ending}").unlink(missing_ok=True)


def _reason(error: sqlite3.Error | OSError) -> str:
    return getattr(error, "strerror", None) or str(error)


def _reading(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)


def _settle(path: Path) -> None:
    """Fold a database's log into its one file."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
