"""Forums, whose threads are chats of their own, groups that hide their members, and admins who stay anonymous."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest

from bot.sandbox import faults, objects
from bot.sandbox.records import Chat, ForumTopic, Message, Person
from bot.store import addressing, chats, follows
from tests.support import chatting
from tests.support.chatting import Bot


@dataclass
class Forum:
    """A forum with an owner, a member, a thread and the bot."""

    bot: Bot
    chat: Chat
    thread: ForumTopic
    owner: Person
    member: Person

    async def follows_in(self, thread: int) -> list[str]:
        row = await self.bot.store(chats.by_number, self.chat.id, thread)
        return (
            [topic.name for topic in await self.bot.store(follows.of_chat, row.id)]
            if row
            else []
        )

    async def states(self) -> dict[int, str]:
        return {
            row.thread: row.state
            for row in await self.bot.store(chats.of_number, self.chat.id)
        }


@pytest.fixture
async def forum() -> AsyncIterator[Forum]:
    async with chatting.at_work() as bot:
        owner, member = (
            bot.sandbox.world.add_person("Olga"),
            bot.sandbox.world.add_person("Mo"),
        )
        chat = bot.sandbox.world.add_group("Readers", [member], [owner], forum=True)
        yield Forum(
            bot, chat, bot.sandbox.world.add_topic(chat, "Robots"), owner, member
        )


# --- threads ----------------------------------------------------------------------------------------------------------


async def test_a_thread_follows_topics_of_its_own(forum: Forum) -> None:
    (answer,) = await forum.bot.ask(
        forum.owner, "/topic AI", forum.chat, thread=forum.thread.id
    )
    assert "This thread now follows AI" in answer.text
    assert answer.thread == forum.thread.id
    await forum.bot.ask(forum.owner, "/topic Space", forum.chat)
    assert await forum.follows_in(forum.thread.id) == ["AI"]
    assert await forum.follows_in(0) == ["Space"]
    assert "follows Space." in await forum.bot.told(forum.owner, "/topics", forum.chat)


async def test_general_is_the_forum_itself(forum: Forum) -> None:
    said = await forum.bot.sandbox.say(forum.owner, "hello", forum.chat)
    body = objects.message(said) | {
        "text": "/topic AI",
        "message_thread_id": 1,
        "is_topic_message": True,
    }
    forum.bot.sandbox.updates.put("message", body)
    await forum.bot.answers()
    assert await forum.follows_in(0) == ["AI"]


async def test_a_thread_number_outside_of_a_forum_means_nothing(forum: Forum) -> None:
    group = forum.bot.sandbox.world.add_group("Plain", [], [forum.owner])
    (first,) = await forum.bot.ask(forum.owner, "/help", group)
    (answer,) = await forum.bot.ask(forum.owner, "/topic AI", group, reply_to=first)
    assert "This group now follows AI" in answer.text
    assert objects.message(answer)[
        "message_thread_id"
    ]  # as Telegram has it for replies
    assert await forum.bot.topics_of(group) == ["AI"]


async def test_taps_in_a_thread_are_answered_there(forum: Forum) -> None:
    (keyboard,) = await forum.bot.ask(
        forum.owner, "/topic", forum.chat, thread=forum.thread.id
    )
    assert "Choose topics for this thread" in keyboard.text
    assert (
        await forum.bot.tap(forum.owner, keyboard, "Space")
        == "This thread follows Space now"
    )
    (welcome,) = await forum.bot.ask(
        forum.owner, "/start", forum.chat, thread=forum.thread.id
    )
    await forum.bot.tap(forum.owner, welcome, "All topics")
    assert forum.bot.sandbox.messages(forum.chat)[-1].thread == forum.thread.id
    assert await forum.follows_in(forum.thread.id) == ["Space"]
    assert await forum.follows_in(0) == []


async def test_a_tap_whose_thread_nobody_knows_changes_nothing(forum: Forum) -> None:
    (keyboard,) = await forum.bot.ask(
        forum.owner, "/topic", forum.chat, thread=forum.thread.id
    )
    keyboard.deleted = True
    tapped = forum.bot.sandbox.world.taps.tap(
        forum.owner, keyboard, keyboard.buttons[0][0]["callback_data"]
    )
    body = {
        "id": tapped.id,
        "from": objects.user(forum.owner),
        "message": objects.message(keyboard),
        "data": tapped.data,
    }
    forum.bot.sandbox.updates.put("callback_query", body | {"chat_instance": "1"})
    await forum.bot.answers()
    assert "too old" in forum.bot.sandbox.callback_answers[-1].text
    assert await forum.follows_in(0) == []


async def test_stop_is_a_threads_own_matter(forum: Forum) -> None:
    for thread in (None, forum.thread.id):
        await forum.bot.ask(forum.owner, "/topic AI", forum.chat, thread=thread)
    await forum.bot.ask(forum.owner, "/stop", forum.chat, thread=forum.thread.id)
    assert await forum.states() == {0: "active", forum.thread.id: "stopped"}


async def test_removal_and_return_are_the_whole_forums(forum: Forum) -> None:
    other = forum.bot.sandbox.world.add_topic(forum.chat, "Moons")
    for thread in (None, forum.thread.id, other.id):
        await forum.bot.ask(forum.owner, "/topic AI", forum.chat, thread=thread)
    await forum.bot.ask(forum.owner, "/stop", forum.chat, thread=other.id)
    await forum.bot.sandbox.remove_bot(forum.chat)
    await forum.bot.answers()
    assert await forum.states() == {
        0: "parked",
        forum.thread.id: "parked",
        other.id: "stopped",
    }
    await forum.bot.sandbox.add_bot(forum.chat)
    await forum.bot.answers()
    assert await forum.states() == {
        0: "active",
        forum.thread.id: "active",
        other.id: "stopped",
    }


async def test_a_forum_that_moves_takes_its_threads_along(forum: Forum) -> None:
    await forum.bot.ask(forum.owner, "/topic AI", forum.chat, thread=forum.thread.id)
    await forum.bot.ask(forum.owner, "/topic Space", forum.chat)
    await forum.bot.store(addressing.move, forum.chat.id, -100_777)
    moved = await forum.bot.store(chats.of_number, -100_777)
    assert {row.thread for row in moved} == {0, forum.thread.id}


async def test_the_limit_of_commands_is_the_whole_forums(forum: Forum) -> None:
    forum.bot.with_context(commands_per_minute=2)
    for thread in (None, forum.thread.id):
        assert await forum.bot.ask(forum.owner, "/latest", forum.chat, thread=thread)
    (told,) = await forum.bot.ask(
        forum.owner, "/latest", forum.chat, thread=forum.thread.id
    )
    assert "a lot at once" in told.text


async def test_a_closed_thread_is_its_own_matter(forum: Forum) -> None:
    await forum.bot.ask(forum.owner, "/topic AI", forum.chat, thread=forum.thread.id)
    forum.bot.sandbox.world.close_topic(forum.chat, forum.thread)
    assert (
        await forum.bot.ask(forum.owner, "/latest", forum.chat, thread=forum.thread.id)
        == []
    )
    assert await forum.bot.ask(forum.owner, "/latest", forum.chat)
    assert await forum.states() == {forum.thread.id: "active"}


# --- refusals ---------------------------------------------------------------------------------------------------------


async def test_a_refusal_answers_who_asked_without_a_noise(forum: Forum) -> None:
    before = len(forum.bot.sandbox.messages(forum.chat))
    (refusal,) = await forum.bot.ask(
        forum.member, "/topic AI", forum.chat, thread=forum.thread.id
    )
    asked = forum.bot.sandbox.messages(forum.chat)[before]
    assert refusal.reply_to is asked
    assert refusal.silent
    assert "Only this group's admins" in refusal.text


async def test_a_refused_tap_is_an_alert_for_who_tapped(forum: Forum) -> None:
    (keyboard,) = await forum.bot.ask(forum.owner, "/topic", forum.chat)
    before = len(forum.bot.sandbox.messages(forum.chat))
    assert "Only this group's admins" in await forum.bot.tap(
        forum.member, keyboard, "AI"
    )
    assert forum.bot.sandbox.callback_answers[-1].show_alert
    assert len(forum.bot.sandbox.messages(forum.chat)) == before
    await forum.bot.tap(forum.owner, keyboard, "AI")
    assert not forum.bot.sandbox.callback_answers[-1].show_alert


async def test_only_a_reply_to_the_bot_is_plain_words_for_it(forum: Forum) -> None:
    (answer,) = await forum.bot.ask(forum.owner, "/help", forum.chat)
    assert await forum.bot.ask(forum.owner, "AI", forum.chat) == []
    (told,) = await forum.bot.ask(forum.owner, "AI", forum.chat, reply_to=answer)
    assert "This group now follows AI" in told.text
    (refused,) = await forum.bot.ask(forum.member, "stop", forum.chat, reply_to=answer)
    assert "Only this group's admins" in refused.text
    assert await forum.follows_in(0) == ["AI"]


# --- hidden members ---------------------------------------------------------------------------------------------------


@pytest.fixture
async def hidden(forum: Forum) -> Forum:
    forum.chat.hidden_members = True
    return forum


@pytest.mark.parametrize("words", ["/topic AI", "/untopic AI", "/stop", "/start"])
async def test_where_members_are_hidden_the_bot_says_how_to_mend_it(
    hidden: Forum, words: str
) -> None:
    (answer,) = await hidden.bot.ask(hidden.owner, words, hidden.chat)
    assert "make me an administrator" in answer.text
    assert await hidden.follows_in(0) == []


async def test_where_members_are_hidden_a_tap_says_how_to_mend_it(
    hidden: Forum,
) -> None:
    hidden.chat.hidden_members = False
    (keyboard,) = await hidden.bot.ask(hidden.owner, "/topic", hidden.chat)
    hidden.chat.hidden_members = True
    assert "make me an administrator" in await hidden.bot.tap(
        hidden.owner, keyboard, "AI"
    )
    assert hidden.bot.sandbox.callback_answers[-1].show_alert


async def test_an_administrator_sees_hidden_members(hidden: Forum) -> None:
    await hidden.bot.sandbox.add_bot(hidden.chat, [], hidden.owner)
    await hidden.bot.ask(hidden.owner, "/topic AI", hidden.chat)
    (refused,) = await hidden.bot.ask(hidden.member, "/topic Space", hidden.chat)
    assert "Only this group's admins" in refused.text
    assert await hidden.follows_in(0) == ["AI"]


@pytest.mark.parametrize(
    "text",
    ["CHAT_ADMIN_REQUIRED", "PARTICIPANT_ID_INVALID", "member list is inaccessible"],
)
async def test_telegram_has_three_words_for_hidden_members(
    forum: Forum, text: str
) -> None:
    forum.bot.sandbox.fail("getChatMember", faults.refused(400, f"Bad Request: {text}"))
    (answer,) = await forum.bot.ask(forum.owner, "/topic AI", forum.chat)
    assert "make me an administrator" in answer.text


# --- anonymous admins -------------------------------------------------------------------------------------------------


async def test_an_anonymous_admin_commands_and_taps(forum: Forum) -> None:
    forum.chat.members[forum.owner.id].rights.add("is_anonymous")
    (answer,) = await forum.bot.ask(
        forum.owner, "/topic AI", forum.chat, thread=forum.thread.id
    )
    assert "This thread now follows AI" in answer.text
    assert (
        await forum.bot.tap(forum.owner, answer, "Undo")
        == "This thread no longer follows AI"
    )
    assert "Only this group's admins" in await forum.bot.tap(
        forum.member, answer, "Undo"
    )


async def test_a_tap_in_the_name_of_the_group_is_an_admins(forum: Forum) -> None:
    (answer,) = await forum.bot.ask(forum.owner, "/topic AI", forum.chat)
    tapped = forum.bot.sandbox.world.taps.tap(
        forum.owner, answer, answer.buttons[0][0]["callback_data"]
    )
    body = {
        "id": tapped.id,
        "from": objects.ANONYMOUS_ADMIN,
        "message": objects.message(answer),
        "data": tapped.data,
    }
    forum.bot.sandbox.updates.put("callback_query", body | {"chat_instance": "1"})
    await forum.bot.answers()
    assert await forum.follows_in(0) == []


# --- nothing odd ------------------------------------------------------------------------------------------------------


def _others(forum: Forum, said: Message) -> list[tuple[str, dict[str, Any]]]:
    body = objects.message(said)
    channel = {"id": -100_900, "type": "channel", "title": "Elsewhere"}
    passed_on = {"type": "hidden_user", "date": 1, "sender_user_name": "X"}
    return [
        ("message", body | {"text": "/stop@other_bot"}),
        ("edited_message", body | {"text": "/stop", "edit_date": 2}),
        (
            "channel_post",
            body | {"text": "/stop", "chat": channel, "sender_chat": channel},
        ),
        (
            "message",
            body | {"text": "/stop", "forward_origin": passed_on},
        ),
        (
            "message",
            body
            | {
                "text": "/stop",
                "from": {"id": 9, "is_bot": True, "first_name": "Other"},
            },
        ),
        (
            "message",
            body
            | {"text": "/stop", "sender_chat": channel, "is_automatic_forward": True},
        ),
        (
            "message",
            {key: value for key, value in body.items() if key != "text"}
            | {"forum_topic_closed": {}},
        ),
        (
            "message",
            {key: value for key, value in body.items() if key != "text"}
            | {"new_chat_title": "/stop"},
        ),
    ]


@pytest.mark.parametrize("number", range(8))
async def test_what_is_said_to_others_does_nothing(forum: Forum, number: int) -> None:
    await forum.bot.ask(forum.owner, "/topic AI", forum.chat)
    said = await forum.bot.sandbox.say(forum.owner, "good morning", forum.chat)
    kind, body = _others(forum, said)[number]
    before = len(forum.bot.sandbox.messages(forum.chat))
    forum.bot.sandbox.updates.put(kind, body)
    await forum.bot.answers()
    assert len(forum.bot.sandbox.messages(forum.chat)) == before
    assert await forum.states() == {0: "active"}
    assert await forum.bot.store(chats.by_number, -100_900) is None


async def test_a_command_in_a_caption_is_one(forum: Forum) -> None:
    said = await forum.bot.sandbox.say(forum.owner, "good morning", forum.chat)
    body = {key: value for key, value in objects.message(said).items() if key != "text"}
    photo = [{"file_id": "p", "file_unique_id": "p", "width": 1, "height": 1}]
    forum.bot.sandbox.updates.put(
        "message", body | {"photo": photo, "caption": "/topic AI"}
    )
    await forum.bot.answers()
    assert await forum.follows_in(0) == ["AI"]


async def test_a_group_that_comes_back_hears_what_it_missed(forum: Forum) -> None:
    await forum.bot.ask(forum.owner, "/topic AI", forum.chat)
    await forum.bot.ask(forum.owner, "/stop", forum.chat)
    await forum.bot.article("Newer eyes", "AI")
    told = await forum.bot.told(forum.owner, "/start", forum.chat)
    assert told.startswith("While I was away: 1 article\n")
    assert "This group follows AI" in told
