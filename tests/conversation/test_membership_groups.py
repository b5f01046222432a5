"""Groups: who may change what they follow, what is not for the bot, and what happens to the bot there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from bot.sandbox import objects
from bot.sandbox.records import Chat, Person
from bot.store import chats, pauses
from tests.support import chatting
from tests.support.chatting import Bot

ANONYMOUS = {
    "id": 1087968824,
    "is_bot": True,
    "first_name": "Group",
    "username": "GroupAnonymousBot",
}


@dataclass
class Group:
    """A group with an owner, a member and the bot."""

    bot: Bot
    chat: Chat
    owner: Person
    member: Person


@pytest.fixture
async def group() -> AsyncIterator[Group]:
    async with chatting.at_work() as bot:
        owner, member = (
            bot.sandbox.world.add_person("Olga"),
            bot.sandbox.world.add_person("Mo"),
        )
        chat = bot.sandbox.world.add_group("Readers", [member], [owner])
        yield Group(bot, chat, owner, member)


async def test_an_admin_follows_for_the_group(group: Group) -> None:
    (answer,) = await group.bot.ask(group.owner, "/topic AI", group.chat)
    assert "This group now follows AI" in answer.text
    assert await group.bot.topics_of(group.chat) == ["AI"]
    row = await group.bot.store(chats.by_number, group.chat.id)
    assert row is not None
    assert (row.kind, row.title) == ("group", "Readers")


@pytest.mark.parametrize("words", ["/topic Space", "/topic", "/untopic AI", "/stop"])
async def test_a_member_changes_nothing(group: Group, words: str) -> None:
    await group.bot.ask(group.owner, "/topic AI", group.chat)
    (answer,) = await group.bot.ask(group.member, words, group.chat)
    assert "admins" in answer.text
    assert await group.bot.topics_of(group.chat) == ["AI"]
    assert await group.bot.state_of(group.chat) == "active"


async def test_a_member_may_ask_what_is_new(group: Group) -> None:
    await group.bot.article("Newer moon", "Space")
    (answer,) = await group.bot.ask(group.member, "/latest", group.chat)
    assert "Newer moon" in answer.text


async def test_start_by_a_member_does_not_end_a_stop(group: Group) -> None:
    await group.bot.ask(group.owner, "/topic AI", group.chat)
    await group.bot.ask(group.owner, "/stop", group.chat)
    await group.bot.ask(group.member, "/start", group.chat)
    assert await group.bot.state_of(group.chat) == "stopped"
    await group.bot.ask(group.owner, "/start", group.chat)
    assert await group.bot.state_of(group.chat) == "active"


async def test_an_anonymous_admin_counts_as_one(group: Group) -> None:
    body = {
        "message_id": 77,
        "date": 1,
        "chat": objects.chat(group.chat),
        "from": ANONYMOUS,
        "sender_chat": objects.chat(group.chat),
        "text": "/topic AI",
    }
    group.bot.sandbox.updates.put("message", body)
    await group.bot.answers()
    assert await group.bot.topics_of(group.chat) == ["AI"]


async def test_a_channel_that_speaks_in_the_group_is_no_admin(group: Group) -> None:
    body = {
        "message_id": 77,
        "date": 1,
        "chat": objects.chat(group.chat),
        "from": {"id": 136817688, "is_bot": True, "first_name": "Channel"},
        "sender_chat": {"id": -1009999, "type": "channel", "title": "Loud"},
        "text": "/topic AI",
    }
    group.bot.sandbox.updates.put("message", body)
    await group.bot.answers()
    assert await group.bot.topics_of(group.chat) == []


async def test_taps_by_members_are_answered_and_change_nothing(group: Group) -> None:
    (answer,) = await group.bot.ask(group.owner, "/topic AI", group.chat)
    assert "admins" in await group.bot.tap(group.member, answer, "Undo")
    assert await group.bot.topics_of(group.chat) == ["AI"]
    await group.bot.tap(group.owner, answer, "Undo")
    assert await group.bot.topics_of(group.chat) == []


@pytest.mark.parametrize(
    "words", ["good morning", "/weather", "/republish last", "/status"]
)
async def test_what_is_not_for_us_gets_no_answer(group: Group, words: str) -> None:
    assert await group.bot.ask(group.owner, words, group.chat) == []


async def test_an_unknown_command_with_our_name_is_answered(group: Group) -> None:
    (answer,) = await group.bot.ask(
        group.member, f"/weather@{group.bot.sandbox.bot.username}", group.chat
    )
    assert "/help" in answer.text


async def test_the_group_is_greeted_when_the_bot_is_added(group: Group) -> None:
    fresh = group.bot.sandbox.world.add_group("New", [], [group.owner], bot=None)
    await group.bot.sandbox.add_bot(fresh, by=group.owner)
    await group.bot.answers()
    (greeting,) = [
        one for one in group.bot.sandbox.messages(fresh) if group.bot.is_mine(one)
    ]
    assert "I bring this group articles" in greeting.text
    assert await group.bot.state_of(fresh) == "active"


async def test_a_group_that_removes_the_bot_is_parked_and_returns_with_its_topics(
    group: Group,
) -> None:
    await group.bot.ask(group.owner, "/topic AI", group.chat)
    await group.bot.sandbox.remove_bot(group.chat)
    await group.bot.answers()
    assert await group.bot.state_of(group.chat) == "parked"
    await group.bot.sandbox.add_bot(group.chat)
    await group.bot.answers()
    assert await group.bot.state_of(group.chat) == "active"
    assert await group.bot.topics_of(group.chat) == ["AI"]


async def test_a_group_keeps_its_topics_under_its_new_number(group: Group) -> None:
    small = group.bot.sandbox.world.add_group(
        "Small", [], [group.owner], supergroup=False
    )
    await group.bot.ask(group.owner, "/topic AI", small)
    moved = group.bot.sandbox.world.migrate(small)
    await group.bot.answers()
    assert await group.bot.topics_of(moved) == ["AI"]
    assert await group.bot.store(chats.by_number, small.id) is None


async def test_an_answer_in_a_forum_goes_to_the_topic_it_was_asked_in(
    group: Group,
) -> None:
    forum = group.bot.sandbox.world.add_group("Forum", [], [group.owner], forum=True)
    topic = group.bot.sandbox.world.add_topic(forum, "Bots")
    (answer,) = await group.bot.ask(group.owner, "/topic AI", forum, thread=topic.id)
    assert answer.thread == topic.id


async def test_a_channel_goes_on_at_once_when_the_bot_gets_its_rights_back(
    group: Group,
) -> None:
    channel = await group.bot.channel()
    row = group.bot.channels[0].chat
    await group.bot.sandbox.remove_bot(channel)
    await group.bot.answers()
    await group.bot.store(
        pauses.pause,
        row,
        chatting.NOON.replace(hour=23),
        "the bot is not in the channel",
    )
    group.bot.woken.clear()
    await group.bot.sandbox.add_bot(channel, ["can_post_messages"])
    await group.bot.answers()
    found = await group.bot.store(chats.get, row)
    assert found is not None
    assert (found.not_before, found.state) == (None, "active")
    assert group.bot.woken


async def test_stop_in_a_group_of_the_settings_ends_its_topics_and_not_its_posts(
    group: Group,
) -> None:
    await group.bot.store(chats.set_channels, [(str(group.chat.id), 0, "resend")])
    await group.bot.ask(group.owner, "/topic AI", group.chat)
    (answer,) = await group.bot.ask(group.owner, "/stop", group.chat)
    assert "no longer follows AI" in answer.text
    assert await group.bot.state_of(group.chat) == "active"
