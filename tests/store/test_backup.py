"""Copies of the database: taken while it is written to, verified before they replace anything; and its lock."""

from __future__ import annotations

import os
import sqlite3
import stat
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database

from bot.cli.checking import database
from bot.errors import DatabaseInUse, DatabaseLinked, StoreError
from bot.store import backup, facts, inspection, lock
from bot.store.database import milliseconds, open_database
from bot.store.facts import Fact
from bot.store.inspection import Depth
from bot.store.migrations import paperboy
from tests.support.harms import (
    another_programs,
    broken_references,
    cut_off,
    damaged,
    empty,
    gone,
    newer,
    no_database,
)
from tests.support.newsroom import AT
from tests.support.operating import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home whose database holds three rows."""
    home = Home(tmp_path)
    open_database(home.database).close()
    write(home.database, 3)
    return home


def write(database: Path, count: int) -> None:
    with closing(sqlite3.connect(database)) as db, db:
        (before,) = db.execute("SELECT count(*) FROM updates").fetchone()
        db.executemany(
            "INSERT INTO updates (id, at, result) VALUES (?, 0, '')",
            [(before + n + 1,) for n in range(count)],
        )


def count(database: Path) -> int:
    """Return how many rows it has; a log beside it counts as it would for any reader."""
    with closing(sqlite3.connect(database)) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        (found,) = db.execute("SELECT count(*) FROM updates").fetchone()
        return int(found)


# --- backup -----------------------------------------------------------------------------------------------------------


def test_a_copy_is_one_file_that_says_what_the_database_says(home: Home) -> None:
    done = home.run("backup", "copies/one.db")
    assert (done.code, done.err) == (0, "")
    copy = home.place / "copies" / "one.db"
    assert (
        done.out
        == f"copies/one.db: a copy of data/paperboy.db, {copy.stat().st_size:,} bytes\n"
    )
    assert count(copy) == 3
    assert [path.name for path in copy.parent.iterdir()] == ["one.db"]


def test_a_copy_taken_while_the_database_is_written_to_is_whole(
    home: Home, tmp_path: Path
) -> None:
    stop = threading.Event()

    def keep_writing() -> None:
        while not stop.is_set():
            write(home.database, 2)

    writer = threading.Thread(target=keep_writing)
    writer.start()
    try:
        for number in range(10):
            copy = tmp_path / f"{number}.db"
            backup.backup(home.database, copy)
            assert count(copy) % 2 == 1  # three and whole transactions of two
            inspection.examine(copy, Depth.EVERYTHING)
    finally:
        stop.set()
        writer.join()


def test_a_backup_replaces_an_earlier_one_of_the_same_database_and_is_for_its_owner_only(
    home: Home, tmp_path: Path
) -> None:
    home.database.chmod(0o640)
    for rows in (3, 5):
        backup.backup(home.database, tmp_path / "copy.db")
        assert stat.S_IMODE((tmp_path / "copy.db").stat().st_mode) == 0o600
        assert count(tmp_path / "copy.db") == rows
        write(home.database, 2)


def another_backup(place: Path, file: Path) -> None:
    open_database(place / "another.db").close()
    backup.backup(place / "another.db", file)


def living_database(place: Path, file: Path) -> None:
    open_database(file).close()


def text(place: Path, file: Path) -> None:
    file.write_text("a letter to my mother")


def nothing_in_it(place: Path, file: Path) -> None:
    file.touch()


def folder(place: Path, file: Path) -> None:
    file.mkdir()


def pipe(place: Path, file: Path) -> None:
    os.mkfifo(file)


def device(place: Path, file: Path) -> None:
    file.symlink_to("/dev/full")


def link_to_itself(place: Path, file: Path) -> None:
    file.symlink_to(file)


def dead_link(place: Path, file: Path) -> None:
    file.symlink_to("nowhere")


@pytest.mark.parametrize(
    ("make", "reason", "forced"),
    [
        (another_backup, "is a backup of another database; --force replaces it", True),
        (living_database, "is a database that a bot runs on", False),
        (text, "is not a backup", False),
        (nothing_in_it, "is not a backup", False),
        (folder, "is not a regular file", False),
        (link_to_itself, "is a link that leads back to itself", False),
        (pipe, "is not a regular file", False),
        (device, "is not a regular file", False),
        (dead_link, "is not a regular file", False),
    ],
)
def test_a_backup_takes_the_place_of_nothing_else(
    home: Home,
    tmp_path: Path,
    make: Callable[[Path, Path], None],
    reason: str,
    forced: bool,
) -> None:
    file = tmp_path / "kept"
    make(tmp_path, file)
    before = sorted(path.name for path in tmp_path.iterdir())
    done = home.run("backup", str(file))
    assert (done.code, len(done.lines)) == (1, 1)
    assert reason in done.err
    done = home.run("backup", "--force", str(file))
    assert done.code == (0 if forced else 1)
    assert sorted(path.name for path in tmp_path.iterdir()) == before


@pytest.mark.parametrize("ending", ["-wal", "-shm", "-journal", ".lock"])
def test_a_backup_never_takes_the_name_of_a_part_of_the_database(
    home: Home, ending: str
) -> None:
    with pytest.raises(StoreError, match="belongs to the database itself"):
        backup.backup(home.database, Path(f"{home.database}{ending}"), force=True)
    assert count(home.database) == 3


def test_damage_is_never_copied_over_a_good_backup(home: Home, tmp_path: Path) -> None:
    """Every page of the database is looked at before a copy takes an older copy's place."""
    copy = tmp_path / "copy.db"
    backup.backup(home.database, copy)
    good, whole = copy.read_bytes(), home.database.read_bytes()
    with closing(sqlite3.connect(copy)) as db:
        free = db.execute("PRAGMA freelist_count").fetchone()[0]
    for page in range(1, len(whole) // 4_096):
        data = bytearray(whole)
        data[page * 4_096 : page * 4_096 + 100] = b"\xff" * 100
        home.database.write_bytes(bytes(data))
        try:
            backup.backup(home.database, copy)
        except StoreError as error:
            assert "is damaged" in str(error)
            assert copy.read_bytes() == good
        else:  # the page is a free one, that holds nothing
            free -= 1
            copy.write_bytes(good)
    assert free >= 0
    assert not list(tmp_path.glob(".*.part*"))


def test_the_database_is_never_copied_onto_itself(home: Home, tmp_path: Path) -> None:
    (tmp_path / "link.db").symlink_to(home.database)
    (tmp_path / "hard.db").hardlink_to(home.database)
    for name in (
        home.database,
        tmp_path / "link.db",
        tmp_path / "hard.db",
        home.database.parent / "." / "paperboy.db",
    ):
        for copy in (backup.backup, backup.restore):
            with pytest.raises(StoreError, match="is the database itself"):
                copy(
                    *(
                        (home.database, name)
                        if copy is backup.backup
                        else (name, home.database, AT)
                    )
                )
    assert count(home.database) == 3


def test_what_can_not_be_written_leaves_nothing_behind(
    home: Home, tmp_path: Path
) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(StoreError, match="is not a regular file"):
        backup.backup(home.database, tmp_path / "folder")
    assert not list(tmp_path.glob(".*.part"))


def test_without_a_database_there_is_nothing_to_copy(tmp_path: Path) -> None:
    done = Home(tmp_path).run("backup", "copy.db")
    assert (done.code, len(done.lines)) == (1, 1)
    assert "there is no database to back up yet" in done.err


# --- restore ----------------------------------------------------------------------------------------------------------


def test_a_copy_takes_the_databases_place_with_its_log_gone(home: Home) -> None:
    home.run("backup", "copy.db")
    living = open_database(home.database)  # keeps a log beside it
    try:
        write(home.database, 4)
        assert Path(f"{home.database}-wal").stat().st_size > 0
        done = home.run("restore", "copy.db")
    finally:
        living.close()
    said, kept = done.out.splitlines()
    assert (done.code, said) == (0, "data/paperboy.db: restored from copy.db")
    assert count(home.database) == 3
    kept = home.place / kept.removeprefix("What it replaced is kept: ")
    assert count(kept) == 7
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    files = {path.name for path in home.database.parent.iterdir()} - {
        "paperboy.db.lock"
    }
    assert files == {"articles", "paperboy.db", kept.name}


def test_a_restored_database_knows_it_and_keeps_its_id(
    home: Home, tmp_path: Path
) -> None:
    with closing(open_database(home.database)) as db:
        before = facts.get(db, Fact.DATABASE)
    backup.backup(home.database, tmp_path / "copy.db")
    backup.restore(tmp_path / "copy.db", home.database, AT)
    with closing(open_database(home.database)) as db:
        assert facts.get(db, Fact.RESTORED) == str(milliseconds(AT))
        assert facts.get(db, Fact.DATABASE) == before
    with closing(sqlite3.connect(tmp_path / "copy.db")) as copy:
        assert copy.execute(
            "SELECT count(*) FROM facts WHERE name = 'restored'"
        ).fetchone() == (0,)


def test_two_restores_in_one_second_keep_both_databases(
    home: Home, tmp_path: Path
) -> None:
    backup.backup(home.database, tmp_path / "copy.db")
    kept = [backup.restore(tmp_path / "copy.db", home.database, AT) for _ in range(3)]
    assert len({*kept}) == 3
    assert all(path and path.exists() for path in kept)


def test_a_log_left_by_a_crash_is_not_read_into_the_restored_database(
    home: Home, tmp_path: Path
) -> None:
    backup.backup(home.database, tmp_path / "copy.db")
    living = open_database(home.database)
    write(home.database, 4)
    log = Path(f"{home.database}-wal").read_bytes()
    living.close()
    Path(f"{home.database}-wal").write_bytes(log)
    kept = backup.restore(tmp_path / "copy.db", home.database, AT)
    assert count(home.database) == 3
    assert kept
    assert count(kept) == 7


def test_a_database_that_is_gone_or_no_database_any_more_is_replaced(
    home: Home, tmp_path: Path
) -> None:
    backup.backup(home.database, tmp_path / "copy.db")
    home.database.write_text("rubbish")
    kept = backup.restore(tmp_path / "copy.db", home.database, AT)
    assert kept
    assert kept.read_text() == "rubbish"
    assert count(home.database) == 3
    home.database.unlink()
    backup.restore(tmp_path / "copy.db", home.database, AT)
    assert count(home.database) == 3


def test_behind_a_link_the_database_itself_is_replaced(
    home: Home, tmp_path: Path
) -> None:
    backup.backup(home.database, tmp_path / "copy.db")
    (tmp_path / "volume").mkdir()
    real = home.database.rename(tmp_path / "volume" / "real.db")
    home.database.symlink_to(real)
    write(home.database, 4)
    backup.restore(tmp_path / "copy.db", home.database, AT)
    assert home.database.is_symlink()
    assert count(real) == 3


@pytest.mark.parametrize(
    ("harm", "reason"),
    [
        (damaged, "is damaged"),
        (cut_off, "is damaged"),
        (no_database, "it is not an SQLite database"),
        (empty, "is empty, not a database"),
        (another_programs, "another program's"),
        (
            broken_references,
            "a row of aliases refers to a row of articles that is not there",
        ),
        (newer, "was written by a newer version of Paperboy (schema step 9999_x)"),
        (gone, "there is no such file"),
    ],
)
def test_what_is_no_good_copy_replaces_nothing(
    home: Home, tmp_path: Path, harm: Callable[[Path], None], reason: str
) -> None:
    copy = tmp_path / "copy.db"
    backup.backup(home.database, copy)
    harm(copy)
    before = home.database.read_bytes()
    with pytest.raises(StoreError) as refused:
        backup.restore(copy, home.database, AT)
    assert any(part in str(refused.value) for part in reason.split("|")), refused.value
    assert "\n" not in str(refused.value)
    assert home.database.read_bytes() == before
    assert not list(home.database.parent.glob(".*.part*"))


def test_a_bad_copy_is_a_line_and_code_one(home: Home) -> None:
    (home.place / "copy.db").write_text("rubbish")
    done = home.run("restore", "copy.db")
    assert (done.code, len(done.lines)) == (1, 1)


def test_an_older_copy_is_brought_up_to_date(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backup.backup(home.database, tmp_path / "copy.db")
    monkeypatch.setattr(paperboy, "_migrations", list(paperboy._migrations))

    @paperboy(name="9998_later")
    def later(db: Database) -> None:
        db.execute("CREATE TABLE later (id INTEGER)")

    backup.restore(tmp_path / "copy.db", home.database, AT)
    with closing(sqlite3.connect(home.database)) as db:
        assert db.execute("SELECT count(*) FROM later").fetchone() == (0,)


def test_an_older_copy_that_can_not_be_brought_up_to_date_replaces_nothing(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backup.backup(home.database, tmp_path / "copy.db")
    monkeypatch.setattr(paperboy, "_migrations", list(paperboy._migrations))

    @paperboy(name="9998_impossible")
    def impossible(db: Database) -> None:
        db.execute("CREATE TABLE articles (id INTEGER)")

    before = home.database.read_bytes()
    with pytest.raises(StoreError):
        backup.restore(tmp_path / "copy.db", home.database, AT)
    assert home.database.read_bytes() == before


# --- the lock ---------------------------------------------------------------------------------------------------------


def test_a_database_is_one_process_only_by_whatever_name(tmp_path: Path) -> None:
    (tmp_path / "link.db").symlink_to(tmp_path / "real.db")
    with lock.held(tmp_path / "real.db"):
        for name in ("real.db", "link.db", "../" + tmp_path.name + "/real.db"):
            with (
                pytest.raises(DatabaseInUse, match="another Paperboy"),
                lock.held(tmp_path / name),
            ):
                pytest.fail("is held by two")
    with lock.held(tmp_path / "link.db"):
        pass  # and it is let go


def test_a_link_that_leads_to_itself_is_no_database(tmp_path: Path) -> None:
    place = tmp_path / "paperboy.db"
    place.symlink_to(place)
    with (
        pytest.raises(StoreError, match="leads back to itself"),
        lock.held(place),
    ):
        pytest.fail("is held")
    (found,) = database.findings(place)
    assert "leads back to itself" in found.what


def test_a_database_with_a_second_name_is_refused_by_either(tmp_path: Path) -> None:
    (tmp_path / "real.db").touch()
    (tmp_path / "other.db").hardlink_to(tmp_path / "real.db")
    for name, other in (("real.db", "other.db"), ("other.db", "real.db")):
        with (
            pytest.raises(
                DatabaseLinked, match=f"{name}: has another name, {other}"
            ) as refused,
            lock.held(tmp_path / name),
        ):
            pytest.fail("is held")
        assert refused.value.exit_code == DatabaseInUse.exit_code
    (tmp_path / "other.db").unlink()
    with lock.held(tmp_path / "real.db"):
        pass


def test_a_place_that_can_not_be_locked_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(StoreError, match="can't be locked"),
        lock.held(tmp_path / "file" / "paperboy.db"),
    ):
        pytest.fail("is held")
