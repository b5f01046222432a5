"""Opening the database, transactions, and how moments are written. Contains no domain rule.

WAL, foreign keys on, write transactions begun at once (a deferred one could fail in the middle;
sqlite-utils' own would join that of another task).
"""

from __future__ import annotations

import json
import os
import sqlite3
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlite_utils import (
    Database as Database,
)  # rooms that hand it on take its name from here

from bot.errors import StoreError
from bot.store.migrations import paperboy

Row = sqlite3.Row
#: What is bound to a statement: by name, or in order.
Values = dict[str, Any] | tuple[Any, ...]
#: The values of a `json_list`, with one placeholder.
THESE = "(SELECT value FROM json_each(?))"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_BUSY_SECONDS = 10.0
#: KiB of pages in memory, and pages that the log holds before they are copied into the database:
#: above SQLite's 2,000 and 1,000, with which a scan of many new files writes a third more.
_CACHE, _LOG = 4_096, 8_000


def open_database(path: Path | str) -> Database:
    """Open the database at `path` (":memory:" too), made and brought up to date where needed.

    The connection may be used from any one thread at a time. Raises StoreError in words.
    """
    try:
        if path != ":memory:":
            _make_private(Path(path))
        connection = sqlite3.connect(
            str(path), timeout=_BUSY_SECONDS, check_same_thread=False
        )
        try:
            return _prepare(connection)
        except BaseException:
            connection.close()
            raise
    except sqlite3.Error as error:
        raise StoreError(f"{path}: can't be used as the database: {error}") from error
    except OSError as error:
        raise StoreError(f"{path}: can't be made: {error.strerror or error}") from error


def _make_private(path: Path) -> None:
    """Create a new file readable by its owner only; close an existing one to other users."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        with suppress(OSError):  # it is another user's, who decided it
            mode = path.stat().st_mode
            if stat.S_ISREG(mode) and mode & stat.S_IRWXO:
                path.chmod(stat.S_IMODE(mode) & ~stat.S_IRWXO)


def _prepare(connection: sqlite3.Connection) -> Database:
    connection.row_factory = sqlite3.Row
    for pragma in (
        "journal_mode = WAL",
        "foreign_keys = ON",
        "synchronous = FULL",
        "temp_store = MEMORY",
        f"cache_size = -{_CACHE}",
        f"wal_autocheckpoint = {_LOG}",
    ):
        connection.execute(f"PRAGMA {pragma}")
    db = Database(connection)
    paperboy.apply(db)
    return db


@contextmanager
def transaction(db: Database) -> Iterator[None]:
    """Commit all that the block writes, or nothing. Inside another transaction, that one does."""
    connection = db.conn
    if connection.in_transaction:
        yield
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        # inside the try: an open transaction after a failed commit would take all that follows
        connection.commit()
    except BaseException:
        with suppress(sqlite3.Error):
            connection.rollback()
        raise


def rows(db: Database, sql: str, values: Values = ()) -> list[Row]:
    """Return every row of a query."""
    return list(db.conn.execute(sql, values))


def row(db: Database, sql: str, values: Values = ()) -> Row | None:
    """Return the first row of a query, or None."""
    found: Row | None = db.conn.execute(sql, values).fetchone()
    return found


def exists(db: Database, sql: str, values: Values = ()) -> bool:
    """Return True if a query has a row."""
    return row(db, sql, values) is not None


def column(db: Database, sql: str, values: Values = ()) -> list[Any]:
    """Return the first column of a query."""
    return [one[0] for one in db.conn.execute(sql, values)]


def number(db: Database, sql: str, values: Values = ()) -> int:
    """Return the one number a query answers with; 0 for NULL or no row."""
    found = row(db, sql, values)
    return int(found[0] or 0) if found else 0


def write(db: Database, sql: str, values: Values = ()) -> int:
    """Run a writing statement, return how many rows it changed; commits unless in a transaction."""
    with transaction(db):
        return db.conn.execute(sql, values).rowcount


def add(db: Database, sql: str, values: Values) -> int:
    """Run one INSERT and return the new row's number."""
    with transaction(db):
        return int(db.conn.execute(sql, values).lastrowid or 0)


def milliseconds(moment: datetime) -> int:
    """Return an aware moment as milliseconds since 1970. Raises ValueError for a naive one."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def moment(value: int) -> datetime:
    """Return milliseconds since 1970 as an aware moment in UTC."""
    return _EPOCH + timedelta(milliseconds=value)


def maybe(value: int | None) -> datetime | None:
    """Return `moment(value)`, or None for NULL."""
    return None if value is None else moment(value)


def moment_of(db: Database, sql: str, values: Values = ()) -> datetime | None:
    """Return the one moment a query answers with; None for NULL or no row."""
    found = row(db, sql, values)
    return maybe(found[0]) if found else None


def marks(count: int) -> str:
    """Return `count` placeholders: `?,?,?`."""
    return ",".join("?" * count)


def json_list(values: Iterable[Any]) -> str:
    """Return values as a JSON list, which `json_each` reads: SQL with one placeholder for all."""
    return json.dumps([*values])
