"""Opening the database, its transactions, and the desk: many tasks, one thread, nothing half written."""

from __future__ import annotations

import asyncio
import sqlite3
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from threading import Event

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlite_utils import Database

from bot.domain.notices import Alert, Notice
from bot.errors import StoreError
from bot.store import articles, chats, facts, notices
from bot.store.database import (
    maybe,
    milliseconds,
    moment,
    number,
    open_database,
    row,
    transaction,
    write,
)
from bot.store.facts import Fact
from bot.store.thread import Store
from tests.support.newsroom import AT, article, open_newsroom


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "paperboy.db"


def alerts(db: Database) -> int:
    return number(db, "SELECT count(*) FROM alerts")


def alert(db: Database, key: str) -> bool:
    return bool(notices.tell(db, [Notice(key=key, alert=Alert.OTHER)], AT))


# --- opening ----------------------------------------------------------------------------------------------------------


def test_a_new_database_is_made_with_its_folder_and_opened_again_as_it_was(
    path: Path,
) -> None:
    db = open_database(path)
    alert(db, "a")
    db.close()
    again = open_database(path)
    assert alerts(again) == 1
    again.close()


def test_what_is_committed_is_safe_from_a_power_cut_and_references_are_kept(
    path: Path,
) -> None:
    db = open_database(path)
    pragmas = {
        name: db.conn.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("journal_mode", "synchronous")
    }
    assert pragmas == {"journal_mode": "wal", "synchronous": 2}
    with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"):
        write(db, "INSERT INTO aliases VALUES ('x', 99)")
    db.close()


def test_what_is_no_database_is_said_in_words_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "letter.txt"
    file.write_text("Dear all, this is a letter and not a database at all. " * 40)
    with pytest.raises(
        StoreError,
        match=r"letter\.txt: can't be used as the database: file is not a database",
    ):
        open_database(file)
    assert file.read_text().startswith("Dear all")


def test_a_folder_is_no_database(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="can't be used as the database"):
        open_database(tmp_path)


def test_a_folder_that_can_not_be_made_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="can't be made"):
        open_database(tmp_path / "file" / "paperboy.db")


def test_another_programs_database_is_not_taken_over(tmp_path: Path) -> None:
    path = tmp_path / "shop.db"
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE articles (sku TEXT)")
    other.commit()
    with pytest.raises(StoreError, match=r"shop\.db: can't be used as the database"):
        open_database(path)
    assert [
        name
        for (name,) in other.execute(
            "SELECT name FROM sqlite_master WHERE name = 'deliveries'"
        )
    ] == []
    other.close()


# --- transactions -----------------------------------------------------------------------------------------------------


def test_a_block_that_fails_leaves_nothing_behind(path: Path) -> None:
    db = open_database(path)
    with pytest.raises(RuntimeError, match="half way"), transaction(db):
        alert(db, "a")
        raise RuntimeError("half way")
    assert alerts(db) == 0
    assert not db.conn.in_transaction
    db.close()


def test_a_block_inside_another_stands_or_falls_with_it(path: Path) -> None:
    db = open_database(path)
    with pytest.raises(RuntimeError), transaction(db):
        with transaction(db):
            alert(db, "a")
        raise RuntimeError
    assert alerts(db) == 0
    db.close()


def test_a_commit_that_fails_is_undone_and_the_next_one_counts(path: Path) -> None:
    """References are checked at the commit here, so that it is the commit itself that fails."""
    db = open_database(path)
    with pytest.raises(sqlite3.IntegrityError), transaction(db):
        db.conn.execute("PRAGMA defer_foreign_keys = ON")
        alert(db, "lost")
        db.conn.execute("INSERT INTO aliases VALUES ('x', 99)")
    assert not db.conn.in_transaction
    alert(db, "kept")
    db.close()
    again = open_database(path)
    assert [one[0] for one in again.conn.execute("SELECT key FROM alerts")] == ["kept"]
    again.close()


moments = st.datetimes(
    timezones=st.sampled_from(
        [UTC, *(timezone(timedelta(hours=hours)) for hours in (-12, 5.5, 14))]
    )
)


@given(moments.filter(lambda at: 1900 < at.year < 9998))
def test_a_moment_comes_back_to_the_millisecond_from_any_time_zone(
    at: datetime,
) -> None:
    back = moment(milliseconds(at))
    assert back.tzinfo is UTC
    assert timedelta(0) <= at - back < timedelta(milliseconds=1)
    assert moment(milliseconds(back)) == back


def test_a_moment_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        milliseconds(datetime(2026, 1, 1))  # noqa: DTZ001 - a naive one is what is tried
    assert maybe(None) is None


# --- the desk ---------------------------------------------------------------------------------------------------------


async def test_many_tasks_write_through_one_desk_and_none_is_lost(path: Path) -> None:
    store = Store(path)

    def read_then_write(db: Database, key: int) -> int:
        with transaction(db):
            before = alerts(db)
            alert(db, str(key))
            assert alerts(db) == before + 1
        return before

    found = await asyncio.gather(*(store(read_then_write, key) for key in range(200)))
    assert sorted(found) == list(range(200))
    store.close()


