"""Checks a database file: exists, readable, ours, not newer than this code, undamaged.

Every command calls it before it opens a database. Changes nothing, creates no file, takes no lock.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from enum import Enum
from functools import cache
from pathlib import Path

from sqlite_utils import Database

from bot.errors import (
    DatabaseDamaged,
    DatabaseEmpty,
    DatabaseForeign,
    DatabaseNewer,
    DatabaseUnreleased,
    StoreError,
)
from bot.store import links, lock
from bot.store.migrations import paperboy

#: Tables that every database of ours has had from the first.
_OURS = frozenset({"articles", "deliveries", "chats", "_sqlite_migrations"})
#: Tables that may exist if a process was killed while it created the database.
_UNMADE = frozenset({"_sqlite_migrations"})
_HEADER = b"SQLite format 3\0"
#: Where the header tells how changes are written, and the value for a write-ahead log, which only a
#: live database has.
_MODE_AT, _WAL = 18, 2


class Depth(Enum):
    """How much of a database is read to find damage."""

    #: Only that it opens and is ours.
    NONE = "none"
    #: Every page (SQLite's quick_check): about a second for each gigabyte.
    PAGES = "pages"
    #: Also every index against its table, and every reference.
    EVERYTHING = "everything"


def examine(path: Path, depth: Depth = Depth.NONE, *, written: bool = False) -> None:
    """Raise StoreError, in one line that says what to do, unless `path` is a database we can use.

    An older one can be used: whoever opens it for writing brings it up to date. written: any
    program may be writing to it, not only a bot; SQLite may then leave its log files beside it.
    """
    with _opened(path, written=written) as connection:
        _check_kind(connection, path)
        if depth is not Depth.NONE:
            _check_pages(connection, path, depth)


@contextmanager
def reading(path: Path) -> Iterator[Database]:
    """Open a database for reading only, also while a bot writes. Raises StoreError, later too.

    All queries see one snapshot, whatever a bot writes meanwhile. Of an older database, a copy in
    memory is brought up to date and read.
    """
    if not path.exists():
        raise StoreError(
            f"{path}: there is no database yet; `paperboy run` or `paperboy scan` makes it"
        )
    with _opened(path) as connection:
        _check_kind(connection, path)
        connection.row_factory = sqlite3.Row
        db = Database(connection)
        if not paperboy.pending(db):
            connection.execute("BEGIN")
            yield db
            return
        with closing(sqlite3.connect(":memory:", check_same_thread=False)) as memory:
            connection.backup(memory)
            memory.row_factory = sqlite3.Row
            copy = Database(memory)
            paperboy.apply(copy)
            yield copy


def pending_step(path: Path) -> str:
    """Return the first migration that a database lacks; empty: none, or there is no database."""
    try:
        with _opened(path) as connection:
            _check_kind(connection, path)
            connection.row_factory = sqlite3.Row
            return next(
                (step.name for step in paperboy.pending(Database(connection))), ""
            )
    except DatabaseEmpty:
        return ""


def is_backup(path: Path) -> bool:
    """Return True if `path` is a backup: a database of ours that no bot runs on."""
    examine(path)
    with path.open("rb") as file:
        header = file.read(_MODE_AT + 1)
    return header[_MODE_AT] != _WAL


def same(one: Path, other: Path) -> bool:
    """Return True if two files are one database, or it and its backup. Raises StoreError."""
    return _identity(one) == _identity(other)


def _identity(path: Path) -> str:
    """Return what tells a database from all others: the moment it was made, to the microsecond."""
    with _opened(path) as connection:
        _check_kind(connection, path)
        sql = (
            "SELECT applied_at FROM _sqlite_migrations WHERE migration_set = ? ORDER BY name "
            "LIMIT 1"
        )
        return str(connection.execute(sql, (paperboy.name,)).fetchone()[0])


@contextmanager
def _opened(path: Path, *, written: bool = False) -> Iterator[sqlite3.Connection]:
    """Open the file for reading; unless `written`, without leaving a file beside it."""
    _check_file(path)
    try:
        real = links.real(path)
        source = nullcontext(f"{real.as_uri()}?mode=ro") if written else _source(real)
        with source as uri, closing(sqlite3.connect(uri, uri=True)) as connection:
            yield connection
    except sqlite3.OperationalError as error:
        raise StoreError(f"{path}: can't be read: {error}") from error
    except sqlite3.DatabaseError as error:
        raise DatabaseDamaged(str(path), str(error)) from error
    except OSError as error:
        raise StoreError(f"{path}: can't be read: {error.strerror or error}") from error


@contextmanager
def _source(path: Path) -> Iterator[str]:
    """Yield the address to read a database by.

    While a bot runs, its log files are there and are shared. Otherwise SQLite would make them anew,
    as the user who only reads. So the file alone is read, or a copy if a killed run has left a log.
    """
    log = Path(f"{path}-wal")
    if lock.is_held(path) or Path(f"{path}-shm").exists():
        yield f"{path.as_uri()}?mode=ro"
    elif log.is_file() and log.stat().st_size:
        with tempfile.TemporaryDirectory(prefix="paperboy-") as folder:
            copy = Path(folder) / path.name
            shutil.copyfile(path, copy)
            shutil.copyfile(log, f"{copy}-wal")
            yield f"{copy.as_uri()}?mode=rw"
    else:
        yield f"{path.as_uri()}?immutable=1"


def _check_file(path: Path) -> None:
    """Raise StoreError unless the file exists, is readable and begins like a database."""
    if not path.exists():
        raise StoreError(f"{path}: there is no such file")
    if not path.is_file():
        raise StoreError(f"{path}: is not a regular file")
    if not os.access(path, os.R_OK):
        raise StoreError(
            f"{path}: can't be read by this user; run the command as the user the bot runs as"
        )
    with path.open("rb") as file:
        header = file.read(len(_HEADER))
    if not header:
        raise DatabaseEmpty(str(path))
    if header != _HEADER:
        raise DatabaseDamaged(str(path), "it is not an SQLite database")


def _check_kind(connection: sqlite3.Connection, path: Path) -> None:
    """Raise StoreError for a foreign, a newer or an unreleased database."""
    tables = {
        name
        for (name,) in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table'"
        )
    }
    if tables <= _UNMADE and not _is_marked(connection, tables):
        raise DatabaseEmpty(str(path))
    if not tables >= _OURS:
        raise DatabaseForeign(str(path))
    rows = connection.execute(
        "SELECT name FROM _sqlite_migrations WHERE migration_set = ?", (paperboy.name,)
    )
    steps = {name for (name,) in rows}
    if not steps:
        raise DatabaseForeign(str(path))
    if unknown := steps - _our_steps():
        raise DatabaseNewer(str(path), max(unknown))
    if missing := _columns_after(frozenset(steps)) - _columns(connection):
        raise DatabaseUnreleased(str(path), min(missing))


def _is_marked(connection: sqlite3.Connection, tables: set[str]) -> bool:
    """Return True if a database without tables is another program's all the same.

    That is one with views, with an id or a version of its own, or with steps that are not ours.
    """
    found = connection.execute(
        "SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE type IN ('view', 'trigger')) "
        "OR (SELECT application_id <> 0 FROM pragma_application_id) "
        "OR (SELECT user_version <> 0 FROM pragma_user_version)"
    ).fetchone()
    if found[0] or not tables:
        return bool(found[0])
    others = connection.execute(
        "SELECT 1 FROM _sqlite_migrations WHERE migration_set <> ? LIMIT 1",
        (paperboy.name,),
    )
    return others.fetchone() is not None


def _columns(connection: sqlite3.Connection) -> frozenset[str]:
    """Return the columns of every table, as `table.column`."""
    sql = (
        "SELECT m.name || '.' || c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c "
        "WHERE m.type = 'table' AND m.sql NOT LIKE 'CREATE VIRTUAL%'"
    )
    return frozenset(name for (name,) in connection.execute(sql))


@cache
def _columns_after(steps: frozenset[str]) -> frozenset[str]:
    """Return the columns that a database has after these of our steps."""
    with closing(sqlite3.connect(":memory:")) as connection:
        paperboy.apply(Database(connection), stop_before=_our_steps() - steps)
        return _columns(connection)


def _our_steps() -> set[str]:
    with closing(sqlite3.connect(":memory:")) as nothing:
        return {step.name for step in paperboy.pending(Database(nothing))}


def _check_pages(connection: sqlite3.Connection, path: Path, depth: Depth) -> None:
    """Raise DatabaseDamaged where SQLite finds damage."""
    pragma = "quick_check(1)" if depth is Depth.PAGES else "integrity_check(1)"
    (found,) = connection.execute(f"PRAGMA {pragma}").fetchone()
    if found != "ok":
        raise DatabaseDamaged(str(path), str(found).replace("\n", " "))
    if depth is Depth.EVERYTHING and (
        broken := connection.execute("PRAGMA foreign_key_check").fetchone()
    ):
        raise DatabaseDamaged(
            str(path),
            f"a row of {broken[0]} refers to a row of {broken[2]} that is not there",
        )
