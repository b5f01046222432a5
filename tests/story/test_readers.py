"""Readers: what they follow and get, how they stop and come back. In groups the admins decide."""

from __future__ import annotations

import pytest

from bot.sandbox import Chat, Message
from tests.support.documents import day
from tests.support.stage import Stage

NEWS = "Night ferries start to run on moonlight"


def follows(stage: Stage) -> list[tuple[str]]:
    return stage.rows(
        "SELECT t.name FROM follows f JOIN topics t ON t.id = f.topic ORDER BY t.name"
    )


async def test_following_a_topic_twice_is_one_follow_and_one_message(
    stage: Stage,
) -> None:
    await stage.start()
    await stage.ask(stage.reader, "/topic AI")
    again = await stage.ask(stage.reader, "/topic ai")
    stage.drop(NEWS, "AI")
    await stage.post(NEWS, stage.reader)
    await stage.settled()
    assert follows(stage) == [("AI",)]
    assert "already" in again.text.lower()
    assert len(stage.posts(NEWS, stage.reader)) == 1


async def test_who_follows_two_topics_of_an_article_gets_it_once(stage: Stage) -> None:
    await stage.start()
    await stage.ask(stage.reader, "/topic AI, Computer Vision, Space")
    stage.drop(NEWS, "Computer Vision", "Space", "AI")
    await stage.post(NEWS, stage.reader)
    await stage.settled()
    assert len(follows(stage)) == 3
    assert len(stage.posts(NEWS, stage.reader)) == 1


async def test_who_follows_a_wider_topic_gets_the_narrower_ones_articles(
    stage: Stage,
) -> None:
    await stage.start()
    await stage.ask(stage.reader, "/topic AI")
    stage.drop(NEWS, "Computer Vision")
    await stage.post(NEWS, stage.reader)


async def test_a_follow_brings_nothing_older(stage: Stage) -> None:
    await stage.start()
    stage.drop("Older news from the lighthouse keepers", "AI")
    await stage.post("Older news from the lighthouse keepers")
    await stage.ask(stage.reader, "/topic AI")
    stage.drop(NEWS, "AI")
    await stage.post(NEWS, stage.reader)
    await stage.restart()
    await stage.settled()
    assert stage.posts("Older news from the lighthouse keepers", stage.reader) == []


async def test_the_button_under_a_post_follows_its_topic_in_one_tap(
    stage: Stage,
) -> None:
    await stage.start()
    stage.drop("A first story that carries the button", "Space")
    post = await stage.post("A first story that carries the button")
    started = await stage.sandbox.tap(stage.reader, post, "Follow Space")
    assert isinstance(started, Message)
    await stage.until(
        lambda: [
            one
            for one in stage.sandbox.messages(stage.reader)
            if one.sender is stage.sandbox.bot
        ]
    )
    stage.drop(NEWS, "Space")
    await stage.post(NEWS, stage.reader)
    assert follows(stage) == [("Space",)]


async def test_who_stopped_gets_nothing_until_start_brings_the_topics_back(
    stage: Stage,
) -> None:
    await stage.start()
    await stage.ask(stage.reader, "/topic AI")
    await stage.ask(stage.reader, "/stop")
    stage.drop("Told while nobody listened to the radio", "AI")
    await stage.post("Told while nobody listened to the radio")
    await stage.settled()
    back = await stage.ask(stage.reader, "/start")
    assert "AI" in back.text
    stage.drop(NEWS, "AI")
    await stage.post(NEWS, stage.reader)
    await stage.settled()
    assert stage.posts("Told while nobody listened to the radio", stage.reader) == []


async def test_a_reader_who_blocks_the_bot_is_parked_and_comes_back_by_letting_it_in(
    stage: Stage,
) -> None:
    await stage.start()
    await stage.ask(stage.reader, "/topic AI")
    await stage.sandbox.block(stage.reader)
    await stage.settled()
    stage.drop("Told to a door that was shut and bolted", "AI")
    await stage.post("Told to a door that was shut and bolted")
    await stage.settled()
    tried = [
        call
        for call in stage.sandbox.calls.of("sendMessage")
        if call.chat == stage.reader.id and not call.ok
    ]
    assert tried == []  # nothing knocks at a door known to be shut

    await stage.sandbox.unblock(stage.reader)
    await stage.settled()
    stage.drop(NEWS, "AI")
    await stage.post(NEWS, stage.reader)


