"""What editors ask for: the article they mean, the next edition, a copy after all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.publish import editions
from bot.publish.editions import Republished
from bot.store import articles
from tests.support.newsroom import FIRST, SECOND, Newsroom, article, newsroom

A, B = "https://one.example/story", "https://two.example/story"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Newsroom]:
    room = newsroom(tmp_path / "paperboy.db")
    room.open_channel("@news")
    room.reader(7, "AI")
    room.later(minutes=1)
    yield room
    room.sound()
    room.db.close()


def republish(desk: Newsroom, number: int) -> Republished:
    return editions.republish(desk.db, number, desk.later(seconds=1), desk.rules.channels)


def test_an_editor_names_an_article_in_many_ways(desk: Newsroom) -> None:
    number = desk.number("2026/a.md", article(url=A, aliases=(B,)))
    stored = desk.stored(number)
    for words in (A, f"<{A}?utm_source=x>", A.replace("https", "HTTP") + "/", B, "2026/a.md", "a.md", stored.short_id):
        assert editions.find(desk.db, words) == stored, words
    assert editions.find(desk.db, f" #{stored.short_id.upper()} ") == stored
    for words in ("", "#", "https://three.example/", "b.md", "zzzz", "last week", "'; DROP TABLE articles; --", "\x00"):
        assert editions.find(desk.db, words) is None, words


def test_last_is_what_was_posted_last_and_only_what_readers_see(desk: Newsroom) -> None:
    assert editions.find(desk.db, "last") is None
    one = desk.number("a.md", article(url=A))
    desk.deliver()
    desk.later(hours=1)
    other = desk.number("b.md", article(SECOND, B))
    assert getattr(editions.find(desk.db, "LAST"), "id", None) == one
    desk.deliver()
    assert getattr(editions.find(desk.db, "last"), "id", None) == other
    articles.set_withdrawn(desk.db, other, True)
    assert getattr(editions.find(desk.db, "last"), "id", None) == one


def test_an_article_that_was_joined_to_another_is_found_as_that_one(desk: Newsroom) -> None:
    one, other = desk.number("a.md", article(url=A)), desk.number("b.md", article(SECOND, B))
    short = desk.stored(other).short_id
    desk.tell("a.md", article(url=B))
    assert getattr(editions.find(desk.db, short), "id", None) == one


def opened(republished: Republished) -> tuple[int, int]:
    """Return the edition and in how many channels it was opened."""
    return republished.edition, len(republished.chats)


def test_republishing_is_the_next_edition_in_the_channels_and_never_to_followers(desk: Newsroom) -> None:
    number = desk.number("a.md", article(url=A, topics=("AI",)))
    desk.deliver()
    assert opened(republish(desk, number)) == (2, 1)
    assert desk.deliver() == [("@news", FIRST)]
    assert opened(republish(desk, number)) == (3, 1)
    assert desk.states(number) == {"@news": "sent", "@news#2": "sent", "R7": "sent", "@news#3": "pending"}


def test_republishing_reaches_the_channels_that_had_it_or_admit_it_now(desk: Newsroom) -> None:
    desk.open_channel("@law", names=("law",))
    desk.later(seconds=1)
    number = desk.number("a.md", article(url=A, topics=("law",)))
    desk.deliver()
    desk.later(seconds=1)
    desk.open_channel("@young")
    desk.open_channel("@sports", names=("sports",))
    desk.tell("a.md", article(url=A, topics=("music",)))
    assert opened(republish(desk, number)) == (2, 3)
    assert sorted(chat for chat, _ in desk.deliver()) == ["@law", "@news", "@young"]


def test_an_article_from_before_the_channels_start_can_be_posted_by_hand(desk: Newsroom) -> None:
    number = desk.number("a.md", article(url=A))
    desk.deliver()
    desk.open_channel("@young", begun=False)
    desk.begin(0)
    assert opened(republish(desk, number)) == (2, 2)
    assert sorted(chat for chat, _ in desk.deliver()) == ["@news", "@young"]


def test_without_a_channel_nothing_is_republished_and_no_edition_is_used_up(desk: Newsroom) -> None:
    number = desk.number("a.md", article(url=A))
    assert opened(editions.republish(desk.db, number, desk.at, ())) == (1, 0)
    assert desk.stored(number).edition == 1


@pytest.mark.parametrize("number", [1, 99])
def test_what_was_withdrawn_or_never_was_is_not_republished(desk: Newsroom, number: int) -> None:
    desk.tell("a.md", article(url=A, removed=True))
    assert opened(republish(desk, number)) == (0, 0)


def held(desk: Newsroom, url: str = A) -> int:
    desk.rules = replace(desk.rules, hold=True)
    return desk.number(f"{len(url)}-{url[8:11]}.md", article(url=url, topics=("AI",), unpublished=True))


def test_republishing_what_waits_for_an_editor_is_its_first_edition(desk: Newsroom) -> None:
    number = held(desk)
    desk.open_channel("@young")
    assert opened(republish(desk, number)) == (1, 2)
    assert sorted(desk.deliver()) == [("@news", FIRST), ("@young", FIRST), ("R7", FIRST)]
    assert desk.titles() == [FIRST]
    assert not editions.release(desk.db, number, desk.at, [])


@pytest.mark.parametrize("way", ["republish", "post_copy"])
@pytest.mark.parametrize("waits", [False, True])
def test_a_copy_can_be_posted_after_all_and_is_an_article_of_its_own_then(
    desk: Newsroom, way: str, waits: bool
) -> None:
    desk.tell("a.md", article(url=A))
    desk.deliver()
    number = held(desk, B) if waits else desk.number("b.md", article(url=B, topics=("AI",)))
    assert desk.stored(number).copy_of == 1
    assert desk.deliver() == []
    if way == "republish":
        assert opened(republish(desk, number)) == (1, 1)
    else:
        assert editions.post_copy(desk.db, number, desk.at, desk.rules.channels)
    assert desk.deliver() == [("@news", FIRST), ("R7", FIRST)]
    assert len(desk.titles()) == 2
    assert articles.apart(desk.db) == ([], [])
    assert not editions.post_copy(desk.db, number, desk.at, desk.rules.channels)
    assert desk.deliver() == []
    assert republish(desk, number).edition == 2


def test_what_is_no_copy_is_not_posted_as_one(desk: Newsroom) -> None:
    number = desk.number("a.md", article(url=A))
    desk.deliver()
    assert not editions.post_copy(desk.db, number, desk.at, desk.rules.channels)
    assert not editions.post_copy(desk.db, 99, desk.at, desk.rules.channels)
    assert desk.deliver() == []