async def test_what_goes_wrong_in_one_task_is_undone_and_does_not_touch_the_others(
    path: Path,
) -> None:
    store = Store(path)

    def work(db: Database, key: int) -> None:
        with transaction(db):
            alert(db, str(key))
            if key % 3 == 0:
                raise LookupError(key)

    found = await asyncio.gather(
        *(store(work, key) for key in range(30)), return_exceptions=True
    )
    assert [one.args[0] for one in found if isinstance(one, LookupError)] == list(
        range(0, 30, 3)
    )
    assert await store(alerts) == 20
    store.close()


async def test_work_that_has_begun_is_finished_though_its_caller_is_gone(
    path: Path,
) -> None:
    store, begun, go_on = Store(path), Event(), Event()

    def work(db: Database) -> None:
        with transaction(db):
            alert(db, "a")
            begun.set()
            go_on.wait(5)

    task = asyncio.create_task(store(work))
    await asyncio.to_thread(begun.wait, 5)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    go_on.set()
    assert await store(alerts) == 1
    store.close()


async def test_closing_finishes_what_is_queued(path: Path) -> None:
    store = Store(path)
    tasks = [asyncio.ensure_future(store(alert, str(key))) for key in range(50)]
    await asyncio.sleep(0)
    await asyncio.to_thread(store.close)
    assert all(await asyncio.gather(*tasks))
    db = open_database(path)
    assert alerts(db) == 50
    db.close()


async def test_the_loop_goes_on_while_the_database_works(path: Path) -> None:
    store, go_on = Store(path), Event()
    task = asyncio.ensure_future(store(lambda db: go_on.wait(5)))
    await asyncio.sleep(0)
    assert not task.done()
    go_on.set()
    assert await task
    store.close()


async def test_a_full_disk_is_said_in_words_and_the_store_goes_on_when_there_is_room(
    path: Path,
) -> None:
    store = Store(path)

    def limit(db: Database, pages: int) -> None:
        db.conn.execute(f"PRAGMA max_page_count = {pages}")

    await store(limit, await store(number, "PRAGMA page_count"))
    with pytest.raises(
        StoreError,
        match=r"paperboy\.db: the database can't be used: database or disk is full",
    ):
        await store(alert, "x" * 1_000_000)
    await store(limit, 1_000_000)
    assert await store(alert, "x")
    assert await store(alerts) == 1
    store.close()


async def test_a_mistake_of_ours_is_no_fault_of_the_disk(path: Path) -> None:
    store = Store(path)
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        await store(row, "SELECT * FROM nowhere")
    store.close()


def test_a_desk_that_can_not_open_its_database_says_so(tmp_path: Path) -> None:
    with pytest.raises(StoreError):
        Store(tmp_path)


# --- what is asked at every turn --------------------------------------------------------------------------------------


def test_no_question_of_the_couriers_looks_through_all_deliveries(path: Path) -> None:
    """With years of posts behind it, the bot must not read them all between two messages."""
    from bot.store import edits, fanouts, outbox

    store = open_newsroom(path)
    asked: set[str] = set()
    store.db.conn.set_trace_callback(asked.add)
    outbox.due(store.db, AT, busy=[1])
    outbox.next_due(store.db, AT, busy=[1])
    edits.due(store.db, AT, busy=[1])
    fanouts.extend(store.db, AT)
    store.db.conn.set_trace_callback(None)
    questions = [sql for sql in asked if sql.lstrip().startswith("SELECT")]
    assert len(questions) >= 5
    for sql in questions:
        for step in store.db.conn.execute(f"EXPLAIN QUERY PLAN {sql}"):
            table = step["detail"].removeprefix("SCAN ").removeprefix("SEARCH ")
            reads_it = table.startswith(("d", "deliveries"))
            assert not reads_it or " INDEX deliveries_" in table, (
                f"{step['detail']} in {sql}"
            )
            assert not reads_it or "deliveries_by_chat" not in table or "=?" in table, (
                f"{step['detail']} in {sql}"
            )
    store.db.close()


def test_rows_survive_a_restart_of_the_whole_room(path: Path) -> None:
    room = open_newsroom(path)
    room.open_channel("@news")
    number_ = room.number("a.md", article())
    room.db.close()
    db = open_database(path)
    stored = articles.get(db, number_)
    assert stored is not None
    assert stored.article == article()
    assert [one.setting for one in chats.channels(db)] == ["@news"]
    db.close()


def test_every_database_has_an_id_of_its_own_and_remembers_facts(
    tmp_path: Path,
) -> None:
    one, other = (open_database(tmp_path / name) for name in ("one.db", "other.db"))
    assert facts.get(one, Fact.DATABASE) != facts.get(other, Fact.DATABASE)
    assert facts.get(one, Fact.RESTORED) is None
    facts.put(one, Fact.RESTORED, "1")
    facts.put(one, Fact.RESTORED, "2")
    assert facts.get(one, Fact.RESTORED) == "2"
    facts.forget(one, Fact.RESTORED)
    assert facts.get(one, Fact.RESTORED) is None
    one.close()
    other.close()
