"""Channels: how they start, what they admit, and what is left to an editor to decide."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.documents import address, day, related
from tests.support.stage import Stage

SHORT = ("Ash", "Beech", "Cedar", "Dogwood", "Elm")


def drop_trees(stage: Stage) -> None:
    for number, name in enumerate(SHORT, 1):
        stage.drop(name, publishedDateTime=day(number), name=f"{9 - number}.md")


@pytest.mark.parametrize(
    ("first_run", "posted"), [(2, SHORT[3:]), (0, ()), ("all", SHORT)]
)
async def test_a_first_run_posts_the_newest_oldest_first(
    stage: Stage, first_run: Any, posted: tuple[str, ...]
) -> None:
    drop_trees(stage)
    await stage.once(feed={"first_run": first_run})
    assert stage.titles() == [*posted]
    await stage.start()
    await stage.settled()
    assert stage.titles() == [*posted, "Signpost 5"]


async def test_a_channel_added_later_starts_with_its_own_newest(stage: Stage) -> None:
    second = stage.sandbox.world.add_channel("Late Edition", username="late_edition")
    drop_trees(stage)
    stage.drop("Bramble", quality=1, publishedDateTime="2026-11-04T11:00:00Z")
    await stage.once(feed={"first_run": 2})
    assert stage.titles() == ["Dogwood", "Elm"]
    both = [{"chat": "@paperboy_daily"}, {"chat": str(second.id), "min_quality": 50}]
    await stage.once(channels=both, feed={"first_run": 3})
    assert stage.titles(second) == ["Cedar", "Dogwood", "Elm"]
    assert stage.titles() == ["Dogwood", "Elm"]


async def test_a_channel_that_leaves_the_settings_and_returns_gets_no_post_twice(
    stage: Stage,
) -> None:
    drop_trees(stage)
    await stage.once(feed={"first_run": 2})
    await stage.once(channels=[])
    stage.drop("Fir", publishedDateTime=day(9))
    await stage.once()
    await stage.once(channels=[{"chat": "@Paperboy_Daily"}], feed={"first_run": "all"})
    assert stage.titles() == ["Dogwood", "Elm", "Fir"]


async def test_a_channel_admits_its_topics_the_narrower_ones_included(
    stage: Stage,
) -> None:
    await stage.start(
        channels=[{"chat": "@paperboy_daily", "topics": ["artificial intelligence"]}]
    )
    stage.drop("Seeing machines", "Computer Vision")
    stage.drop("Deep water", "Oceans")
    stage.drop("Thinking machines", "AI")
    await stage.post("Seeing machines")
    await stage.post("Thinking machines")
    await stage.sandbox.settled()
    assert stage.posts("Deep water") == []


async def test_a_channel_posts_what_becomes_good_enough(stage: Stage) -> None:
    await stage.start(channels=[{"chat": "@paperboy_daily", "min_quality": 60}])
    await stage.settled()
    stage.drop("Slow burner", quality=59)
    await stage.settled()
    assert stage.posts("Slow burner") == []
    stage.drop("Slow burner", quality=60)
    await stage.post("Slow burner")
    stage.drop("Slow burner", quality=10)
    stage.drop("Slow burner", quality=90)
    await stage.settled()
    assert len(stage.posts("Slow burner")) == 1


async def test_a_related_article_that_was_posted_there_is_linked_to_its_post(
    stage: Stage,
) -> None:
    private = stage.sandbox.world.add_channel("Members")
    await stage.start(channels=[{"chat": "@paperboy_daily"}, {"chat": str(private.id)}])
    await stage.ask(stage.reader, "/topic Space")
    stage.drop("The older story", "Space")
    older, there = (
        await stage.post("The older story"),
        await stage.post("The older story", private),
    )
    stage.drop(
        "The newer story",
        "Space",
        related=[related("The older story"), related("Told elsewhere", 10)],
    )
    newer, inside = (
        await stage.post("The newer story"),
        await stage.post("The newer story", private),
    )
    mine = await stage.post("The newer story", stage.reader)

    def links(post: Any) -> list[str]:
        return [one["url"] for one in post.entities if one["type"] == "text_link"]

    elsewhere = address("Told elsewhere")
    assert links(newer) == [f"https://t.me/paperboy_daily/{older.id}", elsewhere]
    assert links(inside) == [
        f"https://t.me/c/{str(private.id)[4:]}/{there.id}",
        elsewhere,
    ]
    assert links(mine) == [address("The older story"), elsewhere]


# --- what waits for an editor -----------------------------------------------------------------------------------------

HELD = "Front page passed on the badger census"


async def test_what_is_held_is_invisible_until_an_editor_releases_it(
    stage: Stage,
) -> None:
    await stage.start(feed={"unpublished": "hold"})
    await stage.ask(stage.reader, "/topic Climate")
    stage.drop(HELD, "Climate", published=False)
    await stage.settled()
    assert stage.posts(HELD) == stage.posts(HELD, stage.reader) == []
    for words in ("/latest", "/latest Climate", "/search badger"):
        assert "badger" not in (await stage.ask(stage.reader, words)).text.replace(
            "badger”", ""
        ).replace("“badger", "")

    status = await stage.ask(stage.editor, "/status")
    (button,) = [
        one["text"] for row in status.buttons for one in row if HELD[:10] in one["text"]
    ]
    await stage.tap(stage.editor, status, button)
    await stage.post(HELD)
    await stage.post(HELD, stage.reader)
    assert HELD in (await stage.ask(stage.reader, "/latest")).text
    await stage.settled()
    assert len(stage.posts(HELD)) == len(stage.posts(HELD, stage.reader)) == 1
    again = await stage.ask(stage.editor, "/status")
    assert HELD[:10] not in again.text


async def test_what_is_held_goes_out_when_its_file_says_published(stage: Stage) -> None:
    stage.drop(HELD, published=False)
    await stage.start(feed={"unpublished": "hold"})
    await stage.settled()
    await stage.restart()
    await stage.settled()
    assert stage.posts(HELD) == []
    stage.drop(HELD, published=True)
    await stage.post(HELD)


async def test_what_is_held_stays_held_when_it_is_withdrawn_and_comes_back(
    stage: Stage,
) -> None:
    await stage.start(feed={"unpublished": "hold"})
    stage.drop(HELD, published=False)
    await stage.settled()
    stage.drop(HELD, published=False, removed=True)
    await stage.settled()
    stage.drop(HELD, published=False)
    await stage.settled()
    assert stage.posts(HELD) == []
    assert HELD[:10] in (await stage.ask(stage.editor, "/status")).text


STORY = "Wind farm and fishing fleet agree on a map"


async def test_a_story_told_again_is_not_posted_unless_an_editor_wishes_it(
    stage: Stage,
) -> None:
    await stage.start()
    await stage.ask(stage.reader, "/topic Energy")
    stage.drop(STORY, "Energy", publishedDateTime=day(3))
    await stage.post(STORY, stage.reader)
    shouted = "WIND FARM and fishing fleet agree on a map!"
    stage.drop(
        shouted,
        "Energy",
        name="copy.md",
        webUrl="https://other.example/wind",
        publishedDateTime=day(20),
        provider={"name": "The Other", "domain": "other.example"},
    )
    await stage.settled()
    assert stage.posts(shouted) == stage.posts(shouted, stage.reader) == []
    assert "The Other" not in (await stage.ask(stage.reader, "/latest")).text

    status = await stage.ask(stage.editor, "/status")
    (button,) = [
        one["text"]
        for row in status.buttons
        for one in row
        if "copy" in one["text"].lower()
    ]
    await stage.tap(stage.editor, status, button)
    await stage.post(shouted)
    await stage.settled()
    assert len(stage.posts(shouted)) == 1
    assert len(stage.posts(STORY)) == 1


async def test_a_story_told_again_much_later_is_news(stage: Stage) -> None:
    await stage.start()
    stage.drop(STORY, publishedDateTime="2026-09-01T12:00:00Z")
    stage.drop(
        STORY,
        name="later.md",
        webUrl="https://other.example/w",
        publishedDateTime="2026-10-15T12:00:00Z",
    )
    await stage.post(STORY, number=2)


async def test_a_redelivered_tap_posts_once(stage: Stage) -> None:
    await stage.start(feed={"unpublished": "hold"})
    stage.drop(HELD, published=False)
    await stage.settled()
    status = await stage.ask(stage.editor, "/status")
    (button,) = [
        one["text"] for row in status.buttons for one in row if HELD[:10] in one["text"]
    ]
    await stage.sandbox.tap(stage.editor, status, button)
    update = stage.sandbox.updates.waiting[-1]
    await stage.post(HELD)
    await stage.stop()
    stage.sandbox.updates.waiting.appendleft(update)
    await stage.start()
    await stage.settled()
    assert len(stage.posts(HELD)) == 1


async def test_a_reader_taps_an_editors_button_in_vain(stage: Stage) -> None:
    await stage.start(feed={"unpublished": "hold"})
    stage.drop(HELD, published=False)
    await stage.settled()
    status = await stage.ask(stage.editor, "/status")
    (button,) = [
        one["text"] for row in status.buttons for one in row if HELD[:10] in one["text"]
    ]
    await stage.tap(stage.reader, status, button)
    await stage.settled()
    assert stage.posts(HELD) == []


async def test_a_forums_topic_gets_the_posts_and_the_forum_itself_once_the_topic_is_gone(
    stage: Stage,
) -> None:
    forum = stage.sandbox.world.add_group(
        "Forum", [stage.reader], [stage.editor], forum=True
    )
    topic = stage.sandbox.world.add_topic(forum, "News")
    await stage.start(
        channels=[
            {"chat": str(forum.id), "thread": topic.id},
            {"chat": "@paperboy_daily"},
        ]
    )
    stage.drop("In its place")
    assert (await stage.post("In its place", forum)).thread == topic.id
    topic.deleted = True
    stage.drop("Its place is gone")
    assert (await stage.post("Its place is gone", forum)).thread is None


async def test_a_private_channel_that_the_bot_joins_later_gets_what_waits_at_once(
    stage: Stage,
) -> None:
    private = stage.sandbox.world.add_channel("Members", bot_rights=None)
    await stage.start(channels=[{"chat": str(private.id)}, {"chat": "@paperboy_daily"}])
    stage.drop("Told before anybody was there")
    await stage.post("Told before anybody was there")
    await stage.settled()
    await stage.sandbox.add_bot(private, ["can_post_messages"])
    await stage.post("Told before anybody was there", private)
