"""What readers say and tap, and what becomes of it, over HTTP."""

from __future__ import annotations

import pytest

from bot import shipped
from bot.conversation import commands
from bot.domain import topics
from bot.domain.arrival import Waits
from bot.domain.chat import ChatKind
from bot.rendering import search_replies
from bot.sandbox import faults
from bot.sandbox.records import Person
from bot.settings import taxonomy
from bot.store import chats, follows
from bot.store.database import Database
from tests.support import chatting
from tests.support.chatting import Bot


@pytest.fixture
async def rea(bot: Bot) -> Person:
    return bot.sandbox.world.add_person("Rea", "rea_reads")


async def test_start_greets_and_offers_topics(bot: Bot, rea: Person) -> None:
    (answer,) = await bot.ask(rea, "/start")
    assert "I bring you articles" in answer.text
    assert [button["text"] for row in answer.buttons for button in row] == [
        "AI",
        "Computer Vision",
        "Space",
        "All topics",
    ]
    assert await bot.state_of(rea) == "active"


async def test_a_link_under_a_post_follows_its_topic(bot: Bot, rea: Person) -> None:
    await bot.sandbox.open_link(rea, f"f-{topics.code('Computer Vision')}-1a")
    await bot.answers()
    assert await bot.topics_of(rea) == ["Computer Vision"]
    assert "You now follow Computer Vision" in bot.sandbox.messages(rea)[-1].text


async def test_a_link_for_a_topic_followed_already_says_so(
    bot: Bot, rea: Person
) -> None:
    await bot.ask(rea, "/topic AI")
    assert "already follow AI" in await bot.told(rea, f"/start f-{topics.code('AI')}-2")


@pytest.mark.parametrize(
    "payload", ["f-zzzzzzzz-1", "f-", "nonsense", "f", "x-1-2", "-"]
)
async def test_a_link_that_means_nothing_is_a_plain_welcome(
    bot: Bot, rea: Person, payload: str
) -> None:
    assert "I bring you articles" in await bot.told(rea, f"/start {payload}")
    assert await bot.topics_of(rea) == []


async def test_help_lists_the_commands_of_readers_only(bot: Bot, rea: Person) -> None:
    told = await bot.told(rea, "/help")
    assert "/topic name" in told
    assert "/republish" not in told
    assert "/republish" in await bot.told(bot.editor, "/help")


@pytest.mark.parametrize(
    "words",
    [
        "/topic AI",
        "/topic ai",
        "/TOPIC  Ai ",
        "/topic #AI",
        "/topic artificial intelligence",
    ],
)
async def test_topic_follows_in_any_spelling(bot: Bot, rea: Person, words: str) -> None:
    assert "You now follow AI" in await bot.told(rea, words)
    assert await bot.topics_of(rea) == ["AI"]


async def test_topic_takes_several_names(bot: Bot, rea: Person) -> None:
    told = await bot.told(rea, "/topic AI, computer vision")
    assert "AI" in told
    assert "Computer Vision" in told
    assert await bot.topics_of(rea) == ["AI", "Computer Vision"]


async def test_a_topic_twice_is_one_follow(bot: Bot, rea: Person) -> None:
    await bot.ask(rea, "/topic AI")
    assert "already follow AI" in await bot.told(rea, "/topic AI")
    assert await bot.store(follows.count) == 1


async def test_an_unknown_topic_offers_the_nearest_to_tap(
    bot: Bot, rea: Person
) -> None:
    (answer,) = await bot.ask(rea, "/topic Computr Visoin")
    assert "nothing on Computr Visoin yet" in answer.text
    assert (
        await bot.tap(rea, answer, "Computer Vision")
        == "You follow Computer Vision now"
    )
    assert await bot.topics_of(rea) == ["Computer Vision"]


async def test_a_topic_no_article_carries_yet_can_be_followed(
    bot: Bot, rea: Person
) -> None:
    await bot.ask(rea, "/topic Space")
    assert await bot.topics_of(rea) == ["Space"]


async def test_a_topic_of_an_article_outside_the_taxonomy_can_be_followed(
    bot: Bot, rea: Person
) -> None:
    await bot.article("Bread is back", "Sourdough & Rye")
    await bot.ask(rea, "/topic sourdough & rye")
    assert await bot.topics_of(rea) == ["Sourdough & Rye"]


