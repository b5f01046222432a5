"""The folder: what lands is taken at once, what is half written is waited for, what is gone for a while comes back."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import pytest

from bot.feed import document as documents
from tests.support.documents import document
from tests.support.stage import PATIENCE, Stage

#: The net below the watch is this wide here, so that only the watch can have told.
ONLY_THE_WATCH = {"interval_seconds": 600.0}
TITLE = "Tide tables set to music"


async def until(seen: Callable[[], object]) -> None:
    """Wait for something that Telegram does not hear of."""
    async with asyncio.timeout(PATIENCE):
        while not seen():
            await asyncio.sleep(0.01)


async def begun(stage: Stage) -> None:
    """Let the bot run and look at the whole folder once."""
    stage.drop("The first of all")
    await stage.start(feed=ONLY_THE_WATCH)
    await stage.post("The first of all")
    await stage.sandbox.settled(timeout=PATIENCE)


async def test_a_file_that_arrives_by_a_rename_is_taken_at_once(stage: Stage) -> None:
    await begun(stage)
    stage.drop(TITLE)
    await stage.post(TITLE)


async def test_a_file_in_a_folder_that_arrives_is_taken_at_once(stage: Stage) -> None:
    await begun(stage)
    outside = stage.home / "arriving" / "deep"
    outside.mkdir(parents=True)
    (outside / "tide.md").write_text(document(TITLE), encoding="utf-8")
    outside.parent.rename(stage.folder / "2026")
    await stage.post(TITLE)


async def test_a_changed_file_is_taken_at_once(stage: Stage) -> None:
    await begun(stage)
    stage.drop(TITLE)
    post = await stage.post(TITLE)
    stage.drop(TITLE, excerpt="In a minor key.")
    await stage.until(lambda: "In a minor key." in post.text)


async def test_a_folder_that_goes_away_takes_nothing_along_and_is_found_when_it_is_back(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    await stage.start(feed={"interval_seconds": 0.1})
    stage.drop(TITLE)
    post = await stage.post(TITLE)
    away = stage.folder.rename(stage.home / "away")
    await until(lambda: "there is no such folder" in caplog.text)
    (away / "later.md").write_text(
        document("Written while it was away"), encoding="utf-8"
    )
    away.rename(stage.folder)
    await stage.post("Written while it was away")
    await stage.settled()
    assert not post.deleted
    assert not post.history
    assert len(stage.posts(TITLE)) == 1
    assert len([one for one in caplog.records if one.levelname == "ERROR"]) == 1
    assert (
        len(
            [
                one
                for one in stage.sandbox.messages(stage.editor)
                if "no such folder" in one.text
            ]
        )
        == 1
    )


async def test_a_folder_replaced_by_another_is_watched_like_the_first(
    stage: Stage,
) -> None:
    await begun(stage)
    stage.folder.rename(stage.home / "old")
    stage.folder.mkdir()
    stage.drop(TITLE)
    await stage.post(TITLE)
    stage.drop("And one more afterwards")
    await stage.post("And one more afterwards")


async def test_a_half_written_file_is_waited_for(
    stage: Stage, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = []

    def noting(folder: documents.Folder, path: str) -> Any:
        read.append(path)
        return reading(folder, path)

    reading = documents.Folder.read
    monkeypatch.setattr(documents.Folder, "read", noting)
    stage.choose(feed={"settle_seconds": 0.6})
    await begun(stage)
    whole = document(TITLE, "Oceans")
    path = stage.folder / "slow.md"
    with path.open("w", encoding="utf-8") as file:
        file.write(whole[:60])
        file.flush()
        await until(lambda: path.name in read)
        file.write(whole[60:])
    await stage.post(TITLE)
    await stage.sandbox.settled(timeout=PATIENCE)
    warned = [
        one.getMessage() for one in caplog.records if one.levelno >= logging.WARNING
    ]
    assert not [line for line in warned if "slow.md" in line]
    assert len(stage.posts(TITLE)) == 1


async def test_a_bad_file_stops_nobody_is_told_once_and_is_taken_when_it_is_mended(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    await stage.start()
    (stage.folder / "bad.md").write_text("---\ntitle: [\n---\n", encoding="utf-8")
    await stage.settled()
    await stage.settled()
    assert "bad.md" in (await stage.ask(stage.editor, "/status")).text
    assert caplog.text.count("bad.md") == 1
    stage.drop(TITLE, name="bad.md")
    await stage.post(TITLE)
    assert "bad.md" not in (await stage.ask(stage.editor, "/status")).text


async def test_a_file_that_is_deleted_leaves_its_post(stage: Stage) -> None:
    await stage.start()
    path = stage.drop(TITLE)
    await stage.post(TITLE)
    path.unlink()
    for _ in range(3):
        await stage.settled()
    assert len(stage.posts(TITLE)) == 1
    stage.drop(TITLE)
    await stage.settled()
    assert len(stage.posts(TITLE, deleted=True)) == 1
