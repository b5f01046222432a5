"""Before a database is brought up to date, a whole copy of it as it was lies beside it, or it stays as it is."""

from __future__ import annotations

import resource
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from bot.app import App
from bot.errors import StoreError
from bot.rendering.loading import words
from bot.settings import Settings
from bot.store import inspection, upgrade
from bot.store.database import number, rows
from bot.store.inspection import Depth
from tests.support.upgrade import asked, copy
from tests.support.upgrade import before as before  # a fixture

NAME = "paperboy.db.before-0002"


async def start(home: Path) -> None:
    """Open the database as every command does that writes to it."""
    settings = Settings(
        store={"database": home / "paperboy.db"}, feed={"folder": home / "articles"}
    )
    async with App.opened(settings, words(None)):
        pass


def beside(home: Path) -> set[str]:
    return {path.name for path in home.iterdir() if path.is_file()} - {
        "paperboy.db",
        "paperboy.db.lock",
    }


async def test_a_copy_of_the_database_as_it_was_is_kept(
    before: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    database = copy(before, tmp_path)
    caplog.set_level("INFO")
    await start(tmp_path)
    assert inspection.pending_step(database) == ""
    kept = tmp_path / NAME
    assert beside(tmp_path) == {NAME}
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    inspection.examine(kept, Depth.EVERYTHING)
    assert inspection.pending_step(kept) == "0002_facts"
    with closing(asked(kept)) as old, closing(asked(before / "quiet.db")) as was:
        assert [tuple(one) for one in rows(old, "SELECT * FROM deliveries")] == [
            tuple(one) for one in rows(was, "SELECT * FROM deliveries")
        ]
    assert (
        f"paperboy.db is being upgraded; a copy of it as it was is kept as {NAME}"
        in caplog.text
    )
    await start(tmp_path)
    assert beside(tmp_path) == {NAME}


def test_a_copy_that_is_there_already_is_not_made_twice_and_another_one_not_replaced(
    before: Path, tmp_path: Path
) -> None:
    """A run that was cut off between the copy and the upgrade left one; another may be of an earlier try."""
    database = copy(before, tmp_path)
    assert upgrade.keep_copy(database) == tmp_path / NAME
    assert upgrade.keep_copy(database) == tmp_path / NAME
    (tmp_path / NAME).write_text("another's")
    assert upgrade.keep_copy(database) == tmp_path / f"{NAME}-2"
    assert (tmp_path / NAME).read_text() == "another's"
    assert beside(tmp_path) == {NAME, f"{NAME}-2"}


async def test_without_room_for_a_copy_the_database_stays_as_it_is(
    before: Path, tmp_path: Path
) -> None:
    database = copy(before, tmp_path)
    with (
        no_file_above(100_000),
        pytest.raises(StoreError, match="was not upgraded, because a copy") as told,
    ):
        await start(tmp_path)
    assert "\n" not in str(told.value)
    assert "Make room" in told.value.fix
    assert beside(tmp_path) == set()
    assert inspection.pending_step(database) == "0002_facts"
    await start(tmp_path)
    with closing(asked(tmp_path / NAME)) as kept:
        assert number(kept, "SELECT count(*) FROM articles") > 20


async def test_an_upgrade_that_fails_half_way_leaves_the_database_as_it_was(
    before: Path, tmp_path: Path
) -> None:
    database = copy(before, tmp_path)
    with (
        no_file_above(database.stat().st_size + 10_000),
        pytest.raises(StoreError) as told,
    ):
        await start(tmp_path)
    assert "\n" not in str(told.value)
    assert beside(tmp_path) >= {NAME}
    with closing(sqlite3.connect(database)) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        columns = {name for _, name, *_ in db.execute("PRAGMA table_info(articles)")}
    step = inspection.pending_step(database)
    assert step
    assert ("sequence" in columns) is (step > "0003_order")
    await start(tmp_path)
    assert inspection.pending_step(database) == ""


async def test_a_new_database_and_one_that_is_up_to_date_get_no_copy(
    tmp_path: Path,
) -> None:
    await start(tmp_path)
    await start(tmp_path)
    assert beside(tmp_path) == set()


@contextmanager
def no_file_above(size: int) -> Iterator[None]:
    """Let this process write no file beyond a size, as on a disk that is full."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
