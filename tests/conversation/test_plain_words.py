"""Plain words, aliases, topics that nobody writes about yet, and all topics at once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.conversation import chat_standing, plain_words, readers
from bot.conversation.request import Request, TypedCommand
from bot.domain.arrival import Waits
from bot.domain.chat import ChatKind
from bot.sandbox import faults, objects
from bot.sandbox.records import Person
from bot.store import chats, follows
from tests.support.chatting import NOON, Bot


@pytest.fixture
async def rea(bot: Bot) -> Person:
    return bot.sandbox.world.add_person("Rea", "rea_reads")


def labels(buttons: list[list[dict[str, Any]]]) -> list[str]:
    return [button["text"] for row in buttons for button in row]


# --- words that stand for a command -----------------------------------------------------------------------------------

SAID = Request(update=1, at=NOON, chat_id=1, kind=ChatKind.PRIVATE)


@pytest.mark.parametrize(
    ("text", "command", "words"),
    [
        ("stop", "stop", ""),
        ("STOP!", "stop", ""),
        ("help me", "help", ""),
        ("Help?", "help", ""),
        ("start", "start", ""),
        ("list", "topics", ""),
        ("topics", "topics", ""),
        ("unsubscribe", "untopic", ""),
        ("follow AI", "topic", "AI"),
        ("Subscribe to Computer Vision", "topic", "Computer Vision"),
        ("topic AI, Space", "topic", "AI, Space"),
        ("unfollow from AI", "untopic", "AI"),
        ("search ferries", "search", "ferries"),
        ("stop the press", "", "stop the press"),
        ("help for nurses", "", "help for nurses"),
        ("status", "", "status"),
        ("AI", "", "AI"),
        ("", "", ""),
    ],
)
def test_a_commands_name_is_understood_without_its_slash(
    text: str, command: str, words: str
) -> None:
    found = plain_words.as_command(replace(SAID, words=text))
    assert (found.command.name if found.command else "", found.words) == (
        command,
        words,
    )


@pytest.mark.parametrize(
    "words",
    [
        "AI",
        "ai",
        "#AI",
        "topic AI",
        "follow AI",
        "subscribe to ai",
        "/follow AI",
        "/subscribe AI",
    ],
)
async def test_a_topic_can_be_followed_in_plain_words(
    bot: Bot, rea: Person, words: str
) -> None:
    assert "You now follow AI" in await bot.told(rea, words)
    assert await bot.topics_of(rea) == ["AI"]


@pytest.mark.parametrize(
    "words",
    [
        "unfollow AI",
        "untopic AI",
        "/unfollow AI",
        "/unsubscribe ai",
        "/untopic #AI",
        "stop AI",
    ],
)
async def test_a_topic_can_be_stopped_in_plain_words(
    bot: Bot, rea: Person, words: str
) -> None:
    await bot.ask(rea, "/topic AI, Space")
    assert "no longer follow AI" in await bot.told(rea, words)
    assert await bot.topics_of(rea) == ["Space"]


async def test_stop_and_start_are_understood(bot: Bot, rea: Person) -> None:
    await bot.ask(rea, "AI")
    assert "Stopped" in await bot.told(rea, "stop")
    assert await bot.state_of(rea) == "stopped"
    assert "You follow AI" in await bot.told(rea, "start")


async def test_list_and_help_are_understood(bot: Bot, rea: Person) -> None:
    assert "All topics" in await bot.told(rea, "list")
    assert await bot.told(rea, "/list") == await bot.told(rea, "/topics")
    assert await bot.told(rea, "help") == await bot.told(rea, "/help")


@pytest.mark.parametrize(
    "words",
    [
        "https://news.example/newer-moon?utm_source=x",
        "news.example/newer-moon",
        "<https://news.example/newer-moon>",
    ],
)
async def test_an_articles_address_brings_the_article_and_its_topics(
    bot: Bot, rea: Person, words: str
) -> None:
    await bot.article("Newer moon", "Space", "AI")
    await bot.ask(rea, "/topic AI")
    (answer,) = await bot.ask(rea, words)
    assert answer.text.startswith("Newer moon\nThe News · 1 Nov 2026")
    assert labels(answer.buttons) == ["Follow Space"]
    await bot.tap(rea, answer, "Follow Space")
    assert await bot.topics_of(rea) == ["AI", "Space"]


async def test_an_article_that_readers_may_not_see_has_no_address(
    bot: Bot, rea: Person
) -> None:
    await bot.article("Hidden moon", "Space", waiting=Waits.EDITOR)
    assert "no article with the address" in await bot.told(
        rea, "https://news.example/hidden-moon"
    )


async def test_anything_else_searches(bot: Bot, rea: Person) -> None:
    await bot.article("Night ferries run on moonlight", "Space")
    assert "Night ferries" in await bot.told(rea, "ferries moonlight")
    told = await bot.told(rea, "hello")
    assert "found nothing for “hello”" in told
    assert "/help" in told


async def test_a_misspelt_topic_in_plain_words_is_offered(
    bot: Bot, rea: Person
) -> None:
    (answer,) = await bot.ask(rea, "Computr Vision")
    assert labels(answer.buttons) == ["Follow Computer Vision"]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (
            {
                "sticker": {
                    "file_id": "s",
                    "file_unique_id": "s",
                    "width": 1,
                    "height": 1,
                    "is_animated": False,
                    "is_video": False,
                    "type": "regular",
                }
            },
            "sticker",
        ),
        (
            {
                "text": "/stop",
                "forward_origin": {
                    "type": "hidden_user",
                    "date": 1,
                    "sender_user_name": "X",
                },
            },
            "forwarded",
        ),
        ({"location": {"latitude": 1.0, "longitude": 2.0}}, "only read text"),
        ({"text": "👍"}, "a few words"),
    ],
)
async def test_what_holds_no_words_gets_a_kind_line(
    bot: Bot, rea: Person, content: dict[str, Any], told: str
) -> None:
    await bot.ask(rea, "/topic AI")
    assert told in await _put(bot, rea, content)
    assert await bot.state_of(rea) == "active"


async def test_a_command_in_a_caption_is_carried_out(bot: Bot, rea: Person) -> None:
    assert "You now follow AI" in await _put(
        bot, rea, {"caption": "/topic AI", **PHOTO}
    )
    assert "only read text" in await _put(bot, rea, {"caption": "Space", **PHOTO})
    assert await bot.topics_of(rea) == ["AI"]


async def test_an_album_gets_one_answer(bot: Bot, rea: Person) -> None:
    await bot.ask(rea, "/help")
    before = len(bot.sandbox.messages(rea))
    for number in range(4):
        _say(bot, rea, {"media_group_id": "a", **PHOTO}, number)
    await bot.answers()
    assert len(bot.sandbox.messages(rea)) == before + 1


@pytest.mark.parametrize(
    "service",
    [
        {
            "pinned_message": {
                "message_id": 1,
                "date": 0,
                "chat": {"id": 1, "type": "private"},
            }
        },
        {"message_auto_delete_timer_changed": {"message_auto_delete_time": 86400}},
        {"write_access_allowed": {}},
    ],
)
async def test_a_service_message_gets_no_answer(
    bot: Bot, rea: Person, service: dict[str, Any]
) -> None:
    await bot.ask(rea, "/help")
    before = len(bot.sandbox.messages(rea))
    _say(bot, rea, service)
    await bot.answers()
    assert len(bot.sandbox.messages(rea)) == before


# --- topics that no article carries yet -------------------------------------------------------------------------------


async def test_a_topic_nobody_writes_about_yet_can_be_followed_anyway(
    bot: Bot, rea: Person
) -> None:
    (answer,) = await bot.ask(rea, "/topic Cooking")
    assert "nothing on Cooking yet" in answer.text
    assert labels(answer.buttons) == ["Follow it anyway", "All topics"]
    assert await bot.topics_of(rea) == []
    assert await bot.tap(rea, answer, "Follow it anyway") == "You follow Cooking now"
    assert "You now follow Cooking" in answer.text
    assert await bot.topics_of(rea) == ["Cooking"]
    assert await bot.tap(rea, answer, "Undo") == "You no longer follow Cooking"
    await bot.tap(rea, answer, "Undo")
    assert await bot.topics_of(rea) == ["Cooking"]


async def test_an_awaited_topic_is_shown_to_nobody_else_until_an_article_carries_it(
    bot: Bot, rea: Person
) -> None:
    otto = bot.sandbox.world.add_person("Otto")
    (answer,) = await bot.ask(rea, "/topic COOKING")
    await bot.tap(rea, answer, "Follow it anyway")
    assert "COOKING" not in await bot.told(otto, "/topics")
    assert "nothing on cooking yet" in await bot.told(otto, "/topic cooking")
    await bot.article("Soup of the day", "Cooking")
    assert "• Cooking — 1 article" in await bot.told(otto, "/topics")
    assert await bot.topics_of(rea) == ["Cooking"]  # in the article's spelling


async def test_accents_do_not_keep_an_awaited_topic_from_its_articles(
    bot: Bot, rea: Person
) -> None:
    (answer,) = await bot.ask(rea, "/topic Patisserie")
    await bot.tap(rea, answer, "Follow it anyway")
    await bot.article("Eclairs at dawn", "Pâtisserie")
    assert await bot.topics_of(rea) == ["Pâtisserie"]
    assert "Pâtisserie — 1 article" in await bot.told(rea, "/topics")


async def test_an_awaited_topic_has_at_most_64_characters(
    bot: Bot, rea: Person
) -> None:
    (answer,) = await bot.ask(rea, "/topic " + "ж" * 64)
    assert "Follow it anyway" in labels(answer.buttons)
    await bot.tap(rea, answer, "Follow it anyway")
    assert await bot.topics_of(rea) == ["ж" * 64]
    (answer,) = await bot.ask(rea, "/topic " + "x" * 65)
    assert "at most 64 characters" in answer.text
    assert labels(answer.buttons) == ["All topics"]


async def test_latest_of_a_topic_to_come_offers_to_wait_for_it(
    bot: Bot, rea: Person
) -> None:
    (answer,) = await bot.ask(rea, "/latest Cooking")
    await bot.tap(rea, answer, "Follow it anyway")
    assert await bot.topics_of(rea) == ["Cooking"]


async def test_several_can_be_awaited_beside_one_that_is_there(
    bot: Bot, rea: Person
) -> None:
    (answer,) = await bot.ask(rea, "/topic AI, Cooking, Knitting")
    assert "You now follow AI" in answer.text
    assert "nothing on Cooking and Knitting yet" in answer.text
    await bot.tap(rea, answer, "Follow them anyway")
    assert await bot.topics_of(rea) == ["AI", "Cooking", "Knitting"]


async def test_nobody_takes_up_an_offer_that_was_made_to_somebody_else(
    bot: Bot, rea: Person
) -> None:
    otto = bot.sandbox.world.add_person("Otto")
    (answer,) = await bot.ask(rea, "/topic Cooking")
    data = answer.buttons[0][0]["callback_data"]
    (other,) = await bot.ask(otto, "/help")
    other.reply_markup = {
        "inline_keyboard": [[{"text": "Forged", "callback_data": data}]]
    }
    assert "too old" in await bot.tap(otto, other, "Forged")
    assert await bot.topics_of(otto) == []


# --- as many as a chat may follow -------------------------------------------------------------------------------------


async def test_a_chat_follows_as_many_topics_as_the_settings_allow(
    bot: Bot, rea: Person
) -> None:
    bot.with_context(max_follows=2)
    told = await bot.told(rea, "/topic AI, Space, Computer Vision")
    assert "no room for Computer Vision: a chat can follow 2 topics" in told
    assert await bot.topics_of(rea) == ["AI", "Space"]
    assert "as many as a chat can" in await bot.told(rea, "/topic Computer Vision")
    (keyboard,) = await bot.ask(rea, "/topic")
    assert "You follow 2 topics" in await bot.tap(rea, keyboard, "Computer Vision")
    (answer,) = await bot.ask(rea, "/topic Cooking")
    assert "You follow 2 topics" in await bot.tap(rea, answer, "Follow it anyway")
    assert "already follow AI" in await bot.told(rea, "/topic AI")
    await bot.ask(rea, "/untopic AI")
    assert "You now follow Computer Vision" in await bot.told(
        rea, "/topic Computer Vision"
    )


# --- all of them ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["/topic all", "/follow everything", "topic ALL"])
async def test_all_topics_can_be_followed_and_taken_back(
    bot: Bot, rea: Person, words: str
) -> None:
    for number in range(12):
        await bot.article(f"About {number}", f"Topic {number:02}")
    await bot.ask(rea, "/topic AI")
    (answer,) = await bot.ask(rea, words)
    assert len(await bot.topics_of(rea)) == 15
    assert labels(answer.buttons) == ["Undo"]
    await bot.tap(rea, answer, "Undo")
    assert await bot.topics_of(rea) == ["AI"]
    await bot.tap(rea, answer, "Undo")
    assert len(await bot.topics_of(rea)) == 15


async def test_all_topics_can_be_stopped_and_taken_back(bot: Bot, rea: Person) -> None:
    for number in range(12):
        await bot.article(f"About {number}", f"Topic {number:02}")
    await bot.ask(rea, "/topic all")
    (answer,) = await bot.ask(rea, "/untopic all")
    assert "follow no topics now" in answer.text
    assert await bot.topics_of(rea) == []
    await bot.tap(rea, answer, "Undo")
    assert len(await bot.topics_of(rea)) == 15


async def test_a_topic_that_is_called_all_is_meant_first(bot: Bot, rea: Person) -> None:
    await bot.article("All is well", "All")
    await bot.ask(rea, "/topic all")
    assert await bot.topics_of(rea) == ["All"]


async def test_all_topics_of_an_empty_house_are_none(bot: Bot, rea: Person) -> None:
    bot.with_context(taxonomy=type(bot.context.taxonomy)())
    assert "no topics yet" in await bot.told(rea, "/topic all")
    assert "nothing to stop" in await bot.told(rea, "/untopic all")


async def test_latest_of_all_is_more_than_what_is_followed(
    bot: Bot, rea: Person
) -> None:
    await bot.article("Newer moon", "Space")
    await bot.ask(rea, "/topic AI")
    assert "Newer moon" in await bot.told(rea, "/latest all")


# --- what was missed --------------------------------------------------------------------------------------------------


async def test_who_stopped_hears_of_what_was_missed_in_one_message(
    bot: Bot, rea: Person
) -> None:
    await bot.article("Before the stop", "Space")
    await bot.ask(rea, "/topic Space")
    await bot.ask(rea, "/stop")
    for number in range(12):
        await bot.article(f"Missed {number}", "Space", day=2 + number)
    await bot.article("Something else", "AI", day=20)
    await bot.article("Hidden", "Space", day=20, waiting=Waits.EDITOR)
    told = await bot.told(rea, "/start")
    assert told.startswith("While you were away: 12 articles\n")
    assert told.index("Missed 11") < told.index("Missed 2")
    assert "… and 2 more" in told
    assert not any(
        title in told
        for title in ("Before the stop", "Something else", "Hidden", "Missed 1\n")
    )
    assert "away" not in await bot.told(rea, "/start")


async def test_who_missed_nothing_hears_nothing_of_it(bot: Bot, rea: Person) -> None:
    await bot.ask(rea, "/topic Space")
    await bot.ask(rea, "/stop")
    assert "away" not in await bot.told(rea, "/start")
    before = len(bot.sandbox.messages(rea))
    await bot.sandbox.block(rea)
    await bot.sandbox.unblock(rea)
    await bot.answers()
    assert len(bot.sandbox.messages(rea)) == before


async def test_who_lets_the_bot_in_again_hears_of_what_was_missed(
    bot: Bot, rea: Person
) -> None:
    await bot.ask(rea, "/topic Space")
    await bot.sandbox.block(rea)
    await bot.answers()
    await bot.article("Newer moon", "Space")
    before = len(bot.sandbox.messages(rea))
    await bot.sandbox.unblock(rea)
    await bot.answers()
    (told,) = bot.sandbox.messages(rea)[before:]
    assert told.text.startswith("While you were away: 1 article\n")
    assert "away" not in await bot.told(rea, "/start")


async def test_following_a_topic_after_a_stop_tells_of_what_was_missed(
    bot: Bot, rea: Person
) -> None:
    await bot.ask(rea, "/topic Space")
    await bot.ask(rea, "/stop")
    await bot.article("Newer moon", "Space")
    first, second = await bot.ask(rea, "/topic AI")
    assert "You now follow AI" in first.text
    assert second.text.startswith("While you were away: 1 article\n")


@pytest.mark.parametrize("command", ["/start", "/topic AI"])
async def test_what_was_missed_is_told_later_where_telegram_did_not_take_it(
    bot: Bot, rea: Person, command: str
) -> None:
    await bot.ask(rea, "/topic Space")
    await bot.ask(rea, "/stop")
    await bot.article("Newer moon", "Space")
    bot.sandbox.fail("sendMessage", faults.retry_after(300), times=2)
    assert await bot.ask(rea, command) == []
    told = await bot.ask(rea, "/help")
    assert [
        one.text.startswith("While you were away: 1 article\n") for one in told
    ] == [
        False,
        True,
    ]
    assert "away" not in await bot.told(rea, "/start")


async def test_what_was_missed_is_told_by_the_next_process_where_this_one_was_killed(
    bot: Bot, rea: Person
) -> None:
    """Killed between the decision to tell and the call: the update is handled again, with the stored result."""
    await bot.ask(rea, "/topic Space")
    await bot.ask(rea, "/stop")
    await bot.article("Newer moon", "Space")
    request = Request(
        update=900_001,
        at=bot.context.clock(),
        chat_id=rea.id,
        kind=ChatKind.PRIVATE,
        command=TypedCommand("topic", "/topic"),
        words="AI",
    )
    await readers.topic(bot.context, request)
    assert (await bot.store(chat_standing.missed_by, request)).count == 1
    (told,) = await bot.ask(rea, "/start")
    assert told.text.startswith("While you were away: 1 article\n")


async def test_several_commands_at_once_tell_once_what_was_missed(
    bot: Bot, rea: Person
) -> None:
    await bot.ask(rea, "/topic Space")
    await bot.ask(rea, "/stop")
    await bot.article("Newer moon", "Space")
    before = len(bot.sandbox.messages(rea))
    for words in ("/topic AI", "/help", "/topics"):
        await bot.sandbox.say(rea, words)
    await bot.answers()
    told = [one.text for one in bot.sandbox.messages(rea)[before:]]
    assert sum(text.startswith("While you were away") for text in told) == 1


async def test_what_waited_for_a_reader_who_stopped_was_missed_too(
    bot: Bot, rea: Person
) -> None:
    await bot.ask(rea, "/topic Space")
    number = await bot.article("Newer moon", "Space")

    def goes_out(db: Any) -> None:
        chat = chats.by_number(db, rea.id)
        assert chat is not None
        db.execute(
            "INSERT INTO deliveries (article, chat, edition, lane, rank, state, created) "
            "VALUES (?, ?, 1, 2, 0, 'pending', 0)",
            (number, chat.id),
        )
        db.conn.commit()

    await bot.store(goes_out)
    await bot.ask(rea, "/stop")
    assert "While you were away: 1 article" in await bot.told(rea, "/start")


async def test_topics_that_nobody_follows_any_more_are_forgotten_where_they_are_many(
    bot: Bot, rea: Person
) -> None:
    await bot.article("Newer moon", "Space")
    await bot.ask(rea, "/topic AI")
    for number in range(8):
        await bot.store(follows.topic, f"Nonsense {number}")
    assert await bot.store(follows.prune, 8) == 0
    assert await bot.store(follows.prune, 2) == 6
    assert await bot.topics_of(rea) == ["AI"]


PHOTO = {"photo": [{"file_id": "p", "file_unique_id": "p", "width": 1, "height": 1}]}


def _say(bot: Bot, person: Person, content: dict[str, Any], number: int = 0) -> None:
    chat = objects.chat(bot.sandbox.world.open_private(person))
    bot.sandbox.updates.put(
        "message",
        {
            "message_id": 900 + number,
            "date": 1,
            "chat": chat,
            "from": objects.user(person),
            **content,
        },
    )


async def _put(bot: Bot, person: Person, content: dict[str, Any]) -> str:
    """Say what the sandbox's people can't; return the one answer."""
    before = len(bot.sandbox.messages(person))
    _say(bot, person, content)
    await bot.answers()
    (answer,) = bot.sandbox.messages(person)[before:]
    return answer.text
