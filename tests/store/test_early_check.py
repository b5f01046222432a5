"""The check of a database that begins before the lock is held: what it found counts for the same file only."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from bot.store.database import open_database
from bot.store.early_check import EarlyCheck


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "paperboy.db"
    open_database(path).close()
    return path


def check(database: Path) -> EarlyCheck:
    begun = EarlyCheck()
    begun.begin(database)
    return begun


def test_an_undamaged_database_and_a_new_one_pass(
    database: Path, tmp_path: Path
) -> None:
    assert check(database).holds()
    assert check(tmp_path / "new.db").holds()


def test_nothing_holds_before_a_check_was_begun() -> None:
    assert not EarlyCheck().holds()


def test_a_damaged_or_foreign_database_does_not_pass(database: Path) -> None:
    content = bytearray(database.read_bytes())
    content[4_096:12_288] = b"\xff" * 8_192
    database.write_bytes(content)
    assert not check(database).holds()
    database.write_text("Not a database at all")
    assert not check(database).holds()


def test_a_database_that_was_changed_meanwhile_is_to_be_checked_again(
    database: Path,
) -> None:
    begun = check(database)
    assert begun.holds()
    with closing(open_database(database)) as db:
        db.execute("CREATE TABLE another (id)")
    assert not begun.holds()
    begun = check(database)
    assert begun.holds()
    database.unlink()
    assert not begun.holds()


def test_content_that_a_lost_database_left_meanwhile_is_to_be_checked_again(
    database: Path,
) -> None:
    begun = check(database)
    assert begun.holds()
    database.with_name(f"{database.name}.saved").touch()
    assert not begun.holds()
