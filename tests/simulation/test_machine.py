"""The seams: the store's thread, the folder's watch and Telegram, and what a kill leaves of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlite_utils import Database
from telegram.error import NetworkError, TimedOut

from bot.botapi import wire
from bot.errors import DatabaseInUse
from bot.sandbox import faults
from bot.store.database import transaction
from bot.store.thread import Store
from tests.simulation.clocks import Clocks
from tests.simulation.event_log import EventLog
from tests.simulation.folder import Folder
from tests.simulation.life import Killed, Life
from tests.simulation.loop import SimulatedLoop, run
from tests.simulation.sqlite import connections
from tests.simulation.store_thread import Holds, StoreThread
from tests.simulation.telegram import TOKEN, Telegram


class World:
    """A loop, with what stands around it."""

    def __init__(self) -> None:
        self.loop = SimulatedLoop(1)
        self.clocks = Clocks(self.loop)
        self.events = EventLog(self.loop.time)
        self.life = Life(1)

    def thread(self, life: Life | None = None) -> StoreThread:
        return StoreThread(self.loop, Random(1), life or self.life, self.events)

    def live(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Do work as a part of the life."""
        return self.loop.create_task(work, context=self.life.context())


@pytest.fixture
def world() -> World:
    return World()


# --- the store --------------------------------------------------------------------------------------------------------


def _add(db: Database, number: int) -> int:
    with db.conn:
        db.conn.execute("CREATE TABLE IF NOT EXISTS calls (number INTEGER)")
        db.conn.execute("INSERT INTO calls VALUES (?)", (number,))
    return number


def _seen(db: Database) -> list[int]:
    return [row[0] for row in db.conn.execute("SELECT number FROM calls")]


def test_calls_of_the_store_are_made_in_order_and_take_time(
    world: World, tmp_path: Path
) -> None:
    async def story() -> None:
        store = Store(tmp_path / "a.db", world.thread())
        before = world.loop.time()
        assert sorted(await asyncio.gather(*(store(_add, n) for n in range(9))))
        assert world.loop.time() > before
        seen = await store(_seen)
        assert sorted(seen) == list(range(9))
        store.queue(_add, 9)
        store.close()

    run(world.loop, story())
    assert _lines(world, "store") == [
        "database.open_database",
        *["test_machine._add"] * 9,
        "test_machine._seen",
        "test_machine._add",
        "sqlite_utils.db.Database.close",
    ]


def _lines(world: World, word: str) -> list[str]:
    lines = (line.partition(f" {word} ")[2] for line in world.events.last)
    return [line.replace("tests.simulation.", "") for line in lines if line]


def test_a_kill_leaves_the_database_as_the_disk_has_it(
    world: World, tmp_path: Path
) -> None:
    path = tmp_path / "a.db"

    def half(db: Database) -> None:
        db.conn.execute("BEGIN IMMEDIATE")
        db.conn.execute("INSERT INTO calls VALUES (2)")

    async def life() -> None:
        store = Store(path, world.thread())
        await store(_add, 1)
        await store(half)
        store.queue(_add, 3)
        await asyncio.sleep(1_000)

    async def story() -> None:
        world.live(life())
        while not any("half" in line for line in world.events.last):
            await asyncio.sleep(0.000_1)
        world.life.kill(world.loop.tasks())
        assert Path(f"{path}-wal").stat().st_size > 0  # nobody closed it
        await asyncio.sleep(10)
        store = Store(path, world.thread(Life(2)))
        assert await store(_seen) == [1]
        store.close()

    run(world.loop, story())


