"""When the folder is looked at: what is told during a look is not forgotten by it, nor by one that fails."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import settings
from bot.feed import watch
from bot.publishing.lookout import Lookout
from bot.publishing.scan import ScanReport

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


class Looks:
    """Stands where the scanner does: notes what is looked at, and lasts until it may end."""

    def __init__(self) -> None:
        self.seen: list[object] = []
        self.may_end = asyncio.Event()
        self.may_end.set()
        self.failure: Exception | None = None
        self.news = 0

    async def scan(self, progress: object) -> ScanReport:
        return await self._look("whole")

    async def look(self, paths: Iterable[str]) -> ScanReport:
        return await self._look(set(paths), last=True)

    async def _look(self, what: object, *, last: bool = False) -> ScanReport:
        self.seen.append(what)
        if not last:
            await self.may_end.wait()
        if self.failure:
            failure, self.failure = self.failure, None
            raise failure
        return ScanReport(withdrawn=self.news)


async def both(lookout: Lookout) -> None:
    """Do what the app does when it is nudged."""
    await lookout.look()
    await lookout.turn()


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> asyncio.Queue[set[str]]:
    """What the system tells of the folder."""
    queue: asyncio.Queue[set[str]] = asyncio.Queue()

    async def changes(*_: object) -> AsyncIterator[set[str]]:
        while True:
            yield await queue.get()
            queue.task_done()

    monkeypatch.setattr(watch, "changes", changes)
    return queue


@pytest.fixture
async def watched(told: asyncio.Queue[set[str]], tmp_path: Path) -> AsyncIterator[tuple[Lookout, Looks]]:
    looks: Any = Looks()
    lookout = Lookout(looks, settings.Feed(folder=tmp_path), lambda: NOON)
    task = asyncio.create_task(lookout.watch(asyncio.Event(), lambda: None))
    await lookout.turn()
    yield lookout, looks
    task.cancel()


async def test_a_folder_told_of_during_a_whole_look_asks_for_another(
    watched: tuple[Lookout, Looks], told: asyncio.Queue[set[str]]
) -> None:
    lookout, looks = watched
    looks.may_end.clear()
    scan = asyncio.create_task(lookout.scan())
    told.put_nowait(set())
    await told.join()
    looks.may_end.set()
    await scan
    await lookout.turn()
    assert looks.seen == ["whole", "whole", "whole"]
    assert await lookout.turn() is None


async def test_a_file_told_of_during_a_whole_look_does_not_wait_for_its_end(
    watched: tuple[Lookout, Looks], told: asyncio.Queue[set[str]]
) -> None:
    lookout, looks = watched
    looks.may_end.clear()
    scan = asyncio.create_task(lookout.scan())
    told.put_nowait({"a.md"})
    await told.join()
    await lookout.look()
    assert looks.seen == ["whole", "whole", {"a.md"}]
    looks.may_end.set()
    await scan
    assert await lookout.turn() is None
    assert await lookout.look() is None


async def test_what_is_told_before_the_first_look_is_left_to_it(told: asyncio.Queue[set[str]], tmp_path: Path) -> None:
    looks: Any = Looks()
    lookout = Lookout(looks, settings.Feed(folder=tmp_path), lambda: NOON)
    task = asyncio.create_task(lookout.watch(asyncio.Event(), lambda: None))
    told.put_nowait({"a.md"})
    await told.join()
    assert await lookout.look() is None
    await lookout.turn()
    assert await lookout.look() is None
    assert looks.seen == ["whole"]
    task.cancel()


@pytest.mark.parametrize(("news", "next_look"), [({"a.md"}, {"a.md"}), (set(), "whole")], ids=["a file", "a folder"])
async def test_a_look_that_fails_is_looked_again(
    watched: tuple[Lookout, Looks], told: asyncio.Queue[set[str]], news: set[str], next_look: object
) -> None:
    lookout, looks = watched
    told.put_nowait(news)
    await told.join()
    looks.failure = OSError("the disk is full")
    with pytest.raises(OSError, match="full"):
        await both(lookout)
    await both(lookout)
    assert looks.seen == ["whole", next_look, next_look]


async def test_a_watch_that_ends_leaves_a_whole_look_to_be_taken_at_once(
    told: asyncio.Queue[set[str]], tmp_path: Path
) -> None:
    looks: Any = Looks()
    lookout = Lookout(looks, settings.Feed(folder=tmp_path), lambda: NOON)
    nudged = asyncio.Event()
    watching = asyncio.create_task(lookout.watch(asyncio.Event(), nudged.set))
    await asyncio.sleep(0)
    for _ in range(4):
        await lookout.scan()  # nothing is missed, and the net is wide
    assert await lookout.turn() is None
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    assert nudged.is_set()
    assert await lookout.turn() is not None


async def test_the_net_stays_tight_below_a_watch_that_missed_something_until_it_tells_of_news(
    watched: tuple[Lookout, Looks], told: asyncio.Queue[set[str]]
) -> None:
    lookout, looks = watched
    lookout.watched = True
    nets = []
    for news in (0, 0, 1, 0, 0):
        looks.news = news
        await lookout.scan()
        nets.append(lookout._net)
    assert nets == [120, 480, 30, 30, 30]
    told.put_nowait({"a.md"})
    await told.join()
    looks.news = 1
    await lookout.look()
    looks.news = 0
    await lookout.scan()
    assert lookout._net == 120


@pytest.mark.parametrize(("lasts", "rests"), [(0.0, 1.8), (0.5, 0.8), (5.0, 0.2)])
async def test_where_nothing_tells_of_files_the_next_look_begins_so_that_it_ends_within_the_interval(
    tmp_path: Path, lasts: float, rests: float
) -> None:
    looks: Any = Looks()
    looks.may_end.clear()
    at = NOON
    lookout = Lookout(looks, settings.Feed(folder=tmp_path, interval_seconds=2), lambda: at)
    scan = asyncio.create_task(lookout.scan())
    await asyncio.sleep(0)
    at += timedelta(seconds=lasts)
    looks.may_end.set()
    await scan
    assert lookout.next == at + timedelta(seconds=rests)
    lookout.watched = True
    assert lookout.next is None


async def test_nothing_is_looked_at_while_nothing_is_told(watched: tuple[Lookout, Looks]) -> None:
    lookout, looks = watched
    await both(lookout)
    assert looks.seen == ["whole"]
