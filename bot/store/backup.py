"""Backups: made while the bot runs, verified before they replace anything. Knows no domain row.

A backup overwrites only an earlier backup; a restore keeps what it replaces.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path

from bot.errors import StoreError
from bot.store import copying, facts, inspection, links, sequence
from bot.store.database import milliseconds, open_database
from bot.store.facts import Fact
from bot.store.inspection import Depth

#: What SQLite and the lock keep beside a database.
_BESIDE = ("-wal", "-shm", "-journal", ".lock")


def backup(database: Path, file: Path, *, force: bool = False) -> int:
    """Copy the database to `file`, consistent while a bot writes; return the size in bytes.

    `file` appears whole and verified or not at all, readable by its owner only. What is there
    already must be an earlier backup of the same database; `force`: of any database. Raises
    StoreError.
    """
    if database.exists() and not database.is_file():
        raise StoreError(f"{database}: is not a regular file, so not a database")
    if not database.is_file():
        raise StoreError(
            f"{database}: there is no database to back up yet; `paperboy run` creates it"
        )
    _differ(file, database)
    inspection.examine(database, Depth.PAGES, written=True)
    _may_replace(file, database, force=force)
    part = file.with_name(f".{file.name}.part")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        copying.begin(part)
        with closing(
            sqlite3.connect(f"{links.real(database).as_uri()}?mode=ro", uri=True)
        ) as source:
            copying.copy(source, part)
        inspection.examine(part, Depth.EVERYTHING)
        copying.replace(part, file)
    except (sqlite3.Error, OSError) as error:
        raise StoreError(
            f"{file}: the backup could not be written: {copying.reason(error)}"
        ) from error
    finally:
        copying.remove(part)
    return file.stat().st_size


def restore(file: Path, database: Path, at: datetime) -> Path | None:
    """Replace the database with a verified backup; the caller holds the lock. Raises StoreError.

    Until the copy is whole, verified and up to date, the database stays as it is; then it is kept
    beside the new one, and where is returned. The new one knows since when it is restored.
    """
    _differ(file, database)
    inspection.examine(file, Depth.EVERYTHING)
    database = links.real(database)  # where it is a link, what it leads to is replaced
    part = database.with_name(f".{database.name}.part")
    try:
        database.parent.mkdir(parents=True, exist_ok=True)
        copying.begin(part)
        with closing(
            sqlite3.connect(f"{links.real(file).as_uri()}?mode=ro", uri=True)
        ) as source:
            copying.copy(source, part)
        with closing(
            open_database(part)
        ) as restored:  # brings an older one up to date, or says that it can't
            facts.put(restored, Fact.RESTORED, str(milliseconds(at)))
            facts.put(restored, Fact.RESTORED_AFTER, str(sequence.last(restored)))
        copying.fold(part)
        kept = _keep(database, at)
        copying.replace(part, database)
    except (sqlite3.Error, OSError) as error:
        raise StoreError(
            f"{file}: could not be restored: {copying.reason(error)}; the database is unchanged"
        ) from error
    finally:
        copying.remove(part)
    return kept


def _may_replace(file: Path, database: Path, *, force: bool) -> None:
    """Raise StoreError unless a backup of `database` may take the place of what is at `file`."""
    real = links.real(database)
    if links.real(file) in {Path(f"{real}{ending}") for ending in _BESIDE}:
        raise StoreError(f"{file}: belongs to the database itself; name another file")
    if not os.path.lexists(file):
        return
    if not file.is_file():
        raise StoreError(
            f"{file}: is not a regular file; name a new file or an earlier backup"
        )
    try:
        replaces = inspection.is_backup(file)
        ours = replaces and (force or inspection.same(file, database))
    except StoreError as error:
        raise StoreError(
            f"{file}: is not a backup of Paperboy, so it is kept; name another file"
        ) from error
    if not replaces:
        raise StoreError(
            f"{file}: is a database that a bot runs on, not a backup; name another file"
        )
    if not ours:
        raise StoreError(
            f"{file}: is a backup of another database; --force replaces it"
        )


def _differ(file: Path, database: Path) -> None:
    """Raise StoreError where a copy and the database are one file, which neither could survive."""
    if links.real(file) == links.real(database) or (
        file.exists() and database.exists() and file.samefile(database)
    ):
        raise StoreError(f"{file}: is the database itself; name another file")


def _keep(database: Path, at: datetime) -> Path | None:
    """Give the database a second name beside it and return that; None: there is none.

    What its log holds is folded in, so that one file is whole. Where that can't be, as it is
    damaged, the log is kept with it.
    """
    if not database.exists():
        copying.remove_logs(database)
        return None
    kept = database.with_name(f"{database.name}.replaced-{at:%Y%m%dT%H%M%SZ}")
    number = 1
    while kept.exists():
        number += 1
        kept = kept.with_name(f"{database.name}.replaced-{at:%Y%m%dT%H%M%SZ}-{number}")
    log = Path(f"{database}-wal")
    with suppress(sqlite3.Error):
        copying.fold(database)
    if log.exists():
        _second_name(log, Path(f"{kept}-wal"))
    _second_name(database, kept)
    kept.chmod(0o600)
    copying.remove_logs(database)
    return kept


def _second_name(file: Path, name: Path) -> None:
    try:
        name.hardlink_to(file)
    except OSError:  # not every file system has links
        shutil.copyfile(file, name)
