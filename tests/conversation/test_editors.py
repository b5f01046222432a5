"""What editors say and tap, and what everybody else gets for it, over HTTP."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bot.conversation import commands, menus
from bot.conversation.handlers import HANDLERS
from bot.domain.arrival import Waits
from bot.domain.article import short_id
from bot.domain.delivery import State
from bot.rendering import labels
from bot.sandbox.records import Person
from bot.store import articles, audit, files, outbox
from bot.store.database import Database, milliseconds, moment, rows, write
from tests.support import chatting
from tests.support.chatting import Bot


@pytest.fixture
async def bot(bot: Bot) -> Bot:
    """The bot with a channel of its own."""
    await bot.channel()
    return bot


def _editions(db: Database) -> list[tuple[int, int]]:
    return [
        (one["article"], one["edition"])
        for one in rows(db, "SELECT article, edition FROM deliveries ORDER BY id")
    ]


def _waiting(db: Database) -> list[datetime]:
    return [
        moment(one[0])
        for one in rows(db, "SELECT not_before FROM deliveries WHERE state = 'pending'")
    ]


async def _posted(bot: Bot, title: str, *topics: str) -> int:
    """Record an article that its channel already has."""
    number = await bot.article(title, *topics)
    chat = bot.channels[0].chat
    at = chatting.NOON
    await bot.store(
        outbox.open_,
        number,
        [chat],
        lane=0,
        edition=1,
        rank=at,
        at=at,
        state=State.SENT,
    )
    return number


@pytest.mark.parametrize("named", ["last", "id", "url", "bare", "file", "title"])
async def test_republish_opens_the_next_edition(bot: Bot, named: str) -> None:
    number = await _posted(bot, "Newer moon", "Space")
    words = {
        "id": short_id(number),
        "url": "http://NEWS.example/newer-moon/?utm_source=x",
        "bare": "news.example/newer-moon",
        "file": "newer-moon.md",
        "title": "newer MOON",
    }
    told = await bot.told(bot.editor, f"/republish {words.get(named, 'last')}")
    assert "Edition 2 of Newer moon (newer-moon.md) is on its way to News" in told
    assert await bot.store(_editions) == [(number, 1), (number, 2)]
    assert bot.woken


async def test_what_is_about_to_be_republished_can_be_undone_once(bot: Bot) -> None:
    bot.with_context(undo=timedelta(seconds=5))
    number = await _posted(bot, "Newer moon", "Space")
    (answer,) = await bot.ask(bot.editor, "/republish last")
    assert "goes to News in 5 seconds" in answer.text
    assert await bot.store(_waiting) == [chatting.NOON + timedelta(seconds=5)]
    keyboard = answer.reply_markup
    assert (
        await bot.tap(bot.editor, answer, "Undo")
        == "The message now says what was done"
    )
    assert "does not go to News" in answer.text
    assert await bot.store(_editions) == [(number, 1)]
    answer.reply_markup = keyboard
    assert await bot.tap(bot.editor, answer, "Undo") == "That is already done"
    assert answer.buttons == []
    await bot.ask(bot.editor, "/republish last")
    assert await bot.store(_editions) == [(number, 1), (number, 2)]


async def test_an_undo_of_what_was_never_posted_leaves_nothing_absent(bot: Bot) -> None:
    bot.with_context(undo=timedelta(seconds=5))
    number = await bot.article("Newer moon", "Space")
    (answer,) = await bot.ask(bot.editor, "/republish last")
    await bot.tap(bot.editor, answer, "Undo")
    assert "does not go to News" in answer.text
    assert await bot.store(_waiting) == []
    assert await bot.store(audit.absent, bot.channels[0].chat) == []
    await bot.ask(bot.editor, "/republish last")
    assert await bot.store(_editions) == [(number, 1), (number, 2)]


async def test_an_undo_that_comes_too_late_says_so(bot: Bot) -> None:
    bot.with_context(undo=timedelta(seconds=5))
    number = await _posted(bot, "Newer moon", "Space")
    (answer,) = await bot.ask(bot.editor, "/republish last")
    await bot.store(
        write, "UPDATE deliveries SET state = 'sent', attempts = 1 WHERE edition = 2"
    )
    await bot.tap(bot.editor, answer, "Undo")
    assert "Newer moon (newer-moon.md) was already sent to News" in answer.text
    assert await bot.store(_editions) == [(number, 1), (number, 2)]


@pytest.mark.parametrize("words", ["bad1.md", "2026/bad1.md"])
async def test_republish_of_a_rejected_file_tells_why_it_is_not_an_article(
    bot: Bot, words: str
) -> None:
    await bot.store(
        files.reject, "2026/bad1.md", (1, 1, 1), "has no title", chatting.NOON
    )
    assert "2026/bad1.md is not an article: has no title" in await bot.told(
        bot.editor, f"/republish {words}"
    )


async def test_republish_of_what_has_expired_says_so(bot: Bot) -> None:
    number = await _posted(bot, "Newer moon", "Space")
    await bot.store(
        write, "UPDATE articles SET expires = ?", (milliseconds(chatting.NOON),)
    )
    said = await bot.told(bot.editor, "/republish last")
    assert said.startswith(
        "Newer moon (newer-moon.md) is past its expiryDate, so nothing was sent."
    )
    assert await bot.store(_editions) == [(number, 1)]


async def test_republish_alone_says_how(bot: Bot) -> None:
    assert "/republish last" in await bot.told(bot.editor, "/republish")


async def test_republish_of_nothing_offers_the_nearest_to_tap(bot: Bot) -> None:
    number = await _posted(bot, "Newer moon", "Space")
    (answer,) = await bot.ask(bot.editor, "/republish the moon")
    assert "No article has “the moon” as its id" in answer.text
    assert await bot.tap(bot.editor, answer, (0, 0)) == "On its way"
    assert "Edition 2" in answer.text
    assert await bot.store(_editions) == [(number, 1), (number, 2)]


async def test_status_tells_how_things_stand(bot: Bot) -> None:
    bot.with_context(folder_status=lambda: {"watched": True, "scanned": chatting.NOON})
    await _posted(bot, "Newer moon", "Space")
    told = await bot.told(bot.editor, "/status")
    assert "1 article" in told
    assert "1 sent" in told
    assert "watched" in told


async def test_a_tap_posts_a_copy_after_all_once(bot: Bot) -> None:
    first = await _posted(bot, "Newer moon", "Space")
    copy = await bot.article("Second moon", "Space", copy_of=first)
    (status,) = await bot.ask(bot.editor, "/status")
    button = status.buttons[0][0]["text"]
    assert await bot.tap(bot.editor, status, button) == "On its way"
    assert status.buttons == []
    assert (
        "Second moon (second-moon.md) is on its way to News"
        in bot.sandbox.messages(bot.editor)[-1].text
    )
    assert (copy, 1) in await bot.store(_editions)


async def test_a_tap_releases_what_was_held_once(bot: Bot) -> None:
    number = await bot.article("Hidden moon", "Space", waiting=Waits.EDITOR)
    (status,) = await bot.ask(bot.editor, "/status")
    keyboard = status.reply_markup
    assert await bot.tap(bot.editor, status, (0, 0)) == "On its way"
    stored = await bot.store(articles.get, number)
    assert stored is not None
    assert not stored.held
    status.reply_markup = keyboard
    assert await bot.tap(bot.editor, status, (0, 0)) == "That is already done"


@pytest.mark.parametrize(
    "words", ["/republish last", "/republish", "/status", "/Status"]
)
async def test_a_stranger_gets_what_an_unknown_command_gets(
    bot: Bot, words: str
) -> None:
    rea = bot.sandbox.world.add_person("Rea")
    number = await _posted(bot, "Newer moon", "Space")
    command = words.split()[0]
    assert await bot.told(rea, words) == (await bot.told(rea, "/nonsense")).replace(
        "/nonsense", command
    )
    assert await bot.store(_editions) == [(number, 1)]


async def test_a_strangers_tap_on_an_editors_button_decides_nothing(bot: Bot) -> None:
    number = await bot.article("Hidden moon", "Space", waiting=Waits.EDITOR)
    rea = bot.sandbox.world.add_person("Rea")
    (message,) = await bot.ask(rea, "/help")
    message.reply_markup = {
        "inline_keyboard": [
            [{"text": "Post", "callback_data": f"h:{short_id(number)}"}]
        ]
    }
    assert "too old" in await bot.tap(rea, message, "Post")
    stored = await bot.store(articles.get, number)
    assert stored is not None
    assert stored.held


async def test_an_editor_is_known_by_number_not_by_name(bot: Bot) -> None:
    pretender = bot.sandbox.world.add_person("Edith")
    assert "don't know /status" in await bot.told(pretender, "/status")


async def test_editors_commands_and_buttons_do_not_exist_in_groups(bot: Bot) -> None:
    number = await bot.article("Hidden moon", "Space", waiting=Waits.EDITOR)
    group = bot.sandbox.world.add_group("Desk", [bot.editor])
    bot.sandbox.world.open_private(bot.editor)
    before = len(bot.sandbox.messages(bot.editor))
    assert await bot.ask(bot.editor, "/status", group) == []
    (hint,) = bot.sandbox.messages(bot.editor)[
        before:
    ]  # the editor hears of it, the group does not
    assert (
        "You sent /status in “Desk”. Commands for editors work only here"
        in hint.text.replace("\u2060", "")
    )
    rea = bot.sandbox.world.add_person("Rea")
    await bot.sandbox.join(rea, group)
    assert await bot.ask(rea, "/status", group) == []
    assert bot.sandbox.messages(rea) == []
    name = bot.sandbox.bot.username
    assert "don't know /status" in await bot.told(bot.editor, f"/status@{name}", group)
    assert "/republish" not in await bot.told(bot.editor, "/help", group)
    (message,) = await bot.ask(bot.editor, "/latest", group)
    message.reply_markup = {
        "inline_keyboard": [
            [{"text": "Post", "callback_data": f"h:{short_id(number)}"}]
        ]
    }
    assert "too old" in await bot.tap(bot.editor, message, "Post")


# --- Menus ------------------------------------------------------------------------------------------------------------


def _menu(bot: Bot, scope: str, person: Person | None = None) -> list[str]:
    found = bot.sandbox.world.commands.get(
        (f"{scope}:{person.id}" if person else scope, 0, ""), []
    )
    return [one["command"] for one in found]


async def test_menus_show_editors_commands_to_editors_only(bot: Bot) -> None:
    await bot.ask(bot.editor, "/help")
    await menus.set_all(bot.messenger, bot.context.admins)
    for scope in ("default", "all_private_chats", "all_group_chats"):
        assert "topic" in _menu(bot, scope)
        assert "republish" not in _menu(bot, scope)
    assert {"topic", "republish", "status"} <= set(_menu(bot, "chat", bot.editor))


async def test_an_editor_without_a_chat_gets_the_menu_at_start(
    bot: Bot, caplog: pytest.LogCaptureFixture
) -> None:
    await menus.set_all(bot.messenger, bot.context.admins)
    assert "topic" in _menu(bot, "default")
    assert _menu(bot, "chat", bot.editor) == []
    assert not caplog.records
    await bot.ask(bot.editor, "/start")
    assert "republish" in _menu(bot, "chat", bot.editor)


def test_every_command_of_the_table_has_a_handler_and_every_handler_a_command() -> None:
    assert {command.name for command in commands.COMMANDS} == set(HANDLERS)


@pytest.mark.parametrize("command", commands.COMMANDS, ids=lambda command: command.name)
def test_a_command_is_one_that_telegram_takes(command: commands.Command) -> None:
    assert command.name.isascii()
    assert 1 <= len(command.name) <= 32
    assert 3 <= len(labels.COMMANDS[command.name].does) <= 256
