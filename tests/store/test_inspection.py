"""Every command looks before it touches a database: newer, foreign and damaged ones are refused, and looking writes
nothing."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

import pytest

from bot.errors import DatabaseEmpty, DatabaseForeign, DatabaseLost, StoreError
from bot.store import inspection, lock, present
from bot.store.database import add, number, open_database
from bot.store.inspection import Depth
from bot.store.thread import Store
from tests.support.harms import (
    another_programs,
    cut_off,
    damaged,
    newer,
    no_database,
    unreleased,
)
from tests.support.operating import Home, typed

#: Commands that open a database, each with the exit code of one that is refused.
COMMANDS = (
    "status",
    "verify",
    "scan",
    "run --once",
    "backup copy.db",
    "restore paperboy-copy.db",
    "check",
)
HARMS = (damaged, cut_off, no_database, another_programs, newer, unreleased)


@pytest.fixture
def home(home: Home, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home with a database, where the commands are typed in this process."""
    home.settle(
        f'[telegram]\ntoken = "123456789:{"A" * 35}"\napi_base_url = "http://127.0.0.1:9"'
    )
    open_database(home.database).close()
    monkeypatch.chdir(home.place)
    return home


def files_of(place: Path) -> dict[str, tuple[bytes, int, int]]:
    """Return every file below a place with its content, times and rights."""
    return {
        str(path.relative_to(place)): (
            path.read_bytes(),
            path.stat().st_mtime_ns,
            path.stat().st_mode,
        )
        for path in place.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize("command", COMMANDS[:5])
@pytest.mark.parametrize("harm", HARMS, ids=lambda harm: harm.__name__)
def test_no_command_uses_a_database_that_is_not_ours_and_whole(
    home: Home, command: str, harm: Callable[[Path], None]
) -> None:
    harm(home.database)
    before = home.database.read_bytes()
    with pytest.raises(StoreError) as refused:
        typed(command)
    assert "\n" not in str(refused.value)
    assert any(
        word in str(refused.value)
        for word in ("damaged", "another program", "newer version", "never released")
    )
    assert home.database.read_bytes() == before


_STEPS = (
    "CREATE TABLE _sqlite_migrations (migration_set TEXT, name TEXT, applied_at TEXT);"
)


@pytest.mark.parametrize(
    ("script", "error"),
    [
        ("CREATE VIEW articles AS SELECT 1 AS id", DatabaseForeign),
        ("PRAGMA application_id = 1196444487", DatabaseForeign),
        ("PRAGMA user_version = 7", DatabaseForeign),
        (
            f"{_STEPS} INSERT INTO _sqlite_migrations VALUES ('shop', '1', '')",
            DatabaseForeign,
        ),
        ("CREATE TABLE t (x); DROP TABLE t", DatabaseEmpty),
        (_STEPS, DatabaseEmpty),
    ],
)
def test_a_database_without_tables_may_be_another_programs(
    tmp_path: Path, script: str, error: type[StoreError]
) -> None:
    with closing(sqlite3.connect(tmp_path / "paperboy.db")) as db:
        db.executescript(script)
    with pytest.raises(error):
        inspection.examine(tmp_path / "paperboy.db", Depth.PAGES)


def test_a_folder_is_no_database_by_whatever_command(home: Home) -> None:
    home.database.unlink()
    (home.database / "sub").mkdir(parents=True)
    for command in COMMANDS[:5]:
        with pytest.raises(StoreError, match="is not a regular file"):
            typed(command)


@pytest.mark.parametrize("harm", HARMS, ids=lambda harm: harm.__name__)
def test_check_says_what_is_wrong_with_a_database(
    home: Home, harm: Callable[[Path], None], capsys: pytest.CaptureFixture[str]
) -> None:
    harm(home.database)
    assert typed("check") == 1
    shown = " ".join(capsys.readouterr().out.split())
    assert any(
        word in shown
        for word in ("damaged", "another program", "newer version", "never released")
    )


@pytest.mark.parametrize("command", ["status", "verify", "status --json"])
@pytest.mark.parametrize("state", ["at rest", "older", "cut off", "read-only"])
def test_looking_writes_nothing(home: Home, command: str, state: str) -> None:
    if state == "older":
        older(home.database)
    if state == "cut off":
        left_a_log(home.database)
    if state == "read-only":
        home.database.chmod(0o400)
        home.database.parent.chmod(0o500)
    before = files_of(home.place)
    typed(command)
    home.database.parent.chmod(0o700)
    assert files_of(home.place) == before


def older(database: Path) -> None:
    """Make a database as the first step of the schema made it."""
    from sqlite_utils import Database

    from bot.store.migrations import paperboy

    database.unlink()
    with closing(sqlite3.connect(database)) as connection:
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA journal_mode = WAL")
        paperboy.apply(Database(connection), stop_before="0002_facts")


def left_a_log(database: Path) -> None:
    """Leave a database as a killed process does: with a log whose rows are not in the file yet."""
    db = open_database(database)
    add(db, "INSERT INTO alerts VALUES (?, 0)", ("kept in the log",))
    log = Path(f"{database}-wal").read_bytes()
    whole = database.read_bytes()
    db.close()
    database.write_bytes(whole)
    Path(f"{database}-wal").write_bytes(log)


def test_what_a_killed_process_left_in_the_log_is_read(home: Home) -> None:
    left_a_log(home.database)
    with inspection.reading(home.database) as db:
        assert number(db, "SELECT count(*) FROM alerts") == 1


def test_an_older_database_is_read_as_it_will_be(home: Home) -> None:
    older(home.database)
    with inspection.reading(home.database) as db:
        assert number(db, "SELECT count(*) FROM facts") == 1


def test_a_lock_is_seen_without_the_right_to_write(tmp_path: Path) -> None:
    database = tmp_path / "paperboy.db"
    assert not lock.is_held(database)
    assert not list(tmp_path.iterdir())
    with lock.held(database):
        Path(f"{database}.lock").chmod(0o400)
        assert lock.is_held(database)
    assert not lock.is_held(database)


def test_a_new_database_is_for_its_owner_and_an_old_one_no_longer_for_strangers(
    tmp_path: Path,
) -> None:
    path = tmp_path / "paperboy.db"
    os.umask(old := os.umask(0o022))
    assert old is not None
    db = open_database(path)
    assert {stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()} == {0o600}
    db.close()
    path.chmod(0o644)
    open_database(path).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


@pytest.mark.parametrize("depth", Depth)
def test_a_whole_database_passes_at_every_depth(home: Home, depth: Depth) -> None:
    inspection.examine(home.database, depth)


def tables_only(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute(
            "CREATE TABLE _sqlite_migrations (migration_set TEXT, name TEXT, applied_at TEXT)"
        )


def header_only(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA journal_mode = WAL")


@pytest.mark.parametrize("cut_short", [Path.touch, header_only, tables_only])
def test_a_process_killed_while_it_made_the_database_leaves_one_that_can_be_made(
    home: Home, cut_short: Callable[[Path], None]
) -> None:
    home.database.unlink()
    cut_short(home.database)
    with pytest.raises(StoreError, match="is empty, not a database"):
        typed("status")
    assert typed("scan") == 0
    assert typed("status") == 0


# --- The file under a running bot -------------------------------------------------------------------------------------


def deleted(path: Path) -> None:
    path.unlink()


def moved(path: Path) -> None:
    path.rename(path.with_name("elsewhere.db"))


def replaced(path: Path) -> None:
    other = path.with_name("other.db")
    open_database(other).close()
    other.replace(path)


def log_deleted(path: Path) -> None:
    Path(f"{path}-wal").unlink()


def cut_short(path: Path) -> None:
    os.truncate(path, 0)


def log_cut_short(path: Path) -> None:
    os.truncate(f"{path}-wal", 0)


async def test_a_database_that_another_program_tidies_while_in_use_is_not_taken_for_lost(
    tmp_path: Path,
) -> None:
    path = tmp_path / "paperboy.db"
    store = Store(path)
    try:
        for letter in "abc":
            await store(add, "INSERT INTO alerts VALUES (?, 0)", (letter * 50_000,))
        with closing(sqlite3.connect(path)) as other:
            for work in (
                "DELETE FROM alerts",
                "PRAGMA wal_checkpoint(TRUNCATE)",
                "VACUUM",
                "PRAGMA wal_checkpoint",
            ):
                other.execute(work).fetchall()
                other.commit()
                await store(add, "INSERT INTO alerts VALUES (?, 0)", (work,))
        assert await store(number, "SELECT count(*) FROM alerts") == 4
    finally:
        store.close()
    assert not present.saved_beside(path).exists()


@pytest.mark.parametrize(
    "harm", [cut_short, log_cut_short], ids=lambda harm: harm.__name__
)
async def test_a_database_that_is_cut_while_in_use_is_noticed(
    tmp_path: Path, harm: Callable[[Path], None]
) -> None:
    """What is left of it need not be whole; then nothing is saved, and that is said."""
    path = tmp_path / "paperboy.db"
    store = Store(path)
    try:
        await store(add, "INSERT INTO alerts VALUES (?, 0)", ("before",))
        harm(path)
        with pytest.raises(
            DatabaseLost, match="was deleted, moved, cut or replaced"
        ) as lost:
            await store(add, "INSERT INTO alerts VALUES (?, 0)", ("after",))
    finally:
        with suppress(sqlite3.Error):
            store.close()
    assert present.saved_beside(path).exists() == ("brings it back" in str(lost.value))


@pytest.mark.parametrize(
    "harm", [deleted, moved, replaced, log_deleted], ids=lambda harm: harm.__name__
)
async def test_a_database_that_is_lost_while_in_use_is_noticed_and_saved(
    tmp_path: Path, harm: Callable[[Path], None]
) -> None:
    path = tmp_path / "paperboy.db"
    store = Store(path)
    try:
        await store(add, "INSERT INTO alerts VALUES (?, 0)", ("before",))
        harm(path)
        for _ in range(2):
            with pytest.raises(
                DatabaseLost, match=r"paperboy\.db\.saved` brings it back"
            ):
                await store(add, "INSERT INTO alerts VALUES (?, 0)", ("after",))
    finally:
        store.close()
    saved = present.saved_beside(path)
    assert stat.S_IMODE(saved.stat().st_mode) == 0o600
    inspection.examine(saved, Depth.EVERYTHING)
    with inspection.reading(saved) as db:
        assert number(db, "SELECT count(*) FROM alerts WHERE key = 'before'") == 1
        assert number(db, "SELECT count(*) FROM alerts") == 1


def test_no_empty_database_takes_the_place_of_one_that_was_lost(home: Home) -> None:
    home.database.rename(present.saved_beside(home.database))
    with pytest.raises(StoreError, match="remove that file to begin without it"):
        typed("scan")
    assert not home.database.exists()
    typed("restore data/paperboy.db.saved")
    typed("scan")


def test_no_older_state_takes_the_place_of_what_was_saved(home: Home) -> None:
    """A log that was cut leaves the file as it was earlier, whole: it does not know what was posted since."""
    saved = present.saved_beside(home.database)
    shutil.copy(home.database, saved)
    present.before_use(home.database)  # as after `restore`: they know the same
    with closing(sqlite3.connect(saved)) as db, db:
        db.execute("UPDATE sequence SET last = last + 1")
    with pytest.raises(StoreError, match="remove that file to begin without it"):
        typed("scan")
    typed("restore data/paperboy.db.saved")
    typed("scan")


# --- No token ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "command", ["status", "verify", "backup copy.db", "restore data/paperboy.db.kept"]
)
@pytest.mark.parametrize("token", ["", "rubbish", "123456789:AAtooShort"])
def test_what_does_not_speak_to_telegram_needs_no_token(
    home: Home, command: str, token: str
) -> None:
    if command.startswith("restore"):
        typed("backup data/paperboy.db.kept")
    home.settle(f'[telegram]\ntoken = "{token}"')
    typed(command)