async def test_the_samples_topics_never_appear_in_a_bot_with_its_own_articles(
    bot: Bot, rea: Person
) -> None:
    bot.with_context(taxonomy=taxonomy.load(shipped.config()))
    await bot.article("Beans climb", "Gardening")
    await bot.article("A pond for frogs", "Water", implied=("Climate",))
    (welcome,) = await bot.ask(rea, "/start")
    (keyboard,) = await bot.ask(rea, "/topic")
    told = await bot.told(rea, "/topics")
    labels = [
        button["text"]
        for row in (*welcome.buttons, *keyboard.buttons)
        for button in row
    ]
    assert {"Gardening", "Water"} < set(labels)
    assert not {"AI", "Climate", "Robotics", "Space"} & set(labels)
    assert [
        name for name in ("AI", "Climate", "Robotics", "Space") if name in told
    ] == []


async def test_what_others_wait_for_is_nobody_elses_business(
    bot: Bot, rea: Person
) -> None:
    other = bot.sandbox.world.add_person("Otto")
    await bot.store(lambda db: _await_topic(db, other, "Ottos Geheimnis"))
    assert "Ottos" not in await bot.told(rea, "/topics")
    (keyboard,) = await bot.ask(rea, "/topic")
    assert not any(
        "Ottos" in button["text"] for row in keyboard.buttons for button in row
    )
    assert "Ottos" in await bot.told(other, "/topics")


async def test_topic_alone_is_a_keyboard_that_ticks_in_place(
    bot: Bot, rea: Person
) -> None:
    await bot.article("Eyes for all", "Computer Vision")
    (keyboard,) = await bot.ask(rea, "/topic")
    before = [button["text"] for row in keyboard.buttons for button in row]
    assert await bot.tap(rea, keyboard, "Space") == "You follow Space now"
    after = [button["text"] for row in keyboard.buttons for button in row]
    assert after == ["✓ Space" if name == "Space" else name for name in before]
    assert await bot.tap(rea, keyboard, "✓ Space") == "You no longer follow Space"
    assert [button["text"] for row in keyboard.buttons for button in row] == before
    assert await bot.topics_of(rea) == []


async def test_the_keyboard_turns_its_pages_and_closes(bot: Bot, rea: Person) -> None:
    for number in range(15):
        await bot.article(f"About number {number}", f"Topic {number:02}")
    (keyboard,) = await bot.ask(rea, "/topic")
    await bot.tap(rea, keyboard, "More ›")
    assert "Page 2 of 2" in keyboard.text
    await bot.tap(rea, keyboard, "Space")
    assert "Page 2 of 2" in keyboard.text
    await bot.tap(rea, keyboard, "‹ Back")
    assert "Page 1 of 2" in keyboard.text
    await bot.tap(rea, keyboard, "Done")
    assert "You follow Space" in keyboard.text
    assert keyboard.buttons == []


async def test_all_topics_opens_the_keyboard_below_and_leaves_the_welcome(
    bot: Bot, rea: Person
) -> None:
    (welcome,) = await bot.ask(rea, "/start")
    text = welcome.text
    await bot.tap(rea, welcome, "All topics")
    assert welcome.text == text
    assert "Choose your topics" in bot.sandbox.messages(rea)[-1].text


async def test_a_tapped_suggestion_becomes_the_button_that_takes_it_back(
    bot: Bot, rea: Person
) -> None:
    (welcome,) = await bot.ask(rea, "/start")
    await bot.tap(rea, welcome, "AI")
    assert welcome.buttons[0][0]["text"] == "✓ AI"
    assert welcome.buttons[0][1]["text"] == "Computer Vision"
    assert await bot.tap(rea, welcome, "✓ AI") == "You no longer follow AI"
    assert await bot.topics_of(rea) == []


async def test_undo_takes_a_follow_back_and_can_be_undone(
    bot: Bot, rea: Person
) -> None:
    (answer,) = await bot.ask(rea, "/topic AI")
    assert await bot.tap(rea, answer, "Undo") == "You no longer follow AI"
    assert "You no longer follow AI" in answer.text
    await bot.tap(rea, answer, "Undo")
    assert "You now follow AI" in answer.text
    assert await bot.topics_of(rea) == ["AI"]


