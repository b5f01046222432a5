"""One scan of the folder and the next: what is new is recorded, what is bad reported once, what is gone not guessed."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.domain.identity import Relation
from bot.domain.notices import Alert
from bot.feed import document
from bot.feed.folder import FolderMissing
from bot.ingest.scanner import BATCH
from bot.planning.rules import Read
from bot.store import article_lists, files, notices
from bot.store.thread import Store
from tests.support import hostile
from tests.support.operating import PATIENCE
from tests.support.privilege import without_privilege
from tests.support.scanned import INTERVAL, ScannedFolder


@pytest.fixture
async def reading(tmp_path: Path) -> AsyncIterator[ScannedFolder]:
    (tmp_path / "feed").mkdir()
    store = Store(":memory:")
    yield ScannedFolder(tmp_path / "feed", store)
    store.close()


# --- a whole scan -----------------------------------------------------------------------------------------------------


async def test_what_is_new_is_read_and_what_is_unchanged_is_not(
    reading: ScannedFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading.write("a.md")
    reading.write("sub/b.txt")
    first = await reading.scanner.scan()
    assert (
        first.files,
        first.unchanged,
        first.relations[Relation.NEW],
        first.news,
    ) == (
        2,
        0,
        2,
        True,
    )
    monkeypatch.setattr(
        document.Folder, "read", lambda *_, **__: pytest.fail("was opened again")
    )
    second = await reading.scanner.scan()
    assert (second.files, second.unchanged, dict(second.relations), second.news) == (
        2,
        2,
        {},
        False,
    )


@pytest.mark.parametrize("share", [1, 2, 3, 1000])
async def test_new_changed_and_gone_are_distinguished_however_many_are_compared_at_once(
    reading: ScannedFolder, monkeypatch: pytest.MonkeyPatch, share: int
) -> None:
    monkeypatch.setattr("bot.ingest.scanner.SHARE", share)
    for name in "bcdfgh":
        reading.write(f"{name}.md")
    assert (await reading.scanner.scan()).unchanged == 0
    for name in "bg":
        (reading.folder / f"{name}.md").unlink()
    for name in "cf":
        reading.write(f"{name}.md", "Another, longer title")
    for name in "aei":
        reading.write(f"{name}.md")
    report = await reading.scanner.scan()
    assert (report.files, report.unchanged, report.missing) == (7, 2, 2)
    assert report.relations == {Relation.NEW: 3, Relation.OWN: 2}
    assert (await reading.scanner.scan()).unchanged == 7
    assert await reading.known() == {f"{name}.md" for name in "acdefhi"}


async def test_a_file_scanned_during_a_whole_scan(
    reading: ScannedFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file scanned during a whole scan is not gone for that scan, nor overwritten by what it read before."""
    reading.write("changed.md", "Harbour crane learns to wait for the seals")
    await reading.scanner.scan()
    reading.write("changed.md", "Harbour crane learns to wait for the otters")
    read, scanned = reading.scanner._read, []

    async def amid(changed: Sequence[files.Stamp]) -> AsyncIterator[list[Read]]:
        async for batch in read(changed):
            if not scanned:
                scanned.append(True)
                reading.write(
                    "changed.md", "Harbour crane learns to wait for the swans"
                )
                reading.write("landed.md")
                found = await reading.scanner.scan_files(["changed.md", "landed.md"])
                assert (found.edits, found.relations[Relation.NEW]) == (1, 1)
            yield batch

    monkeypatch.setattr(reading.scanner, "_read", amid)
    reading.write("other.md")
    report = await reading.scanner.scan()
    assert scanned
    assert report.missing == 0
    (found,) = [
        one
        for one in await reading.store(article_lists.latest)
        if "crane" in one.article.title
    ]
    assert found.article.title == "Harbour crane learns to wait for the swans"
    assert (await reading.scanner.scan()).unchanged == 3