@pytest.mark.parametrize(
    ("fatal", "kept"), [("statement", []), ("commit", []), ("committed", [1])]
)
def test_a_kill_in_the_middle_of_a_call_keeps_what_was_committed(
    world: World, tmp_path: Path, fatal: str, kept: list[int]
) -> None:
    path = tmp_path / "a.db"
    after: list[str] = []

    def add(db: Database) -> None:
        with transaction(db):
            db.conn.execute("INSERT INTO calls VALUES (1)")

    def at_point(point: str) -> None:
        if point == fatal:
            world.life.kill(world.loop.tasks())
            raise Killed

    async def life() -> None:
        store = Store(path, world.thread())
        await store(lambda db: db.conn.execute("CREATE TABLE calls (number)") and None)
        world.life.at_point = at_point
        try:
            await store(add)
        finally:
            after.append("ran on")

    async def story() -> None:
        world.live(life())
        await asyncio.sleep(10)
        assert world.life.is_over
        assert after == []
        store = Store(path, world.thread(Life(2)))
        assert await store(_seen) == kept
        store.close()

    with connections(1):
        run(world.loop, story())
    assert world.loop.unhandled == []


def test_a_database_is_held_by_one_life(tmp_path: Path) -> None:
    holds, first, second = Holds(), Life(1), Life(2)
    held = holds.hold(first, tmp_path)
    held.__enter__()
    with pytest.raises(DatabaseInUse), holds.hold(second, tmp_path):
        pass
    first.kill(())
    with holds.hold(second, tmp_path):
        pass


# --- the folder -------------------------------------------------------------------------------------------------------


def test_the_folder_reports_what_is_written(world: World, tmp_path: Path) -> None:
    folder = Folder(tmp_path, world.loop, 1, world.clocks, world.events)
    reported: list[set[str]] = []
    stop = asyncio.Event()

    async def watch() -> None:
        async for paths in folder.watch(world.life, tmp_path, (), stop):
            reported.append(paths)

    async def story() -> None:
        watching = world.live(watch())
        await asyncio.sleep(1)
        folder.write("a.md", "text")
        folder.remove("a.md")
        await asyncio.sleep(1)
        stop.set()
        await watching

    run(world.loop, story())
    assert reported == [{"a.md"}] * 2


# --- Telegram ---------------------------------------------------------------------------------------------------------


def _called(
    world: World, prepare: Callable[[Telegram], object]
) -> tuple[Telegram, Any]:
    """Call getMe as a life does; return what it comes to."""
    telegram = Telegram(world.loop, 1, world.clocks, world.events)
    prepare(telegram)

    async def story() -> Any:
        address = telegram.sandbox.base_url
        line = wire.connect(TOKEN, address, telegram.transport(world.life))
        try:
            return await line.ask("getMe", {})
        except Exception as error:
            return error

    return telegram, run(world.loop, story())


def test_a_call_is_answered_without_a_socket(world: World) -> None:
    telegram, answer = _called(world, lambda telegram: None)
    assert answer["username"] == telegram.sandbox.bot.username
    assert world.loop.time() > 0.005


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (faults.cut_before(), NetworkError),
        (faults.cut_after(), NetworkError),
        (faults.slow_answer(60), TimedOut),
        (faults.page(), NetworkError),
    ],
)
def test_faults_reach_the_bot_as_over_a_line(
    world: World, fault: faults.Fault, error: type[Exception]
) -> None:
    _, outcome = _called(world, lambda telegram: telegram.sandbox.fail("getMe", fault))
    assert isinstance(outcome, error)


def test_a_request_that_has_left_arrives_though_the_bot_is_killed(world: World) -> None:
    telegram = Telegram(world.loop, 1, world.clocks, world.events)
    channel = telegram.sandbox.world.add_channel("News")

    async def life() -> None:
        make = telegram.transport(world.life)
        line = wire.connect(TOKEN, telegram.sandbox.base_url, make)
        await line.ask("sendMessage", {"chat_id": channel.id, "text": "Hello"})
        await line.ask("sendMessage", {"chat_id": channel.id, "text": "never"})

    async def story() -> None:
        world.live(life())
        await asyncio.sleep(0.002)
        world.life.kill(world.loop.tasks())
        await asyncio.sleep(10)

    run(world.loop, story())
    (message,) = telegram.sandbox.messages(channel)
    assert message.content.text == "Hello"