@pytest.mark.parametrize(
    "data",
    [
        "",
        "f:zzzzzzzz",
        "q:1",
        "t:zzzzzzzz:0",
        "c:1",
        "h:1",
        "r:1",
        "🙂",
        "f:" + "x" * 60,
    ],
)
async def test_a_button_that_means_nothing_is_answered(
    bot: Bot, rea: Person, data: str
) -> None:
    (message,) = await bot.ask(rea, "/topic AI")
    message.reply_markup = {
        "inline_keyboard": [[{"text": "Old", "callback_data": data}]]
    }
    assert "too old" in await bot.tap(rea, message, "Old")
    assert await bot.topics_of(rea) == ["AI"]


async def test_topics_lists_what_there_is_and_ticks_what_is_followed(
    bot: Bot, rea: Person
) -> None:
    await bot.article("Eyes for all", "Computer Vision")
    await bot.ask(rea, "/topic computer vision")
    told = await bot.told(rea, "/topics")
    assert "✓ Computer Vision — 1 article" in told
    assert "• AI — 1 article" in told
    assert "• Space — 0 articles" in told


async def test_untopic_stops_and_can_be_undone(bot: Bot, rea: Person) -> None:
    await bot.ask(rea, "/topic AI, Space")
    (answer,) = await bot.ask(rea, "/untopic ai")
    assert "You no longer follow AI" in answer.text
    assert "still follow 1 topic" in answer.text
    await bot.tap(rea, answer, "Undo")
    assert await bot.topics_of(rea) == ["AI", "Space"]


async def test_untopic_alone_shows_what_to_tap_off(bot: Bot, rea: Person) -> None:
    await bot.ask(rea, "/topic AI, Space")
    (answer,) = await bot.ask(rea, "/untopic")
    await bot.tap(rea, answer, "Unfollow Space")
    assert await bot.topics_of(rea) == ["AI"]


async def test_untopic_of_what_is_not_followed_changes_nothing(
    bot: Bot, rea: Person
) -> None:
    await bot.ask(rea, "/topic AI")
    assert "don't follow" in await bot.told(rea, "/untopic Space")
    assert await bot.topics_of(rea) == ["AI"]


async def test_untopic_by_a_stranger_says_that_nothing_is_followed(
    bot: Bot, rea: Person
) -> None:
    assert "follow no topics" in await bot.told(rea, "/untopic AI")
    assert await bot.state_of(rea) == ""


async def test_latest_shows_the_newest_first_and_of_a_topic_when_asked(
    bot: Bot, rea: Person
) -> None:
    await bot.article("Older eyes", "Computer Vision", day=1)
    await bot.article("Newer moon", "Space", day=2)
    everything = await bot.told(rea, "/latest")
    assert everything.index("Newer moon") < everything.index("Older eyes")
    on_ai = await bot.told(rea, "/latest ai")
    assert "Older eyes" in on_ai
    assert "Newer moon" not in on_ai


async def test_latest_alone_follows_the_readers_topics(bot: Bot, rea: Person) -> None:
    await bot.article("Older eyes", "Computer Vision", day=1)
    await bot.article("Newer moon", "Space", day=2)
    await bot.ask(rea, "/topic AI")
    told = await bot.told(rea, "/latest")
    assert told.startswith("Latest on your topics")
    assert "Older eyes" in told
    assert "Newer moon" not in told


async def test_latest_on_a_topic_can_be_followed_from_there(
    bot: Bot, rea: Person
) -> None:
    await bot.article("Newer moon", "Space")
    (answer,) = await bot.ask(rea, "/latest space")
    await bot.tap(rea, answer, "Follow Space")
    assert await bot.topics_of(rea) == ["Space"]
    assert "Newer moon" in answer.text
    assert answer.buttons[0][0]["text"] == "✓ Space"


async def test_latest_of_an_unknown_topic_offers_the_nearest(
    bot: Bot, rea: Person
) -> None:
    assert "nothing on Spcae yet" in await bot.told(rea, "/latest Spcae")


@pytest.mark.parametrize("words", ["/latest", "/latest AI", "/search moon", "/search"])
async def test_an_empty_house_says_so(bot: Bot, rea: Person, words: str) -> None:
    told = await bot.told(rea, words)
    assert "no article" in told or "nothing" in told or "Write what to look for" in told


async def test_what_is_held_or_a_copy_is_never_shown(bot: Bot, rea: Person) -> None:
    first = await bot.article("Newer moon", "Space")
    await bot.article("Hidden moon", "Space", waiting=Waits.EDITOR)
    await bot.article("Second moon", "Space", copy_of=first)
    for words in ("/latest", "/latest Space", "/search moon"):
        told = await bot.told(rea, words)
        assert "Newer moon" in told
        assert "Hidden moon" not in told
        assert "Second moon" not in told


