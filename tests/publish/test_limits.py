"""Limits that end something are told: of edits, of the days in which a post can be deleted, of what may be tried."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from bot.domain.delivery import RIGHTS_SECONDS
from bot.sandbox import Message, faults
from bot.store import chats
from tests.support import outgoing
from tests.support.outgoing import Outgoing

A, B = "The mayor resigns over the harbour", "The mayor stays in context, says the harbour"


@pytest_asyncio.fixture
async def bot() -> AsyncIterator[Outgoing]:
    async with outgoing.at_work() as made:
        yield made


async def heard(bot: Outgoing) -> list[Message]:
    await bot.telegram.notifier.send()
    return bot.sandbox.messages(bot.editor)[bot.told :]


async def flip(bot: Outgoing, *titles: str) -> None:
    for title in titles:
        await bot.record("a.md", title=title)
        await bot.deliver(2)


async def test_the_editors_hear_once_that_the_limit_of_edits_left_posts_behind_and_a_tap_sets_them_right(
    bot: Outgoing,
) -> None:
    ann = bot.sandbox.world.add_person("Ann")
    bot.sandbox.world.open_private(ann)
    await bot.follower(ann)
    await bot.record("a.md", title=A, topics=("AI",))
    await bot.deliver()
    await flip(bot, B, A, B, A)
    assert all(B in place[0].text for place in (bot.posts(), bot.posts(ann)))
    (question,) = await heard(bot)
    assert all(words in question.text for words in (A, "a.md", "News", "readers' chats"))
    await flip(bot, B, A)  # as it flips on, it is no news
    assert len(await heard(bot)) == 1
    for _ in range(2):
        await bot.sandbox.tap(bot.editor, question, (0, 0))
    await bot.hear()
    await bot.deliver(2)
    assert all(A in place[0].text for place in (bot.posts(), bot.posts(ann)))
    edits = len(bot.posts()[0].history)
    await flip(bot, B)  # the limit counts on, and the editors can set it right again
    assert len(bot.posts()[0].history) == edits
    bot.sandbox.advance(3600)
    (*_, again) = await heard(bot)
    assert B in again.text
    await bot.sandbox.tap(bot.editor, again, (0, 0))
    await bot.hear()
    await bot.deliver(2)
    assert B in bot.posts()[0].text


async def test_another_form_ends_it_and_the_next_time_is_told_again(bot: Outgoing) -> None:
    await bot.record("a.md", title=A)
    await bot.deliver()
    await flip(bot, B, A, B, A)
    assert len(await heard(bot)) == 1
    await flip(bot, "The harbour has no mayor")
    assert "no mayor" in bot.posts()[0].text
    await flip(bot, A)
    bot.sandbox.advance(3600)
    assert len(await heard(bot)) == 2


async def test_a_post_too_old_to_be_deleted_becomes_a_note_and_the_editors_hear(bot: Outgoing) -> None:
    await bot.record("a.md", title=A)
    await bot.deliver()
    bot.sandbox.advance(49 * 3600)
    await bot.record("a.md", removed=True)
    await bot.deliver(1)
    (told,) = await heard(bot)
    assert all(words in told.text for words in (A, "a.md", "48 hours", "News"))


async def test_an_edit_that_telegram_refuses_for_good_is_told_with_title_and_chat(bot: Outgoing) -> None:
    await bot.record("a.md", title=A)
    await bot.deliver()
    bot.sandbox.fail("editMessageText", faults.refused(400, "Bad Request: message can't be edited"))
    await flip(bot, B)
    (told,) = await heard(bot)
    assert all(words in told.text for words in ("refused to change", B, "a.md", "News"))


async def test_an_edit_in_a_channel_that_threw_the_bot_out_is_told_and_made_later(bot: Outgoing) -> None:
    await bot.record("a.md", title=A)
    await bot.deliver()
    bot.sandbox.fail("editMessageText", faults.refused(403, "Forbidden: bot was kicked from the supergroup chat"))
    await flip(bot, B)
    (told,) = await heard(bot)
    assert "no longer in News" in told.text
    await bot.deliver(RIGHTS_SECONDS)
    assert B in bot.posts()[0].text


async def test_an_edit_for_a_reader_who_blocked_the_bot_waits_until_they_are_back(bot: Outgoing) -> None:
    ann = bot.sandbox.world.add_person("Ann")
    bot.sandbox.world.open_private(ann)
    await bot.follower(ann)
    await bot.record("a.md", title=A, topics=("AI",))
    await bot.deliver()
    gone = faults.refused(403, "Forbidden: bot was blocked by the user")
    bot.sandbox.fail("editMessageText", gone, chat=ann.id, times=None)
    await flip(bot, B)
    for _ in range(3):
        await bot.deliver(RIGHTS_SECONDS)
    edits = [call for call in bot.made(ann) if call.method == "editMessageText"]
    assert len(edits) == 1
    assert await heard(bot) == []
    bot.sandbox.faults.clear()
    (row,) = await bot.rows("SELECT id FROM chats WHERE state = 'parked'")
    await bot.store(chats.set_state, row["id"], "active")
    await bot.deliver(RIGHTS_SECONDS)
    assert B in bot.posts(ann)[0].text