async def test_a_file_that_lands_between_listing_and_comparing_is_not_gone(
    reading: ScannedFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading.write("a.md")
    compare = reading.scanner._compare

    async def late(found: set[files.Stamp]) -> tuple[int, set[str]]:
        reading.write("b.md")
        await reading.scanner.scan_files(["b.md"])
        return await compare(found)

    monkeypatch.setattr(reading.scanner, "_compare", late)
    report = await reading.scanner.scan()
    assert (report.files, report.missing) == (1, 0)
    monkeypatch.undo()
    assert (await reading.scanner.scan()).unchanged == 2


async def test_a_changed_file_is_an_edit_and_a_touched_one_is_nothing(
    reading: ScannedFolder,
) -> None:
    place = reading.write("a.md", "Harbour crane learns to wait for the seals")
    await reading.scanner.scan()
    os.utime(place, (1, 1))
    touched = await reading.scanner.scan()
    assert (touched.unchanged, touched.edits) == (0, 0)
    reading.write("a.md", "Harbour crane learns to wait for the otters")
    assert (await reading.scanner.scan()).edits == 1
    assert await reading.articles() == 1


async def test_hostile_files_stop_nobody_and_each_has_its_reason(
    reading: ScannedFolder, caplog: pytest.LogCaptureFixture
) -> None:
    bad = hostile.write(reading.folder, 200)
    good = hostile.write_good(reading.folder, 50)
    report = await reading.scanner.scan()
    assert (report.files, report.relations[Relation.NEW]) == (250, len(good))
    assert set(report.rejected) == set(bad) == set(await reading.rejected())
    assert all(report.rejected.values())
    assert len(caplog.messages) == 200
    caplog.clear()
    assert (await reading.scanner.scan()).unchanged == 250
    assert caplog.messages == []


async def test_a_rejected_file_is_logged_again_only_for_another_reason(
    reading: ScannedFolder, caplog: pytest.LogCaptureFixture
) -> None:
    place = reading.folder / "a.md"
    for contents in ("no front matter", "still no front matter", ""):
        place.write_text(contents)
        await reading.scanner.scan()
    assert [message.partition(":")[2].split()[0:2] for message in caplog.messages] == [
        ["has", "no"],
        ["is", "empty"],
    ]
    reading.write("a.md")
    assert (await reading.scanner.scan()).relations[Relation.NEW] == 1
    assert await reading.rejected() == {}


async def test_a_long_scan_tells_how_far_it_is(reading: ScannedFolder) -> None:
    for number in range(BATCH * 2 + 50):
        reading.write(f"{number}.md")
    told: list[tuple[int, int]] = []
    await reading.scanner.scan(lambda done, of: told.append((done, of)))
    assert told == [(200, 450), (400, 450), (450, 450)]


async def test_two_scans_at_once_read_a_file_once(reading: ScannedFolder) -> None:
    reading.write("a.md")
    one, other = await asyncio.gather(reading.scanner.scan(), reading.scanner.scan())
    assert sorted((one.relations[Relation.NEW], other.relations[Relation.NEW])) == [
        0,
        1,
    ]


# --- files still being written ----------------------------------------------------------------------------------------


async def test_a_fresh_file_that_seems_half_written_is_read_once_more_before_it_counts(
    tmp_path: Path,
) -> None:
    store = Store(":memory:")
    reading = ScannedFolder(tmp_path, store, settle_seconds=0.2)
    reading.at = datetime.now(UTC)
    whole = reading.write("a.md").read_text()
    (tmp_path / "a.md").write_text(whole[:-5])
    (tmp_path / "b.md").write_text(whole[:-5])
    asyncio.get_running_loop().call_later(
        0.05, lambda: (tmp_path / "a.md").write_text(whole)
    )
    report = await reading.scanner.scan()
    assert report.relations[Relation.NEW] == 1
    assert set(report.rejected) == {"b.md"}
    assert report.unfinished == []
    store.close()


async def test_an_old_file_that_seems_half_written_is_not_waited_for(
    tmp_path: Path,
) -> None:
    store = Store(":memory:")
    reading = ScannedFolder(tmp_path, store, settle_seconds=60)
    (tmp_path / "a.md").write_text("---\ntitle: a")
    os.utime(tmp_path / "a.md", (1, 1))
    async with asyncio.timeout(PATIENCE):
        assert set((await reading.scanner.scan()).rejected) == {"a.md"}
    store.close()


async def test_a_half_written_file_that_vanishes_is_no_error(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(":memory:")
    reading = ScannedFolder(tmp_path, store, settle_seconds=0.1)
    reading.at = datetime.now(UTC)
    (tmp_path / "a.md").write_text("---\n")
    record = reading.scanner._record

    async def recorded(*args: Any) -> None:
        await record(*args)
        (tmp_path / "a.md").unlink(missing_ok=True)

    monkeypatch.setattr(reading.scanner, "_record", recorded)
    assert (await reading.scanner.scan()).rejected == {}
    assert caplog.messages == []
    store.close()


# --- what is gone -----------------------------------------------------------------------------------------------------


async def test_a_file_is_gone_only_after_two_whole_scans_without_it(
    reading: ScannedFolder,
) -> None:
    place, bad = reading.write("a.md"), reading.folder / "bad.md"
    bad.write_text("no front matter")
    reading.write("stays.md")
    await reading.scanner.scan()
    for one in (place, bad):
        one.unlink()
    await reading.scanner.scan_files(
        {"a.md", "bad.md"}
    )  # what the system tells is no whole scan
    await reading.scanner.scan()
    assert await reading.known() == {"a.md", "bad.md", "stays.md"}
    await reading.scanner.scan()
    assert await reading.known() == {"stays.md"}
    assert await reading.rejected() == {}


async def test_a_file_that_comes_back_begins_to_be_missing_anew(
    reading: ScannedFolder,
) -> None:
    place = reading.write("a.md")
    for _ in range(2):
        text = place.read_text()
        await reading.scanner.scan()
        place.unlink()
        await reading.scanner.scan()
        place.write_text(text)
        await reading.scanner.scan()
    assert await reading.known() == {"a.md"}
    assert await reading.articles() == 1


async def test_below_a_folder_that_can_not_be_read_nothing_is_known_to_be_gone(
    reading: ScannedFolder,
) -> None:
    reading.write("a.md")
    reading.write("sub/b.md")
    await reading.scanner.scan()
    (reading.folder / "sub").chmod(0)
    try:
        with without_privilege(reading.folder):
            for _ in range(3):
                report = await reading.scanner.scan()
                assert report.missing == 0
            assert set(await reading.rejected()) == {"sub/"}
            assert await reading.known() == {"a.md", "sub/b.md", "sub/"}
    finally:
        (reading.folder / "sub").chmod(0o755)
    for _ in range(2):
        await reading.scanner.scan()
    assert await reading.rejected() == {}, "it can be read again"
    assert await reading.known() == {"a.md", "sub/b.md"}


async def test_a_missing_folder_is_reported_once_and_takes_nothing_with_it(
    reading: ScannedFolder, caplog: pytest.LogCaptureFixture
) -> None:
    reading.write("a.md")
    assert await reading.later(0) == 1
    away = reading.folder.rename(reading.folder.with_name("away"))
    for _ in range(3):
        assert await reading.later(INTERVAL) == 0
    assert len(caplog.messages) == 1
    assert "there is no such folder" in reading.poller.problem
    with pytest.raises(FolderMissing):
        await reading.scanner.scan()
    away.rename(reading.folder)
    assert await reading.later(INTERVAL) == 1
    assert reading.poller.problem == ""
    assert await reading.known() == {"a.md"}
    assert len(caplog.messages) == 2


# --- when it is looked ------------------------------------------------------------------------------------------------


async def test_the_whole_folder_is_looked_at_every_interval(
    reading: ScannedFolder,
) -> None:
    assert await reading.later(0) == 0
    assert await reading.later(INTERVAL * 0.8) == -1
    assert await reading.later(INTERVAL * 0.2) == 0


async def test_what_the_watch_does_not_tell_of_is_found_within_the_interval(
    reading: ScannedFolder,
) -> None:
    reading.poller.watched = True
    await reading.later(0)
    for number in range(3):
        for _ in range(5):
            assert await reading.later(INTERVAL) == number
        reading.write(f"missed-{number}.md")
        assert await reading.later(INTERVAL) == number + 1


async def test_a_wide_interval_is_never_narrowed(tmp_path: Path) -> None:
    store = Store(":memory:")
    reading = ScannedFolder(tmp_path, store, interval_seconds=3_600)
    reading.poller.watched = True
    await reading.later(0)
    assert await reading.later(3_200) == -1
    assert await reading.later(400) == 0
    store.close()


ODD = {  # a name as the system has it, and as it is stored and shown
    "a word": (b"a.md", "a.md"),
    "a family": ("👩‍👧.md".encode(), "👩‍👧.md"),
    "two lines": (b"two\nlines.md", "two\\x0alines.md"),
    "not UTF-8": (b"caf\xe9.md", "caf\\xe9.md"),
}


@pytest.mark.parametrize(("name", "shown"), ODD.values(), ids=ODD)
async def test_a_file_that_lands_is_taken_at_once_whatever_its_name(
    reading: ScannedFolder, name: bytes, shown: str
) -> None:
    """The real watch, with names that can't be stored, or are shown otherwise than they are."""
    nudged, stop = asyncio.Event(), asyncio.Event()
    watching = asyncio.create_task(reading.poller.watch(stop, nudged.set))
    await reading.later(0)
    async with asyncio.timeout(PATIENCE):
        while (
            not nudged.is_set()
        ):  # the system needs a moment before it tells of anything
            (reading.folder / "ready.md").touch()
            (reading.folder / "ready.md").unlink()
            await asyncio.sleep(0.05)
    nudged.clear()
    place = Path(os.fsdecode(os.fsencode(reading.folder) + b"/" + name))
    place.write_text(
        "---\ntitle: A quiet harbour\nwebUrl: https://host.example/a\n---\n"
    )
    async with asyncio.timeout(PATIENCE):
        while not await reading.known():
            await nudged.wait()
            nudged.clear()
            await reading.poller.scan_reported()
            await reading.poller.scan_if_due()
    assert await reading.known() == {shown}
    assert set(await reading.rejected()) == ({shown} if "\\" in shown else set())
    reading.write("next.md")  # it is still watched
    async with asyncio.timeout(PATIENCE):
        while "next.md" not in await reading.known():
            await nudged.wait()
            nudged.clear()
            await reading.poller.scan_reported()
            await reading.poller.scan_if_due()
    stop.set()
    await watching
    assert not reading.poller.watched


async def test_without_a_watch_the_interval_finds_everything(
    reading: ScannedFolder,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def unavailable(*_: object, **__: object) -> object:
        raise OSError(28, "no watches left")

    monkeypatch.setattr("watchfiles.awatch", unavailable)
    await reading.poller.watch(asyncio.Event(), lambda: None)
    assert "can't be watched" in caplog.text
    await reading.later(0)
    reading.write("a.md")
    for _ in range(3):
        assert await reading.later(INTERVAL) == 1


# --- what editors are told --------------------------------------------------------------------------------------------


async def test_a_folder_whose_files_all_moved_lost_none(reading: ScannedFolder) -> None:
    for number in range(30):
        reading.write(f"{number}.md")
    await reading.poller.scan()
    (reading.folder / "2026").mkdir()
    for number in range(30):
        (reading.folder / f"{number}.md").rename(
            reading.folder / "2026" / f"{number}.md"
        )
    report = await reading.poller.scan()
    assert (report.notices, report.missing) == ([], 30)


@pytest.mark.parametrize(("left", "moved"), [(1, False), (1, True), (19, False)])
async def test_the_editors_hear_that_missing_files_are_there_again(
    reading: ScannedFolder, left: int, moved: bool
) -> None:
    (reading.folder / "2026").mkdir()
    for number in range(30):
        reading.write(f"{number}.md")
    await reading.poller.scan()
    away = [reading.folder / f"{number}.md" for number in range(left, 30)]
    texts = [one.read_text() for one in away]
    for one in away:
        one.unlink()
    await reading.store(notices.tell, (await reading.poller.scan()).notices, reading.at)
    await reading.store(notices.address, [501])
    (heard,) = await reading.store(notices.waiting, 501)
    await reading.store(notices.heard, [heard.id], reading.at)
    for one, text in zip(away, texts, strict=True):
        Path(reading.folder, "2026" if moved else "", one.name).write_text(text)
    await reading.poller.scan()
    assert [
        (one.notice.alert, one.over)
        for one in await reading.store(notices.waiting, 501)
    ] == [(Alert.FILES_GONE, True)]
    assert not await reading.store(notices.is_open, "folder:many")


async def test_files_that_stay_away_are_forgotten_without_an_all_clear(
    reading: ScannedFolder,
) -> None:
    for number in range(30):
        reading.write(f"{number}.md")
    await reading.poller.scan()
    for number in range(19, 30):
        (reading.folder / f"{number}.md").unlink()
    told = (await reading.poller.scan()).notices
    await reading.store(notices.tell, told, reading.at)
    await reading.store(notices.address, [501])
    (heard,) = await reading.store(notices.waiting, 501)
    await reading.store(notices.heard, [heard.id], reading.at)
    for _ in range(2):
        assert (await reading.poller.scan()).notices == []
    assert await reading.store(notices.waiting, 501) == []


@pytest.mark.parametrize(
    ("there", "left", "told"),
    [
        (12, 0, [Alert.FOLDER_EMPTY]),
        (3, 0, [Alert.FOLDER_EMPTY]),
        (30, 19, [Alert.FILES_GONE]),
        (30, 2, [Alert.FILES_GONE]),
        (30, 22, []),
        (3, 2, []),
    ],
)
async def test_a_folder_that_lost_many_files_is_reported_whatever_becomes_of_their_posts(
    reading: ScannedFolder, there: int, left: int, told: list[Alert]
) -> None:
    for number in range(there):
        reading.write(f"{number}.md")
    await reading.poller.scan()
    for number in range(left, there):
        (reading.folder / f"{number}.md").unlink()
    report = await reading.poller.scan()
    assert [one.alert for one in report.notices] == told
    await reading.store(notices.tell, report.notices, reading.at)
    assert await reading.store(notices.is_open, "folder:empty") is (
        Alert.FOLDER_EMPTY in told
    )
    await reading.poller.scan()
    assert await reading.store(notices.is_open, "folder:empty") is (
        Alert.FOLDER_EMPTY in told
    )
    reading.write("back.md")
    await reading.poller.scan()
    assert not await reading.store(notices.is_open, "folder:empty")
