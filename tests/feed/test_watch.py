"""The watch: a file that lands is reported at once, and a folder that is replaced is watched again."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import watchfiles

from bot.feed import watch
from tests.support.operating import PATIENCE

ALL = ["**/*.md"]
#: Seconds after which a test gives up; nothing here takes one.


class Watching:
    """A watch under way; `reported` waits until it reported a path."""

    def __init__(self, folder: Path) -> None:
        self.stop = asyncio.Event()
        self.seen: list[set[str]] = []
        self._news = asyncio.Condition()
        self.task = asyncio.create_task(self._run(folder))

    async def _run(self, folder: Path) -> None:
        async for paths in watch.changes(folder, ALL, self.stop):
            async with self._news:
                self.seen.append(paths)
                self._news.notify_all()

    async def reported(self, *wanted: set[str]) -> None:
        """Wait for a batch that holds one of `wanted`; an empty one stands for everything."""

        def has_come() -> bool:
            return any(
                paths == one or (one and one <= paths)
                for paths in self.seen
                for one in wanted
            )

        async with asyncio.timeout(PATIENCE), self._news:
            await self._news.wait_for(has_come)


@pytest.fixture
async def watching(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Watching]:
    monkeypatch.setattr(watch, "_CHECK", 100)
    monkeypatch.setattr(watch, "_ABSENT", 0.05)
    (tmp_path / "feed" / "sub").mkdir(parents=True)
    found = Watching(tmp_path / "feed")
    await _until_it_watches(found, tmp_path / "feed")
    yield found
    found.stop.set()
    async with asyncio.timeout(PATIENCE):
        await found.task


async def _until_it_watches(watching: Watching, folder: Path) -> None:
    """Touch a file until the watch reports it: its thread needs a moment to begin."""
    async with asyncio.timeout(PATIENCE):
        while not any("ready.md" in paths for paths in watching.seen):
            (folder / "ready.md").write_text("x")
            await asyncio.sleep(0.05)


async def test_a_file_that_lands_changes_or_goes_is_reported(
    watching: Watching, tmp_path: Path
) -> None:
    (tmp_path / "feed" / "sub" / "a.md").write_text("x")
    await watching.reported({"sub/a.md"})
    watching.seen.clear()
    (tmp_path / "other.md").write_text("x")
    (tmp_path / "other.md").replace(tmp_path / "feed" / "B.MD")
    await watching.reported({"B.MD"})
    watching.seen.clear()
    (tmp_path / "feed" / "B.MD").unlink()
    await watching.reported({"B.MD"})


async def test_a_file_in_a_linked_folder_is_reported_by_its_own_place_and_none_beyond_the_folder(
    tmp_path: Path,
) -> None:
    for place in ("feed/zreal", "outside"):
        (tmp_path / place).mkdir(parents=True)
    (tmp_path / "feed" / "alink").symlink_to("zreal")
    (tmp_path / "feed" / "out").symlink_to(tmp_path / "outside")
    watching = Watching(tmp_path / "feed")
    await _until_it_watches(watching, tmp_path / "feed")
    (tmp_path / "outside" / "b.md").write_text("x")
    (tmp_path / "feed" / "zreal" / "a.md").write_text("x")
    await watching.reported({"zreal/a.md"})
    watching.stop.set()
    await watching.task
    assert {path for paths in watching.seen for path in paths} == {
        "ready.md",
        "zreal/a.md",
    }


async def test_only_articles_are_reported(watching: Watching, tmp_path: Path) -> None:
    for name in ("a.html", ".a.md", "a.md.tmp", "a.md~"):
        (tmp_path / "feed" / name).write_text("x")
    (tmp_path / "feed" / "last.md").write_text("x")
    await watching.reported({"last.md"})
    assert {path for paths in watching.seen for path in paths} <= {
        "ready.md",
        "last.md",
    }


async def test_a_folder_that_arrives_means_that_everything_is_looked_at(
    watching: Watching, tmp_path: Path
) -> None:
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "a.md").write_text("x")
    (tmp_path / "new").rename(tmp_path / "feed" / "new")
    await watching.reported(set())


async def test_a_folder_that_goes_is_reported_and_watched_again_when_it_is_back(
    watching: Watching, tmp_path: Path
) -> None:
    shutil.rmtree(tmp_path / "feed")
    await watching.reported(set())
    await asyncio.sleep(0.3)
    assert not watching.task.done()
    assert watching.seen.count(set()) == 1, "that it went is reported once"
    watching.seen.clear()
    (tmp_path / "feed").mkdir()
    await watching.reported(set())
    watching.seen.clear()
    await _until_it_watches(watching, tmp_path / "feed")


async def test_a_folder_behind_a_link_that_is_turned_is_watched_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "_CHECK", 100)
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    (tmp_path / "current").symlink_to("one")
    found = Watching(tmp_path / "current")
    await _until_it_watches(found, tmp_path / "one")
    (tmp_path / "next").symlink_to("two")
    (tmp_path / "next").replace(tmp_path / "current")
    await found.reported(set())
    found.stop.set()
    await found.task


async def test_a_watch_waits_for_its_folder_and_ends_when_it_is_told_to(
    tmp_path: Path,
) -> None:
    found = Watching(tmp_path / "none")
    await asyncio.sleep(0.05)
    found.stop.set()
    async with asyncio.timeout(PATIENCE):
        await found.task
    assert found.seen == []


async def test_a_watch_that_is_cancelled_leaves_the_stop_of_its_caller_alone(
    watching: Watching,
) -> None:
    watching.task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await watching.task
    assert not watching.stop.is_set()
    watching.task = asyncio.create_task(asyncio.sleep(0))


async def test_a_system_that_can_not_watch_is_said_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(watchfiles.main, "RustNotify", refuse)
    with pytest.raises(watch.WatchUnavailable, match="can't be watched"):
        async for _ in watch.changes(tmp_path, ALL, asyncio.Event()):
            pass
