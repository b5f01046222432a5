"""What arrives at odd times: in a folder mounted late, a clone that goes on, dated to come, after a restore."""

from __future__ import annotations

from datetime import datetime, timedelta

import httpx

from bot.publish.release import QUIET
from bot.store import backup
from tests.support.stage import Stage, free_port

FEED = {"first_run": 2, "bulk_above": 3, "settle_seconds": 0}


def old(stage: Stage, *numbers: int) -> None:
    """Put articles of long ago into the folder; the higher its number, the newer."""
    for number in numbers:
        stage.drop(
            f"Old {number}", "AI", publishedDateTime=f"2025-06-{number:02}T12:00:00Z"
        )


def dated(stage: Stage, title: str, at: datetime) -> None:
    stage.drop(title, "AI", publishedDateTime=at.isoformat())


def asked(stage: Stage) -> list[str]:
    """Return what the editor was told unasked."""
    return [
        one.text
        for one in stage.sandbox.messages(stage.editor)
        if one.sender is stage.sandbox.bot
    ]


async def health(port: int) -> list[str]:
    """Return what /health says is wrong."""
    async with httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{port}", trust_env=False
    ) as client:
        answer = await client.get("/health")
    reasons: list[str] = answer.json().get("reasons", [])
    assert answer.status_code == (503 if reasons else 200)
    return reasons


async def test_an_empty_folder_is_no_start_and_the_first_that_is_not_is_one(
    stage: Stage,
) -> None:
    for _ in range(2):
        assert await stage.once(feed=FEED) == 0
        stage.sandbox.advance(3_600)
    old(stage, *range(1, 9))
    for _ in range(2):
        assert await stage.once() == 0
        stage.sandbox.advance(60)
    assert stage.titles() == ["Old 7", "Old 8"]
    assert asked(stage) == []


async def test_the_rest_of_a_folder_that_was_half_filled_at_the_start_is_no_news(
    stage: Stage,
) -> None:
    old(stage, 1, 2, 3)
    assert await stage.once(feed=FEED) == 0
    stage.sandbox.advance(60)
    old(stage, 4, 5, 6, 7)
    dated(stage, "News", stage.sandbox.clock() - timedelta(hours=30))
    for _ in range(2):
        await stage.once()
        stage.sandbox.advance(QUIET.total_seconds())
    assert stage.titles() == ["Old 2", "Old 3", "News"]
    (told,) = asked(stage)
    assert told.startswith("4 older articles arrived at once")


async def test_a_restored_database_posts_nothing_again_by_itself(stage: Stage) -> None:
    """What is found in the channel was posted; the editors are asked about the rest, which reads otherwise by now."""
    old(stage, 1, 2)
    await stage.sandbox.say(stage.reader, "/topic AI")
    await stage.once(feed=FEED)
    backup.backup(stage.database, stage.home / "copy.db")
    stage.sandbox.advance(60)
    dated(stage, "Went out after the backup", stage.sandbox.clock())
    dated(stage, "Went out as well", stage.sandbox.clock())
    await stage.once()
    assert sorted(stage.titles(stage.reader)[2:]) == [
        "Went out after the backup",
        "Went out as well",
    ]
    stage.sandbox.advance(3_600)
    at = stage.sandbox.clock()
    backup.restore(stage.home / "copy.db", stage.database, at)
    stage.sandbox.advance(1)
    dated(stage, "Dated after the restore", at + timedelta(seconds=1))
    for path in stage.folder.iterdir():  # a clone on a new host
        path.write_text(
            path.read_text().replace("Went out as well", "Went out, in other words")
        )
    for _ in range(2):
        assert await stage.once() == 0
        stage.sandbox.advance(QUIET.total_seconds())
    assert (
        stage.titles()[4:]
        == stage.titles(stage.reader)[4:]
        == ["Dated after the restore"]
    )
    (told,) = (one for one in stage.sandbox.messages(stage.editor) if not one.deleted)
    assert told.text.startswith("The restored database does not know an article")
    assert "Went out, in other words" in told.text
    dated(stage, "News of the day", stage.sandbox.clock() - timedelta(days=1))
    await stage.once()
    assert stage.titles()[5:] == ["News of the day"]
    assert [one.history for one in stage.sandbox.messages(stage.channel)] == [[]] * 6
    for path in stage.folder.iterdir():
        path.write_text(path.read_text().replace("Went out after", "Went out before"))
    await stage.once()
    assert stage.titles().count("Went out before the backup") == 1


async def test_a_folder_that_lost_its_files_is_told_and_so_is_their_return(
    stage: Stage,
) -> None:
    """An empty mount point, say: nothing is taken back, though what is removed is withdrawn."""
    for number in range(12):
        old(stage, number + 1)
    port = free_port()
    await stage.start(
        feed={"first_run": 1, "on_file_removed": "withdraw"},
        web={"listen": f"127.0.0.1:{port}"},
    )
    await stage.post("Old 12")
    away, mount = stage.home / "away", stage.folder
    mount.rename(away)
    mount.mkdir()
    await stage.told("is empty", "12 of 12 files are gone at once")
    assert await health(port) == [
        "the folder is empty: 12 of 12 files are gone at once"
    ]
    assert "12 of 12 files are gone" in (await stage.ask(stage.editor, "/status")).text
    mount.rmdir()
    away.rename(mount)
    await stage.told("has files again")
    assert await health(port) == []
    assert stage.titles() == ["Old 12"]
    assert "12 of 12 files" not in (await stage.ask(stage.editor, "/status")).text
    said = [
        one.partition("\n")[0] for one in asked(stage)
    ]  # that it is missing, too, if a scan falls into the moment
    assert [
        sum(one.endswith(words) for one in said)
        for words in ("is empty", "has files again")
    ] == [1, 1]
