"""What every test begins with: how many examples a property is tried with, and how a new database is made."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from sqlite_utils import Database

from bot.store.migrations import paperboy
from tests.support import examples as examples  # the profiles
from tests.support.stage import Stage, staged

settings.load_profile("test")


@pytest.fixture(scope="session", autouse=True)
def new_databases_are_copies() -> Iterator[None]:
    """Fill each new database with a copy of one that the schema's steps made: a thirtieth of the work."""
    steps = paperboy.apply

    def apply(db: Database, **options: Any) -> None:
        if options or db.conn.execute("SELECT 1 FROM sqlite_schema").fetchone():
            steps(db, **options)
            return
        made.backup(db.conn)
        with db.conn:  # what each has of its own
            db.conn.execute("UPDATE facts SET value = lower(hex(randomblob(16))) WHERE name = 'database'")
            db.conn.execute("UPDATE _sqlite_migrations SET applied_at = ?", (str(datetime.now(UTC)),))

    with closing(sqlite3.connect(":memory:", check_same_thread=False)) as made, pytest.MonkeyPatch.context() as patched:
        made.row_factory = sqlite3.Row
        steps(Database(made))
        patched.setattr(paperboy, "apply", apply)
        yield


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    """A stage on which the bot does not run yet."""
    async with staged(tmp_path) as stage:
        yield stage
