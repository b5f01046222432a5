"""What editors ask for: the article they mean, the next edition, a copy after all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.publish import editions
from bot.publish.editions import Republished
from bot.store import article_lists, articles
from tests.support.newsroom import (
    FIRST,
    SECOND,
    Newsroom,
    article,
    first_named,
    open_newsroom,
)

A, B = "https://one.example/story", "https://two.example/story"


@pytest.fixture
def newsroom(tmp_path: Path) -> Iterator[Newsroom]:
    room = open_newsroom(tmp_path / "paperboy.db")
    room.open_channel("@news")
    room.reader(7, "AI")
    room.later(minutes=1)
    yield room
    room.sound()
    room.db.close()


def republish(newsroom: Newsroom, number: int) -> Republished:
    return editions.republish(
        newsroom.db, number, newsroom.later(seconds=1), newsroom.rules.channels
    )


def test_an_editor_names_an_article_in_many_ways(newsroom: Newsroom) -> None:
    number = newsroom.number("2026/a.md", article(url=A, aliases=(B,)))
    stored = newsroom.stored(number)
    for words in (
        A,
        f"<{A}?utm_source=x>",
        A.replace("https", "HTTP") + "/",
        B,
        "2026/a.md",
        "a.md",
        stored.short_id,
    ):
        assert first_named(newsroom, words) == stored, words
    assert first_named(newsroom, f" #{stored.short_id.upper()} ") == stored
    for words in (
        "",
        "#",
        "https://three.example/",
        "b.md",
        "zzzz",
        "last week",
        "'; DROP TABLE articles; --",
        "\x00",
    ):
        assert first_named(newsroom, words) is None, words


def test_last_is_what_was_posted_last_and_only_what_readers_see(
    newsroom: Newsroom,
) -> None:
    assert first_named(newsroom, "last") is None
    one = newsroom.number("a.md", article(url=A))
    newsroom.deliver()
    newsroom.later(hours=1)
    other = newsroom.number("b.md", article(SECOND, B))
    assert getattr(first_named(newsroom, "LAST"), "id", None) == one
    newsroom.deliver()
    assert getattr(first_named(newsroom, "last"), "id", None) == other
    articles.set_withdrawn(newsroom.db, other, True)
    assert getattr(first_named(newsroom, "last"), "id", None) == one


def test_an_article_that_was_joined_to_another_is_found_as_that_one(
    newsroom: Newsroom,
) -> None:
    one, other = (
        newsroom.number("a.md", article(url=A)),
        newsroom.number("b.md", article(SECOND, B)),
    )
    short = newsroom.stored(other).short_id
    newsroom.record("a.md", article(url=B))
    assert getattr(first_named(newsroom, short), "id", None) == one


def opened(republished: Republished) -> tuple[int, int]:
    """Return the edition and in how many channels it was opened."""
    return republished.edition, len(republished.chats)


def test_republishing_is_the_next_edition_in_the_channels_and_never_to_followers(
    newsroom: Newsroom,
) -> None:
    number = newsroom.number("a.md", article(url=A, topics=("AI",)))
    newsroom.deliver()
    assert opened(republish(newsroom, number)) == (2, 1)
    assert newsroom.deliver() == [("@news", FIRST)]
    assert opened(republish(newsroom, number)) == (3, 1)
    assert newsroom.states(number) == {
        "@news": "sent",
        "@news#2": "sent",
        "R7": "sent",
        "@news#3": "pending",
    }


def test_republishing_reaches_the_channels_that_had_it_or_admit_it_now(
    newsroom: Newsroom,
) -> None:
    newsroom.open_channel("@law", names=("law",))
    newsroom.later(seconds=1)
    number = newsroom.number("a.md", article(url=A, topics=("law",)))
    newsroom.deliver()
    newsroom.later(seconds=1)
    newsroom.open_channel("@young")
    newsroom.open_channel("@sports", names=("sports",))
    newsroom.record("a.md", article(url=A, topics=("music",)))
    assert opened(republish(newsroom, number)) == (2, 3)
    assert sorted(chat for chat, _ in newsroom.deliver()) == ["@law", "@news", "@young"]


def test_an_article_from_before_the_channels_start_can_be_posted_by_hand(
    newsroom: Newsroom,
) -> None:
    number = newsroom.number("a.md", article(url=A))
    newsroom.deliver()
    newsroom.open_channel("@young", begun=False)
    newsroom.begin(0)
    assert opened(republish(newsroom, number)) == (2, 2)
    assert sorted(chat for chat, _ in newsroom.deliver()) == ["@news", "@young"]


def test_without_a_channel_nothing_is_republished_and_no_edition_is_used_up(
    newsroom: Newsroom,
) -> None:
    number = newsroom.number("a.md", article(url=A))
    assert opened(editions.republish(newsroom.db, number, newsroom.at, ())) == (1, 0)
    assert newsroom.stored(number).edition == 1


@pytest.mark.parametrize("number", [1, 99])
def test_what_was_withdrawn_or_never_was_is_not_republished(
    newsroom: Newsroom, number: int
) -> None:
    newsroom.record("a.md", article(url=A, removed=True))
    assert opened(republish(newsroom, number)) == (0, 0)


def held(newsroom: Newsroom, url: str = A) -> int:
    newsroom.rules = replace(newsroom.rules, hold=True)
    return newsroom.number(
        f"{len(url)}-{url[8:11]}.md", article(url=url, topics=("AI",), unpublished=True)
    )


def test_republishing_what_waits_for_an_editor_is_its_first_edition(
    newsroom: Newsroom,
) -> None:
    number = held(newsroom)
    newsroom.open_channel("@young")
    assert opened(republish(newsroom, number)) == (1, 2)
    assert sorted(newsroom.deliver()) == [
        ("@news", FIRST),
        ("@young", FIRST),
        ("R7", FIRST),
    ]
    assert newsroom.titles() == [FIRST]
    assert not editions.release(newsroom.db, number, newsroom.at, [])


@pytest.mark.parametrize("way", ["republish", "post_copy"])
@pytest.mark.parametrize("waits", [False, True])
def test_a_copy_can_be_posted_after_all_and_is_an_article_of_its_own_then(
    newsroom: Newsroom, way: str, waits: bool
) -> None:
    newsroom.record("a.md", article(url=A))
    newsroom.deliver()
    number = (
        held(newsroom, B)
        if waits
        else newsroom.number("b.md", article(url=B, topics=("AI",)))
    )
    assert newsroom.stored(number).copy_of == 1
    assert newsroom.deliver() == []
    if way == "republish":
        assert opened(republish(newsroom, number)) == (1, 1)
    else:
        assert editions.post_copy(
            newsroom.db, number, newsroom.at, newsroom.rules.channels
        )
    assert newsroom.deliver() == [("@news", FIRST), ("R7", FIRST)]
    assert len(newsroom.titles()) == 2
    assert article_lists.apart(newsroom.db) == ([], [])
    assert not editions.post_copy(
        newsroom.db, number, newsroom.at, newsroom.rules.channels
    )
    assert newsroom.deliver() == []
    assert republish(newsroom, number).edition == 2


def test_what_is_no_copy_is_not_posted_as_one(newsroom: Newsroom) -> None:
    number = newsroom.number("a.md", article(url=A))
    newsroom.deliver()
    assert not editions.post_copy(
        newsroom.db, number, newsroom.at, newsroom.rules.channels
    )
    assert not editions.post_copy(newsroom.db, 99, newsroom.at, newsroom.rules.channels)
    assert newsroom.deliver() == []
