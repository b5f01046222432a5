"""What can be wrong with a database: each function makes a file so. Not a test by itself."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path


def damaged(copy: Path) -> None:
    data = bytearray(copy.read_bytes())
    for page in range(2, len(data) // 4_096):
        data[page * 4_096 : page * 4_096 + 100] = b"\xff" * 100
    copy.write_bytes(bytes(data))


def cut_off(copy: Path) -> None:
    copy.write_bytes(copy.read_bytes()[: copy.stat().st_size // 2])


def no_database(copy: Path) -> None:
    copy.write_bytes(b"PK\x03\x04" * 5_000)


def empty(copy: Path) -> None:
    copy.write_bytes(b"")


def another_programs(copy: Path) -> None:
    copy.unlink()
    with closing(sqlite3.connect(copy)) as db, db:
        db.execute("CREATE TABLE articles (id INTEGER)")


def broken_references(copy: Path) -> None:
    with closing(sqlite3.connect(copy)) as db, db:
        db.execute(
            "INSERT INTO aliases (identity, article) VALUES ('https://host.example/', 4711)"
        )


def newer(copy: Path) -> None:
    with closing(sqlite3.connect(copy)) as db, db:
        db.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('paperboy', '9999_x', '')"
        )


def unreleased(copy: Path) -> None:
    with closing(sqlite3.connect(copy)) as db, db:
        db.execute("ALTER TABLE chats DROP COLUMN away")


def gone(copy: Path) -> None:
    copy.unlink()
