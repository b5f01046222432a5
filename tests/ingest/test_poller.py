"""When the folder is scanned: what is reported during a scan is not forgotten by it, nor by one that fails."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import settings
from bot.clock import Clock
from bot.feed import mounts, watch
from bot.ingest.poller import Poller
from bot.ingest.scan_report import ScanReport

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
STILL = Clock(lambda: NOON, lambda: 0.0)


class ScriptedScanner:
    """A scanner that scans nothing: notes what it was asked for, and lasts until it may end."""

    def __init__(self) -> None:
        self.seen: list[object] = []
        self.may_end = asyncio.Event()
        self.may_end.set()
        self.failure: Exception | None = None
        self.news = 0
        #: Seconds that a whole scan takes, and the time by then.
        self.lasts = self.passed = 0.0

    async def scan(self, progress: object) -> ScanReport:
        return await self._note("whole")

    async def scan_files(self, paths: Iterable[str]) -> ScanReport:
        return await self._note(set(paths), last=True)

    async def _note(self, what: object, *, last: bool = False) -> ScanReport:
        self.seen.append(what)
        if not last:
            await self.may_end.wait()
            self.passed += self.lasts
        if self.failure:
            failure, self.failure = self.failure, None
            raise failure
        return ScanReport(withdrawn=self.news)


async def both(poller: Poller) -> None:
    """Do what the app does when it is nudged."""
    await poller.scan_reported()
    await poller.scan_if_due()


@pytest.fixture
def reported(monkeypatch: pytest.MonkeyPatch) -> asyncio.Queue[set[str]]:
    """What the system reports of the folder."""
    queue: asyncio.Queue[set[str]] = asyncio.Queue()

    async def changes(*_: object) -> AsyncIterator[set[str]]:
        while True:
            yield await queue.get()
            queue.task_done()

    monkeypatch.setattr(watch, "changes", changes)
    return queue


@pytest.fixture
async def watched(
    reported: asyncio.Queue[set[str]], tmp_path: Path
) -> AsyncIterator[tuple[Poller, ScriptedScanner]]:
    scanner: Any = ScriptedScanner()
    poller = Poller(scanner, settings.Feed(folder=tmp_path), STILL)
    task = asyncio.create_task(poller.watch(asyncio.Event(), lambda: None))
    await poller.scan_if_due()
    yield poller, scanner
    task.cancel()


async def test_a_folder_reported_during_a_whole_scan_asks_for_another(
    watched: tuple[Poller, ScriptedScanner], reported: asyncio.Queue[set[str]]
) -> None:
    poller, scanner = watched
    scanner.may_end.clear()
    scan = asyncio.create_task(poller.scan())
    reported.put_nowait(set())
    await reported.join()
    scanner.may_end.set()
    await scan
    await poller.scan_if_due()
    assert scanner.seen == ["whole", "whole", "whole"]
    assert await poller.scan_if_due() is None


async def test_a_file_reported_during_a_whole_scan_does_not_wait_for_its_end(
    watched: tuple[Poller, ScriptedScanner], reported: asyncio.Queue[set[str]]
) -> None:
    poller, scanner = watched
    scanner.may_end.clear()
    scan = asyncio.create_task(poller.scan())
    reported.put_nowait({"a.md"})
    await reported.join()
    await poller.scan_reported()
    assert scanner.seen == ["whole", "whole", {"a.md"}]
    scanner.may_end.set()
    await scan
    assert await poller.scan_if_due() is None
    assert await poller.scan_reported() is None


async def test_what_is_reported_before_the_first_scan_is_left_to_it(
    reported: asyncio.Queue[set[str]], tmp_path: Path
) -> None:
    scanner: Any = ScriptedScanner()
    poller = Poller(scanner, settings.Feed(folder=tmp_path), STILL)
    task = asyncio.create_task(poller.watch(asyncio.Event(), lambda: None))
    reported.put_nowait({"a.md"})
    await reported.join()
    assert await poller.scan_reported() is None
    await poller.scan_if_due()
    assert await poller.scan_reported() is None
    assert scanner.seen == ["whole"]
    task.cancel()


@pytest.mark.parametrize(
    ("news", "next_scan"),
    [({"a.md"}, {"a.md"}), (set(), "whole")],
    ids=["a file", "a folder"],
)
async def test_a_scan_that_fails_is_made_again(
    watched: tuple[Poller, ScriptedScanner],
    reported: asyncio.Queue[set[str]],
    news: set[str],
    next_scan: object,
) -> None:
    poller, scanner = watched
    reported.put_nowait(news)
    await reported.join()
    scanner.failure = OSError("the disk is full")
    with pytest.raises(OSError, match="full"):
        await both(poller)
    await both(poller)
    assert scanner.seen == ["whole", next_scan, next_scan]


async def test_a_watch_that_ends_leaves_a_whole_scan_to_be_made_at_once(
    reported: asyncio.Queue[set[str]], tmp_path: Path
) -> None:
    scanner: Any = ScriptedScanner()
    poller = Poller(scanner, settings.Feed(folder=tmp_path), STILL)
    nudged = asyncio.Event()
    watching = asyncio.create_task(poller.watch(asyncio.Event(), nudged.set))
    await asyncio.sleep(0)
    await poller.scan()
    assert await poller.scan_if_due() is None
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    assert nudged.is_set()
    assert await poller.scan_if_due() is not None


async def next_scan(
    poller: Poller, scanner: ScriptedScanner, *, news: int = 0, lasts: float = 0.0
) -> float | None:
    """Make a whole scan that lasts so long and return in how many seconds the next is due."""
    scanner.news, scanner.lasts = news, lasts
    await poller.scan()
    return poller.next


@pytest.fixture
def passing(
    tmp_path: Path, reported: asyncio.Queue[set[str]]
) -> tuple[Poller, ScriptedScanner]:
    """A poller whose scans take time, on a folder of which the system reports changes."""
    scanner: Any = ScriptedScanner()
    clock = Clock(lambda: NOON, lambda: scanner.passed)
    return Poller(
        scanner, settings.Feed(folder=tmp_path, interval_seconds=30), clock
    ), scanner


@pytest.mark.parametrize(
    "kind", ["nfs4", "cifs", "9p", "fuse.sshfs", "virtiofs", "overlay", "something-new"]
)
async def test_a_folder_that_others_may_write_to_is_scanned_in_each_interval(
    passing: tuple[Poller, ScriptedScanner],
    reported: asyncio.Queue[set[str]],
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
) -> None:
    monkeypatch.setattr(
        mounts, "reports_everything", lambda folder: kind in mounts.LOCAL
    )
    poller, scanner = passing
    watching = asyncio.create_task(poller.watch(asyncio.Event(), lambda: None))
    await asyncio.sleep(0)
    waits = [await next_scan(poller, scanner, lasts=3)]
    reported.put_nowait({"a.md"})  # one change of this machine's own
    await reported.join()
    scanner.news = 1
    await poller.scan_reported()
    waits += [await next_scan(poller, scanner, lasts=3) for _ in range(4)]
    assert max(filter(None, waits)) + 3 + 3 <= 30
    watching.cancel()


async def test_a_large_local_folder_is_scanned_less_often_only_while_the_watch_misses_nothing(
    passing: tuple[Poller, ScriptedScanner],
    reported: asyncio.Queue[set[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(mounts, "reports_everything", lambda folder: True)
    poller, scanner = passing
    often, seldom = pytest.approx(30 * 0.9 - 2), pytest.approx(250 * 0.9 - 2)
    assert await next_scan(poller, scanner, lasts=1) == often  # it is not watched
    watching = asyncio.create_task(poller.watch(asyncio.Event(), lambda: None))
    await asyncio.sleep(0)
    assert await next_scan(poller, scanner, lasts=1) == seldom
    assert await next_scan(poller, scanner, lasts=0.15) == pytest.approx(
        30 * 0.9 - 0.3
    )  # a small one: never
    assert await next_scan(poller, scanner, lasts=100) == pytest.approx(600 * 0.9 - 200)
    assert (
        await next_scan(poller, scanner, lasts=1, news=1) == often
    )  # it told of nothing
    reported.put_nowait({"b.md"})
    await reported.join()
    assert await next_scan(poller, scanner, lasts=1) == seldom  # it only reported late
    await poller.scan_reported()
    await next_scan(poller, scanner, lasts=1, news=1)
    await next_scan(poller, scanner, lasts=1)
    reported.put_nowait({"c.md"})
    await reported.join()
    assert [await next_scan(poller, scanner, lasts=1) for _ in range(3)] == [
        often
    ] * 3  # for good
    watching.cancel()


@pytest.mark.parametrize(("lasts", "rests"), [(0.0, 1.8), (0.5, 0.8), (5.0, 0.2)])
async def test_the_next_scan_begins_so_that_it_ends_within_the_interval(
    tmp_path: Path, lasts: float, rests: float
) -> None:
    scanner: Any = ScriptedScanner()
    clock = Clock(lambda: NOON, lambda: scanner.passed)
    poller = Poller(scanner, settings.Feed(folder=tmp_path, interval_seconds=2), clock)
    assert await next_scan(poller, scanner, lasts=lasts) == pytest.approx(rests)


@pytest.mark.parametrize("jump", [-86_400, -3_600, -30, 30, 3_600, 86_400])
async def test_a_clock_that_is_set_puts_off_no_scan(
    tmp_path: Path, jump: float
) -> None:
    scanner: Any = ScriptedScanner()
    wall = [NOON]
    clock = Clock(lambda: wall[0], lambda: scanner.passed)
    poller = Poller(scanner, settings.Feed(folder=tmp_path, interval_seconds=30), clock)
    await poller.scan_if_due()
    wall[0] += timedelta(seconds=jump)
    scanner.passed = 20.0
    assert await poller.scan_if_due() is None
    scanner.passed = 30.0
    assert await poller.scan_if_due() is not None


async def test_nothing_is_scanned_while_nothing_is_reported(
    watched: tuple[Poller, ScriptedScanner],
) -> None:
    poller, scanner = watched
    await both(poller)
    assert scanner.seen == ["whole"]