@pytest.mark.parametrize(
    "words", ['"', "moon OR (", "-- ; DROP", "NEAR/2", "*", "ü" * 500]
)
async def test_any_words_can_be_searched_for(bot: Bot, rea: Person, words: str) -> None:
    await bot.article("Newer moon", "Space")
    assert await bot.told(rea, f"/search {words}")


async def test_pages_of_what_was_found_are_turned_by_buttons_also_after_a_restart(
    bot: Bot, rea: Person
) -> None:
    titles = [f"Harbour {number}" for number in range(10)]
    for title in titles:
        await bot.article(title, "Space")
    (message,) = await bot.ask(rea, "/search harbours")
    assert [[one["text"] for one in row] for row in message.buttons] == [["More ›"]]
    first = [title for title in titles if title in message.text]
    assert len(first) == search_replies.FOUND
    bot.with_context()
    assert await bot.tap(rea, message, "More ›") == ""
    second = bot.sandbox.messages(rea)[-1]
    assert second.id == message.id
    assert "“harbours”, page 2" in second.text
    assert (
        sorted([*first, *(title for title in titles if title in second.text)]) == titles
    )
    assert [[one["text"] for one in row] for row in second.buttons] == [["‹ Back"]]
    await bot.tap(rea, second, "‹ Back")
    assert [
        title for title in titles if title in bot.sandbox.messages(rea)[-1].text
    ] == first


async def test_a_page_of_words_that_are_forgotten_is_too_old(
    bot: Bot, rea: Person
) -> None:
    for number in range(10):
        await bot.article(f"Harbour {number}", "Space")
    (message,) = await bot.ask(rea, "/search harbour")
    await bot.store(lambda db: db.conn.execute("DELETE FROM searches"))
    assert "too old" in await bot.tap(rea, message, "More ›")


async def test_members_of_a_group_may_turn_pages(bot: Bot, rea: Person) -> None:
    group = bot.sandbox.world.add_group("Readers", [rea])
    for number in range(10):
        await bot.article(f"Harbour {number}", "Space")
    (message,) = await bot.ask(rea, "/search harbour", group)
    assert await bot.tap(rea, message, "More ›") == ""


async def test_a_misspelt_word_is_said_to_be(bot: Bot, rea: Person) -> None:
    await bot.article("Harbour lights", "Space")
    told = await bot.told(rea, "/search harbuor")
    assert told.startswith("Results for “harbour”\nI found nothing for “harbuor”.")
    assert "Harbour lights" in told


async def test_stop_ends_and_start_brings_all_topics_back(
    bot: Bot, rea: Person
) -> None:
    await bot.ask(rea, "/topic AI, Space")
    assert "2 topics are kept" in await bot.told(rea, "/stop")
    assert await bot.state_of(rea) == "stopped"
    assert "AI" in await bot.told(rea, "/start")
    assert await bot.state_of(rea) == "active"
    assert await bot.topics_of(rea) == ["AI", "Space"]


async def test_asking_what_is_new_does_not_end_a_stop(bot: Bot, rea: Person) -> None:
    await bot.ask(rea, "/topic AI")
    await bot.ask(rea, "/stop")
    await bot.ask(rea, "/latest")
    assert await bot.state_of(rea) == "stopped"


async def test_following_a_topic_ends_a_stop(bot: Bot, rea: Person) -> None:
    await bot.ask(rea, "/topic AI")
    await bot.ask(rea, "/stop")
    await bot.ask(rea, "/topic Space")
    assert await bot.state_of(rea) == "active"


async def test_who_stopped_reads_so_where_topics_are_listed_and_hears_of_coming_back(
    bot: Bot, rea: Person
) -> None:
    await bot.ask(rea, "/topic AI")
    await bot.ask(rea, "/stop")
    assert "you stopped: /start" in await bot.told(rea, "/topics")
    assert "Good to have you back" in await bot.told(rea, "/topic Space")
    assert "you stopped" not in await bot.told(rea, "/topics")
    assert "Good to have you back" not in await bot.told(rea, "/topic Energy")


