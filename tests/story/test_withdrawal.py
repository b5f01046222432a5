"""What becomes of posts whose article is gone, too old, or looks as before: taken back, left alone, never repeated."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.support.documents import related
from tests.support.stage import Stage

TITLE = "Observatory opens its dome to the night schools"
WITHDRAW = {"on_file_removed": "withdraw"}
EDITS = (
    "editMessageText",
    "editMessageCaption",
    "editMessageMedia",
    "editMessageReplyMarkup",
)


def edits(stage: Stage) -> list[Any]:
    return [call for method in EDITS for call in stage.sandbox.calls.of(method)]


def some(stage: Stage, count: int) -> list[str]:
    titles = [f"Story {number} of a long evening in town" for number in range(count)]
    for number, title in enumerate(titles):
        stage.drop(title, name=f"{number}.md")
    return titles


# --- a file that is gone ----------------------------------------------------------------------------------------------


async def test_a_file_that_is_gone_takes_its_posts_along_where_the_operator_wishes_so(
    stage: Stage,
) -> None:
    titles = some(stage, 12)
    await stage.once(feed=WITHDRAW | {"first_run": "all"})
    (stage.folder / "3.md").unlink()
    await stage.once()
    assert len(stage.posts(titles[3])) == 1, (
        "a file counts as gone only after two whole scans"
    )
    await stage.once()
    assert stage.posts(titles[3]) == []
    assert len(stage.titles()) == 11
    stage.drop(titles[3], name="3.md")
    await stage.once()
    assert stage.posts(titles[3]) == [], (
        "what was taken back is not posted again by itself"
    )


async def test_a_running_bot_takes_posts_back_too(stage: Stage) -> None:
    titles = some(stage, 12)
    await stage.start(feed=WITHDRAW | {"first_run": "all"})
    post = await stage.post(titles[3])
    (stage.folder / "3.md").unlink()
    await stage.settled()
    await stage.until(lambda: post.deleted)


async def test_what_still_waits_when_its_file_goes_is_cancelled(stage: Stage) -> None:
    titles = some(stage, 12)
    await stage.scan(feed=WITHDRAW | {"first_run": "all"})
    (stage.folder / "3.md").unlink()
    for _ in range(2):
        await stage.scan()
    await stage.once()
    assert sorted(stage.titles()) == sorted(titles[:3] + titles[4:])


async def test_a_file_that_only_gets_another_name_takes_nothing_back(
    stage: Stage,
) -> None:
    titles = some(stage, 12)
    await stage.once(feed=WITHDRAW | {"first_run": "all"})
    (stage.folder / "3.md").rename(stage.folder / "three.md")
    for _ in range(3):
        await stage.once()
    assert len(stage.titles()) == 12
    stage.drop(titles[3], name="three.md", excerpt="Told by the new file.")
    await stage.once()
    assert "Told by the new file." in stage.posts(titles[3])[0].text


async def test_more_than_a_tenth_of_the_files_gone_at_once_takes_nothing_back_and_is_told_once(
    stage: Stage,
) -> None:
    some(stage, 20)
    await stage.once(feed=WITHDRAW | {"first_run": "all"})
    for number in range(3):
        (stage.folder / f"{number}.md").unlink()
    for _ in range(4):
        await stage.once()
    assert len(stage.titles()) == 20
    told = [
        one.text
        for one in stage.sandbox.messages(stage.editor)
        if "files are missing" in one.text
    ]
    assert len(told) == 1
    assert "3 of 20 files are gone at once" in told[0]
    (stage.folder / "9.md").unlink()  # and one by one they still count
    for _ in range(2):
        await stage.once()
    assert len(stage.titles()) == 19


async def test_a_missing_folder_takes_nothing_back_and_is_told_once(
    stage: Stage,
) -> None:
    some(stage, 12)
    await stage.once(feed=WITHDRAW | {"first_run": "all"})
    shutil.move(stage.folder, stage.home / "elsewhere")
    for _ in range(3):
        await stage.once()
    told = [one.text.splitlines()[0] for one in stage.sandbox.messages(stage.editor)]
    assert [text for text in told if "read the folder" in text] == [
        f"I can't read the folder {stage.folder}"
    ]
    shutil.move(stage.home / "elsewhere", stage.folder)
    for _ in range(3):
        await stage.once()
    told = [one.text.splitlines()[0] for one in stage.sandbox.messages(stage.editor)]
    assert told[-1] == f"I can read the folder {stage.folder} again"
    assert len(stage.titles()) == 12
    assert edits(stage) == []


# --- age --------------------------------------------------------------------------------------------------------------


def ago(stage: Stage, **span: float) -> str:
    return (stage.sandbox.clock() - timedelta(**span)).isoformat()


async def test_what_is_older_than_the_limit_is_recorded_and_not_posted_to_anybody(
    stage: Stage,
) -> None:
    stage.drop("An old story", "Space", publishedDateTime=ago(stage, days=5))
    stage.drop("A young story", "Space", publishedDateTime=ago(stage, hours=5))
    await stage.start(feed={"max_age_days": 2, "first_run": "all"})
    await stage.ask(stage.reader, "/topic Space")
    await stage.post("A young story")
    stage.drop("Late and old", "Space", publishedDateTime=ago(stage, days=3))
    stage.drop("Late and young", "Space", publishedDateTime=ago(stage, days=1))
    await stage.post("Late and young")
    await stage.post("Late and young", stage.reader)
    await stage.settled()
    assert not stage.posts("An old story")
    assert not stage.posts("Late and old")
    assert not stage.posts("Late and old", stage.reader)
    assert "Late and old" in (await stage.ask(stage.reader, "/latest")).text
    await stage.ask(stage.editor, "/republish late-and-old.md")
    await stage.post("Late and old")


async def test_an_old_article_is_not_posted_but_an_old_post_is_edited(
    stage: Stage,
) -> None:
    """An article that is too old is not posted when it changes; a post that has become old is still edited."""
    stage.drop(TITLE, "Space", publishedDateTime=ago(stage, days=1))
    stage.drop("An old story", "Space", publishedDateTime=ago(stage, days=5))
    await stage.once(feed={"max_age_days": 2, "first_run": "all"})
    stage.sandbox.advance(3 * 86_400)
    stage.drop(
        TITLE,
        "Space",
        publishedDateTime=datetime(2026, 1, 1, tzinfo=UTC).isoformat(),
        excerpt="Told anew.",
    )
    stage.drop(
        "An old story", "Space", "Law", publishedDateTime=ago(stage, days=5), quality=99
    )
    await stage.once()
    assert "Told anew." in stage.posts(TITLE)[0].text
    assert stage.posts("An old story") == []


# --- edits that are none ----------------------------------------------------------------------------------------------


async def test_a_change_that_the_post_does_not_show_edits_nothing_and_uses_no_showing_up(
    stage: Stage,
) -> None:
    """What the post leaves out is part of the article: the last of more related articles than one message holds."""
    many = [
        related(f"Related {number} " + "and so on " * 20, 100 - number)
        for number in range(40)
    ]
    await stage.start()
    stage.drop(TITLE, related=[*many, related("First")])
    post = await stage.post(TITLE)
    for last in ("Second", "First", "Second", "First", "Third"):
        stage.drop(TITLE, related=[*many, related(last)])
        await stage.settled()
    assert edits(stage) == []
    assert not post.history
    shown = "SELECT f.times FROM forms f JOIN deliveries d ON d.id = f.delivery WHERE d.message = ?"
    assert stage.rows(shown, post.id) == [(1,)]
    stage.drop(TITLE, related=[related("Third")])
    await stage.until(lambda: post.history)
    assert len(edits(stage)) == 1


async def test_a_new_related_post_edits_nothing_old_but_the_next_change_links_it(
    stage: Stage,
) -> None:
    await stage.start()
    stage.drop(TITLE, related=[related("The dome's first night")])
    post = await stage.post(TITLE)
    stage.drop("The dome's first night")
    linked = await stage.post("The dome's first night")
    await stage.settled()
    assert edits(stage) == []
    stage.drop(TITLE, related=[related("The dome's first night")], excerpt="Told anew.")
    await stage.until(lambda: "Told anew." in post.text)
    assert f"/{stage.channel.username}/{linked.id}" in post.html


async def test_a_photo_that_stays_when_posts_become_texts_can_be_edited_again_and_again(
    stage: Stage,
) -> None:
    stage.drop(TITLE, excerpt="Draft 0.")
    await stage.once(delivery={"picture": "photo"})
    (post,) = stage.posts(TITLE)
    for number in range(1, 4):
        stage.drop(TITLE, excerpt=f"Draft {number}.")
        await stage.once(delivery={"picture": "preview"})
        assert f"Draft {number}." in post.text
        assert post.photo
        assert post.buttons
    assert [call.ok for call in edits(stage)] == [True] * 3


async def test_a_post_that_somebody_deleted_is_marked_and_neither_edited_nor_sent_again(
    stage: Stage,
) -> None:
    await stage.start()
    stage.drop(TITLE)
    post = await stage.post(TITLE)
    stage.sandbox.world.delete(post)
    stage.drop(TITLE, excerpt="Told anew.")
    await stage.until(lambda: edits(stage))
    await stage.settled()
    stage.drop(TITLE, excerpt="Told once more.")
    await stage.settled()
    assert len(edits(stage)) == 1
    assert len(stage.posts(TITLE, deleted=True)) == 1
    found = stage.rows(
        "SELECT state, reason FROM deliveries WHERE message = ?", post.id
    )
    assert found == [("gone", "somebody deleted the post")]
