"""The answer to /republish is edited when it is known what became of the post: over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.sandbox import Message, Sandbox
from bot.store import chats, pending
from bot.store.database import write
from tests.support.outgoing import Outgoing, going

TITLE = "What is known on this day about the story in a.md"


@pytest.fixture
async def publisher(sandbox: Sandbox) -> AsyncIterator[Outgoing]:
    editor = sandbox.world.add_person("Edith")
    sandbox.world.open_private(editor)
    async with going(sandbox, editor, delivery={"undo_seconds": 5}) as made:
        await made.record("a.md")
        await made.deliver(1)
        yield made


async def _ask(publisher: Outgoing, text: str = "/republish last") -> Message:
    await publisher.sandbox.say(publisher.editor, text)
    await publisher.hear()
    return publisher.posts(publisher.editor)[-1]


async def _later(publisher: Outgoing, seconds: float) -> None:
    await publisher.deliver(seconds)
    await publisher.telegram.reporter.send()


async def _tap(publisher: Outgoing, message: Message, button: Any) -> str:
    await publisher.sandbox.tap(publisher.editor, message, button)
    await publisher.hear()
    return publisher.sandbox.callback_answers[-1].text


def _shown(message: Message) -> str:
    return message.text.replace("\u2060", "")


@pytest.mark.parametrize("restarts", [False, True])
async def test_it_says_where_the_post_is_and_offers_undo_no_more(
    publisher: Outgoing, restarts: bool
) -> None:
    answer = await _ask(publisher)
    keyboard = answer.reply_markup
    assert "in 5 seconds" in answer.text
    await _later(publisher, 1)
    assert "in 5 seconds" in answer.text
    if restarts:
        publisher.restart()
    await _later(publisher, 5)
    assert len(publisher.posts()) == 2
    assert f"{TITLE} (a.md), edition 2:\n\n• posted in News: see the post" in _shown(
        answer
    )
    assert answer.buttons == []
    assert any(str(publisher.posts()[-1].id) in str(one) for one in answer.entities)
    assert await publisher.store(pending.all_) == []
    answer.reply_markup = keyboard
    assert await _tap(publisher, answer, "Undo") == "Too late: it is already posted"
    assert f"{TITLE} (a.md) was already sent to News." in _shown(answer)
    assert answer.buttons == []
    assert len(publisher.posts()) == 2


async def test_it_says_why_the_post_waits_and_then_where_it_is(
    publisher: Outgoing,
) -> None:
    answer = await _ask(publisher)
    await publisher.store(
        write,
        "UPDATE chats SET not_before = ?, reason = 'lost the right to post' WHERE setting <> ''",
        (int(publisher.sandbox.clock().timestamp() * 1000) + 60_000,),
    )
    await _later(publisher, 6)
    assert "in 5 seconds" in answer.text  # it may only be late
    await _later(publisher, 2)
    assert "• waits for News until" in _shown(answer)
    assert "lost the right to post" in answer.text
    assert answer.buttons == []
    await _later(publisher, 60)
    assert "• posted in News: see the post" in _shown(answer)


async def test_what_is_undone_stays_as_the_tap_left_it(publisher: Outgoing) -> None:
    answer = await _ask(publisher)
    assert await _tap(publisher, answer, "Undo") == "The message now says what was done"
    await _later(publisher, 10)
    assert "does not go to News" in _shown(answer)
    assert len(publisher.posts()) == 1
    again = await _ask(publisher)
    await _later(publisher, 10)
    assert "posted in News" in again.text
    assert "does not go to News" in _shown(answer)


async def test_an_undo_while_it_is_being_sent_says_so(publisher: Outgoing) -> None:
    answer = await _ask(publisher)
    await publisher.store(
        write,
        "UPDATE deliveries SET state = 'doubtful', attempts = 1 WHERE edition = 2",
    )
    assert await _tap(publisher, answer, "Undo") == "Too late: it is already being sent"
    assert "is already being sent to News" in _shown(answer)


@pytest.mark.parametrize("waits", ["copy", "held"])
async def test_what_a_tap_posts_is_told_of_only_where_it_waits(
    publisher: Outgoing, waits: str
) -> None:
    await publisher.record("b.md", title="Another story of these days")
    await publisher.store(write, "DELETE FROM deliveries WHERE article = 2")
    set_to = "copy_of = 1" if waits == "copy" else "waits = 'editor', held = 1"
    await publisher.store(write, f"UPDATE articles SET {set_to} WHERE id = 2")
    status = await _ask(publisher, "/status")
    assert await _tap(publisher, status, (0, 0)) == "On its way"
    answer = publisher.posts(publisher.editor)[-1]
    said = answer.text
    await publisher.store(
        write, "UPDATE deliveries SET state = 'doubtful' WHERE article = 2"
    )
    await _later(publisher, 1)
    assert answer.text == said
    await _later(publisher, 3)
    assert "• sent to News, but Telegram's answer was lost" in _shown(answer)
    await publisher.store(
        write, "UPDATE deliveries SET state = 'sent' WHERE article = 2"
    )
    await _later(publisher, 3)
    assert "Another story of these days (b.md):\n\n• posted in News" in _shown(answer)


async def test_an_answer_that_comes_again_after_a_restart_offers_no_undo_that_is_over(
    publisher: Outgoing,
) -> None:
    await publisher.sandbox.say(publisher.editor, "/republish last")
    update = publisher.sandbox.updates.waiting[-1]
    await publisher.hear()
    await _later(publisher, 6)
    publisher.restart()
    publisher.sandbox.updates.waiting.appendleft(update)
    await publisher.hear()
    answer = publisher.posts(publisher.editor)[-1]
    assert answer.buttons == []
    await _later(publisher, 1)
    assert "edition 2:\n\n• posted in News" in _shown(answer)
    assert len(publisher.posts()) == 2


async def test_a_refusal_is_told_with_its_reason(publisher: Outgoing) -> None:
    answer = await _ask(publisher)
    await publisher.store(
        write,
        "UPDATE deliveries SET state = 'refused', reason = 'message is too odd' WHERE edition = 2",
    )
    await _later(publisher, 6)
    assert "• not posted in News: message is too odd" in _shown(answer)
    assert "delete" not in answer.text


async def test_an_answer_that_was_deleted_is_left_alone(publisher: Outgoing) -> None:
    await _ask(publisher)
    await publisher.store(write, "UPDATE pending_answers SET message = 99999")
    await _later(publisher, 6)
    assert await publisher.store(pending.all_) == []


async def test_a_channel_that_left_the_settings_meanwhile_is_named_with_what_to_do(
    publisher: Outgoing,
) -> None:
    answer = await _ask(publisher)
    await publisher.store(chats.set_channels, [])
    await _later(publisher, 10)
    assert (
        "• not posted in News: this channel was taken out of the settings; "
        "add it there again, then send the command once more" in _shown(answer)
    )
    assert "It goes out when that is over" not in answer.text
    assert answer.buttons == []
    assert await publisher.store(pending.all_) == []


async def test_a_channel_that_left_and_came_back_is_told_of_too(
    publisher: Outgoing,
) -> None:
    answer = await _ask(publisher)
    await publisher.store(write, "DELETE FROM deliveries WHERE edition = 2")
    await _later(publisher, 10)
    assert "• not posted: this channel was taken out of the settings" in _shown(answer)
    assert answer.buttons == []


async def test_an_article_whose_channel_left_the_settings_says_so_when_asked(
    publisher: Outgoing,
) -> None:
    await publisher.store(chats.set_channels, [])
    publisher.channels.live.clear()
    answer = await _ask(publisher)
    assert (
        f"Nothing was sent: {TITLE} (a.md) was posted in News, "
        "and that channel is no longer in the settings." in _shown(answer)
    )
    assert len(publisher.posts()) == 1


@pytest.mark.parametrize("more", ["", "?single", "?thread=77"])
async def test_the_address_of_a_post_names_its_article(
    publisher: Outgoing, more: str
) -> None:
    await publisher.record("b.md", title="Another story of these days")
    await publisher.deliver(1)
    post = publisher.posts()[0]
    number = str(publisher.place.id).removeprefix("-100")
    answer = await _ask(
        publisher, f"/republish https://t.me/c/{number}/{post.id}{more}"
    )
    assert f"Edition 2 of {TITLE} (a.md) goes to News" in _shown(answer)
    await publisher.store(
        write, "UPDATE chats SET username = 'the_news' WHERE setting <> ''"
    )
    answer = await _ask(publisher, f"/republish t.me/The_News/{post.id}{more}")
    assert f"{TITLE} (a.md) goes to News" in _shown(answer)
    answer = await _ask(publisher, f"/republish https://t.me/the_news/999{more}")
    assert "goes to" not in answer.text