async def test_a_block_parks_and_unblocking_brings_back(bot: Bot, rea: Person) -> None:
    await bot.ask(rea, "/topic AI")
    await bot.sandbox.block(rea)
    await bot.answers()
    assert await bot.state_of(rea) == "parked"
    await bot.sandbox.unblock(rea)
    await bot.answers()
    assert await bot.state_of(rea) == "active"
    assert await bot.topics_of(rea) == ["AI"]


async def test_a_block_does_not_undo_a_stop(bot: Bot, rea: Person) -> None:
    await bot.ask(rea, "/topic AI")
    await bot.ask(rea, "/stop")
    await bot.sandbox.block(rea)
    await bot.sandbox.unblock(rea)
    await bot.answers()
    assert await bot.state_of(rea) == "stopped"


async def test_an_answer_to_who_blocked_meanwhile_parks_them(
    bot: Bot, rea: Person
) -> None:
    await bot.ask(rea, "/topic AI")
    bot.sandbox.fail(
        "sendMessage", faults.refused(403, "Forbidden: bot was blocked by the user")
    )
    await bot.ask(rea, "/latest")
    assert await bot.state_of(rea) == "parked"
    await bot.ask(rea, "/latest")
    assert await bot.state_of(rea) == "active"


@pytest.mark.parametrize("words", ["hello", "/nonsense", "/republishx", "/"])
async def test_other_words_get_a_hint(bot: Bot, rea: Person, words: str) -> None:
    assert "/help" in await bot.told(rea, words)


async def test_a_command_for_another_bot_is_not_ours(bot: Bot, rea: Person) -> None:
    assert await bot.ask(rea, "/topic@other_bot AI") == []
    assert "You now follow AI" in await bot.told(
        rea, f"/topic@{bot.sandbox.bot.username.upper()} AI"
    )


async def test_an_edited_message_is_no_new_command(bot: Bot, rea: Person) -> None:
    said = await bot.sandbox.say(rea, "/topic AI")
    await bot.answers()
    body = bot.sandbox.world.updates
    body.put(
        "edited_message",
        {
            "message_id": said.id,
            "date": 1,
            "edit_date": 2,
            "chat": {"id": rea.id, "type": "private"},
            "text": "/topic Space",
        },
    )
    await bot.answers()
    assert await bot.topics_of(rea) == ["AI"]


async def test_names_are_kept_up_to_date(bot: Bot, rea: Person) -> None:
    await bot.ask(rea, "/topic AI")
    row = await bot.store(chats.by_number, rea.id)
    assert row is not None
    assert (row.username, row.title, row.kind) == ("rea_reads", "Rea", "private")


async def test_answers_count_in_the_pace(bot: Bot, rea: Person) -> None:
    await bot.ask(rea, "/help")
    assert bot.spent == [rea.id]


def _await_topic(db: Database, person: Person, name: str) -> None:
    chat = chats.reader(
        db,
        person.id,
        kind=ChatKind.PRIVATE,
        username="",
        title=person.name,
        at=chatting.NOON,
    )
    follows.follow(db, chat.id, follows.topic(db, name).id, chatting.NOON)


@pytest.mark.parametrize(
    ("typed", "nearest"),
    [
        ("latst", "latest"),
        ("topcis", "topics"),
        ("topc", "topic"),
        ("untopics", "untopic"),
        ("folow", "follow"),
        ("stpo", "stop"),
        ("unsubscibee", "unsubscribe"),
        ("republsh", ""),
        ("unstop", ""),
        ("foo", ""),
        ("x", ""),
    ],
)
def test_a_misspelt_command_has_a_nearest_one(typed: str, nearest: str) -> None:
    assert commands.nearest(typed, is_editor=False) == nearest
    if typed == "republsh":
        assert commands.nearest(typed, is_editor=True) == "republish"


async def test_a_misspelt_command_is_asked_about(bot: Bot, rea: Person) -> None:
    (answer,) = await bot.ask(rea, "/latst AI")
    assert "Did you mean /latest? /help" in answer.text
    commands_in_it = [one for one in answer.entities if one["type"] == "bot_command"]
    assert len(commands_in_it) == 2  # what was typed is none
    group = bot.sandbox.world.add_group("Friends", [rea], [rea])
    assert await bot.ask(rea, "/latst", group) == []
    (answer,) = await bot.ask(rea, f"/latst@{bot.sandbox.bot.username}", group)
    assert "Did you mean /latest?" in answer.text
