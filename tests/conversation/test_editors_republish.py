"""What /republish says of what is not what it seems, before anything is posted: over HTTP."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.domain.arrival import Waits
from bot.domain.article import short_id
from bot.domain.delivery import State
from bot.sandbox.records import Message
from bot.store import articles, files, outbox
from bot.store.database import Database, rows, write
from tests.support.chatting import NOON, Bot


@pytest.fixture
async def bot(bot: Bot) -> Bot:
    """The bot with a channel of its own."""
    await bot.channel()
    return bot


def _opened(db: Database) -> list[tuple[int, int]]:
    return [
        (one["article"], one["edition"])
        for one in rows(db, "SELECT article, edition FROM deliveries ORDER BY id")
    ]


async def _posted(bot: Bot, title: str) -> int:
    number = await bot.article(title, "Space")
    chat = bot.channels[0].chat
    await bot.store(
        outbox.open_,
        number,
        [chat],
        lane=0,
        edition=1,
        rank=NOON,
        at=NOON,
        state=State.SENT,
    )
    return number


async def _request(bot: Bot, words: str) -> tuple[Message, str]:
    """Ask for it, and see that nothing is posted yet."""
    before = await bot.store(_opened)
    (answer,) = await bot.ask(bot.editor, f"/republish {words}")
    assert await bot.store(_opened) == before
    return answer, answer.text.replace("\u2060", "")


@pytest.mark.parametrize("words", ["2026/other.md", "other.md"])
async def test_a_file_that_repeats_another_files_article_posts_it_only_after_a_tap(
    bot: Bot, words: str
) -> None:
    number = await _posted(bot, "Newer moon")
    await bot.store(files.put, "2026/other.md", (1, 1, 99), article=number, at=NOON)
    answer, said = await _request(bot, words)
    assert (
        "2026/other.md repeats Newer moon (newer-moon.md), which has the post, and has no post of its own."
        in said
    )
    assert "The button posts it in News once more, as a new post." in said
    keyboard = answer.reply_markup
    await bot.tap(bot.editor, answer, "Post it")
    assert "Edition 2 of Newer moon" in answer.text
    answer.reply_markup = keyboard
    assert await bot.tap(bot.editor, answer, "Post it") == "That is already done"
    assert await bot.store(_opened) == [(number, 1), (number, 2)]


async def test_a_copy_is_posted_only_after_a_tap(bot: Bot) -> None:
    first = await _posted(bot, "Newer moon")
    copy = await bot.article("Same moon", "Space", copy_of=first)
    answer, said = await _request(bot, "same-moon.md")
    assert (
        "Same moon (same-moon.md) repeats Newer moon (newer-moon.md), so it was not posted."
        in said
    )
    keyboard = answer.reply_markup
    await bot.tap(bot.editor, answer, "Post it")
    assert (
        "Same moon (same-moon.md) is on its way to News for the first time"
        in answer.text.replace("\u2060", "")
    )
    answer.reply_markup = keyboard
    assert await bot.tap(bot.editor, answer, "Post it") == "That is already done"
    assert await bot.store(_opened) == [(first, 1), (copy, 1)]


@pytest.mark.parametrize(
    ("waits", "told"),
    [
        (Waits.EDITOR, "waits for an editor, as its file says published: false"),
        (Waits.DRAFT, "is a draft"),
        (Waits.FUTURE, "is dated 1 Nov 2026, 12:00 UTC, which has not come yet"),
        (
            Waits.BULK,
            "arrived together with other older articles and waits for an editor",
        ),
        (
            Waits.RESTORED,
            "may have been posted before the database was restored, and waits for an editor",
        ),
    ],
)
async def test_what_waits_is_posted_only_after_a_tap(
    bot: Bot, waits: Waits, told: str
) -> None:
    number = await bot.article("Newer moon", "Space", waiting=waits)
    answer, said = await _request(bot, short_id(number))
    assert f"Newer moon (newer-moon.md) {told}." in said
    assert (
        "Nothing was sent. The button posts it in News, and followers of its topics get it."
        in said
    )
    await bot.tap(bot.editor, answer, "Post it")
    assert "is on its way to News for the first time" in answer.text
    assert await bot.store(_opened) == [(number, 1)]


async def test_a_file_that_is_no_article_any_more_is_posted_as_it_was_only_after_a_tap(
    bot: Bot,
) -> None:
    number = await _posted(bot, "Newer moon")
    await bot.store(files.reject, "newer-moon.md", (2, 2, 2), "has no title", NOON)
    answer, said = await _request(bot, "newer-moon.md")
    assert "newer-moon.md is not an article now: has no title" in said
    assert "It was read before as Newer moon, which I can post as it was then." in said
    await bot.tap(bot.editor, answer, "Post it")
    assert await bot.store(_opened) == [(number, 1), (number, 2)]


async def test_a_tap_says_nothing_of_an_article_that_has_changed_since(
    bot: Bot,
) -> None:
    first = await _posted(bot, "Newer moon")
    copy = await bot.article("Same moon", "Space", copy_of=first)
    answer, _ = await _request(bot, short_id(copy))
    await bot.store(articles.set_copy_of, copy, None)
    assert await bot.tap(bot.editor, answer, "Post it") == "That is already done"
    assert await bot.store(_opened) == [(first, 1)]


@pytest.mark.parametrize("state", ["withdrawn", "expired"])
async def test_nothing_is_asked_of_what_is_not_posted_anyway(
    bot: Bot, state: str
) -> None:
    first = await _posted(bot, "Newer moon")
    number = await bot.article("Same moon", "Space", copy_of=first)
    set_to = "withdrawn = 1" if state == "withdrawn" else "expires = 1"
    await bot.store(write, f"UPDATE articles SET {set_to} WHERE id = ?", (number,))
    answer, said = await _request(bot, short_id(number))
    assert "nothing was sent" in said
    assert answer.buttons == []


async def test_an_address_of_several_articles_offers_the_choice(bot: Bot) -> None:
    numbers = [await _posted(bot, f"Letter {one}") for one in (41, 42, 43)]
    page = "https://news.example/letter"
    for number in numbers:
        await bot.store(articles.add_addresses, number, [page])
    await bot.store(articles.set_withdrawn, numbers[2], True)
    for words in (page, "news.example/letter"):
        answer, said = await _request(bot, words)
        assert f"Several articles have “{words}”. Which one?" in said
        assert [row[0]["text"].partition(" · ")[2] for row in answer.buttons] == [
            "Letter 42",
            "Letter 41",
        ]
    assert await bot.tap(bot.editor, answer, (1, 0)) == "On its way"
    assert await bot.store(_opened) == [(number, 1) for number in numbers] + [
        (numbers[0], 2)
    ]


async def test_a_files_name_that_several_articles_have_offers_the_choice(
    bot: Bot,
) -> None:
    numbers = [await _posted(bot, title) for title in ("Newer moon", "Older moon")]
    for number in numbers:
        await bot.store(
            files.put,
            f"{number}/index.md",
            (1, 1, 90 + number),
            article=number,
            at=NOON,
        )
        await bot.store(articles.set_file, number, f"{number}/index.md")
    answer, said = await _request(bot, "index.md")
    assert "Older moon (2/index.md)" in said
    assert len(answer.buttons) == 2
    copies = await _posted(bot, "Third moon")
    await bot.store(articles.set_copy_of, copies, numbers[0])
    await bot.store(files.put, "3/index.md", (1, 1, 94), article=copies, at=NOON)
    answer, _ = await _request(bot, "index.md")
    assert await bot.tap(bot.editor, answer, (0, 0)) == ""
    assert "repeats Newer moon" in answer.text  # a choice among several asks as well


async def test_rejected_files_of_one_name_are_all_told(bot: Bot) -> None:
    for folder in ("a", "b"):
        await bot.store(
            files.reject,
            f"{folder}/bad.md",
            (1, 1, 1),
            f"has no title in {folder}",
            NOON,
        )
    _, said = await _request(bot, "bad.md")
    assert "a/bad.md is not an article: has no title in a" in said
    assert "b/bad.md is not an article: has no title in b" in said


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (
            "999",
            [],
        ),  # no such id: in the text of one article, and the beginning of a number in a title
        ("the lighthouse", []),
        ("zebra", []),
        ("moon 999", ["The moon of 9990"]),
        ("9990", ["The moon of 9990"]),
        ("moons", ["The moon of 9990"]),
        ("The", ["The moon of 9990"]),
    ],
)
async def test_guesses_share_something_with_what_was_typed(
    bot: Bot, words: str, offered: list[str]
) -> None:
    number = await _posted(bot, "The moon of 9990")
    await bot.store(
        write,
        "UPDATE articles SET excerpt = '999 reasons for a zebra' WHERE id = ?",
        (number,),
    )
    answer, _ = await _request(bot, words)
    assert [row[0]["text"].partition(" · ")[2] for row in answer.buttons] == offered


async def test_an_undo_still_works_behind_a_choice(bot: Bot) -> None:
    bot.with_context(undo=timedelta(seconds=5))
    number = await _posted(bot, "Newer moon")
    await bot.store(files.put, "other.md", (1, 1, 99), article=number, at=NOON)
    answer, _ = await _request(bot, "other.md")
    await bot.tap(bot.editor, answer, "Post it")
    await bot.tap(bot.editor, answer, "Undo")
    assert "does not go to News" in answer.text
    assert await bot.store(_opened) == [(number, 1)]