async def test_a_block_that_only_shows_when_sending_parks_the_reader_too(
    stage: Stage,
) -> None:
    await stage.start()
    await stage.ask(stage.reader, "/topic AI")
    stage.reader.blocked = True  # the update about it was lost
    stage.drop("Told to a door that was shut and bolted", "AI")
    await stage.settled()
    stage.drop("Told once more to the very same closed door", "AI")
    await stage.settled()
    tried = [
        call
        for call in stage.sandbox.calls.of("sendMessage")
        if call.chat == stage.reader.id and not call.ok
    ]
    assert len(tried) == 1
    await stage.sandbox.unblock(stage.reader)
    back = await stage.ask(stage.reader, "/start")
    assert "AI" in back.text
    stage.drop(NEWS, "AI")
    await stage.post(NEWS, stage.reader)


@pytest.fixture
def club(stage: Stage) -> Chat:
    owner = stage.sandbox.world.add_person("Olga")
    return stage.sandbox.world.add_group("Readers' club", [stage.reader], [owner])


async def test_only_a_groups_admins_follow_for_it(stage: Stage, club: Chat) -> None:
    owner = next(one.person for one in club.members.values() if one.status == "creator")
    await stage.start()
    refused = await stage.ask(stage.reader, "/topic AI", club)
    assert "admin" in refused.text.lower()
    stage.drop("Before the group's owner said a word", "AI")
    await stage.settled()

    await stage.ask(owner, "/topic AI", club)
    await stage.ask(stage.reader, "/untopic AI", club)
    await stage.ask(stage.reader, "/stop", club)
    stage.drop(NEWS, "AI")
    await stage.post(NEWS, club)
    assert stage.posts("Before the group's owner said a word", club) == []


async def test_a_forums_thread_gets_what_it_follows_and_closing_it_is_its_own_matter(
    stage: Stage,
) -> None:
    owner = stage.sandbox.world.add_person("Olga")
    forum = stage.sandbox.world.add_group("Forum", [], [owner], forum=True)
    topic = stage.sandbox.world.add_topic(forum, "Machines")
    await stage.start()
    assert (
        await stage.ask(owner, "/topic AI", forum, thread=topic.id)
    ).thread == topic.id
    await stage.ask(owner, "/topic Space", forum)
    stage.drop(NEWS, "AI")
    assert (await stage.post(NEWS, forum)).thread == topic.id

    stage.sandbox.world.close_topic(forum, topic)
    stage.drop("A closed thread keeps nobody else waiting", "AI", "Space")
    general = await stage.post("A closed thread keeps nobody else waiting", forum)
    await stage.settled()
    assert general.thread is None
    assert len(stage.posts("A closed thread keeps nobody else waiting", forum)) == 1
    assert stage.sandbox.messages(stage.editor) == []

    stage.sandbox.world.close_topic(forum, topic, closed=False)
    opened = await stage.post(
        "A closed thread keeps nobody else waiting", forum, number=2
    )
    assert opened.thread == topic.id


async def test_a_group_that_becomes_a_supergroup_goes_on_under_its_new_number(
    stage: Stage,
) -> None:
    owner = stage.sandbox.world.add_person("Olga")
    small = stage.sandbox.world.add_group("Small", [], [owner], supergroup=False)
    await stage.start()
    await stage.ask(owner, "/topic AI", small)
    await stage.stop()
    large = stage.sandbox.world.migrate(small)
    stage.sandbox.updates.clear()  # the bot only learns of it by Telegram's answer
    await stage.start()
    stage.drop(NEWS, "AI")
    await stage.post(NEWS, large)
    await stage.settled()
    assert len(stage.posts(NEWS, large)) == 1


async def test_latest_and_search_find_what_was_posted(stage: Stage) -> None:
    await stage.start()
    stage.drop(
        "Beekeepers count the orchard's winter guests",
        "Nature",
        publishedDateTime=day(3),
    )
    stage.drop(NEWS, "Oceans", publishedDateTime=day(2))
    await stage.post(NEWS)
    await stage.post("Beekeepers count the orchard's winter guests")
    latest = await stage.ask(stage.reader, "/latest")
    assert latest.text.index("Beekeepers") < latest.text.index("Night ferries")
    assert "Beekeepers" not in (await stage.ask(stage.reader, "/latest Oceans")).text
    assert "Night ferries" in (await stage.ask(stage.reader, "/search moonlight")).text


async def test_editors_commands_do_not_exist_for_readers(stage: Stage) -> None:
    await stage.start()
    stage.drop(NEWS)
    await stage.post(NEWS)
    unknown = await stage.ask(stage.reader, "/nonsense")
    refused = await stage.ask(stage.reader, "/republish last")
    await stage.settled()
    assert refused.text.replace("republish", "nonsense") == unknown.text
    assert len(stage.posts(NEWS)) == 1
