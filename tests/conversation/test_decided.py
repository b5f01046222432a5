"""Two editors have the same question: the second to tap hears what the first decided, and who that was."""

from __future__ import annotations

from copy import deepcopy

import pytest

from bot.domain.delivery import State
from bot.sandbox.records import Message, Person
from bot.store import outbox
from tests.support.chatting import EDITOR, NOON, Bot


@pytest.fixture
async def colleague(bot: Bot) -> Person:
    """Another editor, and an article with a copy to ask about."""
    await bot.channel()
    person = bot.sandbox.world.add_person("Theo", "theo_edits")
    bot.with_context(admins=frozenset({EDITOR, person.id}))
    first = await bot.article("Newer moon", "Space")
    await bot.store(
        outbox.open_,
        first,
        [bot.channels[0].chat],
        lane=0,
        edition=1,
        rank=NOON,
        at=NOON,
        state=State.SENT,
    )
    await bot.article("Same moon", "Space", copy_of=first)
    return person


async def _question(bot: Bot, editor: Person) -> Message:
    (question,) = await bot.ask(editor, "/republish same-moon.md")
    return question


async def test_a_late_tap_shows_what_was_decided_and_by_whom(
    bot: Bot, colleague: Person
) -> None:
    await bot.ask(colleague, "/start")
    mine, theirs = await _question(bot, bot.editor), await _question(bot, colleague)
    await bot.tap(colleague, theirs, "Post it")
    assert await bot.tap(bot.editor, mine, "Post it") == "That is already done"
    text = mine.text.replace("\u2060", "")
    assert text.startswith(
        "Theo (@theo_edits) already decided this on 22 Nov 2026, 12:00 UTC: Post it"
    )
    assert "One article is on its way" in text
    assert "Same moon (same-moon.md)" in text
    assert "Nothing was sent" not in text
    assert mine.buttons == []


async def test_a_second_tap_on_the_same_message_leaves_its_answer(
    bot: Bot, colleague: Person
) -> None:
    mine = await _question(bot, bot.editor)
    keyboard = deepcopy(mine.reply_markup)
    await bot.tap(bot.editor, mine, "Post it")
    said, mine.reply_markup = mine.text, keyboard
    assert await bot.tap(bot.editor, mine, "Post it") == "That is already done"
    assert mine.text == said
    other = await _question(bot, bot.editor)
    other.reply_markup = keyboard
    await bot.tap(bot.editor, other, "Post it")
    assert other.text.startswith("You already decided this on ")


async def test_a_question_that_nobody_decided_says_that_it_is_over(
    bot: Bot, colleague: Person
) -> None:
    mine = await _question(bot, bot.editor)
    data = mine.buttons[0][0]["callback_data"]
    mine.reply_markup = {
        "inline_keyboard": [[{"text": "Post it", "callback_data": data + "x"}]]
    }
    await bot.tap(bot.editor, mine, "Post it")
    assert mine.text.startswith("There is nothing left to decide here")
    assert mine.buttons == []
