"""Deliveries are opened once, to those who were there before the article, and never for what is over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.arrival import Waits
from bot.domain.delivery import State
from bot.planning import opening
from bot.store import articles, follows, holding
from tests.support.newsroom import SECOND, Newsroom, article, open_newsroom


@pytest.fixture
def newsroom() -> Iterator[Newsroom]:
    """A channel and a follower, and a database in memory."""
    room = open_newsroom()
    room.open_channel("@news")
    room.reader(7, "AI")
    yield room
    room.sound()


def waiting(newsroom: Newsroom, waits: Waits = Waits.EDITOR) -> int:
    """An article that waits."""
    number = newsroom.number("a.md", article(topics=("AI",), published=newsroom.at))
    holding.hold(newsroom.db, [number], waits)
    return number


def released(newsroom: Newsroom, number: int, *, by_source: bool = False) -> bool:
    rules, at = newsroom.rules, newsroom.later(seconds=1)
    return opening.release(
        newsroom.db,
        number,
        rules.channels,
        at,
        by_source=by_source,
        max_age=rules.max_age,
    )


def test_what_waited_goes_to_its_channel_and_followers_when_an_editor_says_so(
    newsroom: Newsroom,
) -> None:
    """Who followed meanwhile gets it too: it arrives then."""
    number = waiting(newsroom)
    assert newsroom.deliver() == []
    newsroom.reader(8, "AI")
    newsroom.open_channel("@later")
    assert released(newsroom, number)
    assert sorted(chat for chat, _ in newsroom.deliver()) == [
        "@later",
        "@news",
        "R7",
        "R8",
    ]


def test_what_does_not_wait_is_not_released(newsroom: Newsroom) -> None:
    """Nor is an article that was withdrawn, that has expired, or that does not exist."""
    free = newsroom.number("b.md", article(SECOND, "https://example.org/b"))
    assert not released(newsroom, free)
    assert not released(newsroom, 99)
    number = waiting(newsroom)
    newsroom.record(
        "a.md", article(topics=("AI",), published=newsroom.at, removed=True)
    )
    assert not released(newsroom, number)


def test_what_has_expired_waits_for_ever(newsroom: Newsroom) -> None:
    """An editor can't post it either."""
    over = newsroom.at + timedelta(milliseconds=500)
    number = newsroom.number(
        "a.md", article(topics=("AI",), published=newsroom.at, expires=over)
    )
    holding.hold(newsroom.db, [number], Waits.EDITOR)
    assert not released(newsroom, number)
    assert newsroom.deliver() == []


def test_what_its_source_releases_is_skipped_when_it_is_too_old(
    newsroom: Newsroom,
) -> None:
    """Only an editor posts what is older than the settings allow."""
    number = waiting(newsroom)
    newsroom.rules = replace(newsroom.rules, max_age=timedelta(days=1))
    newsroom.later(days=2)
    assert released(newsroom, number, by_source=True)
    assert newsroom.deliver() == []
    assert newsroom.states(number) == {"@news": "skipped"}


def test_what_went_out_before_it_was_held_is_edited_and_goes_to_nobody_new(
    newsroom: Newsroom,
) -> None:
    """A post that is out stays; its followers since are none of its business."""
    number = newsroom.number("a.md", article(topics=("AI",), published=newsroom.at))
    newsroom.deliver()
    holding.hold(newsroom.db, [number], Waits.EDITOR)
    newsroom.reader(8, "AI")
    assert released(newsroom, number)
    assert newsroom.deliver() == []


@pytest.mark.parametrize("over", ["missing", "withdrawn", "copy"])
def test_nothing_is_opened_for_what_is_over(newsroom: Newsroom, over: str) -> None:
    """Neither for a copy, nor for what was withdrawn, nor for what does not exist."""
    number = newsroom.number("a.md", article(removed=over == "withdrawn"))
    if over == "copy":
        number = newsroom.number("b.md", article(url="https://example.org/b"))
        assert newsroom.stored(number).copy_of is not None
    if over == "missing":
        number = 99
    opening.post(newsroom.db, number, newsroom.rules.channels, newsroom.at)
    assert newsroom.states(number) == {}
    opening.pass_over(newsroom.db, number, newsroom.rules.channels, newsroom.at)
    assert newsroom.states(number) == {}


def test_a_channel_that_is_passed_over_never_gets_the_article(
    newsroom: Newsroom,
) -> None:
    """A newer version reads an unchanged file differently: that is no news."""
    number = newsroom.number("a.md", article(topics=("AI",), published=newsroom.at))
    newsroom.deliver()
    newsroom.rules = replace(newsroom.rules, channels=())
    newsroom.open_channel("@late", names=("AI",))
    (late,) = newsroom.rules.channels
    newsroom.rules = replace(newsroom.rules, channels=(replace(late, begun=0),))
    opening.pass_over(newsroom.db, number, newsroom.rules.channels, newsroom.at)
    opened = newsroom.states(number)
    assert opened["@late"] == "skipped"
    opening.post(
        newsroom.db, number, newsroom.rules.channels, newsroom.at, followers=False
    )
    assert newsroom.states(number) == opened
    assert newsroom.deliver() == []


def test_an_article_without_a_date_stands_where_it_was_recorded(
    newsroom: Newsroom,
) -> None:
    """Old ones that are opened late are skipped, and go to no follower."""
    number = newsroom.number("a.md", article(topics=("AI",)))
    newsroom.rules = replace(newsroom.rules, max_age=timedelta(days=1))
    stored = articles.get(newsroom.db, number)
    assert stored is not None
    assert follows.keys_of(newsroom.db, number)
    rules, at = newsroom.rules, newsroom.later(days=3)
    opening.post(newsroom.db, number, rules.channels, at, max_age=rules.max_age)
    newsroom.plan()
    assert "R7" not in newsroom.states(number)


def test_an_article_that_waits_keeps_its_place_in_each_channel(
    newsroom: Newsroom,
) -> None:
    """Its deliveries are held, also in a channel that admits it only now, and its followers are not planned."""
    number = waiting(newsroom)
    newsroom.open_channel("@late")
    channels = [replace(one, begun=0) for one in newsroom.rules.channels]
    opening.post(newsroom.db, number, channels, newsroom.at)
    newsroom.plan()
    assert newsroom.states(number) == {"@news": "held", "@late": "held"}


def test_a_new_delivery_waits_with_its_article_and_is_skipped_with_an_old_one() -> None:
    """An article that waits is held, however old it is."""
    assert opening.first_state(is_held=True, is_old=True) is State.HELD
    assert opening.first_state(is_held=False, is_old=True) is State.SKIPPED
    assert opening.first_state(is_held=False, is_old=False) is State.PENDING


def test_a_channel_that_began_since_it_was_read_gets_what_is_recorded_after(
    newsroom: Newsroom,
) -> None:
    """Its start is asked for anew; one that has not begun gets nothing yet."""
    newsroom.open_channel("@later", begun=False)
    began, _ = newsroom.rules.channels
    read_before = [replace(one, begun=None) for one in newsroom.rules.channels]
    number = newsroom.number("a.md", article(published=newsroom.at))
    for channels in (read_before, [began, *read_before[1:]]):
        opening.post(newsroom.db, number, channels, newsroom.at)
        assert newsroom.states(number) == {"@news": "pending"}
