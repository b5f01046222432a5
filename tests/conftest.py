"""What every test begins with: how many examples a property is tried with, how a new database is made, and fixtures.

A fixture that several files define alike is here. One that is made otherwise in a file is defined there, of the same
type (tests/test_tests.py).
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio
from hypothesis import settings
from sqlite_utils import Database

from bot.sandbox import Sandbox
from bot.store.migrations import paperboy
from tests.support import chatting, outgoing
from tests.support import examples as examples  # the profiles
from tests.support.calling import Caller, calling
from tests.support.chatting import Bot
from tests.support.newsroom import Newsroom, open_newsroom
from tests.support.operating import Home
from tests.support.outgoing import Outgoing
from tests.support.paths import HAS_REAL_FEED, REAL_FEED
from tests.support.stage import Stage, staged

if TYPE_CHECKING:
    from playwright.async_api import Browser

settings.load_profile("test")


def pytest_configure() -> None:
    """Refuse a REAL_FEED that names nothing: its tests would fail one by one."""
    if HAS_REAL_FEED and not REAL_FEED.is_dir():
        raise pytest.UsageError("REAL_FEED names no folder")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what reads real documents where there are none; pytest sums up what is skipped here in one line."""
    if item.get_closest_marker("real") and not HAS_REAL_FEED:
        pytest.skip("REAL_FEED is not set: the real documents are not here")


@pytest.fixture(autouse=True)
def log_levels_are_restored() -> Iterator[None]:
    """Keep what a command sets for the log out of the tests that come after it."""
    loggers = [logging.getLogger(), logging.getLogger("bot")]
    before = [logger.level for logger in loggers]
    yield
    for logger, level in zip(loggers, before, strict=True):
        logger.setLevel(level)


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
            db.conn.execute(
                "UPDATE facts SET value = lower(hex(randomblob(16))) WHERE name = 'database'"
            )
            db.conn.execute(
                "UPDATE _sqlite_migrations SET applied_at = ?",
                (str(datetime.now(UTC)),),
            )

    with (
        closing(sqlite3.connect(":memory:", check_same_thread=False)) as made,
        pytest.MonkeyPatch.context() as patched,
    ):
        made.row_factory = sqlite3.Row
        steps(Database(made))
        patched.setattr(paperboy, "apply", apply)
        yield


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    """A stage on which the bot does not run yet."""
    async with staged(tmp_path) as stage:
        yield stage


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    """A sandbox with nothing in it."""
    async with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
async def api() -> AsyncIterator[Caller]:
    """A bot reduced to its calls, and a sandbox for it."""
    async with calling() as caller:
        yield caller


@pytest.fixture
async def bot() -> AsyncIterator[Bot]:
    """A bot that people talk to."""
    async with chatting.at_work() as bot:
        yield bot


@pytest.fixture
async def publisher() -> AsyncIterator[Outgoing]:
    """A bot that posts, with a channel and an editor who has pressed Start."""
    async with outgoing.at_work() as publisher:
        yield publisher


@pytest.fixture
def newsroom() -> Iterator[Newsroom]:
    """A database in memory without a channel or reader; in the end it must be sound."""
    room = open_newsroom()
    yield room
    room.sound()
    room.db.close()


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Where an operator types, with nothing in it."""
    return Home(tmp_path)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    """Chromium, for a module whose tests run on one event loop."""
    from tests.support.browser import chromium

    async with chromium() as browser:
        yield browser
